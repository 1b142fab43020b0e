"""What a stream owes: its open duties with the instant at which each falls due, and what is needed to know who owes it.

Only shapes stand here, so that `domain.stages.state` can hold them for every kind of stream. `domain.stages.ledger.
duties` opens, marks and discharges them; the view `duties` keeps the same shapes as rows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from domain.event import Event

Key = tuple[str, str, int]
"""Event id, deadline, and the n of the entry that opened the duty: an event id is one publisher's own, so two events of
a stream may bear it."""


@dataclass(frozen=True)
class Duty:
    """Something that has to be done by `due_at` (UTC, six decimals). `of` is the event that opened it, `says` the data
    of the clock's event about it, `subject` what a discharging event must name; `waiting` are those of a list that are
    not done yet, `rest` the sum that is still owed; `marked` once the clock has said that it is overdue."""

    of: str
    deadline: str
    due_at: str
    owner: str
    opened_by: str
    publisher: str
    clock: str
    says: Mapping[str, Any]
    subject: Mapping[str, Any]
    waiting: tuple[str, ...] = ()
    rest: int = 0
    marked: bool = False


class Dormancy(NamedTuple):
    """The last event of a case by its `time`, and since when the 14 days run: `domain.stages.ledger.duties_dormancy`
    makes it the duty to look after the case. `marked` as for a duty."""

    of: str
    time: str
    since: str
    owner: str
    opened_by: str
    publisher: str
    marked: bool = False


@dataclass(frozen=True)
class Duties:
    """The duties of a stream. `held` are events that wait for approval; `known` holds by id what later events only
    refer to, and the leads under `leads`; `protective` when a sender's last protective event of a type was admitted;
    `halves` what this stream says about others: (type, the other stream, the subject there)."""

    open: Mapping[Key, Duty] = field(default_factory=dict)
    dormancy: Dormancy | None = None
    held: Mapping[str, Event] = field(default_factory=dict)
    known: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    protective: Mapping[tuple[str, str], str] = field(default_factory=dict)
    halves: frozenset[tuple[str, str, str]] = frozenset()


NONE = Duties()
