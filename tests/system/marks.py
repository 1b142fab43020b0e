"""Which values of a record are found again in a text, and which of them a reader may be shown."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from domain.catalogue import by_name
from naive.need_to_know import Act, Known, Names, Person, Record, is_shelter, may_read

UNIQUE = frozenset(
    {"id", "event", "agency", "actor", "time", "date", "int", "version", "tag", "tag_or_none", "seal", "number",
     "ledger_head"}
)  # fmt: skip
"""Kinds of fields whose values are no code: what stands in a text, stands there because somebody put it there."""
OWN = ("submissions", "refusals", "caseload", "worklist")
"""Views that hold refusals of the reader's agency."""
SMALL = 1000
"""Whole numbers below it may be anything."""


class Answer(NamedTuple):
    """What a reader was answered; `past`: of another point than now."""

    status: int
    headers: str
    text: str
    past: bool

    @property
    def all(self) -> str:
        """All of it."""
        return f"{self.headers}\n{self.text}"


@dataclass
class Marks:
    """`all` values that are looked for; `refusals`: (agency, stream) → those of submissions that became no event."""

    all: set[str] = field(default_factory=set)
    refusals: dict[tuple[str, str], set[str]] = field(default_factory=lambda: defaultdict(set))

    def refused(self, said: Mapping[str, Any], at: str) -> None:
        """Take up a refusal, or that a submission was a duplicate."""
        values = {at, *(said[name] for name in ("publisher", "stream", "event") if said.get(name))}
        self.refusals[said["publisher"], said.get("stream", "")] |= values
        self.all |= values

    def read(self, record: Record) -> None:
        """Take up every value of the record."""
        for case in record.cases.values():
            for act in case.acts:
                who = () if by_name[act.type].kind == "clock" else (act.unit, act.actor)
                self.all |= {act.stream, act.id, act.publisher, *who, *act.times} - {""}
                for data in act.values:
                    self.all.update(_values(act.type, data, data.keys()))
                for effect in act.effects:
                    self.all.update(_values(effect.type, effect.data, effect.data.keys()))

    def allowed(self, record: Record, known: Iterable[Known], reader: Person, *, past: bool) -> set[str]:
        """What the reader may be shown, of now or of any time.

        Who is told a case anew learns when that was, as the row has its instant.
        """
        found = {reader.agency, reader.officer, *reader.units} - {""}
        for (agency, stream), values in self.refusals.items():
            if agency == reader.agency and any(may_read(record, reader, view, stream) for view in OWN):
                found |= values
        streams = record.cases
        read = {each for each in streams for view in ("caseload", "worklist") if may_read(record, reader, view, each)}
        sent = {each for each in streams if may_read(record, reader, "submissions", each)}
        for each in known:
            stream = each.act.stream
            if stream in read:
                found |= {stream, *_shown(each, reader.agency, past=past)}
            elif each.own and stream in sent:
                found |= {stream, each.act.id, each.act.actor, *each.act.times}
        knows = {each.act.id for each in known if each.ever is not None}
        for stream in read if past else ():
            found |= streams[stream].retold(knows)
        for stream, case in record.cases.items():
            if may_read(record, reader, "withdrawn", stream):
                found |= {stream, *case.retold(knows)}
        return found

    def sent(self, record: Record, known: Iterable[Known], agency: str) -> set[str]:
        """What the agency was ever told, of cases too that were withdrawn from it since."""
        found = {agency, *(stream for stream, case in record.cases.items() if case.hears(agency))}
        for (of, _), values in self.refusals.items():
            found |= values if of == agency else set()
        knows = {each.act.id for each in known if each.ever is not None}
        for each in known:
            found |= {*_shown(each, agency, past=True), *record.cases[each.act.stream].retold(knows)}
        return found


def _shown(known: Known, agency: str, *, past: bool) -> Iterator[str]:
    """The values of an event that the agency may be shown."""
    act, fields = known.act, known.ever if past else known.now
    if fields is None:
        return
    yield from (act.id, *act.times, *_named(known, agency, act.publisher, cares=is_care(act)))
    if known.own:
        yield from (act.unit, act.actor)
    effects: Mapping[str, Names] = known.effects_ever if past else known.effects_now
    said = [(act.type, data, fields) for data in act.values]
    said += [(each.type, each.data, effects[each.type]) for each in act.effects if each.type in effects]
    for type_, data, granted in said:
        agencies = {each.name for each in by_name[type_].clear if each.kind == "agency"}
        yield from _values(type_, data, granted - agencies)
        for name in agencies & granted & data.keys():
            for value in [data[name]] if isinstance(data[name], str) else data[name]:
                yield from _named(known, agency, value)


def is_care(act: Act) -> bool:
    """Is it told without its provider's name to who is on neither side?"""
    known = by_name[act.type]
    return known.stage == "protection" and "shelter" in known.mandate


def _named(known: Known, reader: str, agency: str, *, cares: bool = False) -> Iterator[str]:
    """The agency, unless its name is an address to the reader."""
    if known.beside or agency == reader or not (cares or is_shelter(agency)):
        yield agency


def _values(type_: str, data: Mapping[str, Any], names: Iterable[str]) -> Iterator[str]:
    """What is looked for, of these fields."""
    kinds = {each.name: each.kind for each in by_name[type_].clear}
    for name in names:
        if name in data and kinds.get(name, "id") in UNIQUE:
            yield from _leaves(data[name])


def _leaves(value: Any) -> Iterator[str]:
    match value:
        case bool():
            return
        case int():
            yield from [str(value)] if value >= SMALL else []
        case str():
            yield from [value] if len(value) > 1 else []
        case Mapping():
            yield from (each for inner in value.values() for each in _leaves(inner))
        case _:
            yield from (each for inner in value for each in _leaves(inner))
