"""An agency's caseload, its referrals and the links that it is told of, each by going through all that it is told."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from naive import dues
from naive.record import TYPES, last, reopens
from naive.told import Told

OPEN = ("requested", "unavailable", "accepted", "revocation_pending")
AFTER = {
    "referral.ReferralAccepted": "accepted",
    "referral.ReferralRejected": "rejected",
    "referral.AddresseeReportedUnavailable": "unavailable",
    "referral.ReferralCompleted": "completed",
    "referral.RevocationAcknowledged": "revoked",
}


def inside(told: Sequence[Told]) -> list[Told]:
    """What an agency is told that takes part."""
    return [one for one in told if not one.code and "misfiled" not in one.marks and one.relation != "category"]


def in_effect(told: Sequence[Told]) -> list[Told]:
    """The same without what waits for an approval."""
    return [one for one in inside(told) if "held" not in one.marks]


def fold(told: Sequence[Told]) -> Iterator[dict[str, Any]]:
    """The row of the case; none of another stream."""
    said = [one for one in inside(told) if TYPES[one.type]["stream"] in ("case", "any")]
    while said and TYPES[said[0].type]["stream"] == "any":
        said = said[1:]
    if not said:
        return
    effective = [one for one in said if "held" not in one.marks]
    care, proceedings = dues.leads(said)
    moves = [one.type for one in effective if one.type == "case.Closed" or reopens(one.type)]
    victims = {one.data["victim_id"] for one in effective if one.is_own and "victim_id" in one.data}
    sent = {row["referral_id"]: row["state"] for row in referrals(told)}
    open_ = {key: state for key, state in sent.items() if state in OPEN}
    yield {
        "agency": said[0].agency, "case_id": said[0].stream,
        "status": "closed" if last(moves) == "case.Closed" else "open", "care_lead": care,
        "proceedings_lead": proceedings, "opened_at": said[0].at, "last_at": said[-1].at, "last_type": said[-1].type,
        "last_pos": said[-1].pos, "events": len({one.pos for one in said}), "victims": len(victims),
        "open_referrals": len(open_), "victim_ids": sorted(victims), "open_ids": open_,
    }  # fmt: skip


def referrals(told: Sequence[Told]) -> Iterator[dict[str, Any]]:
    """Those that the agency sent, and those that it was sent."""
    said = [one for one in in_effect(told) if one.type.startswith("referral.") and "referral_id" in one.data]
    for at, one in enumerate(said):
        if one.type != "referral.ReferralRequested":
            continue
        data = one.data
        mine = [each for each in said[at:] if each.data["referral_id"] == data["referral_id"]]
        due = [effect.data.get("due_at", "") for effect in one.effects if effect.type == "referral.ResponseDue"]
        answers = [each.at for each in mine if each.type in ("referral.ReferralAccepted", "referral.ReferralRejected")]
        directions = {"out": one.is_own, "in": data.get("to_agency") == one.agency}
        for direction in (name for name, holds in directions.items() if holds):
            yield {
                "agency": one.agency, "referral_id": data["referral_id"], "direction": direction,
                "case_id": one.stream, "from_agency": one.publisher, "to_agency": data["to_agency"],
                "victim_id": data.get("victim_id", ""), "service_type": data.get("service_type", ""),
                "urgency": data.get("urgency", ""), "state": _state(mine), "requested_at": one.time,
                "due_at": [*due, ""][0], "answered_at": last(answers), "last_pos": mine[-1].pos,
            }  # fmt: skip


def _state(mine: Sequence[Told]) -> str:
    """A referral that is revoked is over, unless it was accepted: then its addressee has to acknowledge."""
    states = ["requested"]
    for one in mine:
        if one.type == "referral.ReferralRevoked":
            states.append("revocation_pending" if states[-1] == "accepted" else "revoked")
        elif one.type in AFTER:
            states.append(AFTER[one.type])
    return states[-1]


def links(told: Sequence[Told]) -> Iterator[dict[str, Any]]:
    """As each was said last."""
    said = [one for one in in_effect(told) if one.type.startswith("party.") and "link_id" in one.data]
    states = {"LinkProposed": "proposed", "LinkConfirmed": "confirmed", "LinkDissolved": "dissolved"}
    for at, one in enumerate(said):
        if one.type != "party.LinkProposed":
            continue
        mine = [each for each in said[at:] if each.data["link_id"] == one.data["link_id"]]
        fields = ("link_id", "party_kind", "case_a", "person_a", "case_b", "person_b", "match_basis", "confidence")
        yield {
            "agency": one.agency, "case_id": one.stream, **{name: one.data[name] for name in fields},
            "state": states[mine[-1].type.partition(".")[2]], "proposer": one.publisher, "changed_at": mine[-1].at,
            "last_pos": mine[-1].pos,
        }  # fmt: skip
