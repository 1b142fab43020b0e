"""A submission is on Kafka when every replica acknowledged it; anything else is said to be unknown, never a success.

One thread hands records to an idempotent producer, so that the event loop never waits for metadata and requests share
batches. After a failed send the producer is thrown away. What a caller gave up on before it was sent is not sent.
"""

from __future__ import annotations

import asyncio
import queue
import threading
from concurrent.futures import Future
from typing import Any, NamedTuple

from kafka import KafkaProducer
from kafka.errors import KafkaError

from infra.kafka.brokers import Brokers, connecting
from infra.kafka.errors import LogAway, LogFault

APPEND_SECONDS = 6.0
_CONTENT_TYPE = [("content-type", b"application/jose")]


class _Record(NamedTuple):
    partition: int
    value: bytes
    key: bytes | None
    offset: Future[int]


class Publisher:
    """Appends submissions to one topic."""

    def __init__(self, brokers: Brokers, topic: str) -> None:
        self._brokers, self._topic = brokers, topic
        self._queue: queue.SimpleQueue[_Record | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="tamga-publisher", daemon=True)
        self._producer: Any = None
        self._broken = False

    def start(self) -> None:
        """Start the thread; the producer connects with the first record."""
        self._thread.start()

    async def append(self, partition: int, value: bytes, key: bytes | None) -> int:
        """The record's offset, once acknowledged. Raises `LogAway` when that is not known in time."""
        offset: Future[int] = Future()
        self._queue.put(_Record(partition, value, key, offset))
        try:
            return await asyncio.wait_for(asyncio.wrap_future(offset), APPEND_SECONDS)
        except TimeoutError:
            raise LogAway("timeout") from None

    async def close(self) -> None:
        """Flush, close the producer, end the thread."""
        self._queue.put(None)
        await asyncio.to_thread(self._thread.join, 3.0)

    def _run(self) -> None:
        while (record := self._queue.get()) is not None:
            if record.offset.set_running_or_notify_cancel():
                self._send(record)
        if self._producer is not None:
            self._producer.close(timeout=2)

    def _send(self, record: _Record) -> None:
        try:
            if self._broken and self._producer is not None:
                self._producer.close(timeout=0)
                self._producer = None
            self._producer = self._producer or self._connect()
            self._broken = False
            sent = self._producer.send(self._topic, record.value, record.key, _CONTENT_TYPE, record.partition)
        except Exception as error:  # a dead thread would leave every caller waiting
            self._failed(record, error)
            return
        sent.add_callback(lambda done: record.offset.set_result(int(done.offset)))
        sent.add_errback(lambda error: self._failed(record, error))

    def _failed(self, record: _Record, error: Exception) -> None:
        self._broken = True
        record.offset.set_exception(LogAway(type(error).__name__) if isinstance(error, _EXPECTED) else error)

    def _connect(self) -> Any:
        with connecting(self._brokers) as options:
            return KafkaProducer(
                client_id="tamga-api",
                acks="all",
                enable_idempotence=True,
                linger_ms=0,
                delivery_timeout_ms=5000,
                request_timeout_ms=4000,
                max_block_ms=3000,
                bootstrap_timeout_ms=3000,
                reconnect_backoff_max_ms=1000,
                allow_auto_create_topics=False,
                **options,
            )


_EXPECTED = (KafkaError, AssertionError, LogAway, LogFault)
