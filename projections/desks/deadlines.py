"""What is due by when, as far as an agency is told: the ledger's own fold of duties over what is granted.

An event opens a duty on a desk only where the agency is told the whole of it, and ends one also where it is told the
ids alone. What the clock has marked stays until it is done. An event that may have ended a duty, told without what it
is about, makes the duty doubtful if the clock has marked it; else it is no longer shown, and the clock will say so if
it was not done. What is answered in another stream is not shown: nobody learns here that it is done. Which event opens
and ends what is one table of the domain (`domain.stages.ledger.duties_table`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from domain.catalogue import by_name
from domain.event import Event, Recorded
from domain.stages.duty import Duties, Duty, Key
from domain.stages.ledger.duties import duties_after, referred
from domain.stages.ledger.duties_discharge import discharged
from domain.stages.ledger.duties_open import Facts
from domain.stages.ledger.duties_row import Done
from domain.stages.ledger.duties_table import ROWS
from projections.told import Told

MARKS = frozenset({"ledger.DutyOverdueMarked", "referral.ReferralOverdueMarked", "custody.TransferOverdueMarked"})
"""What the clock says of a duty that stays open."""

_ELSEWHERE = frozenset((row.opened_by, row.deadline) for row in ROWS if row.half)
_ENDINGS: dict[str, dict[str, list[Done]]] = {}
for _row in ROWS:
    for _done in _row.done:
        _ENDINGS.setdefault(_row.deadline, {}).setdefault(_done[0], []).append(_done[1:])

Known = Mapping[str, Mapping[str, Any]]
"""By id, what later events only refer to, and under `leads` who leads."""


class Due(NamedTuple):
    """Open duties; the last part of a key is the position of the event that opened it. `doubtful` are those marked of
    which the agency cannot say whether they are done."""

    open: Mapping[Key, Duty]
    known: Known
    doubtful: frozenset[Key]


def read(kept: Iterable[dict[str, Any]], known: Known) -> Due:
    """What a column keeps."""
    open_, doubtful = {}, set()
    for each in kept:
        key = (each["of"], each["deadline"], each.pop("pos"))
        if each.pop("doubtful"):
            doubtful.add(key)
        open_[key] = Duty(**{**each, "waiting": tuple(each["waiting"])})
    return Due(open_, known, frozenset(doubtful))


def written(due: Due) -> list[dict[str, Any]]:
    """As a column keeps them, the next one first."""
    kept = [{**vars(duty), "pos": key[2], "doubtful": key in due.doubtful} for key, duty in due.open.items()]
    return sorted(kept, key=lambda each: (each["due_at"], each["of"], each["deadline"]))


def after(before: Due, told: Told, *, opens: bool = True) -> Due:
    """What is open after the event; without `opens` it can only end what is open."""
    event = Event(told.event_id, told.publisher, told.stream, told.type, told.time, told.unit, told.actor, told.data)
    recorded = Recorded(event, told.at, told.pos, tuple(effect for effect in told.effects if effect.data))
    if told.type in MARKS:
        marked = duties_after(Duties(before.open), recorded).open if _is_whole(told) else before.open
        return before._replace(open=marked)
    if opens and _is_whole(told):
        now = duties_after(Duties(before.open, known=before.known), recorded)
        left = {key: duty for key, duty in now.open.items() if (duty.opened_by, duty.deadline) not in _ELSEWHERE}
        return Due(left, now.known, before.doubtful & left.keys())
    ended = discharged(before.open, Facts(event, recorded, {**referred(before.known, told.data), **told.data}))
    maybe = {key for key, duty in ended.items() if may_end(told, duty.deadline, before.known)}
    left = {key: duty for key, duty in ended.items() if key not in maybe or duty.marked}
    return Due(left, _led(before.known, recorded), (before.doubtful | maybe) & left.keys())


def _led(known: Known, recorded: Recorded) -> Known:
    """Who leads is told also where nothing is told of why."""
    said = [effect.data for effect in recorded.effects if effect.type == "case.LeadsAssigned"]
    return {**known, "leads": said[-1]} if said else known


def may_end(told: Told, deadline: str, known: Known) -> bool:
    """Is it an event that ends such duties, and neither told nor known what it is about?

    A field of its own that is not in an event told as a whole was left out: then it is about no such thing.
    """
    ways = _ENDINGS.get(deadline, {}).get(told.type, ())
    if not ways:
        return False
    there = {*told.data, *referred(known, told.data)} | (_fields(told.type) if _is_whole(told) else set())
    return any((pair.partition("=")[2] or pair) not in there for way in ways for pair in way)


def ends(told: Told, deadline: str, about: str) -> bool:
    """Does it end such a duty about this id, by what it is told to be about?"""
    ways = _ENDINGS.get(deadline, {}).get(told.type, ())
    return any(told.data.get(pair.partition("=")[2] or pair) == about for way in ways for pair in way)


def _is_whole(told: Told) -> bool:
    return _required(told.type) <= told.data.keys()


@lru_cache(maxsize=512)
def _fields(event_type: str) -> frozenset[str]:
    known = by_name.get(event_type)
    return frozenset(known.model.model_fields if known is not None else ())


@lru_cache(maxsize=512)
def _required(event_type: str) -> frozenset[str]:
    known = by_name.get(event_type)
    fields = known.model.model_fields if known is not None else {}
    return frozenset(name for name, field in fields.items() if field.is_required())
