"""What the script's values mean."""

from __future__ import annotations

import re
from typing import Any

import pytest

from infra.demo.scenario_values import Ids, Labelled, event_id, minutes, value

IDS = Ids(1, "a ledger", {"receipt": Labelled("case", "mn.nifs")}, ("0-0-head", "1-0-head"))
TIME = "2026-03-02T09:00:00.000000Z"

MEANT: tuple[tuple[Any, Any], ...] = (
    ("plain words", "plain words"),
    (7, 7),
    (True, True),
    ("@at", TIME),
    ("@at +2h", "2026-03-02T11:00:00.000000Z"),
    ("@at -1d -30m", "2026-03-01T08:30:00.000000Z"),
    ("@day +30d", "2026-04-01"),
    ("@month -2d", "2026-02"),
    ("@id child", IDS.of("child")),
    ("@event receipt", event_id(IDS, "receipt")),
    ("@head 1", "1-0-head"),
    ("@head 5", "1-0-head"),
    (["@day", 3], ["2026-03-02", 3]),
    ({"month": "@month"}, {"month": "2026-03"}),
)


@pytest.mark.parametrize(("said", "meant"), MEANT, ids=[str(row[0]) for row in MEANT])
def test_a_value_means(said: Any, meant: Any) -> None:
    assert value(said, IDS, TIME) == meant


def test_a_label_is_one_id_in_one_ledger_and_another_in_another() -> None:
    assert IDS.of("child") == IDS.of("child")
    assert len({IDS.of("child"), IDS._replace(ledger="another").of("child"), IDS._replace(seed=2).of("child")}) == 3
    assert IDS.of("child") != event_id(IDS, "child")


def test_a_tag_is_the_same_for_the_same_content() -> None:
    tag = value("@tag phone", IDS, TIME)
    assert re.fullmatch("[A-Za-z0-9_-]{43}", tag)
    assert tag == value("@tag phone", IDS, TIME) != value("@tag book", IDS, TIME)


@pytest.mark.parametrize("said", ["@nothing x", "@at tomorrow", "@day 3 weeks", "@at +2x"])
def test_what_means_nothing_is_refused(said: str) -> None:
    with pytest.raises(ValueError, match=r"no span of time|nothing is meant"):
        value(said, IDS, TIME)


def test_spans_of_time_are_summed() -> None:
    assert minutes("") == 0
    assert minutes("-2d +3h -5m") == -2 * 1440 + 180 - 5
