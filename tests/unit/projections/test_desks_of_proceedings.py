"""Custody, investigation, prosecution and the board after the demo are what naive folds of what is told give."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from naive import exhibits
from projections.all_views import DESKS
from projections.desks.custody import CustodyRow
from projections.desks.exhibits_by_defendant import ExhibitListRow
from unit.projections.test_desks_of_the_demo import entries, heard
from unit.projections.told_by import desk_rows


def test_custody_is_that_of_a_naive_fold() -> None:
    found = {}
    for row in map(CustodyRow._make, desk_rows("custody", entries())):
        said: dict[str, Any] = {
            name: getattr(row, name)
            for name in ("state", "custodian", "holder", "seal", "under_way", "since", "unexplained", "parent", "root")
        }
        said |= {name: orjson.loads(getattr(row, name)) for name in ("holds", "hearings")}
        said["breaks"] = sorted(each["code"] for each in orjson.loads(row.broken).values())
        said["legs"] = {key: each["leg"] for key, each in orjson.loads(row.transfers).items()}
        said |= {"integrity": row.integrity, "last_pos": row.last_pos}
        found[row.agency, row.case_id, row.exhibit_number] = said
    expected = {
        (agency, case, number): said
        for agency, case, told in heard()
        for number, said in exhibits.custody(told).items()
    }
    assert found == expected
    assert any(each["unexplained"] for each in found.values())


def test_the_exhibits_of_each_defendant_are_those_of_a_naive_fold() -> None:
    found = {
        (row.agency, row.case_id, row.defendant_id): {
            each["exhibit_number"]: each["because"] for each in orjson.loads(row.exhibits)
        }
        for row in map(ExhibitListRow._make, desk_rows("exhibits_by_defendant", entries()))
    }
    expected = {
        (agency, case, person): listed
        for agency, case, told in heard()
        for person, listed in exhibits.of_defendants(told).items()
    }
    assert found == expected
