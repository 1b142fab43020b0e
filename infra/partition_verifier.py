"""What must hold of each effective entry beside chain and seal, one check a function, one stable code a check.

`PartitionVerifier` is fed entries in order and gives back what fails; it goes on behind a failure, so that one report
names all. Pure but for its memory: the registry is handed in, read as far as the entries' `reg` says.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import orjson

from domain import outcome
from domain.partition import partition_of
from domain.record.chain import Placed
from domain.record.entry import GENESIS_PREV, MAX_ENTRY, Said, canonical, said_by
from domain.refusals import Refusal
from domain.registry import Registry
from domain.submission import Known, kid_of, read
from infra import clock

Found = tuple[str, str]
"""(code, message)."""

SLACK = timedelta(seconds=1)
"""The registrar reads its clock twice for a batch: `at`, then the last `time` that is not in the future."""


class Ledger(NamedTuple):
    """What genesis entries must say."""

    id: str
    topic: str
    partitions: int
    roots: str
    submissions: str


class Disputed(NamedTuple):
    """An entry that holds, signed or sealed by a key that was compromised by then."""

    pos: int
    kid: str


class PartitionVerifier:
    """Feeds on the effective entries of one partition in order; `kinds` counts them, `skipped` offsets without one,
    `disputed` names those that others than the key's holder may have made, as the registry says now."""

    def __init__(self, ledger: Ledger, partition: int, registry: Registry) -> None:
        self._ledger, self._partition, self._registry = ledger, partition, registry
        self.kinds: Counter[str] = Counter()
        self.skipped = 0
        self._pos, self._prev = -1, GENESIS_PREV
        self._at, self._reg, self._src = "", 0, -1
        self._versions: dict[str, int] = {}
        self._admitted: set[int] = set()
        self._unsealed: list[tuple[int, str]] = []
        self.disputed: list[Disputed] = []

    def take(self, placed: Placed) -> list[Found]:
        """What does not hold of the next entry."""
        raw, pos = placed.entry.raw, placed.entry.pos
        try:
            entry = orjson.loads(raw)
            said = said_by(entry)
            self._dispute(placed, entry, said.at)
            return [*self._form(placed, entry), *self._order(said), *self._content(entry, said, pos)]
        except (ValueError, KeyError, TypeError, IndexError, AttributeError) as error:
            return [("entry.malformed", f"is no entry of the ledger ({type(error).__name__})")]
        finally:
            self._pos, self._prev = pos, placed.entry.id

    def _dispute(self, placed: Placed, entry: dict[str, Any], at: str) -> None:
        """Note the entry if the key of its event is disputed, and the whole batch if that of its seal is."""
        now, pos = self._registry.view(), placed.entry.pos
        try:
            kid = kid_of(entry["jws"]) if "jws" in entry else ""
        except (ValueError, KeyError, TypeError):
            kid = ""
        if now.is_disputed(kid, at):
            self.disputed.append(Disputed(pos, kid))
        self._unsealed.append((pos, at))
        if placed.entry.seal is not None:
            sealer = placed.entry.seal.rpartition(".")[0]
            self.disputed += [Disputed(one, sealer) for one, then in self._unsealed if now.is_disputed(sealer, then)]
            self._unsealed.clear()

    def _form(self, placed: Placed, entry: dict[str, Any]) -> Iterator[Found]:
        raw, pos = placed.entry.raw, placed.entry.pos
        if canonical(entry) != raw:
            yield "entry.not_canonical", "members are not sorted, or there is a space or a second member of a name"
        if len(raw) > MAX_ENTRY:
            yield "entry.too_large", f"has {len(raw)} bytes, {MAX_ENTRY} are allowed"
        if entry.get("pos") != self._pos + 1 or entry.get("prev") != self._prev or pos != self._pos + 1:
            yield "entry.chain", "does not follow the entry before it"

    def _order(self, said: Said) -> Iterator[Found]:
        if said.at < self._at:
            yield "entry.at_decreased", f"`at` {said.at} lies before {self._at}"
        if said.reg < self._reg:
            yield "entry.reg_decreased", f"`reg` {said.reg} is less than {self._reg}"
        if said.reg > self._registry.count:
            yield "entry.reg_unknown", f"`reg` {said.reg}, the registry has {self._registry.count} records"
        expected = self._versions.get(said.stream, -1 if said.stream == "genesis" else 0) + 1
        if said.n != expected:
            yield "entry.version", f"version {said.n} of its stream, expected {expected}"
        self._versions[said.stream] = said.n
        self._at, self._reg = max(self._at, said.at), max(self._reg, said.reg)

    def _content(self, entry: dict[str, Any], said: Said, pos: int) -> Iterator[Found]:
        members = set(entry) - {"ledger", "pos", "prev", "seal"}
        if (pos == 0) != (members == {"genesis"}):
            yield "entry.genesis", "genesis stands at position 0 and nowhere else"
        if len(members) != 1 or not members <= {"jws", "outcome", "genesis"}:
            yield "entry.kind", "is neither an event, an outcome nor the genesis"
            return
        if "genesis" in entry:
            self.kinds["genesis"] += 1
            yield from self._genesis(entry["genesis"], said)
            return
        if "jws" in entry:
            self.kinds["admitted"] += 1
            yield from self._submission(said, said.src[1])
            yield from self._event(entry, said)
            self._admitted.add(pos)
            return
        yield from self._outcome(entry["outcome"], said)

    def _genesis(self, facts: dict[str, Any], said: Said) -> Iterator[Found]:
        ledger = self._ledger
        wanted = {
            "ledger": ledger.id,
            "partition": self._partition,
            "partitions": ledger.partitions,
            "roots": ledger.roots,
            "submissions": ledger.submissions,
            "topic": ledger.topic,
        }
        for name in sorted(wanted.keys() | facts.keys()):
            if facts.get(name) != wanted.get(name):
                yield "genesis.other_ledger", f"`{name}` is not this ledger's"

    def _submission(self, said: Said, first: int) -> Iterator[Found]:
        """One entry a submission, in their order. `first` is the first offset that the entry is about."""
        partition, last = said.src
        if partition != self._partition:
            yield "entry.src_partition", "comes from another partition than its own"
        if first <= self._src:
            yield "entry.src_decreased", f"submission {first} behind {self._src}: judged twice or out of order"
        self.skipped += max(0, first - self._src - 1)
        self._src = max(self._src, last)

    def _event(self, entry: dict[str, Any], said: Said) -> Iterator[Found]:
        effects = entry["ledger"].get("effects")
        if effects is not None and len(canonical(effects)) > outcome.MAX_EFFECTS:
            yield "entry.effects_too_large", f"more than {outcome.MAX_EFFECTS} bytes of effects"
        latest = clock.stamp(datetime.fromisoformat(said.at) + clock.FUTURE + SLACK)
        view = self._registry.view(said.reg, at=said.at)
        try:
            found = read(entry["jws"].encode(), Known(), ledger=self._ledger.id, view=view, latest=latest)
        except Refusal as refusal:
            yield f"event.{refusal.code}", "an event stands in the record that must have been refused"
            return
        if found.event.stream != said.stream:
            yield "event.other_stream", "its subject is another stream than the ledger says"
        if partition_of(said.stream, self._ledger.partitions) != self._partition:
            yield "event.wrong_partition", "its stream lives on another partition"

    def _outcome(self, told: dict[str, Any], said: Said) -> Iterator[Found]:
        ((kind, what),) = told.items()
        self.kinds[kind] += 1
        yield from self._submission(said, what["from"] if kind == "intake" else said.src[1])
        if said.stream != f"desk/{self._partition}":
            yield "outcome.stream", "stands in another stream than the desk's"
        match kind:
            case "refused":
                if not {"code", "digest", "salt"} <= what.keys() <= _REFUSED:
                    yield "outcome.members", "a refusal says its code, a salted digest and nothing of the content"
            case "duplicate":
                if what["of"] not in self._admitted:
                    yield "outcome.duplicate", f"points to {what['of']}, where no event stands"
            case "intake":
                if what["to"] != said.src[1]:
                    yield "outcome.intake", "does not end at the submission that it names"
            case _:
                yield "outcome.kind", "is no outcome"


_REFUSED = {"code", "digest", "salt", "paths", "publisher", "type", "stream", "event"}
