"""A log that is not the log that it was stops every consumer with a message that says so, at once and at each start.

So do settings under which the record could be lost, submissions that nobody has read, and a clock that is wrong; a
registry that could not be read lately admits nothing.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import orjson
import psycopg
import pytest
from eventsourcing.persistence import OperationalError
from kafka import KafkaAdminClient, TopicPartition
from kafka.admin import ConfigResource, ConfigResourceType
from kafka.errors import KafkaError

from consumers.ports import Stop
from consumers.registrar import Clocks, PartitionRegistrar
from domain.record.signing import SeedSigner
from domain.registry import View
from domain.submission import sign
from infra import bootstrap, clock, founding
from infra.entry.registrar import RegistryView
from infra.kafka.append import Appender, now_ms
from infra.kafka.errors import LogFault
from infra.kafka.topics import Topics
from infra.partition_recorder import LedgerRecorder
from infra.settings import Settings
from system.conftest import Services
from system.ledger_checks import read_all, wait_judged, wait_projected, whole
from system.running import Child, rows, running, until
from system.test_spine import enrolled, indicator

REGISTRAR, PROJECTOR = "infra.entry.registrar", "infra.entry.projector"
STOPPED = 3
AGENCY = "mn.hotline108"


@dataclass
class Small:
    """A ledger of one partition with a few entries, and who may do everything to its topics."""

    world: bootstrap.World
    admin: Any
    appender: Appender
    signer: SeedSigner
    folder: Path

    @property
    def settings(self) -> Settings:
        return self.world.settings

    def submit(self, count: int = 3) -> None:
        """Good events."""
        ledger = self.settings.ledger_id
        records = [sign(indicator(AGENCY), ledger=ledger, signer=self.signer) for _ in range(count)]
        self.appender.append(self.settings.topics.submissions, 0, records)

    def start(self, module: str) -> Child:
        """A process of the product; its log is written anew."""
        log = self.folder / f"{module}.log"
        log.unlink(missing_ok=True)
        return Child(module, self.settings, log)

    def delete_before(self, topic: str, offset: int) -> None:
        """Delete records from the beginning."""
        self.admin.delete_records({TopicPartition(topic, 0): offset})

    def recreate(self, topic: str, *, records: int = 0) -> None:
        """Delete the topic and make it anew with other records."""
        self.admin.delete_topics([topic])
        with Topics(self.settings.brokers) as topics:
            until(lambda: not topics.exists(topic), what="deletion")
            until(lambda: _made(topics, topic), what="the new topic")
        fresh = Appender(self.settings.brokers)
        for number in range(records):
            fresh.append(topic, 0, [b"another record %d" % number])
        fresh.close()

    def length(self, topic: str) -> int:
        """How many records the topic holds."""
        log = bootstrap.PartitionLog(self.settings.brokers, topic, 0)
        end = log.end()
        log.close()
        return end

    def add_partitions(self, topic: str) -> None:
        """One partition becomes three."""
        self.admin.create_partitions({topic: 3})

    def set(self, topic: str, name: str, value: str) -> None:
        """Change a setting of a topic."""
        self.admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, topic, configs={name: value})])


def _made(topics: Topics, topic: str) -> bool:
    try:
        topics.ensure(topic, partitions=1, replication=1)
    except KafkaError:
        return False
    return topics.exists(topic)


@pytest.fixture
def small(services: Services, database: str, tmp_path: Path) -> Iterator[Small]:
    """The ledger, with three events judged and projected."""
    settings = Settings(
        kafka_bootstrap=services.bootstrap,
        database_url=database,
        topic_prefix=database.rsplit("/", 1)[1][:12],
        data=tmp_path,
    )
    settings = founding.found(settings, tmp_path, partitions=1)
    signer = enrolled(settings, tmp_path, AGENCY, ["hotline"])
    world = bootstrap.open_world(settings)
    admin = KafkaAdminClient(bootstrap_servers=settings.kafka_bootstrap.split(","))
    found = Small(world, admin, Appender(settings.brokers), signer, tmp_path)
    found.submit()
    yield found
    found.appender.close()
    admin.close()
    world.close()


def stopped(child: Child) -> str:
    """The code with which a process stopped for good: on stderr and in its exit status."""
    until(lambda: child.process.poll() is not None, 60, f"an end of {child.log.name}: {child.text()[-400:]}")
    assert child.process.returncode == STOPPED, child.text()
    lines = [line for line in child.text().splitlines() if '"stopped"' in line]
    assert len(lines) == 1, child.text()
    return str(_json(lines[0])["code"])


def _json(line: str) -> dict[str, Any]:
    found: dict[str, Any] = orjson.loads(line)
    assert found["level"] == "critical"
    assert len(found["message"]) > 10
    return found


def said(small: Small) -> dict[str, tuple[str, str]]:
    """State and code of each process, as `/readyz` reads them."""
    return {r[0]: (r[1], r[2]) for r in rows(small.settings.database_url, "SELECT role, state, code FROM process")}


FAULTS: dict[str, tuple[Callable[[Small], None], str, str]] = {
    # what is done behind our back; the registrar's code, the projector's (empty: it goes on)
    "ledger deleted from its beginning": (
        lambda s: s.delete_before(s.settings.topics.ledger, 2),
        "log.truncated",
        "log.truncated",
    ),
    "ledger recreated empty": (lambda s: s.recreate(s.settings.topics.ledger), "log.recreated", "log.recreated"),
    "ledger recreated as long as it was": (
        lambda s: s.recreate(s.settings.topics.ledger, records=s.length(s.settings.topics.ledger)),
        "log.recreated",
        "log.recreated",
    ),
    "ledger's partition count changed": (
        lambda s: s.add_partitions(s.settings.topics.ledger),
        "log.partitions_changed",
        "log.partitions_changed",
    ),
    "submissions' partition count changed": (
        lambda s: s.add_partitions(s.settings.topics.submissions),
        "log.partitions_changed",
        "",
    ),
    "submissions recreated": (lambda s: s.recreate(s.settings.topics.submissions, records=9), "log.recreated", ""),
    "ledger deleted": (
        lambda s: s.admin.delete_topics([s.settings.topics.ledger]),
        "log.missing_topic",
        "log.missing_topic",
    ),
}


@pytest.mark.parametrize(("done", "registrars", "projectors"), FAULTS.values(), ids=FAULTS.keys())
def test_a_changed_log_stops_every_consumer_at_work_and_at_each_start(
    small: Small, done: Callable[[Small], None], registrars: str, projectors: str
) -> None:
    registrar, projector = small.start(REGISTRAR), small.start(PROJECTOR)
    try:
        wait_judged(small.world)
        until(lambda: rows(small.settings.database_url, "SELECT 1 FROM view"), what="views")
        wait_projected(small.world)
        done(small)
        for when in ("at work", "at the next start"):
            if when != "at work":
                registrar = small.start(REGISTRAR)
                projector = small.start(PROJECTOR) if projectors else projector
            assert stopped(registrar) == registrars
            assert said(small)["registrar"] == ("stopped", registrars)
            if projectors:
                assert stopped(projector) == projectors
                assert said(small)["projector"] == ("stopped", projectors)
        if not projectors:
            assert projector.process.poll() is None
            assert said(small)["projector"] == ("ready", "")
    finally:
        registrar.stop()
        projector.stop()


def _forked(small: Small) -> None:
    """The same topic, the same length, other records: as a cluster is that was put back from an old disk."""
    topic = small.settings.topics.ledger
    small.recreate(topic, records=small.length(topic))
    _take_for_the_same(small)


def _shorter(small: Small) -> None:
    small.recreate(small.settings.topics.ledger, records=1)
    _take_for_the_same(small)


def _take_for_the_same(small: Small) -> None:
    found = small.world.topics.facts(small.settings.topics.ledger).id
    with psycopg.connect(small.settings.database_url, autocommit=True) as c:
        c.execute("UPDATE log SET topic_id = %s", (found,))
        c.execute("UPDATE view_head SET topic_id = %s", (found,))


def _retention(small: Small) -> None:
    small.set(small.settings.topics.ledger, "retention.ms", "604800000")


AT_START: dict[str, tuple[Callable[[Small], None], str]] = {
    "forked": (_forked, "log.forked"),
    "shorter than the head": (_shorter, "log.truncated"),
    "deleted by time": (_retention, "log.unsafe_setting"),
}


@pytest.mark.parametrize(("done", "code"), AT_START.values(), ids=AT_START.keys())
def test_a_log_changed_while_nobody_was_at_work_stops_every_consumer(
    small: Small, done: Callable[[Small], None], code: str
) -> None:
    with running(REGISTRAR, small.settings, small.folder / "r"), running(PROJECTOR, small.settings, small.folder / "p"):
        wait_judged(small.world)
        until(lambda: rows(small.settings.database_url, "SELECT 1 FROM view"), what="views")
        wait_projected(small.world)
    done(small)
    for module in (REGISTRAR, PROJECTOR):
        assert stopped(small.start(module)) == code
    assert said(small) == {"registrar": ("stopped", code), "projector": ("stopped", code)}


UNSAFE = [
    ("ledger", "cleanup.policy", "compact"),
    ("ledger", "retention.bytes", "1000000"),
    ("ledger", "unclean.leader.election.enable", "true"),
    ("ledger", "message.timestamp.type", "CreateTime"),
    ("submissions", "retention.ms", "3600000"),
    ("submissions", "message.timestamp.type", "CreateTime"),
    ("registry", "retention.ms", "3600000"),
    ("registry", "cleanup.policy", "compact,delete"),
]


def test_a_ledger_refuses_every_setting_under_which_the_record_could_be_lost(small: Small) -> None:
    small.world.check_topics()
    for which, name, value in UNSAFE:
        topic = getattr(small.settings.topics, which)
        before = small.world.topics._settings(topic)[name]
        small.set(topic, name, value)
        with pytest.raises(LogFault) as fault:
            until(lambda: small.world.check_topics(), 10, f"{name} to be refused")
        assert (fault.value.code, name in fault.value.message) == ("log.unsafe_setting", True)
        small.set(topic, name, before)
        until(lambda topic=topic, name=name, before=before: small.world.topics._settings(topic)[name] == before, 10)


def test_submissions_deleted_unread_stop_the_registrar_at_work_and_at_each_start(small: Small) -> None:
    registrar = small.start(REGISTRAR)
    try:
        wait_judged(small.world)
        registrar.pause()
        time.sleep(1.0)  # a fetch that was on its way when it was paused comes back empty first
        small.submit(5)
        small.delete_before(small.settings.topics.submissions, 6)
        registrar.resume()
        assert stopped(registrar) == "intake.lost"
        assert said(small)["registrar"] == ("stopped", "intake.lost")
        registrar = small.start(REGISTRAR)
        assert stopped(registrar) == "intake.lost"
    finally:
        registrar.stop()


# -- clocks and the registry, in a registrar put together here ---------------------------------------------------------


class Registry:
    """The registry as a registrar takes it, of a certain age, which reading on does not change."""

    def __init__(self, world: bootstrap.World, age: float) -> None:
        self._inner, self.age = RegistryView(world), age
        self.refreshed = 0

    def refresh(self) -> None:
        """Nothing comes."""
        self.refreshed += 1

    def view(self) -> View:
        """As it stood."""
        return self._inner.view()


REAL = Clocks(clock.now, clock.latest, now_ms, time.monotonic)


def registrar_of(small: Small, recorder: LedgerRecorder, clocks: Clocks = REAL, age: float = 0.0) -> PartitionRegistrar:
    """A registrar of partition 0 with clocks of its own, taken over."""
    found = PartitionRegistrar(
        partition=0,
        partitions=1,
        ledger=small.settings.ledger_id,
        recorder=recorder,
        states=recorder.index,
        registry=Registry(small.world, age),
        clocks=clocks,
        salt=lambda: bytes(16),
        alarm=lambda code, message: None,
    )
    found.take_over()
    return found


@pytest.fixture
def recorder(small: Small) -> Iterator[LedgerRecorder]:
    """A recorder with this machine's clock."""
    found = bootstrap.open_recorder(small.world, 0)
    yield found
    found.close()


