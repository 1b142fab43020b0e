"""Custody, investigation, prosecution and the board after the demo are what naive folds of what is told give."""

from __future__ import annotations

from typing import Any

import orjson

from naive import board, exhibits, inquiries, trials
from projections.desks.board import BoardRow
from projections.desks.custody import CustodyRow
from projections.desks.exhibits_by_defendant import ExhibitListRow
from projections.desks.investigation import InvestigationRow
from projections.desks.prosecution import NONE, ProsecutionRow
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


def test_investigations_are_those_of_a_naive_fold() -> None:
    found = {}
    for row in map(InvestigationRow._make, desk_rows("investigation", entries())):
        how = ("suspected", "detained", "in_court", "final")
        persons = orjson.loads(row.suspects).items()
        found[row.agency, row.case_id, row.investigation_id] = {
            "state": row.state, "investigator": row.investigator, "victims": orjson.loads(row.victims),
            "history": [each["after"] for each in orjson.loads(row.history)],
            "suspects": {person: {name: said[name] for name in how} for person, said in persons},
            "detained": row.detained, "authorizations": sorted(orjson.loads(row.authorizations)),
            "orders": {key: each["answered"] for key, each in orjson.loads(row.orders).items()},
            "reports_awaited": row.reports_awaited,
            "proposals": {key: each["answer"] for key, each in orjson.loads(row.proposals).items()},
            "joined": [each["investigation_id"] for each in orjson.loads(row.joined)],
            "due": sorted(
                (each["deadline"], each["of"])
                for each in orjson.loads(row.deadlines)
                if each["deadline"] in inquiries.NAMED
            ),
        }  # fmt: skip
    expected = {
        (agency, case, key): said for agency, case, told in heard() for key, said in inquiries.fold(told).items()
    }
    assert found == expected
    assert {each["state"] for each in found.values()} >= {"judged", "closed", ""}


def test_prosecutions_are_those_of_a_naive_fold() -> None:
    found = {}
    for row in map(ProsecutionRow._make, desk_rows("prosecution", entries())):
        if row.defendant_id == NONE:
            continue
        hearings, redress = orjson.loads(row.hearings), orjson.loads(row.redress)
        ordered = {
            key: sorted({one for each in said["measures"].values() for one in each}) for key, said in hearings.items()
        }
        found[row.agency, row.case_id, row.defendant_id, row.charge_id] = {
            "stage": row.stage, "result": row.result, "judgment": row.judgment,
            "history": [each["after"] for each in orjson.loads(row.history)],
            "hearings": {key: each["state"] for key, each in hearings.items()},
            "measures": {key: each for key, each in ordered.items() if each},
            "appeals": {key: each["result"] for key, each in orjson.loads(row.appeals).items()},
            "months": orjson.loads(row.sentence).get("months_imprisonment"),
            "redress": {each["victim_id"]: tuple(each[f"{name}_mnt"] for name in SUMS) for each in redress},
            "missing": set(orjson.loads(row.missing)), "untold": set(orjson.loads(row.untold)),
        }  # fmt: skip
    expected = {(agency, case, *key): said for agency, case, told in heard() for key, said in trials.fold(told).items()}
    assert found == expected
    assert {each["stage"] for each in found.values()} >= {"judged", "declined", "cleared", "suspected"}
    assert any(each["missing"] for each in found.values())
    assert any(each["untold"] for each in found.values())


SUMS = ("ordered", "paid", "balance")


def test_the_board_is_that_of_a_naive_fold() -> None:
    found = {}
    for row in map(BoardRow._make, desk_rows("board", entries())):
        actions = orjson.loads(row.actions).items()
        found[row.agency, row.case_id] = {
            "status": row.status, "leads": (row.care_lead, row.proceedings_lead), "last": (row.last_type, row.last_pos),
            "dormant_since": row.dormant_since, "next_review_on": row.next_review_on, "late": row.late,
            "lateness": sorted((each["what"], each["of"], each["doubtful"]) for each in orjson.loads(row.lateness)),
            "actions": {key: (each["owner_agency"], each["outcome"]) for key, each in actions},
        }  # fmt: skip
    folded = {(agency, case): board.fold(agency, told) for agency, case, told in heard()}
    expected = {key: said for key, said in folded.items() if said is not None}
    assert found == expected
    assert {agency for agency, _ in found} == {*board.TASK_FORCES, "mn.opg"}
    assert any(each["dormant_since"] for each in found.values())
