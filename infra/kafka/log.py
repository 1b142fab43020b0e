"""One partition is read from an offset on, in order, and nothing is skipped in silence.

`PartitionLog` is a consumer with a manual assignment, `auto_offset_reset` none and `read_committed`: an offset that is
not there raises instead of jumping. Reader, registrar and registry follow their logs through it.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any, NamedTuple

from kafka import KafkaConsumer, TopicPartition
from kafka.errors import (
    KafkaError,
    KafkaTimeoutError,
    LogTruncationError,
    NoOffsetForPartitionError,
    OffsetOutOfRangeError,
    TopicAuthorizationFailedError,
)

from infra.kafka.brokers import Brokers, connecting
from infra.kafka.errors import LogAway, LogFault, told

FETCH_BYTES = 8 * 1024 * 1024
METADATA_MS = 3000
"""How old what a reader knows of partitions' leaders may be. kafka-python 3.0.12 asks a broker that no longer leads for
the end of a partition again and again, without asking who leads now, until this is over (its default is 5 minutes)."""

ASK_MS = 5_000
"""How long a reader asks where a partition begins or ends. Of a topic that is gone there is no answer: it is away, and
whoever asks looks next what became of it."""

QUIET_SECONDS = 20.0
"""How long a reader waits for a record that must be there before it calls the log away."""

STILL_SECONDS = 10.0

_GONE = (OffsetOutOfRangeError, NoOffsetForPartitionError, LogTruncationError)


class Record(NamedTuple):
    """A record of a log: offset, value (None is a null), broker's timestamp in milliseconds."""

    offset: int
    value: bytes | None
    timestamp: int


def _consumer(brokers: Brokers, client: str) -> Any:
    with connecting(brokers) as options:
        return KafkaConsumer(
            client_id=client,
            enable_auto_commit=False,
            auto_offset_reset="none",
            isolation_level="read_committed",
            allow_auto_create_topics=False,
            max_partition_fetch_bytes=FETCH_BYTES,
            fetch_max_wait_ms=250,
            reconnect_backoff_max_ms=1000,
            metadata_max_age_ms=METADATA_MS,
            **options,
        )


class PartitionsLog:
    """A reader of several partitions of one topic at once: it wakes for whichever has something.

    A client that failed or stands still is thrown away: whoever goes on calls `follow` again.
    """

    def __init__(self, brokers: Brokers, topic: str) -> None:
        self.topic = topic
        self._connect = partial(_consumer, brokers, f"tamga-reader-{topic}")
        self._consumer: Any = self._connect()
        self._behind: dict[Any, tuple[int, float]] = {}

    def close(self) -> None:
        """Close the connection."""
        consumer, self._consumer = self._consumer, None
        if consumer is not None:
            consumer.close(autocommit=False, timeout_ms=1000)

    def follow(self, offsets: dict[int, int]) -> None:
        """Read these partitions, each from its offset, and no others. Raises `LogAway`."""
        if self._consumer is None:
            self._consumer = self._connect()
        self._behind.clear()
        self._consumer.assign([TopicPartition(self.topic, p) for p in offsets])
        for partition, offset in offsets.items():
            self._consumer.seek(TopicPartition(self.topic, partition), offset)

    def poll(self, timeout_ms: int, max_records: int) -> dict[int, list[Record]]:
        """The next records of each partition that has some. Raises `LogFault` `log.offset_gone`, `LogAway`."""
        with self._answering() as consumer:
            found = consumer.poll(timeout_ms=timeout_ms, max_records=max_records)
        return {
            tp.partition: [Record(r.offset, r.value, r.timestamp) for r in records] for tp, records in found.items()
        }

    def ends(self, partitions: int) -> dict[int, int]:
        """The offset behind the last record of each partition. Raises `LogAway`."""
        with self._answering() as consumer:
            found = consumer.end_offsets([TopicPartition(self.topic, p) for p in range(partitions)], ASK_MS)
        return {tp.partition: int(end) for tp, end in found.items()}

    def bounds_of(self, partitions: Sequence[int]) -> dict[int, tuple[int, int]]:
        """(first offset, offset behind the last record) of each partition, whatever is followed. Raises `LogAway`."""
        if self._consumer is None:
            self._consumer = self._connect()
        asked = [TopicPartition(self.topic, partition) for partition in partitions]
        with self._answering() as consumer:
            starts, ends = consumer.beginning_offsets(asked, ASK_MS), consumer.end_offsets(asked, ASK_MS)
            return {tp.partition: (int(starts[tp]), int(ends[tp])) for tp in asked}

    def check_moving(self) -> None:
        """Raise `LogAway` when a partition has had more to read for 10 s and nothing of it came."""
        with self._answering() as consumer:
            ends = consumer.end_offsets(list(consumer.assignment()), ASK_MS)
            for tp, end in ends.items():
                position, now = consumer.position(tp), time.monotonic()
                before, since = self._behind.get(tp, (-1, now))
                self._behind[tp] = (position, since if position == before and position < end else now)
                if now - self._behind[tp][1] > STILL_SECONDS:
                    raise KafkaTimeoutError("nothing is read although there is something")

    @contextmanager
    def _answering(self) -> Iterator[Any]:
        """The client; thrown away when it fails, and when the broker hides the topic from us.

        kafka-python 3.0.12 says nothing of a topic that may not be described: it waits for it.
        """
        if self._consumer is None:
            raise LogAway("the client was given up")
        try:
            yield self._consumer
        except _GONE as error:
            raise LogFault("log.offset_gone", f"{self.topic}: the next offset is not there") from error
        except (KafkaError, KeyError, AssertionError) as error:
            self._raise_if_hidden()
            self.close()
            raise told(error, self.topic) from error
        self._raise_if_hidden()

    def _raise_if_hidden(self) -> None:
        if self._consumer is not None and self.topic in self._consumer._cluster.unauthorized_topics:
            self.close()
            raise told(TopicAuthorizationFailedError(), self.topic)


