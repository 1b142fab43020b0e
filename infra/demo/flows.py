"""What agencies do in a generated case, as they do it: one flow, its acts in order, each with what it says.

A flow knows what it did, so it also knows which answer would come too early and which act must be refused; no rule of
the domain is asked. Called by the generator, which decides who misbehaves.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from random import Random
from typing import Any

from infra.demo.publisher import drawn_id

HOTLINE, POLICE, PROSECUTOR, BORDER = "mn.hotline108", "mn.npa", "mn.opg", "mn.gabp"
CARE, SHELTER, HEALTH, SCHOOLS, TEAM = "mn.cfdpa", "mn.mgec", "mn.health", "mn.education", "mn.mdt"

STRANGERS = (HEALTH, HOTLINE, POLICE, TEAM)
"""Agencies that may send and answer referrals; the usurper of an act is one that has no part in it."""

_OPENERS = (
    (HOTLINE, "hotline_108", "citizen"),
    (POLICE, "emergency_102", "police_officer"),
    (BORDER, "border_checkpoint", "border_officer"),
    (SCHOOLS, "school", "teacher"),
    (HEALTH, "health_visit", "health_worker"),
    (SHELTER, "outreach", "shelter_worker"),
    (TEAM, "in_person", "social_worker"),
)
_SIGNS = ("begging", "debt_bondage", "documents_withheld", "hazardous_work", "movement_restricted", "wages_taken")
_EXPLOITATION = ("ForcedLabour", "ForcedBegging", "ChildLabour", "SexualExploitation", "Servitude")
_PLACES = ("MN-1", "MN-035", "MN-037", "MN-047", "MN-061", "unknown")
_SENDERS = (HOTLINE, POLICE, CARE, TEAM, HEALTH)
_NEEDED = {
    "safehouse_service": (SHELTER, CARE, "mn.police_shelters"),
    "health_medical_service": (HEALTH, "mn.hospital_shelters"),
    "child_protection_service": (CARE, TEAM),
    "legal_assistance_service": ("mn.legal_aid", PROSECUTOR),
}
_OPTIONAL = {
    "psychosocial_service": (SHELTER, CARE, HEALTH),
    "education_service": (SCHOOLS, TEAM),
    "food_service": (SHELTER, CARE),
}
_PANEL = {"panel_agencies": [CARE, SHELTER, HEALTH], "panel_members": ["panel-1", "panel-2", "panel-3"]}


@dataclass(frozen=True, eq=False)
class Act:
    """One event of a flow. `early` is the code that refuses it when it is sent before the act before it; `usurped` the
    code that refuses it from another agency than `agency`; `expect` its outcome in its place."""

    agency: str
    type: str
    data: dict[str, Any]
    early: str = ""
    usurped: str = ""
    expect: str = "admitted"
    fact: bool = False
    actor: str = "officer-1"


Flow = list[Act]


@dataclass
class Child:
    """Whom a generated case is about, and what its flows need to know of each other; `now` and `later` are instants
    that they speak of."""

    draw: Random
    victim_id: str
    age_band: str
    sex: str
    consents: bool
    now: str
    later: str
    care_lead: str = CARE

    def id(self) -> str:
        """Another id of this case."""
        return drawn_id(self.draw)


def opening(child: Child) -> Flow:
    """An indicator, a screening, and the presumption that starts protection."""
    agency, channel, role = child.draw.choice(_OPENERS)
    # Only child protection and shelters lead care from the opening; for anybody else it is the profile's default.
    child.care_lead = agency if agency in (SHELTER, TEAM) else CARE
    seen = sorted(child.draw.sample(_SIGNS, child.draw.randint(1, 3)))
    about = {"victim_id": child.victim_id, "indicator_codes": seen}
    told = {"report_channel": channel, "reporter_role": role, "aimag": child.draw.choice(_PLACES)}
    tool = {"screening_tool": "national_sop", "tool_version": "1.0", "sop_version": "2024"}
    found = {"result": child.draw.choice(("presumed", "unclear")), "screener_role": "other"}
    described = {"age_band": child.age_band, "sex": child.sex, "citizenship_group": "mongolian"}
    status = {"exploitation_types": [child.draw.choice(_EXPLOITATION)]} | described
    status |= {"victim_id": child.victim_id, "trafficking_status": "PossibleVictimOfTrafficking"}
    screener = child.draw.choice((POLICE, CARE, BORDER))
    return [
        Act(agency, "identification.IndicatorReported", about | told, fact=True),
        Act(screener, "identification.ScreeningCompleted", about | tool | found, early="case.not_open", fact=True),
        Act(child.draw.choice((CARE, SHELTER, POLICE)), "identification.VictimPresumed", status, actor="officer-2"),
    ]


def consent(child: Child) -> Flow:
    """The child is told what rights there are, and agrees to services."""
    told: dict[str, Any] = {"victim_id": child.victim_id, "matter": "rights", "language": "mon"}
    told |= {"by": "in_person", "interpreter": False}
    agreed: dict[str, Any] = {"victim_id": child.victim_id, "consent_id": child.id()}
    agreed |= {"scopes": ["services", "share_agencies"]}
    agreed |= {"given_by": child.draw.choice(("individual", "guardian")), "assent": "given"}
    agreed |= {"basis": "explained_child_friendly", "guardian_conflict": "no", "language": "mon", "interpreter": False}
    return [
        Act(SHELTER, "consent.VictimInformed", told, fact=True),
        Act(SHELTER, "consent.ConsentRecorded", agreed, fact=True),
    ]


def withdrawal(child: Child) -> Flow:
    """What was agreed to is withdrawn."""
    data = {"victim_id": child.victim_id, "scopes": ["services", "share_agencies"], "withdrawn_by": "individual"}
    return [Act(SHELTER, "consent.ConsentWithdrawn", data, fact=True)]


def referral(child: Child) -> Flow:
    """A referral and what becomes of it; an optional service needs the consent that this child has given or not."""
    optional = child.draw.random() < 0.4
    service, providers = child.draw.choice(list((_OPTIONAL if optional else _NEEDED).items()))
    addressee, third = child.draw.sample(providers, 2)
    sender = child.draw.choice([agency for agency in _SENDERS if agency not in (addressee, third)])
    urgency = "routine" if optional else child.draw.choice(("emergency", "urgent", "routine"))
    data: dict[str, Any] = {"victim_id": child.victim_id, "to_agency": addressee, "service_type": service}
    data |= {"referral_id": child.id(), "urgency": urgency, "reason": "AdditionalServicesRequired"}
    data |= {"compartments_shared": ["identity"]}
    if optional and not child.consents:
        return [Act(sender, "referral.ReferralRequested", data, expect="consent.missing")]
    request = Act(sender, "referral.ReferralRequested", data)
    return [request, *_outcome(child, request, third)]


def _outcome(child: Child, request: Act, third: str) -> Flow:
    draw, sender, addressee = child.draw, request.agency, request.data["to_agency"]
    about = {"referral_id": request.data["referral_id"]}
    tails: tuple[Callable[[], Flow], ...] = (
        list,
        lambda: [_accepted(child, about, addressee), *_twice(_completed(about, addressee, draw))],
        lambda: [_rejected(about, addressee, draw), _too_late(_accepted(child, about, addressee))],
        lambda: [_accepted(child, about, addressee)],
        lambda: [_accepted(child, about, addressee), _completed(about, addressee, draw)],
        lambda: [_accepted(child, about, addressee), _revoked(about, sender), _returned(child, about, addressee)],
        lambda: [_rejected(about, addressee, draw), *_rerouted(child, request, third)],
        lambda: [_revoked(about, sender, early="referral.unknown")],
        lambda: [_unavailable(child, about, sender), _revoked(about, sender)],
    )
    return draw.choice(tails)()


def _twice(completed: Act) -> Flow:
    """What is done can't be done once more; the second report is another event."""
    return [completed, replace(completed, expect="referral.not_accepted")]


