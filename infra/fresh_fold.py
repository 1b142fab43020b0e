"""Views folded anew from the record on Kafka, in memory: what a rebuild writes and what a check compares with.

It is the projector's fold over the projector's reader, from position zero. An entry that cannot be folded stops it:
what a live projector parks must not disappear in a rebuild.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from domain.record.chain import ORIGIN, Head
from infra import bootstrap
from infra.over_partitions import Tick, over_partitions
from projections.all_views import VIEWS
from projections.engine import Group, Row, fold
from projections.entry import read


class Folded(NamedTuple):
    """One partition: the rows of each view, the head they stand at, the number of void records."""

    rows: dict[str, list[Row]]
    head: Head
    void: int


class Wanted(NamedTuple):
    """Which views, and up to which position each: {view: {partition: position}}; a view without a limit is read to the
    end of the log."""

    views: tuple[str, ...]
    limits: Mapping[str, Mapping[int, int]]


def fold_record(
    world: bootstrap.World,
    views: Sequence[str],
    *,
    limits: Mapping[str, Mapping[int, int]] | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> list[Folded]:
    """Fold the whole record. Raises `CannotFoldError`, `LogFault`, `LogAway`."""
    return over_partitions(world, fold_partition, Wanted(tuple(views), limits or {}), progress)


def fold_partition(world: bootstrap.World, partition: int, wanted: Wanted, tick: Tick) -> Folded:
    """Fold one partition from zero."""
    groups: dict[str, dict[str, Group]] = {name: defaultdict(dict) for name in wanted.views}
    ends = {name: wanted.limits.get(name, {}).get(partition) for name in wanted.views}
    last = None if None in ends.values() else max((e for e in ends.values() if e is not None), default=-1)
    reader = bootstrap.open_reader(world, partition)
    reader.start(ORIGIN, world.topics.facts(world.settings.topics.ledger))
    for placed in reader.catch_up():
        entries = [read(p, partition) for p in placed]
        for name, end in ends.items():
            fold(VIEWS[name], groups[name], entries if end is None else [e for e in entries if e.pos <= end], None)
        tick(len(placed))
        if last is not None and placed[-1].entry.pos >= last:
            break
    reader.log.close()
    rows = {name: [row for group in found.values() for row in group.values()] for name, found in groups.items()}
    return Folded(rows, reader.head, reader.fence.void)
