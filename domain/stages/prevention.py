"""Prevention is numbers and never persons: a count per checkpoint and period, officials trained, people reached.

A programme is one agency's in one year; what is sent to another agency's programme, or to a year in which nothing of it
lies, is refused. A second report for the same checkpoint, period and unit stands for the first. A child at risk is an
indicator in a case of her own. Called by `domain.stream`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from domain.catalogue import EventType
from domain.event import Effect, Event, Recorded
from domain.refusals import Refusal
from domain.stages.amounts import at_least, in_order
from domain.stages.rules import Changes, Context, Folds, Rules
from domain.stages.state import StreamState
from domain.stages.streams import programme_id

__all__ = ["FOLDS", "RELATIONS", "RULES", "PreventionState", "Programme", "admit", "programme_id"]


class Post(NamedTuple):
    """Where and when travellers were counted, and by which unit; days are YYYY-MM-DD."""

    checkpoint: str
    unit: str
    period_from: str
    period_to: str


@dataclass(frozen=True)
class PreventionState:
    """Counts by post, trainings and officials trained by topic and role, activities and reach by kind and aimag."""

    informed: Mapping[Post, int] = field(default_factory=dict)
    monitored: Mapping[Post, int] = field(default_factory=dict)
    dissuaded: Mapping[Post, int] = field(default_factory=dict)
    trainings: Mapping[str, int] = field(default_factory=dict)
    participants: int = 0
    trained: Mapping[tuple[str, str], int] = field(default_factory=dict)
    activities: Mapping[str, int] = field(default_factory=dict)
    reach: Mapping[tuple[str, str], int] = field(default_factory=dict)


@dataclass(frozen=True)
class Programme(PreventionState, StreamState):
    """The state of a programme stream."""


def _own(event: Event, *days: str) -> None:
    """The stream is a programme of the publisher's, of a year in which one of the days lies.

    Raises Refusal `programme.not_own`.
    """
    if event.stream not in {programme_id(event.publisher, event.data[day][:4]) for day in days}:
        raise Refusal("programme.not_own", "subject", *(f"data.{day}" for day in days))


def _trained(event: Event) -> None:
    """Each role once, with its count, and together no more than took part. Raises Refusal `data.invalid_value`."""
    roles, counts = event.data["participants_by_role"], event.data["counts"]
    if len(set(roles)) < len(roles):
        raise Refusal("data.invalid_value", "data.participants_by_role")
    if len(counts) != len(roles) or sum(counts) > event.data["participants"]:
        raise Refusal("data.invalid_value", "data.counts")


def admit(programme: Programme, event: Event, event_type: EventType, context: Context) -> tuple[Effect, ...]:
    """Nothing is stated beside an event of this stage. Raises Refusal `programme.not_own`, `data.invalid_value`."""
    match event.type:
        case "prevention.TrainingDelivered":
            at_least(0, event, "participants", "counts")
            _trained(event)
            _own(event, "held_on")
        case "prevention.AwarenessActivityHeld":
            at_least(0, event, "reach")
            _own(event, "held_on")
        case _:
            at_least(0, event, "count")
            in_order(event, "period_from", "period_to")
            _own(event, "period_from", "period_to")
    return ()


def _counted(name: str) -> Callable[[Programme, Recorded], Changes]:
    def fold(programme: Programme, recorded: Recorded) -> Changes:
        event, data = recorded.event, recorded.event.data
        post = Post(data["checkpoint"], event.unit, data["period_from"], data["period_to"])
        return {name: {**getattr(programme, name), post: data["count"]}}

    return fold


def _training_delivered(programme: Programme, recorded: Recorded) -> Changes:
    data = recorded.event.data
    topic, trained = data["topic"], dict(programme.trained)
    for role, count in zip(data["participants_by_role"], data["counts"], strict=False):
        trained[topic, role] = trained.get((topic, role), 0) + count
    trainings = {**programme.trainings, topic: programme.trainings.get(topic, 0) + 1}
    return {"trainings": trainings, "participants": programme.participants + data["participants"], "trained": trained}


def _activity_held(programme: Programme, recorded: Recorded) -> Changes:
    data = recorded.event.data
    activity, place = data["activity"], (data["activity"], data["aimag"])
    return {
        "activities": {**programme.activities, activity: programme.activities.get(activity, 0) + 1},
        "reach": {**programme.reach, place: programme.reach.get(place, 0) + data["reach"]},
    }


FOLDS: Folds = {
    "prevention.TravellerInformed": _counted("informed"),
    "prevention.HighRiskTravelMonitored": _counted("monitored"),
    "prevention.TravelDissuaded": _counted("dissuaded"),
    "prevention.TrainingDelivered": _training_delivered,
    "prevention.AwarenessActivityHeld": _activity_held,
}
RULES: Rules = {}
RELATIONS: Rules = {}
