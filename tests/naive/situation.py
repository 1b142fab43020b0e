"""Who stands where in a stream after all that was said, and what follows of it for what each of them is told."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from naive.record import CATEGORIES, TYPES, Effect, Said, clear, ids
from naive.sharing import granted, told_anywhere

NO_SIDE = ("defendant_id", "case_id", "body_id", "programme_id", "party_id")


class Told(NamedTuple):
    """One thing as an agency is told it."""

    agency: str
    stream: str
    partition: int
    pos: int
    type: str
    event_id: str
    publisher: str
    unit: str
    actor: str
    time: str
    at: str
    data: dict[str, Any]
    effects: tuple[Effect, ...]
    relation: str
    marks: tuple[str, ...]
    code: str

    @property
    def is_own(self) -> bool:
        """Did the agency say it?"""
        return self.publisher == self.agency


class Thing(NamedTuple):
    """One thing said in a stream: an entry says one, and the last approval says again what it lets take effect."""

    entry: int
    said: Said
    held: bool


class Situation:
    """Who stands where after all that was said. What waits for an approval brings in nobody but who said it."""

    def __init__(self, things: Sequence[Thing]) -> None:
        self.joined: list[str] = []
        self.came: dict[str, set[str]] = {}
        self.care = self.proceedings = ""
        self.accused: set[str] = set()
        self.restriction: dict[str, Any] | None = None
        self.sides: dict[str, set[str]] = {}
        self.units: dict[str, list[str]] = {}
        self.roles: dict[str, tuple[str, str]] = {}
        self.recused: set[tuple[str, str]] = set()
        for thing in things:
            self._take(thing.said, thing.held)

    def _take(self, said: Said, held: bool) -> None:
        if said.code or held:
            self._join([said.publisher], "refused" if said.code else "in_case")
            return
        for effect in said.effects:
            if effect.type == "case.LeadsAssigned":
                self.care, self.proceedings = effect.data["care"], effect.data["proceedings"]
        self._officers(said)
        self._shut_out(said)
        to = addressed(said)
        for subject in _subjects(said) if to else []:
            self.sides.setdefault(subject, set()).update({said.publisher, to[0]})
        led = [agency for e in said.effects if e.type == "case.LeadsAssigned" for agency in e.data.values()]
        by = [] if TYPES[said.type]["kind"] == "clock" else [said.publisher]
        self._join({*by, *to, *led}, "in_case")
        self._join([a for a, mine in CATEGORIES.items() if mine & told_anywhere(said.type)], "category")

    def _join(self, agencies: Any, how: str) -> None:
        for agency in sorted(agencies):
            if agency not in self.joined:
                self.joined.append(agency)
            self.came.setdefault(agency, set()).add(how)

    def _officers(self, said: Said) -> None:
        units = self.units.setdefault(said.publisher, [])
        if said.unit not in units:
            units.append(said.unit)
        if said.type == "case.OfficerAssigned":
            self.roles[said.data["role"]] = (said.publisher, said.data["officer"])
            self.recused.discard((said.publisher, said.data["officer"]))
        elif said.type == "case.OfficerRecused":
            officer = (said.data.get("officer_agency", said.publisher), said.data["officer"])
            self.recused.add(officer)
            self.roles = {role: holder for role, holder in self.roles.items() if holder != officer}

    def _shut_out(self, said: Said) -> None:
        self.accused |= set(accused_by(said))
        if said.type == "case.Restricted":
            self.restriction = None if said.data["level"] == "none" else said.data
            self.accused = set() if said.data["level"] == "none" else self.accused

    def standing(self, agency: str) -> str:
        """How the agency stands."""
        rule = self.restriction or {}
        named = rule.get("admitted_agencies", [])
        unnamed = bool(named) and agency not in (*named, self.care, self.proceedings)
        if agency in self.accused or agency in rule.get("excluded_agencies", []) or unnamed:
            return "denied"
        if "in_case" in self.came[agency]:
            leads = {"care_lead": self.care, "proceedings_lead": self.proceedings}
            return "+".join(lead for lead, holder in leads.items() if holder == agency) or "in_case"
        return "category" if "category" in self.came[agency] else "refused"

    def level(self) -> str:
        """Of the restriction."""
        return str(self.restriction["level"]) if self.restriction else "official_accused" if self.accused else ""

    def tells(self, agency: str, standing: str, thing: Thing, marks: tuple[str, ...]) -> Told | None:
        """The thing as the agency is told it; None when it is told nothing."""
        said = thing.said
        place = (agency, said.stream, said.partition, said.pos, said.type, said.id)
        if agency == said.publisher:
            own = (said.publisher, said.unit, said.actor, said.time, said.at, said.data, said.effects)
            return Told(*place, *own, "publisher", marks, said.code)
        relations = self._relations(agency, standing, said)
        seen = granted(said.type, said.data, relations, agency)
        if said.code or standing == "refused" or agency in accused_by(said) or seen is None:
            return None
        shown = [(each.type, granted(each.type, each.data, relations, agency)) for each in said.effects]
        effects = [Effect(kind, data) for kind, data in shown if data is not None]
        by = said.publisher
        if relations[0] != "counterpart":
            by = self._name(by, agency, said)
            seen = self._names(said.type, seen, agency, said)
            effects = [Effect(kind, self._names(kind, data, agency, said)) for kind, data in effects]
        return Told(*place, by, "", "", said.time, said.at, seen, tuple(effects), relations[0], marks, "")

    def _relations(self, agency: str, standing: str, said: Said) -> tuple[str, ...]:
        if standing in ("category", "refused"):
            return ("category", "hears")
        sides = {*addressed(said), *(side for subject in _subjects(said) for side in self.sides.get(subject, ()))}
        leads = () if standing == "in_case" else tuple(standing.split("+"))
        return (*(["counterpart"] if agency in sides else []), *leads, "in_case", "category")

    def _names(self, kind: str, data: dict[str, Any], reader: str, said: Said) -> dict[str, Any]:
        shown = dict(data)
        for name, value, _ in clear(kind):
            if value == "agency" and data.get(name):
                of = data[name]
                one = isinstance(of, str)
                shown[name] = self._name(of, reader, said) if one else [self._name(each, reader, said) for each in of]
        return shown

    def _name(self, agency: str, reader: str, said: Said) -> str:
        """An alias for who gives care: a shelter's name is its address, and so is that of who did what shelters do."""
        mine = CATEGORIES[agency]
        provider = "shelter" in mine and "child_protection" not in mine
        cares = TYPES[said.type]["stage"] == "protection" and "shelter" in TYPES[said.type]["mandate"]
        if agency == reader or not (provider or (cares and agency == said.publisher)):
            return agency
        return f"care-provider-{self.joined.index(agency) + 1 if agency in self.joined else 0}"


def addressed(said: Said) -> list[str]:
    """Whom it is put to."""
    return [said.data[name] for name in ("to_agency", "owner_agency") if name in said.data]


def accused_by(said: Said) -> list[str]:
    """The agencies whose official it accuses."""
    if said.type == "identification.IndicatorReported":
        return list(said.data.get("accused_agencies", []))
    accuses = said.type == "investigation.SuspectIdentified" and said.data.get("official_complicity")
    return [said.data["accused_agency"]] if accuses and "accused_agency" in said.data else []


def _subjects(said: Said) -> Iterator[str]:
    """The ids of things that two agencies can stand on the sides of: no person and no stream."""
    for name in ids(said.type):
        value = said.data.get(name, []) if "victim" not in name and name not in NO_SIDE else []
        yield from [value] if isinstance(value, str) else value
