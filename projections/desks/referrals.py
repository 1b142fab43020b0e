"""`referrals`: what an agency has sent (`out`) and been sent (`in`), with state and due time; one row per direction.

Only sender and addressee have rows; who leads the case hears of a referral and has none. Whether one is overdue is
computed when it is read: no column depends on now.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, NamedTuple

from domain.catalogue import by_name
from projections.engine import Key, Row
from projections.told import Told


class ReferralRow(NamedTuple):
    """A referral as one side sees it. Times are UTC, six decimals."""

    agency: Annotated[str, "whose row it is: sender or addressee"]
    referral_id: Annotated[str, "the referral"]
    direction: Annotated[str, "`out` for the sender, `in` for the addressee"]
    case_id: Annotated[str, "the case"]
    from_agency: Annotated[str, "sender"]
    to_agency: Annotated[str, "addressee"]
    victim_id: Annotated[str, "the person whom it is about"]
    service_type: Annotated[str, "service asked for"]
    urgency: Annotated[str, "`emergency`, `urgent` or `routine`"]
    state: Annotated[
        str, "`requested`, `unavailable`, `accepted`, `rejected`, `revocation_pending`, `revoked`, `completed`"
    ]
    requested_at: Annotated[str, "`time` of the request"]
    due_at: Annotated[str, "when the answer is due, from the effect `referral.ResponseDue`"]
    answered_at: Annotated[str, "the registrar's clock at acceptance or rejection, empty before"]
    last_pos: Annotated[int, "position of the last event about it"]


name = "referrals"
row = ReferralRow
keys = 3
types = frozenset(
    known.name for known in by_name.values() if known.stage == "referral" and "referral_id" in known.model.model_fields
)

OPEN = frozenset(("requested", "unavailable", "accepted", "revocation_pending"))
"""The states in which somebody still has to act."""

UNANSWERED = frozenset(("requested", "unavailable"))
"""Those in which its addressee still has to answer: it can be overdue."""

_ANSWERS = frozenset(("referral.ReferralAccepted", "referral.ReferralRejected"))


def evolve(rows: Mapping[Key, Row], told: Told) -> Iterable[Row]:
    """A request makes a row for each side that the agency is on; what follows moves its state."""
    if told.type == "referral.ReferralRequested":
        yield from _requested(told)
        return
    referral = told.data.get("referral_id")
    for found in rows.values():
        if found[_ID] == referral:
            before = ReferralRow._make(found)
            yield before._replace(
                state=next_state(before.state, told.type),
                answered_at=told.at if told.type in _ANSWERS else before.answered_at,
                last_pos=told.pos,
            )


_ID = ReferralRow._fields.index("referral_id")


def _requested(told: Told) -> Iterable[Row]:
    data = told.data
    if "referral_id" not in data:
        return
    sides = [("out", told.is_own), ("in", data.get("to_agency") == told.agency)]
    for direction in (name for name, is_mine in sides if is_mine):
        due = next((each.data.get("due_at", "") for each in told.effects if each.type == "referral.ResponseDue"), "")
        yield ReferralRow(
            told.agency, data["referral_id"], direction, told.stream, told.publisher, data["to_agency"],
            data.get("victim_id", ""), data.get("service_type", ""), data.get("urgency", ""), "requested", told.time,
            due, "", told.pos,
        )  # fmt: skip


def next_state(state: str, event_type: str) -> str:
    """A referral's state after an admitted event about it."""
    match event_type:
        case "referral.ReferralAccepted":
            return "accepted"
        case "referral.ReferralRejected":
            return "rejected"
        case "referral.AddresseeReportedUnavailable":
            return "unavailable"
        case "referral.ReferralCompleted":
            return "completed"
        case "referral.RevocationAcknowledged":
            return "revoked"
        case "referral.ReferralRevoked":
            return "revocation_pending" if state == "accepted" else "revoked"
    return state
