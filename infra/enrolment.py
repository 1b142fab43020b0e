"""What the root key does for agencies: enrol, give a new key, end a key, suspend, reinstate; each a registry record.

Key files lie in `<data>/keys/<agency>.json`. A new key is drawn and registered before its file takes the old one's
place, and the same command run again after a crash goes on. Used by `tamga agency` and the tests.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from domain.profile import AGENCIES
from domain.record.signing import SeedSigner
from domain.registry import Registry
from infra import founding, keys
from infra.api import keys as api_keys
from infra.bootstrap import require
from infra.founding import RegistrationError, Registrations
from infra.local.ledger import write_secret
from infra.settings import Settings


class KeyLine(NamedTuple):
    """A key of an agency."""

    kid: str
    valid: bool


class AgencyLine(NamedTuple):
    """An enrolled agency as the registry has it."""

    id: str
    name: str
    categories: list[str]
    active: bool
    keys: list[KeyLine]


class KeyFiles(NamedTuple):
    """Where a key and an API key were written; `kid` is the key's id."""

    agency: str
    kid: str
    key_file: Path
    api_key_file: Path | None


@contextmanager
def registrations(settings: Settings) -> Iterator[Registrations]:
    """The registry, ready to be written to."""
    require(settings, "kafka_bootstrap", "ledger_id", "roots_digest", "root_key")
    assert settings.root_key is not None
    opened = founding.Registrations(settings, keys.load(settings.root_key))
    try:
        yield opened
    finally:
        opened.close()


def add(settings: Settings, agency: str, name: str, categories: Sequence[str]) -> KeyFiles:
    """Enrol an agency with a fresh key and an API key. Raises `RegistrationError` when it is enrolled already."""
    require(settings, "database_url")
    file = key_file(settings, agency)
    with registrations(settings) as opened:
        if agency in opened.registry.agencies:
            raise RegistrationError(f"{agency} is enrolled already")
        signer = keys.load(file) if file.exists() else keys.create(file, f"{agency}-1")
        opened.enrol(agency, name, list(categories), signer)
    place = settings.data / "api-keys"
    place.mkdir(exist_ok=True, mode=0o700)
    write_secret(place / agency, api_keys.create(settings.database_url, agency) + "\n")
    return KeyFiles(agency, signer.kid, file, place / agency)


def rotate(settings: Settings, agency: str) -> KeyFiles:
    """Give the agency a new key in place of its valid one; the old file is kept under the old key's id."""
    file, fresh = key_file(settings, agency), key_file(settings, f"{agency}.next")
    with registrations(settings) as opened:
        registry = opened.registry
        signer = keys.load(fresh) if fresh.exists() else keys.create(fresh, _next_kid(registry, agency))
        if signer.kid not in registry.keys:
            old = _valid(registry, agency)
            data = {"replaces": old, "kid": signer.kid, "key": signer.public_b64u}
            opened.publish("key_rotated.v1", agency, data)
    _replace(file, fresh)
    return KeyFiles(agency, signer.kid, file, None)


def revoke(settings: Settings, agency: str, kid: str) -> str:
    """End a key of the agency, the valid one unless named; returns its id."""
    with registrations(settings) as opened:
        ended = kid or _valid(opened.registry, agency)
        opened.publish("key_revoked.v1", agency, {"kid": ended})
    return ended


def suspend(settings: Settings, agency: str) -> None:
    """Refuse what the agency submits from now on."""
    with registrations(settings) as opened:
        opened.publish("agency_suspended.v1", agency, {})


def reinstate(settings: Settings, agency: str) -> None:
    """End the agency's suspension."""
    with registrations(settings) as opened:
        opened.publish("agency_reinstated.v1", agency, {})


def listing(registry: Registry) -> list[AgencyLine]:
    """The enrolled agencies."""
    view = registry.view()
    found = []
    for agency in sorted(registry.agencies.values(), key=lambda a: a.id):
        mine = [KeyLine(k.kid, k.until is None) for k in registry.keys.values() if k.agency == agency.id]
        found.append(AgencyLine(agency.id, agency.name, sorted(agency.categories), view.is_active(agency.id), mine))
    return found


def proposed(agency: str) -> tuple[str, list[str]]:
    """Name and categories that the profile has for an agency; empty ones for a stranger."""
    known = AGENCIES.get(agency)
    return (known.name_en, sorted(known.categories)) if known is not None else ("", [])


def key_file(settings: Settings, name: str) -> Path:
    """Where a key lies."""
    return settings.data / "keys" / f"{name}.json"


def _next_kid(registry: Registry, agency: str) -> str:
    count = sum(key.agency == agency for key in registry.keys.values())
    return f"{agency}-{count + 1}"


def _valid(registry: Registry, agency: str) -> str:
    """The id of the agency's valid key."""
    if agency not in registry.agencies:
        raise RegistrationError(f"{agency} is not enrolled: see `tamga agency list`")
    valid = [key.kid for key in registry.keys.values() if key.agency == agency and key.until is None]
    if not valid:
        raise RegistrationError(f"{agency} has no valid key")
    return valid[-1]


def _replace(file: Path, fresh: Path) -> None:
    if file.exists():
        old: SeedSigner = keys.load(file)
        file.replace(file.with_name(f"{old.kid}.replaced.json"))
    fresh.replace(file)
