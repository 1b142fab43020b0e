"""Starts and ends the processes of one folder.

The rule: one supervisor a folder, and nothing outlives it. Each child is written to `<folder>/pids.json` with its pid
and its start time; a supervisor that finds the folder's lock free but children on the list ends those whose pid *and*
start time still match (a pid alone may be somebody else's by now). Used by LocalKafka, LocalPostgres and `tamga up`.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from infra.local import child
from infra.local.folders import LocalServiceError, own_folder

STOP_SECONDS = 15.0
CLEAN_ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "TZ": "UTC"}
"""What a service is given: nothing of the caller's, so that no JAVA_TOOL_OPTIONS or PGDATA changes what runs."""


def start_time(pid: int) -> int | None:
    """When a process started, in clock ticks since boot (proc(5), field 22); None if there is none, or a zombie."""
    try:
        # From the third field on: the second, the name, may hold spaces.
        state, *fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return None if state in "ZX" else int(fields[18])


def wait_until(condition: Callable[[], bool], seconds: float) -> bool:
    """Whether the condition held within so many seconds."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


@dataclass(frozen=True)
class Running:
    """A process that can't be mistaken for a later one with the same pid."""

    name: str
    pid: int
    started: int
    stop_signal: int

    def alive(self) -> bool:
        """Whether it, and no later process with its pid, still runs."""
        return start_time(self.pid) == self.started

    def ended_within(self, seconds: float) -> bool:
        """Wait for its end."""
        return wait_until(lambda: not self.alive(), seconds)

    def send(self, number: int) -> None:
        """Signal it, if it still runs."""
        if self.alive():
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def end(self, seconds: float = STOP_SECONDS) -> None:
        """Ask it to stop, then kill it."""
        self.send(self.stop_signal)
        self.send(signal.SIGCONT)  # a paused process would not hear it
        if not self.ended_within(seconds):
            self.kill()

    def kill(self) -> None:
        """SIGKILL, and wait until it is gone."""
        self.send(signal.SIGKILL)
        if not self.ended_within(STOP_SECONDS):
            raise LocalServiceError(
                f"{self.name} (pid {self.pid}) does not end even by SIGKILL: see its state in /proc"
            )


def running_in(folder: Path) -> list[Running]:
    """The processes whose working folder it is, whoever started them."""
    found = []
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(OSError):  # it ended, or is none of our business
            if entry.name.isdigit() and (entry / "cwd").samefile(folder) and (at := start_time(int(entry.name))):
                found.append(Running(f"process in {folder}", int(entry.name), at, signal.SIGTERM))
    return found


class Processes:
    """The supervisor of one folder. `with Processes(folder) as processes:` ends all children at the end."""

    def __init__(self, folder: Path) -> None:
        """Take the folder and end what a dead supervisor left there; refused while another one lives."""
        self.folder = own_folder(folder)
        self.left_behind: list[str] = []
        self._children: dict[int, tuple[Running, subprocess.Popen[bytes]]] = {}
        self._forks = _Forks()
        self._lock = _lock(self.folder / "lock")
        for stale in _read(self.folder / "pids.json"):
            if stale.alive():
                self.left_behind.append(stale.name)
                stale.end()
        self._write()

    def __enter__(self) -> Processes:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self.stop_all()

    @property
    def running(self) -> list[Running]:
        """The children that are alive, oldest first."""
        return [running for running, _ in self._children.values() if running.alive()]

    def spawn(
        self,
        name: str,
        argv: Sequence[str],
        *,
        user: str | None = None,
        env: Mapping[str, str] | None = None,
        log_file: Path,
        stop_signal: int = signal.SIGTERM,
        death_signal: int | None = None,
        cwd: Path | None = None,
    ) -> Running:
        """Start a program as `user` (None: the caller), with `env` only (None: a clean one), output to `log_file`.

        `stop_signal` asks it to stop; `death_signal` (the same unless given) is what it gets when we die.
        argv[0] is an absolute path. The pid is the program's own, for SIGKILL, SIGSTOP and SIGCONT.
        """
        wrapped = _wrap(argv, user, stop_signal if death_signal is None else death_signal)
        home = cwd or self.folder
        environment = {"HOME": str(home), **(CLEAN_ENVIRONMENT if env is None else env)}
        popen = self._forks.run(lambda: _open(wrapped, environment, home, log_file))
        running = Running(name, popen.pid, start_time(popen.pid) or -1, int(stop_signal))
        self._children[popen.pid] = (running, popen)
        self._write()
        return running

    def stop(self, running: Running, seconds: float = STOP_SECONDS) -> int:
        """Ask a child to stop, wait, then kill it; returns its exit code (minus the signal, if one ended it)."""
        running.end(seconds)
        return self._forget(running)

    def kill(self, running: Running) -> None:
        """SIGKILL, and wait until it is gone."""
        running.kill()
        self._forget(running)

    def stop_all(self) -> None:
        """Stop the children, the youngest first, and give the folder free."""
        for running, _ in reversed(list(self._children.values())):
            self.stop(running)
        self._forks.end()
        self._lock.release()

    def _forget(self, running: Running) -> int:
        _, popen = self._children.pop(running.pid)
        code = popen.wait()
        self._write()
        return code

    def _write(self) -> None:
        rows = [vars(running) for running, _ in self._children.values()]
        temporary = self.folder / "pids.json.new"
        temporary.write_text(json.dumps(rows))
        temporary.replace(self.folder / "pids.json")


