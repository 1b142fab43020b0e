"""A case has two leads, never empty: care, which is never police or prosecutor, and proceedings, which is one of them.

Holds the rules about the case as such (is it open, who leads it) and the reference cases, which are history and open
nothing: no leads, no effects, no breaches. Called by `domain.stream` and, for the leads, by stages that open a case.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from domain.catalogue import EventType
from domain.event import Effect, Event, Recorded
from domain.profile import AGENCIES, DEFAULTS
from domain.refusals import Refusal
from domain.stages.effects import leads_assigned
from domain.stages.rules import HOLDS, Broken, Changes, Context, Folds, Officer, Rules, reason_stated

if TYPE_CHECKING:
    from domain.case import Case

# Who may lead care at the opening: the categories other than police, prosecutor and task force that `case.Closed` lets
# close a case as its care lead. Others come to the lead by a transfer.
CARE_CATEGORIES = frozenset({"child_protection", "shelter"})
PROCEEDINGS_CATEGORIES = frozenset({"police", "prosecutor"})

_POLICE = frozenset(agency.id for agency in AGENCIES.values() if "police" in agency.categories)
_K_ANONYMISED = frozenset({"ctdc_global_k_anonymised", "ctdc_synthetic"})


@dataclass(frozen=True)
class CaseState:
    """The case as such. `accused` holds the agencies whose official is accused: it is restricted while there is one."""

    status: Literal["new", "reference", "open", "closed"] = "new"
    care_lead: str | None = None
    proceedings_lead: str | None = None
    accused: frozenset[str] = frozenset()
    recused: frozenset[Officer] = frozenset()

    @property
    def restricted(self) -> bool:
        """Whether access is narrowed because an agency's own official is accused."""
        return bool(self.accused)


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


def admit(case: Case, event: Event, event_type: EventType, context: Context) -> tuple[Effect, ...]:
    """Admit `case.RecordImported`, the only type of this stage that is known.

    Raises Refusal: `case.already_imported`, `case.not_reference`, `case.dataset_of_importer`,
    `case.citizenship_identifies`.
    """
    match case.status:
        case "reference":
            raise Refusal("case.already_imported")
        case "open" | "closed":
            raise Refusal("case.not_reference")
        case "new":
            pass
    if event.data["dataset"].startswith("ctdc_") and "importer" not in context.partners.categories(event.publisher):
        raise Refusal("case.dataset_of_importer", "data.dataset")
    # A country in a small register can single out a child; only k-anonymised data sets may state it.
    if "citizenship" in event.data and event.data["dataset"] not in _K_ANONYMISED:
        raise Refusal("case.citizenship_identifies", "data.citizenship")
    return ()


def _imported(case: Case, recorded: Recorded) -> Changes:
    """A reference case; its victim is put on record with the entry, as for every fact."""
    return {"status": "reference"}


FOLDS: Folds = {"case.RecordImported": _imported}
RULES: Rules = {"open case": open_case, "reason stated": reason_stated}
RELATIONS: Rules = {}
