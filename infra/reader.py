"""A ledger partition is read behind its stored head, and only if the record at the head is still the same.

`LedgerReader` joins a `PartitionLog` and a `Fence`: what it gives back is effective. Void excuses a losing writer,
never a changed log: another id at the head, a shorter log, another topic id or partition count is a `LogFault`, and
every consumer stops on it. Recorder, projector, verifier and rebuild read the ledger through it and no other way.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator

from domain.record.chain import ORIGIN, Fence, Head, Place, Placed, SealKey, same_record
from infra.kafka.errors import LogAway, LogFault
from infra.kafka.log import QUIET_SECONDS, PartitionLog, Record
from infra.kafka.topics import TopicFacts


class LedgerReader:
    """Effective entries of one partition from a head on.

    `facts` asks the cluster for the topic's id and partition count, `expected` is what they were when the head was
    stored. Not shared between threads.
    """

    def __init__(
        self, log: PartitionLog, place: Place, seal_key: SealKey, *, facts: Callable[[], TopicFacts] | None = None
    ) -> None:
        self.log, self.place, self._seal_key, self._facts = log, place, seal_key, facts
        self.fence = Fence(place, seal_key)
        self.next_offset = 0
        self._expected: TopicFacts | None = None

    @property
    def head(self) -> Head:
        """The last effective entry."""
        return self.fence.head

    def start(self, head: Head, expected: TopicFacts | None = None) -> None:
        """Begin behind `head` after comparing the log with it. Raises `LogFault`, `LogAway`."""
        self._expected = expected
        self.fence = Fence(self.place, self._seal_key, head)
        self.next_offset = head.offset + 1
        self.check_identity()
        start, end = self.log.bounds()
        if start > 0 or end <= head.offset:
            raise LogFault("log.truncated", f"{self._name}: holds {start} to {end}, the head stood at {head.offset}")
        if head != ORIGIN:
            at_head = next(iter(self.log.read(head.offset, head.offset + 1)), None)
            if at_head is None or at_head.offset != head.offset or not same_record(at_head.value, head):
                raise LogFault("log.forked", f"{self._name}: another record stands at offset {head.offset}")
        self.log.seek(self.next_offset)

    def take(self, records: Iterable[Record]) -> list[Placed]:
        """Take the records that follow; returns what has become effective, in order (often nothing)."""
        effective: list[Placed] = []
        push = self.fence.push
        for offset, value, _ in records:
            self.next_offset = offset + 1
            effective += push(offset, value)
        return effective

    def catch_up(self) -> Iterator[list[Placed]]:
        """Everything effective up to the end of the log as it is now."""
        end = self.log.end()
        if end < self.next_offset:
            raise LogFault("log.truncated", f"{self._name}: ends at {end}, was read up to {self.next_offset}")
        self.log.seek(self.next_offset)
        deadline = time.monotonic() + QUIET_SECONDS
        while self.next_offset < end:
            read_to = self.next_offset
            batch = self.take(self.log.next(500, 5000))
            # Behind markers of a stranger's transactions too, which take an offset and are given to no reader.
            self.next_offset = self.log.position()
            if self.next_offset > read_to:
                deadline = time.monotonic() + QUIET_SECONDS
            elif time.monotonic() > deadline:
                raise LogAway(f"{self._name}: nothing could be read")
            if batch:
                yield batch

    def skip_to(self, head: Head, next_offset: int) -> None:
        """Take an own batch as effective: it was acknowledged at the offsets right behind what was read."""
        self.fence.advance(head)
        self.next_offset = next_offset

    def check_identity(self) -> None:
        """Is it still the topic that it was? Raises `LogFault` `log.recreated`, `log.partitions_changed`."""
        if self._facts is not None and self._expected is not None:
            self.compare(self._facts())

    def compare(self, facts: TopicFacts) -> None:
        """Are these the topic's facts when the head was stored? Raises as `check_identity` does."""
        if self._expected is None:
            return
        if facts.id != self._expected.id:
            raise LogFault("log.recreated", f"{self._name}: the topic was deleted and made anew")
        if facts.partitions != self._expected.partitions:
            raise LogFault("log.partitions_changed", f"{self._name}: has {facts.partitions} partitions now")

    def check_length(self) -> None:
        """Does the log hold all that was read of it, from its first record? Raises `LogFault` `log.truncated`."""
        self.measure(self.log.bounds(), self.next_offset)

    def measure(self, bounds: tuple[int, int], read_to: int) -> None:
        """Do these bounds hold what was read, up to that offset? Raises as `check_length` does."""
        start, end = bounds
        if start > 0:
            raise LogFault("log.truncated", f"{self._name}: begins at {start}, the record begins at 0")
        if end < read_to:
            raise LogFault("log.truncated", f"{self._name}: ends at {end}, was read up to {read_to}")

    @property
    def _name(self) -> str:
        return f"{self.place.topic}/{self.place.partition}"
