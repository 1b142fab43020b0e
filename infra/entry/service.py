"""How a service of the ledger starts and ends: it waits for what is away, stops for good on a fault, and heeds SIGTERM.

Called by the entry points of registrar, projector and clock, each with its own process class.
"""

from __future__ import annotations

import signal
import time
from collections.abc import Callable
from typing import Any, Protocol

from eventsourcing.persistence import PersistenceError

from infra import log_lines, memory
from infra.heartbeat import say_stopped
from infra.kafka.errors import LogAway, LogFault
from infra.settings import Settings, load

STOPPED = 3
"""Exit status of a service that must not be started again before a person has looked."""

Errors = tuple[type[Exception], ...]


class Process(Protocol):
    """What a service is, once everything that it needs was there."""

    def run(self) -> int: ...
    def stop(self) -> None: ...


def serve(kind: str, make: Callable[[Settings, Any], Process], *, away: Errors = (), faults: Errors = ()) -> int:
    """Run the service until it ends; `away` is also waited for, `faults` (with `code` and `message`) also stop it."""
    settings = load()
    name = f"{kind}-{settings.instance}"
    log = log_lines.configure(name)
    waited_for: Errors = (LogAway, PersistenceError, *away)
    stopping: Errors = (LogFault, *faults)
    process: Process | None = None
    while process is None:
        try:
            process = make(settings, log)
        except waited_for as error:
            log.warning("waiting", reason=type(error).__name__)
            time.sleep(1)
        except stopping as fault:
            code, message = fault.code, fault.message  # type: ignore[attr-defined]
            log.critical("stopped", code=code, message=message)
            say_stopped(settings.database_url, name, kind, code, message)
            return STOPPED
    running = process

    def stop(*_: object) -> None:
        running.stop()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    memory.settle()
    log.info("started")
    try:
        return running.run()
    except LogFault as fault:
        log.critical("stopped", code=fault.code, message=fault.message)
        say_stopped(settings.database_url, name, kind, fault.code, fault.message)
        return STOPPED
