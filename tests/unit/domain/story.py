"""Given, when, then for a case: acts are data, what is not said has a default that the type's model accepts.

An outcome is the refusal's code, or the names of what the ledger states beside the event: breaches and effect types.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from domain.case import Case
from domain.catalogue import STREAM_ID, ClearField, by_name, check
from domain.codes import codes
from domain.event import Effect, Event, Recorded
from domain.profile import AGENCIES, deadline
from domain.refusals import Refusal
from domain.stages.rules import Context
from domain.stages.state import StreamState
from domain.stream import admit, evolve

AT = "2026-03-02T09:00:00.000000Z"

POLICE, PROSECUTOR, CHILD_PROTECTION = "mn.npa", "mn.opg", "mn.cfdpa"
SHELTER, HOTLINE, TEAM, HOSPITAL = "mn.mgec", "mn.hotline108", "mn.mdt", "mn.health"
COURT, TASK_FORCE, CLOCK, IMPORTER = "mn.courts", "mn.mdtf", "mn.clock", "ctdc.import"
OVERSIGHT, KEYRING = "mn.nhrcm", "mn.keyring"
SUSPENDED, SUCCEEDED = "mn.talita", "mn.hotline1903"
PANEL = [CHILD_PROTECTION, SHELTER, HOSPITAL]

_SAMPLES: dict[str, Any] = {
    "date": "2026-03-01",
    "time": "2026-03-02T08:00:00.000000Z",
    "month": "2026-01",
    "year": "2018",
    "int": 1,
    "bool": False,
    "country": "MN",
    "language": "mon",
    "version": "2.0",
    "actor": "officer-9",
    "unit": "unit-2",
    "agency": CHILD_PROTECTION,
    "number": "E-1",
    "article": "13.1",
    "tag": "T" * 43,
    "seal": "S-1",
    "indicator_value": "P1=11",
    "ledger_head": f"0-1-{'h' * 43}",
    "type_name": "identification.IndicatorReported",
    "refusal_code": "data.missing_field",
    "rule_name": "open case",
    "field_name": "aimag",
    "fields": {},
    "deadline": "reroute",
}


def uid(label: str) -> str:
    """The id that a story calls `label`."""
    return str(uuid5(NAMESPACE_URL, f"story:{label}"))


STREAM = uid("case")


@dataclass(frozen=True)
class Act:
    """What an agency does: data holds labels for ids and what matters; the rest gets defaults."""

    type: str
    by: str
    data: dict[str, Any]
    time: str = AT
    actor: str = "officer-1"
    id: str = ""


class Registry:
    """The agencies of the profile, one of them suspended."""

    def categories(self, agency: str) -> frozenset[str]:
        """The agency's categories; empty when it is not enrolled."""
        return AGENCIES[agency].categories if agency in AGENCIES else frozenset()

    def is_active(self, agency: str) -> bool:
        """Enrolled and not suspended."""
        return agency in AGENCIES and agency != SUSPENDED

    def is_recused(self, agency: str, actor: str) -> bool:
        """Nobody is recused from every case."""
        return False

    def deadline(self, name: str, grade: str | None = None) -> timedelta:
        """As the profile has it."""
        return deadline(name, grade)

    def successor(self, agency: str) -> str | None:
        """One hotline has taken over from the other."""
        return HOTLINE if agency == SUCCEEDED else None


class Recused(Registry):
    """Everybody is recused from every decision."""

    def is_recused(self, agency: str, actor: str) -> bool:
        """Yes."""
        return True


CONTEXT = Context(AT, Registry())
LATER = Context("2026-12-31T00:00:00.000000Z", Registry())
"""When the clock speaks: everything that a story opened has fallen due."""


def act(type: str, by: str, *, time: str = AT, actor: str = "officer-1", id: str = "", **data: Any) -> Act:
    """An act in one line."""
    return Act(type, by, data, time, actor, id)


def _sample(field: ClearField) -> Any:
    if field.is_list:
        return []
    if field.kind in ("id", "event"):
        return uid(field.name)
    return sample(field)


def sample(field: ClearField, chance: random.Random | None = None) -> Any:
    """A value of the kind, any of a list of codes when there is a chance."""
    listed = codes(field.kind)
    if listed:
        return chance.choice(sorted(listed)) if chance else sorted(listed)[0]
    if chance and field.kind in ("bool", "int"):
        return chance.random() < 0.5 if field.kind == "bool" else chance.randrange(100)
    return _SAMPLES[field.kind]


def _filled(done: Act) -> dict[str, Any]:
    known = by_name[done.type]
    names = [name for name in (*known.subject, *known.mints) if name != STREAM_ID.get(known.stream)]
    data: dict[str, Any] = {name: "E-1" if name == "exhibit_number" else uid(name) for name in names}
    data |= {name: [data[name]] for name in names if name in known.listed}
    data |= {field.name: _sample(field) for field in known.clear if not field.optional}
    return data | done.data


def event(done: Act, stream: str = STREAM) -> Event:
    """The event of an act in a stream, checked against its model."""
    data = _filled(done)
    check(by_name[done.type], stream, data)
    return Event(done.id or uid(repr(done)), done.by, stream, done.type, done.time, "unit-1", done.actor, data)


def take(state: StreamState, done: Act, context: Context = CONTEXT) -> tuple[Any, tuple[Effect, ...]]:
    """The stream after the act, and what was stated; raises Refusal."""
    submitted = event(done, state.stream)
    if context is CONTEXT and by_name[done.type].kind == "clock":
        context = LATER
    stated = admit(state, submitted, by_name[done.type], context)
    for effect in stated:
        check(by_name[effect.type], state.stream, effect.data)
    return evolve(state, Recorded(submitted, context.at, state.version + 1, stated)), stated


def given(
    acts: Iterable[Act],
    *,
    kind: type[StreamState] = Case,
    stream: str = STREAM,
    context: Context = CONTEXT,
    **changes: Any,
) -> Any:
    """The stream after acts that must all be admitted; `changes` set what no known type can bring about."""
    state = kind(stream)
    for done in acts:
        state, _ = take(state, done, context)
    return replace(state, **changes)


def names(stated: Sequence[Effect]) -> tuple[str, ...]:
    """Breach codes and the short names of other effects, in order."""
    return tuple(effect.data.get("breach") or effect.type.partition(".")[2] for effect in stated)


def outcome(state: StreamState, when: Act, context: Context = CONTEXT) -> str | tuple[str, ...]:
    """The refusal's code, or the names of what was stated."""
    try:
        return names(take(state, when, context)[1])
    except Refusal as refusal:
        return refusal.code


def approved(done: Act, role: str, by: str = "") -> list[Act]:
    """The act, and another officer's approval of it."""
    named = replace(done, id=uid(f"to be approved {done!r}"))
    return [named, act("ledger.ApprovalGiven", by or done.by, actor="officer-2", of=named.id, role=role)]


INDICATED = act("identification.IndicatorReported", HOTLINE)
PRESUMED = act("identification.VictimPresumed", CHILD_PROTECTION)
