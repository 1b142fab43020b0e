"""Messages of a feed: their form, and the waves in which they travel."""

from __future__ import annotations

import json

import pytest

from consumers import feeds
from consumers.feeds import Message, Part, event_message, outcome_message, parked_message, waves

TOLD = '{"partition":2,"pos":5,"type":"referral.ReferralRequested","code":""}'
AT = "2026-09-01T08:00:00.000000Z"


def message(agency: str, pos: int, size: int = 10) -> Message:
    return Message(agency, 0, pos, 1, "event", "", AT, f"{pos:0{size}}")


@pytest.mark.parametrize(
    ("told", "kind"),
    [
        (TOLD, "event"),
        (TOLD.replace('"code":""', '"code":"mandate.missing"'), "refused"),
        ("{}", "withdrawn"),
    ],
)
def test_what_was_told_stands_in_the_message_as_it_stands_in_the_timeline(told: str, kind: str) -> None:
    made = event_message("mn.npa", 2, 5, 1, "s", 3, 1, AT, told)
    said = json.loads(made.body)
    assert (made.id, made.kind) == ("2-5-1", kind)
    assert said.pop("told", {}) == json.loads(told)
    assert said == {
        "partition": 2, "pos": 5, "n": 1, "agency": "mn.npa", "kind": kind, "stream": "s", "at": AT, "epoch": 3,
        "anew": True,
    }  # fmt: skip


def test_an_outcome_is_the_first_of_its_position() -> None:
    made = outcome_message("mn.npa", 1, 7, "s", "case.Opened", 9, "e", "refused", "case.closed", AT)
    said = json.loads(made.body)
    assert made.id == "1-7-0"
    assert said["outcome"] == {
        "submission": "1-9", "event_id": "e", "type": "case.Opened", "outcome": "refused", "code": "case.closed",
    }  # fmt: skip


def test_a_parked_entry_tells_its_stream_and_nothing_else() -> None:
    made = parked_message("mn.npa", 0, 3, "s")
    assert json.loads(made.body) == {
        "partition": 0, "pos": 3, "n": 1, "agency": "mn.npa", "kind": "parked", "stream": "s",
    }  # fmt: skip


def test_everybody_is_sent_in_one_wave_while_it_fits() -> None:
    sent = [message(agency, pos) for pos in range(5) for agency in ("a", "b", "c")]
    (wave,) = waves(sent)
    assert {to: len(bodies) for to, bodies in wave.items()} == {("a", 0): 5, ("b", 0): 5, ("c", 0): 5}


def test_what_does_not_fit_travels_after_what_comes_before_it() -> None:
    sent = [message("a", pos, size=300) for pos in range(7)] + [message("b", 0)]
    found = list(waves(sent, limit=1_000))
    assert [len(wave[("a", 0)]) for wave in found] == [2, 2, 2, 1]
    assert [int(body) for wave in found for body in wave[("a", 0)]] == list(range(7))
    assert ("b", 0) in found[0]


def test_a_message_larger_than_a_wave_travels_alone() -> None:
    found = list(waves([message("a", pos, size=2_000) for pos in range(3)], limit=1_000))
    assert [len(wave[("a", 0)]) for wave in found] == [1, 1, 1]


def test_how_far_it_came_is_kept_after_all_was_sent_and_for_positions_without_a_message_too() -> None:
    done: list[object] = []
    parts = [Part(0, 4, [message("a", 3)]), Part(1, 9, [])]
    assert feeds.step(lambda: parts, done.append, done.append) == 2
    assert done == [{("a", 0): [b"0000000003"]}, {0: 4, 1: 9}]
    assert feeds.step(list, done.append, done.append) == 0
    assert len(done) == 2
