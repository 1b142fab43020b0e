"""An agency's desk as of any point is the fold of the record cut off there: what it was not told by then is absent."""

from __future__ import annotations

import pytest

from domain.case import Case
from infra import moment
from infra.case_history import views_of_a_case
from infra.moment import Moment, MomentError
from projections import as_of, timeline
from projections.all_views import DESKS, VIEWS, with_rooms
from projections.engine import Group, Row, fold
from projections.entry import Entry
from projections.timeline import TimelineRow
from projections.told import Told
from unit.domain.story import CHILD_PROTECTION, HOSPITAL, HOTLINE, INDICATED, SHELTER, STREAM, act
from unit.projections.demo_played import entries
from unit.projections.told_by import story, view_rows

REFERRED = act("referral.ReferralRequested", HOTLINE, to_agency=SHELTER)
RESTRICTED = act(
    "case.Restricted", CHILD_PROTECTION, level="named_agencies", reason="threat", admitted_agencies=[CHILD_PROTECTION]
)


class Folded:
    """Timeline and desks of every stream, folded entry by entry."""

    def __init__(self) -> None:
        self.groups: dict[str, dict[str, Group]] = {name: {} for name in with_rooms((*DESKS, "timeline"))}

    def take(self, entry: Entry) -> None:
        for name, groups in self.groups.items():
            for group in VIEWS[name].groups(entry):
                groups.setdefault(group, {})
            fold(VIEWS[name], groups, [entry], None)

    def desk(self, name: str, agency: str, stream: str) -> list[Row]:
        """The rows as the projector keeps them."""
        return sorted(row for key, row in self.groups[name].get(stream, {}).items() if key[0] == agency)

    def timelines(self) -> dict[tuple[str, str], list[tuple[int, int, Told | None]]]:
        """(position, epoch, what was told) in order, by agency and stream: read back from the rows."""
        found: dict[tuple[str, str], list[tuple[int, int, Told | None]]] = {}
        every = (TimelineRow._make(row) for rows in self.groups["timeline"].values() for row in rows.values())
        for row in sorted(every, key=lambda row: (row.pos, row.n)):
            said = timeline.read(row.agency, row.case_id, row.told)
            found.setdefault((row.agency, row.case_id), []).append((row.pos, row.epoch, said))
        return found


def then(said: list[tuple[int, int, Told | None]], pos: int) -> list[Told]:
    """What the agency had been told by a position."""
    by_then = [each for each in said if each[0] <= pos]
    last = max((epoch for _, epoch, _ in by_then), default=0)
    return [told for _, epoch, told in by_then if epoch == last and told is not None]


def test_as_of_every_position_of_the_demo_is_the_fold_of_the_record_cut_off_there() -> None:
    folded, asked = Folded(), []
    for entry in entries():
        folded.take(entry)
        for agency in {telling.agency for telling in entry.tellings}:
            cut_off = {desk: folded.desk(desk, agency, entry.case) for desk in DESKS}
            asked.append((agency, entry.case, entry.pos, cut_off))
    assert len(asked) > 1000
    # Asked at the end, when all that came later is on record as well.
    timelines, differing = folded.timelines(), []
    for agency, stream, pos, cut_off in asked:
        told = then(timelines[agency, stream], pos)
        differing += [(d, agency, pos) for d in DESKS if as_of.rows(DESKS[d], told) != cut_off[d]]
    assert differing == []


def caseload(pos: int, agency: str) -> list[Row]:
    """The agency's caseload row of a restricted case, as of a position."""
    folded = Folded()
    for entry in story([INDICATED, REFERRED, act("case.OfficerAssigned", CHILD_PROTECTION), RESTRICTED], Case(STREAM)):
        folded.take(entry)
    return as_of.rows(DESKS["caseload"], then(folded.timelines().get((agency, STREAM), []), pos))


def test_what_an_agency_was_not_yet_allowed_to_see_is_absent() -> None:
    assert caseload(1, SHELTER) == []
    assert caseload(2, SHELTER) != []
    assert caseload(4, HOSPITAL) == []


def test_what_an_agency_was_allowed_to_see_before_a_restriction_is_what_it_was() -> None:
    assert caseload(3, SHELTER) != []
    assert caseload(4, SHELTER) == []


def test_a_row_is_shown_by_its_columns_without_the_agency() -> None:
    (row,) = view_rows("caseload", story([INDICATED], Case(STREAM)))[:1]
    shown = as_of.document(DESKS["caseload"], row)
    assert "agency" not in shown
    assert (shown["case_id"], shown["status"], shown["open_ids"]) == (STREAM, "open", {})
    assert isinstance(shown["victim_ids"], list)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("0-17", Moment({0: 17}, moment.ALWAYS)),
        ("0-17,3-0", Moment({0: 17, 3: 0}, moment.ALWAYS)),
        ("2026-11-27T08:00:00Z", Moment({}, "2026-11-27T08:00:00.000000Z")),
        ("2026-11-27T16:00:00.5+08:00", Moment({}, "2026-11-27T08:00:00.500000Z")),
    ],
)
def test_a_point_of_the_record_is_a_position_or_an_instant(text: str, found: Moment) -> None:
    assert moment.parse(text) == found


@pytest.mark.parametrize(
    "text",
    ["", "17", "0-", "-17", "00-1", "0-17,0-18", "0-17,", "2026-11-27", "2026-11-27T08:00:00", "20261127T080000",
     "yesterday", "2026-13-01T00:00:00Z", "0001-01-01T00:00:00Z", "0-17 "],
)  # fmt: skip
def test_what_is_neither_is_refused(text: str) -> None:
    with pytest.raises(MomentError):
        moment.parse(text)


def test_a_point_holds_what_was_recorded_by_then() -> None:
    assert Moment({1: 5}, moment.ALWAYS).holds(1, 5, "2026")
    assert not Moment({1: 5}, moment.ALWAYS).holds(1, 6, "2026")
    assert not Moment({1: 5}, moment.ALWAYS).holds(0, 1, "2026")
    assert Moment({}, "2026-01").holds(3, 10**9, "2026-01")
    assert not Moment({}, "2026-01").holds(3, 0, "2026-02")
    assert moment.END.holds(7, 10**12, "9999-12-31T23:59:59.999999Z")


def test_every_view_but_counts_and_outcomes_is_of_one_stream() -> None:
    assert set(VIEWS) - set(views_of_a_case()) == {"submissions", "reference"}
