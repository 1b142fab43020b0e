"""How an event changes who stands where: who comes in, who leads, who is on the other side, who is shut out.

What waits for an approval brings in its publisher alone. The clock is a service and in no case.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from domain import sharing
from domain.stream import brought
from projections.entry import Directory
from projections.room.kept import Kept
from projections.room.sides import ADDRESSING, accused_by, subjects
from projections.room.state import HEARS, IN, REFUSED, Room
from projections.told import HELD


def after_part(room: Room, part: Kept, partners: Directory) -> Room:
    """The room after one event, or after a refusal, which lets its sender hear of its own."""
    if part.code or HELD in part.marks:
        return _joined(room, (part.publisher,), REFUSED if part.code else IN)
    changes: dict[str, Any] = {}
    for effect in part.effects:
        if effect.type == "case.LeadsAssigned":
            changes |= {"care": effect.data["care"], "proceedings": effect.data["proceedings"]}
    change = _CHANGES.get(part.type)
    if change is not None:
        changes |= change(room, part)
    changes |= _parties(room, part)
    if part.unit and part.unit not in room.units.get(part.publisher, ()):
        changes["units"] = {**room.units, part.publisher: (*room.units.get(part.publisher, ()), part.unit)}
    if changes:
        room = room._replace(**changes)
    room = _joined(room, brought(part.type, part.publisher, part.data, part.effects), IN)
    categories = sharing.categories_told().get(part.type)
    return _joined(room, partners.holding(categories), HEARS) if categories else room


def _joined(room: Room, agencies: Iterable[str], base: str) -> Room:
    """`agencies` come in; who only heard of the case before takes part in it now."""
    new = {}
    for agency in sorted(agencies):
        before = room.members.get(agency)
        if before is None or (base == IN != before[1]):
            new[agency] = (before[0] if before else 0, base, before[2] if before else base)
    return room._replace(members={**room.members, **new}) if new else room


def _restricted(room: Room, part: Kept) -> dict[str, Any]:
    data = part.data
    if data["level"] == "none":
        return {"restriction": None, "cleared": room.accused}
    shut, let_in = data.get("excluded_agencies", ()), data.get("admitted_agencies", ())
    return {"restriction": (data["level"], tuple(shut), tuple(let_in))}


def _accused(room: Room, part: Kept) -> dict[str, Any]:
    named = accused_by(part)
    if not named:
        return {}
    return {
        "accused": tuple(sorted({*room.accused, *named})),
        "cleared": tuple(agency for agency in room.cleared if agency not in named),
    }


def _assigned(room: Room, part: Kept) -> dict[str, Any]:
    officer = (part.publisher, part.data["officer"])
    return {
        "assigned": {**room.assigned, part.data["role"]: officer},
        "recused": tuple(each for each in room.recused if each != officer),
    }


def _recused(room: Room, part: Kept) -> dict[str, Any]:
    officer = (part.data.get("officer_agency", part.publisher), part.data["officer"])
    return {
        "recused": tuple(sorted({*room.recused, officer})),
        "assigned": {role: holder for role, holder in room.assigned.items() if holder != officer},
    }


_CHANGES = {
    "case.Restricted": _restricted,
    "case.OfficerAssigned": _assigned,
    "case.OfficerRecused": _recused,
    "identification.IndicatorReported": _accused,
    "investigation.SuspectIdentified": _accused,
}


def _parties(room: Room, part: Kept) -> dict[str, Any]:
    """The two sides of a subject that the event puts to another agency."""
    to = next((part.data[name] for name in ADDRESSING if name in part.data), None)
    if to is None:
        return {}
    sides, found = {part.publisher, to}, {}
    for subject in subjects(part):
        before = room.parties.get(subject, ())
        if not sides <= {*before}:
            found[subject] = tuple(sorted({*before, *sides}))
    return {"parties": {**room.parties, **found}} if found else {}
