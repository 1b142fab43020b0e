"""Keeps our own processes running: one that dies is started again, one that stopped for good is not.

Exit status 3 means that a process stopped on an alarm (a changed log, a wrong clock): that is said loudly and left for
a person. Anything else is answered by a restart, each later than the one before while it goes on. A thread watches, so
that the foreground is free; all children end with us, even by kill -9. Used by `tamga up` and the demo.
"""

from __future__ import annotations

import signal
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import infra
from infra.local.processes import Processes, Running

STOPPED_FOR_GOOD = 3
LOOK_SECONDS = 0.2
FIRST_BACKOFF, LONGEST_BACKOFF, LIVED_LONG = 0.5, 30.0, 60.0

CODE = Path(infra.__file__).resolve().parent.parent
"""The folder that the packages are imported from: children are started from another one."""


@dataclass
class _Child:
    name: str
    module: str
    env: dict[str, str]
    log: Path
    running: Running | None = None
    started: float = 0.0
    backoff: float = FIRST_BACKOFF
    again_at: float = 0.0
    alarm: bool = False


class Supervisor:
    """`with Supervisor(folder, say) as s: s.start("registrar-1", "infra.entry.registrar", env)`."""

    def __init__(self, folder: Path, say: Callable[[str], None]) -> None:
        """Take the folder; raises `LocalServiceError` while another supervisor has it."""
        self._processes = Processes(folder / "run")
        self._logs = folder / "logs"
        self._logs.mkdir(exist_ok=True, mode=0o700)
        self._say = say
        self._children: dict[str, _Child] = {}
        self._lock, self._ending = threading.Lock(), threading.Event()
        self._thread = threading.Thread(target=self._watch, name="supervisor", daemon=True)
        self._thread.start()

    def __enter__(self) -> Supervisor:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def left_behind(self) -> list[str]:
        """What a supervisor that was killed had left running, and was ended."""
        return self._processes.left_behind

    @property
    def pids(self) -> dict[str, int]:
        """The processes that run now, by name."""
        with self._lock:
            return {c.name: c.running.pid for c in self._children.values() if c.running is not None}

    @property
    def alarms(self) -> list[str]:
        """Processes that stopped for good."""
        with self._lock:
            return [c.name for c in self._children.values() if c.alarm]

    def log_of(self, name: str) -> Path:
        """The file that a process logs to."""
        return self._logs / f"{name}.log"

    def start(self, name: str, module: str, env: Mapping[str, str]) -> None:
        """Run `python -m module` with this environment from now on."""
        child = _Child(name, module, {**env, "PYTHONPATH": str(CODE)}, self.log_of(name))
        with self._lock:
            self._children[name] = child
            self._run(child)

    def end_children(self) -> None:
        """End all children, the youngest first; the folder stays ours."""
        self._ending.set()
        self._thread.join()
        with self._lock:
            for child in reversed(self._children.values()):
                if child.running is not None:
                    self._processes.stop(child.running)
                    child.running = None

    def stop(self) -> None:
        """End all children and give the folder free."""
        self.end_children()
        self._processes.stop_all()

    def _run(self, child: _Child) -> None:
        argv = [sys.executable, "-m", child.module]
        # By SIGKILL when we die: it surely ends, and a crash loses nothing that the record holds.
        child.running = self._processes.spawn(
            child.name, argv, env=child.env, log_file=child.log, death_signal=signal.SIGKILL
        )
        child.started = time.monotonic()

    def _watch(self) -> None:
        while not self._ending.wait(LOOK_SECONDS):
            with self._lock:
                for child in self._children.values():
                    self._tend(child)

    def _tend(self, child: _Child) -> None:
        now = time.monotonic()
        if child.running is not None and not child.running.alive():
            code = self._processes.stop(child.running)
            child.running = None
            self._ended(child, code, now)
        elif child.running is None and not child.alarm and now >= child.again_at:
            self._run(child)

    def _ended(self, child: _Child, code: int, now: float) -> None:
        if code == STOPPED_FOR_GOOD:
            child.alarm = True
            self._say(f"ALARM: {child.name} has stopped for good and is not started again: see {child.log}")
            return
        if now - child.started > LIVED_LONG:
            child.backoff = FIRST_BACKOFF
        child.again_at = now + child.backoff
        self._say(f"{child.name} ended (status {code}) and starts again in {child.backoff:.1f} s: see {child.log}")
        child.backoff = min(child.backoff * 2, LONGEST_BACKOFF)
