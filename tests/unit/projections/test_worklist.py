"""What waits for an agency is what it owes, may approve, was refused or may answer; and who keeps a child is said."""

from __future__ import annotations

import orjson
import pytest

from domain.case import Case
from projections.desks.worklist import WorkRow
from projections.entry import Entry, Refused
from unit.domain.story import (
    AT,
    CHILD_PROTECTION,
    CLOCK,
    HOTLINE,
    INDICATED,
    POLICE,
    PRESUMED,
    PROSECUTOR,
    SHELTER,
    STREAM,
    TASK_FORCE,
    Act,
    act,
    approved,
    uid,
)
from unit.projections.told_by import desk_rows, entry, story

REFERRED = act("referral.ReferralRequested", HOTLINE, to_agency=SHELTER, urgency="emergency")
ACCEPTED = act("referral.ReferralAccepted", SHELTER)
REJECTED = act("referral.ReferralRejected", SHELTER)
SHELTERED = act("protection.ShelterAdmitted", SHELTER)
AT_WORK = [INDICATED, PRESUMED]
TO_LEAD = act("referral.LeadAgencyTransferRequested", CHILD_PROTECTION, lead="care", to_agency=SHELTER)
ACTION = act("taskforce.ActionAssigned", TASK_FORCE, owner_agency=POLICE)
FLAGGED = act("identification.NonPunishmentFlagRaised", SHELTER)
RISK = act("protection.RiskAssessed", CHILD_PROTECTION, risk_level="high")
PLAN = approved(act("protection.CarePlanAgreed", CHILD_PROTECTION, review_on="2026-04-01"), "care_plan")
CLOSING = approved(act("case.Closed", CHILD_PROTECTION), "case_closure", POLICE)
NOT_CLOSED = act("ledger.ApprovalRefused", POLICE, actor="officer-2", of=CLOSING[0].id, role="case_closure")
WAITS: list[tuple[list[Act], str, set[tuple[str, str]]]] = [
    ([INDICATED, REFERRED], SHELTER, {("duty", "referral_response")}),
    ([INDICATED, REFERRED], HOTLINE, set()),
    ([INDICATED, REFERRED, ACCEPTED], SHELTER, {("duty", "first_contact"), ("duty", "referral_completion")}),
    ([INDICATED, REFERRED, REJECTED], SHELTER, set()),
    ([INDICATED, REFERRED, REJECTED], HOTLINE, {("duty", "reroute")}),
    ([*AT_WORK, TO_LEAD], SHELTER, {("duty", "lead_transfer")}),
    ([*AT_WORK, TO_LEAD, act("referral.LeadAgencyTransferAccepted", SHELTER)], SHELTER, set()),
    ([INDICATED, ACTION], POLICE, {("duty", "action")}),
    ([INDICATED, ACTION], TASK_FORCE, set()),
    ([INDICATED, ACTION, act("taskforce.ActionCompleted", POLICE)], POLICE, set()),
    ([INDICATED, FLAGGED, act("case.OfficerAssigned", PROSECUTOR)], PROSECUTOR, {("duty", "non_punishment_answer")}),
    ([*AT_WORK, RISK], CHILD_PROTECTION, {("duty", "risk_review")}),
    ([*AT_WORK, PLAN[0]], CHILD_PROTECTION, {("approval", "care_plan")}),
    ([*AT_WORK, PLAN[0]], POLICE, set()),
    ([*AT_WORK, *PLAN], CHILD_PROTECTION, {("duty", "care_plan_review")}),
    ([*AT_WORK, CLOSING[0]], POLICE, {("approval", "case_closure")}),
    ([*AT_WORK, CLOSING[0]], CHILD_PROTECTION, set()),
    ([*AT_WORK, CLOSING[0], NOT_CLOSED], POLICE, set()),
    ([*AT_WORK, *CLOSING], POLICE, set()),
]


def rows(entries: list[Entry], agency: str) -> list[WorkRow]:
    """The agency's rows, those that wait no more too."""
    return [row for row in map(WorkRow._make, desk_rows("worklist", entries)) if row.agency == agency]


def waits(entries: list[Entry], agency: str) -> set[tuple[str, str]]:
    """Kind and what of everything that waits for the agency."""
    return {(row.kind, row.what) for row in rows(entries, agency) if row.waits and row.kind != "responsible"}


