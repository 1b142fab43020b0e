"""The record is verified from Kafka: every effective entry of every partition, up to the head that the index has.

The fence checks chain and seals; `PartitionVerifier` checks what stands inside: canonical form, genesis, versions,
clocks, submissions, and each event's signature, form and mandate under the registry as it stood at its `reg`. What a
compromised key signed is *disputed*, as the registry says now: told, and no failure. The stream's rules are not asked
again: decisions are taken once. Used by `tamga verify`, the demo and the tests.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

from domain.record.chain import ORIGIN
from infra import bootstrap
from infra.kafka.errors import LogFault
from infra.over_partitions import Tick, over_partitions
from infra.partition_verifier import Ledger, PartitionVerifier

SHOWN = 100


class Dispute(NamedTuple):
    """An entry that stands, and the compromised key that signed or sealed it."""

    partition: int
    pos: int
    kid: str


class Failure(NamedTuple):
    """What does not hold, and where; `pos` is -1 for the partition as a whole."""

    partition: int
    pos: int
    code: str
    message: str


@dataclass(frozen=True)
class PartitionReport:
    """One partition: position and id of its head, effective entries by kind, void records, what fails (at most 100),
    and which entries are disputed, which is no failure."""

    partition: int
    head: int
    head_id: str
    void: int
    kinds: Counter[str]
    skipped: int
    failures: list[Failure]
    failed: int
    disputed: list[Dispute]


@dataclass
class Report:
    """The record, and how many records the registry has, `ignored` of them for a broken rule or too few signatures."""

    partitions: list[PartitionReport] = field(default_factory=list)
    registered: int = 0
    ignored: int = 0

    @property
    def holds(self) -> bool:
        """Does everything hold?"""
        return not any(p.failed for p in self.partitions)

    @property
    def entries(self) -> int:
        """Effective entries."""
        return sum(p.head + 1 for p in self.partitions)

    @property
    def void(self) -> int:
        """Records that are none."""
        return sum(p.void for p in self.partitions)

    @property
    def failures(self) -> list[Failure]:
        """What fails, by partition."""
        return [failure for p in self.partitions for failure in p.failures]

    @property
    def disputed(self) -> list[Dispute]:
        """What is disputed, by partition."""
        return [dispute for p in self.partitions for dispute in p.disputed]


def verify(world: bootstrap.World, progress: Callable[[int, int], None] | None = None) -> Report:
    """Verify the record. Raises `LogAway`; everything that is wrong with the record stands in the report."""
    world.registry.refresh()
    partitions = over_partitions(world, verify_partition, None, progress)
    return Report(partitions, world.registry.registry.count, world.registry.registry.ignored)


def verify_partition(world: bootstrap.World, partition: int, _: None, tick: Tick) -> PartitionReport:
    """Verify one partition from zero."""
    failures: list[Failure] = []
    checker = PartitionVerifier(_ledger(world), partition, world.registry.registry)
    indexed = _indexed(world, partition)
    reader = bootstrap.open_reader(world, partition)
    seen = ""
    try:
        reader.start(ORIGIN, world.topics.facts(world.settings.topics.ledger))
        for placed in reader.catch_up():
            for one in placed:
                failures += [Failure(partition, one.entry.pos, *found) for found in checker.take(one)]
                seen = one.entry.id if indexed is not None and one.entry.pos == indexed[0] else seen
            tick(len(placed))
    except LogFault as fault:
        failures.append(Failure(partition, -1, fault.code, fault.message))
    finally:
        reader.log.close()
    if indexed is not None and indexed[0] >= 0 and seen != indexed[1]:
        failures.append(_not_as_indexed(partition, reader.head.pos, indexed[0]))
    head, void = reader.head, reader.fence.void
    disputed = [Dispute(partition, *found) for found in checker.disputed]
    return PartitionReport(
        partition, head.pos, head.id, void, checker.kinds, checker.skipped, failures[:SHOWN], len(failures), disputed
    )


def _ledger(world: bootstrap.World) -> Ledger:
    settings, topics = world.settings, world.settings.topics
    return Ledger(
        id=settings.ledger_id,
        topic=topics.ledger,
        partitions=world.registry.registry.partitions,
        roots=settings.roots_digest,
        submissions=world.topics.facts(topics.submissions).id,
    )


def _indexed(world: bootstrap.World, partition: int) -> tuple[int, str] | None:
    """(position, id) of the head that the index had when we began: the record must come to it."""
    with world.pool.connection() as c:
        found = c.execute(
            "SELECT pos, entry_id FROM log WHERE topic = %s AND partition = %s",
            (world.settings.topics.ledger, partition),
        ).fetchone()
    return (found[0], found[1]) if found is not None else None


def _not_as_indexed(partition: int, head: int, indexed: int) -> Failure:
    if head < indexed:
        message = f"the record ends at {head}, the index has {indexed}: it was cut short, or changed at {head + 1}"
        return Failure(partition, head + 1, "record.shorter_than_index", message)
    return Failure(partition, indexed, "record.forked", "another entry stands here than when it was recorded")
