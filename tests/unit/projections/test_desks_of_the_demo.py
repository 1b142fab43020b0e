"""What stands on the desks after the demo is a fold of what is told, and agrees with what is said elsewhere of it."""

from __future__ import annotations

import pytest

from infra.demo import naive_referrals
from projections.all_views import DESKS
from projections.desks.referrals import ReferralRow
from projections.desks.worklist import WorkRow
from projections.duties import DutyRow
from projections.engine import Row
from unit.projections.demo_played import bodies, entries
from unit.projections.told_by import desk_rows, view_rows


@pytest.mark.parametrize("desk", sorted(DESKS))
def test_a_desk_is_a_fold_of_what_each_agency_is_told(desk: str) -> None:
    assert desk_rows(desk, entries())


def test_referrals_are_those_of_the_demos_own_check() -> None:
    columns = ("agency", "direction", "referral_id", "case_id", "from_agency", "to_agency", "victim_id")
    found = {_columns(row, *columns, "service_type", "urgency", "state") for row in desk_rows("referrals", entries())}
    assert found == naive_referrals.fold(bodies())


def _columns(row: Row, *names: str) -> tuple[object, ...]:
    return tuple(getattr(ReferralRow._make(row), name) for name in names)


def test_what_waits_is_what_the_ledger_says_is_owed() -> None:
    owed = {
        (row.owner, row.stream, row.of_event, row.duty): (row.due_at, row.state == "marked")
        for row in map(DutyRow._make, view_rows("duties", entries()))
        if row.duty not in ("", "dormancy") and row.state in ("open", "marked")
    }
    waits = {
        (row.agency, row.case_id, row.of_event, row.what): (row.due_at, row.state == "late")
        for row in map(WorkRow._make, desk_rows("worklist", entries()))
        if row.kind == "duty" and row.waits and row.what != "dormancy"
    }
    assert {key: owed[key] for key in owed.keys() & waits.keys()} == {
        key: waits[key] for key in owed.keys() & waits.keys()
    }
    # Answered in another stream: it shows when the clock says that it was not.
    assert {duty for *_, duty in owed.keys() - waits.keys()} == {"other_half"}
    # Whatever ends a duty is told to its owner: nothing waits that is done.
    assert waits.keys() - owed.keys() == set()
    assert len(owed.keys() & waits.keys()) > 50
