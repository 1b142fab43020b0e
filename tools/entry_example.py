"""Writes the worked example of `docs/reference/entry.md` and `entry-example.json`, from fixed keys: its bytes are true.

A registry of four records and a ledger partition with a genesis batch, a batch of three outcomes, and three records
that are void. Judged and sealed by the product's own code; `tests/unit/docs/test_entry_reader.py` reads it with a
reader of its own.

python tools/entry_example.py [--check]
"""

from __future__ import annotations

import json
import sys
from hashlib import sha256
from typing import Any, NamedTuple

from generated import between, settle

from domain import judge, outcome
from domain.partition import partition_of
from domain.record.chain import ORIGIN, Fence, Head, Place, seal
from domain.record.entry import Said, assemble, entry_id, frame, unb64u, with_seal
from domain.record.signing import SeedSigner
from domain.registry import Registry, Roots, sign_record, statement
from domain.stages.state import StreamState
from domain.submission import sign

PAGE = "docs/reference/entry.md"
DATA = "docs/reference/entry-example.json"

LEDGER = "0b5c2d6e-3f41-4b8a-9c7d-1e2f3a4b5c6d"
CASE = "7d9f0c1a-52e4-4c3b-8a6f-90b1c2d3e4f5"
FOUNDED, JUDGED = "2026-03-02T08:00:00.000000Z", "2026-03-02T09:00:00.000000Z"
PARTITIONS = 4
PARTITION = partition_of(CASE, PARTITIONS)
PLACE = Place(LEDGER, "tamga.ledger", PARTITION)
SALT = sha256(b"tamga example salt").digest()[:16]


class Batch(NamedTuple):
    """Records of one append, and the head behind them."""

    records: list[bytes]
    head: Head


def key(kid: str) -> SeedSigner:
    """A key of the example: its seed is SHA-256 of its id, so nobody takes it for a secret."""
    return SeedSigner(kid, sha256(f"tamga example {kid}".encode()).digest())


ROOT, REGISTRAR, HOTLINE, STRANGER = key("root-1"), key("registrar-1"), key("mn.hotline108-1"), key("stranger-1")
ROOTS = Roots({ROOT.kid: ROOT.public_b64u}, 1)


def registry_records() -> list[bytes]:
    """The records of `tamga.registry`; the last one breaks a rule and is ignored."""
    hotline = {"name": "Hotline 108", "categories": ["hotline"], "kid": HOTLINE.kid, "key": HOTLINE.public_b64u}
    said: list[tuple[str, str, dict[str, Any]]] = [
        ("ledger_founded.v1", LEDGER, {"keys": dict(ROOTS.keys), "threshold": 1, "partitions": PARTITIONS}),
        ("registrar_enrolled.v1", LEDGER, {"kid": REGISTRAR.kid, "key": REGISTRAR.public_b64u}),
        ("agency_enrolled.v1", "mn.hotline108", hotline),
        ("agency_enrolled.v1", "mn.hotline108", hotline),
    ]
    return [
        sign_record(statement(name, subject, data, id=_uuid(n), time=FOUNDED), ledger=LEDGER, signers=[ROOT])
        for n, (name, subject, data) in enumerate(said)
    ]


def _uuid(number: int) -> str:
    return f"00000000-0000-4000-8000-{number:012d}"


def indicator() -> dict[str, Any]:
    """The event of the example."""
    return {
        "specversion": "1.0",
        "id": _uuid(100),
        "source": "mn.hotline108",
        "type": "mn.tamga.identification.indicator_reported.v1",
        "subject": CASE,
        "time": "2026-03-02T08:58:30.000000Z",
        "unit": "desk-1",
        "actor": "officer-1",
        "data": {
            "victim_id": _uuid(200),
            "report_channel": "hotline_108",
            "indicator_codes": ["documents_withheld"],
            "reporter_role": "hotline_operator",
            "aimag": "MN-1",
        },
    }


def submissions() -> list[bytes]:
    """An event, the same in the hotline's name but signed with another key, and the first one's bytes again."""
    good = sign(indicator(), ledger=LEDGER, signer=HOTLINE)
    forged = sign(indicator() | {"id": _uuid(101)}, ledger=LEDGER, signer=_As(HOTLINE.kid, STRANGER))
    return [good, forged, good]


class _As:
    """Signs with one key and names another."""

    def __init__(self, kid: str, signer: SeedSigner) -> None:
        self.kid, self._signer = kid, signer

    def sign(self, message: bytes) -> bytes:
        return self._signer.sign(message)


def fold(records: list[bytes]) -> Registry:
    """The registry after the records."""
    registry = Registry(LEDGER, ROOTS.digest)
    for record in records:
        registry.apply(record)
    return registry


def batch(bodies: list[bytes], before: Head, *, at: str, reg: int, signer: SeedSigner = REGISTRAR) -> Batch:
    """Bodies chained behind a head, the last one sealed. Offsets are told as if each record stood right behind."""
    records: list[bytes] = []
    pos, prev = before.pos, before.id
    for body in bodies:
        pos += 1
        raw = assemble(body, pos=pos, prev=prev)
        raw = with_seal(raw, seal(PLACE, raw, signer)) if body is bodies[-1] else raw
        records, prev = [*records, raw], entry_id(raw)
    return Batch(records, Head(before.offset + len(records), pos, prev, reg, at))


