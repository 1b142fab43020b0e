"""Custody: whoever holds an exhibit has acknowledged it, and every break of its chain stands on record for ever.

A fact of custody is never refused for what it broke: the break stands beside it as `custody.CustodyBreakFound`, also
when a law was broken by it. Only withdrawing, holding, lifting, admitting and ordering disposal are authorities. The
recording of a forensic interview is an exhibit too (`recording_breaks`, `recording_kept`). Called by `domain.stream`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.catalogue import EventType
from domain.event import Effect, Event
from domain.refusals import Refusal
from domain.stages.custody import authority, handling, handover
from domain.stages.custody.breaks import Gap, effects, numbers
from domain.stages.custody.folds import FOLDS, recording_kept
from domain.stages.custody.rules import RELATIONS, RULES
from domain.stages.custody.state import CustodyState
from domain.stages.effects import breach
from domain.stages.rules import Context

if TYPE_CHECKING:
    from domain.case import Case

__all__ = ["FOLDS", "RELATIONS", "RULES", "CustodyState", "admit", "recording_breaks", "recording_kept"]

# Nothing is done to an exhibit by these: who states them need not hold it, and they have no place in its order of time.
_ABOUT = frozenset({"custody.CustodyBreakDeclared", "custody.BreakExplained"})


def admit(case: Case, event: Event, event_type: EventType, context: Context) -> tuple[Effect, ...]:
    """The breaks beside an event of this stage.

    Raises Refusal: `id.already_minted` for a transfer that was released before, `clock.moot` for a leg that is not
    overdue, `custody.too_many_breaks` for a transfer whose breaks do not fit into one entry, `data.invalid_value` for
    an exhibit that is referenced from its own case.
    """
    match event.type:
        case "custody.CustodyReleased":
            return effects(event, handover.released(case, event)) + _sequence(case, event)
        case "custody.CustodyReceived":
            return effects(event, handover.received(case, event))
        case "custody.CustodyRefused":
            return _refused(case, event)
        case "custody.TransferOverdueMarked":
            return effects(event, handover.overdue(case, event, context))
        case "custody.ExhibitFound":
            found, gone = handover.found_again(case, event)
            return effects(event, found) + (() if gone else (breach("OUT_OF_SEQUENCE", "exhibit lost"),))
        case "custody.ExhibitCollected":
            gaps = [*handling.of_new(case, event), *authority.to_collect(case, event)]
            return effects(event, {event.data["exhibit_number"]: gaps})
        case "custody.DerivedExhibitCreated":
            return effects(event, handling.of_derived(case, event))
        case "custody.ExhibitReferenced":
            return _referenced(case, event)
        case "custody.LabReportIssued":
            return _reported(case, event)
        case _ if event_type.kind == "fact" and event.type not in _ABOUT:
            gaps = handling.of_act(case, event, context)
            return effects(event, {event.data["exhibit_number"]: gaps}) + _sequence(case, event)
        case _:
            return ()


def recording_breaks(case: Case, event: Event) -> tuple[Effect, ...]:
    """The break of a forensic interview whose recording takes a number that names another exhibit already."""
    gaps = handling.of_new(case, event) if event.data["recorded"] else list[Gap]()
    return effects(event, {event.data["exhibit_number"]: gaps})


def _sequence(case: Case, event: Event) -> tuple[Effect, ...]:
    return (breach("OUT_OF_SEQUENCE", "exhibit held"),) if handling.not_in_hand(case, event) else ()


def _refused(case: Case, event: Event) -> tuple[Effect, ...]:
    found, nowhere = handover.refused(case, event)
    return effects(event, found) + ((breach("OUT_OF_SEQUENCE", "transfer in transit"),) if nowhere else ())


def _referenced(case: Case, event: Event) -> tuple[Effect, ...]:
    if event.data["home_case"] == event.stream:
        raise Refusal("data.invalid_value", "data.home_case")
    return effects(event, {event.data["exhibit_number"]: handling.of_new(case, event)})


def _reported(case: Case, event: Event) -> tuple[Effect, ...]:
    """A report is reviewed by a second examiner (ISO 21043-4), answers an order, and amends one that is on record."""
    data = event.data
    stated = effects(event, {number: authority.to_report(case, event, number) for number in numbers(event)})
    if data.get("reviewed_by", event.actor) == event.actor:
        stated += (breach("REPORT_NOT_REVIEWED"),)
    amends = data["kind"] == "amended" or "supersedes" in data
    if amends and data.get("supersedes") not in case.lab_reports:
        stated += (breach("OUT_OF_SEQUENCE", "lab report on record"),)
    return stated
