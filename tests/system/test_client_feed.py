"""A feed on a real broker: it may not be there yet, may begin anew, and what was lost unread is never passed over."""

from __future__ import annotations

import json
import sqlite3
import threading
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from kafka import KafkaAdminClient, KafkaProducer, TopicPartition

from system.conftest import Services
from tamga_client import Feed, FeedError, Message, Outbox, SqlPositions, SqlWebhooks, random_id
from tamga_client.events.identification import IndicatorReported
from tamga_client.feed import Place
from tamga_client.kafka import Brokers, KafkaFeed

AGENCY = "mn.hotline108"


def value(pos: int, n: int = 0) -> bytes:
    """A message of partition 0."""
    said = {"partition": 0, "pos": pos, "n": n, "agency": AGENCY, "kind": "event", "stream": ""}
    return json.dumps(said).encode()


class Topic:
    """A feed's topic of its own."""

    def __init__(self, bootstrap: str) -> None:
        self.brokers = Brokers(bootstrap, prefix=f"t{uuid.uuid4().hex[:12]}")
        self.name = f"{self.brokers.prefix}.feed.{AGENCY}"
        self._admin = KafkaAdminClient(bootstrap_servers=bootstrap)
        self._producer = KafkaProducer(bootstrap_servers=bootstrap, acks="all")

    def make(self) -> None:
        """Create it, of two partitions."""
        self._admin.create_topics({self.name: {"num_partitions": 2, "replication_factor": 1}}, wait_for_metadata=True)

    def say(self, *places: tuple[int, int]) -> None:
        """Messages of these positions and numbers."""
        for pos, n in places:
            self._producer.send(self.name, value(pos, n), partition=0).get(timeout=30)

    def forget(self, before: int) -> None:
        """What 30 days do."""
        self._admin.delete_records({TopicPartition(self.name, 0): before})

    def close(self) -> None:
        """Close the connections."""
        self._producer.close(timeout=5)
        self._admin.close()


@pytest.fixture
def topic(services: Services) -> Iterator[Topic]:
    """Not made yet."""
    found = Topic(services.bootstrap)
    yield found
    found.close()


@pytest.fixture(params=["sqlite3", "psycopg"])
def connection(request: pytest.FixtureRequest, tmp_path: Path, database: str) -> Iterator[Any]:
    """The agency's own database, of both kinds that the client knows."""
    opened: Any = sqlite3.connect(tmp_path / "a.db") if request.param == "sqlite3" else psycopg.connect(database)
    SqlPositions(opened).create()
    yield opened
    opened.close()


def taken(topic: Topic, connection: Any, *, most: int = 100, seconds: float = 3, accept_gap: bool = False) -> list[int]:
    """The positions of the messages that a reader takes."""
    source, positions, found = KafkaFeed(topic.brokers, AGENCY, accept_gap=accept_gap), SqlPositions(connection), []
    try:
        for message in Feed(source, positions).messages(seconds):
            assert positions.take(message)
            connection.commit()
            found.append(message.pos)
            if len(found) == most:
                break
    finally:
        source.close()
    return found


def test_each_message_is_taken_once_over_restarts_and_repeats(topic: Topic, connection: Any) -> None:
    topic.make()
    topic.say((1, 0), (2, 0), (1, 0), (2, 0), (2, 1))
    assert taken(topic, connection, most=1) == [1]
    assert taken(topic, connection) == [2, 2]
    topic.say((2, 1), (3, 0))
    assert taken(topic, connection) == [3]
    assert SqlPositions(connection).places() == {0: Place(3, 0, 6)}


def test_a_feed_that_is_not_there_yet_is_empty_and_then_read(topic: Topic, connection: Any) -> None:
    found: list[int] = []
    reader = threading.Thread(target=lambda: found.extend(_polled(topic)))
    reader.start()
    topic.make()
    topic.say((1, 0))
    reader.join(60)
    assert found == [1]


def _polled(topic: Topic) -> list[int]:
    source = KafkaFeed(topic.brokers, AGENCY)
    records = []
    for _ in range(60):
        records += source.poll(0.5)
        if records:
            break
    source.close()
    return [Message.read(each.value).pos for each in records]


def test_messages_that_are_gone_unread_are_a_gap_until_it_is_accepted(topic: Topic, connection: Any) -> None:
    topic.make()
    topic.say((1, 0), (2, 0), (3, 0))
    assert taken(topic, connection, most=1) == [1]
    topic.forget(2)
    with pytest.raises(FeedError) as error:
        taken(topic, connection)
    assert error.value.code == "feed.gap"
    assert taken(topic, connection, accept_gap=True) == [3]
    topic.forget(3)
    assert taken(topic, connection, seconds=1) == []


def test_what_is_undone_was_not_taken_and_a_query_leaves_no_transaction_open(connection: Any) -> None:
    positions, webhooks, outbox = SqlPositions(connection), SqlWebhooks(connection), Outbox(connection, AGENCY)
    webhooks.create()
    outbox.create()
    said = IndicatorReported(
        victim_id=random_id(),
        report_channel="hotline_108",
        reporter_role="citizen",
        indicator_codes=["begging"],
        aimag="MN-1",
    )
    message = Message.read(value(1), offset=4)
    for kept in (False, True):
        assert (positions.places(), outbox.waiting()) == ({}, 0)
        assert positions.take(message)
        assert webhooks.take(message)
        outbox.add(said, stream=random_id(), unit="desk-1", actor="officer-1")
        connection.commit() if kept else connection.rollback()
    assert (positions.places(), outbox.waiting()) == ({0: Place(1, 0, 4)}, 1)
    assert not positions.take(message)
    assert not webhooks.take(message)
    connection.commit()
    if isinstance(connection, psycopg.Connection):
        positions.places()
        with connection.transaction():
            positions.take(Message.read(value(2)))
        connection.rollback()
        assert positions.places() == {0: Place(2, 0, 4)}
