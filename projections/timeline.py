"""`timeline`: what happened in a case as one agency may see it: its own events whole, of others' type, publisher, time.

One row per agency and case; `events` is a JSON array in order. An agency that comes into a case later gets what was
before, restricted like every event of others.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

import orjson

from domain.event import Recorded
from domain.stream import concerned
from projections import caseload
from projections.engine import Key, Row
from projections.entry import Entry

SHOWN_OF_OTHERS = ("partition", "pos", "type", "publisher", "time", "at")


class TimelineRow(NamedTuple):
    """The timeline of a case for one agency."""

    agency: str
    case_id: str
    events: str


name = "timeline"
row = TimelineRow
keys = 2
group = "case_id"
groups = caseload.groups


def evolve(rows: Mapping[Key, Row], entry: Entry) -> Iterable[Row]:
    """The event is appended to the row of every agency in the case."""
    recorded = entry.recorded
    assert recorded is not None
    event = recorded.event
    if not rows and event.type in caseload.ANYWHERE:
        return
    others = orjson.dumps(
        {
            "partition": entry.partition,
            "pos": entry.pos,
            "type": event.type,
            "publisher": event.publisher,
            "time": event.time,
            "at": recorded.at,
        }
    ).decode()
    before = {r[0]: r[2] for r in rows.values()}
    newcomers = concerned(recorded) - before.keys()
    if newcomers:
        history = _restricted(next(iter(before.values()))) if before else "[]"
        before |= dict.fromkeys(newcomers, history)
    for agency, events in before.items():
        added = f"{others[:-1]},{_own(recorded)}" if agency == event.publisher else others
        yield (agency, entry.stream, f"[{added}]" if events == "[]" else f"{events[:-1]},{added}]")


def _own(recorded: Recorded) -> str:
    """What the publisher sees of its own event, as the rest of a JSON object."""
    event = recorded.event
    effects = [{"type": e.type, "data": e.data} for e in recorded.effects]
    own = {"event_id": event.id, "actor": event.actor, "unit": event.unit, "data": event.data, "effects": effects}
    return orjson.dumps(own).decode()[1:]


def _restricted(events: str) -> str:
    return orjson.dumps([{k: e[k] for k in SHOWN_OF_OTHERS} for e in orjson.loads(events)]).decode()
