"""Submissions are published in batches with a bounded window, and each is answered by its outcome from the index.

At most `window` submissions wait for a registrar; the order within a stream is kept. A batch whose acknowledgement got
lost is sent again: what was recorded the first time is then answered `duplicate`, so nothing is recorded twice. Used by
`tamga submit`, the imports and the demo.
"""

from __future__ import annotations

import time
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Generic, NamedTuple, TypeVar

import psycopg
from psycopg_pool import PoolTimeout

from domain.partition import partition_of
from infra.bootstrap import Pool, World
from infra.kafka.append import Appender
from infra.kafka.errors import LogAway

BATCH = 500
WINDOW = 8000
PATIENCE = 60.0
LOOK_SECONDS = 0.02

T = TypeVar("T")


class NotJudgedError(Exception):
    """Submissions got no outcome in time, or could not be published; the message says what to do."""


class Item(NamedTuple, Generic[T]):
    """A submission to publish: its stream, the record, and what the caller knows it by."""

    stream: str
    record: bytes
    tag: T


class Answer(NamedTuple, Generic[T]):
    """A submission's outcome: where it was published, where it stands in the record, the index's type of the entry."""

    tag: T
    partition: int
    offset: int
    pos: int
    type: str

    @property
    def outcome(self) -> str:
        """`admitted`, `duplicate`, `lost`, or the refusal's code."""
        if self.type == "outcome.intake":
            return "lost"
        if self.type.startswith("outcome."):
            return self.type.removeprefix("outcome.").removeprefix("refused.")
        return "admitted"


def publish(
    world: World, items: Iterable[Item[T]], *, window: int = WINDOW, batch: int = BATCH, patience: float = PATIENCE
) -> Iterator[Answer[T]]:
    """Publish the items and yield their answers as they come, in order within a partition.

    Raises `NotJudgedError` when nothing moves for `patience` seconds.
    """
    partitions = world.registry.registry.partitions
    pending: dict[int, list[Item[T]]] = defaultdict(list)
    sender = _Sender(world, patience)
    waiting: _Waiting[T] = _Waiting(world.pool, world.settings.topics.ledger, patience)
    try:
        for item in items:
            partition = partition_of(item.stream, partitions)
            pending[partition].append(item)
            if len(pending[partition]) >= batch:
                waiting.add(partition, sender.send(partition, pending[partition]), pending.pop(partition))
                yield from waiting.answers(at_most=window)
        for partition, rest in pending.items():
            waiting.add(partition, sender.send(partition, rest), rest)
        yield from waiting.answers(at_most=0)
    finally:
        sender.close()


class _Sender:
    """Appends to the submissions topic and tries again while the broker is away."""

    def __init__(self, world: World, patience: float) -> None:
        self._topic, self._patience = world.settings.topics.submissions, patience
        self._appender = Appender(world.settings.brokers, timeout=min(30.0, patience))

    def send(self, partition: int, items: list[Item[T]]) -> list[int]:
        """The offsets of the items."""
        deadline = time.monotonic() + self._patience
        while True:
            try:
                return self._appender.append(self._topic, partition, [item.record for item in items]).offsets
            except LogAway as away:
                if time.monotonic() > deadline:
                    raise NotJudgedError(
                        f"Kafka does not answer ({away}): see `tamga status`, then run it again"
                    ) from None
                time.sleep(0.5)

    def close(self) -> None:
        self._appender.close()


@dataclass
class _Waiting(Generic[T]):
    """What has been published and not answered, by partition, in order of offsets."""

    pool: Pool
    topic: str
    patience: float
    _queues: dict[int, deque[tuple[int, T]]] = field(default_factory=lambda: defaultdict(deque))

    def add(self, partition: int, offsets: list[int], items: list[Item[T]]) -> None:
        """Wait for these too."""
        self._queues[partition].extend((offset, item.tag) for offset, item in zip(offsets, items, strict=True))

    def answers(self, *, at_most: int) -> Iterator[Answer[T]]:
        """Yield what is answered until at most so many wait."""
        moved = time.monotonic()
        while self._count() > at_most:
            for answer in self._look():
                moved = time.monotonic()
                yield answer
            if self._count() <= at_most:
                return
            if time.monotonic() - moved > self.patience:
                raise NotJudgedError(
                    f"no registrar judged anything for {self.patience:.0f} s: start `tamga up` (or see `tamga status`)"
                    " and run it again; nothing is recorded twice"
                )
            time.sleep(LOOK_SECONDS)

    def _count(self) -> int:
        return sum(map(len, self._queues.values()))

    def _look(self) -> list[Answer[T]]:
        """The answers that the index has by now; none of a database that is away."""
        found: list[Answer[T]] = []
        try:
            with self.pool.connection() as c:
                for row in c.execute("SELECT partition, id, src FROM log WHERE topic = %s", (self.topic,)).fetchall():
                    found += self._answered(c, *row)
        except (psycopg.OperationalError, psycopg.InterfaceError, PoolTimeout):
            pass
        return found

    def _answered(self, c: psycopg.Connection[Any], partition: int, log: int, judged: int) -> list[Answer[T]]:
        queue = self._queues[partition]
        if not queue or queue[0][0] > judged:
            return []
        first = queue[0][0]
        sql = "SELECT src, pos, type FROM entry WHERE log = %s AND src BETWEEN %s AND %s"
        found = {row[0]: row for row in c.execute(sql, (log, first, judged)).fetchall()}
        answers = []
        while queue and queue[0][0] <= judged:
            offset, tag = queue.popleft()
            _, pos, kind = found.get(offset, (offset, -1, "outcome.intake"))
            answers.append(Answer(tag, partition, offset, pos, kind))
        return answers
