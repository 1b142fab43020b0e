"""Shelter and care ask for nothing; a placement or a return has her best interests determined before."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from unit.domain.story import (
    CHILD_PROTECTION,
    COURT,
    HOSPITAL,
    HOTLINE,
    INDICATED,
    POLICE,
    PROSECUTOR,
    SHELTER,
    SUSPENDED,
    Act,
    act,
    approved,
    given,
    outcome,
    uid,
)

OTHER = uid("somebody else")
PANEL = [CHILD_PROTECTION, SHELTER]
ASSESSED = act("protection.BestInterestsAssessed", SHELTER)
HIGH, LOW = (act("protection.RiskAssessed", POLICE, risk_level=level) for level in ("high", "low"))


def determined(option: str, *, by: str = CHILD_PROTECTION, **data: Any) -> Act:
    """A determination by a complete panel that heard the child, unless said otherwise."""
    said = {"option": option, "panel_agencies": PANEL, "child_view_heard": True, **data}
    return act("protection.BestInterestsDetermined", by, **said)


def placed(placement: str, **data: Any) -> Act:
    """A placement of the child."""
    return act("protection.ChildPlaced", CHILD_PROTECTION, placement=placement, **data)


def served(service_type: str, **data: Any) -> Act:
    """A service that the shelter gives."""
    return act("protection.ServiceDelivered", SHELTER, service_type=service_type, **data)


def referred(urgency: str, **data: Any) -> Act:
    """A referral to food, which is optional where it can wait."""
    said = {"to_agency": SHELTER, "urgency": urgency, "service_type": "food_service", **data}
    return act("referral.ReferralRequested", HOTLINE, **said)


def consented(*scopes: str, **data: Any) -> Act:
    """The child's own consent, explained."""
    said = {"basis": "explained_child_friendly", "given_by": "individual", "scopes": list(scopes), **data}
    return act("consent.ConsentRecorded", CHILD_PROTECTION, **said)


def examined(kind: str, purpose: str = "injuries", **data: Any) -> Act:
    """An examination by the hospital."""
    return act("protection.MedicalExaminationConducted", HOSPITAL, kind=kind, purpose=purpose, **data)


ADMITTED = act("protection.ShelterAdmitted", SHELTER)
COMMUNITY = act("protection.CarePlanAgreed", CHILD_PROTECTION, setting="community")
IN_SHELTER = act("protection.CarePlanAgreed", CHILD_PROTECTION, setting="shelter")
CLOSED = act("protection.CareEpisodeClosed", SHELTER)
DONE = approved(CLOSED, "closure")
AWAITED = ("ApprovalAwaited",)
MISSING = act("protection.ChildReportedMissing", POLICE)
HOME, FOSTER, ABROAD = determined("return_to_family"), determined("foster_care"), determined("repatriation")
PLANNED = act("protection.RepatriationPlanned", CHILD_PROTECTION)
ARRIVED = act("protection.RepatriationCompleted", CHILD_PROTECTION)
RECEIVED = act("protection.ReceivedByAuthority", CHILD_PROTECTION)
REQUESTED = act("protection.ProtectionMeasureRequested", HOTLINE)
ORDERED = act("protection.ProtectionMeasureOrdered", COURT, measure_id=uid("order"), requested_as=uid("measure_id"))
OF_ORDER = {"measure_id": uid("order")}
CONSENT = consented("medical_examination", "services")
INJURIES = examined("forensic_medical")
TOLD = act("protection.VictimNotifiedOfRelease", POLICE)
NOT_DETERMINED = "protection.not_determined"
TO_BE_SENT = [ASSESSED, ABROAD, PLANNED]

