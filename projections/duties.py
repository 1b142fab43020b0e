"""`duties`: what is still to be done in each stream, by whom and until when; the clock reads here what has fallen due.

Rows are the state that the registrar folds, by the same fold (`domain.stages.ledger.duties`), and the refusals of the
clock's own submissions: what was moot is not sent again. `next_at` is the instant from which the clock has to submit,
'' when there is nothing to submit; no column depends on now. What was refused otherwise is submitted again after 2, 4,
8 … minutes, at most ten times. An event that waits for approval opens and ends duties with its last approval. Which
event opens which duty is one table (`domain.stages.ledger.duties_table`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from functools import lru_cache
from typing import Annotated, Any, NamedTuple

import orjson

from domain.event import Event
from domain.stages.duty import Dormancy, Duties, Duty
from domain.stages.ledger.duties import duties_after
from domain.stages.ledger.duties_dormancy import dormancy_duty
from domain.stages.ledger.duties_open import shifted_safely
from domain.stages.ledger.duties_said import CLOCK, mark_id
from projections.engine import Key, Row
from projections.entry import Entry, Refused

TRIES = 10
"""How often a refused submission of the clock is sent again, each time later than before; then a person must look."""

KEPT = 20_000
"""Rows whose state is kept parsed."""


class DutyRow(NamedTuple):
    """A duty. `state` is open, marked, done, moot or refused; `event_id`, `clock` and `says` (JSON) are what the clock
    submits, `kept` (JSON) what the fold goes on from. The stream's own row (`duty` '') keeps what events refer to."""

    stream: Annotated[str, "the case, party, body or programme"]
    of_event: Annotated[
        str, "the event that opened the duty; empty in the row of a case's dormancy and in the stream's own row"
    ]
    duty: Annotated[
        str, "the deadline's name in the profile; empty in the stream's own row, which keeps what later events refer to"
    ]
    n: Annotated[int, "the stream's version at the event that opened it"]
    due_at: Annotated[str, "when it falls due"]
    owner: Annotated[str, "the agency that has to do it"]
    state: Annotated[
        str,
        "`open`, `marked` (the clock has said that it is overdue), `done`, `moot` (the registrar knew better),"
        " `refused`",
    ]
    next_at: Annotated[str, "from when on the clock has to submit; empty when there is nothing to submit"]
    refusals: Annotated[int, "how often the registrar has refused the clock's submission"]
    event_id: Annotated[str, "the id of the clock's event, derived from stream, event, duty, due time and owner"]
    clock: Annotated[str, "the type of the clock's event"]
    says: Annotated[str, "its data, JSON"]
    kept: Annotated[str, "what the fold goes on from, JSON"]


name = "duties"
row = DutyRow
keys = 4
group = "stream"
indexed = ("next_at",)

_BOOK = ("", "", 0)
_DORMANCY = ("", "dormancy", 0)


def groups(entry: Entry) -> Iterable[str]:
    """The stream of an event, or that of a refused submission of the clock."""
    if entry.refused is not None:
        return (entry.refused.stream,) if entry.refused.publisher == CLOCK and entry.refused.stream else ()
    recorded = entry.recorded
    return () if recorded is None or recorded.event.type == "case.RecordImported" else (entry.stream,)


def evolve(rows: Mapping[Key, Row], entry: Entry) -> Iterable[Row]:
    """The rows that an event opens, changes or ends."""
    if entry.refused is not None:
        yield from _after_refusal(rows, entry.refused)
        return
    assert entry.recorded is not None
    stream, before = entry.stream, _state(rows)
    after = duties_after(before, entry.recorded)
    book = (stream, *_BOOK)
    if after.known is not before.known or after.held is not before.held or book not in rows:
        kept = {"known": after.known, "held": {key: list(event) for key, event in after.held.items()}}
        yield (*book, "", "", "", "", 0, "", "", "", _json(kept))
    if after.open is not before.open:
        for key, duty in after.open.items():
            if before.open.get(key) is not duty:
                yield _row(stream, key, duty, rows.get((stream, *key)))
        for key in before.open.keys() - after.open.keys():
            yield _done(rows[(stream, *key)])
    if after.dormancy != before.dormancy:
        yield from _dormancy(stream, after, rows.get((stream, *_DORMANCY)))


