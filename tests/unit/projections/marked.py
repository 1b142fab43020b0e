"""An event of any type in which every field holds a value that stands nowhere else, and a room in which it is said."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from domain.catalogue import ClearField, EventType, by_name
from domain.event import Effect, Event, Recorded
from domain.profile import AGENCIES
from domain.stages.ledger.approvals import COMPLETED
from projections import room
from projections.engine import Key, Row
from projections.entry import Entry
from projections.room.kept import Kept
from projections.room.sides import ADDRESSING
from projections.room.state import HEARS, IN, Room
from projections.told import HELD
from unit.domain.story import AT, STREAM, uid

CATEGORIES = sorted(frozenset[str]().union(*(agency.categories for agency in AGENCIES.values())))
PUBLISHER = "a.publisher"
STANDINGS = {
    "counterpart": IN,
    "care_lead": "care_lead",
    "proceedings_lead": "proceedings_lead",
    "in_case": IN,
    "category": HEARS,
}
"""Relation → the standing of the agency that has no other relation to the event."""
BESIDE = {
    "counterpart": ("counterpart", "in_case", "category"),
    "care_lead": ("care_lead", "in_case", "category"),
    "proceedings_lead": ("proceedings_lead", "in_case", "category"),
    "in_case": ("in_case", "category"),
    "category": ("category", "hears"),
}
"""Relation → those that such an agency stands in: who leads takes part, who takes part hears what everybody hears; who
only hears of the case has heard of it."""
ONE_SIDED = frozenset({"defendant_id", "case_id", "body_id", "programme_id", "party_id"})
"""Ids of persons and streams, which have no other side; a victim's neither."""


class Listed(NamedTuple):
    """A directory of agencies that all hold one set of categories; the marked ones are enrolled nowhere."""

    agencies: Mapping[str, frozenset[str]]

    def categories(self, agency: str) -> frozenset[str]:
        """Its categories."""
        return self.agencies.get(agency, frozenset())

    def holding(self, categories: frozenset[str]) -> tuple[str, ...]:
        """Those that hold one of them."""
        return tuple(sorted(name for name, held in self.agencies.items() if not held.isdisjoint(categories)))


class Marked(NamedTuple):
    """What was said and which text stands for which of its fields: (type, field) → text."""

    entry: Entry
    rows: Mapping[Key, Row]
    marks: Mapping[tuple[str, str], str]


def agency_of(relation: str) -> str:
    """The agency that stands in this relation to the event alone."""
    return f"a.{relation}"


def relations_of(known: EventType, relation: str) -> tuple[str, ...]:
    """The relations that `agency_of(relation)` has to an event of the type: not every type has another side."""
    ids = (*known.subject, *known.mints)
    two_sided = any("victim" not in name and name not in ONE_SIDED for name in ids)
    addressed = any(field.name in ADDRESSING for field in known.clear)
    has_side = two_sided or addressed or relation != "counterpart"
    return BESIDE[relation if has_side else "in_case"]


def said(known: EventType, category: str) -> Marked:
    """The event in a room in which an agency of the category stands in each relation to it; ids are on both sides of
    the publisher and the counterpart. A type of effect is stated beside an event that everybody in a case is told."""
    marks: dict[tuple[str, str], str] = {}
    data = _data(known, marks)
    effects: tuple[Effect, ...] = ()
    type_ = known.name
    if known.kind == "effect":
        effects, type_ = (Effect(known.name, data),), "case.Closed"
        data = _data(by_name[type_], {})
    event = Event(uid("marked"), PUBLISHER, STREAM, type_, AT, "the-unit", "the-officer", data)
    counterpart = (PUBLISHER, agency_of("counterpart"))
    sides = dict.fromkeys(_ids(data), counterpart)
    members = {agency_of(relation): (0, _base(standing), standing) for relation, standing in STANDINGS.items()}
    present = Room(
        members={PUBLISHER: (0, IN, IN), **members},
        care=agency_of("care_lead"), proceedings=agency_of("proceedings_lead"), parties=sides,
    )  # fmt: skip
    directory = Listed({name: frozenset({category}) for name in members} | {PUBLISHER: frozenset({"hotline"})})
    entry = Entry(0, 7, STREAM, Recorded(event, AT, 2, effects), None, None, directory, [], [])
    rows: dict[Key, Row] = {(STREAM, -1, 0): (STREAM, -1, 0, present)}
    if known.name == COMPLETED:
        waits = Kept(3, AT, data_of(effects)["of"], PUBLISHER, "case.Closed", AT, "", "", {}, (), (HELD,))
        rows[STREAM, 3, 0] = (STREAM, 3, 0, waits)
    list(room.evolve(rows, entry))
    return Marked(entry, rows, marks)


def data_of(effects: tuple[Effect, ...]) -> Mapping[str, Any]:
    """The data of the only effect."""
    (effect,) = effects
    return effect.data


def _base(standing: str) -> str:
    return HEARS if standing == HEARS else IN


def _ids(data: Mapping[str, Any]) -> Iterable[str]:
    for value in data.values():
        yield from [each for each in (value if isinstance(value, list) else [value]) if isinstance(each, str)]


def _data(known: EventType, marks: dict[tuple[str, str], str]) -> dict[str, Any]:
    """A value for each field; `marks` learns by which text it is found."""
    data: dict[str, Any] = {}
    for name in (*known.subject, *known.mints):
        value = f"id-of-{known.name}-{name}"
        data[name] = [value] if name in known.listed else value
        marks[known.name, name] = value
    for field in known.clear:
        if field.name in ADDRESSING:
            data[field.name] = agency_of("counterpart")
        elif field.name != "admitted_agencies":  # whom it names alone is let in
            data[field.name], mark = _value(known, field)
            if mark:
                marks[known.name, field.name] = mark
    return data


def _value(known: EventType, field: ClearField) -> tuple[Any, str]:
    """A value that desks can read, and the text by which it is found; '' where no value is like no other."""
    number = 7_000_000 + 1000 * sorted(by_name).index(known.name) + known.clear.index(field)
    match field.kind:
        case "bool":
            return True, ""
        case "primero.risk_level":
            return "high", ""  # a time depends on it
        case "int":
            return ([number], str(number)) if field.is_list else (number, str(number))
        case "time" | "date":
            text = f"2{number % 1000:03}-03-02" + ("T08:00:00.000000Z" if field.kind == "time" else "")
        case "fields":
            return {f"marked-{number}": f"marked-{number}"}, f"marked-{number}"
        case _:
            text = f"marked-{number}"
    return ([text] if field.is_list else text), text
