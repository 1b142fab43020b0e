"""Whatever is killed or paused, each submission has one effective entry, in order, and every view equals a fresh fold.

A plain run does each fault at least twice; `CHAOS=full` does it as often as the acceptance asks. The points at which
faults come are drawn from `SEED`, which is printed when it was not given.
"""

from __future__ import annotations

import os
import random
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import orjson
import psycopg
import pytest
from kafka import KafkaAdminClient
from kafka.errors import KafkaError

from bench.workload import AGENCIES, Work, cases
from domain.partition import partition_of
from domain.profile import AGENCIES as PROFILE
from domain.record.chain import ORIGIN
from domain.record.signing import SeedSigner
from infra import bootstrap, clock, founding, importing, keys
from infra.importers import ctdc
from infra.importers.record import ImportedRecord
from infra.kafka.append import Appender
from infra.kafka.errors import LogAway
from infra.local.kafka import LocalKafka
from infra.local.postgres import LocalPostgres
from infra.settings import Settings
from system.conftest import Services
from system.ledger_checks import judged, read_all, submitted, views_equal, wait_judged, wait_projected, whole
from system.running import Child, environment, until

pytestmark = pytest.mark.chaos

FULL = os.environ.get("CHAOS") == "full"
SEED = int(os.environ.get("SEED") or secrets.randbelow(10**6))
IMPORTER = "ctdc.import"
REFERENCE = Path(__file__).parents[2] / "examples" / "data" / "ctdc_14k.csv"
REGISTRAR, PROJECTOR = "infra.entry.registrar", "infra.entry.projector"


def count(plain: int, full: int) -> int:
    """How often: a plain run, a full one."""
    return full if FULL else plain


@pytest.fixture(autouse=True)
def chance(request: pytest.FixtureRequest) -> random.Random:
    """Where the faults come, from the printed seed."""
    print(f"SEED={SEED}")
    return random.Random(f"{SEED}/{request.node.name}")


