"""Agencies, simulated: plausible cases from a seed, with publishers that are late, repeat themselves, send too early or
forge; every outcome is predicted from what the flow did.

No rule of the domain is asked for a prediction, so a wrong rule shows. An answer that came too early is sent again in
its place, and a run that was interrupted, sent once more, ends with the same events on record. Called by the demo, the
benchmarks and the tests.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import zip_longest
from random import Random
from typing import Literal, NamedTuple, TypeVar

from infra.demo import flows
from infra.demo.flows import Act, Child, Flow
from infra.demo.publisher import Publisher, drawn_id, draws, moved

Behaviour = Literal["plain", "late", "repeat", "out_of_order", "forged"]

_RATE = 0.08
"""How often each misbehaviour comes, for one act."""

_T = TypeVar("_T")


class Sent(NamedTuple):
    """One record to the partition of `stream`: `expect` is `admitted`, `duplicate` or a refusal's code."""

    stream: str
    record: bytes
    expect: str
    behaviour: Behaviour


def cases(seed: int, count: int, publishers: Mapping[str, Publisher], *, ledger: str, base_time: str) -> Iterator[Sent]:
    """`count` cases of 5 to 25 acts, one after the other, each in its sending order; no time is after `base_time`.

    Predicted for a ledger that holds none of it and where every agency is active; only late facts are marked late when
    it judges within four hours of `base_time`.
    """
    for number in range(count):
        yield from _Case(draws(seed, ledger, "case", number), publishers, base_time).sent()


def interleave(seed: int, sent: Iterable[Sent]) -> Iterator[Sent]:
    """The records in a random order that keeps the order of each stream."""
    by_stream: dict[str, list[Sent]] = defaultdict(list)
    for record in sent:
        by_stream[record.stream].append(record)
    return iter(_merged(draws(seed, "interleave"), list(by_stream.values())))


def _merged(draw: Random, queues: Sequence[Sequence[_T]]) -> list[_T]:
    turns = [number for number, queue in enumerate(queues) for _ in queue]
    draw.shuffle(turns)
    left = [deque(queue) for queue in queues]
    return [left[number].popleft() for number in turns]


class _Case:
    """One generated case: its flows, and who misbehaves in it."""

    def __init__(self, draw: Random, publishers: Mapping[str, Publisher], base_time: str) -> None:
        self._draw, self._publishers, self._base = draw, publishers, base_time
        self._stream = drawn_id(draw)
        self._minute = -19 * 60.0
        self._records: dict[Act, bytes] = {}
        self._again: list[bytes] = []

    def sent(self) -> Iterator[Sent]:
        """Every act in order, with what misbehaving publishers send around it."""
        for act, following in self._acts():
            if following is not None and following.early and following.expect == "admitted" and self._happens():
                yield self._sent(self._record(following), following.early, "out_of_order")
            if act.expect == "admitted" and self._happens():
                yield self._forged(act)
            yield self._true(act)
            if self._again and self._draw.random() < 0.5:
                yield self._sent(self._again.pop(), "duplicate", "repeat")
        for record in self._again:
            yield self._sent(record, "duplicate", "repeat")

    def _happens(self) -> bool:
        return self._draw.random() < _RATE

    def _acts(self) -> list[tuple[Act, Act | None]]:
        """The acts in order, each with the one that follows it in its flow."""
        first, middle, last = self._flows()
        return [*_chained(first), *_merged(self._draw, list(map(_chained, middle))), *_chained(last)]

    def _flows(self) -> tuple[Flow, list[Flow], Flow]:
        draw = self._draw
        child = Child(
            draw,
            victim_id=drawn_id(draw),
            age_band=draw.choice(("0-8", "9-13", "14-17", "unknown")),
            sex=draw.choice(("female", "male", "unknown")),
            consents=draw.random() < 0.6,
            now=self._base,
            later=moved(self._base, minutes=24 * 60),
        )
        first = flows.opening(child)
        if child.consents:
            first += flows.consent(child)
        middle = [flows.referral(child) for _ in range(draw.randint(1, 3))]
        middle.append(flows.non_punishment(child))
        if draw.random() < 0.3:
            middle.append(flows.lead_transfer(child))
        if draw.random() < 0.4:
            middle.append(flows.grounds(child))
        return first, middle, flows.withdrawal(child) if child.consents and draw.random() < 0.3 else []

    def _record(self, act: Act) -> bytes:
        """The signed event of an act: made once, so that whoever sends it again sends the same bytes."""
        if act not in self._records:
            self._minute += self._draw.uniform(1, 30)
            self._records[act] = self._publishers[act.agency].sign(self._event(act, self._minute))
        return self._records[act]

    def _event(self, act: Act, minute: float) -> dict[str, object]:
        time = moved(self._base, minutes=minute)
        return self._publishers[act.agency].event(
            act.type,
            self._stream,
            act.data,
            time=time,
            actor=act.actor,
            unit="unit-1",
            event_id=drawn_id(self._draw),
        )

    def _true(self, act: Act) -> Sent:
        late = act.fact and act not in self._records and self._happens()
        if late:
            days_before = self._draw.uniform(2, 9) * 24 * 60
            event = self._event(act, self._minute - days_before)
            self._records[act] = self._publishers[act.agency].sign(event)
        record = self._record(act)
        if act.expect == "admitted" and self._happens():
            self._again.append(record)
        return self._sent(record, act.expect, "late" if late else "plain")

    def _forged(self, act: Act) -> Sent:
        """The act by another agency: with its key in the publisher's name, in its own name, or as if it might."""
        strangers = [agency for agency in flows.STRANGERS if agency != act.agency]
        forger = self._publishers[self._draw.choice(strangers)]
        event = self._event(act, self._minute)
        ways: list[tuple[bytes, str]] = [
            (forger.forge(event, self._publishers[act.agency]), "jws.signature"),
            (forger.sign(event), "envelope.source_not_signer"),
        ]
        if act.usurped:
            ways.append((forger.sign(event | {"source": forger.agency}), act.usurped))
        return self._sent(*self._draw.choice(ways), "forged")

    def _sent(self, record: bytes, expect: str, behaviour: Behaviour) -> Sent:
        return Sent(self._stream, record, expect, behaviour)


def _chained(flow: Flow) -> list[tuple[Act, Act | None]]:
    return list(zip_longest(flow, flow[1:]))
