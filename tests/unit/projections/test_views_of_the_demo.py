"""Every view that somebody reads is, column by column, what a naive fold makes of the raw entries of the demo.

The naive folds (`tests/naive`) are written without the projections: JSON, the catalogue, the profile, the table of need
to know and that of the duties, and plain loops. At the end of the demo most is done; so they are compared also in its
course.
"""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from compared import READ, columns, differences, keyed, shown
from naive import views
from projections.engine import Row
from unit.projections.demo_played import END, MOMENTS, folded, naive

NAIVE = Path(views.__file__).parent
ONE_VALUE = frozenset(
    {
        *((view, "partition") for view in ("reference", "submissions", "timeline")),
        *(("reference", column) for column in ("cell", "dataset")),
    }
)
"""Columns that say the same in every row here, where all is one partition and the imported records are of one file."""


@pytest.mark.parametrize("view", READ)
def test_a_view_is_that_of_a_naive_fold(view: str) -> None:
    assert differences(view, folded()[view], naive()[view]) == []


@pytest.mark.parametrize("moment", MOMENTS)
def test_every_view_is_that_of_a_naive_fold_in_the_course_of_a_case(moment: str) -> None:
    found = [each for view in READ for each in differences(view, folded(moment)[view], naive(moment)[view])]
    assert found == []


def test_each_view_that_somebody_reads_has_a_naive_fold() -> None:
    assert {*READ} == views.NAMES


@pytest.mark.parametrize("view", READ)
def test_a_naive_fold_has_every_column_that_somebody_is_shown_and_each_says_something(view: str) -> None:
    rows = [row for moment in (END, *MOMENTS) for row in naive(moment)[view]]
    assert {frozenset(row) for row in rows} == {frozenset(columns(view))}
    said = {name: {repr(row[name]) for row in rows} for name in columns(view)}
    assert {name for name, each in said.items() if len(each) < 2 and (view, name) not in ONE_VALUE} == set()


@pytest.mark.parametrize("view", READ)
def test_a_cell_that_is_changed_is_found_in_every_column(view: str) -> None:
    rows = naive()[view][:1]
    (key,) = keyed(view, rows)
    whole: list[Row] = [row for row in folded()[view] if key in shown(view, [row])]
    assert differences(view, whole, rows) == []
    for name in columns(view):
        assert differences(view, whole, [{**rows[0], name: "changed"}])
    assert differences(view, whole, [])
    assert differences(view, [], rows)


def test_a_naive_fold_takes_nothing_from_what_it_checks() -> None:
    found = set()
    for file in NAIVE.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom):
                found.add(node.module or "")
            elif isinstance(node, ast.Import):
                found |= {each.name for each in node.names}
    own = {name for name in found if name.partition(".")[0] in ("domain", "projections", "consumers", "infra")}
    duties = {"domain.stages.ledger.duties_row", "domain.stages.ledger.duties_table"}
    assert own == {*duties, "domain.catalogue", "domain.event", "domain.profile"}, "tables, and what an event is"
