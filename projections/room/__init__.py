"""`rooms`: who is in a case and what was said there; it decides, entry by entry, what each agency is told.

A room is a stream's own: its members, the two leads, the other side of each subject, restrictions, accused agencies,
officers, the aliases of care providers, and every event as it stands now. What an agency is told follows from its
relation to the event by `domain.sharing`. When its standing changes, or an event that it may know of is corrected,
disputed or misfiled, the case is told to it anew, under what it may see now; what it was told before stays in its
timeline's earlier epoch.
Desks, timeline, access and feeds fold what this fold says, so it comes first.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, NamedTuple

import orjson

from domain.catalogue import by_name
from domain.stages.ledger.duties_said import CLOCK
from projections.engine import Document, Key, Row
from projections.entry import Entry
from projections.room import kept, said, state
from projections.room.kept import Kept
from projections.room.members import after_part
from projections.room.officers import access
from projections.room.state import Room
from projections.room.telling import hearing, tellings


def _written(found: Kept | Room) -> str:
    return kept.written(found) if isinstance(found, Kept) else state.written(found)


def _read(text: str) -> Kept | Room:
    found = orjson.loads(text)
    return state.read(found) if isinstance(found[0], dict) else kept.read(found)


class RoomRow(NamedTuple):
    """The room itself, or what an entry said there."""

    stream: Annotated[str, "the stream"]
    pos: Annotated[int, "position of the entry; -1 for the room itself"]
    i: Annotated[int, "0; 1 for the event that takes effect by the approval at this position"]
    kept: Annotated[Kept | Room, Document(_written, _read), "what the entry said, as corrected; or who stands where"]


name = "rooms"
row = RoomRow
keys = 3
group = "stream"
reads = "nobody"

_ROOM = (-1, 0)
_ANYWHERE = frozenset(known.name for known in by_name.values() if known.stream == "any")


def groups(entry: Entry) -> Iterable[str]:
    """The stream of an operational event, or that which a refused submission named."""
    refused, recorded = entry.refused, entry.recorded
    if refused is not None:
        told = refused.stream and refused.type and refused.code != "intake.wrong_partition"
        return (refused.stream,) if told and refused.publisher != CLOCK else ()
    return () if recorded is None or recorded.event.type == "case.RecordImported" else (entry.stream,)


def evolve(rows: Mapping[Key, Row], entry: Entry) -> Iterable[Row]:
    """The rows that the entry changes; what each agency is told by it is added to `entry.tellings`."""
    stream = entry.case
    own = rows.get((stream, *_ROOM))
    room = own[-1] if own is not None else Room()
    parts = said.parts(entry, rows)
    if own is None and parts[0].type in _ANYWHERE:
        # An event about another entry is no first entry of a stream.
        return
    after = room
    for part in parts:
        after = after_part(after, part, entry.partners)
    remarked = {at: now for at, now in said.remarked(rows, parts).items() if now != rows[stream, *at][-1]}
    if after is not room:
        after = state.standing(room, after)
    if remarked:
        stood = [rows[stream, *at][-1] for at in remarked]
        after = state.told_anew(room, after, hearing((*stood, *remarked.values()), after, entry))
    changed = {(part.pos, i): part for i, part in enumerate(parts)} | remarked
    yield from ((stream, *at, part) for at, part in changed.items())
    if after is not room:
        yield (stream, *_ROOM, after)
        entry.access.extend(access(after, stream))
    entry.tellings.extend(tellings(room, after, parts, said.History(rows, changed), entry))
