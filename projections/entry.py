"""An effective entry as the folds see it: parsed once, handed to every view."""

from __future__ import annotations

from typing import Any, NamedTuple

import orjson

from domain import outcome
from domain.event import Recorded
from domain.record.chain import Placed


class Entry(NamedTuple):
    """`recorded` is the admitted event with the ledger's effects, None for an outcome without an event."""

    partition: int
    pos: int
    stream: str
    recorded: Recorded | None


def read(placed: Placed, partition: int) -> Entry:
    """Parse an effective entry."""
    parsed: dict[str, Any] = orjson.loads(placed.entry.raw)
    return Entry(partition, placed.entry.pos, parsed["ledger"]["stream"], outcome.recorded(parsed))
