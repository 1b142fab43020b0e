"""A case is opened once, led by two agencies, closed when nothing in it is open, and one name answers for the child."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from domain.stages.case import responsible
from domain.stages.case.open_things import OPEN_THINGS, open_things
from domain.stages.case.state import DUTY
from unit.domain.story import (
    AT,
    CHILD_PROTECTION,
    CLOCK,
    COURT,
    HOTLINE,
    IMPORTER,
    INDICATED,
    OVERSIGHT,
    POLICE,
    PROSECUTOR,
    SHELTER,
    Act,
    act,
    given,
    outcome,
    take,
    uid,
)

OPENED = act("case.Opened", POLICE)
CLOSED = act("case.Closed", CHILD_PROTECTION, id=uid("closing"))
APPROVED = act("ledger.ApprovalGiven", POLICE, of=uid("closing"), role="case_closure")
REOPENED = act("case.Reopened", HOTLINE)
IMPORTED = act("case.RecordImported", CHILD_PROTECTION, dataset="own_legacy_register")
RECUSED = act("case.OfficerRecused", CHILD_PROTECTION, officer="officer-7")
ASSIGNED = act("case.OfficerAssigned", CHILD_PROTECTION, officer="officer-7", role="responsible_caseworker")
REFERRED = act("referral.ReferralRequested", HOTLINE, to_agency=SHELTER, urgency="urgent")
FLAGGED = act("identification.NonPunishmentFlagRaised", CHILD_PROTECTION)
DETAINED = act("identification.ChildDetained", POLICE)
DORMANT = act(
    "case.DormancyMarked", CLOCK, time="2026-03-16T09:00:00.000000Z", last_event=uid(repr(INDICATED)), days=14
)
DEFAULT_LEADS = (CHILD_PROTECTION, POLICE)


def restricted(by: str, level: str, **data: Any) -> Act:
    """A restriction for a court's order."""
    return act("case.Restricted", by, level=level, reason="court_order", **data)


ROWS: list[tuple[str, list[Act], Act, str | tuple[str, ...]]] = [
    ("a case is opened without a known victim", [], OPENED, ("LeadsAssigned",)),
    ("a case id is used once", [INDICATED], OPENED, "opening.id_used"),
    (
        "a reference case becomes a case of its own agency",
        [IMPORTED],
        act("case.Opened", CHILD_PROTECTION),
        ("LeadsAssigned",),
    ),
    ("a reference case is no other agency's", [IMPORTED], OPENED, "opening.id_used"),
    ("a lead closes, on approval", [INDICATED], CLOSED, ("ApprovalAwaited",)),
    ("only a lead closes", [INDICATED], act("case.Closed", SHELTER), "lead.not_lead"),
    ("what was never opened is not closed", [], CLOSED, "case.not_open"),
    ("nothing is open: a referral", [INDICATED, REFERRED], CLOSED, "closing.referral_open"),
    ("nothing is open: a flag", [INDICATED, FLAGGED], CLOSED, "closing.flag_open"),
    ("nothing is open: an approval", [INDICATED, CLOSED], act("case.Closed", POLICE), "closing.approval_open"),
    ("a closed case is reopened", [INDICATED, CLOSED, APPROVED], REOPENED, ()),
    ("an open case is not reopened", [INDICATED], REOPENED, "opening.not_closed"),
    ("a closing that waits has closed nothing", [INDICATED, CLOSED], REOPENED, "opening.not_closed"),
    ("a lead restricts", [INDICATED], restricted(CHILD_PROTECTION, "named_agencies"), ()),
    ("oversight restricts", [INDICATED], restricted(OVERSIGHT, "named_officers"), ()),
    ("nobody else restricts", [INDICATED], restricted(PROSECUTOR, "named_agencies"), "lead.not_lead"),
    ("an officer is assigned by her agency", [INDICATED], ASSIGNED, ()),
    ("an officer is assigned in an open case", [], ASSIGNED, "case.not_open"),
    ("an agency recuses its officer", [INDICATED], RECUSED, ()),
    (
        "the prosecutor recuses another agency's officer",
        [INDICATED],
        act("case.OfficerRecused", PROSECUTOR, officer="officer-7", officer_agency=POLICE),
        (),
    ),
    (
        "nobody else recuses another agency's officer",
        [INDICATED],
        act("case.OfficerRecused", SHELTER, officer="officer-7", officer_agency=POLICE),
        "officer.not_own",
    ),
    (
        "a recused officer decides nothing",
        [INDICATED, RECUSED],
        act("case.Closed", CHILD_PROTECTION, actor="officer-7"),
        "actor.recused",
    ),
    (
        "a recused officer's fact stands with its breach",
        [INDICATED, RECUSED],
        act("identification.IndicatorReported", CHILD_PROTECTION, actor="officer-7"),
        ("ACTED_WHILE_RECUSED",),
    ),
    ("a recused officer comes back on approval", [INDICATED, RECUSED], ASSIGNED, ("ApprovalAwaited",)),
    ("the clock marks a case that nobody touches", [INDICATED], DORMANT, ("DEADLINE_MISSED",)),
    ("once for the same silence", [INDICATED, DORMANT], DORMANT, "clock.moot"),
    (
        "not before its time",
        [INDICATED],
        act("case.DormancyMarked", CLOCK, last_event=uid(repr(INDICATED))),
        "clock.moot",
    ),
    ("not after an agency has acted", [INDICATED, ASSIGNED], DORMANT, "clock.moot"),
    ("not in a case that was never opened", [], DORMANT, "clock.moot"),
]


