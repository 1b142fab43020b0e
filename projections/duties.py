"""`duties`: what is still to be done in each stream, by whom and until when; the clock reads here what has fallen due.

Rows are the state that the registrar folds, by the same fold (`domain.stages.ledger.duties`), and the refusals of the
clock's own submissions: what was moot is not sent again. `next_at` is the instant from which the clock has to submit,
'' when there is nothing to submit; what it submits then is made of `kept` by `submitted`. No column depends on now. An
internal view: no agency reads it as it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Annotated, Any, NamedTuple

import orjson

from domain.event import Event
from domain.stages.duty import NONE, Dormancy, Duties, Duty
from domain.stages.ledger.duties import duties_after
from domain.stages.ledger.duties_dormancy import dormancy_due, dormancy_duty
from domain.stages.ledger.duties_open import shifted_safely
from domain.stages.ledger.duties_said import CLOCK, mark_id
from projections.engine import Document, Key, Row
from projections.entry import Entry, Refused

TRIES = 10
"""How often a refused submission of the clock is sent again, each time later than before; then a person must look."""


class Book(NamedTuple):
    """What events of a stream refer to: `Duties.known` and `Duties.held`."""

    known: Mapping[str, Mapping[str, Any]]
    held: Mapping[str, Event]


Kept = Book | Dormancy | Duty | None


def _written(kept: Kept) -> str:
    match kept:
        case None:
            return ""
        case Duty():
            said: Any = kept
        case Dormancy():
            said = list(kept)
        case _:
            said = [kept.known, {key: list(event) for key, event in kept.held.items()}]
    return orjson.dumps([type(kept).__name__, said], option=orjson.OPT_SORT_KEYS).decode()


def _read(text: str) -> Kept:
    if not text:
        return None
    kind, said = orjson.loads(text)
    match kind:
        case "Book":
            return Book(said[0], {key: Event._make(event) for key, event in said[1].items()})
        case "Dormancy":
            return Dormancy._make(said)
        case _:
            return Duty(**{**said, "waiting": tuple(said["waiting"])})


class DutyRow(NamedTuple):
    """A duty. `refusals` counts those of the clock's submission, which `submitted` makes."""

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
    kept: Annotated[Kept, Document(_written, _read), "what the fold goes on from, JSON; empty once it is over"]


class Submitted(NamedTuple):
    """What the clock submits when a duty has fallen due: the same from every clock."""

    event_id: str
    type: str
    data: Mapping[str, Any]


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
        yield (*book, "", "", "", "", 0, Book(after.known, after.held))
    if after.open is not before.open:
        for key, duty in after.open.items():
            if before.open.get(key) is not duty:
                yield _row(stream, key, duty, rows.get((stream, *key)))
        for key in before.open.keys() - after.open.keys():
            yield _done(rows[(stream, *key)])
    if after.dormancy is not before.dormancy:
        yield from _dormancy(stream, after, rows.get((stream, *_DORMANCY)))


def submitted(row: DutyRow) -> Submitted:
    """What the clock submits for an open row."""
    kept = row.kept
    duty = kept if isinstance(kept, Duty) else _look_after(kept) if isinstance(kept, Dormancy) else None
    if duty is None:
        raise ValueError("nothing is to be done for this row")
    return Submitted(mark_id(row.stream, duty.of, duty.deadline, duty.due_at, duty.owner), duty.clock, duty.says)


def _look_after(dormancy: Dormancy) -> Duty | None:
    return dormancy_duty(Duties(dormancy=dormancy))


def _done(before: Row) -> Row:
    return (*before[:_STATE], "done", "", before[_REFUSALS], None)


def _state(rows: Mapping[Key, Row]) -> Duties:
    """The duties as the rows keep them; what only the registrar asks (halves, protective acts) is not kept here."""
    if not rows:
        return NONE
    open_: dict[tuple[str, str, int], Duty] = {}
    book, dormancy = Book({}, {}), None
    for key, each in rows.items():
        kept = each[-1]
        if type(kept) is Duty:
            open_[key[1:]] = kept
        elif type(kept) is Dormancy:
            dormancy = kept
        elif kept is not None:
            book = kept
    return Duties(open_, dormancy, book.held, book.known)


def _row(stream: str, key: tuple[str, str, int], duty: Duty, before: Row | None) -> Row:
    """An open duty; one that the clock has marked, or was told to be moot, is not submitted again."""
    sent = ("marked", "", 0) if duty.marked else ("open", duty.due_at, 0)
    if before is not None and not duty.marked and before[_DUE:_STATE] == (duty.due_at, duty.owner):
        sent = before[_STATE : _REFUSALS + 1]
    return (stream, *key, duty.due_at, duty.owner, *sent, duty)


_DUE = DutyRow._fields.index("due_at")
_STATE = DutyRow._fields.index("state")
_REFUSALS = DutyRow._fields.index("refusals")


def _dormancy(stream: str, after: Duties, before: Row | None) -> Iterable[Row]:
    """The row of the case's dormancy. Another event begins it anew, whatever became of the submission before."""
    last = after.dormancy
    due_at = dormancy_due(last) if last is not None else None
    if last is None or due_at is None:
        if before is not None:
            yield _done(before)
        return
    sent = ("marked", "", 0) if last.marked else ("open", due_at, 0)
    same = before is not None and before[-1] is not None and before[-1].of == last.of
    if before is not None and same and not last.marked and before[_DUE:_STATE] == (due_at, last.owner):
        sent = before[_STATE : _REFUSALS + 1]
    yield (stream, *_DORMANCY, due_at, last.owner, *sent, last)


def _after_refusal(rows: Mapping[Key, Row], refused: Refused) -> Iterable[Row]:
    """Moot is final, unless the registrar's clock had not come that far; anything else is tried again, ever later."""
    for each in map(DutyRow._make, rows.values()):
        if each.state != "open" or submitted(each).event_id != refused.event:
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
