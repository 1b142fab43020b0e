"""The events of a stream in order, kept so that what is seldom asked of them is worked out when somebody asks.

Most events are never asked who said what when, or what they oblige anybody to; folding that into every state would be
half of what a state costs. A trail is never changed: the next event makes a longer one that shares this one. Kept by
`domain.stages.state`; its duties are worked out by `domain.stages.ledger.duties`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple, TypeVar

from domain.event import Recorded

T = TypeVar("T")


class Past(NamedTuple):
    """An admitted event, as far as later events ask who said what when: `type` is the short name."""

    type: str
    publisher: str
    actor: str
    time: str
    n: int


class Trail:
    """The events up to one, which is `recorded` (None before the first); `worked_out` keeps answers by their fold."""

    __slots__ = ("before", "recorded", "worked_out")

    def __init__(self, before: Trail | None = None, recorded: Recorded | None = None) -> None:
        self.before, self.recorded = before, recorded
        self.worked_out: dict[Callable[..., object], object] | None = None

    def folded(self, fold: Callable[[T, Recorded], T], start: T) -> T:
        """`start` folded with every event, from the last answer that is kept on."""
        left: list[Trail] = []
        at: Trail | None = self
        found = start
        while at is not None:
            if at.worked_out is not None and fold in at.worked_out:
                found = at.worked_out[fold]  # type: ignore[assignment]
                break
            left.append(at)
            at = at.before
        for each in reversed(left):
            if each.recorded is not None:
                found = fold(found, each.recorded)
        self.worked_out = {**(self.worked_out or {}), fold: found}
        return found

    @property
    def events(self) -> Mapping[str, tuple[Past, ...]]:
        """What was admitted by event id; an id is one publisher's own, so two events may bear it."""
        return self.folded(_with_event, {})

    def __eq__(self, other: object) -> bool:
        """The same events in the same order."""
        return isinstance(other, Trail) and self._all() == other._all()

    __hash__ = None  # type: ignore[assignment]

    def _all(self) -> list[Recorded]:
        found: list[Recorded] = []
        at: Trail | None = self
        while at is not None:
            if at.recorded is not None:
                found.append(at.recorded)
            at = at.before
        return found


def _with_event(before: Mapping[str, tuple[Past, ...]], recorded: Recorded) -> Mapping[str, tuple[Past, ...]]:
    event = recorded.event
    past = Past(event.type, event.publisher, event.actor, event.time, recorded.n)
    return {**before, event.id: (*before.get(event.id, ()), past)}
