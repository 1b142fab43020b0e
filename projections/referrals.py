"""`referrals`: what an agency has sent (`out`) and been sent (`in`), with state and due time; one row per direction.

Whether one is overdue is computed when it is read: no column depends on now. Only sender and addressee have rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from projections.caseload import next_state
from projections.engine import Key, Row
from projections.entry import Entry


class ReferralRow(NamedTuple):
    """A referral as one side sees it. Times are UTC, six decimals; `answered_at` is '' until the addressee answers."""

    agency: str
    referral_id: str
    direction: str
    case_id: str
    from_agency: str
    to_agency: str
    victim_id: str
    service_type: str
    urgency: str
    state: str
    requested_at: str
    due_at: str
    answered_at: str
    last_pos: int


name = "referrals"
row = ReferralRow
keys = 3
group = "case_id"

_ANSWERS = frozenset(("referral.ReferralAccepted", "referral.ReferralRejected"))


def groups(entry: Entry) -> Iterable[str]:
    """The case, when the event is about a referral."""
    recorded = entry.recorded
    if recorded is None or "referral_id" not in recorded.event.data:
        return ()
    return (entry.stream,)


def evolve(rows: Mapping[Key, Row], entry: Entry) -> Iterable[Row]:
    """The rows of both sides."""
    recorded = entry.recorded
    assert recorded is not None
    event, data = recorded.event, recorded.event.data
    if event.type == "referral.ReferralRequested":
        due = next((e.data["due_at"] for e in recorded.effects if e.type == "referral.ResponseDue"), "")
        sides = (event.publisher, data["to_agency"], data["victim_id"])
        what = (data["service_type"], data["urgency"], "requested", event.time, due, "", entry.pos)
        for agency, direction in ((event.publisher, "out"), (data["to_agency"], "in")):
            yield ReferralRow._make((agency, data["referral_id"], direction, entry.stream, *sides, *what))
        return
    for found in rows.values():
        before = ReferralRow._make(found)
        if before.referral_id == data["referral_id"]:
            yield before._replace(
                state=next_state(before.state, event.type),
                answered_at=recorded.at if event.type in _ANSWERS else before.answered_at,
                last_pos=entry.pos,
            )
