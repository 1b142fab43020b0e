"""Redress: harm assessed, a claim decided, restitution ordered, paid in part, enforced, to a balance of 0.

Per victim, defendant and head of loss. A payment beyond the balance has happened and carries its breach; compensation
from a fund lessens no restitution. An enforcement ends with the balance that the payments on record leave, so that no
sum is ever written off without a payment. Called by `domain.stream`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.catalogue import EventType
from domain.event import Effect, Event
from domain.refusals import Refusal
from domain.stages.amounts import at_least
from domain.stages.effects import breach
from domain.stages.prosecution.rules import is_convicted
from domain.stages.redress.folds import FOLDS
from domain.stages.redress.rules import RELATIONS, RULES, civil_judgment_given, claim_between
from domain.stages.redress.state import RedressState
from domain.stages.rules import Context

if TYPE_CHECKING:
    from domain.case import Case

__all__ = ["FOLDS", "RELATIONS", "RULES", "RedressState", "admit"]

_GRANTED = frozenset({"granted", "granted_in_part"})


def _replaces(case: Case, event: Event) -> None:
    """Raises Refusal `representative.unknown` when nobody with that id speaks for this victim."""
    replaced = event.data.get("replaces")
    if replaced is None:
        return
    before = case.representatives.get(replaced)
    if before is None or before.replaced or before.victim_id != event.data["victim_id"]:
        raise Refusal("representative.unknown", "data.replaces")


def _decided(event: Event) -> None:
    """A grant grants something, anything else nothing. Raises Refusal `data.invalid_value`."""
    at_least(0, event, "amount_mnt")
    if (event.data["decision"] in _GRANTED) is not (event.data["amount_mnt"] > 0):
        raise Refusal("data.invalid_value", "data.amount_mnt")


def _based(case: Case, event: Event, event_type: EventType, context: Context) -> None:
    """An order rests on the judgment that it names as its basis, whatever else stands; a claim that is named is one
    between these two. Raises Refusal `redress.no_judgment`, `claim.unknown`."""
    data = event.data
    if data["basis"] == "criminal_judgment" and not is_convicted(case, data["defendant_id"]):
        raise Refusal("redress.no_judgment", "data.basis")
    if data["basis"] == "civil_judgment":
        broken = civil_judgment_given(case, event, event_type, context)
        if broken:
            raise Refusal(*broken)
    elif "claim_id" in data and not claim_between(case, event):
        raise Refusal("claim.unknown", "data.claim_id")


def _paid(case: Case, event: Event) -> tuple[Effect, ...]:
    award = case.awards.get(event.data["award_id"])
    beyond = award is not None and event.data["amount_mnt"] > award.balance
    return (breach("PAID_BEYOND_BALANCE"),) if beyond else ()


def _closed(case: Case, event: Event) -> None:
    """The balance is what the payments on record leave. Raises Refusal `redress.balance_differs`."""
    award = case.awards[event.data["award_id"]]
    paid_off = event.data["reason"] == "paid" and award.balance > 0
    if paid_off or event.data["balance_mnt"] != award.balance:
        raise Refusal("redress.balance_differs", "data.balance_mnt")


def admit(case: Case, event: Event, event_type: EventType, context: Context) -> tuple[Effect, ...]:
    """What the ledger states beside an event of this stage, once the rules of its type have been asked.

    Raises Refusal: `data.invalid_value`, `representative.unknown`, `claim.unknown`, `redress.no_judgment`,
    `redress.balance_differs`.
    """
    match event.type:
        case "redress.LegalRepresentativeAppointed":
            _replaces(case, event)
        case "redress.CivilClaimDecided" | "redress.CompensationDecided":
            _decided(event)
        case "redress.RestitutionOrdered":
            at_least(1, event, "amount_mnt")
            _based(case, event, event_type, context)
        case "redress.RestitutionPaid":
            at_least(1, event, "amount_mnt")
            return _paid(case, event)
        case "redress.CivilClaimFiled" | "redress.AssetsFrozen" | "redress.CompensationApplied":
            at_least(1, event, "amount_mnt")
        case "redress.EnforcementClosed":
            _closed(case, event)
    return ()