def ended_message(running: Running, log_file: Path) -> str:
    """One line for a service that ended or doesn't answer, with the last thing that it said."""
    lines = log_file.read_text(errors="replace").split("\n") if log_file.exists() else []
    last = next((line.strip() for line in reversed(lines) if line.strip()), "nothing in its log")
    return f"{running.name} does not come up ({last[:300]}): see {log_file}"


def _open(argv: list[str], environment: dict[str, str], cwd: Path, log_file: Path) -> subprocess.Popen[bytes]:
    with os.fdopen(os.open(log_file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab") as log:
        # A session of its own: Ctrl-C is the supervisor's, which stops its children in order.
        return subprocess.Popen(
            argv, env=environment, cwd=cwd, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
        )


def _wrap(argv: Sequence[str], user: str | None, death_signal: int) -> list[str]:
    # -I and -S: neither the caller's folder nor its site-packages are looked at, and it starts in 20 ms.
    words = [sys.executable, "-I", "-S", child.__file__, "--parent", str(os.getpid())]
    words += ["--death-signal", str(int(death_signal)), *(["--user", user] if user else [])]
    return [*words, "--", *argv]


def _read(path: Path) -> Iterable[Running]:
    if path.exists():
        yield from (Running(**row) for row in reversed(json.loads(path.read_text())))


class _Lock:
    """An exclusive lock that the kernel gives back when we die."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor: int | None = descriptor

    def release(self) -> None:
        """Give the folder free; the second time does nothing."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


def _lock(path: Path) -> _Lock:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        owner = os.read(descriptor, 32).decode()
        os.close(descriptor)
        raise LocalServiceError(f"{path.parent} is in use by process {owner}: stop it, or set TAMGA_DATA") from None
    os.truncate(descriptor, 0)
    os.pwrite(descriptor, str(os.getpid()).encode(), 0)
    return _Lock(descriptor)


class _Forks:
    """One thread that forks all children and lives as long as we do: when the forking thread ends, so do they."""

    def __init__(self) -> None:
        self._asked: queue.SimpleQueue[
            tuple[Callable[[], subprocess.Popen[bytes]], Future[subprocess.Popen[bytes]]] | None
        ] = queue.SimpleQueue()
        # A daemon: it must not be joined before the interpreter's exit handlers have stopped the children properly.
        threading.Thread(target=self._work, name="forks", daemon=True).start()

    def run(self, fork: Callable[[], subprocess.Popen[bytes]]) -> subprocess.Popen[bytes]:
        """Fork there; raises here what failed."""
        answer: Future[subprocess.Popen[bytes]] = Future()
        self._asked.put((fork, answer))
        return answer.result()

    def end(self) -> None:
        """Let the thread go: no child is left."""
        self._asked.put(None)

    def _work(self) -> None:
        while asked := self._asked.get():
            fork, answer = asked
            try:
                answer.set_result(fork())
            except OSError as error:
                answer.set_exception(error)
