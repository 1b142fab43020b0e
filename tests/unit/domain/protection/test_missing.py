"""A missing child opens a case or reopens one, and is missing until she is located or has died."""

from __future__ import annotations

from dataclasses import replace

import pytest

from unit.domain.story import (
    CHILD_PROTECTION,
    HOSPITAL,
    HOTLINE,
    IMPORTER,
    INDICATED,
    POLICE,
    SHELTER,
    Act,
    act,
    given,
    outcome,
    uid,
)

MISSING = act("protection.ChildReportedMissing", POLICE)
AGAIN = act("protection.ChildReportedMissing", SHELTER, missing_id=uid("second report"))
LOCATED = act("protection.ChildLocated", SHELTER)
ASKED_BACK = act("protection.ReturnInterviewHeld", SHELTER)
DIED = act("protection.ChildDied", HOSPITAL)
OTHER = act("protection.ChildLocated", POLICE, victim_id=uid("somebody else"))
IMPORTED = act("case.RecordImported", IMPORTER, dataset="ctdc_synthetic")
OPENED = ("LeadsAssigned",)

ROWS: list[tuple[str, list[Act], Act, str | tuple[str, ...]]] = [
    ("a missing child opens a case", [], MISSING, OPENED),
    ("a missing child opens a case on a reference record", [IMPORTED], MISSING, OPENED),
    ("a missing child is no new case where there is one", [INDICATED], MISSING, ()),
    ("each report has its id", [MISSING], MISSING, "id.already_minted"),
    ("a second agency reports her too", [MISSING], AGAIN, ()),
    ("located", [MISSING], LOCATED, ()),
    ("located without having been missing", [INDICATED], LOCATED, ("OUT_OF_SEQUENCE",)),
    ("located twice", [MISSING, LOCATED], LOCATED, ("OUT_OF_SEQUENCE",)),
    (
        "another child is located under her id",
        [MISSING, act(INDICATED.type, HOTLINE, victim_id=uid("somebody else"))],
        OTHER,
        ("OUT_OF_SEQUENCE",),
    ),
    (
        "located, she is missing under no report",
        [MISSING, AGAIN, LOCATED],
        replace(LOCATED, data=AGAIN.data),
        ("OUT_OF_SEQUENCE",),
    ),
    ("asked on her return", [MISSING, LOCATED], ASKED_BACK, ()),
    ("asked on a return that is not on record", [MISSING], ASKED_BACK, ("OUT_OF_SEQUENCE",)),
    ("nobody is located before any case", [], LOCATED, "case.not_open"),
    ("found dead", [MISSING], DIED, ()),
]


@pytest.mark.parametrize(("before", "when", "then"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])
def test_missing(before: list[Act], when: Act, then: str | tuple[str, ...]) -> None:
    assert outcome(given(before), when) == then


def test_a_missing_child_opens_a_case_with_both_leads_and_is_on_record() -> None:
    case = given([act(MISSING.type, SHELTER, age_band="9-13")])
    assert (case.status, case.care_lead, case.proceedings_lead) == ("open", SHELTER, POLICE)
    assert case.victims[uid("victim_id")].age_band == "9-13"


def test_a_missing_child_reopens_a_closed_case_and_leaves_its_leads() -> None:
    case = given([MISSING, LOCATED], status="closed", care_lead=CHILD_PROTECTION)
    assert outcome(case, AGAIN) == ()
    reopened = given([INDICATED, AGAIN])
    assert (reopened.status, reopened.care_lead) == ("open", CHILD_PROTECTION)


def test_a_report_without_an_age_leaves_the_age_on_record() -> None:
    known = act(INDICATED.type, HOTLINE, age_band="14-17")
    assert given([known, MISSING]).victims[uid("victim_id")].age_band == "14-17"


def test_a_child_who_died_is_missing_no_more() -> None:
    case = given([MISSING, DIED])
    assert case.died == {uid("victim_id")}
    assert not any(each.is_open for each in case.missing.values())


def test_a_return_interview_is_no_occasion() -> None:
    assert given([MISSING, LOCATED, ASKED_BACK]).occasions == ()
