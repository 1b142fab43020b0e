"""What consumers are handed: the outside as small protocols, so that a consumer knows neither Kafka nor PostgreSQL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from eventsourcing.persistence import StoredEvent

from domain.record.chain import Head
from domain.registry import View


class Stop(Exception):
    """A condition under which nothing may go on until a person has looked. `code` is stable."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message


@dataclass(frozen=True)
class OutcomeEvent(StoredEvent):
    """A stored event whose body is a ledger entry's: `said` repeats its `ledger` member, so nobody parses it again."""

    at: str = ""
    reg: int = 0
    src: int | None = None


class Opened(Protocol):
    """A partition as it stood when it was taken over."""

    @property
    def head(self) -> Head:
        """The last effective entry."""
        ...

    @property
    def src(self) -> int:
        """The last judged offset of the submissions partition, -1 for none."""
        ...

    @property
    def desk(self) -> int:
        """The version of the desk's stream."""
        ...


class Recorder(Protocol):
    """The only way of writing."""

    @property
    def head(self) -> Head:
        """The last effective entry that is known."""
        ...

    def open(self) -> Opened:
        """Compare the log with the stored head and read to its end."""
        ...

    def insert_events(self, stored_events: Sequence[StoredEvent], *, head: Head) -> Sequence[int] | None:
        """Append one batch behind `head`."""
        ...

    def settle(self) -> None:
        """Wait until the index holds every batch."""
        ...

    def look(self) -> None:
        """Is the log still the log?"""
        ...

    def check_index(self) -> None:
        """Does the index hold what was recorded?"""
        ...

    def close(self) -> None:
        """Give up its connections and threads."""
        ...


class States(Protocol):
    """Entries of streams, each in one query."""

    def streams(self, streams: Sequence[str]) -> Mapping[str, list[tuple[int, bytes]]]:
        """(position, body) of every entry of each stream, in order."""
        ...

    def linked(self, streams: Sequence[str]) -> Mapping[str, list[tuple[int, bytes]]]:
        """(position, body) of every entry of each stream and of all that links lead to from there, over all partitions.

        A partition is there as far as its index reaches: what it has not taken yet is not known.
        """
        ...


class RegistrySource(Protocol):
    """The registry and how fresh it is."""

    @property
    def age(self) -> float:
        """Seconds since it was read to its end."""
        ...

    def refresh(self) -> None:
        """Read to its end."""
        ...

    def view(self) -> View:
        """As it stands."""
        ...
