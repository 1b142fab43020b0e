"""A view's table is versioned by its row model; rows and the head that they stand at change in one transaction.

The SQL view of the same name is what readers use; a rebuild fills a table beside it and switches the SQL view. Heads
move by compare-and-set, so that a stale projector loses. Used by the projector, by rebuilds and by checks.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from weakref import WeakSet

import orjson
import psycopg

from domain.record.chain import Head, Placed
from infra import row_security
from projections.engine import Group, Key, Parked, Row, View, columns, model_hash, parsed, written

Connection = psycopg.Connection[Any]
CHANNEL = "tamga_views"
"""Notified with every batch of a partition: `<partition>:<position>`."""
OPENING_LOCK = 7266
"""Advisory lock of whoever makes or switches a view's table."""


class StaleProjectorError(Exception):
    """Another process has moved the view's head or switched its table."""


class ViewTable:
    """The table of one view (of one generation)."""

    def __init__(self, view: View, table: str) -> None:
        self.view, self.table = view, table
        self.columns = columns(view)
        self._prepared: WeakSet[Connection] = WeakSet()
        self._names = ", ".join(name for name, _ in self.columns)
        self._keys = ", ".join(name for name, _ in self.columns[: view.keys])

    def create(self, c: Connection, topic_id: str, partitions: int, origin: Head) -> None:
        """Make the table, without its keys, and its heads at the beginning of the record."""
        definitions = ", ".join(f"{name} {kind} NOT NULL" for name, kind in self.columns)
        # Rows are rewritten with every event of their case: room in the page, and no compression each time.
        c.execute(f"CREATE TABLE {self.table} ({definitions}) WITH (fillfactor = 70)".encode())
        for name, kind in self.columns[self.view.keys :]:
            if kind == "text":
                c.execute(f"ALTER TABLE {self.table} ALTER COLUMN {name} SET STORAGE EXTERNAL".encode())
        row_security.protect(c, self.view, self.table)
        self.reset_heads(c, topic_id, partitions, origin)

    def add_keys(self, c: Connection) -> None:
        """The primary key and the index by group: what a table needs before rows can be replaced in it."""
        c.execute(f"ALTER TABLE {self.table} ADD PRIMARY KEY ({self._keys})".encode())
        if self.view.group != self.columns[0][0]:
            c.execute(f"CREATE INDEX ON {self.table} ({self.view.group})".encode())
        if getattr(self.view, "appends", False):
            # Feeds go through them in the order of positions.
            c.execute(f"CREATE INDEX ON {self.table} (partition, pos)".encode())
        whose = "agency, " if getattr(self.view, "reads", "") == "case" else ""
        for name in getattr(self.view, "indexed", ()):
            # '' is what nobody looks for: most rows.
            c.execute(f"CREATE INDEX ON {self.table} ({whose}{name}) WHERE {name} > ''".encode())

    def reset_heads(self, c: Connection, topic_id: str, partitions: int, origin: Head) -> None:
        """Heads at the beginning of the record."""
        for partition in range(partitions):
            c.execute(
                "INSERT INTO view_head VALUES (%s, %s, %s, %s, %s, %s, %s, %s)",
                (self.table, partition, topic_id, *origin),
            )

    def head(self, c: Connection, partition: int) -> tuple[str, Head]:
        """(topic id, head) of one partition."""
        row = c.execute(
            'SELECT topic_id, "offset", pos, entry_id, reg, at FROM view_head WHERE table_name = %s AND partition = %s',
            (self.table, partition),
        ).fetchone()
        if row is None:
            raise StaleProjectorError(f"{self.table} is gone")
        return row[0], Head(*row[1:])

    def load(self, c: Connection, groups: Sequence[str]) -> dict[str, Group]:
        """Every row of the groups as the folds see it, in one query."""
        found: dict[str, Group] = {g: {} for g in groups}
        if groups:
            sql = f"SELECT {self._names} FROM {self.table} WHERE {self.view.group} = ANY(%s)"
            at = [name for name, _ in self.columns].index(self.view.group)
            for row in c.execute(sql.encode(), (list(groups),), binary=True):
                found[row[at]][row[: self.view.keys]] = row
        return {name: parsed(self.view, rows) for name, rows in found.items()}

    def write(self, c: Connection, rows: Sequence[Row]) -> None:
        """Replace rows: copied into a temporary table, put in place with one statement."""
        if not rows:
            return
        new = f"new_{self.table}"
        changes = ", ".join(f"{name} = excluded.{name}" for name, _ in self.columns[self.view.keys :])
        if c not in self._prepared:
            c.execute(f"CREATE TEMP TABLE IF NOT EXISTS {new} (LIKE {self.table}) ON COMMIT DELETE ROWS".encode())
            self._prepared.add(c)
        self._copy(c, new, rows)
        c.execute(
            f"INSERT INTO {self.table} ({self._names}) SELECT {self._names} FROM {new}"
            f" ON CONFLICT ({self._keys}) DO UPDATE SET {changes}".encode()
        )

    def remove(self, c: Connection, gone: Sequence[Key]) -> None:
        """Remove rows by their keys."""
        if gone:
            named = self.columns[: self.view.keys]
            lists = ", ".join(f"%s::{kind}[]" for _, kind in named)
            c.execute(
                f"DELETE FROM {self.table} USING unnest({lists}) AS gone({self._keys})"
                f" WHERE {' AND '.join(f'{self.table}.{name} = gone.{name}' for name, _ in named)}".encode(),
                [list(column) for column in zip(*gone, strict=True)],
            )

    def copy(self, c: Connection, rows: Sequence[Row]) -> None:
        """Add rows that the table does not hold."""
        if rows:
            self._copy(c, self.table, rows)

    def _copy(self, c: Connection, table: str, rows: Sequence[Row]) -> None:
        statement = f"COPY {table} ({self._names}) FROM STDIN (FORMAT BINARY)".encode()
        with c.cursor() as cursor, cursor.copy(statement) as copy:
            copy.set_types([kind for _, kind in self.columns])
            for row in written(self.view, rows):
                copy.write_row(row)

    def park(self, c: Connection, partition: int, parked: Parked) -> None:
        """Keep what could not be folded."""
        for stream, pos, reason in parked.fresh:
            c.execute(
                "INSERT INTO parked (table_name, stream, partition, pos, reason) VALUES (%s, %s, %s, %s, %s)"
                " ON CONFLICT DO NOTHING",
                (self.table, stream, partition, pos, reason),
            )
        parked.fresh.clear()

    def parked(self, c: Connection) -> set[str]:
        """Streams that are parked."""
        return {r[0] for r in c.execute("SELECT DISTINCT stream FROM parked WHERE table_name = %s", (self.table,))}

    def skipped(self, c: Connection, partition: int) -> frozenset[int]:
        """Positions that somebody has decided to leave out of this view."""
        found = c.execute("SELECT pos FROM skipped WHERE view = %s AND partition = %s", (self.view.name, partition))
        return frozenset(pos for (pos,) in found)

    def rows(self, c: Connection) -> Iterable[Row]:
        """Every row as the table holds it, ordered by key (for checks)."""
        return c.execute(f"SELECT {self._names} FROM {self.table} ORDER BY {self._keys}".encode())

    def drop(self, c: Connection) -> None:
        """Remove the table and what is kept for it."""
        for name in ("view_head", "parked"):
            c.execute(f"DELETE FROM {name} WHERE table_name = %s".encode(), (self.table,))
        c.execute(f"DROP TABLE IF EXISTS {self.table}".encode())


