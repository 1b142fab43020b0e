"""Clocks that know nothing of one another submit the same bytes, so the ledger holds one entry and duplicates of it."""

from __future__ import annotations

from typing import Any

import orjson

from consumers.clock import Due
from domain.event import Recorded
from domain.judge import Judged
from domain.outcome import recorded
from domain.stages.ledger.duties_said import CLOCK
from infra.entry.clock import submission
from projections import duties
from projections.duties import DutyRow, submitted
from projections.engine import Group, fold
from simulator import BASE_TIME, LEDGER, enrolled, fixed_signers, judged, moved, outcome_code, publishers
from unit.projections.told_by import entry as said

SIGNERS = fixed_signers()
CASE = "3f0c5a76-2a2b-4f8e-9f6b-2f6f3b2f9a01"
VICTIM = "3f0c5a76-2a2b-4f8e-9f6b-2f6f3b2f9a02"


def opened() -> list[bytes]:
    """A child whom a prosecutor has to answer a flag about, two weeks and a day before the registrar's clock."""
    shelter = publishers(SIGNERS, ledger=LEDGER)["mn.mgec"]
    about = {"time": moved(BASE_TIME, minutes=-15 * 24 * 60), "actor": "officer-1", "unit": "unit-1"}
    indicator = {
        "victim_id": VICTIM,
        "report_channel": "hotline_108",
        "indicator_codes": ["debt_bondage"],
        "reporter_role": "hotline_operator",
        "aimag": "MN-1",
    }
    return [shelter.sign(shelter.event("identification.IndicatorReported", CASE, indicator, **about))]


def entry(outcome: Judged) -> Recorded:
    """The event of an admitted outcome."""
    found = recorded(orjson.loads(outcome.body))
    assert found is not None
    return found


def listed(outcomes: list[Judged]) -> list[Due]:
    """What the view `duties` lists."""
    groups: dict[str, Group] = {CASE: {}}
    view: Any = duties
    fold(view, groups, [said(n, CASE, entry(each)) for n, each in enumerate(outcomes, 1)], None)
    rows = [DutyRow._make(row) for row in groups[CASE].values()]
    due = [row for row in rows if row.next_at and row.next_at <= BASE_TIME]
    told = [(row, submitted(row)) for row in due]
    return [Due(mark.event_id, CASE, mark.type, row.due_at, dict(mark.data)) for row, mark in told]


def test_two_clocks_make_one_entry_and_a_duplicate() -> None:
    registry, records = enrolled(SIGNERS), opened()
    (due,) = listed(judged(records, registry))
    assert due.type == "case.DormancyMarked"
    sent = [submission(due, ledger=LEDGER, signer=SIGNERS[CLOCK]) for _ in range(3)]
    outcomes = judged([*records, *sent], registry)
    assert [outcome_code(each) for each in outcomes] == ["admitted", "admitted", "duplicate", "duplicate"]
    mark = entry(outcomes[1])
    assert mark.event.time == due.time
    assert [effect.data["breach"] for effect in mark.effects] == ["DEADLINE_MISSED"]
    assert listed(outcomes[:2]) == []


def test_nobody_but_the_clock_marks() -> None:
    registry, records = enrolled(SIGNERS), opened()
    (due,) = listed(judged(records, registry))
    police = publishers(SIGNERS, ledger=LEDGER)["mn.npa"]
    forged = police.event(due.type, CASE, due.data, time=due.time, actor="officer-1", unit="unit-1")
    assert outcome_code(judged([*records, police.sign(forged)], registry)[1]) == "mandate.type"
