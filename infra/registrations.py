"""A registry record is written whole: signed by enough root keys and keeping the rules, or it is not published.

Where enough root keys lie on one machine, a change is signed and published at once. Where they have several holders it
becomes a *proposal*: a file with the record and the signatures so far, which goes from holder to holder until it is
complete. Used by the founding, `tamga agency`, `tamga registry` and the tests.
"""

from __future__ import annotations

import copy
import json
import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from domain import ijson
from domain.record.entry import unb64u
from domain.record.signing import SeedSigner, Signer
from domain.refusals import Refusal
from domain.registry import TYPE_PREFIX, Registry, Roots, add_signature, roots_of, sign_record, signed_by, statement
from infra import bootstrap, clock, keys
from infra.kafka.append import Appender
from infra.settings import Settings

ROOTS_CHANGED = TYPE_PREFIX + "roots_changed.v1"


class RegistrationError(Exception):
    """A registry record breaks a rule of the registry, or has too few signatures."""


class ProposalError(Exception):
    """A file is no proposal, or is there already."""


class Proposal(NamedTuple):
    """A record, the statement in it as it will be read, and the key ids that have signed."""

    record: bytes
    statement: dict[str, Any]
    kids: tuple[str, ...]


class Missing(NamedTuple):
    """How many more signatures a record needs: by the roots that hold, and by the new ones that it names."""

    holding: int
    new: int

    def __str__(self) -> str:
        new = f", {self.new} more of the new root keys" if self.new else ""
        return f"{self.holding} more of the root keys{new} must sign"


class Registrations:
    """Appends records to `tamga.registry`, signed by the root keys held here, and reads them back.

    With a `proposal`, the next record is written to that file instead.
    """

    def __init__(self, settings: Settings, roots: Sequence[Signer], *, proposal: Path | None = None) -> None:
        self._settings, self._roots, self.proposal = settings, roots, proposal
        self._appender = Appender(settings.brokers)
        self.log = bootstrap.open_registry(settings)

    @property
    def registry(self) -> Registry:
        """The fold of what was read."""
        return self.log.registry

    def publish(self, name: str, subject: str, data: Mapping[str, Any]) -> int:
        """Sign and append one record; returns `reg` behind it, with a proposal `reg` as it is.

        Raises `RegistrationError` when it would be ignored.
        """
        event = statement(name, subject, data, id=str(uuid.uuid4()), time=clock.now())
        record = sign_record(event, ledger=self._settings.ledger_id, signers=self._roots)
        if self.proposal is not None:
            write(self.proposal, record)
            return self.registry.count
        return self.append(record)

    def append(self, record: bytes) -> int:
        """Append a signed record; returns `reg` behind it. Raises `RegistrationError` when it would be ignored."""
        found = opened(record)
        lacking = missing(self.registry, record)
        if lacking != Missing(0, 0):
            raise RegistrationError(f"{lacking}: write it to a file with --propose and have it signed there")
        about = f"{_short(found.statement)} of {found.statement.get('subject')}"
        if not copy.deepcopy(self.registry).apply(record):
            raise RegistrationError(f"{about} breaks a rule of the registry and would be ignored")
        ignored = self.registry.ignored
        self._appender.append(self._settings.topics.registry, 0, [record])
        self.log.refresh()
        if self.registry.ignored > ignored:
            raise RegistrationError(f"{about} was overtaken by another record and ignored")
        return self.registry.count

    def enrol(self, agency: str, name: str, categories: list[str], signer: SeedSigner) -> None:
        """Enrol an agency with its first key."""
        data = {"name": name, "categories": sorted(categories), "kid": signer.kid, "key": signer.public_b64u}
        self.publish("agency_enrolled.v1", agency, data)

    def close(self) -> None:
        """Close the connections."""
        self._appender.close()
        self.log.log.close()


def root_signers(settings: Settings) -> list[SeedSigner]:
    """The root keys held here. Raises `KeyFileError`."""
    return [keys.load(file) for file in settings.root_key_files]


def write(file: Path, record: bytes) -> None:
    """Write a proposal; one that is there is never overwritten."""
    try:
        with file.open("xb") as handle:
            handle.write(record + b"\n")
    except FileExistsError:
        raise ProposalError(f"{file} is there already: name another file, or remove it") from None


def read(file: Path) -> Proposal:
    """A proposal. Raises `ProposalError`."""
    return opened(file.read_bytes().strip())


def sign(settings: Settings, file: Path, signer: Signer) -> Proposal:
    """Add a signature to a proposal; the same key again changes nothing."""
    record = add_signature(read(file).record, ledger=settings.ledger_id, signer=signer)
    fresh = file.with_name(f"{file.name}.new")
    fresh.write_bytes(record + b"\n")
    fresh.replace(file)
    return opened(record)


def opened(record: bytes) -> Proposal:
    """What a record holds. Raises `ProposalError`."""
    try:
        found = ijson.parse(record)
        said = ijson.parse(unb64u(found["payload"]))
        kids = [str(ijson.parse(unb64u(each["protected"])).get("kid")) for each in found["signatures"]]
        if not str(said["type"]).startswith(TYPE_PREFIX):
            raise ValueError("another type")
        return Proposal(record, said, tuple(dict.fromkeys(kids)))
    except (Refusal, KeyError, TypeError, ValueError):
        raise ProposalError("the file holds no record of the registry") from None


def missing(registry: Registry, record: bytes) -> Missing:
    """The signatures that a record lacks; before the founding nobody's are."""
    if registry.roots is None:
        return Missing(0, 0)
    found, said = json.loads(record), opened(record).statement
    try:
        new = _lacking(found, roots_of(said["data"]), registry.ledger) if said["type"] == ROOTS_CHANGED else 0
        return Missing(_lacking(found, registry.roots, registry.ledger), new)
    except (Refusal, KeyError, TypeError, ValueError, AttributeError):
        raise RegistrationError("the record names no root keys that could sign, or a signature is malformed") from None


def _lacking(record: Mapping[str, Any], roots: Roots, ledger: str) -> int:
    return max(0, roots.threshold - len(signed_by(record, roots, ledger)))


def _short(said: Mapping[str, Any]) -> str:
    return str(said["type"]).removeprefix(TYPE_PREFIX)
