"""What ends a duty: an event of a type that its row names, about the same thing; or its cause never took effect.

Called by `domain.stages.ledger.duties`, and by the worklist for what an agency is told.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from domain.catalogue import by_name
from domain.stages.change import changed
from domain.stages.duty import Duty, Key
from domain.stages.ledger.duties_open import Facts, values
from domain.stages.ledger.duties_row import Done, Row
from domain.stages.ledger.duties_table import ROWS

OPENERS: dict[str, list[Row]] = {}
"""The rows by the type that opens the duty."""

CLOSERS: dict[str, dict[tuple[str, str], list[Done]]] = {}
"""By the type that discharges: the duties (opening type, deadline), each with the ways in which it must name them."""

for _row in ROWS:
    if _row.opened_by in by_name:
        OPENERS.setdefault(_row.opened_by, []).append(_row)
    for _done in _row.done:
        CLOSERS.setdefault(_done[0], {}).setdefault((_row.opened_by, _row.deadline), []).append(_done[1:])
_ROW = {(row.opened_by, row.deadline): row for row in ROWS}

CANCELS = frozenset({"ledger.ApprovalRefused", "ledger.EventMisfiled"})
"""An event that never took effect, or counts elsewhere, obliges nobody here."""


def row_of(duty: Duty) -> Row:
    """The row by which the duty was opened."""
    return _ROW[(duty.opened_by, duty.deadline)]


def discharged(open_: Mapping[Key, Duty], facts: Facts) -> Mapping[Key, Duty]:
    """The duties that are left; the same mapping where the event discharges none."""
    closers = CLOSERS.get(facts.event.type)
    of = facts.event.data.get("of") if facts.event.type in CANCELS else None
    if not open_ or (closers is None and of is None):
        return open_
    left: dict[Key, Duty] = {}
    for key, duty in open_.items():
        if of is not None and duty.of == of:
            continue
        rest = what_is_left(duty, (closers or {}).get((duty.opened_by, duty.deadline), ()), facts)
        if rest is not None:
            left[key] = rest
    return left


def what_is_left(duty: Duty, ways: Sequence[Done], facts: Facts) -> Duty | None:
    """None when the event discharges the duty in one of the ways; else the duty, with fewer to wait for or less owed
    where the event did a part of it."""
    row = row_of(duty)
    other = not row.by_other or facts.event.publisher != duty.publisher
    if not other or not any(_names(duty, way, facts.data) for way in ways):
        return duty
    data = facts.event.data
    if row.each is not None and row.each[1] in data:
        waiting = tuple(one for one in duty.waiting if one not in values(data[row.each[1]]))
        return changed(duty, waiting=waiting) if waiting else None
    if row.sum and row.sum in data:
        rest = duty.rest - data[row.sum]
        return changed(duty, rest=rest) if rest > 0 else None
    return None


def _names(duty: Duty, fields: Done, data: Mapping[str, Any]) -> bool:
    """Does the event name what the duty is about?"""
    for pair in fields:
        mine, _, its = pair.partition("=")
        wanted = (duty.of,) if mine == "of_event" else values(duty.subject.get(mine))
        if not set(wanted) & set(values(data.get(its or mine))):
            return False
    return True
