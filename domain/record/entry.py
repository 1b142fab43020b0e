"""An entry is one canonical JSON object: members sorted by name at every level, no spaces, at most 65,535 bytes.

Its *body* is the entry without `pos`, `prev` and `seal`; those three sort behind every member that a body may have, so
an entry is its body with a tail, and a reader can take both apart without parsing the rest. The entry id is the Merkle
leaf hash of RFC 6962 section 2.1, `SHA-256(0x00 || entry)`, written as 43 characters base64url: id, chain link and leaf
are one hash. `docs/reference/entry.md` describes the format for readers that are not ours.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any, NamedTuple

import orjson

MAX_ENTRY = 65_535
"""Bytes of the longest entry; a longer record on the topic is void."""

_TAIL = re.compile(rb',"pos":(0|[1-9]\d{0,15}),"prev":"([A-Za-z0-9_-]{43})"(?:,"seal":"([!#-\[\]-~]{1,256})")?\}\Z')
_TAIL_REACH = 360


def b64u(data: bytes) -> str:
    """Base64url without padding (RFC 7515 section 2)."""
    return binascii.b2a_base64(data, newline=False).rstrip(b"=").translate(_TO_URL).decode()


def unb64u(text: str | bytes) -> bytes:
    """The bytes of unpadded base64url; raises `ValueError` on any other character, length, padding or last character.

    Bits of the last character that encode nothing must be zero (RFC 4648 section 3.5): else a signature could be
    written in 16 ways, and anybody could make another submission or entry of a signed one.
    """
    raw = text.encode() if isinstance(text, str) else text
    if raw[-1:] not in _LAST[len(raw) % 4]:
        raise ValueError("not base64url")
    return binascii.a2b_base64(raw.translate(_FROM_URL) + _PADDING[len(raw) % 4], strict_mode=True)


def decoded(text: str) -> bytes:
    """The bytes of base64url that was judged before: faster than `unb64u`, and as wrong as what it is given."""
    return binascii.a2b_base64(text.encode().translate(_FROM_URL) + b"==")


_TO_URL = bytes.maketrans(b"+/", b"-_")
_FROM_URL = bytes.maketrans(b"-_+/=", b"+/!!!")  # the other alphabet and padding become characters that are refused
_PADDING = (b"", b"!", b"==", b"=")
_ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
_LAST = (_ALPHABET, b"", b"AQgw", _ALPHABET[::4])
"""The last characters that a text may have, by its length modulo 4."""


def canonical(value: Any) -> bytes:
    """Canonical JSON bytes of the record: sorted members, no spaces, UTF-8."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def entry_id(raw: bytes) -> str:
    """The entry's id: RFC 6962 leaf hash, base64url, 43 characters."""
    return b64u(sha256(b"\x00" + raw).digest())


GENESIS_PREV = b64u(sha256(b"tamga/v1").digest())
"""`prev` of position 0."""


class Framed(NamedTuple):
    """A record taken apart at its tail: position, link, seal (or None), the record's bytes and its id."""

    pos: int
    prev: str
    seal: str | None
    raw: bytes
    id: str
    tail: int

    @property
    def body(self) -> bytes:
        """The entry without `pos`, `prev` and `seal`."""
        return self.raw[: self.tail] + b"}"

    @property
    def unsealed(self) -> bytes:
        """The entry without its `seal` member: what the seal signs the hash of."""
        if self.seal is None:
            return self.raw
        return self.raw[: -len(self.seal) - 11] + b"}"


def frame(raw: bytes | None) -> Framed | None:
    """Take a record apart; None when it cannot be an entry (null, oversize, no tail)."""
    if raw is None or len(raw) > MAX_ENTRY:
        return None
    start = raw.rfind(b',"pos":', max(0, len(raw) - _TAIL_REACH))
    found = _TAIL.match(raw, start) if start > 0 else None
    if found is None:
        return None
    pos, prev, seal = found.groups()
    return Framed(int(pos), prev.decode(), seal.decode() if seal else None, raw, entry_id(raw), start)


def assemble(body: bytes, *, pos: int, prev: str) -> bytes:
    """The unsealed entry of a canonical body at a position."""
    return b'%s,"pos":%d,"prev":"%s"}' % (body[:-1], pos, prev.encode())


def with_seal(raw: bytes, seal: str) -> bytes:
    """The entry that ends a batch."""
    return b'%s,"seal":"%s"}' % (raw[:-1], seal.encode())


class Said(NamedTuple):
    """What `ledger` of an entry says: registrar's clock, version, stream, registry records read, submission."""

    at: str
    n: int
    stream: str
    reg: int
    src: tuple[int, int]


def ledger_member(said: Said, effects: Sequence[tuple[str, Mapping[str, Any]]] = ()) -> dict[str, Any]:
    """The `ledger` member of a body."""
    member: dict[str, Any] = {
        "at": said.at,
        "n": said.n,
        "reg": said.reg,
        "src": [said.src[0], said.src[1]],
        "stream": said.stream,
    }
    if effects:
        member["effects"] = [{"type": name, "data": dict(data)} for name, data in effects]
    return member


def said_by(body: Mapping[str, Any]) -> Said:
    """Read `ledger` back from a parsed body or entry; raises `KeyError`/`TypeError` when it is not one."""
    member = body["ledger"]
    src = member["src"]
    return Said(member["at"], member["n"], member["stream"], member["reg"], (src[0], src[1]))
