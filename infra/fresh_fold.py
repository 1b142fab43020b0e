"""Views folded anew from the record on Kafka, in memory: what a rebuild writes and what a check compares with.

It is the projector's fold over the projector's reader, from position zero. An entry that cannot be folded stops it:
what a live projector parks must not disappear in a rebuild. Rows that only come are handed on as they are made.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from domain.record.chain import ORIGIN, Head, Placed
from infra import bootstrap, view_tables
from infra.over_partitions import Tick, over_partitions
from infra.view_tables import head_of
from projections.all_views import VIEWS, with_rooms
from projections.engine import Group, Row, fold, written
from projections.entry import Entry, read

Sink = Callable[[str, Sequence[Row]], None]
"""Takes rows that are final: (view, rows)."""

CHUNK = 20_000


class Folded(NamedTuple):
    """One partition: the rows of each view, the head they stand at, the number of void records."""

    rows: dict[str, Sequence[Row]]
    head: Head
    void: int


class Wanted(NamedTuple):
    """Which views, and up to which position of each partition; a partition without a limit is read to its end."""

    views: tuple[str, ...]
    limits: Mapping[int, int]


class FreshFold:
    """Views of one partition, from nothing, with the rooms that they fold."""

    def __init__(self, views: Sequence[str], skipped: Mapping[str, frozenset[int]], sink: Sink | None = None) -> None:
        self._wanted = tuple(views)
        self._groups: dict[str, dict[str, Group]] = {name: defaultdict(dict) for name in with_rooms(self._wanted)}
        self._skipped, self._sink = skipped, sink

    def take(self, entries: Sequence[Entry]) -> None:
        """Fold a batch. Raises `CannotFoldError`."""
        for name, groups in self._groups.items():
            fold(VIEWS[name], groups, entries, None, self._skipped.get(name, frozenset()))
            if self._sink is not None and getattr(VIEWS[name], "appends", False) and len(groups) > CHUNK:
                self._hand_on(name)

    def _hand_on(self, name: str) -> None:
        assert self._sink is not None
        groups = self._groups[name]
        if name in self._wanted:
            self._sink(name, _rows(groups))
        groups.clear()

    def rows(self) -> dict[str, Sequence[Row]]:
        """The rows that were not handed on, by view."""
        return {name: _rows(self._groups[name]) for name in self._wanted}


def _rows(groups: Mapping[str, Group]) -> list[Row]:
    return [row for group in groups.values() for row in group.values()]


def fold_record(
    world: bootstrap.World,
    views: Sequence[str],
    *,
    limits: Mapping[int, int] | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> list[Folded]:
    """Fold the whole record. Raises `CannotFoldError`, `LogFault`, `LogAway`."""
    return over_partitions(world, fold_partition, Wanted(tuple(views), limits or {}), progress)


def fold_partition(world: bootstrap.World, partition: int, wanted: Wanted, tick: Tick) -> Folded:
    """Fold one partition from zero and keep every row, as a table would hold it."""
    folded = fold_into(world, partition, wanted, skipped_in(world, partition), tick, None)
    return folded._replace(rows={name: written(VIEWS[name], rows) for name, rows in folded.rows.items()})


Skipped = Mapping[str, frozenset[int]]
"""By view, the positions of a partition that somebody has decided to leave out."""


def skipped_in(world: bootstrap.World, partition: int) -> Skipped:
    """What is left out of the views."""
    with world.pool.connection() as c:
        return view_tables.skipped(c, partition)


def fold_into(
    world: bootstrap.World, partition: int, wanted: Wanted, skipped: Skipped, tick: Tick, sink: Sink | None
) -> Folded:
    """Fold one partition from zero; what only comes goes to the sink on the way. It asks the database nothing: whoever
    writes meanwhile may hold the process's only connection."""
    fresh, limit, head = FreshFold(wanted.views, skipped, sink), wanted.limits.get(partition), ORIGIN
    if limit is not None and limit < 0:
        return Folded(fresh.rows(), head, 0)
    reader = bootstrap.open_reader(world, partition)
    reader.start(ORIGIN, world.topics.facts(world.settings.topics.ledger))
    registry = world.registry.registry
    for placed in reader.catch_up():
        upto = within(placed, limit)
        fresh.take([read(p, partition, registry) for p in upto])
        tick(len(upto))
        head = head_of(upto)
        if limit is not None and head.pos >= limit:
            break
    reader.log.close()
    return Folded(fresh.rows(), head, reader.fence.void)


def within(placed: list[Placed], limit: int | None) -> list[Placed]:
    """The entries up to a position."""
    return placed if limit is None or placed[-1].entry.pos <= limit else [p for p in placed if p.entry.pos <= limit]
