"""The services that `make demo` and every system test stand on: real Kafka, real PostgreSQL, unprivileged, mortal."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import NewTopic

from infra.local.downloads import kafka_jars, locked_jars
from infra.local.folders import LocalServiceError
from infra.local.kafka import LocalKafka
from infra.local.postgres import LocalPostgres
from infra.local.processes import Processes, start_time, wait_until

ROOT = Path(__file__).parents[2]

SUPERVISOR = """
import sys, time
from pathlib import Path
from infra.local.kafka import LocalKafka
from infra.local.postgres import LocalPostgres
folder = Path(sys.argv[1])
kafka, postgres = LocalKafka.start(folder / "kafka"), LocalPostgres.start(folder / "postgres")
print(*kafka.pids, postgres.pid, flush=True)
time.sleep(600)
"""


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """A folder that `nobody` can enter; pytest's own is 0700."""
    path = Path(tempfile.mkdtemp(prefix="tamga-test-"))
    path.chmod(0o755)
    yield path
    shutil.rmtree(path)


@pytest.fixture(scope="module")
def kafka(folder: Path) -> Iterator[LocalKafka]:
    with LocalKafka.start(folder / "shared-kafka") as kafka:
        yield kafka


@pytest.fixture(scope="module")
def postgres(folder: Path) -> Iterator[LocalPostgres]:
    with LocalPostgres.start(folder / "shared-postgres") as postgres:
        yield postgres


def write_record(bootstrap: str, value: bytes) -> None:
    with KafkaAdminClient(bootstrap_servers=bootstrap) as admin:
        if "t" not in admin.list_topics():
            admin.create_topics([NewTopic("t", num_partitions=1, replication_factor=1)])
    producer = KafkaProducer(bootstrap_servers=bootstrap, acks="all")
    producer.send("t", value, partition=0).get(timeout=20)
    producer.close()


def read_records(bootstrap: str) -> list[bytes]:
    partition = TopicPartition("t", 0)
    consumer = KafkaConsumer(bootstrap_servers=bootstrap, auto_offset_reset="none")
    consumer.assign([partition])
    consumer.seek(partition, 0)
    end = consumer.end_offsets([partition])[partition]
    values: list[bytes] = []
    while consumer.position(partition) < end:
        values += [record.value for batch in consumer.poll(1000).values() for record in batch]
    consumer.close()
    return values


def uids_of(pid: int) -> set[str]:
    status = Path(f"/proc/{pid}/status").read_text()
    return set(next(line for line in status.splitlines() if line.startswith("Uid:")).split()[1:])


def test_no_service_runs_as_root(kafka: LocalKafka, postgres: LocalPostgres) -> None:
    for pid in (*kafka.pids, postgres.pid):
        uids = uids_of(pid)
        assert "0" not in uids
        assert os.geteuid() == 0 or uids == {str(os.geteuid())}


def test_data_are_for_the_service_alone(kafka: LocalKafka, postgres: LocalPostgres) -> None:
    for data in (kafka.folder / "broker-0", postgres.folder / "cluster"):
        assert data.stat().st_mode & 0o777 == 0o700
        assert data.stat().st_uid != 0
    assert (postgres.folder / "password").stat().st_mode & 0o777 == 0o600


def test_the_runtimes_are_not_the_systems(kafka: LocalKafka, postgres: LocalPostgres) -> None:
    for pid, part in ((kafka.pids[0], "java-runtime"), (postgres.pid, "pginstall")):
        assert part in os.readlink(f"/proc/{pid}/exe")


def test_a_record_survives_kill_and_restart_of_the_broker(kafka: LocalKafka) -> None:
    write_record(kafka.bootstrap, b"one")
    kafka.kill(0)
    assert kafka.pids == [0]
    kafka.restart(0)
    write_record(kafka.bootstrap, b"two")
    assert read_records(kafka.bootstrap)[-2:] == [b"one", b"two"]


def test_a_topic_is_never_made_by_accident(kafka: LocalKafka) -> None:
    consumer = KafkaConsumer("never-made", bootstrap_servers=kafka.bootstrap)
    consumer.poll(500)
    assert "never-made" not in consumer.topics()
    consumer.close()


