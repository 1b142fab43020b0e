"""Proceedings of two cases are joined when both cases say so; one half alone is a decision that waits for the other.

Each half is an event in its own stream, and history stays where it is. A pure function over the state of the one case
and what is known of others; called by the views and whoever reports proceedings.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.stages.investigation.state import Counterpart
from domain.stages.rules import Elsewhere

if TYPE_CHECKING:
    from domain.case import Case


def joined_with(case: Case, investigation_id: str, elsewhere: Elsewhere) -> frozenset[Counterpart]:
    """The counterparts with which this investigation is joined, as far as both halves stand."""
    investigation = case.investigations.get(investigation_id)
    named = investigation.joined if investigation is not None else {}
    own = Counterpart(case.stream, investigation_id)
    return frozenset(other for other in named if _names(elsewhere.stream(other.case_id), other.investigation_id, own))


def _names(other: Case | None, investigation_id: str, own: Counterpart) -> bool:
    there = other.investigations.get(investigation_id) if other is not None else None
    return there is not None and own in there.joined
