"""Whatever feeders repeat, and wherever a reader dies: each message takes effect once, in the ledger's order."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tamga_client import (
    Admitted,
    Duplicate,
    Feed,
    FeedError,
    FeedOutcomes,
    Message,
    Pending,
    Place,
    Refused,
    SqlPositions,
    SqlWebhooks,
)
from tamga_client.feed import Record

Log = list[tuple[int, int, int]]
"""(partition, pos, n), as the records stand on the topic."""


class LogSource:
    """A feed's topic in memory, read in order within a partition."""

    def __init__(self, log: Log) -> None:
        self.records: list[Record] = []
        ends: dict[int, int] = {}
        for partition, pos, n in log:
            self.records.append(Record(partition, ends.get(partition, 0), value(partition, pos, n)))
            ends[partition] = ends.get(partition, 0) + 1
        self._next: dict[int, int] = {}

    def seek(self, offsets: Mapping[int, int]) -> None:
        """Read on from these offsets, the others from the first."""
        self._next = dict(offsets)

    def poll(self, seconds: float) -> list[Record]:
        """Everything behind."""
        found = [each for each in self.records if each.offset >= self._next.get(each.partition, 0)]
        self._next |= {each.partition: each.offset + 1 for each in found}
        return found


def value(partition: int, pos: int, n: int, **more: object) -> bytes:
    """A message of that position."""
    said = {"partition": partition, "pos": pos, "n": n, "agency": "mn.npa", "kind": "event", "stream": ""}
    return json.dumps({**said, **more}).encode()


@st.composite
def topics(draw: st.DrawFn) -> tuple[Log, Log]:
    """(what the ledger says, what stands on the topic after two feeders with restarts said it)."""
    whole: dict[int, Log] = {}
    for partition in range(draw(st.integers(1, 2))):
        steps = draw(st.lists(st.tuples(st.integers(1, 3), st.integers(0, 2)), max_size=5))
        pos, places = 0, []
        for ahead, most in steps:
            pos += ahead
            places += [(partition, pos, n) for n in range(most + 1)]
        whole[partition] = places
    topic: Log = []
    for places in whole.values():
        # Each feeder is at some place at or below what was said so far; it says the next one, or falls back.
        feeders, said = [0, 0], 0
        while said < len(places):
            which = draw(st.integers(0, 1))
            if draw(st.booleans()):
                feeders[which] = draw(st.integers(0, feeders[which]))
            topic.append(places[feeders[which]])
            feeders[which] += 1
            said = max(said, feeders[which])
    return [place for places in whole.values() for place in places], topic


@settings(deadline=None, max_examples=40)
@given(topics(), st.data())
def test_each_message_takes_effect_once_whatever_is_repeated_and_wherever_the_reader_dies(
    topic: tuple[Log, Log], data: st.DataObject
) -> None:
    wanted, log = topic
    database = sqlite3.connect(":memory:")
    positions = SqlPositions(database)
    positions.create()
    database.execute("CREATE TABLE done (partition, pos, n)")
    for _ in range(data.draw(st.integers(0, 5), "lives")):
        for message in Feed(LogSource(log), positions).messages(0.001):
            assert positions.take(message)
            database.execute("INSERT INTO done VALUES (?, ?, ?)", (message.partition, message.pos, message.n))
            if data.draw(st.integers(0, 3), "dies before the commit") == 3:
                database.rollback()
                break
            database.commit()
            if data.draw(st.integers(0, 3), "dies behind the commit") == 3:
                break
    for message in Feed(LogSource(log), positions).messages(0.001):
        assert positions.take(message)
        database.execute("INSERT INTO done VALUES (?, ?, ?)", (message.partition, message.pos, message.n))
        database.commit()
    assert sorted(wanted) == database.execute("SELECT * FROM done ORDER BY 1, 2, 3").fetchall()
    order = database.execute("SELECT * FROM done WHERE partition = 0 ORDER BY rowid").fetchall()
    assert order == sorted(order)
    database.close()


def test_a_second_reader_is_told_that_a_message_was_taken() -> None:
    database = sqlite3.connect(":memory:")
    one, two, other = SqlPositions(database), SqlPositions(database), SqlPositions(database, "webhooks")
    one.create()
    first, second = (Message.read(value(0, 1, n)) for n in (0, 1))
    assert [one.take(second), two.take(second), two.take(first), other.take(first)] == [True, False, False, True]
    assert one.places() == {0: Place(1, 1, -1)}
    database.rollback()
    assert one.places() == {}
    database.close()


def test_a_webhook_is_taken_once_also_when_it_comes_late() -> None:
    database = sqlite3.connect(":memory:")
    webhooks = SqlWebhooks(database)
    webhooks.create()
    late, later = Message.read(value(0, 1, 1)), Message.read(value(0, 2, 0))
    assert [webhooks.take(each) for each in (later, late, late, later)] == [True, True, False, False]
    database.rollback()
    assert webhooks.take(late)
    database.close()


def test_a_message_without_an_offset_leaves_the_offset_where_it_was() -> None:
    database = sqlite3.connect(":memory:")
    positions = SqlPositions(database)
    positions.create()
    positions.take(Message.read(value(0, 1, 0), offset=17))
    positions.take(Message.read(value(0, 2, 0)))
    assert positions.places() == {0: Place(2, 0, 17)}
    database.close()


@pytest.mark.parametrize("record", [b"", b"{", b"[]", b"{}", b'{"partition":"x","pos":1,"n":1}', b"\xff"])
def test_a_record_that_is_no_message_is_said(record: bytes) -> None:
    with pytest.raises(FeedError) as error:
        Message.read(record)
    assert error.value.code == "feed.malformed"


def outcome(offset: int, what: str, code: str = "") -> bytes:
    """An outcome of the submission `0-<offset>`."""
    said = {"submission": f"0-{offset}", "event_id": "e", "outcome": what, "code": code}
    return value(0, offset + 100, 0, kind="outcome", at="then", outcome=said)


def test_outcomes_are_read_from_the_feed() -> None:
    source = LogSource([])
    told = [outcome(0, "admitted"), outcome(1, "refused", "case.closed"), outcome(2, "duplicate")]
    source.records = [Record(0, at, each) for at, each in enumerate([value(0, 1, 1), *told])]
    outcomes = FeedOutcomes(source, start={})
    assert outcomes.find("0-0") == Admitted("0-0", "0-100", "then")
    assert outcomes.find("0-1") == Refused("0-1", "0-101", "then", "case.closed")
    assert outcomes.find("0-2") == Duplicate("0-2", "0-102", "then")
    assert outcomes.find("0-3") == Pending("0-3")
    assert Message.read(told[0]).event_id == "e"
    assert Message.read(value(0, 1, 1)).outcome is None


def test_of_the_outcomes_the_last_are_kept() -> None:
    source = LogSource([])
    source.records = [Record(0, at, outcome(at, "admitted")) for at in range(5)]
    outcomes = FeedOutcomes(source, start={}, most=2)
    assert [type(outcomes.find(f"0-{at}")).__name__ for at in (0, 3, 4)] == ["Pending", "Admitted", "Admitted"]
