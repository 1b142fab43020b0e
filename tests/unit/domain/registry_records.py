"""Registry records of a small ledger: one root key, a registrar, the police; and the fold of any records.

`record` signs one record type's data, `registry` folds records from the founding on. Used by the tests of the registry.
"""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from domain.record.signing import SeedSigner
from domain.registry import Registry, Roots, sign_record, statement

LEDGER = "5a3fb0ab-6a92-4b9f-8f9e-0c6f1a6f3a10"
TIME = "2026-03-02T09:00:00.000000Z"
ROOT, SECOND, THIRD = (SeedSigner(f"root-{n}", bytes([n]) * 32) for n in (1, 2, 3))
STRANGER = SeedSigner("root-1", b"s" * 32)
ROOTS = Roots({ROOT.kid: ROOT.public_b64u}, 1)


def public(letter: str) -> str:
    """A public key as records write it."""
    return SeedSigner(letter, letter.encode() * 32).public_b64u


def said(name: str, subject: str, data: dict[str, Any]) -> bytes:
    """The statement of a record."""
    return statement(f"{name}.v1", subject, data, id="1", time=TIME)


def record(name: str, subject: str, data: dict[str, Any], *signers: SeedSigner, ledger: str = LEDGER) -> bytes:
    """A signed record, by the root unless signers are named."""
    return sign_record(said(name, subject, data), ledger=ledger, signers=list(signers or (ROOT,)))


FOUNDED = record("ledger_founded", LEDGER, {"keys": dict(ROOTS.keys), "threshold": 1, "partitions": 4})
REGISTRAR = record("registrar_enrolled", LEDGER, {"kid": "registrar-1", "key": public("r")})
POLICE = record(
    "agency_enrolled", "mn.npa", {"name": "Police", "categories": ["police"], "kid": "npa-1", "key": public("p")}
)
ROTATED = record("key_rotated", "mn.npa", {"kid": "npa-2", "key": public("q"), "replaces": "npa-1"})
SUSPENDED = record("agency_suspended", "mn.npa", {})
REINSTATED = record("agency_reinstated", "mn.npa", {})
REVOKED = record("key_revoked", "mn.npa", {"kid": "npa-1"})
REVOKED_REGISTRAR = record("key_revoked", LEDGER, {"kid": "registrar-1"})


def registry(*records: bytes | None, roots: Roots = ROOTS) -> Registry:
    """The fold of these records."""
    found = Registry(LEDGER, roots.digest)
    for raw in records:
        found.apply(raw)
    return found


def state(found: Registry) -> Any:
    """Everything but the counters."""
    return deepcopy((found.partitions, found.roots, found.keys, found.agencies, found.deadlines, found.witnesses))


def is_ignored(before: tuple[bytes, ...], raw: bytes | None, *, roots: Roots = ROOTS) -> bool:
    """Whether a record that comes last is counted and changes nothing; all before it must keep the rules."""
    found = registry(*before, roots=roots)
    assert (found.count, found.ignored) == (len(before), 0)
    held = state(found)
    taken = found.apply(raw)
    assert found.count == len(before) + 1
    return not taken and found.ignored == 1 and state(found) == held


BEFORE = (FOUNDED, REGISTRAR, POLICE)
