"""The ledger's duties as far as one agency is told of them: the table of the duties, applied to what it is told.

Nothing is opened by an event of which the agency may know no more than that it happened, nor by one that lacks the ids
by which its discharge is known. The desk `worklist` makes rows of it.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from functools import lru_cache
from typing import Any, Literal, NamedTuple

import orjson

from domain.catalogue import by_name
from domain.event import Event, Recorded
from domain.stages.duty import Duty
from domain.stages.ledger.duties import REMEMBERED, referred
from domain.stages.ledger.duties_discharge import CANCELS, CLOSERS, OPENERS, row_of, what_is_left
from domain.stages.ledger.duties_dormancy import DORMANCY
from domain.stages.ledger.duties_open import Facts, opened, owner_of
from domain.stages.ledger.duties_row import Row
from projections.told import Told

Known = Mapping[str, Mapping[str, Any]]
"""The leads under `leads`, and by id what later events only refer to."""

KEPT = 20_000
"""Texts that are kept parsed."""

_NO_FIELDS = frozenset({"", "of_event", "time", "at"})

CLOCKS = frozenset(known.name for known in by_name.values() if known.kind == "clock")


TYPES = frozenset((*OPENERS, *CLOSERS, *CANCELS)) - CLOCKS
"""The types that can open or end a duty."""

_EVERY = frozenset((row.opened_by, row.deadline) for rows in OPENERS.values() for row in rows)

PERIODS = frozenset(row.deadline for rows in OPENERS.values() for row in rows if row.renews)
"""The deadlines of which a new one can replace the one before."""

_ADDRESSED = frozenset({"to_agency", "owner_agency"})
_BY_OWN = frozenset(
    kind for kind, rows in OPENERS.items() if all(row.owner == "publisher" and not row.by_other for row in rows)
)
"""The types that oblige their publisher alone."""
_BY_ADDRESS = frozenset(kind for kind, rows in OPENERS.items() if all(row.owner in _ADDRESSED for row in rows))
"""The types that oblige whom they are addressed to."""


class Owed(NamedTuple):
    """A duty that an event opens: `duty` when the agency owes it, `half` when it may answer what another said."""

    kind: Literal["duty", "half"]
    duty: Duty
    elsewhere: bool


def may_open(told: Told) -> bool:
    """Can the event open a duty of the agency's, by what is seen at once?"""
    kind = told.type
    if kind not in OPENERS:
        return False
    if kind in _BY_ADDRESS:
        return told.agency in (told.data.get("to_agency"), told.data.get("owner_agency"))
    return told.publisher == told.agency or (kind not in _BY_OWN and bool(told.data))


def facts_of(told: Told, known: Known) -> Facts:
    """The event as the table of the duties asks it."""
    event = Event(
        told.event_id, told.publisher, told.stream, told.type, told.time, told.unit, told.actor, told.data
    )  # fmt: skip
    return Facts(event, Recorded(event, told.at, 0, told.effects), {**referred(known, told.data), **told.data})


def opens(told: Told, facts: Facts, known: Known) -> Iterator[Owed]:
    """The duties that the agency has by the event, and the halves that it may answer."""
    for each in OPENERS.get(told.type, ()):
        mine = owner_of(each.owner, facts, known) == told.agency
        if (mine or each.by_other) and _is_told(each, told, facts):
            duty = opened(each, facts, known)
            if duty is not None:
                yield Owed("duty" if mine else "half", duty, each.half is not None and not each.done)


def _is_told(row: Row, told: Told, facts: Facts) -> bool:
    wanted = {*row.names, row.runs, row.sum} - _NO_FIELDS
    return told.is_own or (bool(told.data) and wanted <= facts.data.keys())


def left_of(duty: Duty, told: Told, facts: Facts) -> Duty | None:
    """The duty after the event: the same, less of it, or None."""
    if told.type in CANCELS and told.data.get("of") == duty.of:
        return None
    ways = CLOSERS.get(told.type, {}).get((duty.opened_by, duty.deadline), ())
    return what_is_left(duty, ways, facts) if ways else duty


def may_end(told: Told) -> Container[tuple[str, str]]:
    """The duties (opening type, deadline) that an event of this type can end."""
    return _EVERY if told.type in CANCELS else CLOSERS.get(told.type, ())


def renews(new: Duty, old: Duty) -> bool:
    """Does the new period of the same kind about the same subject replace the old one?"""
    field = row_of(old).renews
    return bool(field) and (new.clock, new.deadline, new.subject.get(field)) == (
        old.clock, old.deadline, old.subject.get(field),
    )  # fmt: skip


def marks(told: Told, duty: Duty) -> bool:
    """Is the clock's event about this duty? A correction may have moved what was due, so the time is not compared."""
    if duty.clock != told.type:
        return False
    return all(told.data.get(name) == value for name, value in duty.says.items() if name != "due_at")


def is_over(told: Told, duty: Duty) -> bool:
    """Is the duty, a period, over when the clock says so?"""
    return any(done[0] == told.type for done in row_of(duty).done)


def is_dormancy(told: Told, care_lead: str) -> bool:
    """Does the clock ask the agency to look after a case that it leads?"""
    return told.type == DORMANCY and told.agency == care_lead


def about(duty: Duty) -> dict[str, Any]:
    """What a reader is told of it."""
    found = dict(duty.subject)
    if duty.waiting:
        found["waiting"] = list(duty.waiting)
    return found | ({"rest": duty.rest} if duty.rest else {})


def written(duty: Duty) -> str:
    """As a row keeps it."""
    return orjson.dumps(duty, option=orjson.OPT_SORT_KEYS).decode()


@lru_cache(maxsize=KEPT)
def read(kept: str) -> Duty:
    """As it was written."""
    found = orjson.loads(kept)
    return Duty(**{**found, "waiting": tuple(found["waiting"])})


@lru_cache(maxsize=KEPT)
def known_of(kept: str) -> Known:
    """What a case's row keeps for later events."""
    found: Known = orjson.loads(kept)
    return found


def remembered(kept: str, told: Told) -> str:
    """What is kept for later events after one; `kept` itself where nothing is to be remembered."""
    new: dict[str, Mapping[str, Any]] = {}
    for effect in told.effects:
        if effect.type == "case.LeadsAssigned":
            new["leads"] = {"care": effect.data["care"], "proceedings": effect.data["proceedings"]}
    fields = REMEMBERED.get(told.type)
    if fields is not None and fields[0] in told.data:
        said = {name: told.data[name] for name in fields[1:] if name in told.data}
        new[told.data[fields[0]]] = {**said, "sender": told.publisher}
    if not new:
        return kept
    return orjson.dumps({**known_of(kept), **new}, option=orjson.OPT_SORT_KEYS).decode()
