"""`timeline`: everything that each agency was told of each stream, in order; nothing here is ever changed.

Where a case was told anew, its later epoch replaces the earlier ones; the earlier stay, so what an agency saw at any
position can be folded again. Feeds, exports and as-of answers are functions of these rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, NamedTuple

import orjson

from domain.event import Effect
from projections.engine import Key, Row
from projections.entry import Entry
from projections.told import Json, Told


class TimelineRow(NamedTuple):
    """One event, or one refusal of its own submission, as an agency was told it."""

    agency: Annotated[str, "whose row"]
    partition: Annotated[int, "partition of the entry by which it was told"]
    pos: Annotated[int, "position of that entry"]
    n: Annotated[int, "number within that position, from 1"]
    case_id: Annotated[str, "the case, or another stream"]
    epoch: Annotated[int, "how often the case had been told anew to the agency; the highest one counts"]
    anew: Annotated[int, "1 on the first row of an epoch that replaces an earlier one, else 0"]
    at: Annotated[str, "the registrar's clock at the entry by which it was told, UTC, six decimals"]
    told: Annotated[Json, "the event as granted (`projections.told.Told`); `{}` where an epoch begins with nothing"]


name = "timeline"
row = TimelineRow
keys = 4
group = "case_id"
appends = True
reads = "case"
always = "told = '{}'"


def groups(entry: Entry) -> Iterable[str]:
    """The stream, when anybody is told anything."""
    return (entry.case,) if entry.tellings else ()


def evolve(rows: Mapping[Key, Row], entry: Entry) -> Iterable[Row]:
    """A row for everything that anybody is told."""
    at = entry_at(entry)
    for agency, epoch, anew, told, _ in entry.tellings:
        said = [written(each) for each in told] or ["{}"]
        for n, text in enumerate(said, 1):
            first = int(anew and n == 1)
            yield (agency, entry.partition, entry.pos, n, entry.case, epoch, first, at, text)


def entry_at(entry: Entry) -> str:
    """The registrar's clock at an entry that says something of a stream."""
    return entry.recorded.at if entry.recorded is not None else entry.refused.at if entry.refused is not None else ""


def written(told: Told) -> str:
    """As JSON: every field but the agency and the stream, which stand in the row's own columns."""
    _, _, partition, pos, type_, event_id, publisher, unit, actor, time, at, data, effects, relation, marks, code = told
    document = {
        "partition": partition, "pos": pos, "type": type_, "event_id": event_id, "publisher": publisher,
        "unit": unit, "actor": actor, "time": time, "at": at, "data": data,
        "effects": [{"type": name, "data": says} for name, says in effects],
        "relation": relation, "marks": marks, "code": code,
    }  # fmt: skip
    return orjson.dumps(document).decode()


def read(agency: str, stream: str, text: str) -> Told | None:
    """What a row's `told` says, as the desks fold it; None where an epoch begins with nothing."""
    said = orjson.loads(text)
    if not said:
        return None
    effects = tuple(Effect(each["type"], each["data"]) for each in said.pop("effects"))
    marks = tuple(said.pop("marks"))
    return Told(agency=agency, stream=stream, effects=effects, marks=marks, **said)
