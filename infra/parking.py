"""A case that a view could not fold is tried again from its first entry, and an entry is left out only by decision.

A retry holds the projector back, folds what was said of the case again up to where the view stands, and gives the table
a new name: the projector finds it gone, and opens the new one without the parked case. What still cannot be folded is
parked again. A decision to skip names who took it and why; projector, rebuilds and checks honour it. Used by
`tamga park`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from psycopg import sql

from consumers.projector import NotFolded
from domain.partition import partition_of
from infra import view_tables
from infra.bootstrap import World
from infra.case_history import OF_A_STREAM, said_of
from infra.rebuild import only_one
from infra.view_tables import Connection, ViewTable
from projections.all_views import NEEDS_ROOMS, ROOMS, VIEWS, with_rooms
from projections.engine import BEHIND, Group, Parked, fold
from projections.entry import Entry, read_body


class ParkError(Exception):
    """What was asked cannot be done; the message says why."""


class ParkedCase(NamedTuple):
    """A case that stands still in a view: its first entry that could not be folded, why, and how many follow."""

    view: str
    case: str
    position: str
    reason: str
    entries: int
    since: str


class ParkedEntry(NamedTuple):
    """An entry that is not in a view."""

    view: str
    position: str
    reason: str


class SkippedEntry(NamedTuple):
    """An entry that is left out of a view, as somebody has decided."""

    view: str
    position: str
    reason: str
    said_by: str
    at: str


class Retried(NamedTuple):
    """A view of a case after a retry; `parked` is the position that still cannot be folded, '' when none is left."""

    view: str
    rows: int
    parked: str
    reason: str


def parked_cases(c: Connection) -> list[ParkedCase]:
    """Every case that stands still in a view that readers see."""
    return [ParkedCase(*row) for row in c.execute(_CASES)]


def parked_entries(c: Connection, case: str) -> list[ParkedEntry]:
    """Every entry of a case that is not in a view."""
    return [ParkedEntry(*row) for row in c.execute(_ENTRIES, (case,))]


def skipped_entries(c: Connection, case: str = "") -> list[SkippedEntry]:
    """Every entry that somebody has decided to leave out, of one case or of all."""
    return [SkippedEntry(*row) for row in c.execute(_SKIPPED, (case, case))]


def skip(world: World, case: str, *, reason: str, by: str, view: str = "") -> list[Retried]:
    """Leave out the entries at which the case stands still, and go on behind them. Raises `ParkError`."""
    with world.pool.connection() as c:
        stuck = c.execute(_STUCK, (case, BEHIND, view, view)).fetchall()
        if not stuck:
            raise ParkError(_nowhere(case, view))
        with c.transaction():
            for name, partition, pos in stuck:
                c.execute(_SKIP, (name, partition, pos, case, reason, by))
    return retry(world, case, view=view)


def retry(world: World, case: str, *, view: str = "") -> list[Retried]:
    """Fold the case again in the views in which it stands still, or in one of them. Raises `ParkError`, `RebuildError`
    while one of them is being rebuilt."""
    with world.pool.connection() as c:
        names = _views(c, case, view)
        with only_one(c, names), c.transaction():
            tables = _held(c, names)
            head = tables[0].head(c, partition_of(case, world.registry.registry.partitions))[1]
            entries = _entries(world, case, head.pos)
            found = _fold(c, tables, entries, case)
            for table in tables:
                view_tables.rename(c, table)
            return found


def _views(c: Connection, case: str, view: str) -> tuple[str, ...]:
    """The views to fold again: where the rooms stand still, all that fold what the rooms say go with them."""
    parked = {name for (name,) in c.execute(_WHERE, (case,))}
    names = parked & {view} if view else parked
    if not names:
        raise ParkError(_nowhere(case, view))
    if ROOMS in parked and names & {ROOMS, *NEEDS_ROOMS}:
        names |= parked & {ROOMS, *NEEDS_ROOMS}
    return tuple(name for name in VIEWS if name in names)


def _held(c: Connection, names: Sequence[str]) -> list[ViewTable]:
    """The tables, which nobody reads or writes and whose heads do not move until this transaction ends: locked in the
    order in which the projector takes them."""
    c.execute("SELECT pg_advisory_xact_lock(%s)", (view_tables.OPENING_LOCK,))
    tables = [table for name in names if (table := view_tables.live(c, VIEWS[name])) is not None]
    for table in tables:
        c.execute(sql.SQL("LOCK TABLE {} IN ACCESS EXCLUSIVE MODE").format(sql.Identifier(table.table)))
    c.execute("SELECT FROM view_head ORDER BY table_name, partition FOR UPDATE")
    return tables


def _entries(world: World, case: str, upto: int) -> list[Entry]:
    """What was said of the case up to where the views stand. The index is written behind the record."""
    said = said_of(world, case)
    with world.pool.connection() as c:
        row = c.execute(_REACHED, (world.settings.topics.ledger, said.partition)).fetchone()
    if row is None or row[0] < upto:
        raise ParkError("the index of the record is behind the views: try again when the registrar has written it")
    registry = world.registry.registry
    return [read_body(body, pos, said.partition, registry) for pos, body in said.entries if pos <= upto]


def _fold(c: Connection, tables: Sequence[ViewTable], entries: Sequence[Entry], case: str) -> list[Retried]:
    """Write the case's rows anew; what cannot be folded is parked again."""
    partition = entries[0].partition
    skipped = view_tables.skipped(c, partition)
    wanted = {table.view.name: table for table in tables}
    told, untold = entries, list[Entry]()
    found = []
    for name in with_rooms(tuple(wanted)):
        parked, table = Parked(), wanted.get(name)
        here, behind = (told, untold) if name in NEEDS_ROOMS else (entries, [])
        if table is None:
            fold(VIEWS[name], defaultdict(dict), here, parked, skipped.get(name, frozenset()))
            stuck = _first(parked)
        else:
            rows = _refold(c, table, here, case, parked, skipped)
            for entry in behind:
                parked.take(entry, BEHIND)
            stuck = _first(parked)
            found.append(_retried(name, rows, partition, parked))
            c.execute("DELETE FROM parked WHERE table_name = %s AND stream = %s", (table.table, case))
            table.park(c, [NotFolded(stream, partition, pos, reason) for stream, pos, reason in parked.fresh])
        if name == ROOMS and stuck is not None:
            # What the rooms could not fold, they have told nobody.
            told = [entry for entry in entries if entry.pos < stuck]
            untold = [entry for entry in entries if entry.pos >= stuck]
    return found


