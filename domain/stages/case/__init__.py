"""The case as such: opened, led by two agencies, restricted, staffed, closed when nothing is open, opened again.

Reference cases are history and open nothing: no leads, no effects, no breaches. A case is closed and a recused officer
comes back only on an approval (`domain.stages.ledger.approvals`). Called by `domain.stream`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.catalogue import EventType
from domain.event import Effect, Event, Recorded
from domain.refusals import Refusal
from domain.stages.case.leads import CARE_CATEGORIES, PROCEEDINGS_CATEGORIES, leads_at_opening, opened
from domain.stages.case.rules import RELATIONS, RULES
from domain.stages.case.state import CaseState, Restriction, reopens, responsible
from domain.stages.effects import breach
from domain.stages.rules import Changes, Context, Folds

if TYPE_CHECKING:
    from domain.case import Case

__all__ = [
    "CARE_CATEGORIES",
    "FOLDS",
    "PROCEEDINGS_CATEGORIES",
    "RELATIONS",
    "RULES",
    "CaseState",
    "admit",
    "leads_at_opening",
    "reopens",
    "responsible",
]

_K_ANONYMISED = frozenset({"ctdc_global_k_anonymised", "ctdc_synthetic"})


def _check_import(case: Case, event: Event, context: Context) -> None:
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


def admit(case: Case, event: Event, event_type: EventType, context: Context) -> tuple[Effect, ...]:
    """What the ledger states beside an event of this stage, once the rules of its type have been asked.

    Raises Refusal: `case.already_imported`, `case.not_reference`, `case.dataset_of_importer`,
    `case.citizenship_identifies`.
    """
    match event.type:
        case "case.Opened":
            return (leads_at_opening(event, context),)
        case "case.RecordImported":
            _check_import(case, event, context)
            return ()
        case "case.DormancyMarked":
            return (breach("DEADLINE_MISSED"),)
        case _:
            return ()


def _opened(case: Case, recorded: Recorded) -> Changes:
    return opened(recorded)


def _imported(case: Case, recorded: Recorded) -> Changes:
    """A reference case; its victim is put on record with the entry, as for every fact."""
    return {"status": "reference"}


def _closed(case: Case, recorded: Recorded) -> Changes:
    return {"status": "closed"}


def _reopened(case: Case, recorded: Recorded) -> Changes:
    return {"status": "open"}


def _restricted(case: Case, recorded: Recorded) -> Changes:
    """Level `none` lifts every restriction so far; whoever is accused later restricts the case anew."""
    data = recorded.event.data
    if data["level"] == "none":
        return {"restriction": None, "cleared": case.accused}
    excluded, admitted = data.get("excluded_agencies", ()), data.get("admitted_agencies", ())
    return {"restriction": Restriction(data["level"], frozenset(excluded), frozenset(admitted))}


def _assigned(case: Case, recorded: Recorded) -> Changes:
    """The role is this officer's alone, and nobody who is assigned is recused."""
    event, role = recorded.event, recorded.event.data["role"]
    officer = (event.publisher, event.data["officer"])
    until = {key: day for key, day in case.assigned_until.items() if key != role}
    if "until" in event.data:
        until[role] = event.data["until"]
    return {
        "assigned": {**case.assigned, role: officer},
        "assigned_until": until,
        "recused": case.recused - {officer},
    }


def _recused(case: Case, recorded: Recorded) -> Changes:
    """The roles that the officer held are free."""
    event = recorded.event
    officer = (event.data.get("officer_agency", event.publisher), event.data["officer"])
    return {
        "recused": case.recused | {officer},
        "assigned": {role: holder for role, holder in case.assigned.items() if holder != officer},
        "assigned_until": {
            role: day for role, day in case.assigned_until.items() if case.assigned.get(role) != officer
        },
    }


FOLDS: Folds = {
    "case.Closed": _closed,
    "case.OfficerAssigned": _assigned,
    "case.OfficerRecused": _recused,
    "case.Opened": _opened,
    "case.RecordImported": _imported,
    "case.Reopened": _reopened,
    "case.Restricted": _restricted,
}
