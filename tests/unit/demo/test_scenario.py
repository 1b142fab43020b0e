"""The scripted case: what each step expects holds, and the script may be sent again from any point."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import cache
from typing import Any

import pytest

from domain.catalogue import by_name
from infra.demo.scenario import CHAPTERS, STEPS, Step, segments
from infra.demo.summary import NOT_SHOWN
from player import Player, Said
from simulator import BASE_TIME, LEDGER, Submission, enrolled, fixed_signers, moved, publishers, steps

SIGNERS = fixed_signers()
REGISTRY = enrolled(SIGNERS)
DAY = 24 * 60


def script(seed: int = 0, ledger: str = LEDGER, base_time: str = BASE_TIME) -> list[Submission]:
    return steps(publishers(SIGNERS, ledger=ledger), ledger=ledger, base_time=base_time, seed=seed)


SCRIPT = script()
RECORDS = [step.record for step in SCRIPT]
ADMITTED = [(step, sent) for step, sent in zip(STEPS, SCRIPT, strict=True) if step.expect == "admitted"]


@cache
def played() -> tuple[Player, list[Said]]:
    """The whole script, sent once."""
    player = Player(REGISTRY, SIGNERS["mn.clock"])
    return player, player.play(SCRIPT)


def state(stream: str) -> Any:
    """A stream after the whole script."""
    return played()[0].streams[stream].state


def case() -> Any:
    """The case of the two children."""
    return state(SCRIPT[0].stream)


def codes(effects: Sequence[Any]) -> list[str]:
    """What is stated beside an event: the code of a breach or break, else the type."""
    return [effect.data.get("breach") or effect.data.get("break_code") or effect.type for effect in effects]


def test_every_step_has_the_outcome_and_the_effects_that_it_expects() -> None:
    _, said = played()
    found = [
        (sent.note, one.code, [code for code in codes(one.effects) if code != "LATE_ENTRY"])
        for sent, one in pairs(said)
    ]
    assert found == [(sent.note, sent.expect, list(sent.effects)) for sent in SCRIPT]


def pairs(said: list[Said]) -> list[tuple[Submission, Said]]:
    """Each step with what became of it."""
    return list(zip(SCRIPT, said, strict=True))


def test_a_fact_of_earlier_days_is_marked_late_and_nothing_else_is() -> None:
    _, said = played()
    for step, one in zip(STEPS, said, strict=True):
        late = one.code == "admitted" and by_name[step.type].kind == "fact" and step.minute <= -DAY
        assert ("LATE_ENTRY" in codes(one.effects)) is late, step.note


def test_some_three_hundred_events_are_admitted_and_a_dozen_refused_each_for_another_reason() -> None:
    expected = Counter(step.expect for step in SCRIPT)
    assert 250 <= expected.pop("admitted") <= 320
    assert expected.pop("duplicate") == 1
    assert len(expected) == 14
    assert set(expected.values()) == {1}


def test_every_type_occurs_but_those_of_the_keyring_and_the_imported_record() -> None:
    player, _ = played()
    found = {recorded.event.type for recorded in player.admitted}
    found |= {effect.type for recorded in player.admitted for effect in recorded.effects}
    assert by_name.keys() - found == NOT_SHOWN | {"case.RecordImported"}


def test_each_chapter_has_steps_and_each_step_says_in_one_sentence_what_happens() -> None:
    assert [chapter for chapter in CHAPTERS if any(step.chapter == chapter for step in STEPS)] == list(CHAPTERS)
    assert all(step.note and len(step.note) <= 100 and not step.note.endswith(".") for step in STEPS)


def test_nobody_speaks_for_another_agency_and_no_word_of_a_person_stands_in_the_script() -> None:
    assert {step.publisher for step in STEPS} <= SIGNERS.keys() - {"mn.clock", "mn.keyring"}
    assert not any(step.data.keys() & {name for name, _ in by_name[step.type].disclosed} for step in STEPS)


@pytest.mark.parametrize("child", ["girl", "boy"])
def test_both_children_end_as_victims_and_nothing_is_owed_to_them(child: str) -> None:
    victim_id = named(child)
    awards = [award for award in case().awards.values() if award.victim_id == victim_id]
    assert awards
    assert all(award.balance == 0 for award in awards)
    assert all(not each.is_open for each in case().missing.values())


def named(label: str) -> str:
    """The id of what the story calls so."""
    for step, sent in zip(STEPS, SCRIPT, strict=True):
        for name, value in step.data.items():
            if value == f"@id {label}":
                found: str = Player.data_of(sent.record)[name]
                return found
    raise KeyError(label)


def test_two_persons_are_tried_one_is_acquitted_and_one_charge_is_another_offence() -> None:
    results = sorted(charge.result for charge in case().charges.values() if charge.result)
    assert results == ["acquitted", "convicted", "reclassified"]
    assert len({charge.defendant_id for charge in case().charges.values() if charge.state == "judged"}) == 2


def test_one_exhibit_of_three_has_a_broken_chain() -> None:
    collected = {number for number, each in case().exhibits.items() if each.origin == "collected"}
    assert collected == {"PHONE-1", "PHONE-2", "BOOK-1"}
    assert {each.exhibit_number for each in case().breaks.values()} == {"BOOK-1"}


def test_one_interview_is_repeated_without_authorisation_and_one_officer_is_reported() -> None:
    _, said = played()
    assert sum("INTERVIEW_REPEATED_WITHOUT_AUTHORIZATION" in codes(one.effects) for one in said) == 1
    reports = [step.data for step in STEPS if step.type == "identification.IndicatorReported"]
    assert sum(not data.keys().isdisjoint({"accused_agency", "accused_agencies"}) for data in reports) == 1


def test_the_same_arguments_make_the_same_bytes_and_another_ledger_seed_or_time_others() -> None:
    assert [step.record for step in script()] == RECORDS
    others = (script(seed=1), script(ledger="another"), script(base_time=moved(BASE_TIME, minutes=1)))
    for other in others:
        assert not {step.record for step in other} & set(RECORDS)
    assert script(ledger="another")[0].stream != SCRIPT[0].stream


def test_a_part_that_is_sent_at_once_is_of_one_stream_and_waits_for_nothing_but_at_its_beginning() -> None:
    parts = list(segments(SCRIPT))
    assert [step for part in parts for step in part] == SCRIPT
    assert all(len({step.stream for step in part}) == 1 for part in parts)
    assert not any(step.wait for part in parts for step in part[1:])


@pytest.mark.parametrize("sent", [1, *range(15, len(RECORDS), 30), len(RECORDS)])
def test_a_script_that_was_interrupted_is_sent_again_and_records_nothing_twice(sent: int) -> None:
    player = Player(REGISTRY, SIGNERS["mn.clock"])
    player.play(SCRIPT[:sent])
    again = [one.code for one in player.play(SCRIPT)]
    for number, (step, code) in enumerate(zip(SCRIPT, again, strict=True)):
        if step.expect == "admitted":
            assert code == ("duplicate" if number < sent else "admitted"), step.note
        else:
            assert code not in ("admitted", "duplicate") or code == step.expect, step.note
    assert len(player.admitted) >= len(ADMITTED)


def test_an_interrupted_demo_may_resume_after_a_month() -> None:
    player = Player(REGISTRY, SIGNERS["mn.clock"])
    half = len(SCRIPT) // 2
    player.play(SCRIPT[:half])
    player.at = moved(BASE_TIME, minutes=30 * DAY)
    player.tell()
    again = [one.code for one in player.play(SCRIPT)]
    assert again[:half].count("admitted") == 0
    assert all(
        code == "duplicate" for code, step in zip(again[:half], STEPS, strict=False) if step.expect == "admitted"
    )


def test_a_step_of_a_chapter_follows_the_one_before_by_ten_minutes_where_no_time_is_given() -> None:
    first, second = (
        step for step in STEPS if step.chapter == "prevention" and step.type.endswith(("Informed", "Monitored"))
    )
    assert isinstance(first, Step)
    assert second.minute == first.minute + 10
