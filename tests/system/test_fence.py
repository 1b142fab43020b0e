"""Who writes to the ledger topic without a registrar's key adds nothing: it is void, and everything goes on."""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import psycopg
import pytest
from kafka import KafkaProducer

from domain.partition import partition_of
from domain.record.chain import Head, Place, seal
from domain.record.entry import MAX_ENTRY, assemble, canonical, entry_id, with_seal
from domain.record.signing import SeedSigner
from domain.submission import sign
from infra import bootstrap, clock, founding, keys
from infra.kafka.append import Appender
from infra.kafka.log import PartitionLog
from infra.settings import Settings
from system.conftest import Services
from system.ledger_checks import read_all, views_equal, voids, wait_judged, wait_projected, whole
from system.running import Child, running, until
from system.test_spine import enrolled, indicator

PARTITIONS = 2
AGENCY = "mn.hotline108"


@dataclass
class Running:
    """A ledger with a registrar and a projector at work, and a stranger who can write to its topics."""

    world: bootstrap.World
    signer: SeedSigner
    appender: Appender
    registrar: Child
    projector: Child

    @property
    def settings(self) -> Settings:
        return self.world.settings

    def submit(self, count: int = 3) -> None:
        """Good events on every partition, judged and projected."""
        for partition in range(PARTITIONS):
            self.appender.append(self.settings.topics.submissions, partition, [self._good(partition)] * count)
        wait_judged(self.world)
        wait_projected(self.world)

    def _good(self, partition: int) -> bytes:
        while True:
            event = indicator(AGENCY)
            if partition_of(str(event["subject"]), PARTITIONS) == partition:
                return sign(event, ledger=self.settings.ledger_id, signer=self.signer)

    def head(self, partition: int) -> Head:
        """Where the partition stands."""
        with self.world.pool.connection() as c:
            found = c.execute(
                'SELECT "offset", pos, entry_id, reg, at FROM log WHERE topic = %s AND partition = %s',
                (self.settings.topics.ledger, partition),
            ).fetchone()
        assert found is not None
        return Head(*found)

    def records(self, partition: int) -> list[bytes | None]:
        """Every record of a ledger partition."""
        log = PartitionLog(self.settings.brokers, self.settings.topics.ledger, partition)
        found = [r.value for r in log.read(0, log.end())]
        log.close()
        return found

    def write(self, partition: int, values: list[bytes]) -> None:
        """What the stranger writes."""
        self.appender.append(self.settings.topics.ledger, partition, values)


