"""A view is rebuilt from zero beside the live one and switched in one transaction, while the projector goes on.

Each partition is folded in memory up to where the live views stand, and copied into a table that no reader sees, by
several processes where the record is long. One transaction then adds the keys, follows the live views, puts the new
tables behind the SQL views, holds the projector back, follows the rest and drops the old ones: all views of a partition
stand at one head, before and after. A rebuild that was killed or interrupted is gone on with by the next one of the
same views: partitions that are filled stay filled. The projector finds its table gone and opens the new one. Locks are
taken in the order readers and projector take them: view, table, heads.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import BrokenExecutor
from contextlib import contextmanager
from typing import NamedTuple

import psycopg
from psycopg import sql
from psycopg_pool import PoolTimeout

from consumers.projector import Coming, Folded, LiveView, Move, folded
from domain.record.chain import ORIGIN
from infra import bootstrap, rebuild_leftovers, view_tables
from infra.fresh_fold import Wanted, fold_into, skipped_in, within
from infra.kafka.errors import LogAway, LogFault
from infra.kafka.topics import TopicFacts
from infra.over_partitions import InterruptedWorkError, Tick, over_partitions
from infra.view_tables import Connection, ViewTable, head_of
from projections.all_views import VIEWS, with_rooms
from projections.engine import CannotFoldError, Row

REBUILD_LOCK = 7267
INTERRUPTIONS = (
    KeyboardInterrupt, SystemExit, InterruptedWorkError, BrokenExecutor, CannotFoldError, LogAway, LogFault,
    psycopg.OperationalError, psycopg.InterfaceError, PoolTimeout,
)  # fmt: skip
"""What ends a rebuild and says nothing against what it has filled: the next one goes on with it."""


class RebuildError(Exception):
    """A rebuild that cannot be done now; the message says why."""


class Rebuilt(NamedTuple):
    """A view after its rebuild."""

    view: str
    table: str
    rows: int
    entries: int


class Filling(NamedTuple):
    """The table of each view that is filled, the position up to which each partition is, and how far the partitions are
    that an earlier rebuild has filled."""

    tables: Mapping[str, str]
    limits: Mapping[int, int]
    filled: Mapping[int, int] = {}


def rebuild(
    world: bootstrap.World, names: Sequence[str], progress: Callable[[int, int], None] | None = None
) -> list[Rebuilt]:
    """Rebuild the views, with the rooms where one folds them. Raises `RebuildError`, `CannotFoldError`, `LogFault`,
    `LogAway`."""
    facts = world.topics.facts(world.settings.topics.ledger)
    wanted = with_rooms(tuple(names))
    with world.pool.connection() as c, only_one(c, wanted), beside(c, wanted, facts) as tables:
        filled = rebuild_leftovers.filled(c, tables)
        filling = Filling({table.view.name: table.table for table in tables}, standing(c, facts.partitions), filled)
        entries = sum(over_partitions(world, fill_partition, filling, progress))
        switch(world, c, tables, facts)
        return [Rebuilt(table.view.name, table.table, _count(c, table), entries) for table in tables]


def standing(c: Connection, partitions: int) -> dict[int, int]:
    """The position at which the live views stand, per partition; -1 before the first entry."""
    heads = view_tables.heads(c).values()
    return {p: max((head[p].pos for head in heads if p in head), default=-1) for p in range(partitions)}


@contextmanager
def beside(c: Connection, names: Sequence[str], facts: TopicFacts) -> Iterator[list[ViewTable]]:
    """A table for each view that no reader sees: those of a rebuild that was interrupted, or new ones.

    Afterwards they are what readers see, or are kept for the next rebuild where this one was only interrupted, or gone.
    """
    with c.transaction():
        tables = rebuild_leftovers.taken_over(c, names, facts)
        if tables is None:
            rebuild_leftovers.drop(c, names)
            tables = [view_tables.new_table(c, VIEWS[name]) for name in names]
            for table in tables:
                table.create(c, facts.id, facts.partitions, ORIGIN)
    interrupted = False
    try:
        yield tables
    except INTERRUPTIONS:
        interrupted = True
        raise
    finally:
        if not interrupted and not c.closed:
            with c.transaction():
                rebuild_leftovers.drop(c, names)


def fill_partition(world: bootstrap.World, partition: int, filling: Filling, tick: Tick) -> int:
    """Fold one partition from zero and copy its rows; returns how many entries it holds. All or nothing, so that a
    partition is filled or empty."""
    if partition in filling.filled:
        tick(filling.filled[partition] + 1)
        return filling.filled[partition] + 1
    tables = {name: ViewTable(VIEWS[name], table) for name, table in filling.tables.items()}
    wanted, skipped = Wanted(tuple(tables), filling.limits), skipped_in(world, partition)
    with world.pool.connection() as c, c.transaction():

        def sink(name: str, rows: Sequence[Row]) -> None:
            tables[name].copy(c, rows)

        fresh = fold_into(world, partition, wanted, skipped, tick, sink)
        if fresh.head == ORIGIN:
            return 0
        for name, table in tables.items():
            table.copy(c, fresh.rows[name])
        begun = dict.fromkeys(filling.tables.values(), ORIGIN)
        view_tables.save(c, Folded((), [Move(partition, begun, fresh.head)]))
    return fresh.head.pos + 1


@contextmanager
def only_one(c: Connection, names: Sequence[str]) -> Iterator[None]:
    """Nobody else rebuilds or refolds these views meanwhile. Raises `RebuildError`."""
    try:
        for name in names:
            taken = c.execute("SELECT pg_try_advisory_lock(%s, hashtext(%s))", (REBUILD_LOCK, name)).fetchone()
            if taken != (True,):
                raise RebuildError(f"another rebuild of {name} is running")
        yield
    finally:
        if not c.closed:
            c.execute("SELECT pg_advisory_unlock_all()")


def switch(world: bootstrap.World, c: Connection, tables: Sequence[ViewTable], facts: TopicFacts) -> None:
    """Bring filled tables to where the live views stand and let readers see them, in one transaction."""
    with c.transaction(), _followed(world, c, tables, facts) as follow:
        follow(standing(c, facts.partitions))
        c.execute("SELECT pg_advisory_xact_lock(%s)", (view_tables.OPENING_LOCK,))
        before = [view_tables.live(c, table.view) for table in tables]
        for new in tables:
            view_tables.publish(c, new)
        olds = [old for old in before if old is not None]
        for old in olds:
            c.execute(sql.SQL("LOCK TABLE {} IN ACCESS EXCLUSIVE MODE").format(sql.Identifier(old.table)))
        # Every head, so that no view moves until this is done.
        c.execute("SELECT FROM view_head ORDER BY table_name, partition FOR UPDATE")
        follow(_where(c, [*olds], tables, facts.partitions))
        for old in olds:
            old.drop(c)


def _where(c: Connection, olds: Sequence[ViewTable], news: Sequence[ViewTable], partitions: int) -> dict[int, int]:
    """Where the views that were live before this switch stand, by partition."""
    new = [table.table for table in news]
    found = c.execute(
        "SELECT partition, max(pos) FROM view_head"
        " WHERE (table_name = ANY(%s) OR table_name IN (SELECT table_name FROM view)) AND NOT table_name = ANY(%s)"
        " GROUP BY partition",
        ([old.table for old in olds], new),
    )
    return dict.fromkeys(range(partitions), -1) | dict(found.fetchall())


Follow = Callable[[Mapping[int, int]], None]
"""Folds what was recorded up to a position of each partition."""


@contextmanager
def _followed(
    world: bootstrap.World, c: Connection, tables: Sequence[ViewTable], facts: TopicFacts
) -> Iterator[Follow]:
    """Tables with their keys, and what folds everything recorded meanwhile into them, as the projector does."""
    for table in tables:
        table.add_keys(c)
        c.execute(sql.SQL("ANALYZE {}").format(sql.Identifier(table.table)))
    live = [[LiveView(table, c, partition) for table in tables] for partition in range(facts.partitions)]

    def follow(upto: Mapping[int, int]) -> None:
        for partition, views in enumerate(live):
            if upto[partition] > views[0].head.pos:
                _follow(world, c, views, facts, upto[partition])

    yield follow


def _follow(world: bootstrap.World, c: Connection, live: Sequence[LiveView], facts: TopicFacts, upto: int) -> None:
    reader = bootstrap.open_reader(world, live[0].partition)
    reader.start(live[0].head, facts)
    try:
        for placed in reader.catch_up():
            batch = within(placed, upto)
            coming = Coming(live, batch, head_of(batch))
            view_tables.save(c, folded(c, [coming], world.registry.registry, view_tables.load))
            for view in live:
                if view.parked.streams:
                    raise CannotFoldError(f"{view.table.view.name}: an entry of {view.partition} up to {upto}")
            if live[0].head.pos >= upto:
                return
    finally:
        reader.log.close()


def _count(c: Connection, table: ViewTable) -> int:
    row = c.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table.table))).fetchone()
    return int(row[0]) if row else 0
