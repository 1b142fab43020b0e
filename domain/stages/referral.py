"""A child is never between two agencies: the sender is responsible until the addressee accepts, and then the addressee.

A referral is accepted, rejected or completed only by its addressee and withdrawn only by its sender, after acceptance
not before the addressee acknowledges; a lead changes only when its receiver accepts. Called by `domain.stream`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from domain.catalogue import EventType, by_name
from domain.event import Effect, Event, Recorded
from domain.stages.case import PROCEEDINGS_CATEGORIES
from domain.stages.change import changed
from domain.stages.consent import Override, covers
from domain.stages.effects import breach, leads_assigned, response_due
from domain.stages.rules import HOLDS, Broken, Changes, Context, Folds, Rules, shifted

if TYPE_CHECKING:
    from domain.case import Case

State = Literal["requested", "unavailable", "accepted", "rejected", "revoked", "completed"]

# Protection, health, safety and legal aid: a referral there waits for nobody's consent.
WITHOUT_CONSENT = frozenset(
    {
        "safehouse_service",
        "health_medical_service",
        "police_other_service",
        "legal_assistance_service",
        "child_protection_service",
    }
)
_SHARING = frozenset({"share_agencies", "services"})
_ACCEPTS = {
    "referral.ReferralRequested": by_name["referral.ReferralAccepted"].mandate,
    "referral.LeadAgencyTransferRequested": by_name["referral.LeadAgencyTransferAccepted"].mandate,
    "investigation.JurisdictionAssigned": by_name["investigation.InvestigationOpened"].mandate,
    "investigation.InvestigationTransferredToProsecutor": by_name["prosecution.CaseFileReceived"].mandate,
    "prosecution.IndictmentFiled": by_name["prosecution.VerdictRendered"].mandate,
    "investigation.ExaminationOrdered": by_name["custody.LabReportIssued"].mandate,
}


@dataclass(frozen=True)
class Referral:
    """A referral. `revoking` while an accepted one waits for its addressee to acknowledge that it is withdrawn;
    `due_at` is the instant that the ledger stated for the answer."""

    victim_id: str
    sender: str
    addressee: str
    due_at: str
    state: State = "requested"
    revoking: bool = False
    urgency: str = "routine"


@dataclass(frozen=True)
class LeadTransfer:
    """A transfer of the care or proceedings lead; a second request for the same lead replaces the first."""

    lead: Literal["care", "proceedings"]
    sender: str
    addressee: str
    state: Literal["pending", "accepted", "rejected", "replaced"] = "pending"


@dataclass(frozen=True)
class ReferralState:
    """Referrals and transfers of a lead, by id."""

    referrals: Mapping[str, Referral] = field(default_factory=dict)
    lead_transfers: Mapping[str, LeadTransfer] = field(default_factory=dict)


def _referral(case: Case, event: Event) -> Referral:
    """The referral that the event is about; `domain.stream` has asked before that it is on record."""
    return case.referrals[event.data["referral_id"]]


def addressee(case: Case, event: Event, event_type: EventType, context: Context) -> Broken:
    """Check the relation `addressee of the referral`."""
    return HOLDS if _referral(case, event).addressee == event.publisher else ("referral.not_addressee",)


def sender(case: Case, event: Event, event_type: EventType, context: Context) -> Broken:
    """Check the relation `sender of the referral`."""
    return HOLDS if _referral(case, event).sender == event.publisher else ("referral.not_sender",)


def sender_or_task_force(case: Case, event: Event, event_type: EventType, context: Context) -> Broken:
    """Check the relation `sender of the referral, or the task force`."""
    if "mdtf" in context.partners.categories(event.publisher):
        return HOLDS
    return sender(case, event, event_type, context)


def _holder(case: Case, lead: str) -> str | None:
    return case.care_lead if lead == "care" else case.proceedings_lead


def holds_lead(case: Case, event: Event, event_type: EventType, context: Context) -> Broken:
    """Check the relation `the agency that holds that lead`."""
    return HOLDS if _holder(case, event.data["lead"]) == event.publisher else ("referral.not_lead", "data.lead")


def transfer_addressee(case: Case, event: Event, event_type: EventType, context: Context) -> Broken:
    """Check the relation `addressee of the lead transfer`."""
    transfer = case.lead_transfers[event.data["lead_transfer_id"]]
    return HOLDS if transfer.addressee == event.publisher else ("referral.not_addressee",)


def requested(case: Case, event: Event, event_type: EventType, context: Context) -> Broken:
    """Check `referral requested`."""
    return HOLDS if _referral(case, event).state == "requested" else ("referral.not_requested",)


def unavailable(case: Case, event: Event, event_type: EventType, context: Context) -> Broken:
    """Check `referral unavailable`."""
    return HOLDS if _referral(case, event).state == "unavailable" else ("referral.not_requested",)


def accepted(case: Case, event: Event, event_type: EventType, context: Context) -> Broken:
    """Check `referral accepted`; one whose revocation is pending still is."""
    return HOLDS if _referral(case, event).state == "accepted" else ("referral.not_accepted",)


def revocation_pending(case: Case, event: Event, event_type: EventType, context: Context) -> Broken:
    """Check `revocation pending`."""
    return HOLDS if _referral(case, event).revoking else ("referral.no_revocation_pending",)


def transfer_pending(case: Case, event: Event, event_type: EventType, context: Context) -> Broken:
    """Check `lead transfer pending`: who asked for it still holds the lead when it is accepted."""
    transfer = case.lead_transfers[event.data["lead_transfer_id"]]
    moved = event.type == "referral.LeadAgencyTransferAccepted" and transfer.sender != _holder(case, transfer.lead)
    return HOLDS if transfer.state == "pending" and not moved else ("referral.transfer_not_pending",)


def addressee_active(case: Case, event: Event, event_type: EventType, context: Context) -> Broken:
    """Check `addressee active`: enrolled, not suspended, and of a category that may accept."""
    agency = event.data["to_agency"]
    if not context.partners.is_active(agency):
        return ("referral.addressee_inactive", "data.to_agency")
    if context.partners.categories(agency).isdisjoint(_ACCEPTS[event.type]):
        return ("referral.addressee_lacks_mandate", "data.to_agency")
    return HOLDS


def consent_for_optional(case: Case, event: Event, event_type: EventType, context: Context) -> Broken:
    """Check `consent for an optional service`: asked for a routine referral to a service that she may do without."""
    data = event.data
    if data["urgency"] != "routine" or data["service_type"] in WITHOUT_CONSENT:
        return HOLDS
    if covers(case, victim_id=data["victim_id"], scopes=_SHARING, at=event.time):
        return HOLDS
    if Override(data["victim_id"], data["to_agency"]) in case.overrides:
        return HOLDS
    return ("consent.missing", "data.service_type")


def lead_fits(case: Case, event: Event, event_type: EventType, context: Context) -> Broken:
    """Check `lead fits the category`: care is never police or prosecutor, proceedings always are, and no lead goes to
    an agency whose official is accused, asked for before or not."""
    if "to_agency" not in event.data:
        return ("referral.lead_of_accused",) if event.publisher in case.accused else HOLDS
    if event.data["to_agency"] in case.accused:
        return ("referral.lead_of_accused", "data.to_agency")
    judicial = not context.partners.categories(event.data["to_agency"]).isdisjoint(PROCEEDINGS_CATEGORIES)
    fits = judicial is (event.data["lead"] == "proceedings")
    return HOLDS if fits else ("referral.lead_does_not_fit", "data.lead", "data.to_agency")


def _response_due(event: Event, context: Context) -> Effect:
    """Deadlines for another agency's answer run from the entry's own time; an earlier one of the sender counts."""
    due_at = shifted(context.at, context.partners.deadline("referral_response", event.data["urgency"]))
    earlier = min(due_at, event.data.get("due_at", due_at))
    return response_due(referral_id=event.data["referral_id"], due_at=earlier)


def _leads_after(case: Case, event: Event) -> Effect:
    """Both leads once this transfer is accepted: a reader of the entry needs no other to know them."""
    transfer = case.lead_transfers[event.data["lead_transfer_id"]]
    care = transfer.addressee if transfer.lead == "care" else case.care_lead
    proceedings = transfer.addressee if transfer.lead == "proceedings" else case.proceedings_lead
    return leads_assigned(care=care or "", proceedings=proceedings or "")


def admit(case: Case, event: Event, event_type: EventType, context: Context) -> tuple[Effect, ...]:
    """What the ledger states beside an event of this stage, once the rules of its type have been asked."""
    match event.type:
        case "referral.ReferralRequested":
            return (_response_due(event, context),)
        case "referral.ReferralOverdueMarked":
            return (breach("DEADLINE_MISSED"),)
        case "referral.LeadAgencyTransferAccepted":
            return (_leads_after(case, event),)
        case _:
            return ()


def _requested(case: Case, recorded: Recorded) -> Changes:
    event = recorded.event
    due_at = next(effect.data["due_at"] for effect in recorded.effects if effect.type == "referral.ResponseDue")
    urgency = event.data["urgency"]
    referral = Referral(event.data["victim_id"], event.publisher, event.data["to_agency"], due_at, urgency=urgency)
    return {"referrals": {**case.referrals, event.data["referral_id"]: referral}}


def _moved(state: State) -> Callable[[Case, Recorded], Changes]:
    def fold(case: Case, recorded: Recorded) -> Changes:
        referral = changed(_referral(case, recorded.event), state=state, revoking=False)
        return {"referrals": {**case.referrals, recorded.event.data["referral_id"]: referral}}

    return fold


def _revoked(case: Case, recorded: Recorded) -> Changes:
    before = _referral(case, recorded.event)
    pending = before.state == "accepted"
    referral = changed(before, revoking=True) if pending else changed(before, state="revoked")
    return {"referrals": {**case.referrals, recorded.event.data["referral_id"]: referral}}


def _transfer_requested(case: Case, recorded: Recorded) -> Changes:
    event = recorded.event
    lead = event.data["lead"]
    transfers = {
        key: changed(transfer, state="replaced") if (transfer.lead, transfer.state) == (lead, "pending") else transfer
        for key, transfer in case.lead_transfers.items()
    }
    transfers[event.data["lead_transfer_id"]] = LeadTransfer(lead, event.publisher, event.data["to_agency"])
    return {"lead_transfers": transfers}


def _transfer_accepted(case: Case, recorded: Recorded) -> Changes:
    transfer_id = recorded.event.data["lead_transfer_id"]
    transfer = changed(case.lead_transfers[transfer_id], state="accepted")
    field = "care_lead" if transfer.lead == "care" else "proceedings_lead"
    return {field: transfer.addressee, "lead_transfers": {**case.lead_transfers, transfer_id: transfer}}


def _transfer_rejected(case: Case, recorded: Recorded) -> Changes:
    transfer_id = recorded.event.data["lead_transfer_id"]
    transfer = changed(case.lead_transfers[transfer_id], state="rejected")
    return {"lead_transfers": {**case.lead_transfers, transfer_id: transfer}}


FOLDS: Folds = {
    "referral.ReferralRequested": _requested,
    "referral.ReferralAccepted": _moved("accepted"),
    "referral.ReferralRejected": _moved("rejected"),
    "referral.ReferralRevoked": _revoked,
    "referral.RevocationAcknowledged": _moved("revoked"),
    "referral.AddresseeReportedUnavailable": _moved("unavailable"),
    "referral.ReferralCompleted": _moved("completed"),
    "referral.LeadAgencyTransferRequested": _transfer_requested,
    "referral.LeadAgencyTransferAccepted": _transfer_accepted,
    "referral.LeadAgencyTransferRejected": _transfer_rejected,
}

RULES: Rules = {
    "referral requested": requested,
    "referral unavailable": unavailable,
    "referral accepted": accepted,
    "revocation pending": revocation_pending,
    "lead transfer pending": transfer_pending,
    "addressee active": addressee_active,
    "consent for an optional service": consent_for_optional,
    "lead fits the category": lead_fits,
}
RELATIONS: Rules = {
    "addressee of the referral": addressee,
    "sender of the referral": sender,
    "sender of the referral, or the task force": sender_or_task_force,
    "the agency that holds that lead": holds_lead,
    "addressee of the lead transfer": transfer_addressee,
}
