"""An entry is its body with a tail: what is put together comes apart again, and what no writer makes is no entry."""

from __future__ import annotations

import json
from hashlib import sha256
from string import ascii_letters, digits

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.record.entry import (
    GENESIS_PREV,
    MAX_ENTRY,
    Said,
    assemble,
    b64u,
    canonical,
    entry_id,
    frame,
    ledger_member,
    said_by,
    unb64u,
    with_seal,
)

LINK = b64u(bytes(32))
TAIL = f',"pos":1,"prev":"{LINK}"}}'.encode()

# Member names that sort before `pos`, as `genesis`, `jws`, `ledger`, `opaque` and `outcome` do.
NAMES = st.text(st.characters(codec="utf-8"), min_size=1, max_size=12).filter(lambda name: name < "pos")
LEAVES = st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(st.characters(codec="utf-8"), max_size=40)
VALUES = st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3))
BODIES = st.dictionaries(NAMES, VALUES, min_size=1, max_size=5)
POSITIONS = st.integers(0, 10**15)
LINKS = st.binary(min_size=32, max_size=32).map(b64u)
SEALS = st.text("ABCxyz019_-.:", min_size=1, max_size=256)


@settings(deadline=None)
@given(value=BODIES)
def test_canonical_json_reads_back_as_it_was_and_is_a_fixed_point(value: dict[str, object]) -> None:
    raw = canonical(value)
    assert json.loads(raw) == value
    assert canonical(json.loads(raw)) == raw


def test_canonical_json_sorts_members_at_every_level_and_has_no_spaces() -> None:
    assert (
        canonical({"b": {"z": 1, "a": [{"y": 1, "x": 2}]}, "a": "ө"})
        == '{"a":"ө","b":{"a":[{"x":2,"y":1}],"z":1}}'.encode()
    )


@settings(deadline=None)
@given(body=BODIES, pos=POSITIONS, prev=LINKS, seal=SEALS)
def test_a_body_is_what_is_left_when_its_tail_is_taken_off(
    body: dict[str, object], pos: int, prev: str, seal: str
) -> None:
    raw = canonical(body)
    unsealed = assemble(raw, pos=pos, prev=prev)
    sealed = with_seal(unsealed, seal)
    plain, ended = frame(unsealed), frame(sealed)
    assert plain is not None
    assert ended is not None
    assert (plain.pos, plain.prev, plain.seal, plain.body, plain.unsealed) == (pos, prev, None, raw, unsealed)
    assert (ended.pos, ended.prev, ended.seal, ended.body, ended.unsealed) == (pos, prev, seal, raw, unsealed)


@settings(deadline=None)
@given(body=BODIES, pos=POSITIONS, prev=LINKS, seal=SEALS)
def test_a_sealed_entry_is_canonical_json_to_any_parser(
    body: dict[str, object], pos: int, prev: str, seal: str
) -> None:
    raw = with_seal(assemble(canonical(body), pos=pos, prev=prev), seal)
    parsed = json.loads(raw)
    assert canonical(parsed) == raw
    assert (parsed["pos"], parsed["prev"], parsed["seal"]) == (pos, prev, seal)


def test_an_entrys_id_is_the_leaf_hash_of_rfc_6962() -> None:
    raw = b'{"a":1' + TAIL
    assert entry_id(raw) == b64u(sha256(b"\x00" + raw).digest())
    assert len(entry_id(raw)) == 43
    assert b64u(sha256(b"tamga/v1").digest()) == GENESIS_PREV


NO_ENTRY = {
    "null": None,
    "nothing": b"",
    "garbage": b"\xff\x00garbage",
    "no tail": b'{"a":1}',
    "only a tail": TAIL[1:],
    "a space in the tail": b'{"a":1,"pos": 1,"prev":"%s"}' % LINK.encode(),
    "something behind": b'{"a":1' + TAIL + b" ",
    "a line end behind": b'{"a":1' + TAIL + b"\n",
    "position with a leading zero": b'{"a":1,"pos":01,"prev":"%s"}' % LINK.encode(),
    "negative position": b'{"a":1,"pos":-1,"prev":"%s"}' % LINK.encode(),
    "position as text": b'{"a":1,"pos":"1","prev":"%s"}' % LINK.encode(),
    "position of 17 digits": b'{"a":1,"pos":%d,"prev":"%s"}' % (10**16, LINK.encode()),
    "short link": b'{"a":1,"pos":1,"prev":"abc"}',
    "link with padding": b'{"a":1,"pos":1,"prev":"%s="}' % LINK[:-1].encode(),
    "empty seal": b'{"a":1,"pos":1,"prev":"%s","seal":""}' % LINK.encode(),
    "seal that ends its own string": b'{"a":1,"pos":1,"prev":"%s","seal":"a","seal":"b"}' % LINK.encode(),
    "seal with an escape": b'{"a":1,"pos":1,"prev":"%s","seal":"a\\u0062"}' % LINK.encode(),
    "seal of 257 characters": b'{"a":1,"pos":1,"prev":"%s","seal":"%s"}' % (LINK.encode(), b"x" * 257),
    "one byte too long": b'{"a":"' + b"x" * (MAX_ENTRY + 1 - 7 - len(TAIL)) + b'"' + TAIL,
}


@pytest.mark.parametrize("raw", NO_ENTRY.values(), ids=NO_ENTRY.keys())
def test_what_no_writer_makes_is_no_entry(raw: bytes | None) -> None:
    assert frame(raw) is None


def test_an_entry_may_be_65535_bytes_long() -> None:
    raw = b'{"a":"' + b"x" * (MAX_ENTRY - 7 - len(TAIL)) + b'"' + TAIL
    assert len(raw) == MAX_ENTRY
    assert frame(raw) is not None


def test_a_tail_inside_a_body_is_not_taken_for_the_tail() -> None:
    body = canonical({"a": f'x","pos":7,"prev":"{LINK}"}}', "b": {"pos": 3}})
    framed = frame(assemble(body, pos=1, prev=LINK))
    assert framed is not None
    assert (framed.pos, framed.body) == (1, body)


@settings(deadline=None)
@given(data=st.binary(max_size=100))
def test_base64url_reads_back_and_has_one_form(data: bytes) -> None:
    text = b64u(data)
    assert unb64u(text) == data
    assert not set(text) & set("+/=")


@settings(deadline=None)
@given(data=st.binary(min_size=1, max_size=8), letter=st.sampled_from(ascii_letters + digits + "-_"))
def test_no_two_texts_mean_the_same_bytes(data: bytes, letter: str) -> None:
    text = b64u(data)
    other = text[:-1] + letter
    try:
        assert (unb64u(other) == data) == (other == text)
    except ValueError:
        assert other != text


@pytest.mark.parametrize(
    "text", ["a", "YQ=", "YQ==", "a+bc", "a/bc", "ab c", "абвг", "Y\n", "abcd\n", "ab.c", "YR", "YWJ", "abcdY"]
)
def test_base64url_has_no_second_spelling(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - no text of the sender stands in it, and its class is all that counts
        unb64u(text)


def test_what_the_ledger_says_reads_back() -> None:
    said = Said("2026-03-02T09:00:00.000000Z", 4, "stream", 7, (2, 19))
    effects = [("case.LeadsAssigned", {"care": "mn.cfdpa"})]
    assert said_by({"ledger": ledger_member(said)}) == said
    assert ledger_member(said, effects)["effects"] == [{"type": "case.LeadsAssigned", "data": {"care": "mn.cfdpa"}}]
    assert "effects" not in ledger_member(said)
