"""A view's table is versioned by its row model; rows and the head that they stand at change in one transaction.

A batch asks for all rows that it needs of several views at once, and writes all that it has changed at once: what costs
is the way to the database and back, not the statement.

The SQL view of the same name is what readers use; a rebuild fills a table beside it and switches the SQL view. Heads
move by compare-and-set, so that a stale projector loses. Used by the projector, by rebuilds and by checks.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import orjson
import psycopg

from consumers.projector import Folded, Move, NotFolded
from domain.record.chain import Head, Placed
from infra import row_security
from projections.engine import Group, Key, Row, View, columns, model_hash, parsed, written

Connection = psycopg.Connection[Any]
CHANNEL = "tamga_views"
"""Notified with every batch of a partition: `<partition>:<position>`."""
OPENING_LOCK = 7266
"""Advisory lock of whoever makes or switches a view's table."""


WRITTEN_AT_ONCE = 2000
"""Rows in one statement."""


class StaleProjectorError(Exception):
    """Another process has moved the view's head or switched its table."""


class ViewTable:
    """The table of one view (of one generation)."""

    def __init__(self, view: View, table: str) -> None:
        self.view, self.table = view, table
        self.columns = columns(view)
        self._names = ", ".join(name for name, _ in self.columns)
        self._keys = ", ".join(name for name, _ in self.columns[: view.keys])
        self._group_at = [name for name, _ in self.columns].index(view.group)
        self._load = f"SELECT {self._names} FROM {table} WHERE {view.group} = ANY(%s)".encode()
        self._write = _write(table, self.columns, view.keys).encode()

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
        keys = [name for name, _ in self.columns[: self.view.keys]]
        whose = ["agency"] if getattr(self.view, "reads", "") == "case" else []
        for name in getattr(self.view, "indexed", ()):
            # '' is what nobody looks for: most rows. Lists go through an agency's rows by it, and then by their keys.
            order = ", ".join((*whose, name, *(key for key in keys if key not in (*whose, name))))
            c.execute(f"CREATE INDEX ON {self.table} ({order}) WHERE {name} > ''".encode())

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
        return self.loaded(self.asked(c, groups), groups)

    def asked(self, c: Connection, groups: Sequence[str]) -> psycopg.Cursor[Any]:
        """The query for every row of the groups; `loaded` makes folds' rows of its answer."""
        return c.execute(self._load, (list(groups),), binary=True)

    def loaded(self, answer: psycopg.Cursor[Any], groups: Sequence[str]) -> dict[str, Group]:
        """The groups as the folds see them; one that has no rows is empty."""
        found: dict[str, Group] = {g: {} for g in groups}
        at, keys = self._group_at, self.view.keys
        for row in answer:
            found[row[at]][row[:keys]] = row
        return {name: parsed(self.view, rows) for name, rows in found.items()}

    def write(self, c: Connection, rows: Sequence[Row]) -> None:
        """Add rows, or put them in the place of those of the same keys."""
        for i in range(0, len(rows), WRITTEN_AT_ONCE):
            part = written(self.view, rows[i : i + WRITTEN_AT_ONCE])
            c.execute(self._write, (orjson.dumps(part, default=tuple).decode(),))

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
        """Add many rows that the table does not hold."""
        if not rows:
            return
        statement = f"COPY {self.table} ({self._names}) FROM STDIN (FORMAT BINARY)".encode()
        with c.cursor() as cursor, cursor.copy(statement) as copy:
            copy.set_types([kind for _, kind in self.columns])
            for row in written(self.view, rows):
                copy.write_row(row)

    def park(self, c: Connection, parked: Iterable[NotFolded]) -> None:
        """Keep what could not be folded."""
        for each in parked:
            c.execute(
                "INSERT INTO parked (table_name, stream, partition, pos, reason) VALUES (%s, %s, %s, %s, %s)"
                " ON CONFLICT DO NOTHING",
                (self.table, *each),
            )

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


def _write(table: str, columns: Sequence[tuple[str, str]], keys: int) -> str:
    """One statement for rows that are given as one JSON array of arrays."""
    names = ", ".join(name for name, _ in columns)
    values = ", ".join(f"(row->>{at})::{kind}" for at, (_, kind) in enumerate(columns))
    changes = ", ".join(f"{name} = excluded.{name}" for name, _ in columns[keys:])
    return (
        f"INSERT INTO {table} ({names}) SELECT {values} FROM jsonb_array_elements(%s::jsonb) AS row"
        f" ON CONFLICT ({', '.join(name for name, _ in columns[:keys])}) DO UPDATE SET {changes}"
    )


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


def load(c: Connection, wanted: Mapping[ViewTable, Sequence[str]]) -> dict[ViewTable, dict[str, Group]]:
    """Every row of these groups of several tables, in one round trip."""
    with c.pipeline():
        asked = {table: table.asked(c, groups) for table, groups in wanted.items() if groups}
    return {table: table.loaded(answer, wanted[table]) for table, answer in asked.items()}


def save(c: Connection, batch: Folded) -> None:
    """Write what a batch has changed and move the heads from where each stood, in one round trip; raises
    `StaleProjectorError` when one stands elsewhere."""
    with c.pipeline():
        for table, gone, rows, parked in batch.changes:
            table.remove(c, gone)
            table.write(c, rows)
            table.park(c, parked)
        moved = [_moved(c, each) for each in batch.moves]
    for each, found in zip(batch.moves, moved, strict=True):
        if found.rowcount != len(each.before):
            raise StaleProjectorError(f"a view of partition {each.partition} was moved or switched by another process")


def _moved(c: Connection, each: Move) -> psycopg.Cursor[Any]:
    stood = (list(each.before), [h.pos for h in each.before.values()], [h.id for h in each.before.values()])
    c.execute("SELECT pg_notify(%s, %s)", (CHANNEL, f"{each.partition}:{each.after.pos}"))
    return c.execute(
        'UPDATE view_head SET "offset" = %s, pos = %s, entry_id = %s, reg = %s, at = %s, moved_at = now()'
        " FROM unnest(%s::text[], %s::bigint[], %s::text[]) AS stood(name, pos, entry_id)"
        " WHERE table_name = stood.name AND partition = %s"
        " AND view_head.pos = stood.pos AND view_head.entry_id = stood.entry_id",
        (*each.after, *stood, each.partition),
    )


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
