"""Real servers for the system tests: one broker and one PostgreSQL a run, a fresh ledger and database a test."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest

from infra import bootstrap, founding
from infra.cli.main import app, guarded
from infra.local.kafka import LocalKafka
from infra.local.postgres import LocalPostgres
from infra.settings import Settings
from system.running import Tamga, environment
from system.serving import TABLES, Api, serving


@dataclass(frozen=True)
class Services:
    """What a run shares."""

    bootstrap: str
    url: str
    kafka: LocalKafka
    postgres: LocalPostgres


@pytest.fixture(scope="session", autouse=True)
def nobodys_settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No test reads or changes what this user's own ledger has in its data folder."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("TAMGA_") and name != "TAMGA_CACHE"]:
            patch.delenv(name)
        patch.setenv("TAMGA_DATA", str(tmp_path_factory.mktemp("data")))
        yield


@pytest.fixture(scope="session")
def services(nobodys_settings: None) -> Iterator[Services]:
    """Kafka and PostgreSQL on free loopback ports, in a folder that their unprivileged user can enter."""
    folder = Path(tempfile.mkdtemp(prefix="tamga-test-"))
    folder.chmod(0o755)
    try:
        with LocalKafka.start(folder / "kafka") as kafka, LocalPostgres.start(folder / "postgres") as postgres:
            yield Services(kafka.bootstrap, postgres.url, kafka, postgres)
            # Nobody reads their data again: a broker that ends in good order first closes the topics of every test.
            kafka.kill(0)
            postgres.kill()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def database(services: Services) -> str:
    """The URL of a fresh database."""
    return fresh_database(services)


def fresh_database(services: Services) -> str:
    """Made now."""
    name = f"t{uuid.uuid4().hex}"
    with psycopg.connect(services.url, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"'.encode())
    return services.url.rsplit("/", 1)[0] + f"/{name}"


@pytest.fixture
def ledger(services: Services, database: str, tmp_path: Path) -> Settings:
    """A founded ledger of four partitions with topics and a database of its own."""
    return founded(services, tmp_path, database)


def founded(services: Services, folder: Path, database: str = "") -> Settings:
    """The same for as long as somebody wants."""
    settings = Settings(
        kafka_bootstrap=services.bootstrap,
        database_url=database or fresh_database(services),
        topic_prefix=f"t{uuid.uuid4().hex[:12]}",
        data=folder,
    )
    return founding.found(settings, folder)


@pytest.fixture
def world(ledger: Settings) -> Iterator[bootstrap.World]:
    """Connections to the ledger."""
    opened = bootstrap.open_world(ledger)
    yield opened
    opened.close()


def configure(ledger: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """This process has the environment of the ledger's settings, and nothing of its caller's."""
    for name in [name for name in os.environ if name.startswith("TAMGA_") and name != "TAMGA_CACHE"]:
        monkeypatch.delenv(name)
    for name, value in environment(ledger, TAMGA_ROOT_KEYS=ledger.root_keys).items():
        if name.startswith("TAMGA_"):
            monkeypatch.setenv(name, value)


@pytest.fixture
def tamga(ledger: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Tamga:
    """Runs a command with --json in this process: (exit code, document)."""
    configure(ledger, monkeypatch)

    def run(*arguments: object) -> tuple[int, Any]:
        capsys.readouterr()
        code = guarded(app, [*map(str, arguments), "--json"])
        told = capsys.readouterr()
        assert "Traceback" not in told.err
        return code, json.loads(told.out)

    return run


@pytest.fixture
def api(ledger: Settings) -> Iterator[Api]:
    """The API over a fresh ledger with three agencies."""
    with serving(ledger) as found:
        yield found


@pytest.fixture
def views(api: Api) -> Api:
    """The views' columns as the projector makes them, to be filled by hand."""
    api.sql(TABLES)
    return api
