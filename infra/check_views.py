"""A view is right when it equals a fresh fold of the record at the heads where it stands: row by row, and by hash.

The rows and heads of all views are read in one snapshot, then the record is folded from Kafka up to those heads; the
projector may go on meanwhile. The hash is SHA-256 over the rows in the order of their keys, so two installations can
compare a view in one line. Used by `tamga check-views`, the demo and the tests.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256

import orjson

from infra import bootstrap, view_tables
from infra.fresh_fold import fold_record
from infra.view_tables import Connection
from projections.all_views import VIEWS
from projections.engine import Key, Row, View

SHOWN = 20


@dataclass(frozen=True)
class Live:
    """A view as readers see it: its rows by key, the position per partition, how many entries are parked."""

    rows: dict[Key, Row]
    heads: dict[int, int]
    parked: int


@dataclass(frozen=True)
class ViewCheck:
    """One view compared: hashes of both sides, keys that differ (at most 20 of each kind are named)."""

    view: str
    rows: int
    hash: str
    fresh_hash: str
    missing: list[Key]
    extra: list[Key]
    different: list[Key]
    parked: int
    heads: dict[int, int]

    @property
    def holds(self) -> bool:
        """Are both sides the same, and was everything folded?"""
        return self.hash == self.fresh_hash and not (self.missing or self.extra or self.different or self.parked)


def check_views(
    world: bootstrap.World, names: Sequence[str], progress: Callable[[int, int], None] | None = None
) -> list[ViewCheck]:
    """Compare the views that there are. Raises `CannotFoldError`, `LogFault`, `LogAway`."""
    with world.pool.connection() as c, c.transaction():
        c.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        found = {name: live for name in names if (live := _live(c, VIEWS[name])) is not None}
    limits = next((live.heads for live in found.values()), {})
    folded = fold_record(world, tuple(found), limits=limits, progress=progress)
    return [
        compare(VIEWS[name], live, by_key(VIEWS[name], (row for part in folded for row in part.rows[name])))
        for name, live in found.items()
    ]


def by_key(view: View, rows: Iterable[Row]) -> dict[Key, Row]:
    """Rows by their key, in the order of the keys."""
    return {row[: view.keys]: tuple(row) for row in sorted(rows, key=lambda r: tuple(r[: view.keys]))}


def digest(rows: dict[Key, Row]) -> str:
    """SHA-256 over the rows, each as a JSON array and a newline."""
    found = sha256()
    for row in rows.values():
        found.update(orjson.dumps(row) + b"\n")
    return found.hexdigest()


def compare(view: View, live: Live, fresh: dict[Key, Row]) -> ViewCheck:
    """What differs between the live rows and the fresh ones."""
    missing = [key for key in fresh if key not in live.rows]
    extra = [key for key in live.rows if key not in fresh]
    different = [key for key, row in fresh.items() if key in live.rows and live.rows[key] != row]
    return ViewCheck(
        view=view.name,
        rows=len(live.rows),
        hash=digest(live.rows),
        fresh_hash=digest(fresh),
        missing=missing[:SHOWN],
        extra=extra[:SHOWN],
        different=different[:SHOWN],
        parked=live.parked,
        heads=live.heads,
    )


def _live(c: Connection, view: View) -> Live | None:
    """The view's rows and heads in the snapshot; None before the projector has made it."""
    table = view_tables.live(c, view)
    if table is None:
        return None
    heads = c.execute("SELECT partition, pos FROM view_head WHERE table_name = %s", (table.table,)).fetchall()
    parked = c.execute("SELECT count(*) FROM parked WHERE table_name = %s", (table.table,)).fetchone()
    return Live(by_key(view, table.rows(c)), dict(heads), parked[0] if parked else 0)
