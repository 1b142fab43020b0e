"""Wherever an agency's program is killed, what it committed is on record once, in order, and nothing else is."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import psycopg
import pytest

from domain.submission import payload_of
from infra.settings import Settings
from system.all_processes import AGENCY, Given, serving
from system.conftest import Services, founded
from system.outbox_agency import connect
from system.running import rows, until

ROOT = Path(__file__).parents[2]
PROGRAM = Path(__file__).with_name("outbox_agency.py")
SEED, FULL = int(os.environ.get("SEED", "1")), os.environ.get("CHAOS") == "full"


@pytest.fixture(scope="module")
def given(services: Services, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Given]:
    """One ledger that is up for all, and what the hotline was given: each program has cases of its own."""
    folder = tmp_path_factory.mktemp("ledger")
    with serving(founded(services, folder), folder) as found:
        yield found


class Agency:
    """The agency's program with a database and jobs of its own."""

    def __init__(self, given: Given, database: str, folder: Path, *, kafka: bool, jobs: int, cases: int) -> None:
        streams = [str(uuid.uuid4()) for _ in range(cases)]
        self.jobs = [{"name": f"job-{n}", "child": str(uuid.uuid4()), "case": streams[n % cases]} for n in range(jobs)]
        self._given, self.database, self._file = given, database, folder / f"{uuid.uuid4().hex}.json"
        self._kafka = kafka

    def config(self, die_at: int = -1) -> Path:
        """What the program is told, as a file."""
        settings = self._given.settings
        config = {
            "database": self.database,
            "agency": AGENCY,
            "ledger": settings.ledger_id,
            "key_file": str(self._given.key_file),
            "api": self._given.api,
            "api_key": self._given.api_key_file.read_text(encoding="utf-8").strip(),
            "brokers": settings.kafka_bootstrap,
            "prefix": settings.topic_prefix,
            "kafka": self._kafka,
            "jobs": self.jobs,
            "die_at": die_at,
        }
        self._file.write_text(json.dumps(config), encoding="utf-8")
        return self._file

    def events(self) -> list[tuple[str, str]]:
        """(case, event id) of each job that the agency has done, in order."""
        connection = connect(self.database)
        cursor = connection.cursor()
        cursor.execute("SELECT stream, event_id FROM tamga_outbox WHERE state = 'recorded' ORDER BY seq")
        sent: list[tuple[str, str]] = [(row[0], row[1]) for row in cursor.fetchall()]
        cursor.execute("SELECT event FROM job")
        done = {row[0] for row in cursor.fetchall()}
        connection.close()
        assert {event for _, event in sent} == done
        return sent


def start(*configs: Path) -> subprocess.Popen[bytes]:
    """The program as a process, for one agency after the other."""
    env = dict(os.environ) | {"PYTHONPATH": str(ROOT / "clients" / "python")}
    return subprocess.Popen([sys.executable, str(PROGRAM), *map(str, configs)], env=env)


def recorded(settings: Settings, cases: set[str]) -> list[tuple[str, str]]:
    """(case, event id) of every admitted event of these cases, in the ledger's order."""
    sql = (
        "SELECT e.stream, e.body FROM entry e JOIN log ON log.id = e.log"
        " WHERE topic = %s AND e.type LIKE 'mn.tamga.%%' ORDER BY log.partition, e.pos"
    )
    found = rows(settings.database_url, sql, settings.topics.ledger)
    return [(case, payload_of(orjson.loads(body)["jws"])["id"]) for case, body in found if case in cases]


def check(settings: Settings, agency: Agency) -> None:
    """Every job has one event on record, those of a case in the order of the jobs."""
    wanted = agency.events()
    assert len(wanted) == len(agency.jobs)
    cases = {case for case, _ in wanted}
    found = recorded(settings, cases)
    for case in cases:
        assert [each for each in found if each[0] == case] == [each for each in wanted if each[0] == case]


WAYS = pytest.mark.parametrize(("kafka", "postgres"), [(False, False), (True, True)], ids=["http", "kafka"])


@pytest.fixture
def databases(services: Services, tmp_path: Path) -> Any:
    """Makes a fresh database of the agency's own."""

    def made(postgres: bool) -> str:
        name = f"a{uuid.uuid4().hex}"
        if not postgres:
            return str(tmp_path / f"{name}.db")
        with psycopg.connect(services.url, autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}"'.encode())
        return services.url.rsplit("/", 1)[0] + f"/{name}"

    return made


@WAYS
def test_a_program_that_dies_at_any_step_has_each_event_on_record_once(
    given: Given, databases: Any, tmp_path: Path, kafka: bool, postgres: bool
) -> None:
    died: list[Agency] = []
    for step in range(100):
        agency = Agency(given, databases(postgres), tmp_path, kafka=kafka, jobs=2, cases=1)
        code = start(agency.config(die_at=step)).wait(120)
        if code == 0:
            break
        assert code == -signal.SIGKILL
        died.append(agency)
    assert len(died) >= 12, "every commit and submission is a step"
    assert start(*(agency.config() for agency in died)).wait(120) == 0
    for agency in died:
        check(given.settings, agency)


@pytest.mark.chaos
@WAYS
def test_a_program_that_is_killed_at_random_has_each_event_on_record_once(
    given: Given, databases: Any, tmp_path: Path, kafka: bool, postgres: bool
) -> None:
    draw = random.Random(f"{SEED}/{kafka}")
    agency = Agency(given, databases(postgres), tmp_path, kafka=kafka, jobs=200 if FULL else 40, cases=5)
    for _ in range(40 if FULL else 6):
        process = start(agency.config())
        time.sleep(draw.uniform(0.2, 2.5))
        process.kill()
        process.wait(30)
    process = start(agency.config())
    until(lambda: process.poll() is not None, 180, what="the outbox empty")
    assert process.returncode == 0
    check(given.settings, agency)
