"""A child who testifies is protected: measures are ordered before the hearing, and she never meets the accused there.

A hearing that was held is a fact, so what it broke stands beside it. Measures are ordered for one child at one hearing;
a hearing that was adjourned may be scheduled again and keeps them. A testimony is an occasion of being asked. Called by
`domain.stages.prosecution`.
Source: Barnahus Quality Standards, standard 6; UN Guidelines on Justice in Matters involving Child Victims, XI-XIV.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from domain.event import Effect, Event, Recorded
from domain.refusals import Refusal
from domain.stages.change import changed
from domain.stages.effects import breach
from domain.stages.prosecution.state import Hearing, Judgment
from domain.stages.protection.occasions import breaches_of_testimony, counted_testimony
from domain.stages.rules import Changes, Context, Folds

if TYPE_CHECKING:
    from domain.case import Case

# With any of these the child testifies without meeting the accused.
_KEEPING_APART = frozenset({"recorded_interview_as_testimony", "video_link", "screen", "no_confrontation"})
_BLANK = Judgment()


def testified(event: Event) -> Sequence[str]:
    """The children who testified at the hearing, each once."""
    return tuple(dict.fromkeys(event.data.get("children_testified", ())))


def held(case: Case, event: Event, context: Context) -> tuple[Effect, ...]:
    """The breaches beside a hearing that was held: each code once, however many children it concerns."""
    children, data = testified(event), event.data
    hearing = case.hearings.get(data["hearing_id"])
    ordered = hearing.measures if hearing is not None else {}
    stated: list[Effect] = []
    if any(not ordered.get(child) for child in children):
        stated.append(breach("TESTIFIED_WITHOUT_SPECIAL_MEASURES"))
    if children and data["defendants"] and _KEEPING_APART.isdisjoint(data.get("measures", ())):
        stated.append(breach("CHILD_CONFRONTED"))
    return (*stated, *breaches_of_testimony(case, event, context))


def check_measures(event: Event) -> None:
    """An order without a measure orders nothing. Raises Refusal `hearing.no_measure`."""
    if not event.data["measures"]:
        raise Refusal("hearing.no_measure", "data.measures")


def _scheduled(case: Case, recorded: Recorded) -> Changes:
    event, data = recorded.event, recorded.event.data
    before = case.hearings.get(data["hearing_id"])
    hearing = Hearing(
        hearing_type=data["hearing_type"],
        on=data["on"],
        defendants=frozenset(data["defendants"]),
        witnesses=frozenset(data.get("witnesses", ())),
        measures=before.measures if before is not None else {},
        scheduled_by=event.id,
    )
    return {"hearings": {**case.hearings, data["hearing_id"]: hearing}}


def _measures_ordered(case: Case, recorded: Recorded) -> Changes:
    data = recorded.event.data
    hearing = case.hearings.get(data["hearing_id"])
    if hearing is None:
        return {}
    child = data["victim_id"]
    ordered = {**hearing.measures, child: hearing.measures.get(child, frozenset()) | frozenset(data["measures"])}
    return {"hearings": {**case.hearings, data["hearing_id"]: changed(hearing, measures=ordered)}}


def _held(case: Case, recorded: Recorded) -> Changes:
    """A main hearing that is not adjourned is the trial of each defendant whom it names."""
    event, data = recorded.event, recorded.event.data
    before = case.hearings.get(data["hearing_id"])
    hearing = Hearing(
        hearing_type=data["hearing_type"],
        on=data["held_on"],
        defendants=frozenset(data["defendants"]),
        witnesses=before.witnesses if before is not None else frozenset(testified(event)),
        state="adjourned" if data["adjourned"] else "held",
        measures=before.measures if before is not None else {},
        scheduled_by=before.scheduled_by if before is not None else None,
    )
    changes: Changes = {"hearings": {**case.hearings, data["hearing_id"]: hearing}, **counted_testimony(case, recorded)}
    if data["hearing_type"] == "main" and not data["adjourned"]:
        tried = {key: changed(case.judgments.get(key, _BLANK), trial_held=True) for key in data["defendants"]}
        changes["judgments"] = {**case.judgments, **tried}
    return changes


FOLDS: Folds = {
    "prosecution.HearingScheduled": _scheduled,
    "prosecution.SpecialMeasuresOrdered": _measures_ordered,
    "prosecution.HearingHeld": _held,
}