def _too_late(accepted: Act) -> Act:
    """An acceptance of what was answered already."""
    return replace(accepted, expect="referral.not_requested")


def _accepted(child: Child, about: dict[str, Any], by: str) -> Act:
    data = about | {"accepted_by_role": "social_worker", "first_contact_due": child.later}
    return Act(by, "referral.ReferralAccepted", data, early="referral.unknown", usurped="referral.not_addressee")


def _completed(about: dict[str, Any], by: str, draw: Random) -> Act:
    data = about | {"outcome": draw.choice(("service_delivered", "service_delivered_in_part", "child_declined"))}
    return Act(by, "referral.ReferralCompleted", data, early="referral.not_accepted", usurped="referral.not_addressee")


def _rejected(about: dict[str, Any], by: str, draw: Random) -> Act:
    data = about | {"reason": draw.choice(("no_capacity", "wrong_area", "unsafe_for_child"))}
    return Act(by, "referral.ReferralRejected", data, early="referral.unknown", usurped="referral.not_addressee")


def _rerouted(child: Child, rejected: Act, third: str) -> Flow:
    again = {"referral_id": child.id()}
    request = Act(rejected.agency, rejected.type, rejected.data | again | {"to_agency": third})
    return [request, _accepted(child, again, third)]


def _revoked(about: dict[str, Any], by: str, *, early: str = "") -> Act:
    # Sent before an acceptance it is no error: the referral is withdrawn at once.
    data = about | {"reason": "circumstances_changed"}
    return Act(by, "referral.ReferralRevoked", data, early=early, usurped="referral.not_sender")


