"""A desk of cases holds cases, nothing of a body or a programme; the owner of a task is in the case."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from domain.event import Event, Recorded
from domain.stages.streams import body_id, programme_id
from projections.desks.caseload import ANYWHERE
from projections.entry import Entry
from unit.domain.story import AT, INDICATED, SHELTER, STREAM, TASK_FORCE, Act, act, event
from unit.projections.told_by import desk_rows, entry, view_rows

MET = act("taskforce.MeetingHeld", TASK_FORCE)
INFORMED = act("prevention.TravellerInformed", "mn.gabp")
ASSIGNED = act("taskforce.ActionAssigned", TASK_FORCE, owner_agency=SHELTER)
TASK_FORCES, YEAR = body_id(TASK_FORCE), programme_id("mn.gabp", "2026")


def entries(acts: Iterable[tuple[str, Act]]) -> list[Entry]:
    """An entry for each act in its stream."""
    return [
        entry(pos, stream, Recorded(event(done, stream), AT, pos, ())) for pos, (stream, done) in enumerate(acts, 1)
    ]


def test_only_cases_stand_on_a_desk_of_cases() -> None:
    found = desk_rows(
        "caseload", entries([(TASK_FORCES, MET), (YEAR, INFORMED), (STREAM, INDICATED), (STREAM, ASSIGNED)])
    )
    assert {row[:2] for row in found} == {(INDICATED.by, STREAM), (TASK_FORCE, STREAM), (SHELTER, STREAM)}


def test_a_timeline_is_of_every_kind_of_stream() -> None:
    found = view_rows("timeline", entries([(TASK_FORCES, MET), (STREAM, INDICATED)]))
    assert {(TASK_FORCE, TASK_FORCES), (INDICATED.by, STREAM)} <= {(row[0], row[4]) for row in found}


def about(name: str, stream: str) -> Entry:
    """An entry about another entry, in a stream."""
    told = Event("e", TASK_FORCE, stream, name, AT, "unit-1", "officer-1", {"of": "m"})
    return entry(2, stream, Recorded(told, AT, 2, ()))


@pytest.mark.parametrize("name", sorted(ANYWHERE))
def test_an_entry_about_another_entry_makes_no_case_of_its_stream(name: str) -> None:
    assert desk_rows("caseload", [*entries([(TASK_FORCES, MET)]), about(name, TASK_FORCES)]) == []


@pytest.mark.parametrize("name", sorted(ANYWHERE))
def test_an_entry_about_another_entry_is_no_first_entry_of_a_stream(name: str) -> None:
    assert view_rows("timeline", [about(name, STREAM)]) == []
