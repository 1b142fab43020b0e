"""Whoever has read `docs/reference/entry.md` can read the record: this reader knows that page and nothing of ours."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from nacl.exceptions import CryptoError
from nacl.signing import VerifyKey

ROOT = Path(__file__).parents[3]
EXAMPLE = json.loads((ROOT / "docs/reference/entry-example.json").read_text(encoding="utf-8"))
Data = dict[str, Any]

# -- the reader: 60 lines at most, hashlib and PyNaCl beside the standard library -------------------------------------

TAIL = re.compile(rb',"pos":(0|[1-9]\d{0,15}),"prev":"([A-Za-z0-9_-]{43})"(?:,"seal":"([!#-\[\]-~]{1,256})")?\}\Z')


def b64u(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def bytes_of(text: str) -> bytes:
    found = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if b64u(found) != text:
        raise ValueError("not base64url")
    return found


def holds(public: str, message: bytes, signature: str) -> bool:
    try:
        return VerifyKey(bytes_of(public)).verify(message, bytes_of(signature)) == message
    except (CryptoError, ValueError):
        return False


def registrar_keys(records: list[str], ledger: str, roots_digest: str) -> tuple[Data, int]:
    """{kid: (public key, valid from this `reg` on)} and the number of records; one root, keys that never end."""
    roots: Data = {}
    found: Data = {}
    for reg, record in enumerate(map(json.loads, records), start=1):
        said = json.loads(bytes_of(record["payload"]))
        named = {"keys": said["data"].get("keys"), "threshold": said["data"].get("threshold")}
        canonical = json.dumps(named, sort_keys=True, separators=(",", ":")).encode()
        keys = roots or (named["keys"] if b64u(sha256(canonical).digest()) == roots_digest else {})
        (s,) = record["signatures"]
        header = {"alg": "Ed25519", "kid": next(iter(keys), ""), "ledger": ledger, "typ": "tamga-registry+json"}
        if json.loads(bytes_of(s["protected"])) != header:
            continue
        if holds(next(iter(keys.values())), f"{s['protected']}.{record['payload']}".encode(), s["signature"]):
            roots = keys
            if said["type"] == "mn.tamga.registry.registrar_enrolled.v1" and said["data"]["kid"] not in found:
                found[said["data"]["kid"]] = (said["data"]["key"], reg)
    return found, len(records)


def effective(records: list[bytes | None], place: bytes, registrars: Data, registered: int) -> tuple[list[str], int]:
    """The ids of the effective entries in order, and how many records are void."""
    head, pos, reg, pending, ids, void = b64u(sha256(b"tamga/v1").digest()), -1, 0, {}, [], 0
    for raw in (record or b"" for record in records):
        tail = TAIL.search(raw) if len(raw) <= 65_535 else None
        if tail is None:
            void += 1
            continue
        name, at, before, seal = b64u(sha256(b"\0" + raw).digest()), int(tail[1]), tail[2].decode(), tail[3]
        follows = at == pos + 1 if before == head else before in pending and at == pending[before][1] + 1
        if not follows or name in pending:
            void += 1
        elif seal is None:
            pending[name] = (before, at)
        else:
            kid, _, signature = seal.decode().rpartition(".")
            said, unsealed = json.loads(raw)["ledger"], raw[: -len(seal) - 11] + b"}"
            public, since = registrars.get(kid, ("", registered + 1))
            signed = holds(public, place + sha256(unsealed).digest(), signature)
            if not signed or not max(since, reg) <= said["reg"] <= registered:
                void += 1
                continue
            path = [name]
            while before != head:
                path, before = [before, *path], pending[before][0]
            void, pending = void + len(pending) + 1 - len(path), {}
            ids, head, pos, reg = [*ids, *path], name, at, said["reg"]
    return ids, void


# -- what it says of the worked example, and of others' work on it ----------------------------------------------------


def read(example: Data) -> tuple[list[str], int]:
    """Read an example from its registry on."""
    registrars, registered = registrar_keys(example["registry"], example["ledger"], example["roots_digest"])
    place = f"tamga/seal/v1\n{example['ledger']}\n{example['topic']}/{example['partition']}\n"
    records = [None if record is None else record.encode() for record in example["records"]]
    return effective(records, place.encode(), registrars, registered)


def changed(**members: Any) -> Data:
    """The example with other members."""
    copied: Data = json.loads(json.dumps(EXAMPLE))
    return copied | members


def records(change: Callable[[list[Any]], Any]) -> Data:
    """The example with records changed in place."""
    example = changed()
    change(example["records"])
    return example


def test_the_reader_agrees_with_ours() -> None:
    assert read(EXAMPLE) == ([entry["id"] for entry in EXAMPLE["effective"]], EXAMPLE["void"])


def test_the_example_holds_an_event_a_refusal_a_duplicate_and_three_void_records() -> None:
    kinds = [next(iter(json.loads(EXAMPLE["records"][e["offset"]]).keys() - _OURS)) for e in EXAMPLE["effective"]]
    assert kinds == ["genesis", "jws", "outcome", "outcome"]
    assert EXAMPLE["void"] == 3


_OURS = {"ledger", "pos", "prev", "seal"}


def replace(offset: int, old: str, new: str) -> Callable[[list[Any]], None]:
    def change(found: list[Any]) -> None:
        assert old in found[offset]
        found[offset] = found[offset].replace(old, new)

    return change


def drop(offset: int) -> Callable[[list[Any]], None]:
    return lambda found: found.__delitem__(offset)


@pytest.mark.parametrize(
    ("what", "change", "left"),
    [
        ("an event's time of recording", replace(2, "T09:00", "T08:59"), 1),
        ("an effect", replace(2, '"care":"mn.cfdpa"', '"care":"mn.mgec"'), 1),
        ("a refusal's code", replace(3, "jws.signature", "mandate.type"), 1),
        ("a position", replace(4, '"pos":3', '"pos":4'), 1),
        ("the sealed entry", replace(4, '"of":1', '"of":2'), 1),
        ("the seal's key", replace(4, "registrar-1.", "registrar-2."), 1),
        ("the seal taken away", lambda found: found.__setitem__(4, found[4][: found[4].index(',"seal"')] + "}"), 1),
        ("genesis", replace(0, '"partitions":4', '"partitions":8'), 0),
        ("the event left out", drop(2), 1),
        ("the sealed entry left out", drop(4), 1),
        ("a space", replace(2, '"pos":1', '"pos": 1'), 1),
        ("entries in another order", lambda found: found.insert(2, found.pop(3)), 1),
    ],
    ids=lambda value: value.replace(" ", "-") if isinstance(value, str) else "",
)
def test_a_change_of_the_record_makes_its_batch_void(what: str, change: Any, left: int) -> None:
    assert read(records(change))[0] == [entry["id"] for entry in EXAMPLE["effective"]][:left]


_FOUNDING, _REGISTRAR = (json.loads(record) for record in EXAMPLE["registry"][:2])
FORGED = json.dumps(_REGISTRAR | {"signatures": _FOUNDING["signatures"]})
"""The registrar's enrolment under the signature of another record."""


@pytest.mark.parametrize(
    "example",
    [
        changed(ledger="0b5c2d6e-3f41-4b8a-9c7d-1e2f3a4b5c6e"),
        changed(topic="other.ledger"),
        changed(partition=0),
        changed(roots_digest="A" * 43),
        changed(registry=EXAMPLE["registry"][:1]),
        changed(registry=[EXAMPLE["registry"][0], FORGED, *EXAMPLE["registry"][2:]]),
    ],
    ids=["ledger", "topic", "partition", "roots", "registry-cut-short", "registrar-forged"],
)
def test_a_seal_holds_for_its_own_ledger_place_and_registry_alone(example: Data) -> None:
    assert read(example)[0] == []


def test_the_reader_is_as_short_as_the_page_promises() -> None:
    source = Path(__file__).read_text(encoding="utf-8")
    code = source.partition("# -- the reader")[2].partition("# -- what it says")[0]
    lines = [line for line in code.splitlines()[1:] if line.strip() and not line.strip().startswith('"""')]
    assert len(lines) <= 60