def skipped(c: Connection, partition: int) -> dict[str, frozenset[int]]:
    """Positions that somebody has decided to leave out, by view."""
    found: dict[str, set[int]] = {}
    for view, pos in c.execute("SELECT view, pos FROM skipped WHERE partition = %s", (partition,)):
        found.setdefault(view, set()).add(pos)
    return {view: frozenset(positions) for view, positions in found.items()}


def head_of(placed: Sequence[Placed]) -> Head:
    """The head behind a batch of effective entries."""
    last = placed[-1]
    said = orjson.loads(last.entry.raw)["ledger"]
    return Head(last.offset, last.entry.pos, last.entry.id, said["reg"], said["at"])


def move(c: Connection, partition: int, before: dict[str, Head], after: Head) -> None:
    """Move the heads of tables from where each stood; raises `StaleProjectorError` when one stands elsewhere."""
    moved = c.execute(
        'UPDATE view_head SET "offset" = %s, pos = %s, entry_id = %s, reg = %s, at = %s, moved_at = now()'
        " FROM unnest(%s::text[], %s::bigint[], %s::text[]) AS stood(name, pos, entry_id)"
        " WHERE table_name = stood.name AND partition = %s"
        " AND view_head.pos = stood.pos AND view_head.entry_id = stood.entry_id",
        (*after, list(before), [h.pos for h in before.values()], [h.id for h in before.values()], partition),
    )
    if moved.rowcount != len(before):
        raise StaleProjectorError(f"a view of partition {partition} was moved or switched by another process")
    c.execute("SELECT pg_notify(%s, %s)", (CHANNEL, f"{partition}:{after.pos}"))


def heads(c: Connection) -> dict[str, dict[int, Head]]:
    """Where the tables that readers see stand: {view: {partition: head}}."""
    found: dict[str, dict[int, Head]] = {}
    for name, partition, *head in c.execute(
        'SELECT name, partition, "offset", pos, entry_id, reg, at FROM view_head JOIN view USING (table_name)'
    ):
        found.setdefault(name, {})[partition] = Head(*head)
    return found


def live(c: Connection, view: View) -> ViewTable | None:
    """The table that readers see now, None before the first one."""
    row = c.execute("SELECT table_name FROM view WHERE name = %s", (view.name,)).fetchone()
    return ViewTable(view, row[0]) if row else None


def new_table(c: Connection, view: View) -> ViewTable:
    """A table beside the live one: the same row model, the next generation."""
    row = c.execute("SELECT nextval('view_generation')").fetchone()
    assert row is not None
    return ViewTable(view, f"{view.name}_{model_hash(view)}_{row[0]}")


def rename(c: Connection, table: ViewTable) -> ViewTable:
    """Give a table the name of the next generation, and all that is kept for it: whoever has it open looks anew."""
    new = new_table(c, table.view)
    c.execute(f"ALTER TABLE {table.table} RENAME TO {new.table}".encode())
    for name in ("view_head", "parked", "view"):
        c.execute(f"UPDATE {name} SET table_name = %s WHERE table_name = %s".encode(), (new.table, table.table))
    return new


def leftovers(c: Connection, view: View) -> list[ViewTable]:
    """Tables of the view that no reader ever saw: what a rebuild that was killed has left."""
    found = c.execute(
        "SELECT DISTINCT table_name FROM view_head WHERE table_name ~ %s"
        " AND table_name NOT IN (SELECT table_name FROM view)",
        (f"^{view.name}_[0-9a-f]{{8}}_[0-9]+$",),
    )
    return [ViewTable(view, name) for (name,) in found.fetchall()]


def publish(c: Connection, table: ViewTable) -> None:
    """Let readers see this table under the view's name."""
    row_security.show(c, table.view, table.table)
    c.execute(
        "INSERT INTO view (name, table_name) VALUES (%s, %s)"
        " ON CONFLICT (name) DO UPDATE SET table_name = excluded.table_name, built_at = now()",
        (table.view.name, table.table),
    )
