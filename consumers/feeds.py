"""A feed is a function of the ledger: every agency is sent what it was told and what became of its submissions.

A message carries the position that it comes from and its number within it (0: an outcome, from 1: what was told), so
that a reader takes each once: per ledger partition only what is above the last it took. A feeder sends in that order,
waits for every acknowledgement, and only then keeps how far it came; what it sends twice after a crash, or beside
another feeder, readers pass over.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import orjson

AT_ONCE = 2_000
"""Rows that are read at once; the rows of one position are never parted."""


class Message(NamedTuple):
    """One message of an agency's feed, as JSON text."""

    agency: str
    partition: int
    pos: int
    n: int
    stream: str
    body: str


def event_message(agency: str, partition: int, pos: int, n: int, stream: str, epoch: int, told: str) -> Message:
    """What the agency was told, from a row of its timeline; `told` is JSON, `{}` when an epoch begins with nothing."""
    kind = "refused" if told != "{}" and orjson.loads(told)["code"] else "event"
    head = _head(agency, partition, pos, n, kind, stream)
    return Message(agency, partition, pos, n, stream, f'{head},"epoch":{epoch},"told":{told}}}')


def outcome_message(
    agency: str, partition: int, pos: int, stream: str, src: int, event_id: str, outcome: str, code: str, at: str
) -> Message:
    """What became of a submission, from a row of the agency's submissions."""
    what = {"submission": f"{partition}-{src}", "event_id": event_id, "outcome": outcome, "code": code, "at": at}
    head = _head(agency, partition, pos, 0, "outcome", stream)
    return Message(agency, partition, pos, 0, stream, f'{head},"outcome":{orjson.dumps(what).decode()}}}')


def _head(agency: str, partition: int, pos: int, n: int, kind: str, stream: str) -> str:
    said = {"partition": partition, "pos": pos, "n": n, "agency": agency, "kind": kind, "stream": stream}
    return orjson.dumps(said).decode()[:-1]


Source = Callable[[int, int], tuple[Sequence[Message], int]]
"""(partition, position) → the messages behind the position, in order, and the position up to which they are all."""
Send = Callable[[Sequence[Message]], None]
"""Returns once every message is acknowledged."""
Keep = Callable[[int, int], None]
"""(partition, position): everything up to it was sent."""


class Feeder:
    """Sends what is behind the position that was kept, partition by partition."""

    def __init__(self, source: Source, send: Send, keep: Keep, positions: dict[int, int]) -> None:
        self._source, self._send, self._keep = source, send, keep
        self.positions = positions

    def step(self) -> int:
        """Send what has come on every partition; returns how many messages. Raises what its parts raise."""
        sent = 0
        for partition, position in self.positions.items():
            messages, upto = self._source(partition, position)
            if upto <= position:
                continue
            self._send(messages)
            self._keep(partition, upto)
            self.positions[partition] = upto
            sent += len(messages)
        return sent
