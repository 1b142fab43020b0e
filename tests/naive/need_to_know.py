"""Who may know what of each entry, worked out from the table's file and the record alone, in words of its own.

Of every event: the fields that each agency is granted as it stands now, and those that it was granted at any time, as
earlier tellings are kept. Of every stream: who is shut out, and what its officers are to it. It shares the catalogue
and the file `sharing.toml` with the product, and no code that tells or answers.
"""

from __future__ import annotations

import tomllib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from domain.catalogue import by_name
from domain.event import Effect, Recorded
from domain.profile import AGENCIES

FILE = tomllib.loads((Path(__file__).parents[2] / "domain" / "data" / "sharing.toml").read_text(encoding="utf-8"))
LEADS_ONLY = set(FILE["leads_only"])
PERSONS = ("victim", "defendant_id", "case_id", "body_id", "programme_id", "party_id")
RETELLING = ("ledger.EventCorrected", "ledger.EventDisputed", "ledger.EventMisfiled")
Names = frozenset[str]


@cache
def row_fields(type_: str, relation: str, categories: Names) -> Names | None:
    """The fields by one relation: of the first row that fits. None: not even that it happened."""
    for row in FILE["grant"]:
        types, to, of = row["types"].split(), row["to"].split(), set(row.get("categories", "").split())
        named = "*" in types or type_ in types or f"{type_.partition('.')[0]}.*" in types
        if named and relation in to and (not of or of & categories):
            return _spelled(row["fields"].split(), type_, relation)
    return None


def _spelled(fields: list[str], type_: str, relation: str) -> Names | None:
    known = by_name[type_]
    ids = {*known.subject, *known.mints}
    every = ids | {each.name for each in known.clear}
    if fields == ["nothing"]:
        return None
    if fields == ["happened"]:
        return frozenset()
    if fields == ["all"]:
        return frozenset(every if relation in ("publisher", "care_lead", "proceedings_lead") else every - LEADS_ONLY)
    return frozenset(every & {*fields} | ids)


def fields_of(type_: str, relations: Iterable[str], categories: Names) -> Names | None:
    """The same by several relations together."""
    found = [names for each in relations if (names := row_fields(type_, each, categories)) is not None]
    return frozenset().union(*found) if found else None


def is_shelter(agency: str) -> bool:
    """Is its name an address?"""
    categories = AGENCIES[agency].categories if agency in AGENCIES else ()
    return "shelter" in categories and "child_protection" not in categories


@dataclass
class Act:
    """One event as the record has it; `values` are its data and what corrections put there later."""

    stream: str
    at: tuple[int, int]
    id: str
    type: str
    publisher: str
    unit: str
    actor: str
    times: tuple[str, ...]
    values: list[Mapping[str, Any]]
    effects: tuple[Effect, ...]
    held: bool
    sides: set[str] = field(default_factory=set)
    accuses: tuple[str, ...] = ()


@dataclass
class Case:
    """A stream: its acts in order, who leads and who is shut out after each, and what officers are to it."""

    acts: list[Act] = field(default_factory=list)
    leads: list[tuple[str, str]] = field(default_factory=list)
    shut: list[tuple[Names, Names]] = field(default_factory=list)
    """(shut out, the only ones let in beside the leads; empty: everybody) after each act."""
    inside: dict[str, int] = field(default_factory=dict)
    """Agency → the act with which it came in."""
    refused: set[str] = field(default_factory=set)
    level: str = ""
    excluded: set[str] = field(default_factory=set)
    accused: set[str] = field(default_factory=set)
    cleared: set[str] = field(default_factory=set)
    units: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    assigned: dict[str, tuple[str, str]] = field(default_factory=dict)
    recused: set[tuple[str, str]] = field(default_factory=set)

    def retold(self, knows: set[str]) -> set[str]:
        """When it was told anew to who knows of these events: one of them was said to stand otherwise, or an agency
        was shut out or let in."""
        return {
            act.times[1]
            for n, act in enumerate(self.acts)
            if not act.held
            and (
                (act.type in RETELLING and any(data.get("of") in knows for data in act.values))
                or self.shut[n] != self.shut[max(n - 1, 0)]
            )
        }

    def is_shut(self, agency: str, at: int) -> bool:
        """Was the agency shut out after that act?"""
        out, only = self.shut[at]
        return agency in out or bool(only and agency not in only and agency not in self.leads[at])

    @property
    def turns(self) -> list[int]:
        """The acts with which somebody's standing changed."""
        came = {*self.inside.values()}
        return [
            at
            for at in range(1, len(self.acts))
            if at in came or (self.leads[at], self.shut[at]) != (self.leads[at - 1], self.shut[at - 1])
        ]

    def hears(self, agency: str) -> bool:
        """Does it take part, was it refused here, or is its category told of something that happened here?"""
        return agency in self.inside or agency in self.refused or self.is_told_of(agency)

    def is_told_of(self, agency: str) -> bool:
        """Is its category told of something that happened here?"""
        categories = frozenset(AGENCIES[agency].categories) if agency in AGENCIES else frozenset()
        types = {act.type for act in self.acts if not act.held}
        return any(row_fields(type_, "category", categories) is not None for type_ in types)

    @property
    def restricted(self) -> str:
        """The level of the restriction; an accusation that nobody has lifted is one."""
        return self.level or ("official_accused" if self.accused - self.cleared else "")


