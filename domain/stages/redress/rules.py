"""What must stand before a court, a fund or an enforcement office goes on: a claim, a judgment, an award that is owed.

A judgment is spent by what is ordered on it, an award by what is paid. Called by `domain.stream` through the table
`RULES`, by the names that the catalogue's `requires` uses.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.catalogue import EventType
from domain.event import Event
from domain.stages.redress.state import Claim
from domain.stages.rules import HOLDS, Broken, Context, Rules

if TYPE_CHECKING:
    from domain.case import Case


def civil_claim_filed(case: Case, event: Event, event_type: EventType, context: Context) -> Broken:
    """Check `civil claim filed`, by this victim, and not decided yet."""
    claim = case.claims.get(event.data["claim_id"])
    if claim is not None and claim.state == "filed" and claim.victim_id == event.data["victim_id"]:
        return HOLDS
    return ("redress.claim_not_filed", "data.claim_id")


def claim_between(case: Case, event: Event) -> Claim | None:
    """The claim that the event names, if it is one of this victim against this defendant."""
    data = event.data
    claim = case.claims.get(data.get("claim_id", ""))
    both = (data["victim_id"], data["defendant_id"])
    return claim if claim is not None and (claim.victim_id, claim.defendant_id) == both else None


def civil_judgment_given(case: Case, event: Event, event_type: EventType, context: Context) -> Broken:
    """Check `civil judgment given`: on the claim named, between these two, with as much left as is ordered."""
    claim = claim_between(case, event)
    enough = claim is not None and 0 < event.data["amount_mnt"] <= claim.left
    return HOLDS if enough else ("redress.no_judgment", "data.claim_id")


def restitution_ordered(case: Case, event: Event, event_type: EventType, context: Context) -> Broken:
    """Check `restitution ordered`: a balance stands."""
    award = case.awards.get(event.data["award_id"])
    return HOLDS if award is not None and award.balance > 0 else ("redress.nothing_owed", "data.award_id")


def compensation_applied(case: Case, event: Event, event_type: EventType, context: Context) -> Broken:
    """Check `compensation applied`, for this victim, and not decided yet."""
    applied = case.compensations.get(event.data["compensation_id"])
    if applied is not None and applied.state == "applied" and applied.victim_id == event.data["victim_id"]:
        return HOLDS
    return ("redress.compensation_not_open", "data.compensation_id")


def enforcement_open(case: Case, event: Event, event_type: EventType, context: Context) -> Broken:
    """Check `enforcement open`, of this award."""
    enforcement = case.enforcements.get(event.data["enforcement_id"])
    if enforcement is not None and enforcement.is_open and enforcement.award_id == event.data["award_id"]:
        return HOLDS
    return ("redress.enforcement_not_open", "data.enforcement_id")


def no_enforcement_open(case: Case, event: Event, event_type: EventType, context: Context) -> Broken:
    """Check `not enforcement open`: an award is enforced once at a time, and again when that has ended."""
    award_id = event.data["award_id"]
    running = any(each.is_open and each.award_id == award_id for each in case.enforcements.values())
    return ("redress.enforcement_runs", "data.award_id") if running else HOLDS


RULES: Rules = {
    "civil claim filed": civil_claim_filed,
    "civil judgment given": civil_judgment_given,
    "restitution ordered": restitution_ordered,
    "compensation applied": compensation_applied,
    "enforcement open": enforcement_open,
    "not enforcement open": no_enforcement_open,
}
RELATIONS: Rules = {}
