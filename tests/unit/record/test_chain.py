"""Whatever stands between them, the same entries are effective for every reader: complete batches on the head."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import accumulate
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.record.chain import ORIGIN, Fence, Head, Place, Placed, same_record, seal
from domain.record.entry import GENESIS_PREV, MAX_ENTRY, assemble, b64u, canonical, entry_id, frame, with_seal
from domain.record.signing import SeedSigner, Signer

PLACE = Place("5a3fb0ab-6a92-4b9f-8f9e-0c6f1a6f3a10", "tamga.ledger", 2)
REGISTRAR = SeedSigner("registrar-1", b"r" * 32)
REVOKED = SeedSigner("registrar-0", b"o" * 32)
AGENCY = SeedSigner("mn.npa-1", b"a" * 32)
FORGER = SeedSigner("registrar-1", b"f" * 32)
REG = 7
AT = "2026-03-02T09:00:00.000000Z"


def seal_key(kid: str, reg: int) -> bytes | None:
    """Two registrars: `registrar-0` until reg 6, `registrar-1` from reg 2 on; agencies' keys seal nothing."""
    held = {"registrar-1": (REGISTRAR.public, 2, 100), "registrar-0": (REVOKED.public, 1, 6)}.get(kid)
    return held[0] if held is not None and held[1] <= reg < held[2] else None


def body(n: int, reg: int = REG) -> bytes:
    """A body that is like no other."""
    return canonical({"ledger": {"at": AT, "n": n, "reg": reg, "src": [2, n], "stream": "s"}, "outcome": {}})


_counter = iter(range(10**9))


def batch(head: Head, size: int, *, signer: Signer = REGISTRAR, place: Place = PLACE, reg: int = REG) -> list[bytes]:
    """`size` entries behind `head`, the last one sealed."""
    raws: list[bytes] = []
    pos, prev = head.pos, head.id
    for number in range(size):
        pos += 1
        raw = assemble(body(next(_counter), reg), pos=pos, prev=prev)
        if number == size - 1:
            raw = with_seal(raw, seal(place, raw, signer))
        raws.append(raw)
        prev = entry_id(raw)
    return raws


def read(log: list[bytes | None], head: Head = ORIGIN) -> tuple[Fence, list[Placed]]:
    """A reader from `head` to the end of the log."""
    fence = Fence(PLACE, seal_key, head)
    start = head.offset + 1
    return fence, [p for i, raw in enumerate(log[start:]) for p in fence.push(start + i, raw)]


@dataclass
class Model:
    """A log, and what must be effective in it by the rule itself: complete batches on the head of their time."""

    log: list[bytes | None] = field(default_factory=list)
    effective: list[bytes] = field(default_factory=list)
    heads: list[Head] = field(default_factory=lambda: [ORIGIN])
    unfinished: list[tuple[Head, list[bytes], list[bytes]]] = field(default_factory=list)

    @property
    def head(self) -> Head:
        return self.heads[-1]

    def win(self, raws: list[bytes]) -> None:
        """The batch is complete and stands on the head."""
        self.effective += raws
        last = frame(raws[-1])
        assert last is not None
        self.heads.append(Head(len(self.log) - 1, last.pos, last.id, REG, AT))

    def append(self, raws: list[bytes], noise: list[Any]) -> None:
        """Records with something of somebody else between them."""
        for raw, other in zip(raws, noise, strict=True):
            self.disturb(other)
            self.log.append(raw)

    def disturb(self, kind: tuple[str, int] | None) -> None:
        """A record by somebody without a registrar's key, or one that was there before."""
        if kind is not None:
            name, choice = kind
            self.log.append(_NOISE[name](self, choice))

    def write(self, size: int, noise: list[Any]) -> None:
        """A writer with a key who has read to the end."""
        raws = batch(self.head, size)
        self.append(raws, noise[:size])
        self.win(raws)

    def crash(self, size: int, cut: int, noise: list[Any]) -> None:
        """A writer with a key who dies in the middle of a batch; the rest may come late."""
        raws = batch(self.head, size + 1)
        cut = 1 + cut % size
        self.append(raws[:cut], noise[:cut])
        self.unfinished.append((self.head, raws[:cut], raws[cut:]))

    def finish(self, choice: int, noise: list[Any]) -> None:
        """The rest of an unfinished batch arrives: it counts if nobody has won since."""
        if self.unfinished:
            head, first, rest = self.unfinished.pop(choice % len(self.unfinished))
            self.append(rest, (noise * 2)[: len(rest)])
            if head == self.head:
                self.win(first + rest)

    def stale(self, choice: int, size: int, noise: list[Any]) -> None:
        """A writer with a key who has not heard of the last batch."""
        if len(self.heads) > 1:
            self.append(batch(self.heads[choice % (len(self.heads) - 1)], size), noise[:size])