class Record:
    """All streams of the record."""

    def __init__(self) -> None:
        self.cases: dict[str, Case] = defaultdict(Case)
        self._open: tuple[Names, Names] = (frozenset(), frozenset())

    def refused(self, stream: str, publisher: str) -> None:
        """A submission was refused: its sender may know so."""
        self.cases[stream].refused.add(publisher)

    def add(self, at: tuple[int, int], recorded: Recorded) -> None:
        """The next entry of its stream."""
        event, effects = recorded.event, recorded.effects
        case = self.cases[event.stream]
        ends = next((i for i, each in enumerate(effects) if each.type == "ledger.ApprovalCompleted"), None)
        held = any(each.type == "ledger.ApprovalAwaited" for each in effects)
        own = effects if ends is None else effects[: ends + 1]
        self._act(case, at, event, recorded.at, own, held=held)
        if ends is not None:
            of = effects[ends].data["of"]
            waited = next(act for act in case.acts if act.id == of and act.held)
            again = event.__class__(of, waited.publisher, event.stream, waited.type, waited.times[0], waited.unit,
                                    waited.actor, waited.values[0])  # fmt: skip
            self._act(case, at, again, recorded.at, effects[ends + 1 :], held=False)

    def _act(self, case: Case, at: tuple[int, int], event: Any, said_at: str, effects: Any, *, held: bool) -> None:
        act = Act(event.stream, at, event.id, event.type, event.publisher, event.unit, event.actor,
                  (event.time, said_at), [event.data], tuple(effects), held)  # fmt: skip
        case.acts.append(act)
        to = {event.data[name] for name in ("to_agency", "owner_agency") if name in event.data}
        act.sides |= to
        if to and not held:
            for other in case.acts:
                if other is act or _things(other) & _things(act):
                    other.sides |= {act.publisher, *to}
        for other in case.acts[:-1]:
            # What was put to another agency before has two sides, whoever speaks of it.
            put = {other.values[0].get("to_agency"), other.values[0].get("owner_agency")} - {None}
            if put and not other.held and _things(other) & _things(act):
                act.sides |= {other.publisher, *put}
        for other in case.acts if act.type == "ledger.EventCorrected" and not held else ():
            if other.id == act.values[0]["of"]:
                other.values.append({**other.values[-1], **act.values[0].get("clear_values", {})})
        leads = case.leads[-1] if case.leads else ("", "")
        for each in () if held else effects:
            if each.type == "case.LeadsAssigned":
                leads = (each.data["care"], each.data["proceedings"])
        case.leads.append(leads)
        coming = {act.publisher} if by_name[act.type].kind != "clock" else set()
        coming |= set() if held else {*to, *leads} - {""}
        for agency in coming:
            case.inside.setdefault(agency, len(case.acts) - 1)
        case.shut.append(self._after(case, act) if not held else (case.shut[-1] if case.shut else self._open))
        if act.unit and not held:
            case.units[act.publisher].add(act.unit)

    def _after(self, case: Case, act: Act) -> tuple[Names, Names]:
        """Who is shut out after it, and what it says of officers."""
        data, (_, only) = act.values[0], case.shut[-1] if case.shut else self._open
        if act.type == "identification.IndicatorReported":
            act.accuses = tuple(data.get("accused_agencies", ()))
        elif act.type == "investigation.SuspectIdentified" and data.get("official_complicity"):
            act.accuses = tuple({data.get("accused_agency")} - {None})
        case.accused |= {*act.accuses}
        case.cleared -= {*act.accuses}
        if act.type == "case.Restricted":
            none = data["level"] == "none"
            case.level = "" if none else data["level"]
            case.cleared = set(case.accused) if none else case.cleared
            case.excluded = set() if none else {*data.get("excluded_agencies", ())}
            only = frozenset(() if none else data.get("admitted_agencies", ()))
        elif act.type == "case.OfficerAssigned":
            case.assigned[data["role"]] = (act.publisher, data["officer"])
            case.recused.discard((act.publisher, data["officer"]))
        elif act.type == "case.OfficerRecused":
            gone = (data.get("officer_agency", act.publisher), data["officer"])
            case.recused.add(gone)
            case.assigned = {role: holder for role, holder in case.assigned.items() if holder != gone}
        return frozenset(case.excluded | (case.accused - case.cleared)), frozenset(only)

    def told(self, agency: str) -> Iterator[Known]:
        """Every event of which the agency may know anything, now or at some time."""
        for case in self.cases.values():
            turns = case.turns
            for n, act in enumerate(case.acts):
                known = _known(case, [n, *(at for at in turns if at > n)], act, agency)
                if known is not None:
                    yield known