def genesis_body() -> bytes:
    """Position 0; the example's submissions topic has a fixed id."""
    facts = {
        "ledger": LEDGER,
        "partition": PARTITION,
        "partitions": PARTITIONS,
        "roots": ROOTS.digest,
        "submissions": "6f1c2b3a-4d5e-4f60-8a7b-9c0d1e2f3a4b",
        "topic": PLACE.topic,
    }
    return outcome.genesis(facts, Said(FOUNDED, 0, "genesis", 2, (PARTITION, -1)))


def outcome_bodies(registry: Registry) -> list[bytes]:
    """What the registrar says of the three submissions."""
    court = judge.Court(LEDGER, registry.view(), PARTITION, PARTITIONS, JUDGED, JUDGED)
    streams = {CASE: judge.Stream(StreamState(CASE))}
    bodies: list[bytes] = []
    desk = 0
    for offset, record in enumerate(submissions()):
        draft = judge.read_one(court, offset, record)
        judged = judge.decide(draft, streams, court, pos=offset + 1, desk=desk + 1, salt=SALT)
        desk += judged.stream.startswith("desk/")
        bodies.append(judged.body)
    return bodies


def ledger_records(registry: Registry) -> list[bytes | None]:
    """The records of the partition as they stand on Kafka, void ones among them."""
    genesis = batch([genesis_body()], ORIGIN, at=FOUNDED, reg=2)
    bodies = outcome_bodies(registry)
    outcomes = batch(bodies, genesis.head, at=JUDGED, reg=registry.count)
    loser = batch(bodies[1:], genesis.head, at=JUDGED, reg=registry.count)
    forger = batch(bodies[:1], outcomes.head, at=JUDGED, reg=registry.count, signer=STRANGER)
    # Another writer's batch was cut short before its seal; a null and a forgery came behind ours.
    return [*genesis.records, loser.records[0], *outcomes.records, None, *forger.records]


def document() -> dict[str, Any]:
    """What `entry-example.json` holds."""
    registered = registry_records()
    registry = fold(registered)
    records = ledger_records(registry)
    fence = Fence(PLACE, registry.seal_key)
    effective = [placed for offset, raw in enumerate(records) for placed in fence.push(offset, raw)]
    return {
        "ledger": LEDGER,
        "topic": PLACE.topic,
        "partition": PARTITION,
        "roots": {"keys": dict(ROOTS.keys), "threshold": 1},
        "roots_digest": ROOTS.digest,
        "registry": [record.decode() for record in registered],
        "registry_ignored": [3],
        "records": [None if raw is None else raw.decode() for raw in records],
        "effective": [{"offset": p.offset, "pos": p.entry.pos, "id": p.entry.id} for p in effective],
        "void": fence.void,
    }


def section(found: dict[str, Any]) -> str:
    """The worked example as Markdown."""
    ids = {entry["offset"]: entry["id"] for entry in found["effective"]}
    lines = [
        f"Ledger `{LEDGER}`, partition {PARTITION} of {PARTITIONS}.",
        "The seed of each key is SHA-256 of `tamga example <kid>`.\n",
        "| kid | public key |\n|---|---|\n" + "".join(f"| `{k.kid}` | `{k.public_b64u}` |\n" for k in _KEYS),
        f"The roots object is `{_json(found['roots'])}`, its digest `{ROOTS.digest}`.\n",
        "The payload of the registry's third record (`reg` is 3 behind it), decoded:\n",
        f"```json\n{_statement(found, 2)}\n```\n",
    ]
    for offset, raw in enumerate(found["records"]):
        state = f"effective, id `{ids[offset]}`" if offset in ids else "void"
        shown = "(a null: a record without a value)" if raw is None else raw
        lines.append(f"Offset {offset}: {state}\n\n```\n{shown}\n```\n")
    return "\n".join([*lines, _sealing(found)])


_KEYS = (ROOT, REGISTRAR, HOTLINE)


def _sealing(found: dict[str, Any]) -> str:
    last = frame(found["records"][4].encode())
    assert last is not None
    digest = sha256(last.unsealed).hexdigest()
    message = PLACE.seal_message(last.unsealed)
    context = message[:-32].decode().replace("\n", "\\n")
    return (
        f"The seal at offset 4 signs {len(message)} bytes: the text\n`{context}` and the 32 bytes\n"
        f"`{digest}` (hexadecimal), which are SHA-256 of\n"
        f"that record without its member `seal`, {len(last.unsealed)} bytes.\n"
    )


def _statement(found: dict[str, Any], index: int) -> str:
    return unb64u(json.loads(found["registry"][index])["payload"]).decode()


def _json(value: object) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"))


def files() -> dict[str, str]:
    """Path to text."""
    found = document()
    data = json.dumps(found, indent=1, ensure_ascii=False) + "\n"
    return {DATA: data, PAGE: between(PAGE, "example", "\n" + section(found) + "\n")}


if __name__ == "__main__":
    raise SystemExit(settle("entry_example", files(), check="--check" in sys.argv[1:]))
