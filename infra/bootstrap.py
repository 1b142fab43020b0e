"""The composition root: the one place that knows every class and puts a process together from its settings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import psycopg
from psycopg_pool import ConnectionPool

from domain import outcome
from domain.record.chain import ORIGIN, Place, SealKey
from domain.record.entry import Said
from domain.registry import Registry
from infra import clock, keys
from infra.index import Index, open_pool
from infra.kafka.append import Appender, now_ms
from infra.kafka.log import PartitionLog
from infra.kafka.topics import TopicFacts, Topics
from infra.partition_recorder import LedgerAggregateRecorder, LedgerRecorder
from infra.reader import LedgerReader
from infra.registry_log import RegistryLog
from infra.settings import Settings

Pool = ConnectionPool[psycopg.Connection[Any]]


class NotConfiguredError(Exception):
    """A setting is missing; the message says which."""


@dataclass
class World:
    """What a process needs of the outside, opened once."""

    settings: Settings
    pool: Pool
    topics: Topics
    registry: RegistryLog
    appender: Appender

    def facts(self, topic: str) -> Callable[[], TopicFacts]:
        """How to ask for a topic's id and partition count."""
        return partial(self.topics.facts, topic)

    def expected(self, topic: str) -> TopicFacts:
        """What the topic must be as long as this process reads it: its id now, the partitions that its ledger has."""
        found = self.topics.facts(topic)
        ours = topic in (self.settings.topics.ledger, self.settings.topics.submissions)
        return TopicFacts(found.id, self.registry.registry.partitions) if ours else found

    def check_topics(self) -> None:
        """Refuse settings under which the record could be lost. Raises `LogFault` `log.unsafe_setting`."""
        names = self.settings.topics
        for topic in (names.submissions, names.ledger, names.registry):
            self.topics.check(topic)

    def place(self, partition: int, topic: str | None = None) -> Place:
        """A ledger partition."""
        return Place(self.settings.ledger_id, topic or self.settings.topics.ledger, partition)

    def close(self) -> None:
        """Close every connection."""
        self.appender.close()
        self.registry.log.close()
        self.topics.close()
        self.pool.close()


def require(settings: Settings, *names: str) -> None:
    """Raise `NotConfiguredError` for the first setting that has no value."""
    for name in names:
        if not getattr(settings, name):
            raise NotConfiguredError(f"TAMGA_{name.upper()} is not set; run `tamga up` first, or set it")


def open_registry(settings: Settings) -> RegistryLog:
    """The registry, read to its end."""
    log = PartitionLog(settings.brokers, settings.topics.registry, 0)
    registry = RegistryLog(log, Registry(settings.ledger_id, settings.roots_digest))
    try:
        registry.refresh()
    except BaseException:
        log.close()
        raise
    return registry


def open_world(settings: Settings, *, pool_size: int = 4) -> World:
    """Connect to Kafka and PostgreSQL and read the registry."""
    require(settings, "kafka_bootstrap", "database_url", "ledger_id", "roots_digest")
    topics = Topics(settings.brokers)
    try:
        registry = open_registry(settings)
    except BaseException:
        topics.close()
        raise
    pool = open_pool(settings.database_url, size=pool_size)
    return World(settings, pool, topics, registry, Appender(settings.brokers))


def open_reader(
    world: World, partition: int, *, topic: str | None = None, seal_key: SealKey | None = None
) -> LedgerReader:
    """A reader of effective entries, not started."""
    place = world.place(partition, topic)
    log = PartitionLog(world.settings.brokers, place.topic, partition)
    return LedgerReader(log, place, seal_key or world.registry.seal_key, facts=world.facts(place.topic))


def open_recorder(
    world: World,
    partition: int,
    *,
    topic: str | None = None,
    opaque: bool = False,
    aggregate: bool = False,
    clock_ms: Callable[[], int] = now_ms,
) -> LedgerRecorder:
    """The recorder of a partition, not opened. With a registrar key it writes, without one it reads.

    `clock_ms` is this machine's clock, which the broker's stamps are compared with.
    """
    settings = world.settings
    place = world.place(partition, topic)
    kind = LedgerAggregateRecorder if aggregate else LedgerRecorder
    return kind(
        place=place,
        reader=open_reader(world, partition, topic=topic),
        index=Index(world.pool, place.topic, partition),
        appender=world.appender,
        signer=keys.load(settings.registrar_key) if settings.registrar_key else None,
        facts=world.expected(place.topic),
        clock=clock.now,
        reg=lambda: world.registry.registry.count,
        opaque_allowed=opaque,
        listen_url=settings.database_url,
        clock_ms=clock_ms,
    )


def write_genesis(world: World, recorder: LedgerRecorder) -> None:
    """Position 0 of a partition that holds nothing."""
    from eventsourcing.persistence import StoredEvent

    recorder.open()
    if recorder.head != ORIGIN:
        return
    place, settings = recorder.place, world.settings
    facts = {
        "ledger": settings.ledger_id,
        "partition": place.partition,
        "partitions": world.topics.facts(place.topic).partitions,
        "roots": settings.roots_digest,
        "submissions": world.topics.facts(settings.topics.submissions).id,
        "topic": place.topic,
    }
    world.registry.refresh()
    said = Said(clock.now(), 0, "genesis", world.registry.registry.count, (place.partition, -1))
    body = outcome.genesis(facts, said)
    recorder.insert_events([StoredEvent("genesis", 0, "genesis", body)], head=ORIGIN)
    recorder.settle()
