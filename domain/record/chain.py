"""The fence: which records of a ledger partition count, the same for every reader.

Kafka has no compare-and-append. A record counts when it chains from the last sealed head through records of its own
batch to one that carries a seal: Ed25519 of a registrar key valid in the registry at that entry's own `reg`. Records
that chain are *pending*; when a sealed one arrives, its path back to the head becomes *effective* and the rest of
pending is *void*: kept in Kafka, counted, never projected. So a batch is all or nothing, two writers can't both win,
and who has no registrar key adds nothing. Registrar, projector, verifier and recorder all read through `Fence`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from typing import NamedTuple

import orjson

from domain.record.entry import GENESIS_PREV, Framed, b64u, entry_id, frame, unb64u
from domain.record.signing import Signer, verify


class Head(NamedTuple):
    """The last effective entry: Kafka offset, position, id, and its `reg` and `at`. `offset` is -1 before genesis."""

    offset: int
    pos: int
    id: str
    reg: int
    at: str


ORIGIN = Head(-1, -1, GENESIS_PREV, 0, "")
"""The head of a partition that holds nothing yet."""

SealKey = Callable[[str, int], bytes | None]
"""(kid, reg) -> public key of the registrar that held `kid` when `reg` registry records had been read, else None."""


class Placed(NamedTuple):
    """An effective entry and the Kafka offset where it stands."""

    offset: int
    entry: Framed


@dataclass(frozen=True)
class Place:
    """The log that seals are bound to: ledger id, topic, partition."""

    ledger: str
    topic: str
    partition: int

    def seal_message(self, unsealed: bytes) -> bytes:
        """What a seal signs: context lines and the SHA-256 of the entry without its seal."""
        return self._context + sha256(unsealed).digest()

    @property
    def _context(self) -> bytes:
        return f"tamga/seal/v1\n{self.ledger}\n{self.topic}/{self.partition}\n".encode()


def seal(place: Place, unsealed: bytes, signer: Signer) -> str:
    """The `seal` member of the last entry of a batch: `<kid>.<base64url signature>`."""
    return f"{signer.kid}.{b64u(signer.sign(place.seal_message(unsealed)))}"


@dataclass
class Fence:
    """Feeds on records in offset order and gives back what has become effective.

    `head` is the last effective entry, `void` counts what never will be. A fence is never shared between threads.
    """

    place: Place
    seal_key: SealKey
    head: Head = ORIGIN
    void: int = 0
    _pending: dict[str, Placed] = field(default_factory=dict)

    def push(self, offset: int, raw: bytes | None) -> list[Placed]:
        """Take one record; returns the entries that it makes effective, in order (mostly none)."""
        entry = frame(raw)
        if entry is None or not self._chains(entry) or entry.id in self._pending:
            self.void += 1
            return []
        if entry.seal is None:
            self._pending[entry.id] = Placed(offset, entry)
            return []
        said = self._sealed(entry)
        if said is None:
            self.void += 1
            return []
        path = self._path(Placed(offset, entry))
        self.void += len(self._pending) + 1 - len(path)
        self._pending.clear()
        self.head = Head(offset, entry.pos, entry.id, said[0], said[1])
        return path

    def accepts(self, raw: bytes) -> bool:
        """Would this sealed record's seal hold for every reader? A writer asks before it appends."""
        entry = frame(raw)
        return entry is not None and entry.seal is not None and self._sealed(entry) is not None

    def advance(self, head: Head) -> None:
        """Take a batch of one's own as effective: it chains from the head and was acknowledged right behind it."""
        self.void += len(self._pending)
        self._pending.clear()
        self.head = head

    @property
    def pending(self) -> int:
        """Records that chain and wait for their seal."""
        return len(self._pending)

    def _chains(self, entry: Framed) -> bool:
        if entry.prev == self.head.id:
            return entry.pos == self.head.pos + 1
        before = self._pending.get(entry.prev)
        return before is not None and entry.pos == before.entry.pos + 1

    def _sealed(self, entry: Framed) -> tuple[int, str] | None:
        """(`reg`, `at`) of an entry whose seal holds, else None."""
        kid, dot, signature = (entry.seal or "").rpartition(".")
        try:
            said = orjson.loads(entry.raw)["ledger"]
            reg, at, sig = said["reg"], said["at"], unb64u(signature)
        except (ValueError, KeyError, TypeError):
            return None
        if not dot or type(reg) is not int or not isinstance(at, str) or reg < self.head.reg:
            return None
        public = self.seal_key(kid, reg)
        if public is None or not verify(public, self.place.seal_message(entry.unsealed), sig):
            return None
        return reg, at

    def _path(self, last: Placed) -> list[Placed]:
        path = [last]
        while path[-1].entry.prev != self.head.id:
            path.append(self._pending[path[-1].entry.prev])
        path.reverse()
        return path


def same_record(raw: bytes | None, head: Head) -> bool:
    """Is the record at the head's offset still the head? (No: the log was forked or rewritten.)"""
    return raw is not None and entry_id(raw) == head.id
