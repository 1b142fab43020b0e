"""Whom an event brings into its stream: its publisher, whoever it addresses, and the leads that it assigns.

The clock is a service and nobody in a case. Called by `domain.stream` and `projections.room`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from domain.catalogue import by_name
from domain.event import Effect, Recorded

BRINGING = ("to_agency", "owner_agency")
"""The fields whose agency an event brings into its stream."""


def concerned(recorded: Recorded) -> frozenset[str]:
    """The agencies that this entry brings into the stream."""
    event = recorded.event
    return brought(event.type, event.publisher, event.data, recorded.effects)


def brought(event_type: str, publisher: str, data: Mapping[str, Any], effects: Iterable[Effect]) -> frozenset[str]:
    """The same of an event that is not recorded by itself: one that takes effect by an approval."""
    known = by_name.get(event_type)
    by_clock = known is not None and known.kind == "clock"
    agencies = set[str]() if by_clock else {publisher}
    for effect in effects:
        if effect.type == "case.LeadsAssigned":
            agencies |= {effect.data["care"], effect.data["proceedings"]}
    agencies.update(data[name] for name in BRINGING if name in data)
    return frozenset(agencies)
