"""The task force reviews a case and assigns its tasks; a task is ended by its owner and by nobody else."""

from __future__ import annotations

import pytest

from domain.concerned import concerned
from domain.event import Recorded
from unit.domain.story import (
    AT,
    CHILD_PROTECTION,
    COURT,
    IMPORTER,
    INDICATED,
    POLICE,
    SHELTER,
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

REVIEWED = act("taskforce.CaseReviewed", TASK_FORCE, decisions=["escalate"], next_review_on="2026-03-09")
ASSIGNED = act("taskforce.ActionAssigned", TASK_FORCE, owner_agency=SHELTER, action="find_shelter")
DONE = act("taskforce.ActionCompleted", SHELTER, outcome="done")
BACK = act("taskforce.ActionCompleted", SHELTER, outcome="handed_back")


def assigned(owner: str) -> Act:
    """The task for another owner."""
    return act(ASSIGNED.type, TASK_FORCE, owner_agency=owner, action="find_shelter")


ROWS: list[tuple[str, list[Act], Act, str | tuple[str, ...]]] = [
    ("a case is reviewed", [INDICATED], REVIEWED, ()),
    ("a case that is reviewed was opened", [], REVIEWED, "case.not_open"),
    ("a task is assigned", [INDICATED], ASSIGNED, ()),
    ("a task has a case", [], ASSIGNED, "case.not_open"),
    ("addressee active", [INDICATED], assigned(SUSPENDED), "action.owner_inactive"),
    ("the owner is enrolled", [INDICATED], assigned("mn.nobody"), "action.owner_inactive"),
    ("the owner may end a task", [INDICATED], assigned(IMPORTER), "action.owner_lacks_mandate"),
    ("the owner ends it", [INDICATED, ASSIGNED], DONE, ()),
    ("the owner hands it back", [INDICATED, ASSIGNED], BACK, ()),
    ("owner of the action", [INDICATED, ASSIGNED], act(DONE.type, POLICE), "action.not_owner"),
    ("the task force does not end it", [INDICATED, ASSIGNED], act(DONE.type, TASK_FORCE), "action.not_owner"),
    ("action open", [INDICATED, ASSIGNED, BACK], DONE, "action.not_open"),
    ("an unknown task", [INDICATED], DONE, "action.unknown"),
]


@pytest.mark.parametrize(("before", "when", "then"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])
def test_tasks_of_a_case(before: list[Act], when: Act, then: str | tuple[str, ...]) -> None:
    assert outcome(given(before), when) == then


def test_a_case_keeps_its_last_review_and_its_tasks() -> None:
    later = act(REVIEWED.type, TASK_FORCE, decisions=["no_change"], next_review_on="2026-03-16")
    case = given([INDICATED, REVIEWED, ASSIGNED, later])
    assert (case.reviews, case.last_review) == (2, (AT, ("no_change",), "2026-03-16"))
    assert case.actions[uid("action_id")].is_open
    ended = take(case, BACK)[0].actions[uid("action_id")]
    assert (ended.owner, ended.is_open, ended.outcome) == (SHELTER, False, "handed_back")


def test_a_review_reopens_a_closed_case_and_a_task_waits_for_an_open_one() -> None:
    closed = given([INDICATED], status="closed")
    assert take(closed, REVIEWED)[0].status == "open"
    assert outcome(closed, ASSIGNED) == "case.closed"


@pytest.mark.parametrize("owner", [SHELTER, COURT, CHILD_PROTECTION])
def test_a_task_brings_its_owner_into_the_case(owner: str) -> None:
    case = given([INDICATED])
    _, stated = take(case, assigned(owner))
    assert concerned(Recorded(event(assigned(owner)), AT, case.version + 1, stated)) == {TASK_FORCE, owner}
