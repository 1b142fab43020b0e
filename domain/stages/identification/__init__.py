"""Identification: no protective act is refused for a status, no status is decided alone, and no penalty is silent.

An indicator opens a case or reopens one; a detention or penalty raises the non-punishment flag by itself and its breach
stands beside it; a positive decision states its recovery period in the same entry. Called by `domain.stream`.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from domain.catalogue import EventType
from domain.event import Effect, Event
from domain.refusals import Refusal
from domain.stages.case import leads_at_opening
from domain.stages.effects import breach, recovery_opened
from domain.stages.identification.folds import FOLDS
from domain.stages.identification.rules import RELATIONS, RULES, victim_of
from domain.stages.identification.state import A_VICTIM, NOT_A_VICTIM, IdentificationState
from domain.stages.rules import Context

if TYPE_CHECKING:
    from domain.case import Case

__all__ = ["FOLDS", "RELATIONS", "RULES", "IdentificationState", "admit"]


def _recovery(case: Case, event: Event, context: Context) -> tuple[Effect, ...]:
    """A positive decision opens the period, from the day of the decision; a running one is never cut short."""
    if event.data["decision"] != "positive":
        return ()
    starts_on: str = event.data["decided_on"]
    ends_on = (date.fromisoformat(starts_on) + context.partners.deadline("recovery_period")).isoformat()
    ends_on = max(ends_on, victim_of(case, event).recovery_ends_on or ends_on)
    return (recovery_opened(victim_id=event.data["victim_id"], starts_on=starts_on, ends_on=ends_on),)


def _released(case: Case, event: Event) -> tuple[Effect, ...]:
    """A release of nobody detained, or of somebody else, is out of sequence; an unknown detention is told already."""
    detention = case.detentions.get(event.data["detention_id"])
    if detention is None or (detention.victim_id == event.data["victim_id"] and not detention.ended):
        return ()
    return (breach("OUT_OF_SEQUENCE", "child detained"),)


def _penalised(case: Case, event: Event) -> tuple[Effect, ...]:
    victim = victim_of(case, event)
    possible = (breach("VICTIM_PENALISED"),) if victim.is_possible else ()
    return (*possible, breach("PENALISED_DESPITE_DECISION")) if victim.non_punishment else possible


def admit(case: Case, event: Event, event_type: EventType, context: Context) -> tuple[Effect, ...]:
    """What the ledger states beside an event of this stage, once the rules of its type have been asked.

    Raises Refusal: `data.invalid_value` for a conclusive decision that concludes nothing.
    """
    match event.type:
        case "identification.IndicatorReported" if case.status in ("new", "reference"):
            return (leads_at_opening(event, context),)
        case "identification.ReasonableGroundsDecided" | "identification.ReconsiderationDecided":
            return _recovery(case, event, context)
        case "identification.ConclusiveGroundsDecided" if event.data["decision"] not in (A_VICTIM, NOT_A_VICTIM):
            raise Refusal("data.invalid_value", "data.decision")
        case "identification.ChildDetained":
            victim = victim_of(case, event)
            return (breach("VICTIM_DETAINED"),) if victim.is_child and victim.indicated else ()
        case "identification.ChildReleased":
            return _released(case, event)
        case "identification.PenaltyImposed":
            return _penalised(case, event)
        case _:
            return ()
