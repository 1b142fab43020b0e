"""A child is never between two agencies: the sender is responsible until the addressee accepts, then the addressee."""

from __future__ import annotations

from typing import Any

import pytest

from domain.concerned import concerned
from domain.event import Recorded
from unit.domain.story import (
    AT,
    CHILD_PROTECTION,
    CLOCK,
    COURT,
    HOTLINE,
    INDICATED,
    POLICE,
    PROSECUTOR,
    SHELTER,
    STREAM,
    SUSPENDED,
    TASK_FORCE,
    Act,
    act,
    event,
    given,
    outcome,
    take,
    uid,
)

URGENT: dict[str, Any] = {"to_agency": SHELTER, "urgency": "urgent"}


def requested(**data: Any) -> Act:
    """An urgent referral from the hotline to the shelter unless said otherwise."""
    return act("referral.ReferralRequested", HOTLINE, **{**URGENT, **data})


def lead(by: str, to: str, kind: str = "care", **data: Any) -> Act:
    """A request to hand over a lead."""
    return act("referral.LeadAgencyTransferRequested", by, to_agency=to, lead=kind, **data)


REQUESTED = requested()
ACCEPTED = act("referral.ReferralAccepted", SHELTER)
REJECTED = act("referral.ReferralRejected", SHELTER)
REVOKED = act("referral.ReferralRevoked", HOTLINE)
ACKNOWLEDGED = act("referral.RevocationAcknowledged", SHELTER)
UNAVAILABLE = act("referral.AddresseeReportedUnavailable", HOTLINE)
COMPLETED = act("referral.ReferralCompleted", SHELTER)
NO_ANSWER = act("referral.ReferralOverdueMarked", CLOCK, deadline="response", due_at="2026-03-03T09:00:00.000000Z")
NO_END = act("referral.ReferralOverdueMarked", CLOCK, deadline="completion", due_at="2026-03-16T09:00:00.000000Z")
LEAD = lead(CHILD_PROTECTION, SHELTER)
LEAD_ACCEPTED = act("referral.LeadAgencyTransferAccepted", SHELTER)
LEAD_REJECTED = act("referral.LeadAgencyTransferRejected", SHELTER)
AGAIN = lead(CHILD_PROTECTION, SHELTER, lead_transfer_id=uid("second"))
PROCEEDINGS = lead(POLICE, PROSECUTOR, "proceedings")
OPENED = act("investigation.InvestigationOpened", PROSECUTOR, articles=["13.1"])
ACCUSED = act("investigation.SuspectIdentified", PROSECUTOR, official_complicity=True, accused_agency=POLICE)
MOVED = [PROCEEDINGS, OPENED]
TO_POLICE = lead(PROSECUTOR, POLICE, "proceedings")
LEADS = ("LeadsAssigned",)
DUE, OVERDUE = ("ResponseDue",), ("DEADLINE_MISSED",)
PENDING = [REQUESTED, ACCEPTED, REVOKED]


def by(agency: str, done: Act, **data: Any) -> Act:
    """The same act by another agency, or with other data."""
    return act(done.type, agency, **{**done.data, **data})