def _first(parked: Parked) -> int | None:
    return min((pos for _, pos, _ in parked.fresh), default=None)


def _refold(
    c: Connection,
    table: ViewTable,
    entries: Sequence[Entry],
    case: str,
    parked: Parked,
    skipped: Mapping[str, frozenset[int]],
) -> int:
    """Rows of a stream are made from nothing; of other rows, what the parked entries change is added to them."""
    view = table.view
    left_out = skipped.get(view.name, frozenset())
    if view.group in OF_A_STREAM:
        groups: dict[str, Group] = defaultdict(dict)
        fold(view, groups, entries, parked, left_out)
        c.execute(f"DELETE FROM {table.table} WHERE {view.group} = %s".encode(), (case,))
        rows = [row for group in groups.values() for row in group.values()]
        table.copy(c, rows)
        return len(rows)
    missing = {pos for (pos,) in c.execute(_POSITIONS, (table.table, case))}
    behind = [entry for entry in entries if entry.pos in missing]
    groups = table.load(c, sorted({name for entry in behind for name in view.groups(entry)}))
    changed = fold(view, groups, behind, parked, left_out)
    table.remove(c, [key for _, key in changed.gone])
    table.write(c, [groups[group][key] for group, key in (*changed.made, *changed.other)])
    return len(changed.made) + len(changed.other)


def _retried(name: str, rows: int, partition: int, parked: Parked) -> Retried:
    if not parked.fresh:
        return Retried(name, rows, "", "")
    _, pos, reason = parked.fresh[0]
    return Retried(name, rows, f"{partition}-{pos}", reason)


def _nowhere(case: str, view: str) -> str:
    return f"case {case} does not stand still in {view or 'any view'}"


_STAMP = "to_char({} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')"
_CASES = f"""
SELECT DISTINCT ON (view.name, stream) view.name, stream, partition || '-' || pos, reason,
       count(*) OVER (PARTITION BY view.name, stream), {_STAMP.format("parked_at")}
FROM parked JOIN view USING (table_name) ORDER BY view.name, stream, pos
""".encode()
_ENTRIES = b"""
SELECT view.name, partition || '-' || pos, reason FROM parked JOIN view USING (table_name)
WHERE stream = %s ORDER BY view.name, pos
"""
_SKIPPED = f"""
SELECT view, partition || '-' || pos, reason, said_by, {_STAMP.format("at")} FROM skipped
WHERE %s = '' OR stream = %s ORDER BY view, partition, pos
""".encode()
_WHERE = b"SELECT DISTINCT view.name FROM parked JOIN view USING (table_name) WHERE stream = %s"
_STUCK = b"""
SELECT view.name, partition, min(pos) FROM parked JOIN view USING (table_name)
WHERE stream = %s AND reason <> %s AND (%s = '' OR view.name = %s) GROUP BY view.name, partition
"""
_SKIP = b"""
INSERT INTO skipped (view, partition, pos, stream, reason, said_by) VALUES (%s, %s, %s, %s, %s, %s)
ON CONFLICT DO NOTHING
"""
_REACHED = b"SELECT pos FROM log WHERE topic = %s AND partition = %s"
_POSITIONS = b"SELECT pos FROM parked WHERE table_name = %s AND stream = %s"
