"""A case has two leads, never empty: care, which is never police or prosecutor, and proceedings, which is one of them.

They are decided once, at the opening, and stated in the entry. Called by every stage that opens a case.
"""

from __future__ import annotations

from domain.event import Effect, Event, Recorded
from domain.profile import AGENCIES, DEFAULTS
from domain.stages.effects import leads_assigned
from domain.stages.rules import Changes, Context

# Who may lead care at the opening: the categories other than police, prosecutor and task force that `case.Closed` lets
# close a case as its care lead. Others come to the lead by a transfer.
CARE_CATEGORIES = frozenset({"child_protection", "shelter"})
PROCEEDINGS_CATEGORIES = frozenset({"police", "prosecutor"})

_POLICE = frozenset(agency.id for agency in AGENCIES.values() if "police" in agency.categories)


def _care_lead(publisher: str, categories: frozenset[str], accused: frozenset[str]) -> str:
    fits = categories & CARE_CATEGORIES and not categories & PROCEEDINGS_CATEGORIES
    return publisher if fits and publisher not in accused else DEFAULTS["care_lead"]


def _proceedings_lead(publisher: str, accused: frozenset[str], context: Context) -> str:
    """The publisher or the default, whichever is first of no accused official's agency, and not police when police are
    accused."""
    police_accused = any("police" in context.partners.categories(agency) for agency in accused)
    fits = context.partners.categories(publisher) & PROCEEDINGS_CATEGORIES
    for agency in (publisher, DEFAULTS["proceedings_lead"]) if fits else (DEFAULTS["proceedings_lead"],):
        # The default lead is what the profile says it is, enrolled or not.
        police = "police" in context.partners.categories(agency) or agency in _POLICE
        if agency not in accused and not (police and police_accused):
            return agency
    return DEFAULTS["proceedings_lead_when_police_are_accused"]


def leads_at_opening(event: Event, context: Context) -> Effect:
    """The leads of a case that `event` opens; an accused agency leads nothing where the profile leaves another."""
    accused = frozenset(event.data.get("accused_agencies", ()))
    return leads_assigned(
        care=_care_lead(event.publisher, context.partners.categories(event.publisher), accused),
        proceedings=_proceedings_lead(event.publisher, accused, context),
    )


def opened(recorded: Recorded) -> Changes:
    """The fields of a case that its opening sets: open, with the leads that the ledger stated in this entry."""
    for effect in recorded.effects:
        if effect.type == "case.LeadsAssigned":
            return {"status": "open", "care_lead": effect.data["care"], "proceedings_lead": effect.data["proceedings"]}
    return {"status": "open"}