ROWS: list[tuple[str, list[Act], Act, str | tuple[str, ...]]] = [
    ("requested", [], REQUESTED, DUE),
    ("a referral id is minted once", [REQUESTED], requested(urgency="emergency"), "id.already_minted"),
    ("a referral id is no victim's", [], requested(referral_id=uid("victim_id")), "id.already_minted"),
    ("a referral id is not the case's", [], requested(referral_id=STREAM), "id.already_minted"),
    ("a victim is on record first", [], requested(victim_id=uid("nobody")), "victim.unknown"),
    (
        "but for an emergency, which may be the first that is heard of her",
        [],
        requested(victim_id=uid("nobody"), urgency="emergency"),
        DUE,
    ),
    ("the addressee is active", [], requested(to_agency=SUSPENDED), "referral.addressee_inactive"),
    ("the addressee is enrolled", [], requested(to_agency="mn.nobody"), "referral.addressee_inactive"),
    ("the addressee may accept", [], requested(to_agency=COURT), "referral.addressee_lacks_mandate"),
    ("accepted by the addressee", [REQUESTED], ACCEPTED, ()),
    ("nobody else accepts", [REQUESTED], by(POLICE, ACCEPTED), "referral.not_addressee"),
    ("the sender does not accept", [REQUESTED], by(HOTLINE, ACCEPTED), "referral.not_addressee"),
    ("accepted once", [REQUESTED, ACCEPTED], ACCEPTED, "referral.not_requested"),
    ("an unknown referral", [], ACCEPTED, "referral.unknown"),
    ("accepted although reported unavailable", [REQUESTED, UNAVAILABLE], ACCEPTED, ()),
    ("accepted although overdue", [REQUESTED, NO_ANSWER], ACCEPTED, ()),
    ("rejected by the addressee", [REQUESTED], REJECTED, ()),
    ("rejected although reported unavailable", [REQUESTED, UNAVAILABLE], REJECTED, ()),
    ("nobody else rejects", [REQUESTED], by(HOTLINE, REJECTED), "referral.not_addressee"),
    ("not rejected after acceptance", [REQUESTED, ACCEPTED], REJECTED, "referral.not_requested"),
    ("withdrawn by the sender", [REQUESTED], REVOKED, ()),
    ("nobody else withdraws", [REQUESTED], by(SHELTER, REVOKED), "referral.not_sender"),
    ("withdrawn from who is unavailable", [REQUESTED, UNAVAILABLE], REVOKED, ()),
    ("withdrawn is withdrawn", [REQUESTED, REVOKED], ACCEPTED, "referral.not_requested"),
    ("withdrawn once", [REQUESTED, REVOKED], REVOKED, "referral.not_requested"),
    ("after acceptance the withdrawal waits", [REQUESTED, ACCEPTED], REVOKED, ()),
    ("the addressee acknowledges", PENDING, ACKNOWLEDGED, ()),
    ("nobody else acknowledges", PENDING, by(HOTLINE, ACKNOWLEDGED), "referral.not_addressee"),
    ("nothing to acknowledge", [REQUESTED, ACCEPTED], ACKNOWLEDGED, "referral.no_revocation_pending"),
    ("completed while a withdrawal is pending", PENDING, COMPLETED, ()),
    ("completion ends the withdrawal", [*PENDING, COMPLETED], ACKNOWLEDGED, "referral.no_revocation_pending"),
    ("handed back is over", [*PENDING, ACKNOWLEDGED], COMPLETED, "referral.not_accepted"),
    ("reported unavailable by the sender", [REQUESTED], UNAVAILABLE, ()),
    ("reported unavailable by the task force", [REQUESTED], by(TASK_FORCE, UNAVAILABLE), ()),
    ("not reported by others", [REQUESTED], by(POLICE, UNAVAILABLE), "referral.not_sender"),
    ("who has accepted is not unavailable", [REQUESTED, ACCEPTED], UNAVAILABLE, "referral.not_requested"),
    ("completed by the addressee", [REQUESTED, ACCEPTED], COMPLETED, ()),
    ("nobody else completes", [REQUESTED, ACCEPTED], by(HOTLINE, COMPLETED), "referral.not_addressee"),
    ("not completed before acceptance", [REQUESTED], COMPLETED, "referral.not_accepted"),
    ("the clock marks a late answer", [REQUESTED], NO_ANSWER, OVERDUE),
    ("the clock marks a late end", [REQUESTED, ACCEPTED], NO_END, OVERDUE),
    ("an answered referral's answer is not late", [REQUESTED, ACCEPTED], NO_ANSWER, "clock.moot"),
    (
        "an answer is not late before it is due",
        [REQUESTED],
        by(CLOCK, NO_ANSWER, due_at="2026-03-03T08:59:59.999999Z"),
        "clock.moot",
    ),
    ("an end is not late before acceptance", [REQUESTED], NO_END, "clock.moot"),
    ("a completed referral is not late", [REQUESTED, ACCEPTED, COMPLETED], NO_END, "clock.moot"),
    ("the clock knows no such referral", [], NO_ANSWER, "clock.moot"),
    ("the lead asks to hand over", [], LEAD, ()),
    ("only the lead asks", [], lead(HOTLINE, SHELTER), "referral.not_lead"),
    (
        "the care lead is no proceedings lead",
        [],
        lead(CHILD_PROTECTION, PROSECUTOR, "proceedings"),
        "referral.not_lead",
    ),
    ("care is never with police", [], lead(CHILD_PROTECTION, POLICE), "referral.lead_does_not_fit"),
    (
        "proceedings are with police or prosecutor",
        [],
        lead(POLICE, SHELTER, "proceedings"),
        "referral.lead_does_not_fit",
    ),
    ("a lead goes to an active agency", [], lead(CHILD_PROTECTION, SUSPENDED), "referral.addressee_inactive"),
    ("a lead goes to who may accept it", [], lead(CHILD_PROTECTION, TASK_FORCE), "referral.addressee_lacks_mandate"),
    ("the receiver accepts the lead", [LEAD], LEAD_ACCEPTED, LEADS),
    ("nobody else accepts the lead", [LEAD], by(CHILD_PROTECTION, LEAD_ACCEPTED), "referral.not_addressee"),
    ("an unknown transfer", [], LEAD_ACCEPTED, "lead_transfer.unknown"),
    ("the receiver rejects the lead", [LEAD], LEAD_REJECTED, ()),
    ("nobody else rejects the lead", [LEAD], by(CHILD_PROTECTION, LEAD_REJECTED), "referral.not_addressee"),
    ("an accepted transfer is not rejected", [LEAD, LEAD_ACCEPTED], LEAD_REJECTED, "referral.transfer_not_pending"),
    ("a rejected transfer is over", [LEAD, LEAD_REJECTED], LEAD_ACCEPTED, "referral.transfer_not_pending"),
    ("a second request replaces the first", [LEAD, AGAIN], LEAD_ACCEPTED, "referral.transfer_not_pending"),
    ("the second request is pending", [LEAD, AGAIN], by(SHELTER, LEAD_ACCEPTED, lead_transfer_id=uid("second")), LEADS),
    (
        "a request for the other lead replaces nothing",
        [LEAD, by(POLICE, PROCEEDINGS, lead_transfer_id=uid("p"))],
        LEAD_ACCEPTED,
        LEADS,
    ),
    (
        "a lead that has moved is not accepted from who held it",
        MOVED,
        act(LEAD_ACCEPTED.type, PROSECUTOR),
        "referral.transfer_not_pending",
    ),
    ("but the request can be rejected", MOVED, act(LEAD_REJECTED.type, PROSECUTOR), ()),
    ("no lead to who is accused", [OPENED, ACCUSED], TO_POLICE, "referral.lead_of_accused"),
    (
        "nor when accused meanwhile",
        [OPENED, TO_POLICE, ACCUSED],
        act(LEAD_ACCEPTED.type, POLICE),
        "referral.lead_of_accused",
    ),
    ("who led before asks no more", [LEAD, LEAD_ACCEPTED], AGAIN, "referral.not_lead"),
]


