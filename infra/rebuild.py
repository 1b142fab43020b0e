"""A view is rebuilt from zero beside the live one and switched in one transaction, while the projector goes on.

Each partition is folded in memory and copied into a table that no reader sees, by several processes where the record is
long. One transaction then adds the keys, follows the record, puts the new tables behind the SQL views, locks the old
ones, follows to the end and drops them. What a killed rebuild leaves is removed by the next. The projector finds its
table gone and opens the new one. Locks are taken in the order readers and projector take them: view, table, heads.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import NamedTuple

from psycopg import sql

from consumers.projector import LiveView, project
from domain.record.chain import ORIGIN
from infra import bootstrap, view_tables
from infra.entry.projector import head_of
from infra.fresh_fold import Wanted, fold_partition
from infra.kafka.topics import TopicFacts
from infra.over_partitions import Tick, over_partitions
from infra.reader import LedgerReader
from infra.view_tables import Connection, ViewTable
from projections.all_views import VIEWS
from projections.engine import CannotFoldError

REBUILD_LOCK = 7267


class RebuildError(Exception):
    """A rebuild that cannot be done now; the message says why."""


class Rebuilt(NamedTuple):
    """A view after its rebuild."""

    view: str
    table: str
    rows: int
    entries: int


class Filling(NamedTuple):
    """The table of each view that is filled."""

    tables: Mapping[str, str]


def rebuild(
    world: bootstrap.World, names: Sequence[str], progress: Callable[[int, int], None] | None = None
) -> list[Rebuilt]:
    """Rebuild the views. Raises `RebuildError`, `CannotFoldError`, `LogFault`, `LogAway`."""
    facts = world.topics.facts(world.settings.topics.ledger)
    with world.pool.connection() as c, _only_one(c, names), beside(c, names, facts) as tables:
        wanted = Filling({table.view.name: table.table for table in tables})
        entries = sum(over_partitions(world, fill_partition, wanted, progress))
        switch(world, c, tables, facts)
        return [Rebuilt(table.view.name, table.table, _count(c, table), entries) for table in tables]


@contextmanager
def beside(c: Connection, names: Sequence[str], facts: TopicFacts) -> Iterator[list[ViewTable]]:
    """A new table for each view, which is gone afterwards unless readers see it by then."""
    with c.transaction():
        for name in names:
            for table in view_tables.leftovers(c, VIEWS[name]):
                table.drop(c)
        tables = [view_tables.new_table(c, VIEWS[name]) for name in names]
        for table in tables:
            table.create(c, facts.id, facts.partitions, ORIGIN)
    try:
        yield tables
    finally:
        if not c.closed:
            with c.transaction():
                for name in names:
                    for table in view_tables.leftovers(c, VIEWS[name]):
                        table.drop(c)


def fill_partition(world: bootstrap.World, partition: int, wanted: Filling, tick: Tick) -> int:
    """Fold one partition from zero and copy its rows; returns how many entries it holds."""
    folded = fold_partition(world, partition, Wanted(tuple(wanted.tables), {}), tick)
    if folded.head == ORIGIN:
        return 0
    with world.pool.connection() as c, c.transaction():
        for name, table in wanted.tables.items():
            ViewTable(VIEWS[name], table).copy(c, folded.rows[name])
        view_tables.move(c, partition, dict.fromkeys(wanted.tables.values(), ORIGIN), folded.head)
    return folded.head.pos + 1


@contextmanager
def _only_one(c: Connection, names: Sequence[str]) -> Iterator[None]:
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
    """Bring filled tables to the end of the record and let readers see them, in one transaction."""
    with c.transaction(), _followed(world, c, tables, facts) as follow:
        follow()
        c.execute("SELECT pg_advisory_xact_lock(%s)", (view_tables.OPENING_LOCK,))
        before = [view_tables.live(c, table.view) for table in tables]
        for new in tables:
            view_tables.publish(c, new)
        olds = [old for old in before if old is not None]
        for old in olds:
            c.execute(sql.SQL("LOCK TABLE {} IN ACCESS EXCLUSIVE MODE").format(sql.Identifier(old.table)))
        c.execute(
            "SELECT FROM view_head WHERE table_name = ANY(%s) ORDER BY table_name, partition FOR UPDATE",
            ([old.table for old in olds],),
        )
        follow()
        for old in olds:
            old.drop(c)


@contextmanager
def _followed(
    world: bootstrap.World, c: Connection, tables: Sequence[ViewTable], facts: TopicFacts
) -> Iterator[Callable[[], None]]:
    """Tables with their keys, and what folds everything recorded meanwhile into them, as the projector does."""
    for table in tables:
        table.add_keys(c)
        c.execute(sql.SQL("ANALYZE {}").format(sql.Identifier(table.table)))
    live = [[LiveView(table, c, partition) for table in tables] for partition in range(facts.partitions)]
    readers = [bootstrap.open_reader(world, partition) for partition in range(facts.partitions)]
    try:
        for partition, reader in enumerate(readers):
            reader.start(live[partition][0].head, facts)

        def follow() -> None:
            for partition, reader in enumerate(readers):
                _follow(c, live[partition], reader)

        yield follow
    finally:
        for reader in readers:
            reader.log.close()


def _follow(c: Connection, live: Sequence[LiveView], reader: LedgerReader) -> None:
    for placed in reader.catch_up():
        after = head_of(placed)
        project(c, live, placed, after, move=view_tables.move)
        for view in live:
            if view.parked.streams:
                raise CannotFoldError(f"{view.table.view.name}: an entry of {view.partition} up to {after.pos}")


def _count(c: Connection, table: ViewTable) -> int:
    row = c.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table.table))).fetchone()
    return int(row[0]) if row else 0
