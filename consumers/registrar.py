"""The registrar judges each submission of its partition once, in order, and seals the outcomes batch by batch.

One batch: read, load the states of all its streams with one query (with one more those of other partitions, when a rule
of the batch reaches over cases), judge all, `recorder.insert_events`, next. What it knows of streams is a bounded cache
over the index. After any failed append it takes the partition over anew: it reads to the end of the log and goes on
behind the submission that the head names, so nothing is lost or judged twice.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from eventsourcing.persistence import IntegrityError, OperationalError

from consumers.ports import OutcomeEvent, Recorder, RegistrySource, States, Stop
from domain.elsewhere import Brought, asked
from domain.judge import Admit, Court, Draft, Judged, Stream, decide, read_one
from domain.refusals import Refusal
from domain.stages.rules import NOWHERE, Elsewhere
from domain.stream import admit

REGISTRY_MAX_AGE = 5.0
STAMP_TOLERANCE_MS = 2000
KEEP_SECONDS = 3600.0


@dataclass(frozen=True)
class Clocks:
    """The clocks of a registrar: record time, last `time` that is not future, milliseconds, monotonic seconds."""

    now: Callable[[], str]
    latest: Callable[[], str]
    now_ms: Callable[[], int]
    monotonic: Callable[[], float]


class StreamCache:
    """Streams by id, the most recently used kept, bounded by the number of entries that they hold.

    Streams of the batch before and of this one always stay: the index may still be behind for those.
    """

    def __init__(self, states: States, limit: int) -> None:
        self._states, self._limit = states, limit
        self._streams: OrderedDict[str, Stream] = OrderedDict()
        self._previous: set[str] = set()
        self._held = 0

    def load(self, wanted: set[str], *, growth: int) -> OrderedDict[str, Stream]:
        """Bring the streams in with one query and put out the oldest; the batch may add `growth` entries to them."""
        missing = [s for s in wanted if s not in self._streams]
        if missing:
            found = self._states.streams(missing)
            for stream in missing:
                self._streams[stream] = Stream.of(stream, found.get(stream, ()))
                self._held += self._streams[stream].entries
        for stream in wanted:
            self._streams.move_to_end(stream)
        self._held += growth
        self._evict(wanted | self._previous)
        self._previous = wanted
        return self._streams

    def clear(self) -> None:
        """Forget everything: what was judged but not recorded has not happened."""
        self._streams.clear()
        self._previous = set()
        self._held = 0

    def _evict(self, keep: set[str]) -> None:
        if self._held <= self._limit:
            return
        # Counted anew: `growth` took each submission for an entry of its stream, also those that were refused.
        self._held = sum(stream.entries for stream in self._streams.values())
        for stream in [s for s in self._streams if s not in keep]:
            self._held -= self._streams.pop(stream).entries
            if self._held <= self._limit // 2:
                return


class PartitionRegistrar:
    """The registrar of one partition."""

    def __init__(
        self,
        *,
        partition: int,
        partitions: int,
        ledger: str,
        recorder: Recorder,
        states: States,
        registry: RegistrySource,
        clocks: Clocks,
        salt: Callable[[], bytes],
        alarm: Callable[[str, str], None],
        cache_entries: int = 50_000,
        rules: Admit = admit,
    ) -> None:
        self.partition, self._partitions, self._ledger = partition, partitions, ledger
        self._recorder, self._registry = recorder, registry
        self._clocks, self._salt, self._alarm = clocks, salt, alarm
        self._rules = rules
        self._states, self._cache = states, StreamCache(states, cache_entries)
        self.taken = False
        self._desk = 0
        self.judged_to = -1
        self._judged: deque[tuple[float, int]] = deque()

    def take_over(self) -> int:
        """Read the ledger to its end; returns the offset of the next submission to judge."""
        self._cache.clear()
        opened = self._recorder.open()
        self._desk, self.judged_to = opened.desk, opened.src
        self.taken = True
        return opened.src + 1

    def judge(self, records: Sequence[Any]) -> None:
        """Judge and record one batch of (offset, value, broker's stamp in ms).

        Raises `Stop`, or `OperationalError`/`IntegrityError`: the partition must then be taken over anew.
        """
        if self._registry.age > REGISTRY_MAX_AGE / 2:
            self._registry.refresh()
        self._check_stamps(records)
        try:
            self._record(records)
        except (IntegrityError, OperationalError):
            self.let_go()
            raise

    def let_go(self) -> None:
        """Forget the partition's state; the next step takes it over anew."""
        self.taken = False
        self._cache.clear()

    def close(self) -> None:
        """The partition is another registrar's now."""
        self.let_go()
        self._recorder.close()

    def look(self) -> None:
        """Is the log still the log? Raises `Stop` through the recorder's fault."""
        if self.taken:
            self._recorder.look()

    def check_index(self) -> None:
        """Does the index hold what was recorded? Raises `OperationalError`."""
        if self.taken:
            self._recorder.check_index()

    def deletable(self) -> int:
        """The offset below which every submission has been judged for an hour."""
        offset = 0
        while self._judged and self._judged[0][0] < self._clocks.monotonic() - KEEP_SECONDS:
            offset = self._judged.popleft()[1] + 1
        return offset

    def _check_stamps(self, records: Sequence[Any]) -> None:
        limit = self._clocks.now_ms() + STAMP_TOLERANCE_MS
        if any(record[2] > limit for record in records):
            raise Stop("clock.behind", "a submission is stamped more than 2 s after this machine's clock")

    def _record(self, records: Sequence[Any]) -> None:
        if self._registry.age > REGISTRY_MAX_AGE:
            raise OperationalError("the registry was read too long ago to admit anything")
        head = self._recorder.head
        if self._registry.view().reg < head.reg:
            self._registry.refresh()
        court = self._court(head.at)
        drafts = [read_one(court, record[0], record[1]) for record in records]
        wanted = {d.found.event.stream for d in drafts if not isinstance(d.found, Refusal)}
        streams = self._cache.load(wanted, growth=len(records))
        court = replace(court, elsewhere=self._elsewhere(drafts, streams))
        events: list[OutcomeEvent] = []
        for draft in drafts:
            judged = self._decide(draft, streams, court, head.pos + 1 + len(events))
            events.append(
                OutcomeEvent(judged.stream, judged.n, judged.type, judged.body, court.at, court.view.reg, judged.src)
            )
        self._recorder.insert_events(events, head=head)
        self.judged_to = records[-1][0]
        self._judged.append((self._clocks.monotonic(), self.judged_to))

    def _elsewhere(self, drafts: Sequence[Draft], streams: Mapping[str, Stream]) -> Elsewhere:
        """The other streams that the batch asks for, with one query; none is made when it asks for nothing."""
        named: set[str] = set()
        for draft in drafts:
            if not isinstance(draft.found, Refusal):
                event = draft.found.event
                named |= asked(streams[event.stream].state, event)
        if not named:
            return NOWHERE
        self._recorder.settle()
        found = self._states.linked(sorted(named))
        brought = {stream: Stream.of(stream, entries).state for stream, entries in found.items()}
        return Brought(brought, streams, frozenset(named))

    def _court(self, head_at: str) -> Court:
        now = self._clocks.now()
        if now < head_at:
            raise OperationalError("the head is ahead of this machine's clock; waiting for it")
        view = self._registry.view()
        return Court(self._ledger, view, self.partition, self._partitions, now, self._clocks.latest())

    def _decide(self, draft: Draft, streams: OrderedDict[str, Stream], court: Court, pos: int) -> Judged:
        judged = decide(draft, streams, court, pos=pos, desk=self._desk + 1, salt=self._salt(), rules=self._rules)
        if judged.stream.startswith("desk/"):
            self._desk = judged.n
        if judged.fault:
            self._alarm("ledger.fault", f"submission {court.partition}-{judged.src}: {judged.fault}")
        return judged
