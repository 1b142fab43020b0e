"""Protection and care: shelter asks for nothing, a child is asked once, and no return without her best interests.

A missing child opens a case or reopens one. Shelter, health care and protection are facts that no status refuses; what
they broke stands beside them. Facts that no later rule asks about (therapy, tracing, follow-up, a threat) only move the
version: the views count them. Called by `domain.stream`; the stage prosecution calls `occasions`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.catalogue import EventType
from domain.event import Effect, Event
from domain.refusals import Refusal
from domain.stages.case import leads_at_opening
from domain.stages.protection.breaches import BREACHES
from domain.stages.protection.folds import FOLDS
from domain.stages.protection.rules import RELATIONS, RULES
from domain.stages.protection.state import ProtectionState
from domain.stages.rules import Context

if TYPE_CHECKING:
    from domain.case import Case

__all__ = ["FOLDS", "RELATIONS", "RULES", "ProtectionState", "admit"]


def _check_same_child(case: Case, event: Event) -> None:
    """An episode or a scheduled interview that is named again is the same child's; an interview held has had its id.

    Raises Refusal `id.already_minted`.
    """
    data = event.data
    episode = case.care_episodes.get(data.get("care_episode_id", ""))
    if episode is not None and episode.victim_id != data["victim_id"]:
        raise Refusal("id.already_minted", "data.care_episode_id")
    interview = case.interviews.get(data.get("interview_id", ""))
    if interview is not None and (interview.is_held or interview.victim_id != data["victim_id"]):
        raise Refusal("id.already_minted", "data.interview_id")


def admit(case: Case, event: Event, event_type: EventType, context: Context) -> tuple[Effect, ...]:
    """What the ledger states beside an event of this stage, once the rules of its type have been asked.

    Raises Refusal: `id.already_minted` for an id that is another child's or another occasion's.
    """
    if event.type == "protection.ChildReportedMissing":
        return (leads_at_opening(event, context),) if case.status in ("new", "reference") else ()
    if "care_episode_id" in event_type.mints or "interview_id" in event_type.mints:
        _check_same_child(case, event)
    stated = BREACHES.get(event.type)
    return stated(case, event, context) if stated is not None else ()
