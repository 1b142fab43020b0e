"""A desk of cases holds cases, nothing of a body or a programme; the owner of a task is in the case."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from domain.event import Event, Recorded
from domain.stages.streams import body_id, programme_id
from projections import caseload, timeline
from projections.engine import Group, View, fold
from projections.entry import Entry
from unit.domain.story import AT, INDICATED, SHELTER, STREAM, TASK_FORCE, Act, act, event

MET = act("taskforce.MeetingHeld", TASK_FORCE)
INFORMED = act("prevention.TravellerInformed", "mn.gabp")
ASSIGNED = act("taskforce.ActionAssigned", TASK_FORCE, owner_agency=SHELTER)
TASK_FORCES, YEAR = body_id(TASK_FORCE), programme_id("mn.gabp", "2026")


def entries(acts: Iterable[tuple[str, Act]]) -> list[Entry]:
    """An entry for each act in its stream."""
    return [
        Entry(0, pos, stream, Recorded(event(done, stream), AT, pos, ()))
        for pos, (stream, done) in enumerate(acts, start=1)
    ]


def rows(view: View, found: list[Entry]) -> set[tuple[str, str]]:
    """Agency and stream of each row that the view makes of the entries."""
    groups: dict[str, Group] = {name: {} for each in found for name in view.groups(each)}
    fold(view, groups, found, None)
    return {(row[0], row[1]) for group in groups.values() for row in group.values()}


@pytest.mark.parametrize("view", [caseload, timeline], ids=["caseload", "timeline"])
def test_only_cases_stand_on_a_desk_of_cases(view: View) -> None:
    found = entries([(TASK_FORCES, MET), (YEAR, INFORMED), (STREAM, INDICATED), (STREAM, ASSIGNED)])
    assert rows(view, found) == {(INDICATED.by, STREAM), (TASK_FORCE, STREAM), (SHELTER, STREAM)}


@pytest.mark.parametrize("view", [caseload, timeline], ids=["caseload", "timeline"])
@pytest.mark.parametrize("name", sorted(caseload.ANYWHERE))
def test_an_entry_about_another_entry_makes_no_case_of_its_stream(view: View, name: str) -> None:
    about = Event("e", TASK_FORCE, TASK_FORCES, name, AT, "unit-1", "officer-1", {"of": "m"})
    found = [*entries([(TASK_FORCES, MET)]), Entry(0, 2, TASK_FORCES, Recorded(about, AT, 2, ()))]
    assert rows(view, found) == set()