@pytest.mark.parametrize(("before", "when", "then"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])
def test_referral(before: list[Act], when: Act, then: str | tuple[str, ...]) -> None:
    assert outcome(given([INDICATED, *before]), when) == then


@pytest.mark.parametrize(
    ("status", "when", "then"),
    [
        ("new", REQUESTED, "case.not_open"),
        ("reference", REQUESTED, "case.reference"),
        ("closed", LEAD, "case.closed"),
        ("closed", ACCEPTED, "case.closed"),
        ("closed", REQUESTED, DUE),
        ("closed", NO_ANSWER, OVERDUE),
    ],
)
def test_a_case_must_be_open_and_a_protective_act_reopens_it(
    status: str, when: Act, then: str | tuple[str, ...]
) -> None:
    before = [INDICATED, REQUESTED] if when in (ACCEPTED, NO_ANSWER) else [INDICATED]
    assert outcome(given(before, status=status), when) == then


def test_a_reopened_case_is_open() -> None:
    assert take(given([INDICATED], status="closed"), REQUESTED)[0].status == "open"


@pytest.mark.parametrize(
    ("urgency", "own", "due_at"),
    [
        ("emergency", None, "2026-03-02T10:00:00.000000Z"),
        ("urgent", None, "2026-03-03T09:00:00.000000Z"),
        ("urgent", "2026-03-02T12:00:00.000000Z", "2026-03-02T12:00:00.000000Z"),
        ("urgent", "2026-04-01T00:00:00.000000Z", "2026-03-03T09:00:00.000000Z"),
    ],
)
def test_an_answer_is_due_by_urgency_from_the_entry_or_earlier(urgency: str, own: str | None, due_at: str) -> None:
    done = requested(urgency=urgency, **({"due_at": own} if own else {}))
    case, (due,) = take(given([INDICATED]), done)
    assert due.data == {"referral_id": uid("referral_id"), "due_at": due_at}
    assert case.referrals[uid("referral_id")].due_at == due_at


