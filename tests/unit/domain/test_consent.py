"""Consent gates optional services and disclosures and nothing else; its withdrawal is never refused."""

from __future__ import annotations

from typing import Any

import pytest

from unit.domain.story import (
    AT,
    CHILD_PROTECTION,
    CLOCK,
    HOTLINE,
    INDICATED,
    POLICE,
    SHELTER,
    Act,
    act,
    given,
    outcome,
    uid,
)

OPTIONAL: dict[str, Any] = {"to_agency": SHELTER, "urgency": "routine", "service_type": "education_service"}
ROUTINE = act("referral.ReferralRequested", CHILD_PROTECTION, **OPTIONAL)
EXPLAINED: dict[str, Any] = {"basis": "explained_child_friendly", "given_by": "individual"}
CONSENT = act("consent.ConsentRecorded", CHILD_PROTECTION, scopes=["services", "family"], **EXPLAINED)
BY_GUARDIAN = act(
    "consent.ConsentRecorded",
    CHILD_PROTECTION,
    scopes=["services"],
    basis="explained_child_friendly",
    given_by="guardian",
)
EXPIRED = act("consent.ConsentRecorded", CHILD_PROTECTION, scopes=["services"], expires_on="2026-03-01", **EXPLAINED)
LAST_DAY = act("consent.ConsentRecorded", CHILD_PROTECTION, scopes=["services"], expires_on="2026-03-02", **EXPLAINED)
OTHER_SCOPE = act("consent.ConsentRecorded", CHILD_PROTECTION, scopes=["interview"], **EXPLAINED)
NOT_EXPLAINED = act("consent.ConsentRecorded", CHILD_PROTECTION, scopes=["services", "family"], basis="not_explained")
WITHDRAWN = act("consent.ConsentWithdrawn", SHELTER, scopes=["services"])
OBJECTED = act("consent.FamilyDisclosureObjected", HOTLINE, about=["parents"])
MAJORITY = act("consent.MajorityReached", CLOCK)
INFORMED = act("consent.VictimInformed", POLICE)


def disclosed(**data: Any) -> Act:
    """A disclosure without consent, on the ground of best interests unless said otherwise."""
    return act(
        "consent.DisclosedWithoutConsent",
        POLICE,
        **{"legal_basis": "best_interests", "recipient_kind": "school", **data},
    )


TO_SHELTER = disclosed(recipient_agency=SHELTER)
DUE = ("ResponseDue",)

ROWS: list[tuple[str, list[Act], Act, str | tuple[str, ...]]] = [
    ("a consent is recorded", [], CONSENT, ()),
    ("a consent that was not explained stands with its breach", [], NOT_EXPLAINED, ("CONSENT_NOT_EXPLAINED",)),
    (
        "a consent id is minted once",
        [CONSENT],
        act("consent.ConsentRecorded", SHELTER, **EXPLAINED),
        "id.already_minted",
    ),
    ("a withdrawal is never refused, without a consent too", [], WITHDRAWN, ()),
    ("a withdrawal is never refused", [CONSENT], WITHDRAWN, ()),
    ("an objection is never refused", [], OBJECTED, ()),
    ("being told is a fact", [], INFORMED, ()),
    ("a disclosure on a stated basis breaks nothing", [], TO_SHELTER, ()),
    ("a disclosure without a basis", [], disclosed(legal_basis="none_stated"), ("DISCLOSED_WITHOUT_BASIS",)),
    (
        "the family is told against her objection",
        [OBJECTED],
        disclosed(recipient_kind="family"),
        ("DISCLOSED_AGAINST_OBJECTION",),
    ),
    ("the family is told, nobody objected", [], disclosed(recipient_kind="family"), ()),
    ("consent to the family ends the objection", [OBJECTED, CONSENT], disclosed(recipient_kind="family"), ()),
    (
        "an unexplained consent ends no objection",
        [OBJECTED, NOT_EXPLAINED],
        disclosed(recipient_kind="family"),
        ("DISCLOSED_AGAINST_OBJECTION",),
    ),
    ("an optional service needs consent", [], ROUTINE, "consent.missing"),
    ("a live consent is enough", [CONSENT], ROUTINE, DUE),
    ("a consent with a breach gates nothing", [NOT_EXPLAINED], ROUTINE, "consent.missing"),
    ("a consent of another scope is none", [OTHER_SCOPE], ROUTINE, "consent.missing"),
    ("a consent past its last day is none", [EXPIRED], ROUTINE, "consent.missing"),
    ("a consent holds on its last day", [LAST_DAY], ROUTINE, DUE),
    ("a withdrawn consent is none", [CONSENT, WITHDRAWN], ROUTINE, "consent.missing"),
    ("a disclosure to the addressee stands for consent", [TO_SHELTER], ROUTINE, DUE),
    ("a disclosure to somebody else does not", [disclosed(recipient_agency=POLICE)], ROUTINE, "consent.missing"),
    (
        "a disclosure without basis stands for nothing",
        [disclosed(recipient_agency=SHELTER, legal_basis="none_stated")],
        ROUTINE,
        "consent.missing",
    ),
    (
        "an urgent referral never waits for consent",
        [],
        act(ROUTINE.type, ROUTINE.by, **{**OPTIONAL, "urgency": "urgent"}),
        DUE,
    ),
    (
        "protection never waits for consent",
        [],
        act(ROUTINE.type, ROUTINE.by, **{**OPTIONAL, "service_type": "safehouse_service"}),
        DUE,
    ),
    ("majority ends what a guardian consented to", [BY_GUARDIAN, MAJORITY], ROUTINE, "consent.missing"),
    ("the clock says that she is of age", [BY_GUARDIAN], MAJORITY, ()),
    ("majority leaves her own consent", [CONSENT, MAJORITY], ROUTINE, DUE),
    (
        "the clock knows of nobody else's majority",
        [],
        act("consent.MajorityReached", CLOCK, victim_id=uid("nobody")),
        "clock.moot",
    ),
    (
        "a fact about somebody unknown is out of sequence",
        [],
        act("consent.VictimInformed", POLICE, victim_id=uid("nobody")),
        ("OUT_OF_SEQUENCE",),
    ),
]


@pytest.mark.parametrize(("before", "when", "then"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])
def test_consent(before: list[Act], when: Act, then: str | tuple[str, ...]) -> None:
    assert outcome(given([INDICATED, *before]), when) == then


@pytest.mark.parametrize("when", [CONSENT, WITHDRAWN, OBJECTED, INFORMED, TO_SHELTER])
def test_a_fact_of_consent_reopens_a_closed_case(when: Act) -> None:
    assert outcome(given([INDICATED], status="closed"), when) == ()


def test_whoever_a_fact_is_about_is_on_record_from_then_on() -> None:
    case = given([INDICATED, act("consent.VictimInformed", POLICE, victim_id=uid("other"), time=AT)])
    assert uid("other") in case.victims