@pytest.fixture(scope="module")
def at_work(services: Services, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One running ledger for all attacks of this file."""
    folder = tmp_path_factory.mktemp("fence")
    name = f"t{uuid.uuid4().hex}"
    with psycopg.connect(services.url, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"'.encode())
    settings = Settings(
        kafka_bootstrap=services.bootstrap,
        database_url=services.url.rsplit("/", 1)[0] + f"/{name}",
        topic_prefix=name[:12],
        data=folder,
    )
    settings = founding.found(settings, folder, partitions=PARTITIONS)
    signer = enrolled(settings, folder, AGENCY, ["hotline"])
    world = bootstrap.open_world(settings)
    appender = Appender(settings.brokers)
    with (
        running("infra.entry.registrar", settings, folder / "registrar.log") as registrar,
        running("infra.entry.projector", settings, folder / "projector.log") as projector,
    ):
        found = Running(world, signer, appender, registrar, projector)
        found.submit()
        yield found
    appender.close()
    world.close()


def forged(at: Running, partition: int, signer: SeedSigner | None, place: Place | None = None) -> list[bytes]:
    """An entry that chains from the head, sealed by whoever, as if for some place."""
    head = at.head(partition)
    said = {"at": clock.now(), "n": 99, "reg": head.reg, "src": [partition, 99], "stream": f"desk/{partition}"}
    body = canonical({"ledger": said, "outcome": {"duplicate": {"of": 1}}})
    raw = assemble(body, pos=head.pos + 1, prev=head.id)
    if signer is None:
        return [raw]
    return [with_seal(raw, seal(place or at.world.place(partition), raw, signer))]


def registrar_key(at: Running) -> SeedSigner:
    """The real key, with which these attacks seal for another place: such a seal could be copied from there."""
    assert at.settings.registrar_key is not None
    return keys.load(at.settings.registrar_key)


def cut_short(at: Running, partition: int) -> list[bytes]:
    """A batch under the real key without its last entry, as a registrar leaves it that died."""
    head = at.head(partition)
    raws: list[bytes] = []
    prev = head.id
    for number in range(1, 4):
        said = {"at": clock.now(), "n": number, "reg": head.reg, "src": [partition, number], "stream": "s"}
        raws.append(assemble(canonical({"ledger": said, "outcome": {}}), pos=head.pos + number, prev=prev))
        prev = entry_id(raws[-1])
    return raws


def other_place(at: Running, **changes: object) -> Place:
    """The place of the partition with something else in it."""
    own = at.world.place(0)
    facts = {"ledger": own.ledger, "topic": own.topic, "partition": 0} | changes
    return Place(str(facts["ledger"]), str(facts["topic"]), int(str(facts["partition"])))


ATTACKS: dict[str, Callable[[Running], list[bytes]]] = {
    "garbage": lambda at: [b"garbage", b"", b"{}", os.urandom(200), b'{"pos":1}'],
    "an unsealed entry on the head": lambda at: forged(at, 0, None),
    "an entry sealed with an unknown key": lambda at: forged(at, 0, SeedSigner("registrar-9", b"9" * 32)),
    "an entry sealed with a made-up key under the registrar's id": lambda at: forged(
        at, 0, SeedSigner("registrar-1", b"9" * 32)
    ),
    "an entry sealed with an agency's key": lambda at: forged(at, 0, at.signer),
    "an entry sealed for another ledger": lambda at: forged(at, 0, registrar_key(at), other_place(at, ledger="other")),
    "an entry sealed for another topic": lambda at: forged(at, 0, registrar_key(at), other_place(at, topic="other")),
    "an entry sealed for another partition": lambda at: forged(at, 0, registrar_key(at), other_place(at, partition=1)),
    "a copy of another partition": lambda at: [raw for raw in at.records(1) if raw],
    "a copy of this partition": lambda at: [raw for raw in at.records(0) if raw],
    "a batch cut short": lambda at: cut_short(at, 0),
    "a record above 64 KiB": lambda at: [b'{"a":"' + b"x" * (MAX_ENTRY + 10) + b'"}'],
    "an entry of 64 KiB with a true tail": lambda at: [
        assemble(canonical({"a": "x" * MAX_ENTRY}), pos=at.head(0).pos + 1, prev=at.head(0).id)
    ],
}


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS.keys())
def test_what_no_registrar_sealed_is_void_and_everything_goes_on(
    at_work: Running, attack: Callable[[Running], list[bytes]]
) -> None:
    before = [p.entry.raw for p in read_all(at_work.world)[0].placed]
    counted = voids(at_work.settings)
    written = attack(at_work)
    at_work.write(0, written)
    at_work.submit(count=1)
    reads = read_all(at_work.world)
    assert [p.entry.raw for p in reads[0].placed][: len(before)] == before
    assert len(reads[0].placed) == len(before) + 1
    assert voids(at_work.settings) == counted + len(written)
    whole(at_work.world, reads)
    views_equal(at_work.world, reads)


def test_a_null_is_void_and_everything_goes_on(at_work: Running) -> None:
    counted = voids(at_work.settings)
    producer = KafkaProducer(bootstrap_servers=at_work.settings.kafka_bootstrap.split(","))
    producer.send(at_work.settings.topics.ledger, None, b"key", partition=0).get(timeout=30)
    producer.close()
    at_work.submit(count=1)
    reads = read_all(at_work.world)
    assert voids(at_work.settings) == counted + 1
    whole(at_work.world, reads)
    views_equal(at_work.world, reads)


def test_a_strangers_transactions_stop_neither_reader_nor_writer(at_work: Running) -> None:
    topics = at_work.settings.topics
    producer = KafkaProducer(
        bootstrap_servers=at_work.settings.kafka_bootstrap.split(","), transactional_id=f"stranger-{uuid.uuid4()}"
    )
    producer.init_transactions()
    for end in (producer.abort_transaction, producer.commit_transaction):
        producer.begin_transaction()
        for topic in (topics.ledger, topics.registry):
            producer.send(topic, b"garbage", partition=0).get(timeout=30)
        end()
        at_work.submit(count=1)
    producer.close()
    reads = read_all(at_work.world)
    whole(at_work.world, reads)
    views_equal(at_work.world, reads)


def test_the_processes_were_never_restarted_and_raised_no_alarm(at_work: Running) -> None:
    at_work.submit(count=1)
    for child in (at_work.registrar, at_work.projector):
        assert child.process.poll() is None
        assert "alarm" not in child.text()
        assert "Traceback" not in child.text()
    until(lambda: states(at_work) == {"ready"}, what="ready")


def states(at: Running) -> set[str]:
    """What the processes say of themselves."""
    with at.world.pool.connection() as c:
        return {row[0] for row in c.execute("SELECT state FROM process").fetchall()}
