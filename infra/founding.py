"""A ledger is founded once: keys, topics, schema, the registry's first records, and a genesis entry per partition.

Every step looks first and does only what is missing, so that founding resumes after a crash. `Registrations` writes
registry records, signed by the root key. Used by `tamga up`, `tamga agency` and the tests.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from domain.record.signing import SeedSigner, Signer
from domain.registry import Registry, Roots, sign_record, statement
from infra import bootstrap, clock, keys, migrations
from infra.kafka.append import Appender
from infra.kafka.errors import LogFault
from infra.kafka.topics import Topics
from infra.settings import Settings

PARTITIONS = 4


class RegistrationError(Exception):
    """A registry record was ignored because it broke a rule of the registry."""


class Registrations:
    """Appends signed records to `tamga.registry` and reads them back."""

    def __init__(self, settings: Settings, root: Signer) -> None:
        self._settings, self._root = settings, root
        self._appender = Appender(settings.kafka_bootstrap)
        self.log = bootstrap.open_registry(settings)

    @property
    def registry(self) -> Registry:
        """The fold of what was read."""
        return self.log.registry

    def publish(self, name: str, subject: str, data: Mapping[str, Any]) -> int:
        """Sign and append one record; returns `reg` behind it. Raises `RegistrationError` when it was ignored."""
        event = statement(name, subject, data, id=str(uuid.uuid4()), time=clock.now())
        record = sign_record(event, ledger=self._settings.ledger_id, signers=[self._root])
        ignored = self.registry.ignored
        self._appender.append(self._settings.topics.registry, 0, [record])
        self.log.refresh()
        if self.registry.ignored > ignored:
            raise RegistrationError(f"{name} of {subject} breaks a rule of the registry and was ignored")
        return self.registry.count

    def enrol(self, agency: str, name: str, categories: list[str], signer: SeedSigner) -> None:
        """Enrol an agency with its first key."""
        data = {"name": name, "categories": sorted(categories), "kid": signer.kid, "key": signer.public_b64u}
        self.publish("agency_enrolled.v1", agency, data)

    def close(self) -> None:
        """Close the connections."""
        self._appender.close()
        self.log.log.close()


def found(settings: Settings, folder: Path, *, partitions: int = PARTITIONS, replication: int = 1) -> Settings:
    """Bring a ledger into being below `folder` (keys, `ledger.json`); returns the settings with its identity."""
    root = _key(folder / "keys" / "root.json", "root-1")
    registrar = folder / "keys" / "registrar.json"
    registrar_key = _key(registrar, "registrar-1")
    settings = _identified(settings, folder, root).model_copy(
        update={"registrar_key": registrar, "root_key": folder / "keys" / "root.json"}
    )
    migrations.migrate(settings.database_url)
    _make_topics(settings, partitions, replication)
    _begin_registry(settings, root, registrar_key, partitions)
    world = bootstrap.open_world(settings)
    for partition in range(partitions):
        recorder = bootstrap.open_recorder(world, partition)
        bootstrap.write_genesis(world, recorder)
        recorder.close()
    world.close()
    return settings


def _key(path: Path, kid: str) -> SeedSigner:
    return keys.load(path) if path.exists() else keys.create(path, kid)


def roots_of(root: SeedSigner) -> Roots:
    """One root key, threshold one."""
    return Roots({root.kid: root.public_b64u}, 1)


def _identified(settings: Settings, folder: Path, root: SeedSigner) -> Settings:
    file = folder / "ledger.json"
    if not file.exists():
        identity = {"ledger_id": str(uuid.uuid4()), "roots_digest": roots_of(root).digest}
        file.write_text(json.dumps(identity, indent=1) + "\n", encoding="utf-8")
    return settings.model_copy(update=json.loads(file.read_text(encoding="utf-8")))


def _make_topics(settings: Settings, partitions: int, replication: int) -> None:
    names = settings.topics
    with Topics(settings.kafka_bootstrap) as topics:
        topics.ensure(names.submissions, partitions=partitions, replication=replication)
        topics.ensure(names.ledger, partitions=partitions, replication=replication)
        topics.ensure(names.registry, partitions=1, replication=replication)
        for name in (names.submissions, names.ledger):
            topics.check(name)
            if topics.facts(name).partitions != partitions:
                raise LogFault("log.partitions_changed", f"{name} does not have {partitions} partitions")


def _begin_registry(settings: Settings, root: SeedSigner, registrar: SeedSigner, partitions: int) -> None:
    registrations = Registrations(settings, root)
    try:
        if registrations.registry.roots is None:
            data = {"keys": dict(roots_of(root).keys), "threshold": 1, "partitions": partitions}
            registrations.publish("ledger_founded.v1", settings.ledger_id, data)
        if registrar.kid not in registrations.registry.keys:
            data = {"kid": registrar.kid, "key": registrar.public_b64u}
            registrations.publish("registrar_enrolled.v1", settings.ledger_id, data)
    finally:
        registrations.close()
