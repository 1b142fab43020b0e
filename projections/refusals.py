"""`refusals`: what a sender has been refused and has not put right; protective acts also stand on the duty desk.

A row is resolved by the next admitted event of that type by that sender in that stream. The sender sees its own at once
with the event's id; child protection's duty desk sees codes only, of protective types, from `shown_at` on: 15 minutes
after the first refusal, when the clock also says so in the ledger. A submission that names no stream or no known type
can be followed by nothing, and one on the wrong partition never reached its stream's: these have no rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, NamedTuple

import orjson

from domain.catalogue import by_name
from domain.event import Recorded
from domain.profile import DEFAULTS
from domain.stages.ledger.duties_said import CLOCK, UNRESOLVED, mark_id, unresolved_from
from projections.duties import TRIES, again_at
from projections.engine import Key, Row
from projections.entry import Entry, Refused

SENDER, DESK = "sender", "desk"


class RefusalRow(NamedTuple):
    """Refusals of one type to one sender in one stream that nothing admitted has followed, or that were resolved.

    `code` and `event_id` are those of the last refusal ('' on the desk), `refused_at` the instant of the first,
    `times` how many. `mark_id`, `says` (JSON) and `next_at` are the clock's, on the desk's row.
    """

    agency: Annotated[str, "whose row it is: the sender, or child protection's duty desk"]
    role: Annotated[str, "`sender` or `desk`"]
    case_id: Annotated[str, "the stream that the submission names"]
    type: Annotated[str, "its type"]
    by_agency: Annotated[str, "its sender"]
    code: Annotated[str, "why the last of them was refused"]
    event_id: Annotated[str, "the last one's event id; empty on the desk, which sees codes only"]
    refused_at: Annotated[str, "the registrar's clock at the first of them"]
    shown_at: Annotated[str, "from when on the row is shown: at once to the sender, after 15 minutes on the desk"]
    times: Annotated[int, "how many there were"]
    state: Annotated[str, "`open`, `marked` (the clock has said so in the ledger) or `resolved`"]
    next_at: Annotated[str, "from when on the clock has to submit, on the desk's row; else empty"]
    refusals: Annotated[int, "how often the registrar has refused the clock's submission"]
    mark_id: Annotated[str, "the id of the clock's event"]
    says: Annotated[str, "its data, JSON"]


name = "refusals"
reads = "agency"
row = RefusalRow
keys = 5
group = "case_id"
indexed = ("next_at",)


def groups(entry: Entry) -> Iterable[str]:
    """The stream that a refused submission names, or that of an event."""
    refused = entry.refused
    if refused is not None:
        told = refused.stream and refused.type and refused.code != "intake.wrong_partition"
        return (refused.stream,) if told else ()
    recorded = entry.recorded
    return () if recorded is None or recorded.event.type == "case.RecordImported" else (entry.stream,)


def evolve(rows: Mapping[Key, Row], entry: Entry) -> Iterable[Row]:
    """The rows that a refusal opens, or an event resolves."""
    if entry.refused is not None:
        if entry.refused.publisher == CLOCK:
            yield from _mark_refused(rows, entry.refused)
        else:
            yield from _refused(rows, entry.refused)
        return
    assert entry.recorded is not None
    yield from _followed(rows, entry.recorded)


def _refused(rows: Mapping[Key, Row], refused: Refused) -> Iterable[Row]:
    place = (refused.stream, refused.type, refused.publisher)
    yield _again(rows, (refused.publisher, SENDER, *place), refused, shown_at=refused.at)
    if by_name[refused.type].protective:
        desk = (DEFAULTS["duty_desk"], DESK, *place)
        yield _again(rows, desk, refused, shown_at=unresolved_from(refused.at))


def _again(rows: Mapping[Key, Row], key: tuple[str, str, str, str, str], refused: Refused, *, shown_at: str) -> Row:
    """The row after one more refusal: time runs from the first that is unresolved."""
    desk = key[1] == DESK
    event_id = "" if desk else refused.event
    before = RefusalRow._make(rows[key]) if key in rows else None
    if before is not None and before.state != "resolved":
        return before._replace(code=refused.code, event_id=event_id, times=before.times + 1)
    says = {
        "refused_type": refused.type, "refusal": refused.code, "by": refused.publisher, "refused_at": refused.at,
    }  # fmt: skip
    mark = mark_id(refused.stream, refused.type, "refusal_unresolved", shown_at, refused.publisher) if desk else ""
    said = orjson.dumps(says, option=orjson.OPT_SORT_KEYS).decode() if desk else ""
    next_at = shown_at if desk else ""
    told = (refused.code, event_id, refused.at, shown_at, 1, "open", next_at, 0, mark, said)
    return RefusalRow._make((*key, *told))


def _followed(rows: Mapping[Key, Row], recorded: Recorded) -> Iterable[Row]:
    event = recorded.event
    for each in map(RefusalRow._make, rows.values()):
        if each.state == "resolved":
            continue
        if (each.type, each.by_agency) == (event.type, event.publisher):
            yield each._replace(state="resolved", next_at="")
        elif event.type == UNRESOLVED and each.mark_id == event.id:
            yield each._replace(state="marked", next_at="")


def _mark_refused(rows: Mapping[Key, Row], refused: Refused) -> Iterable[Row]:
    """The clock's own submission was refused: moot is final, anything else is tried again, ever later."""
    for each in map(RefusalRow._make, rows.values()):
        if each.mark_id != refused.event or each.state != "open" or not refused.event:
            continue
        times = each.refusals + 1
        final = times >= TRIES or (refused.code == "clock.moot" and refused.at >= each.shown_at)
        later = "" if final else again_at(max(refused.at, each.shown_at), times)
        yield each._replace(next_at=later, refusals=times)