def batch(small: Small) -> list[tuple[int, bytes | None, int]]:
    """The submissions that wait."""
    log = bootstrap.PartitionLog(small.settings.brokers, small.settings.topics.submissions, 0)
    found = [tuple(r) for r in log.read(0, log.end())]
    log.close()
    return found


def test_a_submission_stamped_after_this_machines_clock_stops_the_registrar(
    small: Small, recorder: LedgerRecorder
) -> None:
    behind = replace(REAL, now_ms=lambda: now_ms() - 60_000)
    length = small.length(small.settings.topics.ledger)
    with pytest.raises(Stop) as stop:
        registrar_of(small, recorder, behind).judge(batch(small))
    assert stop.value.code == "clock.behind"
    assert small.length(small.settings.topics.ledger) == length


@pytest.mark.parametrize(
    "ahead_ms", [-60_000, 60_000], ids=["clock behind the broker's", "clock ahead of the broker's"]
)
def test_an_own_append_stamped_outside_its_time_stops_the_registrar(small: Small, ahead_ms: int) -> None:
    recorder = bootstrap.open_recorder(small.world, 0, clock_ms=lambda: now_ms() + ahead_ms)
    with pytest.raises(LogFault) as fault:
        registrar_of(small, recorder).judge(batch(small))
    recorder.close()
    assert fault.value.code == "clock.disagrees"


def test_a_head_ahead_of_the_clock_waits_and_goes_on_when_the_clock_has_come(
    small: Small, recorder: LedgerRecorder
) -> None:
    records = batch(small)
    registrar_of(small, recorder).judge(records[:1])
    length = small.length(small.settings.topics.ledger)
    slow = registrar_of(small, recorder, replace(REAL, now=lambda: "2020-01-01T00:00:00.000000Z"))
    with pytest.raises(OperationalError, match="ahead of this machine's clock"):
        slow.judge(records[1:])
    assert small.length(small.settings.topics.ledger) == length
    registrar_of(small, recorder).judge(records[1:])
    recorder.settle()
    whole(small.world, read_all(small.world))


def test_a_registry_read_more_than_five_seconds_ago_admits_nothing(small: Small, recorder: LedgerRecorder) -> None:
    length = small.length(small.settings.topics.ledger)
    stale = registrar_of(small, recorder, age=5.1)
    with pytest.raises(OperationalError, match="registry"):
        stale.judge(batch(small))
    assert small.length(small.settings.topics.ledger) == length
    assert not stale.taken
    registrar_of(small, recorder, age=4.9).judge(batch(small))
    recorder.settle()
    whole(small.world, read_all(small.world))
