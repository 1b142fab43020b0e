"""Becomes a service: drops privileges, ties its life to its supervisor's, then execs.

The rule: a child ends when its supervisor ends, even by kill -9, and its pid is the service's own. Run by
`infra.local.processes` as a script, in a fresh interpreter, because nothing but exec is safe between a fork of a
threaded process and its exec. Linux only: prctl(2), PR_SET_PDEATHSIG.

The kernel sends the signal when the parent *thread* ends that forked, so `Processes` forks from one thread that lives
as long as the process. It forgets the signal when credentials change, so it is set after setuid. A service that the
supervisor started just before it died would never hear of it, so the parent is looked at again afterwards.
"""

from __future__ import annotations

import argparse
import ctypes
import os
import pwd
import signal

PR_SET_PDEATHSIG = 1


def main() -> None:
    """`child.py --parent PID --death-signal N [--user NAME] -- PROGRAM ARG…`"""
    parser = argparse.ArgumentParser()
    parser.add_argument("--parent", type=int, required=True)
    parser.add_argument("--death-signal", type=int, required=True)
    parser.add_argument("--user")
    parser.add_argument("program", nargs="+")
    asked = parser.parse_args()
    if asked.user:
        drop_to(asked.user)
    end_with_parent(asked.parent, asked.death_signal)
    # Python ignores SIGPIPE, and a shell's background job ignores SIGINT; what is ignored stays so across exec.
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    os.execv(asked.program[0], asked.program)


def drop_to(user: str) -> None:
    """Become `user` for good, with no group but its own."""
    account = pwd.getpwnam(user)
    os.setgroups([])
    os.setgid(account.pw_gid)
    os.setuid(account.pw_uid)


def end_with_parent(parent: int, death_signal: int) -> None:
    """Have the kernel signal us when the parent ends; exit at once if it already has."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(PR_SET_PDEATHSIG, ctypes.c_ulong(death_signal), 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_PDEATHSIG)")
    if os.getppid() != parent:
        raise SystemExit(f"the supervisor {parent} has ended")


if __name__ == "__main__":
    main()
