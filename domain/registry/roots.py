"""The root keys speak for the registry: a record counts when m of the n that hold have signed the same bytes.

A record is a JWS in the general JSON serialization (RFC 7515 section 7.2.1): a list of signatures over one CloudEvent.
A key counts once, however often it signs and under however many key ids it is named: what is counted is public keys.
Used by the fold, and by whoever writes records and collects their signatures.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import TYPE_CHECKING, Any, NamedTuple

from domain import ijson
from domain.record.entry import b64u, canonical, unb64u
from domain.record.signing import Signer, verify
from domain.registry import forms

if TYPE_CHECKING:
    from domain.registry.fold import Registry, Said

TYPE_PREFIX = "mn.tamga.registry."
RECORD_TYP = "tamga-registry+json"

MOST_ROOTS = 64


class Roots(NamedTuple):
    """The keys that speak for the registry and how many of them must sign: {kid: base64url public key}, m."""

    keys: Mapping[str, str]
    threshold: int

    @property
    def digest(self) -> str:
        """What genesis entries and trust files pin: SHA-256 of the canonical JSON, base64url."""
        return b64u(sha256(canonical({"keys": dict(self.keys), "threshold": self.threshold})).digest())


def roots_of(data: Mapping[str, Any]) -> Roots:
    """The roots that a record names (`keys`, `threshold`). Raises ValueError when so many keys could never sign."""
    keys, threshold = data["keys"], data["threshold"]
    if not isinstance(keys, dict) or len(keys) > MOST_ROOTS or type(threshold) is not int:
        raise ValueError("no root keys")
    different = {forms.public_key(key) for kid, key in keys.items() if forms.key_id(kid)}
    if not 1 <= threshold <= len(different):
        raise ValueError("a threshold that the keys can't reach")
    return Roots(dict(keys), threshold)


def founding_roots(statement: Mapping[str, Any], digest: str) -> Roots:
    """The roots that the first record names, if they are the ones that the reader pinned. Raises ValueError."""
    roots = roots_of(statement["data"])
    if roots.digest != digest:
        raise ValueError("not the pinned roots")
    return roots


def signed_by(record: Mapping[str, Any], roots: Roots, ledger: str) -> frozenset[bytes]:
    """The public keys of the roots whose signatures of the record hold."""
    found = (_signer(record["payload"], signature, roots, ledger) for signature in record["signatures"])
    return frozenset(public for public in found if public is not None)


def is_signed(record: Mapping[str, Any], roots: Roots, ledger: str) -> bool:
    """Have as many different root keys signed the record as the threshold says?"""
    return len(signed_by(record, roots, ledger)) >= roots.threshold


def _signer(payload: str, signature: Mapping[str, str], roots: Roots, ledger: str) -> bytes | None:
    header = ijson.parse(unb64u(signature["protected"]))
    kid = str(header.get("kid"))
    if kid not in roots.keys or header != _header(kid, ledger):
        return None
    public = unb64u(roots.keys[kid])
    message = f"{signature['protected']}.{payload}".encode()
    return public if verify(public, message, unb64u(signature["signature"])) else None


def _header(kid: str, ledger: str) -> dict[str, str]:
    return {"alg": "Ed25519", "kid": kid, "ledger": ledger, "typ": RECORD_TYP}


def statement(name: str, subject: str, data: Mapping[str, Any], *, id: str, time: str) -> bytes:
    """The CloudEvent of a registry record, e.g. `statement("agency_enrolled.v1", "mn.npa", {...}, id=…, time=…)`."""
    event = {"data": data, "id": id, "source": "tamga.registry", "specversion": "1.0", "subject": subject}
    return canonical(event | {"time": time, "type": TYPE_PREFIX + name})


def sign_record(event: bytes, *, ledger: str, signers: Sequence[Signer]) -> bytes:
    """The record: the statement with a signature by each key handed in."""
    payload = b64u(event)
    return canonical({"payload": payload, "signatures": [_signature(payload, ledger, each) for each in signers]})


def add_signature(record: bytes, *, ledger: str, signer: Signer) -> bytes:
    """The record with one more signature over the same bytes. Raises ValueError, KeyError or Refusal: no record."""
    found = ijson.parse(record)
    signature = _signature(found["payload"], ledger, signer)
    others = [each for each in found["signatures"] if each != signature]
    return canonical({"payload": found["payload"], "signatures": [*others, signature]})


def _signature(payload: str, ledger: str, signer: Signer) -> dict[str, str]:
    protected = b64u(canonical(_header(signer.kid, ledger)))
    return {"protected": protected, "signature": b64u(signer.sign(f"{protected}.{payload}".encode()))}


def founded(registry: Registry, said: Said) -> None:
    """`ledger_founded.v1`: root keys, threshold, partition count. The first record, once."""
    partitions = said.data["partitions"]
    if registry.roots is not None or said.subject != registry.ledger or type(partitions) is not int:
        raise ValueError("founded already, or another ledger")
    if not 1 <= partitions <= 1024:
        raise ValueError("no number of partitions")
    registry.roots, registry.partitions = roots_of(said.data), partitions


def roots_changed(registry: Registry, said: Said) -> None:
    """`roots_changed.v1`: other root keys or another threshold; as many of the new roots must have signed as well."""
    roots = roots_of(said.data)
    if said.subject != registry.ledger or roots == registry.roots:
        raise ValueError("another ledger's roots, or the ones that hold")
    if not is_signed(said.record, roots, registry.ledger):
        raise ValueError("not signed by enough of the new roots")
    registry.roots = roots


RECORDS = {"ledger_founded.v1": founded, "roots_changed.v1": roots_changed}
