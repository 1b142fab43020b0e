"""`tamga up`: a whole ledger on this machine, in the foreground, until Ctrl-C or SIGTERM."""

from __future__ import annotations

import signal
import threading
from types import FrameType

from infra.cli.output import Json, result, say
from infra.local.ledger import running
from infra.settings import load


def up(as_json: Json = False) -> None:
    """Start Kafka, PostgreSQL, registrar, projector and API, and stay until Ctrl-C."""
    told = threading.Event()
    with stopping(told), running(load(), say) as ledger:
        urls = {"api": ledger.url, "docs": f"{ledger.url}/docs", "data": ledger.settings.data}
        lines = [f"the API answers, its docs are {urls['docs']}", f"keys and settings: {urls['data']}"]
        result(urls, as_json, lines)
        told.wait()
        say("stopping")


class stopping:  # noqa: N801 - used as a block
    """Within the block Ctrl-C and SIGTERM interrupt what is under way, until it waits for `told`: then they set it."""

    def __init__(self, told: threading.Event) -> None:
        self._told = told

    def __enter__(self) -> None:
        self._before = {s: signal.signal(s, self._heard) for s in (signal.SIGINT, signal.SIGTERM)}

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _heard(self, number: int, frame: FrameType | None) -> None:
        if not self._told.is_set():
            self._told.set()