@dataclass
class Import:
    """A ledger with the agencies of the workload, the submissions of an import, and the processes at work on it."""

    settings: Settings
    folder: Path
    signers: dict[str, SeedSigner]
    partitions: int
    more: dict[str, str] = field(default_factory=dict)
    children: dict[str, Child] = field(default_factory=dict)
    events: int = 0

    def start(self, *names: str) -> None:
        """Start processes: `registrar`, `projector`, or `registrar-2` with a name of its own."""
        for name in names:
            role, _, instance = name.partition("-")
            more = self.more | {"TAMGA_INSTANCE": instance or "1"}
            if role == "projector":
                more.pop("TAMGA_FORCE_PARTITION", None)
            module = REGISTRAR if role == "registrar" else PROJECTOR
            self.children[name] = Child(module, self.settings, self.folder / f"{name}.log", **more)

    def kill(self, *names: str) -> None:
        """kill -9."""
        for name in names:
            self.children.pop(name).kill()

    def stop(self) -> None:
        """End all."""
        for child in self.children.values():
            child.stop()
        self.children.clear()

    def publish(self, operational: int, reference: int, *, only: int | None = None) -> None:
        """Put the import on the topic: cases of six events and rows of the public data set, mixed."""
        work = [w for case in self._cases(operational) for w in case]
        streams = [(w.stream, w.record) for w in work] + list(self._rows(reference))
        batches: dict[int, list[bytes]] = {}
        for stream, record in streams:
            partition = partition_of(stream, self.partitions)
            if only is None or partition == only:
                batches.setdefault(partition, []).append(record)
        appender = Appender(self.settings.brokers)
        for partition, records in batches.items():
            for start in range(0, len(records), 500):
                self._append(appender, partition, records[start : start + 500])
        appender.close()
        self.events += sum(map(len, batches.values()))

    def _append(self, appender: Appender, partition: int, records: list[bytes]) -> None:
        deadline = time.monotonic() + 120
        while True:
            try:
                appender.append(self.settings.topics.submissions, partition, records)
            except LogAway:
                assert time.monotonic() < deadline, "the broker stays away"
                time.sleep(0.2)
            else:
                return

    def _cases(self, operational: int) -> Iterator[list[Work]]:
        ledger = self.settings.ledger_id
        return cases(operational, ledger=ledger, signers=self.signers, time=clock.now(), seed=SEED + self.events)

    def _rows(self, reference: int) -> Iterator[tuple[str, bytes]]:
        signer, ledger = self.signers[IMPORTER], self.settings.ledger_id
        found = (row for row in ctdc.read(REFERENCE) if isinstance(row, ImportedRecord))
        for row, _ in zip(found, range(reference), strict=False):
            yield row.case_id, importing.submission(row, IMPORTER, ledger=ledger, signer=signer)

    def at_points(self, chance: random.Random, points: int, do: Callable[[int], None]) -> None:
        """Do something when so many submissions have been judged, at points drawn from the whole import."""
        first, last = self.judged(), self.events
        drawn = sorted(chance.sample(range(first, max(first + points, last * 9 // 10)), points))
        print(f"points: {drawn} of {last}")
        for number, point in enumerate(drawn):
            until(lambda point=point: self.judged() >= point, 180, f"{point} judged")
            do(number)

    def judged(self) -> int:
        """How many have an outcome; as many as before while the database is away."""
        try:
            return judged(self.settings)
        except psycopg.OperationalError:
            return -1

    def check(self) -> None:
        """Everything that must hold, asked of Kafka."""
        world = bootstrap.open_world(self.settings)
        try:
            wait_judged(world)
            wait_projected(world)
            reads = read_all(world)
            outcomes = whole(world, reads)
            views_equal(world, reads)
            print(f"void: {sum(one.void for one in reads)}, outcomes: {dict(outcomes)}")
            recorded = sum(n for name, n in outcomes.items() if not name.startswith("outcome."))
            assert recorded == self.events, "an event of the import is not on record"
            refused = {name for name in outcomes if name.startswith("outcome.refused.")}
            assert not refused
            assert sum(outcomes.values()) == sum(submitted(world))
        finally:
            world.close()
        assert not any("Traceback" in child.text() or "alarm" in child.text() for child in self.children.values())


def found_import(
    bootstrap_servers: str, url: str, folder: Path, *, partitions: int = 4, replication: int = 1
) -> Import:
    """A founded ledger with everybody enrolled."""
    name = f"t{secrets.token_hex(6)}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"'.encode())
    settings = Settings(
        kafka_bootstrap=bootstrap_servers,
        database_url=url.rsplit("/", 1)[0] + f"/{name}",
        topic_prefix=name,
        data=folder,
    )
    settings = founding.found(settings, folder, partitions=partitions, replication=replication)
    registrations = founding.Registrations(settings, founding.root_signers(settings))
    signers = {agency: keys.create(folder / f"{agency}.json", f"{agency}-1") for agency in (*AGENCIES, IMPORTER)}
    for agency, signer in signers.items():
        categories = AGENCIES.get(agency) or sorted(PROFILE[agency].categories)
        registrations.enrol(agency, agency, categories, signer)
    registrations.close()
    return Import(settings, folder, signers, partitions, {"TAMGA_BATCH": "50"})


@pytest.fixture
def opened(services: Services, tmp_path: Path) -> Iterator[Import]:
    """An import on the run's own servers, for faults that don't touch them."""
    found = found_import(services.bootstrap, services.url, tmp_path)
    yield found
    found.stop()


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder that a server's unprivileged user can enter."""
    folder = Path(tempfile.mkdtemp(prefix="tamga-crash-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


KILLED = [("registrar",), ("projector",), ("registrar", "projector")]


@pytest.mark.parametrize("names", KILLED, ids=[" and ".join(names) for names in KILLED])
def test_nothing_is_lost_or_doubled_when_processes_are_killed(
    opened: Import, chance: random.Random, names: tuple[str, ...]
) -> None:
    points = count(2, 20)
    opened.publish(count(60, 600), count(600, 14_299))
    opened.start("registrar", "projector")

    def crash(_: int) -> None:
        opened.kill(*names)
        opened.start(*names)

    opened.at_points(chance, points, crash)
    opened.check()


def test_nothing_is_lost_or_doubled_when_the_broker_is_killed(
    services: Services, chance: random.Random, place: Path, tmp_path: Path
) -> None:
    with LocalKafka.start(place / "kafka") as kafka:
        opened = found_import(kafka.bootstrap, services.url, tmp_path)
        opened.publish(count(100, 600), count(600, 6000))
        opened.start("registrar", "projector")

        def crash(_: int) -> None:
            kafka.kill(0)
            kafka.restart(0)
            opened.publish(5, 0)

        try:
            opened.at_points(chance, count(2, 3), crash)
            opened.check()
        finally:
            opened.stop()


def test_nothing_is_lost_or_doubled_when_the_partitions_leader_is_killed(
    services: Services, chance: random.Random, place: Path, tmp_path: Path
) -> None:
    with LocalKafka.start(place / "cluster", brokers=3) as kafka:
        opened = found_import(kafka.bootstrap, services.url, tmp_path, partitions=1, replication=3)
        opened.publish(count(100, 600), count(600, 6000))
        opened.start("registrar", "projector")

        def crash(_: int) -> None:
            leader = leader_of(opened.settings)
            kafka.kill(leader)
            until(lambda: leader_of(opened.settings) != leader, 60, "another leader")
            kafka.restart(leader)
            opened.publish(5, 0)

        try:
            opened.at_points(chance, count(2, 3), crash)
            opened.check()
        finally:
            opened.stop()


def leader_of(settings: Settings) -> int:
    """The broker that leads partition 0 of the ledger, counted from 0; -1 while none does."""
    try:
        with KafkaAdminClient(bootstrap_servers=settings.kafka_bootstrap.split(",")) as admin:
            described = admin.describe_topics([settings.topics.ledger])
    except KafkaError:
        return -1
    (topic,) = described
    return int(topic["partitions"][0]["leader_id"]) - 1 if topic["partitions"] else -1


def test_nothing_is_lost_or_doubled_when_the_database_is_killed(
    services: Services, chance: random.Random, place: Path, tmp_path: Path
) -> None:
    with LocalPostgres.start(place / "postgres") as postgres:
        opened = found_import(services.bootstrap, postgres.url, tmp_path)
        opened.publish(count(100, 600), count(600, 6000))
        opened.start("registrar", "projector")

        def crash(number: int) -> None:
            postgres.kill()
            if number % 2:
                time.sleep(chance.uniform(0, 3))
            postgres.restart()
            opened.publish(5, 0)

        try:
            opened.at_points(chance, count(2, 10), crash)
            opened.check()
        finally:
            opened.stop()


def test_nothing_is_lost_or_doubled_when_the_database_forgets_its_last_commits(
    services: Services, chance: random.Random, place: Path, tmp_path: Path
) -> None:
    """Killed while nobody waits for it: what was committed without its disk is gone, and no statement fails."""
    with LocalPostgres.start(place / "postgres") as postgres:
        with psycopg.connect(postgres.url, autocommit=True) as c:
            # Commits wait long for the disk, however much is written meanwhile, so that some are lost.
            c.execute("ALTER SYSTEM SET wal_writer_delay = '10s'")
            c.execute("ALTER SYSTEM SET wal_writer_flush_after = '1GB'")
            c.execute("SELECT pg_reload_conf()")
        opened = found_import(services.bootstrap, postgres.url, tmp_path)
        opened.start("registrar", "projector")
        forgotten = 0
        try:
            for _ in range(count(2, 10)):
                opened.publish(10, 0)
                wait_for_both(opened)
                for child in opened.children.values():
                    child.pause()
                postgres.kill()
                postgres.restart()
                forgotten += opened.events - opened.judged()
                for child in opened.children.values():
                    child.resume()
            opened.publish(10, 0)
            opened.check()
        finally:
            opened.stop()
        assert forgotten > 0


def wait_for_both(opened: Import) -> None:
    """Until all that was published is judged and projected."""
    world = bootstrap.open_world(opened.settings)
    wait_judged(world)
    wait_projected(world)
    world.close()


def test_two_registrars_on_one_partition_lose_and_double_nothing(opened: Import, chance: random.Random) -> None:
    opened.more["TAMGA_FORCE_PARTITION"] = "0"
    opened.publish(count(400, 4000), count(2500, 14_299), only=0)
    opened.start("registrar-1", "registrar-2", "projector")
    faults = ["kill"] * count(3, 40) + ["pause"] * count(3, 12)
    chance.shuffle(faults)

    def disturb(number: int) -> None:
        name = chance.choice(("registrar-1", "registrar-2"))
        if faults[number] == "kill":
            opened.kill(name)
            opened.start(name)
        else:
            child = opened.children[name]
            child.pause()
            time.sleep(chance.uniform(0.05, 1.0))
            child.resume()

    opened.at_points(chance, len(faults), disturb)
    opened.check()


def owned(opened: Import, name: str) -> set[int]:
    """The partitions that a registrar says it has."""
    mine: set[int] = set()
    for line in opened.children[name].text().splitlines():
        said = orjson.loads(line) if line.startswith("{") else {}
        if said.get("event") == "started":
            mine.clear()
        elif said.get("what") == "taken":
            mine.add(said["partition"])
        elif said.get("what") == "left":
            mine.discard(said["partition"])
    return mine


def test_a_partition_moves_between_registrars_of_the_group_and_nothing_is_lost_or_doubled(opened: Import) -> None:
    everything = set(range(opened.partitions))
    opened.publish(count(200, 2000), count(1500, 12_000))
    opened.start("registrar-1", "projector")
    until(lambda: owned(opened, "registrar-1") == everything, 60, "every partition with the first")
    here, there = "registrar-1", "registrar-2"
    for _ in range(count(1, 6)):
        opened.start(there)
        until(lambda there=there: owned(opened, there), 60, "a partition with the one that has come")
        until(lambda here=here, there=there: owned(opened, here).isdisjoint(owned(opened, there)), 60, "one owner each")
        opened.publish(count(100, 500), 0)
        opened.children.pop(here).stop()
        until(lambda there=there: owned(opened, there) == everything, 60, "every partition with the one that stays")
        opened.publish(count(100, 500), 0)
        here, there = there, here
    opened.check()


WRITER = """
import os
import sys
from eventsourcing.persistence import StoredEvent
from infra.recorder import LedgerFactory
recorder = LedgerFactory(os.environ).application_recorder()
size, name = int(sys.argv[1]), sys.argv[2]
for call in range(1000):
    recorder.insert_events([StoredEvent(f"{name}-{call}-{n}", 1, "t", b"state") for n in range(size)])
    print(call, flush=True)
"""


def test_a_call_of_the_recorder_is_all_or_nothing_when_its_process_is_killed(
    opened: Import, chance: random.Random, tmp_path: Path
) -> None:
    size = 2000
    topic = f"{opened.settings.topic_prefix}.app"
    env = environment(opened.settings, TAMGA_APP_TOPIC=topic, PYTHONPATH=os.pathsep.join(sys.path))
    answered: dict[str, int] = {}
    for number in range(count(3, 20)):
        name = f"writer{number}"
        with ExitStack() as stack:
            out = stack.enter_context((tmp_path / f"{name}.out").open("w+"))
            process = subprocess.Popen([sys.executable, "-c", WRITER, str(size), name], env=env, stdout=out, stderr=out)
            until(lambda out=out: Path(out.name).read_text().strip(), 60, f"a first call of {name}")
            time.sleep(chance.uniform(0, 0.5))
            process.kill()
            process.wait(10)
            lines = Path(out.name).read_text().split("\n")
            answered[name] = max(int(line) for line in lines[:-1] if line.isdigit())
    found = calls_on_record(opened, topic)
    assert set(found.values()) == {size}
    for name, last in answered.items():
        calls = sorted(call for writer, call in found if writer == name)
        assert calls in (list(range(last + 1)), list(range(last + 2))), (
            "what was answered is there, and one call at most more"
        )


def calls_on_record(opened: Import, topic: str) -> dict[tuple[str, int], int]:
    """(writer, call) -> how many of its events are effective, read from Kafka."""
    world = bootstrap.open_world(opened.settings)
    reader = bootstrap.open_reader(world, 0, topic=topic)
    reader.start(ORIGIN)
    found: dict[tuple[str, int], int] = {}
    for placed in reader.catch_up():
        for one in placed:
            stream = orjson.loads(one.entry.raw)["ledger"]["stream"]
            if stream.startswith("writer"):
                writer, call, _ = stream.split("-")
                found[writer, int(call)] = found.get((writer, int(call)), 0) + 1
    reader.log.close()
    world.close()
    return found
