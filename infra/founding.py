"""A ledger is founded once: keys, topics, schema, the registry's first records, and a genesis entry per partition.

Every step looks first and does only what is missing, so that founding resumes after a crash. The root keys that
`TAMGA_ROOT_KEYS` names found it, three that are drawn here if it names none; once a ledger stands they may lie
elsewhere. Used by `tamga up` and the tests.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence
from pathlib import Path

from domain.record.signing import SeedSigner
from domain.registry import Roots
from infra import api_role, bootstrap, keys, migrations
from infra.bootstrap import NotConfiguredError
from infra.kafka.errors import LogFault
from infra.kafka.topics import Topics
from infra.registrations import RegistrationError, Registrations, root_signers
from infra.settings import Settings

__all__ = ["PARTITIONS", "RegistrationError", "Registrations", "found", "root_signers", "roots_of"]

PARTITIONS = 4
ROOTS = ("root-1", "root-2", "root-3")


def found(settings: Settings, folder: Path, *, partitions: int = PARTITIONS, replication: int = 1) -> Settings:
    """Bring a ledger into being below `folder` (keys, `ledger.json`); returns the settings with its identity."""
    begun = (folder / "ledger.json").exists()
    files, threshold = _root_files(settings, folder)
    if begun:
        files = tuple(file for file in files if file.exists())
    signers = [_key(file, file.stem) for file in files]
    registrar = folder / "keys" / "registrar.json"
    registrar_key = _key(registrar, "registrar-1")
    if not begun:
        _identify(folder, roots_of(signers, threshold))
    settings = _identified(settings, folder).model_copy(
        update={"registrar_key": registrar, "root_keys": ",".join(map(str, files))}
    )
    migrations.migrate(settings.database_url)
    if not settings.api_database_url:
        url = api_role.login(settings.database_url, folder / "keys" / "api-database.password")
        settings = settings.model_copy(update={"api_database_url": url})
    _make_topics(settings, partitions, replication)
    _begin_registry(settings, signers, threshold, registrar_key, partitions)
    world = bootstrap.open_world(settings)
    for partition in range(partitions):
        recorder = bootstrap.open_recorder(world, partition)
        bootstrap.write_genesis(world, recorder)
        recorder.close()
    world.close()
    return settings


def roots_of(signers: Sequence[SeedSigner], threshold: int) -> Roots:
    """The roots of these keys, so many of which must sign. Raises `NotConfiguredError` when they never could."""
    if threshold > len({signer.public for signer in signers}):
        raise NotConfiguredError("TAMGA_ROOT_THRESHOLD asks for more signatures than TAMGA_ROOT_KEYS names keys")
    return Roots({signer.kid: signer.public_b64u for signer in signers}, threshold)


def _root_files(settings: Settings, folder: Path) -> tuple[tuple[Path, ...], int]:
    """The files of the root keys and the threshold; a ledger that was founded with one root key keeps it."""
    if settings.root_key_files:
        return settings.root_key_files, settings.root_threshold
    place = folder / "keys"
    if (place / "root.json").exists():
        return (place / "root.json",), 1
    return tuple(place / f"{kid}.json" for kid in ROOTS), settings.root_threshold


def _key(path: Path, kid: str) -> SeedSigner:
    return keys.load(path) if path.exists() else keys.create(path, kid)


def _identify(folder: Path, roots: Roots) -> None:
    identity = {"ledger_id": str(uuid.uuid4()), "roots_digest": roots.digest}
    (folder / "ledger.json").write_text(json.dumps(identity, indent=1) + "\n", encoding="utf-8")


def _identified(settings: Settings, folder: Path) -> Settings:
    return settings.model_copy(update=json.loads((folder / "ledger.json").read_text(encoding="utf-8")))


def _make_topics(settings: Settings, partitions: int, replication: int) -> None:
    names = settings.topics
    with Topics(settings.brokers) as topics:
        topics.ensure(names.submissions, partitions=partitions, replication=replication)
        topics.ensure(names.ledger, partitions=partitions, replication=replication)
        topics.ensure(names.registry, partitions=1, replication=replication)
        for name in (names.submissions, names.ledger):
            topics.check(name)
            if topics.facts(name).partitions != partitions:
                raise LogFault("log.partitions_changed", f"{name} does not have {partitions} partitions")


def _begin_registry(
    settings: Settings, signers: Sequence[SeedSigner], threshold: int, registrar: SeedSigner, partitions: int
) -> None:
    registrations = Registrations(settings, signers)
    try:
        if registrations.registry.roots is None:
            roots = roots_of(signers, threshold)
            data = {"keys": dict(roots.keys), "threshold": roots.threshold, "partitions": partitions}
            registrations.publish("ledger_founded.v1", settings.ledger_id, data)
        if registrar.kid not in registrations.registry.keys:
            data = {"kid": registrar.kid, "key": registrar.public_b64u}
            registrations.publish("registrar_enrolled.v1", settings.ledger_id, data)
    finally:
        registrations.close()
