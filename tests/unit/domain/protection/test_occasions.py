"""Every occasion on which a child is asked about the events is counted, over all agencies and linked cases."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given as drawn
from hypothesis import settings
from hypothesis import strategies as st

from domain.event import Event, Recorded
from domain.stages.protection.occasions import Occasion, breaches_of_testimony, counted_testimony, occasions_of
from unit.domain.protection.linked import linked
from unit.domain.story import (
    AT,
    CHILD_PROTECTION,
    CONTEXT,
    COURT,
    HOSPITAL,
    HOTLINE,
    INDICATED,
    POLICE,
    PRESUMED,
    PROSECUTOR,
    SHELTER,
    STREAM,
    Act,
    act,
    given,
    names,
    outcome,
    take,
    uid,
)

FACTS, SCREENING = "facts_of_exploitation", "safety_screening"
CHILD, OTHER = uid("victim_id"), uid("somebody else")
REPEATED = ("INTERVIEW_REPEATED_WITHOUT_AUTHORIZATION",)
GOOD: dict[str, Any] = {"recorded": True, "facility_type": "barnahus_or_child_friendly_space", "occasion": "forensic"}


def interviewed(number: int = 1, *, by: str = POLICE, purpose: str = FACTS, **data: Any) -> Act:
    """A forensic interview, recorded, in a child-friendly space unless said otherwise."""
    ids = {"interview_id": uid(f"interview {number}"), "exhibit_number": f"REC-{number}"}
    return act("protection.ForensicInterviewConducted", by, **{**GOOD, **ids, "purpose": purpose, **data})


def account(number: int = 1, *, by: str = HOTLINE, purpose: str = FACTS, **data: Any) -> Act:
    """What a child was asked outside an interview."""
    said = {"interview_id": uid(f"account {number}"), "occasion": "initial_account", "purpose": purpose, **data}
    return act("protection.AccountTaken", by, **said)


def authorized(purpose: str = FACTS, **data: Any) -> Act:
    """A prosecutor's authorisation of one more occasion."""
    return act(
        "protection.RepeatInterviewAuthorized", PROSECUTOR, **{"purpose": purpose, "reason": "new_offence", **data}
    )


def scheduled(number: int = 1, purpose: str = FACTS) -> Act:
    """An interview to come."""
    return act("protection.InterviewScheduled", POLICE, interview_id=uid(f"interview {number}"), purpose=purpose)


CONFRONTED = {"occasion": "confrontation"}
ADULT = act(INDICATED.type, HOTLINE, age_band="18+")

ROWS: list[tuple[str, list[Act], Act, str | tuple[str, ...]]] = [
    ("an interview", [], interviewed(), ()),
    ("an account", [], account(), ()),
    ("an interview is scheduled", [], scheduled(), ()),
    ("a scheduled interview is held under its id", [scheduled()], interviewed(), ()),
    ("an interview is put off", [scheduled()], scheduled(), ()),
    ("not one that was held", [interviewed(purpose=SCREENING)], scheduled(), "id.already_minted"),
    ("a repeat is authorised", [], authorized(), ()),
    ("a second interview for a purpose", [interviewed()], interviewed(2), REPEATED),
    ("by another agency", [interviewed()], interviewed(2, by=CHILD_PROTECTION), REPEATED),
    ("an account is an occasion", [account()], interviewed(), REPEATED),
    ("an interview is one for an account", [interviewed()], account(by=SHELTER), REPEATED),
    ("for another purpose it is the first", [account(purpose=SCREENING)], interviewed(), ()),
    ("a repeat that is authorised", [interviewed(), authorized()], interviewed(2), ()),
    ("for another purpose is not", [interviewed(), authorized(SCREENING)], interviewed(2), REPEATED),
    ("of another child is not", [interviewed(), authorized(victim_id=OTHER)], interviewed(2), REPEATED),
    ("an authorisation is for one occasion", [interviewed(), authorized(), interviewed(2)], interviewed(3), REPEATED),
    ("two are for two", [interviewed(), authorized(), authorized(), interviewed(2)], interviewed(3), ()),
    ("a breach uses none up", [interviewed(), interviewed(2), authorized()], interviewed(3), ()),
    ("a repeat is not scheduled without one", [account()], scheduled(), "protection.repeat_not_authorized"),
    ("a repeat is scheduled with one", [account(), authorized()], scheduled(), ()),
    ("scheduling uses none up", [account(), authorized(), scheduled()], interviewed(), ()),
    ("one occasion has one id", [interviewed()], interviewed(exhibit_number="REC-2"), "id.already_minted"),
    ("an interview's id is one child's", [scheduled()], interviewed(victim_id=OTHER), "id.already_minted"),
    ("not recorded", [], interviewed(recorded=False), ("INTERVIEW_NOT_RECORDED",)),
    *[
        (f"in a {place}", [], interviewed(facility_type=place), ("INTERVIEW_NOT_CHILD_FRIENDLY",))
        for place in ("police_station", "prosecutor_office", "court")
    ],
    ("an account may be taken anywhere", [], account(facility_type="police_station"), ()),
    ("the child met the suspect", [], account(**CONFRONTED), ("CHILD_CONFRONTED",)),
    ("in an interview too", [], interviewed(**CONFRONTED), ("CHILD_CONFRONTED",)),
    ("an adult is no child", [ADULT], account(**CONFRONTED), ()),
    ("an adult is asked at the station", [ADULT], interviewed(facility_type="police_station"), ()),
    (
        "a recording under a number that is taken",
        [interviewed()],
        interviewed(2, purpose=SCREENING, exhibit_number="REC-1"),
        ("CustodyBreakFound",),
    ),
]


