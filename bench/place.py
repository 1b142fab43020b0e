"""Where figures are measured: local Kafka and PostgreSQL of their own, a founded ledger, four agencies enrolled."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Any

import psycopg

from bench.signing import waves
from bench.workload import AGENCIES, Work
from domain.partition import partition_of
from domain.record.signing import SeedSigner
from infra import clock, founding, keys
from infra.kafka.append import Appender
from infra.local.folders import data_folder
from infra.local.kafka import LocalKafka
from infra.local.postgres import LocalPostgres
from infra.settings import Settings

BATCH = 2000


@dataclass
class Place:
    """A ledger to measure on."""

    folder: Path
    settings: Settings
    signers: dict[str, SeedSigner]
    _looks: list[psycopg.Connection[Any]] = field(default_factory=list)

    def waves(self, count: int, seed: int) -> Iterator[list[Work]]:
        """Signed submissions of `count` cases, six each, as many at once as memory may hold."""
        return waves(count, ledger=self.settings.ledger_id, signers=self.signers, time=clock.now(), seed=seed)

    def work(self, count: int, seed: int) -> list[Work]:
        """Signed submissions of `count` cases, six each."""
        return list(chain.from_iterable(self.waves(count, seed)))

    def publish(self, work: list[Work]) -> float:
        """Publish and wait for every acknowledgement; returns seconds."""
        partitions: dict[int, list[bytes]] = {}
        for w in work:
            partitions.setdefault(partition_of(w.stream, founding.PARTITIONS), []).append(w.record)
        appender = Appender(self.settings.brokers)
        started = time.perf_counter()
        for partition, records in partitions.items():
            for i in range(0, len(records), BATCH):
                appender.append(self.settings.topics.submissions, partition, records[i : i + BATCH])
        seconds = time.perf_counter() - started
        appender.close()
        return seconds

    def scalar(self, sql: str, *values: Any) -> int:
        """One number of the database, over one connection: to open one for each look would cost more than the look."""
        if not self._looks:
            self._looks.append(psycopg.connect(self.settings.database_url, autocommit=True))
        row = self._looks[0].execute(sql.encode(), values).fetchone()
        return int(row[0]) if row and row[0] is not None else 0

    def close(self) -> None:
        """Look no more."""
        while self._looks:
            self._looks.pop().close()

    def judged(self) -> int:
        """Submissions judged."""
        return self.scalar("SELECT sum(src + 1) FROM log WHERE topic = %s", self.settings.topics.ledger)

    def recorded(self) -> int:
        """Entries behind genesis."""
        return self.scalar("SELECT sum(pos) FROM log WHERE topic = %s", self.settings.topics.ledger)

    def environment(self, **more: object) -> dict[str, str]:
        """The environment of this ledger's processes; `more` are settings by their names."""
        names = ("kafka_bootstrap", "database_url", "api_database_url", "ledger_id", "roots_digest", "registrar_key")
        settings = {name: getattr(self.settings, name) for name in (*names, "data")} | more
        return dict(os.environ) | {f"TAMGA_{name.upper()}": str(value) for name, value in settings.items()}

    @contextmanager
    def process(self, module: str, *arguments: str, **settings: object) -> Iterator[subprocess.Popen[bytes]]:
        """A process of the product for the length of a block. One that fails the block says its last words."""
        log = self.folder / f"{module}.log"
        command = [sys.executable, "-m", module, *arguments]
        with log.open("wb") as said:
            process = subprocess.Popen(command, env=self.environment(**settings), stderr=said, stdout=said)
        try:
            yield process
        except Exception:
            print(*log.read_text(encoding="utf-8").splitlines()[-5:], sep="\n", file=sys.stderr)
            raise
        finally:
            process.terminate()
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def until(condition: Callable[[], Any], seconds: float = 300) -> None:
    """Wait for something; raises `TimeoutError` when it does not come."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError("the measured process did not finish")
        time.sleep(0.02)


def peak(process: subprocess.Popen[bytes]) -> float:
    """Largest resident memory of a process so far, MiB."""
    status = Path(f"/proc/{process.pid}/status").read_text(encoding="ascii")
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


@contextmanager
def place() -> Iterator[Place]:
    """A place that is gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="bench-", dir=data_folder()))
    folder.chmod(0o755)
    try:
        with LocalKafka.start(folder / "kafka") as kafka, LocalPostgres.start(folder / "postgres") as postgres:
            settings = Settings(kafka_bootstrap=kafka.bootstrap, database_url=postgres.url, data=folder)
            found = _founded(settings, folder)
            try:
                yield found
            finally:
                found.close()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _founded(settings: Settings, folder: Path) -> Place:
    settings = founding.found(settings, folder)
    registrations = founding.Registrations(settings, founding.root_signers(settings))
    signers = {}
    for agency, categories in AGENCIES.items():
        signers[agency] = keys.create(folder / "keys" / f"{agency}.json", f"{agency}-1")
        registrations.enrol(agency, agency, categories, signers[agency])
    registrations.close()
    return Place(folder, settings, signers)
