"""A whole ledger on this machine: services, founding, agencies and keys, then each process, as long as a block lasts.

Kafka and PostgreSQL are ours unless TAMGA_KAFKA_BOOTSTRAP or TAMGA_DATABASE_URL stand in the environment. Each step
looks first and does what is missing, so a start after a crash goes on. What other commands need is written to
`<data>/tamga.env`. Used by `tamga up` and the demo.
"""

from __future__ import annotations

import os
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from domain.profile import AGENCIES
from infra import founding, provisioning
from infra.api import keys as api_keys
from infra.demo import agencies
from infra.kafka.brokers import Brokers
from infra.local.folders import LocalServiceError, free_port, own_folder, port_is_free, write_secret
from infra.local.kafka import LocalKafka
from infra.local.postgres import LocalPostgres
from infra.local.supervisor import Supervisor
from infra.settings import Settings

READY_SECONDS = 60.0
PROCESSES = {
    "registrar-1": "infra.entry.registrar",
    "projector-1": "infra.entry.projector",
    "clock-1": "infra.entry.clock",
    "feeder-1": "infra.entry.feeder",
    "webhooks-1": "infra.entry.webhooks",
    "api-1": "infra.api",
}
SAVED = (
    "kafka_bootstrap", "kafka_security_protocol", "kafka_user", "kafka_password_file", "kafka_ca_file",
    "database_url", "api_database_url", "ledger_id", "roots_digest", "topic_prefix", "registrar_key", "root_keys",
    "api_host", "api_port",
)  # fmt: skip
"""The settings that `tamga.env` holds."""

Say = Callable[[str], None]


@dataclass(frozen=True)
class LocalLedger:
    """A ledger that runs: its settings and who watches its processes."""

    settings: Settings
    supervisor: Supervisor

    @property
    def url(self) -> str:
        """Where its API answers."""
        return f"http://{self.settings.api_host}:{self.settings.api_port}"


@contextmanager
def running(settings: Settings, say: Say) -> Iterator[LocalLedger]:
    """Bring the ledger up, and down at the end of the block. Raises `LocalServiceError` and what founding raises."""
    folder = own_folder(settings.data.absolute())
    with ExitStack() as stack:
        supervisor = stack.enter_context(Supervisor(folder, say))
        if supervisor.left_behind:
            say(f"ended what a killed run had left: {', '.join(supervisor.left_behind)}")
        settings = _services(settings.model_copy(update={"data": folder}), stack, say)
        say("founding: keys, topics, schema, agencies")
        settings = founding.found(settings, folder)
        enrol(settings, folder)
        make_api_keys(settings.database_url, folder)
        settings = settings.model_copy(update={"api_port": settings.api_port or _api_port(folder)})
        own_brokers = not os.environ.get("TAMGA_KAFKA_BOOTSTRAP")
        if own_brokers:
            say("provisioning: users and rights on the brokers")
            provisioning.provision(settings)
        save(settings, folder)
        stack.enter_context(_youngest_first(supervisor))
        say(f"starting {', '.join(PROCESSES)}")
        for name, module in PROCESSES.items():
            process = name.partition("-")[0]
            mine = provisioning.as_process(settings, process) if own_brokers else settings
            # The API is handed no way to the database but its own role's, and nobody else that one.
            without = {"database_url": ""} if process == "api" else {"api_database_url": ""}
            supervisor.start(name, module, environment(mine.model_copy(update=without)))
        ledger = LocalLedger(settings, supervisor)
        _wait_ready(ledger)
        yield ledger


@contextmanager
def _youngest_first(supervisor: Supervisor) -> Iterator[None]:
    """Our processes end before the services that they use."""
    try:
        yield
    finally:
        supervisor.end_children()


def _services(settings: Settings, stack: ExitStack, say: Say) -> Settings:
    """Kafka and PostgreSQL: those that the environment names, else our own; our own Kafka as its operator."""
    if not os.environ.get("TAMGA_KAFKA_BOOTSTRAP"):
        say("starting Kafka")
        kafka = stack.enter_context(LocalKafka.start(settings.data / "kafka", secured=True)).brokers
        settings = settings.model_copy(update=as_settings(kafka))
    if not os.environ.get("TAMGA_DATABASE_URL"):
        say("starting PostgreSQL")
        url = stack.enter_context(LocalPostgres.start(settings.data / "postgres")).url
        settings = settings.model_copy(update={"database_url": url, "api_database_url": ""})
    return settings


def as_settings(brokers: Brokers) -> dict[str, Any]:
    """The settings that name these brokers."""
    return {
        "kafka_bootstrap": brokers.addresses,
        "kafka_security_protocol": brokers.protocol,
        "kafka_user": brokers.user,
        "kafka_password_file": brokers.password_file,
        "kafka_ca_file": brokers.ca_file,
    }


def enrol(settings: Settings, folder: Path) -> list[str]:
    """Enrol every agency of the profile that is not enrolled, with its key; returns who was."""
    signers = agencies.signers(folder)
    registrations = founding.Registrations(settings, founding.root_signers(settings))
    try:
        new = [a for a in agencies.ENROLLED.values() if a.id not in registrations.registry.agencies]
        for agency in new:
            registrations.enrol(agency.id, agency.name_en, sorted(agency.categories), signers[agency.id])
    finally:
        registrations.close()
    return [agency.id for agency in new]


def make_api_keys(url: str, folder: Path) -> None:
    """An API key for each agency of people, in `<data>/api-keys/<agency>`, unless the file holds a known one."""
    place = folder / "api-keys"
    place.mkdir(exist_ok=True, mode=0o700)
    with psycopg.connect(url, autocommit=True) as connection:
        known = {bytes(row[0]) for row in connection.execute("SELECT digest FROM api_key")}
    for agency in (a.id for a in AGENCIES.values() if not a.system):
        file = place / agency
        if not file.exists() or api_keys.digest(file.read_text(encoding="utf-8").strip()) not in known:
            write_secret(file, api_keys.create(url, agency) + "\n")


def save(settings: Settings, folder: Path) -> None:
    """Write `tamga.env`: what other commands find the ledger by. It holds the database's password, so mode 0600."""
    held = {name: value for name in SAVED if (value := getattr(settings, name)) is not None}
    lines = [f'TAMGA_{name.upper()}="{value}"\n' for name, value in held.items()]
    write_secret(folder / "tamga.env", "".join(lines))


def environment(settings: Settings) -> dict[str, str]:
    """What a child is given: the caller's environment with this ledger's settings in place of the caller's."""
    mine = {name: value for name, value in os.environ.items() if not name.startswith("TAMGA_")}
    names = [name for name in Settings.model_fields if name != "instance"]
    return mine | {f"TAMGA_{n.upper()}": str(v) for n in names if (v := getattr(settings, n)) is not None}


def _api_port(folder: Path) -> int:
    """The port of the start before, if it is still free."""
    kept = folder / "api-port"
    port = int(kept.read_text(encoding="utf-8")) if kept.exists() else 0
    if not port or not port_is_free(port):
        port = free_port(set())
        kept.write_text(str(port), encoding="utf-8")
    return port


def _wait_ready(ledger: LocalLedger) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while not _answers(f"{ledger.url}/readyz"):
        if ledger.supervisor.alarms:
            name = ledger.supervisor.alarms[0]
            raise LocalServiceError(f"{name} has stopped on an alarm: see {ledger.supervisor.log_of(name)}")
        if time.monotonic() > deadline:
            raise LocalServiceError(f"the ledger does not become ready: see {ledger.settings.data / 'logs'}")
        time.sleep(0.1)


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False
