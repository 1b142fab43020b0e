"""Processes of a ledger under test: started as the product starts them, ended by their ids."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

from infra.settings import Settings

Tamga = Callable[..., tuple[int, Any]]
"""Runs a command with --json: (exit code, document)."""


def environment(settings: Settings, **more: str) -> dict[str, str]:
    """The process environment of a ledger's settings."""
    names = ("kafka_bootstrap", "database_url", "ledger_id", "roots_digest", "topic_prefix", "registrar_key", "data")
    names += ("api_database_url", "kafka_security_protocol", "kafka_user", "kafka_password_file", "kafka_ca_file")
    mine = {k: v for k, v in os.environ.items() if not k.startswith("TAMGA_")}
    held = {name: value for name in names if (value := getattr(settings, name)) is not None}
    return mine | {f"TAMGA_{name.upper()}": str(value) for name, value in held.items()} | more


class Child:
    """One process of the product."""

    def __init__(self, module: str, settings: Settings, log: Path, **more: str) -> None:
        self.log = log
        with log.open("ab") as stderr:
            self.process = subprocess.Popen(
                [sys.executable, "-m", module], env=environment(settings, **more), stderr=stderr, stdout=stderr
            )

    def kill(self) -> None:
        """kill -9."""
        self.process.kill()
        self.process.wait(10)

    def pause(self) -> None:
        """SIGSTOP."""
        self.process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        """SIGCONT."""
        self.process.send_signal(signal.SIGCONT)

    def stop(self) -> int:
        """SIGTERM and wait."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGCONT)
            self.process.terminate()
        try:
            return self.process.wait(15)
        except subprocess.TimeoutExpired:
            self.kill()
            return -9

    def text(self) -> str:
        """What it wrote to its log."""
        return self.log.read_text(encoding="utf-8", errors="replace")


@contextmanager
def running(module: str, settings: Settings, log: Path, **more: str) -> Iterator[Child]:
    """A process for the length of a block."""
    child = Child(module, settings, log, **more)
    try:
        yield child
    finally:
        child.stop()


def until(condition: Callable[[], Any], seconds: float = 60.0, what: str = "condition") -> Any:
    """Wait until the condition gives something true, and return it."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := condition():
            return found
        time.sleep(0.05)
    raise AssertionError(f"timed out waiting for {what}")


def rows(url: str, sql: str, *values: Any) -> list[tuple[Any, ...]]:
    """Rows of a query."""
    with psycopg.connect(url) as connection:
        return connection.execute(sql.encode(), values).fetchall()
