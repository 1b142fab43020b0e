"""The scripted case: what each step expects holds, and the script may be sent again from any point."""

from __future__ import annotations

import json
from collections import Counter

import pytest

from simulator import (
    BASE_TIME,
    LEDGER,
    Submission,
    enrolled,
    fixed_signers,
    judge_all,
    judged,
    moved,
    outcome_code,
    publishers,
    steps,
)

SIGNERS = fixed_signers()
REGISTRY = enrolled(SIGNERS)
PARTNERS = {"mn.hotline108", "mn.npa", "mn.cfdpa", "mn.mgec", "mn.opg"}


def script(seed: int = 0, ledger: str = LEDGER, base_time: str = BASE_TIME) -> list[Submission]:
    return steps(publishers(SIGNERS, ledger=ledger), ledger=ledger, base_time=base_time, seed=seed)


SCRIPT = script()
RECORDS = [step.record for step in SCRIPT]


def test_every_step_has_the_outcome_that_it_expects() -> None:
    found = judge_all(RECORDS, REGISTRY)
    assert [(s.note, code) for s, code in zip(SCRIPT, found, strict=True)] == [(s.note, s.expect) for s in SCRIPT]


def test_about_thirty_events_are_admitted_and_nine_refused_each_for_another_reason() -> None:
    expected = Counter(step.expect for step in SCRIPT)
    assert expected.pop("admitted") == 32
    assert expected.pop("duplicate") == 1
    assert len(expected) == 9
    assert set(expected.values()) == {1}


def test_the_five_partners_publish_and_nobody_else() -> None:
    assert {step.publisher for step in SCRIPT} == PARTNERS


def test_the_same_arguments_make_the_same_bytes_and_another_ledger_seed_or_time_others() -> None:
    assert [step.record for step in script()] == RECORDS
    others = (script(seed=1), script(ledger="another"), script(base_time=moved(BASE_TIME, minutes=1)))
    for other in others:
        assert not {step.record for step in other} & set(RECORDS)
    assert script(ledger="another")[0].stream != SCRIPT[0].stream


@pytest.mark.parametrize("sent", range(len(RECORDS) + 1))
def test_a_script_that_was_interrupted_is_sent_again_and_records_nothing_twice(sent: int) -> None:
    found = judge_all(RECORDS[:sent] + RECORDS, REGISTRY)[sent:]
    wanted = ["duplicate" if n < sent and s.expect == "admitted" else s.expect for n, s in enumerate(SCRIPT)]
    assert found == wanted


def test_one_referral_stays_unanswered_past_its_due_time_and_one_entry_is_marked_late() -> None:
    bodies = [json.loads(o.body) for o in judged(RECORDS, REGISTRY) if outcome_code(o) == "admitted"]
    effects = [effect for body in bodies for effect in body["ledger"].get("effects", ())]
    overdue = [e for e in effects if e["type"] == "referral.ResponseDue" and e["data"]["due_at"] < BASE_TIME]
    breaches = sorted(e["data"]["breach"] for e in effects if e["type"] == "ledger.BreachRecorded")
    assert len(overdue) == 1
    assert breaches == ["LATE_ENTRY", "VICTIM_PENALISED"]


def test_a_refusal_does_not_depend_on_when_the_demo_resumes() -> None:
    a_month_later = judge_all(RECORDS, REGISTRY, at=moved(BASE_TIME, minutes=30 * 24 * 60))
    assert a_month_later == [step.expect for step in SCRIPT]