def _json(value: Any) -> str:
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()


def _done(before: Row) -> Row:
    return DutyRow._make(before)._replace(state="done", next_at="", kept="")


def _state(rows: Mapping[Key, Row]) -> Duties:
    """The duties as the rows keep them; what only the registrar asks (halves, protective acts) is not kept here."""
    open_: dict[tuple[str, str, int], Duty] = {}
    known: Mapping[str, Any] = {}
    held: Mapping[str, Event] = {}
    dormancy = None
    for key, each in rows.items():
        kept = each[-1]
        if not kept:
            continue
        what = key[1:]
        if what == _BOOK:
            known, held = _kept_book(kept)
        elif what == _DORMANCY:
            dormancy = _kept_dormancy(kept)
        else:
            open_[what] = _kept_duty(kept)
    return Duties(open_, dormancy, held, known)


# A group's rows mostly stay as they were from one event of its stream to the next.
@lru_cache(maxsize=KEPT)
def _kept_book(kept: str) -> tuple[Mapping[str, Any], Mapping[str, Event]]:
    book = orjson.loads(kept)
    return book["known"], {key: Event._make(event) for key, event in book["held"].items()}


@lru_cache(maxsize=KEPT)
def _kept_dormancy(kept: str) -> Dormancy:
    return Dormancy._make(orjson.loads(kept))


@lru_cache(maxsize=KEPT)
def _kept_duty(kept: str) -> Duty:
    found = orjson.loads(kept)
    return Duty(**{**found, "waiting": tuple(found["waiting"])})


def _row(stream: str, key: tuple[str, str, int], duty: Duty, before: Row | None) -> Row:
    """An open duty; one that the clock has marked, or was told to be moot, is not submitted again."""
    event_id = mark_id(stream, duty.of, duty.deadline, duty.due_at, duty.owner)
    state, next_at, refusals = ("marked", "", 0) if duty.marked else ("open", duty.due_at, 0)
    if before is not None and not duty.marked and before[_EVENT_ID] == event_id:
        state, next_at, refusals = before[_SENT]
    said = (event_id, duty.clock, _json(duty.says), _json(duty))
    return (stream, *key, duty.due_at, duty.owner, state, next_at, refusals, *said)


_EVENT_ID = DutyRow._fields.index("event_id")
_SENT = slice(DutyRow._fields.index("state"), _EVENT_ID)


def _dormancy(stream: str, after: Duties, before: Row | None) -> Iterable[Row]:
    duty = dormancy_duty(after)
    if duty is not None and after.dormancy is not None:
        yield (*_row(stream, _DORMANCY, duty, before)[:-1], orjson.dumps(list(after.dormancy)).decode())
    elif before is not None:
        yield _done(before)


def _after_refusal(rows: Mapping[Key, Row], refused: Refused) -> Iterable[Row]:
    """Moot is final, unless the registrar's clock had not come that far; anything else is tried again, ever later."""
    for each in map(DutyRow._make, rows.values()):
        if each.event_id != refused.event or each.state != "open":
            continue
        times = each.refusals + 1
        if refused.code == "clock.moot" and refused.at >= each.due_at:
            yield each._replace(state="moot", next_at="", refusals=times)
        elif times >= TRIES:
            yield each._replace(state="refused", next_at="", refusals=times)
        else:
            later = again_at(max(refused.at, each.due_at), times)
            yield each._replace(next_at=later, refusals=times)


def again_at(since: str, times: int) -> str:
    """When a submission that was refused so many times is sent again: after 2, 4, 8 … minutes, at most an hour."""
    return shifted_safely(since, timedelta(minutes=min(2**times, 60))) or ""
