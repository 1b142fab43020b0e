"""What a rule is: a named question about case and event whose answer is nothing, or the refusal code with its paths.

The catalogue's `requires` and `relation` name rules; the stage that owns a rule keeps it in its table `RULES` or
`RELATIONS`. An authority is refused by the first rule that is broken, a fact carries the breach, the clock is moot.
Called by the stages; `domain.stream` puts the tables together and fails at import for a name that no stage owns.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any, Protocol

from domain.catalogue import EventType
from domain.event import Event, Partners, Recorded


class Elsewhere(Protocol):
    """What a rule may ask about other streams, as far as the ledger has folded them when it judges."""

    def stream(self, stream: str) -> Any:
        """The state of another stream; None when the ledger holds no admitted event of it."""
        ...

    def same_person(self, stream: str, person_id: str) -> Sequence[tuple[Any, str]]:
        """The other records of this person by confirmed links: the state of the case, and the id she has there."""
        ...


class Nowhere:
    """No other stream is known: what a stream is judged by when nothing links it."""

    def stream(self, stream: str) -> Any:
        """None."""
        return None

    def same_person(self, stream: str, person_id: str) -> Sequence[tuple[Any, str]]:
        """Nobody."""
        return ()


NOWHERE = Nowhere()


@dataclass(frozen=True, slots=True)
class Context:
    """What a decision may know besides the stream: the entry's own time (UTC, six decimals), the registry, and other
    streams where a rule reaches over cases."""

    at: str
    partners: Partners
    elsewhere: Elsewhere = NOWHERE


Broken = tuple[str, ...]
"""Empty when the rule holds, else the refusal code and the `data.<field>` paths that it is about."""

HOLDS: Broken = ()

Rule = Callable[[Any, Event, EventType, Context], Broken]
"""The first argument is the state of the stream: each rule says which."""

Rules = Mapping[str, Rule]

Changes = dict[str, Any]
"""The fields of a stream's state that an entry changes, by name."""

Fold = Callable[[Any, Recorded], Changes]

Folds = Mapping[str, Fold]
"""By short type name; a type without a fold only moves the version. A stage may fold types of another stage into fields
of its own: a verdict frees what redress has frozen."""

Officer = tuple[str, str]
"""An agency and the pseudonym that it holds for one of its officers."""


def any_of(rules: tuple[Rule, ...]) -> Rule:
    """A rule that holds when one of `rules` does; it is broken as the first of them is (`a or b` in the catalogue)."""

    def rule(case: Any, event: Event, event_type: EventType, context: Context) -> Broken:
        first = HOLDS
        for question in rules:
            broken = question(case, event, event_type, context)
            if not broken:
                return HOLDS
            first = first or broken
        return first

    return rule


def by_type(tables: Iterable[Folds]) -> dict[str, Fold]:
    """The folds of all stages; where several stages fold one type, each changes its own fields of the state before."""
    found: dict[str, Fold] = {}
    for table in tables:
        for name, fold in table.items():
            found[name] = _both(found[name], fold) if name in found else fold
    return found


def _both(first: Fold, second: Fold) -> Fold:
    def fold(state: Any, recorded: Recorded) -> Changes:
        return {**first(state, recorded), **second(state, recorded)}

    return fold


def shifted(instant: str, by: timedelta) -> str:
    """The instant (UTC, six decimals, Z) moved `by`; instants in this form compare as strings."""
    if not by.seconds and not by.microseconds:
        # Most deadlines are whole days: the time of day stays as it is, and few dates are asked for.
        return _days_later(instant[:10], by.days) + instant[10:]
    moved = datetime.fromisoformat(instant.removesuffix("Z")) + by
    return moved.isoformat(timespec="microseconds") + "Z"


@lru_cache(maxsize=4096)
def _days_later(day: str, days: int) -> str:
    return (date.fromisoformat(day) + timedelta(days=days)).isoformat()


def reason_stated(state: Any, event: Event, event_type: EventType, context: Context) -> Broken:
    """Check `reason stated`: `other` says nothing by itself, so a digest of the disclosure that says it must stand by.

    The model already holds the reason code present, and refuses `other` where the type's list has none. A decision
    whose reasons are a disclosure alone does not name this check: a disclosure is never a duty.
    """
    if event.data.get("reason") == "other" and not event.data.get("_sd"):
        return ("reason.other_needs_disclosure", "data.reason")
    return HOLDS