ROWS: list[tuple[str, list[Act], Act, str | tuple[str, ...]]] = [
    ("a risk is assessed", [], HIGH, ()),
    ("best interests are assessed", [], ASSESSED, ()),
    ("best interests are determined by a panel", [ASSESSED], HOME, ()),
    ("a court determines by the same panel", [ASSESSED], determined("foster_care", by=COURT), ()),
    ("a determination needs an assessment", [], HOME, "protection.not_assessed"),
    ("an assessment carries one determination", [ASSESSED, HOME], FOSTER, "protection.not_assessed"),
    (
        "child protection determines nothing alone",
        [ASSESSED],
        determined("foster_care", panel_agencies=[CHILD_PROTECTION]),
        "protection.determination_panel",
    ),
    (
        "nothing is determined without child protection",
        [ASSESSED],
        determined("foster_care", panel_agencies=[SHELTER, HOSPITAL]),
        "protection.determination_panel",
    ),
    (
        "a suspended agency is no member of a panel",
        [ASSESSED],
        determined("foster_care", panel_agencies=[CHILD_PROTECTION, SUSPENDED]),
        "protection.determination_panel",
    ),
    (
        "the child's view is heard",
        [ASSESSED],
        determined("foster_care", child_view_heard=False),
        "protection.child_not_heard",
    ),
    (
        "or the reason why not is stated",
        [ASSESSED],
        determined("foster_care", child_view_heard=False, _sd=["A" * 43]),
        (),
    ),
    ("shelter asks for nothing", [], ADMITTED, ()),
    ("shelter takes somebody unknown in", [], replace(ADMITTED, data={"victim_id": OTHER}), ("OUT_OF_SEQUENCE",)),
    ("a readmission is of the same episode", [ADMITTED, *DONE], ADMITTED, ()),
    (
        "an episode is one child's",
        [ADMITTED],
        replace(ADMITTED, data={"victim_id": OTHER}),
        "id.already_minted",
    ),
    ("a care plan is agreed", [ADMITTED], IN_SHELTER, AWAITED),
    ("a care plan for the community", [], COMMUNITY, AWAITED),
    ("a plan for another child's episode", [ADMITTED], act(COMMUNITY.type, SHELTER, victim_id=OTHER), "victim.unknown"),
    ("the keeper closes care", [ADMITTED], CLOSED, AWAITED),
    ("no other agency closes care", [ADMITTED], act(CLOSED.type, CHILD_PROTECTION), "protection.not_keeper"),
    ("an episode is closed once", [ADMITTED, *DONE], CLOSED, "protection.care_episode_not_open"),
    ("no episode, nothing to close", [], CLOSED, "care_episode.unknown"),
    (
        "a plan in the shelter opens no episode",
        approved(IN_SHELTER, "care_plan"),
        CLOSED,
        "protection.care_episode_not_open",
    ),
    (
        "a plan in the community opens one",
        approved(COMMUNITY, "care_plan"),
        act(CLOSED.type, CHILD_PROTECTION),
        AWAITED,
    ),
    ("a missing child's care stays open", [ADMITTED, MISSING], CLOSED, "protection.child_missing"),
    ("a service that is protection needs no consent", [], served("safehouse_service"), ()),
    ("an optional service needs consent", [], served("food_service"), ("SERVICE_WITHOUT_CONSENT",)),
    ("an optional service with consent", [CONSENT], served("food_service"), ()),
    (
        "consent to sharing is none to a service",
        [consented("share_agencies")],
        served("food_service"),
        ("SERVICE_WITHOUT_CONSENT",),
    ),
    (
        "nobody is kept waiting who was referred as urgent",
        [referred("emergency")],
        served("food_service", referral_id=uid("referral_id")),
        (),
    ),
    (
        "a routine referral leaves a service optional",
        [CONSENT, referred("routine"), act("consent.ConsentWithdrawn", SHELTER, scopes=["services"])],
        served("food_service", referral_id=uid("referral_id")),
        ("SERVICE_WITHOUT_CONSENT",),
    ),
    ("an interpreter is assigned", [], act("protection.InterpreterAssigned", POLICE), ()),
    ("a therapy starts", [], act("protection.TherapyStarted", HOSPITAL), ()),
    ("her family is traced", [], act("protection.FamilyTraced", POLICE), ()),
    ("her family is assessed", [], act("protection.FamilyAssessed", SHELTER), ()),
    ("a follow-up is recorded", [], act("protection.FollowUpRecorded", SHELTER), ()),
    ("a threat is reported", [], act("protection.ThreatReported", HOTLINE), ()),
    ("an examination with consent", [CONSENT], INJURIES, ()),
    ("an examination without", [], INJURIES, ("MEDICAL_EXAMINATION_WITHOUT_CONSENT",)),
    ("a treatment without", [], examined("treatment"), ("MEDICAL_EXAMINATION_WITHOUT_CONSENT",)),
    ("nobody asks while life is in danger", [], examined("treatment", danger_to_life=True), ()),
    ("a second forensic one for a purpose", [CONSENT, INJURIES], INJURIES, ("MEDICAL_EXAMINATION_REPEATED",)),
    (
        "by whatever kind of forensic examination",
        [CONSENT, INJURIES],
        examined("forensic_psychological"),
        ("MEDICAL_EXAMINATION_REPEATED",),
    ),
    ("one for another purpose", [CONSENT, INJURIES], examined("forensic_medical", "toxicology"), ()),
    ("a treatment is not counted", [CONSENT, INJURIES, examined("treatment")], examined("treatment"), ()),
    (
        "nor is an assessment of age",
        [CONSENT, examined("age_assessment", "age")],
        examined("age_assessment", "age"),
        (),
    ),
    ("placed as it was determined", [ASSESSED, FOSTER], placed("foster_care"), ()),
    ("returned to parents as it was determined", [ASSESSED, HOME], placed("return_to_parents"), ()),
    ("adopted as it was determined", [ASSESSED, determined("adoption")], placed("adoption"), ()),
    ("placed without", [ASSESSED], placed("foster_care"), ("PLACED_WITHOUT_DETERMINATION",)),
    (
        "placed otherwise than it was determined",
        [ASSESSED, FOSTER],
        placed("return_to_parents"),
        ("PLACED_WITHOUT_DETERMINATION",),
    ),
    (
        "a placement uses its determination up",
        [ASSESSED, FOSTER, placed("foster_care")],
        placed("foster_care"),
        ("PLACED_WITHOUT_DETERMINATION",),
    ),
    (
        "a high risk ends the determination before it",
        [ASSESSED, FOSTER, HIGH],
        placed("foster_care"),
        ("PLACED_WITHOUT_DETERMINATION",),
    ),
    ("a low risk leaves it", [ASSESSED, FOSTER, LOW], placed("foster_care"), ()),
    ("a repatriation is planned on its determination", [ASSESSED, ABROAD], PLANNED, ()),
    ("and to a third country", [ASSESSED, determined("third_country")], PLANNED, ()),
    ("not without", [ASSESSED], PLANNED, "protection.not_determined"),
    ("not on one for something else", [ASSESSED, FOSTER], PLANNED, "protection.not_determined"),
    ("not once it was used for a placement", [ASSESSED, ABROAD, placed("foster_care")], PLANNED, NOT_DETERMINED),
    ("not once another replaced it", [ASSESSED, ABROAD, ASSESSED, FOSTER], PLANNED, NOT_DETERMINED),
    ("not on one for another child", [ASSESSED, ABROAD], act(PLANNED.type, SHELTER, victim_id=OTHER), "victim.unknown"),
    ("repatriated as it was planned", TO_BE_SENT, ARRIVED, ()),
    (
        "repatriated after a high risk",
        [*TO_BE_SENT, HIGH],
        ARRIVED,
        ("REPATRIATED_WITHOUT_DETERMINATION",),
    ),
    (
        "repatriated under a plan that was replaced",
        [*TO_BE_SENT, ASSESSED, ABROAD],
        ARRIVED,
        ("OUT_OF_SEQUENCE",),
    ),
    (
        "repatriated without a plan",
        [ASSESSED, ABROAD],
        ARRIVED,
        ("OUT_OF_SEQUENCE",),
    ),
    (
        "repatriated twice",
        [*TO_BE_SENT, ARRIVED],
        ARRIVED,
        ("REPATRIATED_WITHOUT_DETERMINATION", "OUT_OF_SEQUENCE"),
    ),
    ("received after arrival", [*TO_BE_SENT, ARRIVED], RECEIVED, ()),
    ("received before arrival", TO_BE_SENT, RECEIVED, ("OUT_OF_SEQUENCE",)),
    ("a measure is requested", [], REQUESTED, ()),
    ("a measure is ordered on request", [REQUESTED], ORDERED, ()),
    ("a measure is ordered unasked", [], ORDERED, ()),
    ("a measure is breached", [ORDERED], act("protection.ProtectionMeasureBreached", SHELTER, **OF_ORDER), ()),
    (
        "what was only requested is not breached",
        [REQUESTED],
        act("protection.ProtectionMeasureBreached", SHELTER),
        ("OUT_OF_SEQUENCE",),
    ),
    (
        "nor is what was never ordered",
        [],
        act("protection.ProtectionMeasureBreached", SHELTER),
        ("OUT_OF_SEQUENCE",),
    ),
    ("a measure in force ends", [ORDERED], act("protection.ProtectionMeasureEnded", COURT, **OF_ORDER), ()),
    ("a request is refused", [REQUESTED], act("protection.ProtectionMeasureEnded", PROSECUTOR), ()),
    (
        "a request that was answered is no request",
        [REQUESTED, ORDERED],
        act("protection.ProtectionMeasureEnded", PROSECUTOR),
        "protection.measure_not_open",
    ),
    ("no measure, nothing to end", [], act("protection.ProtectionMeasureEnded", COURT), "measure.unknown"),
    (
        "a release of nobody on record",
        [],
        TOLD,
        ("OUT_OF_SEQUENCE",),
    ),
    ("a release of a suspect on record", [TOLD], TOLD, ()),
    ("a child dies", [], act("protection.ChildDied", HOSPITAL), ()),
]


