"""Generated cases: each predicted outcome is the judged one, and misbehaviour leaves the same record."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator import (
    BASE_TIME,
    LEDGER,
    Sent,
    cases,
    enrolled,
    fixed_signers,
    interleave,
    judge_all,
    judged,
    outcome_code,
    publishers,
)

SIGNERS = fixed_signers()
REGISTRY = enrolled(SIGNERS)
BEHAVIOURS = {"plain", "late", "repeat", "out_of_order", "forged"}


def generated(seed: int, count: int, ledger: str = LEDGER) -> list[Sent]:
    return list(cases(seed, count, publishers(SIGNERS, ledger=ledger), ledger=ledger, base_time=BASE_TIME))


def codes(sent: list[Sent]) -> list[str]:
    return judge_all([record.record for record in sent], REGISTRY)


def wrong(sent: list[Sent]) -> list[tuple[str, str, str]]:
    """(behaviour, expected, found) where the prediction failed."""
    found = zip(sent, codes(sent), strict=True)
    return [(record.behaviour, record.expect, code) for record, code in found if record.expect != code]


def taken(records: list[bytes]) -> set[bytes]:
    """The records that stand as events afterwards."""
    return {record for record, code in zip(records, judge_all(records, REGISTRY), strict=True) if code == "admitted"}


@settings(max_examples=100, deadline=None)
@given(st.integers(min_value=0, max_value=2**53))
def test_every_outcome_is_the_predicted_one(seed: int) -> None:
    assert wrong(generated(seed, 3)) == []


@pytest.mark.parametrize("seed", range(3))
def test_every_outcome_is_the_predicted_one_when_cases_are_interleaved(seed: int) -> None:
    assert wrong(list(interleave(seed, generated(seed, 200)))) == []


def test_two_hundred_cases_hold_every_behaviour_and_at_least_eight_refusals() -> None:
    sent = generated(1, 200)
    assert {record.behaviour for record in sent} == BEHAVIOURS
    assert len({record.expect for record in sent} - {"admitted", "duplicate"}) >= 8


def test_a_case_has_5_to_25_acts() -> None:
    acts: Counter[str] = Counter()
    for record in generated(2, 300):
        acts[record.stream] += record.behaviour in ("plain", "late")
    assert len(acts) == 300
    assert min(acts.values()) >= 5
    assert max(acts.values()) <= 25


def test_the_same_seed_makes_the_same_bytes_and_another_seed_or_ledger_others() -> None:
    first = generated(3, 20)
    assert generated(3, 20) == first
    assert generated(3, 5) == [record for record in first if record.stream in {r.stream for r in generated(3, 5)}]
    for other in (generated(4, 20), generated(3, 20, ledger="another")):
        assert not {record.stream for record in other} & {record.stream for record in first}
        assert not {record.record for record in other} & {record.record for record in first}


def test_interleaving_keeps_the_order_of_each_case_and_loses_nothing() -> None:
    sent = generated(5, 20)
    mixed = list(interleave(5, sent))
    before: dict[str, list[Sent]] = defaultdict(list)
    after: dict[str, list[Sent]] = defaultdict(list)
    for record in sent:
        before[record.stream].append(record)
    for record in mixed:
        after[record.stream].append(record)
    assert after == before
    assert mixed != sent
    assert list(interleave(5, sent)) == mixed


def test_late_facts_and_no_others_are_marked_late() -> None:
    sent = generated(6, 100)
    outcomes = judged([record.record for record in sent], REGISTRY)
    marked = {
        record.behaviour
        for record, outcome in zip(sent, outcomes, strict=True)
        if outcome_code(outcome) == "admitted"
        and any(e["data"].get("breach") == "LATE_ENTRY" for e in json.loads(outcome.body)["ledger"].get("effects", ()))
    }
    late = [outcome for record, outcome in zip(sent, outcomes, strict=True) if record.behaviour == "late"]
    assert marked == {"late"}
    assert all(b"LATE_ENTRY" in outcome.body for outcome in late)


@settings(max_examples=50, deadline=None)
@given(st.integers(min_value=0, max_value=2**53))
def test_a_run_that_was_interrupted_and_sent_again_ends_with_the_same_events(seed: int) -> None:
    records = [record.record for record in generated(seed, 2)]
    stopped = Random(seed).randrange(len(records))
    assert taken(records[:stopped] + records) == taken(records)