def test_a_paused_broker_goes_on_when_resumed(kafka: LocalKafka) -> None:
    kafka.pause(0)
    time.sleep(0.2)
    assert Path(f"/proc/{kafka.pids[0]}/stat").read_text().rpartition(")")[2].split()[0] == "T"
    kafka.resume(0)
    write_record(kafka.bootstrap, b"after the pause")


def test_a_row_survives_kill_and_restart_of_the_server(postgres: LocalPostgres) -> None:
    with psycopg.connect(postgres.url) as connection:
        connection.execute("CREATE TABLE kept (n int)")
        connection.execute("INSERT INTO kept VALUES (7)")
    postgres.kill()
    postgres.restart()
    with psycopg.connect(postgres.url) as connection:
        assert connection.execute("SELECT n FROM kept").fetchone() == (7,)


def test_postgres_wants_its_password(postgres: LocalPostgres) -> None:
    secret = (postgres.folder / "password").read_text()
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(postgres.url.replace(secret, "guess"))


def test_a_stale_pid_file_that_names_another_process_is_cleared(folder: Path, postgres: LocalPostgres) -> None:
    postgres.kill()
    (postgres.folder / "cluster" / "postmaster.pid").write_text(f"{os.getpid()}\n{folder}\n")
    postgres.restart()
    assert postgres.pid != os.getpid()


def test_one_supervisor_a_folder(kafka: LocalKafka) -> None:
    with pytest.raises(LocalServiceError, match=f"in use by process {os.getpid()}"):
        LocalKafka.start(kafka.folder)


def test_nothing_outlives_a_killed_supervisor_and_the_next_start_works(folder: Path) -> None:
    home = folder / "crash"
    supervisor = subprocess.Popen(
        [sys.executable, "-c", SUPERVISOR, str(home)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert supervisor.stdout is not None
    pids = [int(word) for word in supervisor.stdout.readline().split()]
    assert len(pids) == 2
    supervisor.send_signal(signal.SIGKILL)
    supervisor.wait()
    supervisor.stdout.close()
    assert wait_until(lambda: not any(start_time(pid) for pid in pids), 10)
    with LocalKafka.start(home / "kafka") as kafka, LocalPostgres.start(home / "postgres") as postgres:
        write_record(kafka.bootstrap, b"after the crash")
        assert read_records(kafka.bootstrap) == [b"after the crash"]
        psycopg.connect(postgres.url).close()


def test_what_a_crash_left_is_ended_by_pid_and_start_time(folder: Path) -> None:
    left = subprocess.Popen(["/bin/sleep", "600"])
    another = subprocess.Popen(["/bin/sleep", "600"])
    try:
        home = folder / "left"
        home.mkdir()
        rows = [(left, start_time(left.pid)), (another, (start_time(another.pid) or 0) - 1)]
        text = ",".join(f'{{"name":"s","pid":{p.pid},"started":{at},"stop_signal":15}}' for p, at in rows)
        (home / "pids.json").write_text(f"[{text}]")
        with Processes(home) as processes:
            assert processes.left_behind == ["s"]
        assert left.wait(5) == -signal.SIGTERM
        assert another.poll() is None
    finally:
        for process in (left, another):
            process.kill()
            process.wait()


def test_a_child_outlives_the_thread_that_asked_for_it(folder: Path) -> None:
    import threading

    with Processes(folder / "threads") as processes:
        asking = threading.Thread(target=lambda: processes.spawn("s", ["/bin/sleep", "60"], log_file=folder / "s.log"))
        asking.start()
        asking.join()
        time.sleep(0.2)
        (child,) = processes.running
    assert not child.alive()


def test_a_jar_with_a_wrong_hash_is_refused_and_removed(folder: Path) -> None:
    cache = folder / "cache"
    jars = kafka_jars()
    altered = cache / jars[0].parent.name / jars[0].name
    altered.parent.mkdir(parents=True)
    for jar in jars:
        shutil.copy(jar, altered.parent)
    assert [jar.name for jar in kafka_jars(cache)] == [jar.name for jar in jars]
    with altered.open("ab") as file:
        file.write(b"\0")
    with pytest.raises(LocalServiceError, match=locked_jars()[0].name):
        kafka_jars(cache)
    assert not altered.exists()
