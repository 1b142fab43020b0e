"""A feed is a function of the ledger: every agency is sent what it was told and what became of its submissions.

A message carries the position that it comes from and its number within it (0: an outcome, from 1: what was told), so
that a reader takes each once: per ledger partition only what is above the last it took. A feeder sends in that order,
waits for every acknowledgement, and only then keeps how far it came; what it sends twice after a crash, or beside
another feeder, readers pass over. Called by `infra.entry.feeder`; webhooks send the same messages.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import orjson

KINDS = ("outcome", "event", "refused", "withdrawn", "parked")
"""What a message can be about. Reference: `docs/reference/feed.md`."""
WAVE_BYTES = 512 * 1024
"""Of one agency and partition that are sent at once: what one Kafka record batch holds, so that it lands whole."""
_RECORD_BYTES = 128


class Message(NamedTuple):
    """One message of an agency's feed; `body` is its JSON, `type` the short type name, '' where there is none."""

    agency: str
    partition: int
    pos: int
    n: int
    kind: str
    type: str
    at: str
    body: str

    @property
    def id(self) -> str:
        """`<partition>-<position>-<number>`: the same for ever, and of no other message to this agency."""
        return f"{self.partition}-{self.pos}-{self.n}"


def event_message(
    agency: str, partition: int, pos: int, n: int, stream: str, epoch: int, anew: int, at: str, told: str
) -> Message:
    """What the agency was told, from a row of its timeline; `told` is JSON, `{}` when an epoch begins with nothing."""
    said = orjson.loads(told)
    kind = "withdrawn" if not said else "refused" if said["code"] else "event"
    more = {"at": at, "epoch": epoch, "anew": bool(anew)}
    head = _written(agency, partition, pos, n, kind, stream, more)
    body = f'{head[:-1]},"told":{told}}}' if said else head
    return Message(agency, partition, pos, n, kind, said.get("type", ""), at, body)


def outcome_message(
    agency: str,
    partition: int,
    pos: int,
    stream: str,
    type: str,
    src: int,
    event: str,
    outcome: str,
    code: str,
    at: str,
) -> Message:
    """What became of a submission, from a row of the agency's submissions."""
    what = {"submission": f"{partition}-{src}", "event_id": event, "type": type, "outcome": outcome, "code": code}
    body = _written(agency, partition, pos, 0, "outcome", stream, {"at": at, "outcome": what})
    return Message(agency, partition, pos, 0, "outcome", type, at, body)


def parked_message(agency: str, partition: int, pos: int, stream: str) -> Message:
    """An entry of a stream that the agency takes part in could not be folded, so what it says could not be told."""
    return Message(
        agency, partition, pos, 1, "parked", "", "", _written(agency, partition, pos, 1, "parked", stream, {})
    )


def _written(
    agency: str, partition: int, pos: int, n: int, kind: str, stream: str, more: Mapping[str, Any]
) -> str:  # fmt: skip
    place = {"partition": partition, "pos": pos, "n": n}
    return orjson.dumps({**place, "agency": agency, "kind": kind, "stream": stream, **more}).decode()


def in_order(messages: Sequence[Message]) -> list[Message]:
    """As they are sent: by position, and within it by number."""
    return sorted(messages, key=lambda each: (each.partition, each.pos, each.agency, each.n))


class Part(NamedTuple):
    """What is behind the kept position of one partition: the messages in order, and up to where they are all."""

    partition: int
    upto: int
    messages: Sequence[Message]


Wave = Mapping[tuple[str, int], Sequence[bytes]]
"""(agency, partition) → bodies in order."""
Source = Callable[[], Sequence[Part]]
Send = Callable[[Wave], None]
"""Returns once every message is acknowledged; of one agency and partition all land or none does."""
Keep = Callable[[Mapping[int, int]], None]
"""Partition → the position up to which everything was sent."""


def step(source: Source, send: Send, keep: Keep) -> int:
    """Send what has come on every partition; returns how many positions are behind. Raises what its parts raise."""
    parts = source()
    for wave in waves([message for part in parts for message in part.messages]):
        send(wave)
    if parts:
        keep({part.partition: part.upto for part in parts})
    return len(parts)


def waves(messages: Sequence[Message], limit: int = WAVE_BYTES) -> Iterator[Wave]:
    """The messages in as few waves as their sizes allow: a later message never travels before an earlier one landed."""
    held: list[dict[tuple[str, int], list[bytes]]] = []
    stands: dict[tuple[str, int], tuple[int, int]] = {}
    for message in messages:
        to, body = (message.agency, message.partition), message.body.encode()
        wave, size = stands.get(to, (0, 0))
        more = len(body) + _RECORD_BYTES
        if size and size + more > limit:
            wave, size = wave + 1, 0
        stands[to] = (wave, size + more)
        if wave == len(held):
            held.append({})
        held[wave].setdefault(to, []).append(body)
    yield from held