@pytest.mark.parametrize(("before", "when", "then"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])
def test_case(before: list[Act], when: Act, then: str | tuple[str, ...]) -> None:
    assert outcome(given(before), when) == then


def thing(**said: Any) -> SimpleNamespace:
    """Something in the state of a stage, as far as the table of open things reads it."""
    return SimpleNamespace(**said)


OPEN: list[tuple[str, str, SimpleNamespace, SimpleNamespace]] = [
    ("closing.referral_open", "referrals", thing(state="accepted"), thing(state="completed")),
    ("closing.referral_open", "referrals", thing(state="unavailable"), thing(state="revoked")),
    ("closing.care_episode_open", "care_episodes", thing(is_open=True), thing(is_open=False)),
    ("closing.child_missing", "missing", thing(is_open=True), thing(is_open=False)),
    ("closing.flag_open", "flags", thing(is_open=True), thing(is_open=False)),
    ("closing.child_detained", "detentions", thing(ended=False), thing(ended=True)),
    ("closing.transfer_open", "transfers", thing(is_open=True), thing(is_open=False)),
    ("closing.investigation_open", "investigations", thing(state="suspended"), thing(state="closed")),
    ("closing.proceedings_open", "investigations", thing(state="before_court"), thing(state="judged")),
    ("closing.proceedings_open", "judgments", thing(state="verdict"), thing(state="final")),
    ("closing.proceedings_open", "appeals", thing(is_open=True), thing(is_open=False)),
    ("closing.complaint_open", "complaints", thing(is_open=True), thing(is_open=False)),
    ("closing.enforcement_open", "enforcements", thing(is_open=True), thing(is_open=False)),
    ("closing.action_open", "actions", thing(is_open=True), thing(is_open=False)),
]


@pytest.mark.parametrize(("code", "field", "is_open", "is_over"), OPEN)
def test_each_open_thing_keeps_a_case_open_until_it_is_over(
    code: str, field: str, is_open: SimpleNamespace, is_over: SimpleNamespace
) -> None:
    assert list(open_things(thing(**{field: {"one": is_over, "two": is_open}}))) == [code]
    assert list(open_things(thing(**{field: {"one": is_over}}))) == []


def test_the_table_of_open_things_is_tested_row_by_row() -> None:
    assert {code for code, *_ in OPEN} | {"closing.approval_open"} == {thing.code for thing in OPEN_THINGS}


