"""The index gives random access to the record in PostgreSQL; a batch and the head that it leads to are one transaction.

The head moves by compare-and-set, so that a stale process changes nothing. The index holds no truth: it is caught up
from Kafka, commits without waiting for the disk, and the recorder is its only writer. Streams that links join are found
through `party_case`, which is written with the entries that propose the links. `NOTIFY tamga_entries` tells
listeners `<log>:<pos>:<src>` with every batch.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

import orjson
import psycopg
from eventsourcing.persistence import OperationalError
from psycopg_pool import ConnectionPool, PoolTimeout

from domain.catalogue import by_name
from domain.record.chain import ORIGIN, Head
from domain.submission import payload_of

CHANNEL = "tamga_entries"


class IndexHead(NamedTuple):
    """A log's head as stored: the chain's head, the last judged submission, the desk's version, the topic's id."""

    log: int
    head: Head
    src: int
    desk: int
    topic_id: str


class Row(NamedTuple):
    """One entry of the index."""

    pos: int
    offset: int
    stream: str
    n: int
    type: str
    src: int | None
    body: bytes


def open_pool(url: str, *, size: int = 4) -> ConnectionPool[psycopg.Connection[Any]]:
    """A pool of connections; a caller waits at most 5 s for one."""
    pool: ConnectionPool[psycopg.Connection[Any]] = ConnectionPool(
        url,
        min_size=1,
        max_size=size,
        open=False,
        timeout=5.0,
        reconnect_timeout=5.0,
        check=ConnectionPool.check_connection,
        # What consumers write can be read again from Kafka, so nobody waits for the database's disk.
        kwargs={"autocommit": True, "options": "-c synchronous_commit=off"},
    )
    pool.open()
    return pool


class Index:
    """The index of one log (topic and partition)."""

    def __init__(self, pool: ConnectionPool[psycopg.Connection[Any]], topic: str, partition: int) -> None:
        self._pool, self.topic, self.partition = pool, topic, partition
        self.log = -1
        self._reached = -1

    def open(self, topic_id: str) -> IndexHead:
        """The stored head, made on first use."""
        with self._connection() as c:
            c.execute(
                "INSERT INTO log (topic, partition, topic_id, entry_id) VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING",
                (self.topic, self.partition, topic_id, ORIGIN.id),
            )
        found = self.head()
        self._reached = found.head.pos
        return found

    def head(self) -> IndexHead:
        """The stored head. Raises `OperationalError`."""
        with self._connection() as c:
            row = c.execute(
                'SELECT id, "offset", pos, entry_id, reg, at, src, desk, topic_id FROM log'
                " WHERE topic = %s AND partition = %s",
                (self.topic, self.partition),
            ).fetchone()
        if row is None:
            raise OperationalError("the log has no index yet")
        self.log = row[0]
        return IndexHead(row[0], Head(*row[1:6]), row[6], row[7], row[8])

    def advance(self, before: Head, after: Head, rows: Sequence[Row]) -> bool:
        """Add the rows and move the head from `before` to `after`; False when the head is not `before`."""
        body = b"".join(row.body for row in rows)
        with self._connection() as c:
            moved = c.execute(_ADVANCE, (_said(self.log, before, after, rows), body), binary=True).fetchone()
        if moved is None:
            return False
        self._reached = after.pos
        return True

    def versions(self, streams: Sequence[str]) -> dict[str, int]:
        """The last version of each stream that has one."""
        sql = "SELECT stream, max(n) FROM entry WHERE log = %s AND stream = ANY(%s) GROUP BY stream"
        with self._connection() as c:
            return dict(c.execute(sql, (self.log, list(streams))).fetchall())

    def taken(self, pairs: Sequence[tuple[str, int]]) -> bool:
        """Is one of the (stream, n) pairs there?"""
        sql = (
            "SELECT EXISTS (SELECT FROM entry JOIN unnest(%s::text[], %s::bigint[]) AS p(stream, n) USING (stream, n)"
            " WHERE log = %s)"
        )
        streams, versions = [p[0] for p in pairs], [p[1] for p in pairs]
        with self._connection() as c:
            found = c.execute(sql, (streams, versions, self.log)).fetchone()
        return bool(found and found[0])

    def streams(self, streams: Sequence[str]) -> Mapping[str, list[tuple[int, bytes]]]:
        """(pos, body) of every entry of each stream, in order: the states of a whole batch in one query.

        Raises `OperationalError` too when a crash of the database took back what was written without waiting for its
        disk: what these streams are is then known to the log alone.
        """
        sql = "SELECT stream, pos, body FROM entry WHERE log = %s AND stream = ANY(%s) ORDER BY pos"
        found: dict[str, list[tuple[int, bytes]]] = {}
        reached = self._reached  # read first: the thread that writes moves it meanwhile
        with self._connection() as c:
            at = c.execute("SELECT pos FROM log WHERE id = %s", (self.log,)).fetchone()
            if at is None or at[0] < reached:
                raise OperationalError("the index stands further back than it did; it must be read again")
            for stream, pos, body in c.execute(sql, (self.log, list(streams)), binary=True):
                found.setdefault(stream, []).append((pos, body))
        return found

    def history(self, stream: str) -> list[tuple[int, bytes]]:
        """(pos, body) of everything that was said of a stream, in order: its entries, and refusals that named it."""
        sql = "SELECT pos, body FROM entry WHERE log = %s AND (stream = %s OR about = %s) ORDER BY pos"
        with self._connection() as c:
            return list(c.execute(sql, (self.log, stream, stream), binary=True).fetchall())

    def linked(self, streams: Sequence[str]) -> Mapping[str, list[tuple[int, bytes]]]:
        """(pos, body) of every entry of each stream and of all that links lead to from there, in order: over all
        partitions, each as far as its index reaches."""
        found: dict[str, list[tuple[int, bytes]]] = {}
        with self._connection() as c:
            for stream, pos, body in c.execute(_LINKED, (list(streams), self.topic), binary=True):
                found.setdefault(stream, []).append((pos, body))
        return found

    def select(self, where: str, values: Sequence[Any], order: str, limit: int | None) -> list[Row]:
        """Rows by a fixed clause of this program (never of a user)."""
        sql = (
            f'SELECT pos, "offset", stream, n, type, src, body FROM entry WHERE log = %s AND {where} ORDER BY {order}'
            " LIMIT %s"
        )
        with self._connection() as c:
            found = c.execute(sql.encode(), (self.log, *values, limit), binary=True).fetchall()
        return [Row(*row) for row in found]

    @contextmanager
    def _connection(self) -> Any:
        try:
            with self._pool.connection() as connection:
                yield connection
        except (psycopg.OperationalError, psycopg.InterfaceError, PoolTimeout) as error:
            raise OperationalError(f"index: {type(error).__name__}") from error


def _said(log: int, before: Head, after: Head, rows: Sequence[Row]) -> str:
    """What `_ADVANCE` reads: the move of the head, and the rows, each with where its body begins and how long it is."""
    start, listed = 1, []
    for row in rows:
        pos, offset, stream, n, type_, src, body = row
        listed.append((pos, offset, stream, n, type_, src, _about(row), start, len(body), _cases(row)))
        start += len(body)
    return orjson.dumps(
        {
            "log": log,
            "from_pos": before.pos,
            "from_id": before.id,
            **after._asdict(),
            "src": max((row.src for row in rows if row.src is not None), default=-1),
            "desk": max((row.n for row in rows if row.stream.startswith("desk/")), default=0),
            "rows": [dict(zip(_ROW, each, strict=True)) for each in listed],
        }
    ).decode()


def _about(row: Row) -> str | None:
    """The stream that a refused submission of a known sender named."""
    if not row.type.startswith(_REFUSED):
        return None
    refused = orjson.loads(row.body)["outcome"]["refused"]
    return refused.get("stream") if "publisher" in refused else None


def _cases(row: Row) -> tuple[str, str] | None:
    """The cases that a proposed link of a party names."""
    if row.type != _LINK_PROPOSED:
        return None
    data = payload_of(orjson.loads(row.body)["jws"])["data"]
    return data["case_a"], data["case_b"]


_LINK_PROPOSED = by_name["party.LinkProposed"].wire
_REFUSED = "outcome.refused."
_LINKED = """
WITH RECURSIVE reached (stream) AS (
    SELECT unnest(%s::text[])
    UNION
    SELECT beyond.stream FROM reached, LATERAL (
        SELECT case_id FROM party_case WHERE party = reached.stream
        UNION ALL
        SELECT party FROM party_case WHERE case_id = reached.stream
    ) AS beyond (stream)
)
SELECT entry.stream, entry.pos, entry.body
FROM reached JOIN log ON topic = %s JOIN entry ON entry.log = log.id AND entry.stream = reached.stream
ORDER BY entry.log, entry.pos
"""
_ROW = ("pos", "offset", "stream", "n", "type", "src", "about", "start", "size", "cases")
_ADVANCE = b"""
WITH said AS (
    SELECT * FROM json_to_record(%s::json) AS said (
        log integer, from_pos bigint, from_id text, "offset" bigint, pos bigint, id text, reg bigint, at text,
        src bigint, desk bigint, rows json)
), moved AS (
    UPDATE log SET "offset" = said."offset", pos = said.pos, entry_id = said.id, reg = said.reg, at = said.at,
                   src = greatest(log.src, said.src), desk = greatest(log.desk, said.desk)
    FROM said WHERE log.id = said.log AND log.pos = from_pos AND entry_id = from_id
    RETURNING log.id, log.pos, log.src
), added AS (
    SELECT moved.id AS log, row.*
    FROM moved, said, json_to_recordset(said.rows) AS row (
        pos bigint, "offset" bigint, stream text, n bigint, type text, src bigint, about text,
        start integer, size integer, cases json)
), entries AS (
    INSERT INTO entry (log, pos, "offset", stream, n, type, src, about, body)
    SELECT log, pos, "offset", stream, n, type, src, about, substring(%b FROM start FOR size) FROM added
), links AS (
    INSERT INTO party_case (log, party, case_id)
    SELECT log, stream, json_array_elements_text(cases) FROM added WHERE cases IS NOT NULL ON CONFLICT DO NOTHING
)
SELECT pg_notify('tamga_entries', id || ':' || pos || ':' || src) FROM moved
"""
"""One statement, so that a batch costs one way there and back however small it is; all bodies travel as one value."""
