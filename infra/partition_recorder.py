"""A ledger partition as an `eventsourcing` `ApplicationRecorder`: one call is one sealed batch, all or nothing.

The registrar writes through `LedgerRecorder.insert_events` and no other way; so can any application of the library,
with `PERSISTENCE_MODULE=infra.recorder:LedgerFactory`. A batch is chained and sealed, appended, and effective when it
was acknowledged right behind what was read; anywhere else the recorder reads to the end and looks. Positions are
notification ids; reads come from the PostgreSQL index, which is written behind each batch.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

import orjson
from eventsourcing.persistence import (
    ApplicationRecorder,
    IntegrityError,
    Notification,
    OperationalError,
    StoredEvent,
)

from domain.record.chain import Head, Place
from domain.record.signing import Signer
from infra.batch import Batch, BatchMaker
from infra.index import Index, IndexHead, Row
from infra.index_writer import IndexWriter, row_of
from infra.kafka.append import Appender, now_ms
from infra.kafka.errors import LogAway, LogFault
from infra.kafka.topics import TopicFacts
from infra.opaque import unwrap
from infra.reader import LedgerReader
from infra.subscription import IndexSubscription

CLOCK_TOLERANCE_MS = 2000
RETRIES = 50


class LedgerRecorder(ApplicationRecorder):
    """Writes and reads one partition. `opaque_allowed`: may hold foreign events (a ledger partition may not)."""

    def __init__(
        self,
        *,
        place: Place,
        reader: LedgerReader,
        index: Index,
        appender: Appender,
        signer: Signer | None,
        facts: TopicFacts,
        clock: Any,
        reg: Any,
        opaque_allowed: bool = False,
        listen_url: str = "",
        clock_ms: Callable[[], int] = now_ms,
    ) -> None:
        self.place, self.reader, self.index = place, reader, index
        self._appender, self._facts, self._listen_url, self._clock_ms = appender, facts, listen_url, clock_ms
        self._batches = BatchMaker(place, signer, clock=clock, reg=reg, opaque_allowed=opaque_allowed)
        self._writer = IndexWriter(index)
        self._lock = threading.RLock()
        self._read_to_end = False
        self.opened: IndexHead | None = None

    # -- taking a partition over -------------------------------------------------------------------------------

    def open(self) -> IndexHead:
        """Go on from the stored head: compare the log with it, read to the end, catch the index up."""
        with self._lock:
            self._writer.clear()
            stored = self.index.open(self._facts.id)
            if stored.topic_id != self._facts.id:
                raise LogFault("log.recreated", f"{self.place.topic}: the topic was deleted and made anew")
            self.reader.start(stored.head, self._facts)
            self._catch_up()
            self.opened = self.index.head()
            return self.opened

    def close(self) -> None:
        """End the index thread and close the reader; the appender is the process's."""
        self._writer.close()
        self.reader.log.close()

    @property
    def head(self) -> Head:
        """The last effective entry that this recorder knows."""
        return self.reader.head

    def look(self) -> None:
        """Compare the log with what was read of it (identity, length), and the index with the log.

        Raises `LogFault`, `LogAway`, and as `check_index` does.
        """
        with self._lock:
            self.reader.check_identity()
            self.reader.check_length()
            self.check_index()

    def check_index(self) -> None:
        """Raises `OperationalError` when the index is behind and nobody is writing it: its last batch failed, or a
        crash of the database took it back."""
        with self._lock:
            self.settle()
            if self.index.head().head.pos < self.reader.head.pos:
                self._read_to_end = False
                raise OperationalError("the index stands further back than it did; it must be read again")

    # -- writing -----------------------------------------------------------------------------------------------

    def insert_events(
        self, stored_events: Sequence[StoredEvent], *, head: Head | None = None, **kwargs: Any
    ) -> Sequence[int] | None:
        """Append the events as one batch and return their positions.

        `head` is the head that the caller judged under; when the log has moved on, nothing is written. Raises
        `IntegrityError` (a version is taken, or the head moved), `OperationalError` (the outcome is unknown or the log
        is away: read on before writing again), `ProgrammingError` (an event that this log may not hold).
        """
        if not stored_events:
            return None
        with self._lock:
            try:
                return self._insert(stored_events, head)
            except LogAway as error:
                self._read_to_end = False
                raise OperationalError(f"append to {self.place.topic}: {error}") from error
            except OperationalError:
                self._read_to_end = False
                raise

    def _insert(self, events: Sequence[StoredEvent], head: Head | None) -> list[int]:
        for _ in range(RETRIES):
            self._ensure_current()
            if head is None:
                self._check_versions(events)
            elif head != self.reader.head:
                raise IntegrityError("the head moved; judge again")
            before = self.reader.head
            batch = self._make(events, before)
            if self._append(batch, before):
                return list(range(before.pos + 1, batch.after.pos + 1))
        raise OperationalError("another writer won every time")

    def _make(self, events: Sequence[StoredEvent], before: Head) -> Batch:
        """A batch whose seal every reader will accept."""
        batch = self._batches.make(events, before)
        if not self.reader.fence.accepts(batch.entries[-1]):
            message = "no reader would accept this registrar's seal: its key or its reading of the registry is old"
            raise LogFault("registrar.seal_refused", message)
        return batch

    def _append(self, batch: Batch, before: Head) -> bool:
        """Send and wait; True when the batch became effective."""
        expected, sent = self.reader.next_offset, self._clock_ms()
        landed = self._appender.append(self.place.topic, self.place.partition, batch.entries)
        self._check_clock(landed.first_stamp, landed.last_stamp, sent)
        if landed.offsets == list(range(expected, expected + len(batch.entries))):
            after = batch.after._replace(offset=landed.offsets[-1])
            self.reader.skip_to(after, landed.offsets[-1] + 1)
            rows = [row._replace(offset=offset) for row, offset in zip(batch.rows, landed.offsets, strict=True)]
            self._writer.take(before, after, rows)
            return True
        found = self._catch_up()
        if landed.offsets[-1] >= self.reader.next_offset:
            raise LogAway("a stranger's open transaction hides what was appended")
        return batch.after.id in found

    def _check_clock(self, first: int, last: int, sent: int) -> None:
        """The broker's stamp of an own append lies between its send and its acknowledgement."""
        if first < sent - CLOCK_TOLERANCE_MS or last > self._clock_ms() + CLOCK_TOLERANCE_MS:
            raise LogFault("clock.disagrees", "the broker's clock and this machine's are more than 2 s apart")

    def _check_versions(self, events: Sequence[StoredEvent]) -> None:
        pairs = [(str(e.originator_id), e.originator_version) for e in events]
        self.settle()
        if len(set(pairs)) < len(pairs) or self.index.taken(pairs):
            raise IntegrityError("a version of a stream is taken")

    # -- reading on --------------------------------------------------------------------------------------------

    def _ensure_current(self) -> None:
        if self.opened is None or not self._read_to_end:
            self.open()

    def _catch_up(self) -> set[str]:
        """Read to the end of the log; returns the ids that became effective."""
        found: set[str] = set()
        before = self.reader.head
        for placed in self.reader.catch_up():
            last = placed[-1]
            said = orjson.loads(last.entry.raw)["ledger"]
            after = Head(last.offset, last.entry.pos, last.entry.id, said["reg"], said["at"])
            self._writer.take(before, after, [row_of(p) for p in placed])
            self.settle()
            before = after
            found.update(p.entry.id for p in placed)
        self._read_to_end = True
        self.reader.log.seek(self.reader.next_offset)
        return found

    def settle(self) -> None:
        """Wait until the index holds every batch. Raises `OperationalError` while the database is away."""
        try:
            self._writer.settle()
        except OperationalError:
            self._read_to_end = False
            raise

    # -- the library's reads -------------------------------------------------------------------------------------

    def select_events(
        self,
        originator_id: UUID | str,
        *,
        gt: int | None = None,
        lte: int | None = None,
        desc: bool = False,
        limit: int | None = None,
    ) -> Sequence[StoredEvent]:
        """The events of a stream, by version."""
        self._prepare_read()
        where, values = "stream = %s", [str(originator_id)]
        bounds: list[Any] = []
        for clause, bound in ((" AND n > %s", gt), (" AND n <= %s", lte)):
            if bound is not None:
                where, bounds = where + clause, [*bounds, bound]
        found = self.index.select(where, [*values, *bounds], "n DESC" if desc else "n", limit)
        return [unwrap(row) for row in found]

    def select_notifications(
        self,
        start: int | None,
        limit: int,
        stop: int | None = None,
        topics: Sequence[str] = (),
        *,
        inclusive_of_start: bool = True,
    ) -> Sequence[Notification]:
        """Entries from a position on. The genesis entry is no notification."""
        self._prepare_read()
        where, values = "pos > %s", [max(0, (start or 0) - (1 if inclusive_of_start and start else 0))]
        extra: list[Any] = []
        if stop is not None:
            where, extra = where + " AND pos <= %s", [*extra, stop]
        if topics:
            where, extra = where + " AND type = ANY(%s)", [*extra, list(topics)]
        return [_notification(row) for row in self.index.select(where, [*values, *extra], "pos", limit)]

    def max_notification_id(self) -> int | None:
        """The position of the last entry, None when there is none but genesis."""
        self._prepare_read()
        pos = self.index.head().head.pos
        return pos if pos > 0 else None

    def subscribe(self, gt: int | None = None, topics: Sequence[str] = ()) -> IndexSubscription:
        """Notifications as they come."""
        self._prepare_read()
        return IndexSubscription(self, self._listen_url, gt=gt, topics=topics)

    def _prepare_read(self) -> None:
        if self.index.log < 0:
            self.index.open(self._facts.id)
        self._writer.settle()


class LedgerAggregateRecorder(LedgerRecorder):
    """The same log for callers that want no positions back (the library's `AggregateRecorder`)."""

    def insert_events(self, stored_events: Sequence[StoredEvent], **kwargs: Any) -> None:
        """Append the events as one batch."""
        super().insert_events(stored_events, **kwargs)


def _notification(row: Row) -> Notification:
    event = unwrap(row)
    return Notification(
        originator_id=event.originator_id,
        originator_version=event.originator_version,
        topic=event.topic,
        state=event.state,
        id=row.pos,
    )
