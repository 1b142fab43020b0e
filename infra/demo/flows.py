"""What agencies do in a generated case, as they do it: one flow, its acts in order, each with what it says.

A flow knows what it did, so it also knows which answer would come too early and which act must be refused; no rule of
the domain is asked. Called by the generator, which decides who misbehaves.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any

from infra.demo.publisher import drawn_id

HOTLINE, POLICE, PROSECUTOR, BORDER = "mn.hotline108", "mn.npa", "mn.opg", "mn.gabp"
CARE, SHELTER, HEALTH, SCHOOLS, TEAM = "mn.cfdpa", "mn.mgec", "mn.health", "mn.education", "mn.mdt"
ANSWERING = (CARE, SHELTER, HEALTH, HOTLINE, POLICE, TEAM)
"""Agencies that may send and answer referrals."""

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
_WITHOUT_CONSENT = ("safehouse_service", "health_medical_service", "child_protection_service", "police_other_service")
_OPTIONAL = ("psychosocial_service", "education_service", "livelihoods_service", "food_service")
_PANEL = {"panel_agencies": [CARE, SHELTER, HEALTH], "panel_members": ["panel-1", "panel-2", "panel-3"]}


@dataclass(frozen=True)
class Act:
    """One event of a flow. `early` is the code that refuses it when it is sent before the act before it; `usurped` the
    code that refuses it from any other agency; `expect` its outcome where the flow has it."""

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
    """Whom a generated case is about, and what its flows need to know of each other."""

    draw: Random
    victim_id: str
    age_band: str
    sex: str
    consents: bool
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
    """She is told her rights and agrees to services."""
    told = {"victim_id": child.victim_id, "matter": "rights", "language": "mon", "by": "in_person", "interpreter": False}
    agreed = {"victim_id": child.victim_id, "consent_id": child.id(), "scopes": ["services", "share_agencies"]}
    agreed |= {"given_by": child.draw.choice(("individual", "guardian")), "assent": "given"}
    agreed |= {"basis": "explained_child_friendly", "guardian_conflict": "no", "language": "mon", "interpreter": False}
    return [
        Act(SHELTER, "consent.VictimInformed", told, fact=True),
        Act(SHELTER, "consent.ConsentRecorded", agreed, fact=True),
    ]


def withdrawal(child: Child) -> Flow:
    """She withdraws what she agreed to."""
    data = {"victim_id": child.victim_id, "scopes": ["services", "share_agencies"], "withdrawn_by": "individual"}
    return [Act(SHELTER, "consent.ConsentWithdrawn", data, fact=True)]


def _request(child: Child, referral_id: str, sender: str, addressee: str) -> Act:
    draw = child.draw
    optional = draw.random() < 0.4
    service = draw.choice(_OPTIONAL if optional else _WITHOUT_CONSENT)
    urgency = "routine" if optional else draw.choice(("emergency", "urgent", "routine"))
    data = {"victim_id": child.victim_id, "referral_id": referral_id, "to_agency": addressee, "service_type": service}
    data |= {"urgency": urgency, "reason": "AdditionalServicesRequired", "compartments_shared": ["identity"]}
    missing = optional and not child.consents
    return Act(sender, "referral.ReferralRequested", data, expect="consent.missing" if missing else "admitted")


def referral(child: Child, time: str) -> Flow:
    """A referral and what becomes of it; `time` is an instant after its request, for the promises made in it."""
    draw = child.draw
    sender, addressee, third = draw.sample(ANSWERING, 3)
    about = {"referral_id": child.id()}
    request = _request(child, about["referral_id"], sender, addressee)
    if request.expect != "admitted":
        return [request]
    tails: tuple[Callable[[], Flow], ...] = (
        list,
        lambda: [_accepted(about, addressee, time)],
        lambda: [_accepted(about, addressee, time), _completed(about, addressee, draw)],
        lambda: [_accepted(about, addressee, time), _revoked(about, sender, early=""), _returned(about, addressee, time)],
        lambda: [_rejected(about, addressee, draw), *_rerouted(child, request, third, time)],
        lambda: [_revoked(about, sender, early="referral.unknown")],
        lambda: [_unavailable(about, sender, time), _revoked(about, sender, early="")],
    )
    return [request, *draw.choice(tails)()]


def _accepted(about: dict[str, Any], by: str, time: str) -> Act:
    data = about | {"accepted_by_role": "social_worker", "first_contact_due": time}
    return Act(by, "referral.ReferralAccepted", data, early="referral.unknown", usurped="referral.not_addressee")


def _completed(about: dict[str, Any], by: str, draw: Random) -> Act:
    data = about | {"outcome": draw.choice(("service_delivered", "service_delivered_in_part", "child_declined"))}
    return Act(by, "referral.ReferralCompleted", data, early="referral.not_accepted", usurped="referral.not_addressee")


def _rejected(about: dict[str, Any], by: str, draw: Random) -> Act:
    data = about | {"reason": draw.choice(("no_capacity", "wrong_area", "unsafe_for_child"))}
    return Act(by, "referral.ReferralRejected", data, early="referral.unknown", usurped="referral.not_addressee")


def _rerouted(child: Child, rejected: Act, third: str, time: str) -> Flow:
    again = {"referral_id": child.id()}
    request = Act(rejected.agency, rejected.type, rejected.data | again | {"to_agency": third})
    return [request, _accepted(again, third, time)]


def _revoked(about: dict[str, Any], by: str, *, early: str) -> Act:
    data = about | {"reason": "circumstances_changed"}
    return Act(by, "referral.ReferralRevoked", data, early=early, usurped="referral.not_sender")


def _returned(about: dict[str, Any], by: str, time: str) -> Act:
    early, usurped = "referral.no_revocation_pending", "referral.not_addressee"
    return Act(by, "referral.RevocationAcknowledged", about | {"handed_back_at": time}, early=early, usurped=usurped)


def _unavailable(about: dict[str, Any], by: str, time: str) -> Act:
    data = about | {"reason": "no_answer", "tried_at": time, "attempts": 3}
    early, usurped = "referral.unknown", "referral.not_sender"
    return Act(by, "referral.AddresseeReportedUnavailable", data, early=early, usurped=usurped)


def lead_transfer(child: Child, time: str) -> Flow:
    """The care lead is handed to another agency that cares for children."""
    receiver = next(agency for agency in (SHELTER, CARE) if agency != child.care_lead)
    about = {"lead_transfer_id": child.id()}
    wanted = {"lead": "care", "to_agency": receiver, "reason": "child_moved"}
    return [
        Act(child.care_lead, "referral.LeadAgencyTransferRequested", about | wanted, usurped="referral.not_lead"),
        Act(
            receiver,
            "referral.LeadAgencyTransferAccepted",
            about | {"effective_at": time},
            early="lead_transfer.unknown",
            usurped="referral.not_addressee",
        ),
    ]


def grounds(child: Child, day: str) -> Flow:
    """Reasonable grounds, and a conclusion: a negative one is refused while the recovery period runs."""
    about = {"victim_id": child.victim_id, "decided_on": day} | _PANEL
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
    """A flag for an act that she was made to do, and the prosecutor's answer."""
    about = {"victim_id": child.victim_id, "flag_id": child.id()}
    applied = child.draw.random() < 0.7
    answer = {"applied": applied, "reason": "compelled" if applied else "not_linked"}
    raised = {"offence_kind": child.draw.choice(("documents", "petty_offence", "theft")), "link": "compelled"}
    return [
        Act(SHELTER, "identification.NonPunishmentFlagRaised", about | raised, fact=True),
        Act(PROSECUTOR, "identification.NonPunishmentDecided", about | answer, early="flag.unknown"),
    ]
