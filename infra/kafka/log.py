"""One partition is read from an offset on, in order, and nothing is skipped in silence.

`PartitionLog` is a consumer with a manual assignment, `auto_offset_reset` none and `read_committed`: an offset that is
not there raises instead of jumping. Reader, registrar and registry follow their logs through it.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any, NamedTuple

from kafka import KafkaConsumer, TopicPartition
from kafka.errors import KafkaError, LogTruncationError, NoOffsetForPartitionError, OffsetOutOfRangeError

from infra.kafka.errors import LogAway, LogFault

FETCH_BYTES = 8 * 1024 * 1024
QUIET_SECONDS = 30.0
"""How long a reader waits for a record that must be there before it calls the log away."""

_GONE = (OffsetOutOfRangeError, NoOffsetForPartitionError, LogTruncationError)


class Record(NamedTuple):
    """A record of a log: offset, value (None is a null), broker's timestamp in milliseconds."""

    offset: int
    value: bytes | None
    timestamp: int


def _consumer(bootstrap: str, client: str, security: dict[str, Any]) -> Any:
    try:
        return KafkaConsumer(
            bootstrap_servers=bootstrap.split(","),
            client_id=client,
            enable_auto_commit=False,
            auto_offset_reset="none",
            isolation_level="read_committed",
            allow_auto_create_topics=False,
            max_partition_fetch_bytes=FETCH_BYTES,
            fetch_max_wait_ms=250,
            reconnect_backoff_max_ms=1000,
            **security,
        )
    except KafkaError as error:
        raise LogAway(type(error).__name__) from error


class PartitionsLog:
    """A reader of several partitions of one topic at once: it wakes for whichever has something."""

    def __init__(self, bootstrap: str, topic: str, **security: Any) -> None:
        self.topic = topic
        self._consumer = _consumer(bootstrap, f"tamga-reader-{topic}", security)

    def close(self) -> None:
        """Close the connection."""
        self._consumer.close(autocommit=False)

    def follow(self, offsets: dict[int, int]) -> None:
        """Read these partitions, each from its offset, and no others."""
        self._consumer.assign([TopicPartition(self.topic, p) for p in offsets])
        for partition, offset in offsets.items():
            self._consumer.seek(TopicPartition(self.topic, partition), offset)

    def poll(self, timeout_ms: int, max_records: int) -> dict[int, list[Record]]:
        """The next records of each partition that has some. Raises `LogFault` `log.offset_gone`, `LogAway`."""
        try:
            found = self._consumer.poll(timeout_ms=timeout_ms, max_records=max_records)
        except _GONE as error:
            raise LogFault("log.offset_gone", f"{self.topic}: the next offset is not there") from error
        except KafkaError as error:
            raise LogAway(type(error).__name__) from error
        return {
            tp.partition: [Record(r.offset, r.value, r.timestamp) for r in records] for tp, records in found.items()
        }


class PartitionLog:
    """A reader of one partition. Not shared between threads."""

    def __init__(self, bootstrap: str, topic: str, partition: int, **security: Any) -> None:
        self.topic, self.partition = topic, partition
        self._tp = TopicPartition(topic, partition)
        self._consumer = _consumer(bootstrap, f"tamga-reader-{topic}-{partition}", security)
        self._consumer.assign([self._tp])

    def close(self) -> None:
        """Close the connection."""
        self._consumer.close(autocommit=False)

    def seek(self, offset: int) -> None:
        """Read on from `offset`."""
        self._consumer.seek(self._tp, offset)

    def poll(self, timeout_ms: int, max_records: int = 2000) -> list[Record]:
        """The next records, empty when none came in time. Raises `LogFault` `log.offset_gone`, `LogAway`."""
        try:
            found = self._consumer.poll(timeout_ms=timeout_ms, max_records=max_records)
        except _GONE as error:
            raise LogFault("log.offset_gone", f"{self.topic}/{self.partition}: the next offset is not there") from error
        except KafkaError as error:
            raise LogAway(type(error).__name__) from error
        return [Record(r.offset, r.value, r.timestamp) for r in found.get(self._tp, ())]

    def position(self) -> int:
        """The offset that is read next: behind the last record given back, and behind markers that no reader sees."""
        return int(self._consumer.position(self._tp))

    def bounds(self) -> tuple[int, int]:
        """(first offset, offset behind the last record). Raises `LogAway`."""
        try:
            start = self._consumer.beginning_offsets([self._tp])[self._tp]
            end = self._consumer.end_offsets([self._tp])[self._tp]
        except (KafkaError, KeyError) as error:
            raise LogAway(type(error).__name__) from error
        return start, end

    def end(self) -> int:
        """The offset behind the last record. Raises `LogAway`."""
        try:
            return int(self._consumer.end_offsets([self._tp])[self._tp])
        except (KafkaError, KeyError) as error:
            raise LogAway(type(error).__name__) from error

    def read(self, start: int, end: int) -> Iterator[Record]:
        """The records from `start` up to, not including, `end`.

        Raises `LogFault` when the first is not there, `LogAway` when none comes for 30 s.
        """
        if start >= end:
            return
        self.seek(start)
        deadline = time.monotonic() + QUIET_SECONDS
        while self.position() < end:
            for record in self.poll(1000):
                if record.offset >= end:
                    return
                deadline = time.monotonic() + QUIET_SECONDS
                yield record
            if time.monotonic() > deadline:
                raise LogAway("nothing could be read")