class PartitionLog(PartitionsLog):
    """A reader of one partition; it connects anew by itself. Not shared between threads."""

    def __init__(self, brokers: Brokers, topic: str, partition: int) -> None:
        super().__init__(brokers, topic)
        self.partition = partition
        self._tp = TopicPartition(topic, partition)
        self._consumer.assign([self._tp])

    def seek(self, offset: int) -> None:
        """Read on from `offset`. Raises `LogAway`."""
        self.follow({self.partition: offset})

    def next(self, timeout_ms: int, max_records: int = 2000) -> list[Record]:
        """The next records, empty when none came in time. Raises `LogFault` `log.offset_gone`, `LogAway`."""
        return self.poll(timeout_ms, max_records).get(self.partition, [])

    def position(self) -> int:
        """The offset that is read next: behind the last record given back, and behind markers that no reader sees."""
        with self._answering() as consumer:
            return int(consumer.position(self._tp))

    def bounds(self) -> tuple[int, int]:
        """(first offset, offset behind the last record). Raises `LogAway`."""
        with self._reachable() as consumer:
            start = consumer.beginning_offsets([self._tp], ASK_MS)[self._tp]
            return int(start), int(consumer.end_offsets([self._tp], ASK_MS)[self._tp])

    def end(self) -> int:
        """The offset behind the last record. Raises `LogAway`."""
        with self._reachable() as consumer:
            return int(consumer.end_offsets([self._tp], ASK_MS)[self._tp])

    @contextmanager
    def _reachable(self) -> Iterator[Any]:
        """The client, made anew when the last one was given up: asking for offsets needs no position."""
        if self._consumer is None:
            self._consumer = self._connect()
            self._consumer.assign([self._tp])
        with self._answering() as consumer:
            yield consumer

    def read(self, start: int, end: int) -> Iterator[Record]:
        """The records from `start` up to, not including, `end`.

        Raises `LogFault` when the first is not there, `LogAway` when none comes for 20 s.
        """
        if start >= end:
            return
        self.seek(start)
        deadline = time.monotonic() + QUIET_SECONDS
        while self.position() < end:
            for record in self.next(1000):
                if record.offset >= end:
                    return
                deadline = time.monotonic() + QUIET_SECONDS
                yield record
            if time.monotonic() > deadline:
                self.close()
                raise LogAway("nothing could be read")
