"""The index is written behind each batch in a thread of its own, in order, at most one batch behind.

The ledger is the truth: a batch that the index could not take is no lost batch, and reading on catches it up. Called by
the recorder alone.
"""

from __future__ import annotations

from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor

import orjson
from eventsourcing.persistence import OperationalError

from domain import outcome
from domain.record.chain import Head, Placed
from infra.index import Index, Row


class IndexWriter:
    """Takes (head before, head after, rows) and writes them. Not shared between threads, but for its own."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self._jobs: deque[tuple[Head, Head, list[Row]]] = deque()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="index")
        self._writing: Future[None] | None = None

    def take(self, before: Head, after: Head, rows: list[Row]) -> None:
        """Write this batch while the next is being judged. Raises `OperationalError` when the one before failed."""
        self.settle()
        self._jobs.append((before, after, rows))
        self._writing = self._thread.submit(self._write)

    def settle(self) -> None:
        """Wait until the index holds every batch. Raises `OperationalError` while the database is away."""
        writing = self._writing
        if writing is not None:
            try:
                writing.result()
            finally:
                if self._writing is writing:
                    self._writing = None

    def clear(self) -> None:
        """Forget what could not be written: it will be read from the log again."""
        writing, self._writing = self._writing, None
        if writing is not None:
            writing.exception()
        self._jobs.clear()

    def close(self) -> None:
        """End the thread when it has written."""
        self._thread.shutdown()

    def _write(self) -> None:
        while self._jobs:
            before, after, rows = self._jobs[0]
            if not self._index.advance(before, after, rows) and self._index.head().head.pos < after.pos:
                raise OperationalError("the index stands elsewhere; it must be read again")
            self._jobs.popleft()


def row_of(placed: Placed) -> Row:
    """The index row of an entry that was read from the log."""
    body = placed.entry.body
    said = outcome.describe(orjson.loads(body))
    return Row(placed.entry.pos, placed.offset, said.stream, said.n, said.type, said.src, body)
