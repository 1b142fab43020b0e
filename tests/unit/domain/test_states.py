"""Who enters and who leaves each state of the catalogue: its list is what the rules answer, before and after the act.

A state is asked for by the types that require it. In the stories of the stages' tables, each type that the catalogue
names as entering a state makes such a rule hold that did not, and each that leaves it makes one fail that held.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple

import pytest

from domain.catalogue import STREAM_ID, by_name, read
from domain.event import Event
from domain.ids import listed
from domain.refusals import Refusal
from domain.stages.rules import Rule
from domain.stream import _RULES, _STAGES, _of_kind
from unit.domain.story import CONTEXT, LATER, event, take
from unit.domain.tables import Row, Step, rows

STATES: dict[str, dict[str, list[str]]] = read()["states"]


class Asked(NamedTuple):
    """A type that requires a state, or that it is not so."""

    type: str
    rule: Rule
    is_not: bool


@cache
def asked() -> dict[str, list[Asked]]:
    """By state, the types that require it."""
    found: dict[str, list[Asked]] = defaultdict(list)
    for known in by_name.values():
        for part in (part for name in known.requires for part in name.split(" or ")):
            state = part.removeprefix("not ")
            if state in STATES:
                rule = _STAGES[known.stage].RULES.get(part) or _RULES[part]
                found[state].append(Asked(known.name, rule, part != state))
    return found


def last_step(row: Row) -> Iterator[Step]:
    """The act of the row as a step, where it was admitted."""
    try:
        after, stated = take(row.before, row.when, row.context)
    except Refusal:
        return
    yield Step(row.before, row.when, stated, after)


@cache
def steps() -> dict[str, list[Step]]:
    """By type, the steps in which an event of it took effect or was stated."""
    found: dict[str, list[Step]] = defaultdict(list)
    for row in rows():
        for step in (*row.steps, *last_step(row)):
            approved = {effect.data["approved"] for effect in step.stated if "approved" in effect.data}
            for name in {step.done.type, *approved, *(effect.type for effect in step.stated)}:
                found[name].append(step)
    return found


@cache
def events() -> dict[str, list[Event]]:
    """By type, the events that the tables have of it."""
    found: dict[str, dict[str, Event]] = defaultdict(dict)
    for row in rows():
        for done in (*(step.done for step in row.steps), row.when):
            try:
                found[done.type].setdefault(repr(done.data), event(done, row.before.stream))
            except Refusal:
                continue
    return {name: [*each.values()] for name, each in found.items()}


def is_in(state: Any, asking: Asked, about: Event) -> bool | None:
    """Whether the stream is in the state, of the things that the event is about; None when they are not on record."""
    known = by_name[asking.type]
    things = (name for name in known.subject if name not in known.mints and name != STREAM_ID.get(known.stream))
    if any(state.ids.get(each) != name for name in things for each in listed(about.data[name])):
        return None
    context = LATER if known.kind == "clock" else CONTEXT
    try:
        broken = asking.rule(_of_kind(state, known), about._replace(stream=state.stream), known, context)
    except (Refusal, KeyError):
        return None
    return bool(broken) is asking.is_not


def about_it(asking: Asked, step: Step) -> Iterator[Event]:
    """The events of the asking type as the tables have them, and the same about what the step is about."""
    done = event(step.done, step.before.stream)
    known = by_name[asking.type]
    ids = {name: done.data[name] for name in known.subject if name in done.data}
    ids = {name: [*listed(value)] if name in known.listed else listed(value)[0] for name, value in ids.items()}
    ids |= {field.name: done.id for field in known.clear if field.kind == "event"}
    for about in events().get(asking.type, ()):
        yield about
        yield about._replace(data={**about.data, **ids})


def changes(step: Step, name: str, *, enters: bool) -> bool:
    """Whether the step enters or leaves the state of that name, as some type that requires it is answered."""
    return any(
        is_in(step.after, asking, about) is enters and is_in(step.before, asking, about) is not enters
        for asking in asked()[name]
        for about in about_it(asking, step)
    )


CASES = [
    (state, way, name)
    for state, lists in STATES.items()
    for way in ("entered_by", "left_by")
    for name in lists[way]
    if state in asked()
]


@pytest.mark.parametrize(("state", "way", "name"), CASES, ids=[" ".join(each) for each in CASES])
def test_a_state_is_entered_and_left_as_the_catalogue_says(state: str, way: str, name: str) -> None:
    assert any(changes(step, state, enters=way == "entered_by") for step in steps()[name])