@pytest.mark.parametrize(("acts", "agency", "expected"), WAITS)
def test_what_waits(acts: list[Act], agency: str, expected: set[tuple[str, str]]) -> None:
    assert waits(story(acts, Case(STREAM)), agency) == expected


def test_a_duty_says_since_when_until_when_and_of_whom() -> None:
    (duty,) = (row for row in rows(story([INDICATED, REFERRED], Case(STREAM)), SHELTER) if row.kind == "duty")
    assert (duty.since, duty.by_agency, duty.of_type) == (AT, HOTLINE, "referral.ReferralRequested")
    assert duty.waits == duty.due_at > AT
    assert orjson.loads(duty.about)["referral_id"] == uid("referral_id")


def test_what_the_clock_has_marked_is_late() -> None:
    state = Case(STREAM)
    requested = story([INDICATED, REFERRED], state)
    (open_,) = (row for row in rows(requested, SHELTER) if row.kind == "duty")
    assert open_.state == "open"
    marked = act("referral.ReferralOverdueMarked", CLOCK, deadline="response", due_at=open_.due_at)
    (late,) = (row for row in rows(story([INDICATED, REFERRED, marked], state), SHELTER) if row.kind == "duty")
    assert (late.state, late.waits) == ("late", open_.due_at)


def refused(pos: int, by: str, code: str = "case.closed") -> Entry:
    """A refusal of an officer's assignment."""
    return entry(pos, "desk/0", None, Refused(by, "case.OfficerAssigned", STREAM, uid(f"refused {pos}"), code, AT))


def test_a_refusal_waits_until_its_sender_has_put_it_right() -> None:
    first = story([INDICATED], Case(STREAM))
    assert waits([*first, refused(2, POLICE)], POLICE) == {("refusal", "case.OfficerAssigned")}
    assert waits([*first, refused(2, POLICE)], CHILD_PROTECTION) == set()
    (again,) = (r for r in rows([*first, refused(2, POLICE), refused(3, POLICE, "actor.recused")], POLICE) if r.code)
    assert (again.code, again.pos, orjson.loads(again.about)) == ("actor.recused", 2, {"times": 2})
    for by, left in ((POLICE, set()), (CHILD_PROTECTION, {("refusal", "case.OfficerAssigned")})):
        put_right = story([INDICATED, act("case.OfficerAssigned", by)], Case(STREAM))
        third = put_right[1]._replace(pos=3)
        assert waits([put_right[0], refused(2, POLICE), third], POLICE) == left


def test_a_report_against_its_official_leaves_an_agency_nothing() -> None:
    accused = act("identification.IndicatorReported", CHILD_PROTECTION, accused_agencies=[SHELTER])
    assert rows(story([INDICATED, REFERRED], Case(STREAM)), SHELTER) != []
    assert rows(story([INDICATED, REFERRED, accused], Case(STREAM)), SHELTER) == []


def responsible(acts: list[Act], agency: str) -> WorkRow:
    """The case's row."""
    (found,) = (row for row in rows(story(acts, Case(STREAM)), agency) if row.kind == "responsible")
    return found


def test_everybody_in_a_case_is_told_who_leads_care_and_only_the_lead_who_keeps_the_child() -> None:
    acts = [INDICATED, REFERRED, ACCEPTED, SHELTERED]
    assert {responsible(acts, agency).care_lead for agency in (HOTLINE, POLICE, CHILD_PROTECTION)} == {CHILD_PROTECTION}
    kept = orjson.loads(responsible(acts, CHILD_PROTECTION).about)[uid("victim_id")]
    assert kept["how"] == "shelter"
    assert kept["by"].startswith("care-provider-")
    assert orjson.loads(responsible(acts, POLICE).about) == {}


def test_a_missing_child_is_nobodys_tonight_and_a_closed_case_waits_for_nobody() -> None:
    missing = act("protection.ChildReportedMissing", CHILD_PROTECTION)
    assert "missing" in orjson.loads(responsible([INDICATED, missing], POLICE).about)[uid("victim_id")]
    found = act("protection.ChildLocated", POLICE)
    assert orjson.loads(responsible([INDICATED, missing, found], POLICE).about) == {}
    closed = responsible([*AT_WORK, *CLOSING], POLICE)
    assert (closed.state, closed.waits) == ("done", "")
    again = responsible([*AT_WORK, *CLOSING, INDICATED], POLICE)
    assert (again.state, bool(again.waits)) == ("open", True)
