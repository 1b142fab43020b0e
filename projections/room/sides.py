"""Whom an event concerns by itself: the subjects that can have another side, and the agencies that it accuses."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from domain.catalogue import by_name
from projections.room.kept import Kept
from projections.room.state import Room

ADDRESSING = ("to_agency", "owner_agency")
"""Fields that put an event to another agency."""

_NO_SIDES = frozenset({"victim_id", "defendant_id", "case_id", "body_id", "programme_id", "party_id"})


@lru_cache(maxsize=512)
def _subject_fields(event_type: str) -> tuple[str, ...]:
    """The id fields of a type that can have another side: never a person's and never the stream's own."""
    known = by_name.get(event_type)
    names = (*known.subject, *known.mints) if known is not None else ()
    return tuple(dict.fromkeys(name for name in names if name not in _NO_SIDES and "victim" not in name))


def subjects(part: Kept) -> Iterable[str]:
    """The ids of what the event is about, as far as these can have another side."""
    for field in _subject_fields(part.type):
        value = part.data.get(field)
        if isinstance(value, str):
            yield value
        elif value is not None:
            yield from value


def sides(part: Kept, room: Room) -> frozenset[str]:
    """The agencies on either side of what the event is about."""
    found = {part.data[name] for name in ADDRESSING if name in part.data}
    if room.parties:
        for subject in subjects(part):
            found.update(room.parties.get(subject, ()))
    return frozenset(found)


def accused_by(part: Kept) -> tuple[str, ...]:
    """The agencies whose official the event accuses."""
    if part.type == "identification.IndicatorReported":
        return tuple(part.data.get("accused_agencies", ()))
    if part.type == "investigation.SuspectIdentified" and part.data.get("official_complicity"):
        return (part.data["accused_agency"],) if "accused_agency" in part.data else ()
    return ()