def test_the_lead_changes_only_when_its_receiver_accepts() -> None:
    assert given([INDICATED, LEAD]).care_lead == CHILD_PROTECTION
    assert given([INDICATED, LEAD, LEAD_ACCEPTED]).care_lead == SHELTER
    assert given([INDICATED, LEAD, LEAD_REJECTED]).care_lead == CHILD_PROTECTION
    moved = given([INDICATED, PROCEEDINGS, act("referral.LeadAgencyTransferAccepted", PROSECUTOR)])
    assert (moved.care_lead, moved.proceedings_lead) == (CHILD_PROTECTION, PROSECUTOR)


def test_after_acceptance_the_addressee_stays_responsible_until_it_acknowledges() -> None:
    waiting = given([INDICATED, *PENDING]).referrals[uid("referral_id")]
    assert (waiting.state, waiting.revoking) == ("accepted", True)
    over = given([INDICATED, *PENDING, ACKNOWLEDGED]).referrals[uid("referral_id")]
    assert (over.state, over.revoking) == ("revoked", False)


def test_a_recused_officer_decides_nothing_but_may_protect_and_a_fact_stands_with_its_breach() -> None:
    recused = frozenset({(SHELTER, "officer-1"), (HOTLINE, "officer-1")})
    assert outcome(given([INDICATED, REQUESTED], recused=recused), ACCEPTED) == "actor.recused"
    assert outcome(given([INDICATED], recused=recused), REQUESTED) == DUE
    told = act("consent.VictimInformed", SHELTER)
    assert outcome(given([INDICATED], recused=recused), told) == ("ACTED_WHILE_RECUSED",)


@pytest.mark.parametrize(
    ("before", "when", "agencies"),
    [
        ([], INDICATED, {HOTLINE, CHILD_PROTECTION, POLICE}),
        ([INDICATED], REQUESTED, {HOTLINE, SHELTER}),
        ([INDICATED], LEAD, {CHILD_PROTECTION, SHELTER}),
        ([INDICATED, LEAD], LEAD_ACCEPTED, {SHELTER, POLICE}),
    ],
)
def test_an_entry_brings_publisher_leads_and_addressee_into_the_case(
    before: list[Act], when: Act, agencies: set[str]
) -> None:
    case = given(before)
    _, stated = take(case, when)
    assert concerned(Recorded(event(when), AT, case.version + 1, stated)) == agencies
