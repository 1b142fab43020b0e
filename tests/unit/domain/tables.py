"""All given/when/then tables of the stages as one: what stands before, the act, and what the ledger knows besides.

A table keeps its rows in the shape that reads best for its stage; here each shape is brought to one. Read by
`test_every_rule_has_a_case`, `test_states` and `test_protective_acts`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import cache
from importlib import import_module
from typing import Any, NamedTuple

from domain.event import Effect
from domain.party import Party
from domain.stages.prevention import Programme
from domain.stages.rules import Context
from domain.stages.state import StreamState
from domain.stages.streams import body_id
from domain.stages.taskforce.state import Body
from unit.domain.custody.acts import opened
from unit.domain.story import CONTEXT, HOTLINE, INDICATED, STREAM, Act, act, given, take


class Step(NamedTuple):
    """One act of a story that was admitted: the stream before and after it, and what was stated."""

    before: StreamState
    done: Act
    stated: tuple[Effect, ...]
    after: StreamState


class Row(NamedTuple):
    """One row of a table: its name, the stream before, the act, its context, and how the stream came to be so."""

    name: str
    before: StreamState
    when: Act
    context: Context = CONTEXT
    steps: tuple[Step, ...] = ()


def told(name: str, start: StreamState, acts: Iterable[Act], when: Act, context: Context = CONTEXT) -> Row:
    """A row whose story begins with `start`."""
    state, steps = start, list[Step]()
    for done in acts:
        after, stated = take(state, done, context)
        steps.append(Step(state, done, stated, after))
        state = after
    return Row(name, state, when, context, tuple(steps))


Read = Callable[[Any], Row]
"""Brings a module's own shape of a row to the one of all."""


def _reported(row: Any) -> Row:
    """The victim is on record already."""
    name, before, when, _ = row
    return told(name, given([INDICATED]), before, when)


def _whole(row: Any) -> Row:
    """The row tells all from the first event of the stream on."""
    name, before, when, _ = row
    return told(name, given([]), before, when)


def _two_children(row: Any) -> Row:
    other = import_module("unit.domain.protection.test_occasions").OTHER
    name, before, when, _ = row
    return told(name, given([INDICATED, act(INDICATED.type, HOTLINE, victim_id=other)]), before, when)


def _custody(row: Any) -> Row:
    """With the warrants and orders that custody reads."""
    name, before, when, *_ = row
    return told(name, opened([]), before, when)


def _break(row: Any) -> Row:
    return _custody(row[1:])


def _in_context(row: Any) -> Row:
    name, before, when, context, _ = row
    return told(name, given([]), before, when)._replace(context=context)


def _reported_in_context(row: Any) -> Row:
    name, before, when, context, _ = row
    return told(name, given([INDICATED]), before, when)._replace(context=context)


def _redress(row: Any) -> Row:
    """With what the proceedings put on record."""
    on_record = import_module("unit.domain.redress.test_redress").ON_RECORD
    name, changes, acts, when, _ = row
    return told(name, given([INDICATED], **({"ids": on_record, **changes} if changes else {})), acts, when)


def _party(row: Any) -> Row:
    return _link(row, import_module("unit.domain.test_party").LINKED)


def _holds_both(row: Any) -> Row:
    return _link(row, import_module("unit.domain.test_party").BOTH)


def _link(row: Any, context: Context) -> Row:
    name, before, when, _ = row
    return told(name, Party(STREAM), before, when, context)


def _dialogue(row: Any) -> Row:
    stream = import_module("unit.domain.taskforce.test_bodies").DIALOGUE
    name, before, when, _ = row
    return told(name, Body(stream), before, when)


def _body(row: Any) -> Row:
    name, agency, when, _ = row
    return Row(name, Body(body_id(agency)), when)


def _programme(row: Any) -> Row:
    name, stream, when, _ = row
    return Row(name, Programme(stream), when)


def _corrected(row: Any) -> Row:
    first = import_module("unit.domain.test_corrections").TOLD
    name, before, when, _ = row
    return told(name, given([first]), before, when)


TABLES: dict[tuple[str, str], Read] = {
    ("custody.test_breaks", "BROKEN"): _break,
    ("custody.test_breaks", "WHOLE"): _custody,
    ("custody.test_custody", "BREACHES"): _custody,
    ("custody.test_custody", "REFUSALS"): _custody,
    ("ledger.test_duties", "MARKS"): _reported_in_context,
    ("ledger.test_duties", "UNRESOLVED"): _in_context,
    ("protection.test_care", "ROWS"): _reported,
    ("protection.test_guardians", "ROWS"): _reported,
    ("protection.test_missing", "ROWS"): _whole,
    ("protection.test_occasions", "ROWS"): _two_children,
    ("redress.test_redress", "ROWS"): _redress,
    ("redress.test_way_to_redress", "ROWS"): _whole,
    ("taskforce.test_bodies", "BODIES"): _body,
    ("taskforce.test_bodies", "ROWS"): _dialogue,
    ("taskforce.test_cases", "ROWS"): _whole,
    ("test_approvals", "ROWS"): _whole,
    ("test_case", "ROWS"): _whole,
    ("test_consent", "ROWS"): _reported,
    ("test_corrections", "ROWS"): _corrected,
    ("test_courts", "ROWS"): _whole,
    ("test_identification", "ROWS"): _reported,
    ("test_investigation", "ROWS"): _whole,
    ("test_party", "HOLDS_BOTH"): _holds_both,
    ("test_party", "ROWS"): _party,
    ("test_prevention", "ROWS"): _programme,
    ("test_privacy", "ROWS"): _reported,
    ("test_prosecution", "ROWS"): _whole,
    ("test_reference", "ROWS"): _whole,
    ("test_referral", "ROWS"): _reported,
    ("test_suspects", "ROWS"): _whole,
}
"""Module under `unit.domain` and the name of its table: how a row is read."""


def _rows(tables: Iterable[tuple[tuple[str, str], Read]]) -> Iterator[Row]:
    for (module, table), read in tables:
        for row in getattr(import_module(f"unit.domain.{module}"), table):
            yield read(row)


@cache
def rows() -> tuple[Row, ...]:
    """Every row of every table."""
    return tuple(_rows(TABLES.items()))