def _returned(child: Child, about: dict[str, Any], by: str) -> Act:
    early, usurped = "referral.no_revocation_pending", "referral.not_addressee"
    return Act(
        by, "referral.RevocationAcknowledged", about | {"handed_back_at": child.now}, early=early, usurped=usurped
    )


def _unavailable(child: Child, about: dict[str, Any], by: str) -> Act:
    data = about | {"reason": "no_answer", "tried_at": child.now, "attempts": 3}
    early, usurped = "referral.unknown", "referral.not_sender"
    return Act(by, "referral.AddresseeReportedUnavailable", data, early=early, usurped=usurped)


def lead_transfer(child: Child) -> Flow:
    """The care lead is handed to another agency that cares for children."""
    receiver = next(agency for agency in (SHELTER, CARE) if agency != child.care_lead)
    about = {"lead_transfer_id": child.id()}
    wanted = {"lead": "care", "to_agency": receiver, "reason": "child_moved"}
    return [
        Act(child.care_lead, "referral.LeadAgencyTransferRequested", about | wanted, usurped="referral.not_lead"),
        Act(
            receiver,
            "referral.LeadAgencyTransferAccepted",
            about | {"effective_at": child.now},
            early="lead_transfer.unknown",
            usurped="referral.not_addressee",
        ),
    ]


def grounds(child: Child) -> Flow:
    """Reasonable grounds, and a conclusion: a negative one is refused while the recovery period runs."""
    about = {"victim_id": child.victim_id, "decided_on": child.now[:10]} | _PANEL
    decided_by = {"decided_by": "NonPoliceGovernmentalOrganization"}
    negative = child.draw.random() < 0.5
    decision = "NotAVictimOfTrafficking" if negative else "ActualVictimOfTrafficking"
    conclusion = Act(
        CARE,
        "identification.ConclusiveGroundsDecided",
        about | decided_by | {"decision": decision},
        early="identification.no_positive_grounds",
        expect="identification.recovery_running" if negative else "admitted",
        actor="panel-1",
    )
    positive = about | {"decision": "positive"}
    return [Act(CARE, "identification.ReasonableGroundsDecided", positive, actor="panel-1"), conclusion]


def non_punishment(child: Child) -> Flow:
    """A flag for an act that the child was made to do, and the prosecutor's answer."""
    about = {"victim_id": child.victim_id, "flag_id": child.id()}
    applied = child.draw.random() < 0.7
    answer = {"applied": applied, "reason": "compelled" if applied else "not_linked"}
    raised = {"offence_kind": child.draw.choice(("documents", "petty_offence", "theft")), "link": "compelled"}
    return [
        Act(SHELTER, "identification.NonPunishmentFlagRaised", about | raised, fact=True),
        Act(PROSECUTOR, "identification.NonPunishmentDecided", about | answer, early="flag.unknown"),
    ]
