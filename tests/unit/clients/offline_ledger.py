"""A ledger of one partition without Kafka: the registrar's own judgement behind the client's port, and faults at will.

`Fault` says at which call of `submit` the connection breaks, and whether before or after the submission was taken.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import orjson

from domain import judge
from domain.judge import Court, Stream
from domain.refusals import Refusal
from domain.stages.state import StreamState
from simulator import BASE_TIME, LEDGER, enrolled, fixed_signers, moved
from tamga_client import Pending, Signed, Signer, UnreachableError
from tamga_client.outcomes import Judged, Lost, outcome_of

HOTLINE = "mn.hotline108"
KEYS = fixed_signers()
REGISTRY = enrolled(KEYS)


def signer(agency: str = HOTLINE) -> Signer:
    """The client's signer of an agency that is enrolled."""
    from hashlib import sha256

    return Signer(agency, LEDGER, KEYS[agency].kid, sha256(agency.encode()).digest())


@dataclass
class OfflineLedger:
    """Judges what is handed in, at once or (`late`) when `judge` is called. `record` holds the admitted events' ids."""

    late: bool = False
    faults: dict[int, bool] = field(default_factory=dict)
    """Call of `submit` → was the submission taken before the connection broke?"""
    record: list[tuple[str, str]] = field(default_factory=list)
    taken: list[bytes] = field(default_factory=list)
    _streams: dict[str, Stream] = field(default_factory=dict)
    _outcomes: dict[str, Judged | Pending | Lost] = field(default_factory=dict)
    _calls: int = 0

    def submit(self, signed: Signed) -> Judged | Pending | Lost:
        """Take the bytes; raise `UnreachableError` where a fault is due."""
        fault = self.faults.get(self._calls)
        self._calls += 1
        if fault is False:
            raise UnreachableError("client.unreachable", "the connection broke before")
        self.taken.append(signed.jws)
        place = f"0-{len(self.taken) - 1}"
        if not self.late:
            self.judge()
        if fault is True:
            raise UnreachableError("client.unreachable", "the connection broke after")
        return self.find(place)

    def find(self, submission: str) -> Judged | Pending | Lost:
        """Its outcome."""
        return self._outcomes.get(submission, Pending(submission))

    def judge(self) -> None:
        """Judge everything that was taken and has no outcome."""
        court = Court(LEDGER, REGISTRY.view(), 0, 1, BASE_TIME, moved(BASE_TIME, minutes=5))
        for offset in range(len(self._outcomes), len(self.taken)):
            draft = judge.read_one(court, offset, self.taken[offset])
            if not isinstance(draft.found, Refusal):
                stream = draft.found.event.stream
                self._streams.setdefault(stream, Stream(StreamState(stream)))
            found = judge.decide(draft, self._streams, court, pos=offset + 1, desk=offset + 1, salt=bytes(16))
            said = self._said(offset, orjson.loads(found.body))
            if said["outcome"] == "admitted":
                self.record.append((found.stream, draft.known.event or ""))
            self._outcomes[f"0-{offset}"] = outcome_of(said)

    def _said(self, offset: int, body: Mapping[str, object]) -> dict[str, object]:
        known = {"submission": f"0-{offset}", "position": f"0-{offset + 1}", "at": BASE_TIME}
        if "jws" in body:
            return {"outcome": "admitted", **known}
        outcome = body["outcome"]
        assert isinstance(outcome, dict)
        ((kind, what),) = outcome.items()
        return {"outcome": kind, "code": what.get("code"), "of": f"0-{what.get('of')}", **known}
