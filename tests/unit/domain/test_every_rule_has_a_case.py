"""Every type of the catalogue is accepted in some row, and each of its rules is broken in one, by itself.

The rows are those of the stages' tables. For the rules that all types share (an open case, a subject on record, an
actor who is not recused, a reason `other` that says which, an entry in time) they are each type's own accepted row with
only that changed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from domain.case import Case
from domain.catalogue import EventType, by_name
from domain.event import Effect
from domain.ids import listed
from domain.profile import AGENCIES
from domain.refusals import Refusal
from domain.stages.rules import Rule, shifted
from domain.stream import _QUESTIONS, _RULES, _STAGES, _of_kind
from unit.domain.story import CONTEXT, HOTLINE, LATER, STREAM, Act, Recused, act, event, names, outcome, take, uid
from unit.domain.tables import TABLES, Row, rows

ALWAYS = {
    "the officer's own agency": "a pseudonym is its agency's own, so whoever names one names its own officer",
    "any holder of the mandate; the publisher is the sender": "the mandate is judged before the stream is asked",
}
"""Relations that hold by their meaning: there is nothing to break."""

AS_BREAKS = {
    "custodian": {"HANDLER_NOT_CUSTODIAN", "RELEASER_NOT_CUSTODIAN"},
    "custodian; for the defence the court or the prosecutor states it": {"HANDLER_NOT_CUSTODIAN"},
    "custodian of the parent": {"HANDLER_NOT_CUSTODIAN"},
    "recipient named in the transfer": {"RECEIVER_NOT_NAMED_RECIPIENT"},
    "recipient named in the transfer, or the sender on the return leg": {"RECEIVER_NOT_NAMED_RECIPIENT"},
}
"""Relations of custody, by the break of the chain that says of a fact that it did not hold."""

SAME_AS_RELATION = {
    "own event": {"publisher of the event", "publisher of the event, or its successor agency by registry"},
}
"""Checks that ask what the relation asks: the relation is asked first and refuses for both."""

FALLS_WITH = {
    "recovery period running": {"duty open"},
    "referral requested or referral accepted": {"duty open"},
    "verdict rendered or appeal decided or judgment final": {"appeal possible"},
    "publisher of the event": {"own event"},
    "publisher of the event, or its successor agency by registry": {"own event", "correctable event"},
}
"""Rules that can't hold where this one is broken; and nothing holds of a subject that is not on record."""

RECUSED, LATE = "actor not recused", "LATE_ENTRY"
A_YEAR = timedelta(days=365)


def labels(known: EventType) -> tuple[str, ...]:
    """What the questions of a type are about, in the order in which they are asked; a subject by its field."""
    subjects = iter(name for name in known.subject if name not in known.mints and name not in _STREAMS)
    asked = _QUESTIONS.get(known.name, ())
    return tuple(next(subjects) if each.name == "out of sequence" else each.name for each in asked)


_STREAMS = frozenset({"case_id", "party_id", "body_id", "programme_id"})


def ways(known: EventType) -> dict[str, Rule]:
    """The ways in which a rule `a or b` can hold."""
    own = _STAGES[known.stage].RULES
    return {
        f"{part} ({name})": own.get(part) or _RULES[part]
        for name in known.requires
        if " or " in name
        for part in name.split(" or ")
    }


def needed(known: EventType) -> set[str]:
    """What some row must show of a type."""
    if known.kind == "effect":
        return {"stated"}
    told = AS_BREAKS.get(known.relation or "", set()) & {*known.breaches}
    elsewhere = (
        {known.relation} if told else {name for name, same in SAME_AS_RELATION.items() if known.relation in same}
    )
    found = {"accepted", *labels(known), *ways(known), *known.breaches} - ALWAYS.keys() - elsewhere
    if known.kind == "fact" and known.name != "case.RecordImported":
        found |= {LATE, "ACTED_WHILE_RECUSED"}
    if known.kind == "authority" and not known.protective:
        found.add(RECUSED)
    return found


def broken(row: Row, context: Any) -> Iterator[tuple[str, str]]:
    """The rules that a row breaks, in order, with the code of each; those after a broken one may have no answer."""
    known = by_name[row.when.type]
    state, asked = _of_kind(row.before, known), event(row.when, row.before.stream)
    for label, each in zip(labels(known), _QUESTIONS[known.name], strict=True):
        answer = each.rule(state, asked, known, context)
        if answer:
            yield label, answer[0]


def shown(row: Row) -> tuple[set[str], Sequence[Effect]]:
    """What a row shows of its type, and what was stated."""
    known = by_name[row.when.type]
    context = LATER if row.context is CONTEXT and known.kind == "clock" else row.context
    try:
        _, stated = take(row.before, row.when, row.context)
    except Refusal as refusal:
        return _refused(known, row, context, refusal), ()
    codes = {*names(stated)} | {effect.data["break_code"] for effect in stated if "break_code" in effect.data}
    sequence = {effect.data["rule"] for effect in stated if effect.data.get("breach") == "OUT_OF_SEQUENCE"}
    against = [label for label, _ in broken(row, context)]
    assert {*_asked(known, against)} <= sequence, row.name
    if not against:
        return {*codes, "accepted", *_held(row, context)}, stated
    return codes | alone(known, against), stated


