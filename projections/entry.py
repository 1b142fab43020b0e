"""An effective entry as the folds see it: parsed once, handed to every view."""

from __future__ import annotations

from typing import Any, NamedTuple

import orjson

from domain import outcome
from domain.catalogue import by_wire
from domain.event import Recorded
from domain.record.chain import Placed


class Refused(NamedTuple):
    """A refusal whose sender is known, as far as it may be told: `type` is the short name of a known type, `stream` and
    `event` ids; each is '' where the submission did not say it well-formed."""

    publisher: str
    type: str
    stream: str
    event: str
    code: str
    at: str


class Entry(NamedTuple):
    """`recorded` is the admitted event with the ledger's effects, None for an outcome without an event; `refused` is
    such an outcome that names its sender."""

    partition: int
    pos: int
    stream: str
    recorded: Recorded | None
    refused: Refused | None = None


def read(placed: Placed, partition: int) -> Entry:
    """Parse an effective entry."""
    parsed: dict[str, Any] = orjson.loads(placed.entry.raw)
    stream = parsed["ledger"]["stream"]
    return Entry(partition, placed.entry.pos, stream, outcome.recorded(parsed), _refused(parsed))


def _refused(parsed: dict[str, Any]) -> Refused | None:
    what = parsed.get("outcome", {}).get("refused")
    if what is None or "publisher" not in what:
        return None
    known = by_wire.get(what.get("type"))
    name = known.name if known is not None else ""
    return Refused(
        what["publisher"], name, what.get("stream", ""), what.get("event", ""), what["code"], parsed["ledger"]["at"]
    )