@dataclass
class Known:
    """What an agency may know of an event: fields now and at any time (None: nothing), and of its effects by type.

    `own`: it acted itself; `beside`: it is on either side, so that a shelter is named to it.
    """

    act: Act
    now: Names | None
    ever: Names | None
    effects_now: dict[str, Names]
    effects_ever: dict[str, Names]
    own: bool
    beside: bool


def _things(act: Act) -> set[str]:
    """The ids of what it is about that can have another side."""
    known, found = by_name[act.type], set[str]()
    for name in (*known.subject, *known.mints):
        value = act.values[0].get(name)
        if not name.startswith(PERSONS) and "victim" not in name and value is not None:
            found |= {value} if isinstance(value, str) else set(value)
    return found


def _known(case: Case, since: Iterable[int], act: Act, agency: str) -> Known | None:
    """What it may know of the act, as it stood after each of those `since`."""
    last, categories = len(case.acts) - 1, frozenset(AGENCIES[agency].categories)
    shut = case.is_shut(agency, last)
    if agency == act.publisher:
        every = frozenset(name for data in act.values for name in data)
        effects = {each.type: frozenset(each.data) for each in act.effects}
        return Known(act, None if shut else every, every, {} if shut else effects, effects, own=True, beside=True)
    if agency in act.accuses:
        return None
    now = () if shut else _relations(case, last, act, agency)
    stood = [_relations(case, at, act, agency) for at in since if not case.is_shut(agency, at)]
    ever = dict.fromkeys(each for relations in stood for each in relations)
    of = {each.type for each in act.effects}
    known = Known(
        act,
        fields_of(act.type, now, categories),
        fields_of(act.type, ever, categories),
        {each: names for each in of if (names := fields_of(each, now, categories)) is not None},
        {each: names for each in of if (names := fields_of(each, ever, categories)) is not None},
        own=False,
        beside=agency in act.sides,
    )
    return known if known.ever is not None else None


def _relations(case: Case, at: int, act: Act, agency: str) -> tuple[str, ...]:
    """How the agency stands to the event after the act with that number."""
    if case.inside.get(agency, at + 1) > at:
        return ("category", "hears") if case.is_told_of(agency) else ("category",)
    care, proceedings = case.leads[at]
    found = ("counterpart",) if agency in act.sides else ()
    found += ("care_lead",) if agency == care else ()
    found += ("proceedings_lead",) if agency == proceedings else ()
    return (*found, "in_case", "category")


@dataclass(frozen=True)
class Person:
    """An agency's system (`role` system), or one of its people."""

    agency: str
    role: str
    officer: str = ""
    units: tuple[str, ...] = ()


def may_read(record: Record, person: Person, view: str, stream: str) -> bool:
    """May the person see a row of the agency of this stream ('' for none) in this view?"""
    role, case = person.role, record.cases.get(stream)
    if role == "operator":
        return False
    if case is None or not case.hears(person.agency):
        return (view == "submissions" and role not in ("duty", "officer")) or (view == "refusals" and role != "officer")
    if case.acts and case.is_shut(person.agency, len(case.acts) - 1):
        return role == "system" and view in ("submissions", "withdrawn")
    if role == "system":
        return True
    if (person.agency, person.officer) in case.recused:
        return False
    holds = (person.agency, person.officer) in case.assigned.values()
    match role:
        case "supervisor" | "auditor":
            return True
        case "officer":
            acted = bool({*person.units} & case.units.get(person.agency, set()))
            return holds or (acted and case.restricted != "named_officers")
        case _:
            return view in ("worklist", "referrals", "refusals", "access") and (holds or not case.restricted)
