"""What the registry says of a thing, by the number of records from which it says so: nothing is ever overwritten.

A record takes effect at its own `reg` (the number of records read, it included), so any past state can be asked, and a
later record changes nothing about it. Used by everything in this folder.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(slots=True)
class History(Generic[T]):
    """The values that a thing has had: [(reg, value)], each holding from its `reg` until the next one."""

    said: list[tuple[int, T]] = field(default_factory=list)

    @classmethod
    def of(cls, reg: int, value: T) -> History[T]:
        """A thing that has had one value so far."""
        return cls([(reg, value)])

    def at(self, reg: int) -> T | None:
        """The value at `reg`; None before the first one."""
        if not self.said:
            return None
        since, last = self.said[-1]
        if since <= reg:
            return last
        return next((value for since, value in reversed(self.said) if since <= reg), None)

    @property
    def last(self) -> T | None:
        """The value as of now; None when there never was one."""
        return self.said[-1][1] if self.said else None

    def say(self, reg: int, value: T) -> None:
        """The value from `reg` on, which no record has reached yet."""
        self.said.append((reg, value))
