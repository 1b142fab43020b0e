"""What must hold of a ledger after whatever was done to it, asked of Kafka by a reader that trusts nothing stored.

`whole` reads every partition from its first record and compares: one effective entry per submission, dense and in
order; the index equal to the record; no event recorded twice. `views_equal` folds what was read from zero and compares
each view with it by hash. Both raise `AssertionError` naming what differs.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from hashlib import sha256
from typing import Any, NamedTuple

import orjson

from domain import outcome
from domain.record.chain import ORIGIN, Placed
from infra import bootstrap, view_tables
from infra.fresh_fold import FreshFold
from infra.settings import Settings
from projections.all_views import VIEWS
from projections.engine import Row, written
from projections.entry import read
from system.running import rows, until


class Read(NamedTuple):
    """A ledger partition as a fresh reader has it."""

    placed: list[Placed]
    void: int
    pending: int
    entries: list[dict[str, Any]]


def read_partition(world: bootstrap.World, partition: int) -> Read:
    """Read from the first record to the last."""
    reader = bootstrap.open_reader(world, partition)
    reader.start(ORIGIN)
    placed = [p for batch in reader.catch_up() for p in batch]
    reader.log.close()
    return Read(placed, reader.fence.void, reader.fence.pending, [orjson.loads(p.entry.raw) for p in placed])


def read_all(world: bootstrap.World) -> list[Read]:
    """Every partition."""
    world.registry.refresh()
    return [read_partition(world, partition) for partition in range(world.registry.registry.partitions)]


def submitted(world: bootstrap.World) -> list[int]:
    """How many submissions stand on each partition."""
    found = []
    for partition in range(world.registry.registry.partitions):
        log = bootstrap.PartitionLog(world.settings.brokers, world.settings.topics.submissions, partition)
        found.append(log.end())
        log.close()
    return found


def judged(settings: Settings) -> int:
    """How many submissions have an outcome in the index."""
    return int(rows(settings.database_url, "SELECT coalesce(sum(src + 1), 0) FROM log")[0][0])


def wait_judged(world: bootstrap.World, seconds: float = 180) -> None:
    """Until the index holds an outcome for every submission."""
    wanted = sum(submitted(world))
    until(lambda: judged(world.settings) >= wanted, seconds, f"{wanted} outcomes")


def wait_projected(world: bootstrap.World, seconds: float = 120) -> None:
    """Until every view stands at the index's head on every partition."""
    sql = (
        "SELECT count(*) FROM view_head h JOIN view v USING (table_name) JOIN log l USING (partition)"
        " WHERE l.topic = %s AND h.pos = l.pos"
    )
    wanted = len(VIEWS) * world.registry.registry.partitions
    settings = world.settings
    until(
        lambda: rows(settings.database_url, sql, settings.topics.ledger)[0][0] == wanted, seconds, "views at the head"
    )


def whole(world: bootstrap.World, reads: list[Read]) -> Counter[str]:
    """One effective entry per submission, in order, and an index that says the same; returns outcomes by type."""
    found: Counter[str] = Counter()
    for partition, (one, count) in enumerate(zip(reads, submitted(world), strict=True)):
        said = [outcome.describe(entry) for entry in one.entries]
        assert [p.entry.pos for p in one.placed] == list(range(len(one.placed))), f"positions of {partition}"
        assert [d.src for d in said] == [None, *range(count)], f"submissions of partition {partition}"
        _versions_are_dense(said)
        _index_equals(world, partition, one, said)
        found.update(d.type for d in said[1:])
    _nothing_twice(reads)
    return found


def _versions_are_dense(said: list[outcome.Description]) -> None:
    versions: dict[str, list[int]] = defaultdict(list)
    for one in said[1:]:
        versions[one.stream].append(one.n)
    assert all(found == list(range(1, len(found) + 1)) for found in versions.values()), "versions of a stream"


def _index_equals(world: bootstrap.World, partition: int, one: Read, said: list[outcome.Description]) -> None:
    sql = (
        'SELECT e.pos, e."offset", e.stream, e.n, e.type, e.src, e.body FROM entry e JOIN log l ON l.id = e.log'
        " WHERE l.topic = %s AND l.partition = %s ORDER BY e.pos"
    )
    held = rows(world.settings.database_url, sql, world.settings.topics.ledger, partition)
    wanted = [(p.entry.pos, p.offset, *d, p.entry.body) for p, d in zip(one.placed, said, strict=True)]
    assert held == wanted, f"the index of partition {partition} is not the record"


def _nothing_twice(reads: list[Read]) -> None:
    events = [outcome.recorded(entry) for one in reads for entry in one.entries]
    identities = Counter((e.event.publisher, e.event.stream, e.event.id) for e in events if e is not None)
    assert all(count == 1 for count in identities.values()), "an event was recorded twice"


def views_equal(world: bootstrap.World, reads: list[Read]) -> dict[str, str]:
    """Every view equals a fresh fold from zero and stands at the end of the record; returns the hashes."""
    hashes: dict[str, str] = {}
    rows: dict[str, list[Row]] = defaultdict(list)
    for partition, one in enumerate(reads):
        fresh_fold = FreshFold(tuple(VIEWS), {})
        fresh_fold.take([read(p, partition, world.registry.registry) for p in one.placed])
        for name, found in fresh_fold.rows().items():
            rows[name].extend(found)
    with world.pool.connection() as c:
        for name, view in VIEWS.items():
            table = view_tables.live(c, view)
            assert table is not None, f"{name} is not there"
            fresh = _hash(written(view, rows[name]))
            hashes[name] = _hash(table.rows(c))
            assert hashes[name] == fresh, f"{name} differs from a fresh fold"
            assert not table.parked(c), f"{name} has parked entries"
            heads = [table.head(c, partition)[1] for partition in range(len(reads))]
            ends = [(one.placed[-1].entry.pos, one.placed[-1].entry.id) for one in reads]
            assert [(h.pos, h.id) for h in heads] == ends, f"{name} does not stand at the end"
    return hashes


def _hash(found: Any) -> str:
    return sha256(repr(sorted(tuple(row) for row in found)).encode()).hexdigest()


def voids(settings: Settings) -> int:
    """Void records up to the heads, as `tamga status` counts them: log.offset - log.pos."""
    return int(rows(settings.database_url, 'SELECT coalesce(sum("offset" - pos), 0) FROM log')[0][0])
