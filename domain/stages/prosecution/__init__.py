"""Prosecution: per person and charge, from the file's receipt to the final judgment, and no victim loses by any of it.

Facts of this stage stand with their breach: a child who testified unprotected, and what the law keeps closed given to
the defence. The clock says when a period for an appeal has lapsed. Called by `domain.stream`.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from domain.catalogue import EventType
from domain.event import Effect, Event
from domain.refusals import Refusal
from domain.stages.effects import breach
from domain.stages.prosecution import hearings
from domain.stages.prosecution.folds import FOLDS
from domain.stages.prosecution.rules import RELATIONS, RULES, judgment_of
from domain.stages.prosecution.state import ProsecutionState
from domain.stages.rules import Context

if TYPE_CHECKING:
    from domain.case import Case

__all__ = ["FOLDS", "RELATIONS", "RULES", "ProsecutionState", "admit"]

# What the law keeps closed to the defence at every stage (law on combating trafficking, 10.4; project decision).
_CLOSED_TO_DEFENCE = frozenset({"location", "medical", "family"})


def _lapsed(case: Case, event: Event, context: Context) -> tuple[Effect, ...]:
    """The period runs once, from the last decision, and is over when its last day has come.

    Raises Refusal `clock.moot` otherwise.
    """
    judgment = judgment_of(case, event)
    last = judgment.instances[-1] if judgment.instances else None
    if last is None or judgment.lapsed or last.instance != event.data["instance"]:
        raise Refusal("clock.moot")
    began = min(last.decided_on, last.time[:10])
    if event.data["lapsed_on"] < (date.fromisoformat(began) + context.partners.deadline("appeal_period")).isoformat():
        raise Refusal("clock.moot")
    return ()


def admit(case: Case, event: Event, event_type: EventType, context: Context) -> tuple[Effect, ...]:
    """What the ledger states beside an event of this stage, once the rules of its type have been asked.

    Raises Refusal: `hearing.no_measure`; `clock.moot` for a period that does not run or runs still.
    """
    match event.type:
        case "prosecution.HearingHeld":
            return hearings.held(case, event, context)
        case "prosecution.SpecialMeasuresOrdered":
            hearings.check_measures(event)
        case "prosecution.DisclosureToDefenceMade" if not _CLOSED_TO_DEFENCE.isdisjoint(event.data["compartments"]):
            return (breach("DISCLOSED_WITHOUT_BASIS"),)
        case "prosecution.AppealPeriodLapsed":
            return _lapsed(case, event, context)
        case _:
            pass
    return ()