@pytest.mark.parametrize(("before", "when", "then"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])
def test_care(before: list[Act], when: Act, then: str | tuple[str, ...]) -> None:
    assert outcome(given([INDICATED, *before]), when) == then


def test_an_order_answers_only_a_request_for_the_same_child() -> None:
    two = [INDICATED, act(INDICATED.type, HOTLINE, victim_id=OTHER), REQUESTED]
    case = given([*two, act(ORDERED.type, COURT, **{**ORDERED.data, "victim_id": OTHER})])
    assert case.measures[uid("measure_id")].state == "requested"
    assert case.measures[uid("order")].state == "in_force"


def test_an_open_episode_stays_with_the_agency_that_keeps_it_and_a_closed_one_goes_with_the_child() -> None:
    elsewhere = act(ADMITTED.type, CHILD_PROTECTION, readmission=True)
    episode = uid("care_episode_id")
    assert given([INDICATED, ADMITTED, elsewhere]).care_episodes[episode].agency == SHELTER
    readmitted = given([INDICATED, ADMITTED, *DONE, elsewhere]).care_episodes[episode]
    assert (readmitted.agency, readmitted.is_open) == (CHILD_PROTECTION, True)


def test_a_repatriation_is_over_when_the_authority_has_received_her() -> None:
    case = given([INDICATED, *TO_BE_SENT, ARRIVED, RECEIVED])
    assert case.repatriations[uid("repatriation_id")].state == "over"
    assert not case.determinations


PROTECTIVE = [
    HIGH,
    ADMITTED,
    served("safehouse_service"),
    examined("treatment", danger_to_life=True),
    act("protection.TherapyStarted", HOSPITAL),
    act("protection.ThreatReported", HOTLINE),
    REQUESTED,
    act("protection.GuardianImplicated", SHELTER),
    MISSING,
]


@pytest.mark.parametrize("when", PROTECTIVE, ids=[when.type for when in PROTECTIVE])
def test_no_protective_act_is_refused_for_a_status(when: Act) -> None:
    assert outcome(given([INDICATED], status="closed"), when) == ()
    assert given([INDICATED, when]).status == "open"
