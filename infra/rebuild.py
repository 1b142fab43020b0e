"""A view is rebuilt from zero beside the live one and switched in one transaction, while the projector goes on.

Folding happens in memory; one transaction then makes the new table, copies, follows the record, locks the live table,
follows to the end, lets readers see the new one and drops the old. A crash leaves nothing behind. The projector finds
its table gone and opens the new one. Locks are taken in the order readers and projector take them: view, table, heads.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple

from psycopg import sql

from consumers.projector import LiveView, project
from domain.record.chain import ORIGIN, Head
from infra import bootstrap, view_tables
from infra.entry.projector import head_of
from infra.fresh_fold import Folded, fold_record
from infra.kafka.topics import TopicFacts
from infra.view_tables import Connection, ViewTable
from projections.all_views import VIEWS
from projections.engine import CannotFoldError, View

REBUILD_LOCK = 7267


class RebuildError(Exception):
    """A rebuild that cannot be done now; the message says why."""


class Rebuilt(NamedTuple):
    """A view after its rebuild."""

    view: str
    table: str
    rows: int
    entries: int


def rebuild(
    world: bootstrap.World, names: Sequence[str], progress: Callable[[int, int], None] | None = None
) -> list[Rebuilt]:
    """Rebuild the views. Raises `RebuildError`, `CannotFoldError`, `LogFault`, `LogAway`."""
    facts = world.topics.facts(world.settings.topics.ledger)
    with world.pool.connection() as c, _only_one(c, names):
        folded = fold_record(world, names, progress=progress)
        return [replace(world, c, VIEWS[name], folded, facts) for name in names]


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


def replace(world: bootstrap.World, c: Connection, view: View, folded: Sequence[Folded], facts: TopicFacts) -> Rebuilt:
    """Make the new table and switch to it, in one transaction."""
    with c.transaction():
        new = _filled(c, view, folded, facts)
        _follow(world, c, new, facts)
        c.execute("SELECT pg_advisory_xact_lock(%s)", (view_tables.OPENING_LOCK,))
        old = view_tables.live(c, view)
        view_tables.publish(c, new)
        if old is not None:
            c.execute(sql.SQL("LOCK TABLE {} IN ACCESS EXCLUSIVE MODE").format(sql.Identifier(old.table)))
            c.execute("SELECT FROM view_head WHERE table_name = %s FOR UPDATE", (old.table,))
        _follow(world, c, new, facts)
        if old is not None:
            old.drop(c)
        count = c.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(new.table))).fetchone()
    return Rebuilt(view.name, new.table, count[0] if count else 0, sum(f.head.pos + 1 for f in folded))


def _filled(c: Connection, view: View, folded: Sequence[Folded], facts: TopicFacts) -> ViewTable:
    """The new table with everything that was folded, and its heads."""
    table = view_tables.new_table(c, view)
    table.create(c, facts.id, facts.partitions, ORIGIN)
    for partition, found in enumerate(folded):
        table.copy(c, found.rows[view.name])
        if found.head != ORIGIN:
            view_tables.move(c, partition, {table.table: ORIGIN}, found.head)
    c.execute(sql.SQL("ANALYZE {}").format(sql.Identifier(table.table)))
    return table


def _follow(world: bootstrap.World, c: Connection, table: ViewTable, facts: TopicFacts) -> None:
    """Fold what has been recorded meanwhile, as the projector does."""
    live = LiveView(table, c, facts.partitions)
    for partition in range(facts.partitions):
        _, head = table.head(c, partition)
        for after in _batches(world, c, live, partition, head, facts):
            if live.parked.streams:
                raise CannotFoldError(f"{table.view.name}: an entry of {partition} up to {after.pos}")


def _batches(
    world: bootstrap.World, c: Connection, live: LiveView, partition: int, head: Head, facts: TopicFacts
) -> Iterator[Head]:
    reader = bootstrap.open_reader(world, partition)
    try:
        reader.start(head, facts)
        for placed in reader.catch_up():
            after = head_of(placed)
            project(c, [live], partition, placed, after, move=view_tables.move)
            yield after
    finally:
        reader.log.close()