def _earlier(model: Model, choice: int) -> bytes | None:
    return model.log[choice % len(model.log)] if model.log else b"{}"


_NOISE: dict[str, Any] = {
    "null": lambda model, choice: None,
    "garbage": lambda model, choice: b"garbage %d" % choice,
    "json": lambda model, choice: canonical({"ledger": {}, "n": choice}),
    "copy": _earlier,
    "oversize": lambda model, choice: b"x" * (MAX_ENTRY + 1),
    "chained, unsealed": lambda model, choice: batch(model.head, 2)[0],
    "sealed by a forger": lambda model, choice: batch(model.head, 1, signer=FORGER)[0],
    "sealed by an agency": lambda model, choice: batch(model.head, 1, signer=AGENCY)[0],
    "sealed by a revoked key": lambda model, choice: batch(model.head, 1, signer=REVOKED)[0],
    "sealed under a reg that went back": lambda model, choice: batch(model.head, 1, reg=1)[0],
    "sealed for another partition": lambda model, choice: batch(
        model.head, 1, place=Place(PLACE.ledger, PLACE.topic, 1)
    )[0],
    "position skipped": lambda model, choice: batch(model.head._replace(pos=model.head.pos + 1), 1)[0],
}

SIZE = 4
NOISE = st.lists(
    st.none() | st.tuples(st.sampled_from(sorted(_NOISE)), st.integers(0, 100)), min_size=SIZE + 1, max_size=SIZE + 1
)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("write"), st.integers(1, SIZE), NOISE),
        st.tuples(st.just("crash"), st.integers(1, SIZE), st.integers(0, 9), NOISE),
        st.tuples(st.just("finish"), st.integers(0, 9), NOISE),
        st.tuples(st.just("stale"), st.integers(0, 9), st.integers(1, SIZE), NOISE),
    ),
    max_size=12,
)


def built(steps: list[tuple[Any, ...]]) -> Model:
    """The log that these steps write."""
    model = Model()
    for name, *arguments in steps:
        getattr(model, name)(*arguments)
    return model


@settings(deadline=None)
@given(steps=STEPS)
def test_effective_is_each_complete_batch_on_its_head_and_nothing_else(steps: list[tuple[Any, ...]]) -> None:
    model = built(steps)
    fence, placed = read(model.log)
    assert [p.entry.raw for p in placed] == model.effective
    assert [p.entry.pos for p in placed] == list(range(len(placed)))
    assert fence.head == model.head
    assert fence.void + fence.pending + len(placed) == len(model.log)


@settings(deadline=None)
@given(steps=STEPS)
def test_a_reader_restarted_at_any_head_reads_the_same_rest(steps: list[tuple[Any, ...]]) -> None:
    model = built(steps)
    _, whole = read(model.log)
    for head in model.heads:
        fence, rest = read(model.log, head)
        assert rest == whole[head.pos + 1 :]
        assert fence.head == model.head
        if head != ORIGIN:
            assert same_record(model.log[head.offset], head)


@settings(deadline=None)
@given(steps=STEPS)
def test_at_any_moment_only_whole_batches_are_effective(steps: list[tuple[Any, ...]]) -> None:
    model = built(steps)
    whole = {head.pos + 1 for head in model.heads}
    fence = Fence(PLACE, seal_key)
    counts = accumulate(len(fence.push(offset, raw)) for offset, raw in enumerate(model.log))
    assert set(counts) <= whole


@settings(deadline=None)
@given(steps=STEPS)
def test_a_writers_own_batch_taken_as_effective_leaves_the_head_where_reading_does(
    steps: list[tuple[Any, ...]],
) -> None:
    model = built(steps)
    writer, _ = read(model.log)
    own = batch(model.head, 2)
    last = frame(own[1])
    assert last is not None
    after = Head(len(model.log) + 1, last.pos, last.id, REG, AT)
    writer.advance(after)
    reader, _ = read([*model.log, *own])
    assert (writer.head, writer.pending, writer.void) == (reader.head, reader.pending, reader.void)


