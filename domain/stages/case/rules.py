"""Who may open, close, restrict and staff a case; each rule under the name that the catalogue uses.

Called by `domain.stream` through the tables `RULES` and `RELATIONS`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.catalogue import EventType
from domain.event import Event
from domain.stages.case.open_things import open_things
from domain.stages.rules import HOLDS, Broken, Context, Rules, reason_stated

if TYPE_CHECKING:
    from domain.case import Case

_RECUSES = frozenset({"prosecutor", "court", "oversight"})


def open_case(case: Case, event: Event, event_type: EventType, context: Context) -> Broken:
    """Check `open case`: a fact or a protective act reopens a closed case, any other authority is refused there."""
    match case.status:
        case "open":
            return HOLDS
        case "closed":
            return HOLDS if event_type.protective or event_type.kind == "fact" else ("case.closed",)
        case "reference":
            return ("case.reference",)
        case "new":
            return ("case.not_open",)


def case_closed(case: Case, event: Event, event_type: EventType, context: Context) -> Broken:
    """Check `case closed`."""
    return HOLDS if case.status == "closed" else ("opening.not_closed",)


def case_id_unused(case: Case, event: Event, event_type: EventType, context: Context) -> Broken:
    """Check `case id unused`: no case under this id, or a reference case that the same agency imported."""
    if case.status == "new":
        return HOLDS
    imported = {
        past.publisher for pasts in case.events.values() for past in pasts if past.type == "case.RecordImported"
    }
    return HOLDS if case.status == "reference" and event.publisher in imported else ("opening.id_used", "subject")


def nothing_open(case: Case, event: Event, event_type: EventType, context: Context) -> Broken:
    """Check `nothing open in the case`: refused with the code of the first thing that is."""
    first = next(open_things(case), None)
    return HOLDS if first is None else (first,)


def lead(case: Case, event: Event, event_type: EventType, context: Context) -> Broken:
    """Check the relation `care lead or proceedings lead`."""
    return HOLDS if event.publisher in (case.care_lead, case.proceedings_lead) else ("lead.not_lead",)


def lead_or_oversight(case: Case, event: Event, event_type: EventType, context: Context) -> Broken:
    """Check the relation `care lead, proceedings lead or oversight`."""
    if "oversight" in context.partners.categories(event.publisher):
        return HOLDS
    return lead(case, event, event_type, context)


def own_officer(case: Case, event: Event, event_type: EventType, context: Context) -> Broken:
    """Check the relation `the officer's own agency`: a pseudonym is its own, so the publisher speaks of its officer."""
    return HOLDS


def own_officer_or_judicial(case: Case, event: Event, event_type: EventType, context: Context) -> Broken:
    """Check the relation `the officer's own agency, the prosecutor, the court or oversight`."""
    if event.data.get("officer_agency", event.publisher) == event.publisher:
        return HOLDS
    judicial = context.partners.categories(event.publisher) & _RECUSES
    return HOLDS if judicial else ("officer.not_own", "data.officer_agency")


RULES: Rules = {
    "case closed": case_closed,
    "case id unused": case_id_unused,
    "nothing open in the case": nothing_open,
    "open case": open_case,
    "reason stated": reason_stated,
}
RELATIONS: Rules = {
    "care lead or proceedings lead": lead,
    "care lead, proceedings lead or oversight": lead_or_oversight,
    "the officer's own agency": own_officer,
    "the officer's own agency, the prosecutor, the court or oversight": own_officer_or_judicial,
}