@pytest.mark.parametrize(("before", "when", "then"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])
def test_occasions(before: list[Act], when: Act, then: str | tuple[str, ...]) -> None:
    children = [INDICATED, act(INDICATED.type, HOTLINE, victim_id=OTHER)]
    assert outcome(given([*children, *before]), when) == then


def test_who_asked_decides_nothing() -> None:
    asked = interviewed(interviewer="interviewer-1")
    case = given([INDICATED, PRESUMED, asked])
    assert {(POLICE, "interviewer-1"), (POLICE, "officer-1")} <= case.reporters
    decided = act(
        "identification.ReasonableGroundsDecided",
        CHILD_PROTECTION,
        actor="decider-1",
        panel_agencies=[CHILD_PROTECTION, POLICE, HOSPITAL],
        panel_members=["a", "interviewer-1", "b"],
        decision="positive",
    )
    assert outcome(case, decided) == "decider.not_apart"


@pytest.mark.parametrize(
    ("when", "then"),
    [
        (interviewed(2, by=CHILD_PROTECTION), REPEATED),
        (scheduled(2), "protection.repeat_not_authorized"),
        (interviewed(2, purpose=SCREENING), ()),
    ],
    ids=["held", "scheduled", "for another purpose"],
)
def test_occasions_of_linked_cases_count(when: Act, then: Any) -> None:
    there = given([act(INDICATED.type, HOTLINE, victim_id=OTHER), interviewed(victim_id=OTHER)], stream=uid("there"))
    context = linked(there, here=CHILD, there=OTHER)
    case = given([INDICATED])
    assert outcome(case, when) == ()
    assert outcome(case, when, context) == then
    assert [each.victim_id for each in occasions_of(case, CHILD, context)] == [OTHER]


def test_an_examination_in_a_linked_case_counts() -> None:
    examined = act(
        "protection.MedicalExaminationConducted",
        HOSPITAL,
        kind="forensic_medical",
        purpose="injuries",
        danger_to_life=True,
    )
    theirs = {**examined.data, "victim_id": OTHER}
    there = given(
        [act(INDICATED.type, HOTLINE, victim_id=OTHER), act(examined.type, HOSPITAL, **theirs)], stream=uid("there")
    )
    case = given([INDICATED])
    assert outcome(case, examined, linked(there, here=CHILD, there=OTHER)) == ("MEDICAL_EXAMINATION_REPEATED",)


def test_a_child_missing_in_a_linked_case_stays_in_care() -> None:
    there = given([act("protection.ChildReportedMissing", POLICE, victim_id=OTHER)], stream=uid("there"))
    case = given([INDICATED, act("protection.ShelterAdmitted", SHELTER)])
    closed = act("protection.CareEpisodeClosed", SHELTER)
    assert outcome(case, closed) == ("ApprovalAwaited",)
    assert outcome(case, closed, linked(there, here=CHILD, there=OTHER)) == "protection.child_missing"


def _hearing(*children: str) -> Event:
    data = {"children_testified": list(children)} if children else {}
    return Event(uid("hearing"), COURT, STREAM, "prosecution.HearingHeld", AT, "unit-1", "judge-1", data)


def test_a_testimony_is_an_occasion_for_each_child() -> None:
    case = given([INDICATED])
    hearing = _hearing(CHILD, OTHER, CHILD)
    assert breaches_of_testimony(case, hearing, CONTEXT) == ()
    counted = counted_testimony(case, Recorded(hearing, AT, 2, ()))["occasions"]
    assert counted == tuple(Occasion(child, "clarification_for_court", "testimony", AT) for child in (CHILD, OTHER))
    assert counted_testimony(case, Recorded(_hearing(), AT, 2, ())) == {}


def test_a_second_testimony_needs_an_authorisation() -> None:
    first = interviewed(purpose="clarification_for_court")
    assert names(breaches_of_testimony(given([INDICATED, first]), _hearing(OTHER, CHILD), CONTEXT)) == REPEATED
    allowed = given([INDICATED, first, authorized("clarification_for_court")])
    assert breaches_of_testimony(allowed, _hearing(CHILD), CONTEXT) == ()
    assert counted_testimony(allowed, Recorded(_hearing(CHILD), AT, 4, ()))["repeats"] == {}


@settings(max_examples=100, deadline=None)
@drawn(st.lists(st.sampled_from(["interview", "account", "authorization"]), max_size=12))
def test_a_purpose_is_asked_for_once_and_once_more_by_authorisation(story: list[str]) -> None:
    case, asked, unused = given([INDICATED]), 0, 0
    for number, what in enumerate(story):
        if what == "authorization":
            case, unused = take(case, authorized())[0], unused + 1
            continue
        case, stated = take(case, interviewed(number) if what == "interview" else account(number))
        assert (names(stated) == REPEATED) is (asked > 0 and unused == 0)
        asked, unused = asked + 1, max(0, unused - 1)
    assert len(case.occasions) == asked