def one(**changes: Any) -> list[bytes | None]:
    """A first batch of one entry, sealed as it says."""
    return list(batch(ORIGIN, 1, **changes))


def edited(old: bytes, new: bytes) -> list[bytes | None]:
    """A first batch of one entry with bytes changed after sealing."""
    raw = batch(ORIGIN, 1)[0]
    assert old in raw
    return [raw.replace(old, new, 1)]


def sealed_as(text: str) -> list[bytes | None]:
    """A first batch of one entry whose `seal` says so."""
    return [with_seal(assemble(body(1), pos=0, prev=GENESIS_PREV), text)]


def ledger_member(member: object) -> list[bytes | None]:
    """A sealed first entry whose `ledger` member is something else."""
    raw = assemble(canonical({"ledger": member}), pos=0, prev=GENESIS_PREV)
    return [with_seal(raw, seal(PLACE, raw, REGISTRAR))]


SAID: dict[str, Any] = {"at": AT, "n": 1, "reg": REG, "src": [2, 1], "stream": "s"}
VOID: dict[str, list[bytes | None]] = {
    "unknown key": one(signer=SeedSigner("registrar-9", b"9" * 32)),
    "another's key under a registrar's id": one(signer=FORGER),
    "agency's key": one(signer=AGENCY),
    "key revoked before this reg": one(signer=REVOKED),
    "key not yet enrolled at this reg": one(reg=1),
    "another ledger": one(place=Place("another", PLACE.topic, 2)),
    "another topic": one(place=Place(PLACE.ledger, "tamga.access", 2)),
    "another partition": one(place=Place(PLACE.ledger, PLACE.topic, 3)),
    "content changed after sealing": edited(b'"stream":"s"', b'"stream":"t"'),
    "time changed after sealing": edited(b"09:00:00", b"09:00:01"),
    "position changed after sealing": edited(b'"pos":0', b'"pos":1'),
    "no dot in the seal": sealed_as("registrar-1"),
    "no signature in the seal": sealed_as("registrar-1."),
    "no base64url in the seal": sealed_as("registrar-1.!!"),
    "no key id in the seal": sealed_as("." + b64u(bytes(64))),
    "zero signature": sealed_as("registrar-1." + b64u(bytes(64))),
    "reg is a text": ledger_member(SAID | {"reg": "7"}),
    "reg is true": ledger_member(SAID | {"reg": True}),
    "reg is a float": ledger_member(SAID | {"reg": 7.0}),
    "reg is negative": ledger_member(SAID | {"reg": -1}),
    "at is a number": ledger_member(SAID | {"at": 1}),
    "no reg": ledger_member({"at": AT}),
    "ledger is a text": ledger_member("reg"),
    "ledger is a list": ledger_member([REG]),
    "ledger is null": ledger_member(None),
}


@pytest.mark.parametrize("log", VOID.values(), ids=VOID.keys())
def test_what_no_registrar_sealed_in_this_place_is_void(log: list[bytes | None]) -> None:
    fence, placed = read(log)
    assert (placed, fence.head, fence.void) == ([], ORIGIN, 1)


def test_a_genuine_batch_is_effective_where_it_was_sealed() -> None:
    fence, placed = read([*one()])
    assert (len(placed), fence.head.pos, fence.void) == (1, 0, 0)


def test_reg_never_goes_back_behind_the_head() -> None:
    first = batch(ORIGIN, 1, reg=9)
    fence, _ = read([*first])
    fence.push(1, batch(fence.head, 1, reg=8)[0])
    assert (fence.head.pos, fence.void) == (0, 1)
    fence.push(2, batch(fence.head, 1, reg=9)[0])
    assert fence.head.pos == 1


def test_a_signature_written_in_another_way_makes_no_second_entry() -> None:
    raw = batch(ORIGIN, 1)[0]
    last = raw[-3:-2]
    others = [raw[:-3] + bytes([c]) + raw[-2:] for c in b"ABCDEFGHIJKLMNOPQRSTUVWXYZ" if bytes([c]) != last]
    for other in others:
        assert read([other])[1] == []


def test_the_record_at_the_head_is_known_by_its_id() -> None:
    raw = batch(ORIGIN, 1)[0]
    fence, _ = read([raw])
    assert same_record(raw, fence.head)
    assert not same_record(raw + b" ", fence.head)
    assert not same_record(None, fence.head)
