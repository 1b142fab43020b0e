"""Who may decide for a child in care, when: panels, guardians without conflict, no closing while she is missing.

A determination of best interests is one for what it says: it carries a placement or a return of that option and no
other. Called by `domain.stream` through the table `RULES`, by the names that the catalogue's `requires` uses, and by
`admit` of this stage for the facts that are no refusals.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from domain.catalogue import EventType
from domain.event import Event
from domain.stages.guardianship import is_implicated
from domain.stages.protection.occasions import is_unauthorized_repeat
from domain.stages.rules import HOLDS, Broken, Context, Rules

if TYPE_CHECKING:
    from domain.case import Case

# A repatriation leads to her own country or, where that is not safe, to a third one.
_OPTIONS_OF_REPATRIATION = frozenset({"repatriation", "third_country"})
# Placements that bear another name as an option; the others bear the same one.
_OPTION_OF_PLACEMENT: Mapping[str, str] = {"return_to_parents": "return_to_family"}


def repatriation_determined(case: Case, victim_id: str) -> bool:
    """Whether a determination for a repatriation of this victim stands."""
    return case.determinations.get(victim_id) in _OPTIONS_OF_REPATRIATION


def placement_determined(case: Case, victim_id: str, placement: str) -> bool:
    """Whether a determination for this placement of this victim stands."""
    return case.determinations.get(victim_id) == _OPTION_OF_PLACEMENT.get(placement, placement)


def is_missing(case: Case, victim_id: str) -> bool:
    """Whether this case has her as missing."""
    return any(each.is_open and each.victim_id == victim_id for each in case.missing.values())


def assessed(case: Case, event: Event, event_type: EventType, context: Context) -> Broken:
    """Check `best interests assessed`."""
    return HOLDS if event.data["victim_id"] in case.assessed else ("protection.not_assessed",)


def determined(case: Case, event: Event, event_type: EventType, context: Context) -> Broken:
    """Check `best interests determined`, for a repatriation."""
    return HOLDS if repatriation_determined(case, event.data["victim_id"]) else ("protection.not_determined",)


def determination_panel(case: Case, event: Event, event_type: EventType, context: Context) -> Broken:
    """Check `determination panel`: two active agencies, child protection one of them, and the child's view heard or,
    in the disclosed reasons, why not."""
    agencies = {agency for agency in event.data["panel_agencies"] if context.partners.is_active(agency)}
    if len(agencies) < 2 or not any("child_protection" in context.partners.categories(each) for each in agencies):
        return ("protection.determination_panel", "data.panel_agencies")
    if not event.data["child_view_heard"] and not event.data.get("_sd"):
        return ("protection.child_not_heard", "data.child_view_heard")
    return HOLDS


def guardian_not_implicated(case: Case, event: Event, event_type: EventType, context: Context) -> Broken:
    """Check `guardian not implicated`, in any linked case."""
    if is_implicated(case, event.data["guardian_id"], context):
        return ("protection.guardian_implicated", "data.guardian_id")
    return HOLDS


def conflict_checked(case: Case, event: Event, event_type: EventType, context: Context) -> Broken:
    """Check `conflict checked`: somebody looked, and found none."""
    if event.data["conflict_check"] == "checked_none":
        return HOLDS
    return ("protection.conflict_not_excluded", "data.conflict_check")


def repeat_authorized(case: Case, event: Event, event_type: EventType, context: Context) -> Broken:
    """Check `repeat interview authorized`."""
    victim_id, purpose = event.data["victim_id"], event.data["purpose"]
    if is_unauthorized_repeat(case, victim_id=victim_id, purpose=purpose, context=context):
        return ("protection.repeat_not_authorized", "data.purpose")
    return HOLDS


def care_episode_open(case: Case, event: Event, event_type: EventType, context: Context) -> Broken:
    """Check `care episode open`, of this victim."""
    episode = case.care_episodes.get(event.data["care_episode_id"])
    if episode is not None and episode.is_open and episode.victim_id == event.data["victim_id"]:
        return HOLDS
    return ("protection.care_episode_not_open", "data.care_episode_id")


def child_not_missing(case: Case, event: Event, event_type: EventType, context: Context) -> Broken:
    """Check `child not missing`, in any linked case; no closing reason of the list is her absence."""
    victim_id = event.data["victim_id"]
    linked = context.elsewhere.same_person(case.stream, victim_id)
    if is_missing(case, victim_id) or any(is_missing(other, there) for other, there in linked):
        return ("protection.child_missing", "data.victim_id")
    return HOLDS


def _measure_is(case: Case, event: Event, state: str) -> Broken:
    measure = case.measures.get(event.data["measure_id"])
    if measure is not None and measure.state == state and measure.victim_id == event.data["victim_id"]:
        return HOLDS
    return ("protection.measure_not_open", "data.measure_id")


def measure_requested(case: Case, event: Event, event_type: EventType, context: Context) -> Broken:
    """Check `protection measure requested`, for this victim."""
    return _measure_is(case, event, "requested")


def measure_in_force(case: Case, event: Event, event_type: EventType, context: Context) -> Broken:
    """Check `protection measure in force`, for this victim."""
    return _measure_is(case, event, "in_force")


def keeps_care_episode(case: Case, event: Event, event_type: EventType, context: Context) -> Broken:
    """Check the relation `the agency that keeps the care episode`; an id without an episode is told as not open."""
    episode = case.care_episodes.get(event.data["care_episode_id"])
    return HOLDS if episode is None or episode.agency == event.publisher else ("protection.not_keeper",)


RULES: Rules = {
    "best interests assessed": assessed,
    "best interests determined": determined,
    "determination panel": determination_panel,
    "guardian not implicated": guardian_not_implicated,
    "conflict checked": conflict_checked,
    "repeat interview authorized": repeat_authorized,
    "care episode open": care_episode_open,
    "child not missing": child_not_missing,
    "protection measure requested": measure_requested,
    "protection measure in force": measure_in_force,
}
RELATIONS: Rules = {"the agency that keeps the care episode": keeps_care_episode}
