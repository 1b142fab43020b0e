"""The script played without Kafka: one registrar, and a clock that says what is due whenever a step waits for it.

Streams see each other as the ledger lets them. Used by the tests of the scripted case.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import orjson

from consumers.clock import Due
from domain import judge, outcome
from domain.catalogue import by_wire
from domain.elsewhere import Brought
from domain.event import Effect, Recorded
from domain.judge import Court, Stream
from domain.record.signing import SeedSigner
from domain.refusals import Refusal
from domain.registry import Registry
from domain.stages.ledger.duties import all_open, duties_of
from domain.stages.ledger.duties_said import UNRESOLVED, mark_id, unresolved_from
from domain.stages.state import StreamState
from domain.submission import payload_of
from infra.demo.scenario import Submission, Wait
from infra.entry.clock import submission
from simulator import BASE_TIME, moved, outcome_code

PATIENCE = 16
"""Minutes that pass while a step waits: longer than a refusal of a protective act may stand."""


class Said(NamedTuple):
    """The outcome of one submission, and what the ledger stated beside an admitted event."""

    code: str
    effects: tuple[Effect, ...] = ()


class Player:
    """A ledger in memory: `streams` by id, `admitted` in order, `bodies` of all outcomes from position 1 on."""

    def __init__(self, registry: Registry, clock: SeedSigner, *, at: str = BASE_TIME) -> None:
        self.registry, self.at = registry, at
        self.streams: dict[str, Stream] = {}
        self.admitted: list[Recorded] = []
        self.bodies: list[bytes] = []
        self._clock = clock
        self._refused: dict[tuple[str, str, str], tuple[str, str]] = {}
        self._offset = self._desk = 0

    def play(self, script: Iterable[Submission], *, waiting: bool = True) -> list[Said]:
        """Send every step, each when the clock has said what it waits for."""
        return [self._step(step, waiting) for step in script]

    def _step(self, step: Submission, waiting: bool) -> Said:
        if step.wait is not None and waiting and not self.has(step.wait):
            self.at = moved(self.at, minutes=PATIENCE)
            self.tell()
            assert self.has(step.wait), f"the clock has not said {step.wait.type}: {step.note}"
        return self.send(step.record)

    @staticmethod
    def data_of(record: bytes) -> dict[str, Any]:
        """The data of a signed event."""
        data: dict[str, Any] = payload_of(record.decode())["data"]
        return data

    def has(self, wait: Wait) -> bool:
        """Does the clock's entry stand there?"""
        return any(
            each.event.type == wait.type
            and each.event.stream == wait.stream
            and wait.about.items() <= each.event.data.items()
            for each in self.admitted
        )

    def send(self, record: bytes) -> Said:
        """One submission, judged as the registrar does."""
        elsewhere = Brought({}, self.streams, frozenset(self.streams))
        latest = moved(self.at, minutes=5)
        court = Court(self.registry.ledger, self.registry.view(), 0, 1, self.at, latest, elsewhere)
        self._offset += 1
        draft = judge.read_one(court, self._offset, record)
        if not isinstance(draft.found, Refusal):
            own = draft.found.event.stream
            self.streams.setdefault(own, Stream(StreamState(own)))
        judged = judge.decide(draft, self.streams, court, pos=self._offset, desk=self._desk + 1, salt=bytes(16))
        assert not judged.fault, judged.fault
        self.bodies.append(judged.body)
        code = outcome_code(judged)
        if code != "admitted":
            self._desk += 1
            if code != "duplicate":
                self._note(draft, code)
            return Said(code)
        recorded = outcome.recorded(orjson.loads(judged.body))
        assert recorded is not None
        self.admitted.append(recorded)
        self._refused.pop((recorded.event.stream, recorded.event.type, recorded.event.publisher), None)
        return Said(code, recorded.effects)

    def _note(self, draft: judge.Draft, code: str) -> None:
        """A protective act that was refused, until its sender puts it right."""
        known = draft.known
        event_type = by_wire.get(known.type or "")
        if known.publisher and known.stream and event_type is not None and event_type.protective:
            self._refused.setdefault((known.stream, event_type.name, known.publisher), (code, self.at))

    def tell(self) -> None:
        """The clock says all that is due, until nothing is left that it could say."""
        tried: set[str] = set()
        while fresh := [due for due in list(self._due()) if due.event_id not in tried]:
            for due in fresh:
                tried.add(due.event_id)
                self.send(submission(due, ledger=self.registry.ledger, signer=self._clock))

    def _due(self) -> Iterator[Due]:
        for name, each in self.streams.items():
            for duty in all_open(duties_of(each.state)):
                if not duty.marked and duty.due_at <= self.at:
                    mark = mark_id(name, duty.of, duty.deadline, duty.due_at, duty.owner)
                    yield Due(mark, name, duty.clock, duty.due_at, dict(duty.says))
        for (name, type_, publisher), (code, refused_at) in self._refused.items():
            due_at = unresolved_from(refused_at)
            if due_at <= self.at:
                says = {"refused_type": type_, "refusal": code, "by": publisher, "refused_at": refused_at}
                yield Due(mark_id(name, type_, "refusal_unresolved", due_at, publisher), name, UNRESOLVED, due_at, says)