@pytest.mark.parametrize(
    ("before", "leads"),
    [
        ([OPENED], (CHILD_PROTECTION, POLICE)),
        ([act("case.Opened", PROSECUTOR)], (CHILD_PROTECTION, PROSECUTOR)),
        ([act("case.Opened", SHELTER)], (SHELTER, POLICE)),
        ([INDICATED, CLOSED, APPROVED, REOPENED], DEFAULT_LEADS),
    ],
)
def test_a_case_has_its_two_leads_from_its_opening_on(before: list[Act], leads: tuple[str, str]) -> None:
    case = given(before)
    assert (case.status, case.care_lead, case.proceedings_lead) == ("open", *leads)


def test_a_closing_takes_effect_on_approval_and_a_fact_reopens() -> None:
    waiting = given([INDICATED, CLOSED])
    assert waiting.status == "open"
    closed, _ = take(waiting, APPROVED)
    assert closed.status == "closed"
    assert take(closed, act("consent.ConsentWithdrawn", HOTLINE))[0].status == "open"


def test_one_name_answers_for_the_child() -> None:
    case = given([INDICATED])
    assert responsible(case, AT[:10]) == (CHILD_PROTECTION, DUTY)
    case = given([INDICATED, act(ASSIGNED.type, CHILD_PROTECTION, **ASSIGNED.data, until="2026-03-05")])
    assert responsible(case, "2026-03-05") == (CHILD_PROTECTION, "officer-7")
    assert responsible(case, "2026-03-06") == (CHILD_PROTECTION, DUTY)
    other = act(ASSIGNED.type, CHILD_PROTECTION, officer="officer-8", role="responsible_caseworker")
    assert responsible(take(case, other)[0], "2026-03-06") == (CHILD_PROTECTION, "officer-8")
    assert responsible(given([INDICATED, ASSIGNED, RECUSED]), AT[:10]) == (CHILD_PROTECTION, DUTY)


def test_who_led_before_answers_for_nothing_once_the_lead_has_moved() -> None:
    moved = [
        act("referral.LeadAgencyTransferRequested", CHILD_PROTECTION, to_agency=SHELTER, lead="care"),
        act("referral.LeadAgencyTransferAccepted", SHELTER),
    ]
    assert responsible(given([INDICATED, ASSIGNED, *moved]), AT[:10]) == (SHELTER, DUTY)


def test_a_role_is_one_officers() -> None:
    case = given([INDICATED, ASSIGNED, act(ASSIGNED.type, SHELTER, officer="officer-2", role="responsible_caseworker")])
    assert dict(case.assigned) == {"responsible_caseworker": (SHELTER, "officer-2")}


def test_a_recused_officer_is_back_once_the_other_lead_has_approved() -> None:
    waiting = given([INDICATED, RECUSED, act(ASSIGNED.type, CHILD_PROTECTION, id=uid("back"), **ASSIGNED.data)])
    assert (CHILD_PROTECTION, "officer-7") in waiting.recused
    assert not waiting.assigned
    back, _ = take(waiting, act("ledger.ApprovalGiven", POLICE, of=uid("back"), role="other_lead"))
    assert not back.recused
    assert back.assigned["responsible_caseworker"] == (CHILD_PROTECTION, "officer-7")


def test_an_accusation_restricts_until_lifted_and_a_later_one_again() -> None:
    accused = act("identification.IndicatorReported", HOTLINE, accused_agencies=[COURT])
    case = given([accused])
    assert case.restricted
    lifted, _ = take(case, restricted(CHILD_PROTECTION, "none"))
    assert not lifted.restricted
    assert take(lifted, act(accused.type, SHELTER, accused_agencies=[COURT]))[0].restricted
    named = restricted(CHILD_PROTECTION, "named_agencies", excluded_agencies=[COURT], admitted_agencies=[SHELTER])
    assert take(lifted, named)[0].restriction == ("named_agencies", frozenset({COURT}), frozenset({SHELTER}))


def test_reference_records_of_the_importer_open_nothing_for_others() -> None:
    reference = given([act("case.RecordImported", IMPORTER, dataset="ctdc_synthetic")])
    assert outcome(reference, act("case.Opened", CHILD_PROTECTION)) == "opening.id_used"
    assert reference.agencies == {IMPORTER}
