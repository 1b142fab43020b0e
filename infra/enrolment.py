"""What the root keys do for agencies: enrol, give a new key, end a key; each a registry record, or a proposal of one.

Key files lie in `<data>/keys/<agency>.json`. A new key is drawn and registered before its file takes the old one's
place, and the same command run again after a crash goes on. Used by `tamga agency` and the tests.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from domain.profile import AGENCIES
from domain.record.signing import SeedSigner
from domain.registry import Registry
from infra import keys
from infra.api import keys as api_keys
from infra.bootstrap import require
from infra.local.folders import write_secret
from infra.registrations import RegistrationError, Registrations, root_signers
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
    units: list[str]


class KeyFiles(NamedTuple):
    """Where a key and an API key were written; `kid` is the key's id."""

    agency: str
    kid: str
    key_file: Path
    api_key_file: Path | None


class Done(NamedTuple):
    """What became of a change: how many records the registry has behind it, or the proposal that was written."""

    reg: int
    proposal: Path | None


@contextmanager
def registrations(settings: Settings, proposal: Path | None = None) -> Iterator[Registrations]:
    """The registry, ready to be written to."""
    require(settings, "kafka_bootstrap", "ledger_id", "roots_digest")
    if proposal is None:
        require(settings, "root_keys")
    opened = Registrations(settings, root_signers(settings), proposal=proposal)
    try:
        yield opened
    finally:
        opened.close()


def change(
    settings: Settings, name: str, subject: str, data: Mapping[str, Any], *, proposal: Path | None = None
) -> Done:
    """Publish one record, or write it as a proposal. Raises `RegistrationError`."""
    with registrations(settings, proposal) as opened:
        return Done(opened.publish(name, subject, data), proposal)


def add(
    settings: Settings, agency: str, name: str, categories: Sequence[str], *, proposal: Path | None = None
) -> KeyFiles:
    """Enrol an agency with a fresh key and an API key. Raises `RegistrationError` when it is enrolled already."""
    require(settings, "database_url")
    file = key_file(settings, agency)
    with registrations(settings, proposal) as opened:
        if agency in opened.registry.agencies:
            raise RegistrationError(f"{agency} is enrolled already")
        signer = keys.load(file) if file.exists() else keys.create(file, f"{agency}-1")
        opened.enrol(agency, name, list(categories), signer)
    place = settings.data / "api-keys"
    place.mkdir(exist_ok=True, mode=0o700)
    write_secret(place / agency, api_keys.create(settings.database_url, agency) + "\n")
    return KeyFiles(agency, signer.kid, file, place / agency)


def add_key(settings: Settings, agency: str, dates: Mapping[str, str], *, proposal: Path | None = None) -> KeyFiles:
    """Give the agency one more key, which holds within its `dates` (`not_before`, `not_after`)."""
    with registrations(settings, proposal) as opened:
        if agency not in opened.registry.agencies:
            raise RegistrationError(f"{agency} is not enrolled: see `tamga agency list`")
        kid = _next_kid(opened.registry, agency)
        file = key_file(settings, kid)
        signer = keys.load(file) if file.exists() else keys.create(file, kid)
        opened.publish("key_added.v1", agency, {"kid": kid, "key": signer.public_b64u, **dates})
    return KeyFiles(agency, kid, file, None)


def rotate(settings: Settings, agency: str, *, proposal: Path | None = None) -> KeyFiles:
    """Give the agency a new key in place of its valid one; the old file is kept under the old key's id.

    With a proposal the old file stays; the same command again, once the record is published, replaces it.
    """
    file, fresh = key_file(settings, agency), key_file(settings, f"{agency}.next")
    with registrations(settings, proposal) as opened:
        registry = opened.registry
        signer = keys.load(fresh) if fresh.exists() else keys.create(fresh, _next_kid(registry, agency))
        if signer.kid not in registry.keys:
            old = _valid(registry, agency)
            data = {"replaces": old, "kid": signer.kid, "key": signer.public_b64u}
            opened.publish("key_rotated.v1", agency, data)
            if proposal is not None:
                return KeyFiles(agency, signer.kid, fresh, None)
    _replace(file, fresh)
    return KeyFiles(agency, signer.kid, file, None)


def revoke(settings: Settings, agency: str, kid: str, *, proposal: Path | None = None) -> str:
    """End a key of the agency, the valid one unless named; returns its id."""
    with registrations(settings, proposal) as opened:
        ended = kid or _valid(opened.registry, agency)
        opened.publish("key_revoked.v1", agency, {"kid": ended})
    return ended


def listing(registry: Registry) -> list[AgencyLine]:
    """The enrolled agencies."""
    view = registry.view()
    found = []
    for agency in sorted(registry.agencies.values(), key=lambda a: a.id):
        mine = [KeyLine(k.kid, k.until is None) for k in registry.keys.values() if k.agency == agency.id]
        units = [unit for unit in sorted(agency.units) if view.unit_standing(agency.id, unit) == "active"]
        categories = sorted(view.categories(agency.id))
        found.append(AgencyLine(agency.id, agency.name, categories, view.is_active(agency.id), mine, units))
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
