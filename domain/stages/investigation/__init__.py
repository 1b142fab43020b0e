"""Investigation: police propose, the prosecutor decides, and nobody investigates an official of the own agency.

Who opens an investigation leads the proceedings, and an agency whose official is accused leads them no longer: both are
stated in the entry itself. An arrest that no valid warrant permits stands with its breach. Called by `domain.stream`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.catalogue import EventType
from domain.event import Effect, Event
from domain.profile import AGENCIES, DEFAULTS
from domain.refusals import Refusal
from domain.stages.effects import breach, leads_assigned
from domain.stages.investigation import folds, suspects
from domain.stages.investigation.rules import RELATIONS, RULES, defendant_of
from domain.stages.investigation.state import InvestigationState
from domain.stages.rules import Context, Folds

if TYPE_CHECKING:
    from domain.case import Case

__all__ = ["FOLDS", "RELATIONS", "RULES", "InvestigationState", "admit"]

FOLDS: Folds = {**folds.FOLDS, **suspects.FOLDS}


def _leads(case: Case, proceedings: str) -> tuple[Effect, ...]:
    """Both leads as they are from here on, where the proceedings lead changes."""
    if case.care_lead is None or proceedings == case.proceedings_lead:
        return ()
    return (leads_assigned(care=case.care_lead, proceedings=proceedings),)


def _is_police(agency: str, context: Context) -> bool:
    """A default lead is what the profile says it is, enrolled or not."""
    profiled = AGENCIES.get(agency)
    return "police" in context.partners.categories(agency) or (profiled is not None and "police" in profiled.categories)


def _lead_apart(case: Case, accused: frozenset[str], context: Context) -> str:
    """The lead as it is, or the first default that is no accused agency, and no police while police are accused."""
    last = DEFAULTS["proceedings_lead_when_police_are_accused"]
    police_accused = any(_is_police(agency, context) for agency in accused)
    for agency in (case.proceedings_lead, DEFAULTS["proceedings_lead"], last):
        if agency and agency not in accused and not (police_accused and _is_police(agency, context)):
            return agency
    return last


def _arrest(case: Case, event: Event) -> tuple[Effect, ...]:
    """An arrest is urgent, or within the window of a warrant of arrest of this investigation."""
    data = event.data
    if data["urgent"]:
        return ()
    warrant = case.authorizations.get(data.get("authorization_id", ""))
    permits = warrant is not None and warrant.permits("arrest", defendant_of(case, event).investigation_id)
    if warrant is None or not permits or data["arrested_at"] < warrant.valid_from:
        return (breach("ARRESTED_WITHOUT_AUTHORIZATION"),)
    return (breach("AUTHORIZATION_EXPIRED"),) if data["arrested_at"] > warrant.valid_to else ()


def admit(case: Case, event: Event, event_type: EventType, context: Context) -> tuple[Effect, ...]:
    """What the ledger states beside an event of this stage, once the rules of its type have been asked.

    Raises Refusal: `data.invalid_value` for a permit that ends before it begins.
    """
    data = event.data
    match event.type:
        case "investigation.InvestigationOpened":
            return _leads(case, event.publisher)
        case "investigation.SuspectIdentified" if data["official_complicity"] and "accused_agency" in data:
            return _leads(case, _lead_apart(case, case.accused | {data["accused_agency"]}, context))
        case "investigation.SuspectArrested":
            return _arrest(case, event)
        case "investigation.AuthorizationIssued" if data["valid_to"] < data["valid_from"]:
            raise Refusal("data.invalid_value", "data.valid_to")
        case _:
            return ()
