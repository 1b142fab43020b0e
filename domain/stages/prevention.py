"""Prevention is numbers and never persons: a count per checkpoint and period, officials trained, people reached.

A programme is one agency's in one year; what is sent to another agency's programme, or to a year in which nothing of it
lies, is refused. A second report for the same checkpoint, period and unit stands for the first. A child at risk is an
indicator in a case of her own. Called by `domain.stream`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeVar

from domain.catalogue import EventType
from domain.event import Effect, Event, Recorded
from domain.refusals import Refusal
from domain.stages.amounts import at_least, in_order
from domain.stages.rules import Changes, Context, Folds, Rules
from domain.stages.state import StreamState
from domain.stages.streams import programme_id

__all__ = ["FOLDS", "RELATIONS", "RULES", "PreventionState", "Programme", "admit", "programme_id"]


Key = TypeVar("Key", bound=Hashable)


class Post(NamedTuple):
    """Where and when travellers were counted, and by which unit; days are YYYY-MM-DD."""

    checkpoint: str
    unit: str
    period_from: str
    period_to: str


class Report(NamedTuple):
    """One report of the programme: the short type name, the unit that sent it, and its fields."""

    type: str
    unit: str
    values: Mapping[str, Any]


@dataclass(frozen=True)
class PreventionState:
    """What was reported, by event id. Every number is counted from the reports, so a corrected one counts anew."""

    reports: Mapping[str, Report] = field(default_factory=dict)

    def _of(self, name: str) -> Iterator[Report]:
        return (report for report in self.reports.values() if report.type == f"prevention.{name}")

    def _counted(self, name: str) -> dict[Post, int]:
        return {
            Post(v["checkpoint"], report.unit, v["period_from"], v["period_to"]): v["count"]
            for report in self._of(name)
            for v in (report.values,)
        }

    @property
    def informed(self) -> dict[Post, int]:
        """Travellers informed."""
        return self._counted("TravellerInformed")

    @property
    def monitored(self) -> dict[Post, int]:
        """High-risk journeys monitored."""
        return self._counted("HighRiskTravelMonitored")

    @property
    def dissuaded(self) -> dict[Post, int]:
        """Journeys not made."""
        return self._counted("TravelDissuaded")

    @property
    def participants(self) -> Counter[str]:
        """Who took part in trainings, by topic."""
        return _summed(
            (report.values["topic"], report.values["participants"]) for report in self._of("TrainingDelivered")
        )

    @property
    def trained(self) -> Counter[tuple[str, str]]:
        """Officials trained, by topic and role."""
        return _summed(
            ((v["topic"], role), count)
            for report in self._of("TrainingDelivered")
            for v in (report.values,)
            for role, count in zip(v["participants_by_role"], v["counts"], strict=False)
        )

    @property
    def reach(self) -> Counter[tuple[str, str]]:
        """People reached, by activity and aimag."""
        return _summed(
            ((v["activity"], v["aimag"]), v["reach"])
            for report in self._of("AwarenessActivityHeld")
            for v in (report.values,)
        )


def _summed(counts: Iterable[tuple[Key, int]]) -> Counter[Key]:
    total: Counter[Key] = Counter()
    for key, count in counts:
        total[key] += count
    return total


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


def _reported(programme: Programme, recorded: Recorded) -> Changes:
    event = recorded.event
    return {"reports": {**programme.reports, event.id: Report(event.type, event.unit, event.data)}}


def _corrected(programme: Any, recorded: Recorded) -> Changes:
    """A report counts for what its publisher says last."""
    of, reports = recorded.event.data["of"], getattr(programme, "reports", {})
    if of not in reports:
        return {}
    values = {**reports[of].values, **recorded.event.data.get("clear_values", {})}
    return {"reports": {**reports, of: reports[of]._replace(values=values)}}


def _misfiled(programme: Any, recorded: Recorded) -> Changes:
    """A report that belongs to another stream counts there."""
    of, reports = recorded.event.data["of"], getattr(programme, "reports", {})
    return {"reports": {key: report for key, report in reports.items() if key != of}} if of in reports else {}


FOLDS: Folds = {
    "prevention.TravellerInformed": _reported,
    "prevention.HighRiskTravelMonitored": _reported,
    "prevention.TravelDissuaded": _reported,
    "prevention.TrainingDelivered": _reported,
    "prevention.AwarenessActivityHeld": _reported,
    "ledger.EventCorrected": _corrected,
    "ledger.EventMisfiled": _misfiled,
}
RULES: Rules = {}
RELATIONS: Rules = {}
