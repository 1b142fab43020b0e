"""What the folds of proceedings share: the investigation or the person that an event is about, changed.

An investigation that is not on record stays off it, a person is put there, as a fact may be the first to name her.
Called by the folds of investigation and prosecution.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from domain.event import Event, Recorded
from domain.stages.change import changed
from domain.stages.investigation.rules import defendant_of
from domain.stages.rules import Changes

if TYPE_CHECKING:
    from domain.case import Case

# A charge in one of these is with the prosecutor, who may still drop it or put it under another article.
WITH_PROSECUTOR = frozenset({"accused", "returned", "resting"})


def moved(case: Case, event: Event, **changes: Any) -> Changes:
    """The investigation that the event is about, with `changes`; nothing when it is not on record."""
    investigation_id = event.data.get("investigation_id") or defendant_of(case, event).investigation_id or ""
    investigation = case.investigations.get(investigation_id)
    if investigation is None:
        return {}
    if "state" in changes:
        changes["since"] = event.id
    return {"investigations": {**case.investigations, investigation_id: changed(investigation, **changes)}}


def person(case: Case, event: Event, **changes: Any) -> Changes:
    """The defendant that the event is about, with `changes`; one who was not on record is put there."""
    return {
        "defendants": {**case.defendants, event.data["defendant_id"]: changed(defendant_of(case, event), **changes)}
    }


def of_investigation(case: Case, defendant_id: str, investigation_id: str) -> bool:
    """Whether the defendant is one of the investigation's."""
    defendant = case.defendants.get(defendant_id)
    return defendant is not None and defendant.investigation_id == investigation_id


def investigating(case: Case, event: Event) -> Changes:
    """Who investigates does not decide on a victim's status later."""
    return {"reporters": case.reporters | {(event.publisher, event.actor)}}


def proceedings_lead(recorded: Recorded) -> Changes:
    """The lead that the ledger stated in this entry, if it did."""
    for effect in recorded.effects:
        if effect.type == "case.LeadsAssigned":
            return {"proceedings_lead": effect.data["proceedings"]}
    return {}


def dropped(case: Case, defendants: Collection[str]) -> Changes:
    """The charges against these persons that are with the prosecutor, dropped."""
    return {
        "charges": {
            key: changed(charge, state="dropped")
            if charge.defendant_id in defendants and charge.state in WITH_PROSECUTOR
            else charge
            for key, charge in case.charges.items()
        }
    }
