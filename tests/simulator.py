"""Agencies that publish good, late, duplicate, forged and out-of-order events, and an offline registrar for them.

`infra.demo` holds the agencies; this adds their enrolment in a registry without Kafka, and `judge_all`, which asks
`domain.judge` for one outcome after the other as the registrar does.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from hashlib import sha256

from domain import judge
from domain.judge import Court, Judged, Stream
from domain.record.signing import SeedSigner
from domain.refusals import Refusal
from domain.registry import Registry, Roots, sign_record, statement
from domain.stages.state import StreamState
from infra.demo.agencies import ENROLLED, kid_of
from infra.demo.bad import DIGITS, REVOKED, SUSPENDED, bad_submissions, marker, opening
from infra.demo.generator import Sent, cases, interleave
from infra.demo.publisher import Publisher, moved, publishers
from infra.demo.scenario import Submission, steps

__all__ = [
    "BASE_TIME",
    "DIGITS",
    "LEDGER",
    "REVOKED",
    "SUSPENDED",
    "Publisher",
    "Sent",
    "Submission",
    "bad_submissions",
    "cases",
    "enrolled",
    "fixed_signers",
    "interleave",
    "judge_all",
    "judged",
    "marker",
    "moved",
    "opening",
    "outcome_code",
    "publishers",
    "steps",
]

LEDGER = "5a3fb0ab-6a92-4b9f-8f9e-0c6f1a6f3a10"
BASE_TIME = "2026-03-02T09:00:00.000000Z"


def fixed_signers() -> dict[str, SeedSigner]:
    """Keys of all agencies that are the same in every run; on a running ledger, use `infra.demo.agencies.signers`."""
    return {agency: SeedSigner(kid_of(agency), sha256(agency.encode()).digest()) for agency in ENROLLED}


def enrolled(
    signers: Mapping[str, SeedSigner],
    *,
    ledger: str = LEDGER,
    suspended: Iterable[str] = (),
    revoked: Iterable[str] = (),
) -> Registry:
    """A registry that holds the agencies with these keys, some suspended, some with a revoked key."""
    root = SeedSigner("root-1", sha256(b"root").digest())
    roots = Roots({root.kid: root.public_b64u}, 1)
    registry = Registry(ledger, roots.digest)

    def apply(name: str, subject: str, data: Mapping[str, object]) -> None:
        event = statement(name, subject, data, id="0" * 8, time=BASE_TIME)
        assert registry.apply(sign_record(event, ledger=ledger, signers=[root])), name

    apply("ledger_founded.v1", ledger, {"keys": dict(roots.keys), "threshold": 1, "partitions": 1})
    for agency, signer in signers.items():
        entry = ENROLLED[agency]
        data = {"name": entry.name_en, "categories": sorted(entry.categories), "kid": signer.kid}
        apply("agency_enrolled.v1", agency, data | {"key": signer.public_b64u})
    for agency in suspended:
        apply("agency_suspended.v1", agency, {})
    for agency in revoked:
        apply("key_revoked.v1", agency, {"kid": signers[agency].kid})
    return registry


def judged(records: Iterable[bytes | None], registry: Registry, *, at: str = BASE_TIME) -> list[Judged]:
    """The outcome of each record in turn, on one partition, at one instant of the registrar's clock."""
    court = Court(registry.ledger, registry.view(), 0, 1, at, moved(at, minutes=5))
    streams: dict[str, Stream] = {}
    outcomes: list[Judged] = []
    desk = 0
    for offset, record in enumerate(records):
        draft = judge.read_one(court, offset, record)
        if not isinstance(draft.found, Refusal):
            stream = draft.found.event.stream
            streams.setdefault(stream, Stream(StreamState(stream)))
        outcome = judge.decide(draft, streams, court, pos=offset + 1, desk=desk + 1, salt=bytes(16))
        desk += outcome.stream == "desk/0"
        outcomes.append(outcome)
    return outcomes


def outcome_code(outcome: Judged) -> str:
    """`admitted`, `duplicate` or the refusal's code."""
    if outcome.type == "outcome.duplicate":
        return "duplicate"
    return outcome.type.removeprefix("outcome.refused.") if outcome.type.startswith("outcome.") else "admitted"


def judge_all(records: Iterable[bytes | None], registry: Registry, *, at: str = BASE_TIME) -> list[str]:
    """`admitted`, `duplicate` or the refusal's code for each record in turn."""
    return [outcome_code(outcome) for outcome in judged(records, registry, at=at)]
