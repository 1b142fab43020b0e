"""A feed may say things twice, and a reader takes each once: per ledger partition only what is above the last taken.

The position of a message, (partition, pos, n), is the ledger's and never changes; feeders that restart, or run side by
side, repeat messages and never leave one out. The agency commits the position in the transaction in which it does what
the message says (`positions`), so that a crash between the two can't be.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

from tamga_client.errors import FeedError
from tamga_client.outcomes import Judged, Lost, Pending, outcome_of

NO_OFFSET = -1


class Record(NamedTuple):
    """A record of the feed's topic."""

    partition: int
    offset: int
    value: bytes


class Place(NamedTuple):
    """The last message taken of a ledger partition, and its offset on the topic (-1: it did not come from there)."""

    pos: int
    n: int
    offset: int = NO_OFFSET


@dataclass(frozen=True, slots=True)
class Message:
    """One message. `kind` is `outcome` (what became of a submission), `event` (what the agency is told of a stream),
    `refused` (a refusal of its own, as its timeline has it), `withdrawn` (nothing of the stream is for the agency any
    more), `parked` (what an entry says could not be told yet) or another: pass over one that you do not know. `body` is
    the whole message."""

    partition: int
    pos: int
    n: int
    agency: str
    kind: str
    stream: str
    body: Mapping[str, Any]
    offset: int = NO_OFFSET

    @classmethod
    def read(cls, value: bytes | str, offset: int = NO_OFFSET) -> Message:
        """From a record of the topic or the body of a webhook. Raises `FeedError` `feed.malformed`."""
        try:
            body = json.loads(value)
            agency, kind, stream = (str(body[name]) for name in ("agency", "kind", "stream"))
            partition, pos, n = (int(body[name]) for name in ("partition", "pos", "n"))
            return cls(partition, pos, n, agency, kind, stream, body, offset)
        except (ValueError, KeyError, TypeError):
            raise FeedError("feed.malformed", "a record is no message of a feed: ask the ledger's operator") from None

    @property
    def told(self) -> Mapping[str, Any]:
        """What the agency is told: `type`, `event_id`, `publisher`, `time`, `data`, `effects` and so on, or nothing."""
        found: Mapping[str, Any] = self.body.get("told") or {}
        return found

    @property
    def epoch(self) -> int:
        """How often the stream was told anew: messages of a higher epoch replace all of the earlier ones."""
        return int(self.body.get("epoch") or 0)

    @property
    def event_id(self) -> str:
        """Of the event, or of the submission whose outcome it is; empty where there is none."""
        return str((self.body.get("outcome") or self.told).get("event_id") or "")

    @property
    def outcome(self) -> Judged | None:
        """What became of a submission of this agency, when `kind` is `outcome`."""
        said = self.body.get("outcome")
        if said is None:
            return None
        found = outcome_of({"position": f"{self.partition}-{self.pos}", "at": self.body.get("at"), **said})
        return None if isinstance(found, Pending | Lost) else found


class Source(Protocol):
    """Where records come from, in order within a partition."""

    def seek(self, offsets: Mapping[int, int]) -> None:
        """Read on from these offsets, by partition; the others from their oldest record."""
        ...

    def poll(self, seconds: float) -> list[Record]:
        """The next records; none when none came in time."""
        ...


class Positions(Protocol):
    """The last place taken of each ledger partition, kept with the agency's own data."""

    def places(self) -> Mapping[int, Place]:
        """By partition."""
        ...

    def take(self, message: Message) -> bool:
        """Keep the message's place in the transaction that is open; False when it was taken before."""
        ...


class Feed:
    """Reads a source by the position rule."""

    def __init__(self, source: Source, positions: Positions) -> None:
        self._source, self._positions = source, positions

    def messages(self, seconds: float) -> Iterator[Message]:
        """What has not been taken, from where the positions stand, until nothing new has come for `seconds`.

        Each must be taken (`Positions.take`) before the next one is asked for, or it is passed over until `messages` is
        called again. Raises `FeedError`, `UnreachableError`, `AccessDeniedError`.
        """
        last = dict(self._positions.places())
        self._source.seek({p: place.offset + 1 for p, place in last.items() if place.offset != NO_OFFSET})
        quiet_until = time.monotonic() + seconds
        while (left := quiet_until - time.monotonic()) > 0:
            for record in self._source.poll(min(left, 1.0)):
                message = Message.read(record.value, record.offset)
                if is_above(message, last.get(message.partition)):
                    last[message.partition] = Place(message.pos, message.n, message.offset)
                    yield message
                    quiet_until = time.monotonic() + seconds


def is_above(message: Message, last: Place | None) -> bool:
    """The position rule."""
    return last is None or (message.pos, message.n) > (last.pos, last.n)


class FeedOutcomes:
    """Outcomes of submissions as the feed tells them, for an agency without the API. It implements `Outcomes`.

    It reads what comes after it was made, on a source of its own, and keeps the last `most` outcomes.
    """

    def __init__(self, source: Source, *, start: Mapping[int, int], most: int = 10_000) -> None:
        self._source, self._most = source, most
        self._found: dict[str, Judged] = {}
        source.seek(start)

    def find(self, submission: str) -> Judged | Pending:
        """What became of `<partition>-<offset>`; waits up to a second. Raises as `Source.poll`."""
        if submission not in self._found:
            for record in self._source.poll(1.0):
                outcome = Message.read(record.value, record.offset).outcome
                if outcome is not None:
                    self._found.setdefault(outcome.submission, outcome)
        while len(self._found) > self._most:
            del self._found[next(iter(self._found))]
        return self._found.get(submission) or Pending(submission)
