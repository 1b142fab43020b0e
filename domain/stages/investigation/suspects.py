"""A person from the first suspicion to her release: how each event about her changes what is on record.

One id from suspect to judgment. Where an official is accused, the case is restricted and the accused agency keeps
neither the lead nor the investigation. No fold here writes a victim. Called by `domain.stream`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.event import Recorded
from domain.stages.change import changed
from domain.stages.investigation.rules import defendant_of
from domain.stages.investigation.subjects import dropped, investigating, person, proceedings_lead
from domain.stages.rules import Changes, Folds

if TYPE_CHECKING:
    from domain.case import Case


def _suspect_identified(case: Case, recorded: Recorded) -> Changes:
    """A person stays in the investigation in which she is suspected; once cleared, she may be suspected in another."""
    event, data = recorded.event, recorded.event.data
    before = defendant_of(case, event)
    investigation_id = before.investigation_id if before.suspected else data["investigation_id"]
    official = before.official or data["official_complicity"]
    changes = person(case, event, suspected=True, investigation_id=investigation_id, official=official)
    changes |= {**investigating(case, event), **proceedings_lead(recorded)}
    accused = data.get("accused_agency")
    if not data["official_complicity"] or accused is None:
        return changes
    lead = changes.get("proceedings_lead", case.proceedings_lead)
    changes["accused"] = case.accused | {accused}
    changes["cleared"] = case.cleared - {accused}
    changes["investigations"] = {
        key: changed(each, agency=lead, unit="") if each.agency == accused and lead != accused else each
        for key, each in case.investigations.items()
    }
    return changes


def _suspect_arrested(case: Case, recorded: Recorded) -> Changes:
    event = recorded.event
    return {**person(case, event, detained=True, detained_by=event.id), **investigating(case, event)}


def _measure_ordered(case: Case, recorded: Recorded) -> Changes:
    event, measure = recorded.event, recorded.event.data["measure"]
    held = {"detained": True, "detained_by": event.id} if measure == "pre_trial_detention" else {}
    return person(case, event, measure=measure, measure_to=event.data.get("valid_to"), **held)


def _suspect_released(case: Case, recorded: Recorded) -> Changes:
    event = recorded.event
    return person(case, event, detained=False, measure=None, measure_to=None, released_by=event.id)


def _suspect_cleared(case: Case, recorded: Recorded) -> Changes:
    event = recorded.event
    return {**person(case, event, suspected=False), **dropped(case, {event.data["defendant_id"]})}


FOLDS: Folds = {
    "investigation.SuspectIdentified": _suspect_identified,
    "investigation.SuspectArrested": _suspect_arrested,
    "investigation.PreventiveMeasureOrdered": _measure_ordered,
    "investigation.SuspectReleased": _suspect_released,
    "investigation.SuspectCleared": _suspect_cleared,
}
