"""Bodies: what an entry says before the recorder gives it a position.

One submission has one outcome, for ever: the event itself, `refused`, or `duplicate`; the ledger adds `genesis` and
`intake` entries of its own, and wraps what foreign applications store as `opaque`. `describe` reads any of them back.
A refusal carries its code, schema-known paths and a salted digest of what was refused, and none of its content.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any, NamedTuple

import orjson

from domain.event import Effect, Recorded
from domain.record.entry import Said, b64u, canonical, ledger_member, said_by, unb64u
from domain.submission import event_of, payload_of

MAX_EFFECTS = 8 * 1024
"""Bytes of the longest `effects`."""


class Description(NamedTuple):
    """What the index says of a body: stream, version, type and the submission's offset (None: no submission)."""

    stream: str
    n: int
    type: str
    src: int | None


def admitted(jws: str, said: Said, effects: Sequence[Effect]) -> bytes:
    """The body of an admitted event. Raises `ValueError` when the effects are larger than the record allows."""
    member = ledger_member(said, effects)
    if effects and len(canonical(member["effects"])) > MAX_EFFECTS:
        raise ValueError("effects too large")
    return canonical({"jws": jws, "ledger": member})


def refused(
    code: str, paths: Sequence[str], known: Mapping[str, str], said: Said, *, record: bytes | None, salt: bytes
) -> bytes:
    """The body of a refusal: `digest` is SHA-256(salt || record as received)."""
    what: dict[str, Any] = {"code": code, "digest": b64u(sha256(salt + (record or b"")).digest()), "salt": b64u(salt)}
    if paths:
        what["paths"] = list(paths)
    return canonical({"ledger": ledger_member(said), "outcome": {"refused": what | dict(known)}})


def duplicate(of: int, known: Mapping[str, str], said: Said) -> bytes:
    """The body that points to the position of the entry with the same bytes."""
    return canonical({"ledger": ledger_member(said), "outcome": {"duplicate": {"of": of} | dict(known)}})


def intake(first: int, last: int, reason: str, said: Said) -> bytes:
    """The body that says which submissions were lost unread: offsets `first` to `last`."""
    return canonical(
        {"ledger": ledger_member(said), "outcome": {"intake": {"from": first, "reason": reason, "to": last}}}
    )


def genesis(facts: Mapping[str, Any], said: Said) -> bytes:
    """The body of position 0: ledger id, topic, partition, partition count, submissions topic id, roots' digest."""
    return canonical({"genesis": dict(facts), "ledger": ledger_member(said)})


def opaque(stored: Mapping[str, Any], said: Said) -> bytes:
    """The body around a foreign application's stored event."""
    return canonical({"ledger": ledger_member(said), "opaque": dict(stored)})


def describe(body: Mapping[str, Any]) -> Description:
    """Index columns of a parsed body or entry."""
    said = said_by(body)
    src = said.src[1] if said.src[1] >= 0 else None
    if "jws" in body:
        name = str(payload_of(body["jws"])["type"])
    elif "outcome" in body:
        (kind, what) = next(iter(body["outcome"].items()))
        name = f"outcome.{kind}" + (f".{what['code']}" if kind == "refused" else "")
    elif "opaque" in body:
        name = str(body["opaque"]["topic"])
    else:
        name = "genesis"
    return Description(said.stream, said.n, name, src)


def recorded(entry: Mapping[str, Any]) -> Recorded | None:
    """The event and what the ledger says of it, from a parsed entry or body; None when the entry is no event."""
    jws = entry.get("jws")
    if jws is None:
        return None
    member = entry["ledger"]
    effects = tuple(Effect(e["type"], e["data"]) for e in member.get("effects", ()))
    return Recorded(event_of(jws), member["at"], member["n"], effects)


def is_body(raw: bytes) -> bool:
    """Is this the canonical body of a ledger entry (not of a foreign application)?"""
    try:
        body = orjson.loads(raw)
        said_by(body)
    except (ValueError, KeyError, TypeError, IndexError):
        return False
    members = set(body) - {"ledger"}
    return len(members) == 1 and members <= {"jws", "outcome", "genesis"} and canonical(body) == raw


def digest_of(jws: str) -> bytes:
    """What two submissions are compared by: SHA-256 of the JWS as signed."""
    return sha256(jws.encode()).digest()


def salted(record: bytes, salt: str) -> str:
    """The digest that a refusal shows, for a sender who wants to prove what was refused."""
    return b64u(sha256(unb64u(salt) + record).digest())
