"""Prevention is numbers and never persons, in the publisher's own programme of the year."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import uuid5

import pytest

from domain.catalogue import by_name
from domain.event import Event, Recorded
from domain.stages import prevention
from domain.stages.prevention import Post, Programme
from domain.stages.state import StreamState
from domain.stages.streams import NAMESPACE, programme_id
from domain.stream import KINDS
from unit.domain.story import AT, CHILD_PROTECTION, Act, act, given, outcome, uid

BORDER, YEAR = "mn.gabp", programme_id("mn.gabp", "2026")
OURS = programme_id(CHILD_PROTECTION, "2026")
INFORMED = act("prevention.TravellerInformed", BORDER, checkpoint="zamyn_uud", count=120)
MONITORED = act("prevention.HighRiskTravelMonitored", BORDER, checkpoint="altanbulag", count=7)
DISSUADED = act("prevention.TravelDissuaded", BORDER, checkpoint="altanbulag", count=2)
TRAINED = act(
    "prevention.TrainingDelivered",
    BORDER,
    topic="identification",
    participants=19,
    participants_by_role=["border_officer", "police"],
    counts=[12, 7],
)
REACHED = act("prevention.AwarenessActivityHeld", CHILD_PROTECTION, activity="campaign", aimag="MN-1", reach=300)
TURN = {"period_from": "2026-12-20", "period_to": "2027-01-10"}


def of(done: Act, **data: Any) -> Act:
    """The same act with other data, or by another agency."""
    return act(done.type, data.pop("by", done.by), **{**done.data, **data})


ROWS: list[tuple[str, str, Act, str | tuple[str, ...]]] = [
    ("travellers are informed", YEAR, INFORMED, ()),
    ("high-risk travel is monitored", YEAR, MONITORED, ()),
    ("travel is dissuaded", YEAR, DISSUADED, ()),
    ("officials are trained", YEAR, TRAINED, ()),
    ("people are reached", OURS, REACHED, ()),
    ("a programme is the publisher's own", YEAR, of(INFORMED, by="mn.immigration"), "programme.not_own"),
    ("a training stands in its year", YEAR, of(TRAINED, held_on="2025-12-31"), "programme.not_own"),
    ("an activity stands in its year", OURS, of(REACHED, held_on="2027-01-01"), "programme.not_own"),
    ("a period stands in a year of its days", YEAR, of(INFORMED, **TURN), ()),
    ("or in the other one", programme_id(BORDER, "2027"), of(INFORMED, **TURN), ()),
    ("but in no third", programme_id(BORDER, "2025"), of(INFORMED, **TURN), "programme.not_own"),
    ("a period ends after it starts", YEAR, of(INFORMED, period_to="2026-01-01"), "data.invalid_value"),
    ("nobody is counted below 0", YEAR, of(DISSUADED, count=-1), "data.invalid_value"),
    ("nobody is reached below 0", OURS, of(REACHED, reach=-1), "data.invalid_value"),
    ("nobody is trained below 0", YEAR, of(TRAINED, counts=[12, -1]), "data.invalid_value"),
    ("a role has a count", YEAR, of(TRAINED, counts=[12]), "data.invalid_value"),
    ("a role stands once", YEAR, of(TRAINED, participants_by_role=["police", "police"]), "data.invalid_value"),
    ("no more by role than took part", YEAR, of(TRAINED, participants=18), "data.invalid_value"),
    ("roles may be left out", YEAR, of(TRAINED, participants_by_role=[], counts=[]), ()),
]


@pytest.mark.parametrize(("stream", "when", "then"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])
def test_prevention(stream: str, when: Act, then: str | tuple[str, ...]) -> None:
    assert outcome(Programme(stream), when) == then


def test_the_id_of_a_programme_follows_from_agency_and_year() -> None:
    assert programme_id(BORDER, "2026") == str(uuid5(NAMESPACE, "programme/mn.gabp/2026"))
    assert len({YEAR, OURS, programme_id(BORDER, "2027")}) == 3


def test_a_programme_is_no_case() -> None:
    assert KINDS["programme"] is Programme
    assert outcome(given([]), INFORMED) == "stream.other_kind"


def test_no_type_of_prevention_is_about_a_person() -> None:
    types = [known for known in by_name.values() if known.stage == "prevention"]
    assert len(types) == 5
    assert all((known.stream, known.kind, known.disclosed) == ("programme", "fact", ()) for known in types)
    assert not any("victim_id" in (*known.subject, *known.mints) for known in types)


def test_counts_stand_per_checkpoint_period_and_unit_and_a_second_report_for_the_first() -> None:
    may = {"period_from": "2026-05-01", "period_to": "2026-05-31"}
    acts = [INFORMED, of(INFORMED, count=130), of(INFORMED, count=50, **may), MONITORED, DISSUADED]
    programme = given(acts, kind=Programme, stream=YEAR)
    assert programme.informed == {
        Post("zamyn_uud", "unit-1", "2026-03-01", "2026-03-01"): 130,
        Post("zamyn_uud", "unit-1", "2026-05-01", "2026-05-31"): 50,
    }
    assert (sum(programme.monitored.values()), sum(programme.dissuaded.values())) == (7, 2)


def test_officials_are_counted_by_topic_and_role_and_people_by_activity_and_aimag() -> None:
    more = of(TRAINED, participants=5, participants_by_role=["police"], counts=[5], held_on="2026-04-01")
    programme = given([TRAINED, more], kind=Programme, stream=YEAR)
    assert programme.participants == {"identification": 24}
    assert programme.trained == {("identification", "border_officer"): 12, ("identification", "police"): 12}
    again = of(REACHED, reach=50, held_on="2026-03-02")
    ours = given([REACHED, again], kind=Programme, stream=OURS)
    assert ours.reach == {("campaign", "MN-1"): 350}


def about(state: Any, type: str, of: str, **values: Any) -> Any:
    """The state after an entry about the event `of`."""
    entry = Event(uid("about"), BORDER, YEAR, type, AT, "unit-1", "officer-1", {"of": of, "clear_values": values})
    return replace(state, **prevention.FOLDS[type](state, Recorded(entry, AT, 9, ())))


def test_a_corrected_report_counts_anew_and_a_misfiled_one_no_more() -> None:
    told = act(INFORMED.type, BORDER, id=uid("told"), **INFORMED.data)
    programme = given([told, TRAINED], kind=Programme, stream=YEAR)
    programme = about(programme, "ledger.EventCorrected", told.id, count=99)
    assert sum(programme.informed.values()) == 99
    assert about(programme, "ledger.EventMisfiled", told.id).informed == {}
    assert about(programme, "ledger.EventMisfiled", told.id).participants == {"identification": 19}
    for state in (StreamState(YEAR), given([]), programme):
        assert about(state, "ledger.EventCorrected", uid("nothing"), count=1) == state
        assert about(state, "ledger.EventMisfiled", uid("nothing")) == state
