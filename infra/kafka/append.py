"""A batch is handed to the producer whole, then waited for; an append whose outcome is unknown is never a success.

The producer is idempotent and not transactional. After a failed or unknown send it is thrown away: a late write of the
old one is either found by reading on, or void, because the chain is the fence.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from kafka import KafkaProducer
from kafka.errors import KafkaError

from infra.kafka.brokers import Brokers, connecting
from infra.kafka.errors import told

CONTENT_TYPE = [("content-type", b"application/json")]
HELD_MS = 15_000
"""Linger with which nothing is sent before the whole batch was handed over: `append_each` says when."""
BATCH_BYTES = 768 * 1024
"""Most bytes of one record batch then; brokers take 1 MiB."""


class Appended(NamedTuple):
    """Where the records of a batch landed, and the broker's timestamps (ms) of the first and last."""

    offsets: list[int]
    first_stamp: int
    last_stamp: int


class Appender:
    """Appends batches to partitions; makes a producer when it is first needed and after each failure.

    Threads may share it: batches of several partitions then travel in one request.
    """

    def __init__(self, brokers: Brokers, *, timeout: float = 30.0, linger_ms: int = 0) -> None:
        self._brokers, self._timeout, self._linger_ms = brokers, timeout, linger_ms
        self._producer: Any = None
        self._lock = threading.Lock()

    def append(self, topic: str, partition: int, values: Sequence[bytes], key: bytes | None = None) -> Appended:
        """Send all, wait for every acknowledgement.

        Raises `LogAway` when one failed or did not come in time, `LogFault` when the broker turns us away.
        """
        producer = None
        try:
            producer = self._connected()
            send = producer.send
            futures = [send(topic, value, key, CONTENT_TYPE, partition) for value in values]
            done = [future.get(timeout=self._timeout) for future in futures]
        except (KafkaError, AssertionError) as error:
            self._abandon(producer)
            raise told(error, topic) from error
        return Appended([m.offset for m in done], done[0].timestamp, done[-1].timestamp)

    def append_each(self, batches: Mapping[tuple[str, int], Sequence[bytes]]) -> None:
        """Send a batch to each (topic, partition) and wait once for all. Raises as `append` does.

        With `HELD_MS` as `linger_ms`, a batch of up to 700 kB is one record batch: it lands whole or not at all.
        """
        producer = None
        try:
            producer = self._connected()
            send = producer.send
            futures = [send(topic, v, None, CONTENT_TYPE, p) for (topic, p), each in batches.items() for v in each]
            producer.flush(self._timeout)
            for future in futures:
                future.get(timeout=0)
        except (KafkaError, AssertionError) as error:
            self._abandon(producer)
            raise told(error, ", ".join(dict.fromkeys(topic for topic, _ in batches))) from error

    def close(self) -> None:
        """Close the producer."""
        with self._lock:
            producer, self._producer = self._producer, None
        if producer is not None:
            producer.close(timeout=5)

    def _abandon(self, producer: Any) -> None:
        """Give a producer up, without waiting for what it still holds."""
        with self._lock:
            if self._producer is producer:
                self._producer = None
        if producer is not None:
            producer.close(timeout=0)

    def _connected(self) -> Any:
        with self._lock:
            return self._producer or self._connect()

    def _connect(self) -> Any:
        with connecting(self._brokers) as options:
            self._producer = KafkaProducer(
                client_id="tamga-appender",
                acks="all",
                enable_idempotence=True,
                batch_size=BATCH_BYTES if self._linger_ms else 256 * 1024,
                linger_ms=self._linger_ms,
                max_request_size=1024 * 1024,
                delivery_timeout_ms=int(self._timeout * 1000),
                request_timeout_ms=min(10_000, int(self._timeout * 1000)),
                max_block_ms=int(self._timeout * 1000),
                reconnect_backoff_max_ms=1000,
                allow_auto_create_topics=False,
                **options,
            )
        return self._producer


def now_ms() -> int:
    """This machine's clock, milliseconds since the epoch: what a broker's stamp is compared with."""
    return time.time_ns() // 1_000_000
