"""One submission, one outcome: what the registrar decides, pure, so that anybody can decide it again.

`read_one` judges form, signature and mandate; `decide` asks identity and the stream's rules and gives the body of the
entry. An event's identity is (publisher, stream, event id) and is taken by an admitted entry only. Whatever
a rule raises but a `Refusal` becomes `ledger.fault`: one broken rule never stops the ledger. Called by the registrar.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

import orjson

from domain import outcome
from domain.event import Effect, Recorded
from domain.partition import partition_of
from domain.record.entry import Said
from domain.refusals import Refusal
from domain.registry import View
from domain.stages.rules import NOWHERE, Context, Elsewhere
from domain.stages.state import StreamState
from domain.stream import admit, evolve
from domain.submission import Known, Submission, read


class Taken(NamedTuple):
    """The admitted entry that holds an identity: its position and the digest of its JWS."""

    pos: int
    digest: bytes


@dataclass(slots=True)
class Stream:
    """A stream as its entries make it: its state and the identities taken in it."""

    state: StreamState
    taken: dict[tuple[str, str], Taken] = field(default_factory=dict)

    @classmethod
    def of(cls, stream: str, entries: Iterable[tuple[int, bytes]]) -> Stream:
        """Fold (position, body) of every entry of the stream, in order."""
        state = cls(StreamState(stream))
        for pos, body in entries:
            parsed: dict[str, Any] = orjson.loads(body)
            recorded = outcome.recorded(parsed)
            if recorded is not None:
                state.take(recorded, parsed["jws"], pos)
        return state

    def take(self, recorded: Recorded, jws: str, pos: int) -> None:
        """Fold one admitted entry."""
        self.state = evolve(self.state, recorded)
        self.taken[(recorded.event.publisher, recorded.event.id)] = Taken(pos, outcome.digest_of(jws))

    @property
    def entries(self) -> int:
        """How many entries the state holds: what a cache counts."""
        return len(self.taken) + 1


@dataclass(frozen=True)
class Court:
    """What one batch is judged under: the registry as read, the clock, the partition, the other streams it asks for."""

    ledger: str
    view: View
    partition: int
    partitions: int
    at: str
    latest: str
    elsewhere: Elsewhere = NOWHERE

    @cached_property
    def standing(self) -> View:
        """The registry as it stands when the entry is made: dates of keys and mandates are compared with `at`."""
        return self.view._replace(at=self.at)


class Draft(NamedTuple):
    """A submission after `read`: what came, and either the submission or the refusal."""

    src: tuple[int, int]
    record: bytes | None
    known: Known
    found: Submission | Refusal
    fault: str = ""


class Judged(NamedTuple):
    """The outcome: where it stands, its type for the index, its body; `fault` names the exception behind a
    `ledger.fault` (class and place, never content)."""

    stream: str
    n: int
    type: str
    body: bytes
    src: int
    fault: str = ""


def read_one(court: Court, offset: int, record: bytes | None) -> Draft:
    """Judge everything but the stream's rules."""
    known = Known()
    src = (court.partition, offset)
    try:
        found = read(record, known, ledger=court.ledger, view=court.standing, latest=court.latest)
        if partition_of(found.event.stream, court.partitions) != court.partition:
            raise Refusal("intake.wrong_partition", "subject")
    except Refusal as refusal:
        return Draft(src, record, known, refusal)
    except Exception as error:
        return Draft(src, record, known, Refusal("ledger.fault"), where(error))
    return Draft(src, record, known, found)


Admit = Callable[[StreamState, Any, Any, Context], tuple[Effect, ...]]


def decide(
    draft: Draft, streams: Mapping[str, Stream], court: Court, *, pos: int, desk: int, salt: bytes, rules: Admit = admit
) -> Judged:
    """The entry's body for one draft; folds an admitted event into its stream.

    `pos` is the position that the entry will have, `desk` the next version of the desk's stream, `salt` 16 random
    bytes, `rules` the stages' `admit`.
    """
    found = draft.found
    if isinstance(found, Refusal):
        return _refused(found, draft, court, desk, salt, draft.fault)
    stream = streams[found.event.stream]
    taken = stream.taken.get((found.event.publisher, found.event.id))
    if taken is not None and taken.digest == outcome.digest_of(found.jws):
        said = _desk(court, draft.src, desk)
        return Judged(said.stream, desk, "outcome.duplicate", _dup(taken, draft, said), draft.src[1])
    try:
        if taken is not None:
            raise Refusal("event.id_reused", "id")
        return _admitted(found, stream, draft.src, court, pos, rules)
    except Refusal as refusal:
        return _refused(refusal, draft, court, desk, salt, "")
    except Exception as error:
        return _refused(Refusal("ledger.fault"), draft, court, desk, salt, where(error))


def _admitted(found: Submission, stream: Stream, src: tuple[int, int], court: Court, pos: int, rules: Admit) -> Judged:
    effects = rules(stream.state, found.event, found.type, Context(court.at, court.standing, court.elsewhere))
    n = stream.state.version + 1
    said = Said(court.at, n, found.event.stream, court.view.reg, src)
    body = outcome.admitted(found.jws, said, effects)
    stream.take(Recorded(found.event, court.at, n, tuple(effects)), found.jws, pos)
    return Judged(found.event.stream, n, found.type.wire, body, src[1])


def _dup(taken: Taken, draft: Draft, said: Said) -> bytes:
    return outcome.duplicate(taken.pos, draft.known.members(), said)


def _refused(refusal: Refusal, draft: Draft, court: Court, desk: int, salt: bytes, fault: str) -> Judged:
    said = _desk(court, draft.src, desk)
    known = draft.known.members()
    body = outcome.refused(refusal.code, refusal.paths, known, said, record=draft.record, salt=salt)
    return Judged(said.stream, desk, f"outcome.refused.{refusal.code}", body, draft.src[1], fault)


def _desk(court: Court, src: tuple[int, int], desk: int) -> Said:
    return Said(court.at, desk, f"desk/{court.partition}", court.view.reg, src)


def where(error: Exception) -> str:
    """Class and place of an exception: an alarm names the defect, never what the submission held."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = f" at {trace.tb_frame.f_code.co_name}:{trace.tb_lineno}" if trace is not None else ""
    return f"{type(error).__name__}{place}"
