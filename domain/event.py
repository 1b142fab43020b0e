"""An event as the rules and the folds see it: who published what, about which stream, when.

`data` is the JSON as signed, already checked against its type's model by `domain.catalogue`; nothing here re-reads or
re-writes the signed bytes. `Ledger` is what the registrar adds and is the same for every later reader.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, NamedTuple, Protocol


class Event(NamedTuple):
    """One CloudEvent of an agency. `type` is the short name (`referral.ReferralRequested`), `time` as signed."""

    id: str
    publisher: str
    stream: str
    type: str
    time: str
    unit: str
    actor: str
    data: Mapping[str, Any]


class Effect(NamedTuple):
    """What the ledger itself states because of an event: a short type name and its data."""

    type: str
    data: dict[str, Any]


class Recorded(NamedTuple):
    """An event with what the ledger says of it: what `evolve` folds. `at` is the registrar's clock (UTC, six decimals),
    `n` the stream's version, `pos` the position in the partition, `effects` what was stated beside it."""

    event: Event
    at: str
    n: int
    effects: tuple[Effect, ...]


class Partners(Protocol):
    """What a rule may ask the registry as it stood when the submission was judged."""

    def categories(self, agency: str) -> frozenset[str]:
        """The agency's categories; empty when it is not enrolled."""
        ...

    def is_active(self, agency: str) -> bool:
        """Enrolled and not suspended."""
        ...

    def is_recused(self, agency: str, actor: str) -> bool:
        """Does the registry keep this officer from deciding in any case?"""
        ...

    def deadline(self, name: str, grade: str | None = None) -> timedelta:
        """How long the duty has, as the registry sets it, else as the profile does; for a `grade` where it has several.

        Raises KeyError for an unknown name or grade, ValueError for a deadline that an event or a law sets.
        """
        ...

    def successor(self, agency: str) -> str | None:
        """The agency that has taken over from this one, at the end of the line; None when there is none."""
        ...