def alone(known: EventType, against: Sequence[str]) -> set[str]:
    """The rule that a row breaks first, if by itself: with it only what falls with it."""
    first, *others = against
    return {first} if first in known.subject or {*others} <= FALLS_WITH.get(first, set()) else set()


def _held(row: Row, context: Any) -> Iterator[str]:
    """The ways in which the rules of an accepted row held."""
    known = by_name[row.when.type]
    state, asked = _of_kind(row.before, known), event(row.when, row.before.stream)
    return (name for name, rule in ways(known).items() if not rule(state, asked, known, context))


def _asked(known: EventType, against: Sequence[str]) -> Iterator[str]:
    """The rules in the ledger's own words: whatever is not on record is out of sequence."""
    return ("out of sequence" if label in known.subject else label for label in against)


def _refused(known: EventType, row: Row, context: Any, refusal: Refusal) -> set[str]:
    """The first rule that is broken refuses, under its own code or as moot."""
    if refusal.code == "actor.recused":
        return {RECUSED}
    if (refusal.code, *refusal.paths) == ("data.invalid_value", "data.reason"):
        # The list of the type's reasons has no `other`: the form keeps the rule.
        return {"reason stated"}
    against = list[str]()
    own = ""
    try:
        for label, code in broken(row, context):
            against.append(label)
            own = own or code
    except (Refusal, KeyError):
        # The form refuses, or the rules after the first ask about what is not on record.
        pass
    moot = known.kind == "clock" and refusal.code == "clock.moot"
    return alone(known, against) if against and (moot or refusal.code == own) else set()


def shared(row: Row) -> Iterator[Row]:
    """A row that was accepted, with one thing changed that all types are asked for."""
    known = by_name[row.when.type]
    if isinstance(row.before, Case):
        reopens = known.protective or known.kind == "fact"
        yield row._replace(before=replace(row.before, status="new" if reopens else "closed"))
    for name in known.subject:
        data = event(row.when, row.before.stream).data
        if name in data and name not in _STREAMS:
            nobody = "E-404" if name == "exhibit_number" else uid("nobody")
            other = [nobody, *listed(data[name])[1:]] if name in known.listed else nobody
            yield row._replace(when=replace(row.when, data={**row.when.data, name: other}))
    if any(field.name == "reason" for field in known.clear):
        data = {name: value for name, value in row.when.data.items() if name != "_sd"}
        yield row._replace(when=replace(row.when, data={**data, "reason": "other"}))
    at = row.context.at
    yield row._replace(context=replace(row.context, partners=Recused()))
    yield row._replace(context=replace(row.context, at=shifted(at, A_YEAR)))


@cache
def found() -> dict[str, set[str]]:
    """By type, what the rows show."""
    seen: dict[str, set[str]] = defaultdict(set)

    def see(row: Row) -> set[str]:
        here, stated = shown(row)
        # The registry can grant a mandate beyond the categories, so the rules bind others too; what is accepted is
        # shown by who has it by category.
        if not AGENCIES[row.when.by].categories & by_name[row.when.type].mandate:
            here -= {"accepted"}
        seen[row.when.type] |= here
        for effect in stated:
            seen[effect.type].add("stated")
        return here

    for row in rows():
        if "accepted" in see(row):
            for changed in shared(row):
                see(changed)
    return seen


@pytest.mark.parametrize("name", by_name)
def test_every_type_is_accepted_and_each_of_its_rules_is_broken_in_some_row(name: str) -> None:
    assert not needed(by_name[name]) - found()[name]


EFFECTS = [known.name for known in by_name.values() if known.kind == "effect"]


@pytest.mark.parametrize("name", EFFECTS)
def test_what_the_ledger_states_is_never_submitted(name: str) -> None:
    assert outcome(Case.new(STREAM), act(name, HOTLINE)) == "type.not_submittable"


def tells_of_an_act(row: object) -> bool:
    """A row of a table: a name, what stands before, and the act."""
    return isinstance(row, tuple) and isinstance(row[0], str) and any(isinstance(part, Act) for part in row)


def test_every_table_of_the_stages_is_read() -> None:
    here = Path(__file__).parent
    modules = {".".join(path.relative_to(here).with_suffix("").parts) for path in here.rglob("test_*.py")}
    tables = {
        (module, name)
        for module in modules
        for name, table in vars(import_module(f"unit.domain.{module}")).items()
        if not name.startswith("_") and isinstance(table, list) and any(map(tells_of_an_act, table))
    }
    assert tables == TABLES.keys()
