"""Rights of persons, erasure by order only, and reading in danger to life: told loudly, reviewed by another agency.

A request is answered by who received it, the court or oversight. An erasure becomes an order to the keyring when
another officer and oversight have approved the answer; a key that is destroyed without one is a breach, and nothing
brings it back. Open proceedings and holds are looked at in the whole case, so that a doubt refuses. Called by
`domain.stream`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from domain.catalogue import EventType
from domain.event import Effect, Event, Recorded
from domain.refusals import Refusal
from domain.stages.case.open_things import holds, proceedings
from domain.stages.change import changed
from domain.stages.effects import breach
from domain.stages.rules import HOLDS, Broken, Changes, Context, Folds, Rules, shifted

if TYPE_CHECKING:
    from domain.case import Case

_ANSWER_ANYWAY = frozenset({"court", "oversight"})


@dataclass(frozen=True)
class Request:
    """A request about a person's data, open until answered; `agency` received it."""

    kind: str
    person_id: str
    agency: str
    is_open: bool = True


@dataclass(frozen=True, slots=True)
class Erasure:
    """An order to the keyring to destroy the data keys of a person."""

    person_id: str


@dataclass(frozen=True)
class BreakGlass:
    """A reading in danger to life, unreviewed while there is no `finding`."""

    agency: str
    actor: str
    person_id: str
    compartments: tuple[str, ...]
    finding: str | None = None


@dataclass(frozen=True)
class PrivacyState:
    """Requests and readings by id, orders to erase by request; `erased` holds for each person the compartments whose
    keys are gone, with the instant at which each went."""

    data_requests: Mapping[str, Request] = field(default_factory=dict)
    erasure_orders: Mapping[str, Erasure] = field(default_factory=dict)
    erased: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    breakglass: Mapping[str, BreakGlass] = field(default_factory=dict)


def _request(case: Case, event: Event) -> Request:
    return case.data_requests[event.data["request_id"]]


def receiver_court_or_oversight(case: Case, event: Event, event_type: EventType, context: Context) -> Broken:
    """Check the relation `who received it, or the court or oversight`."""
    if _request(case, event).agency == event.publisher:
        return HOLDS
    if not context.partners.categories(event.publisher).isdisjoint(_ANSWER_ANYWAY):
        return HOLDS
    return ("privacy.not_receiver",)


def request_open(case: Case, event: Event, event_type: EventType, context: Context) -> Broken:
    """Check `data request open`."""
    return HOLDS if _request(case, event).is_open else ("privacy.request_answered",)


def unreviewed(case: Case, event: Event, event_type: EventType, context: Context) -> Broken:
    """Check `break-glass unreviewed`."""
    return HOLDS if case.breakglass[event.data["breakglass_id"]].finding is None else ("privacy.already_reviewed",)


def no_hold_if_erased(case: Case, event: Event, event_type: EventType, context: Context) -> Broken:
    """Check `no hold on the person if erased`: no open proceedings, hold, or open request of a court in the case."""
    if event.data["answer"] != "erased":
        return HOLDS
    if proceedings(case):
        return ("privacy.proceedings_open", "data.answer")
    if holds(case):
        return ("privacy.hold_in_place", "data.answer")
    asked = any(
        request.is_open and "court" in context.partners.categories(request.agency)
        for request_id, request in case.data_requests.items()
        if request_id != event.data["request_id"]
    )
    return ("privacy.court_asks", "data.answer") if asked else HOLDS


def admit(case: Case, event: Event, event_type: EventType, context: Context) -> tuple[Effect, ...]:
    """The breaches beside an event of this stage.

    Raises Refusal `privacy.not_an_erasure` when something is answered by erasing that asked for something else.
    """
    match event.type:
        case "privacy.DataSubjectRequestAnswered":
            if event.data["answer"] == "erased" and _request(case, event).kind != "erasure":
                raise Refusal("privacy.not_an_erasure", "data.answer")
            return ()
        case "privacy.SubjectErased":
            return _erased_breaches(case, event, context)
        case _:
            return ()


def _erased_breaches(case: Case, event: Event, context: Context) -> tuple[Effect, ...]:
    """No order for this person, final without being effective, or final too late after it was."""
    person_id = event.data["person_id"]
    order = case.erasure_orders.get(event.data["request_id"])
    stated = () if order == Erasure(person_id) else (breach("ERASED_WITHOUT_ORDER"),)
    if event.data["stage"] != "final":
        return stated
    effective = case.erased.get(person_id, {})
    if not effective.keys() >= set(event.data["compartments"]):
        return (*stated, breach("OUT_OF_SEQUENCE", "person erased"))
    final = context.partners.deadline("erasure_final")
    late = any(event.time > shifted(effective[each], final) for each in event.data["compartments"])
    return (*stated, breach("DEADLINE_MISSED")) if late else stated


def _received(case: Case, recorded: Recorded) -> Changes:
    event, data = recorded.event, recorded.event.data
    request = Request(data["kind"], data["person_id"], event.publisher)
    return {"data_requests": {**case.data_requests, data["request_id"]: request}}


def _answered(case: Case, recorded: Recorded) -> Changes:
    """Answered; this entry is the last approval's when it orders an erasure."""
    data = recorded.event.data
    request = changed(_request(case, recorded.event), is_open=False)
    changes: Changes = {"data_requests": {**case.data_requests, data["request_id"]: request}}
    if data["answer"] == "erased":
        changes["erasure_orders"] = {**case.erasure_orders, data["request_id"]: Erasure(request.person_id)}
    return changes


def _erased(case: Case, recorded: Recorded) -> Changes:
    event, person_id = recorded.event, recorded.event.data["person_id"]
    gone = dict(case.erased.get(person_id, {}))
    for compartment in event.data["compartments"]:
        gone.setdefault(compartment, event.time)
    return {"erased": {**case.erased, person_id: gone}}


def _used(case: Case, recorded: Recorded) -> Changes:
    event, data = recorded.event, recorded.event.data
    reading = BreakGlass(event.publisher, event.actor, data["person_id"], tuple(data["compartments"]))
    return {"breakglass": {**case.breakglass, data["breakglass_id"]: reading}}


def _reviewed(case: Case, recorded: Recorded) -> Changes:
    data = recorded.event.data
    reading = changed(case.breakglass[data["breakglass_id"]], finding=data["finding"])
    return {"breakglass": {**case.breakglass, data["breakglass_id"]: reading}}


FOLDS: Folds = {
    "privacy.BreakGlassReviewed": _reviewed,
    "privacy.BreakGlassUsed": _used,
    "privacy.DataSubjectRequestAnswered": _answered,
    "privacy.DataSubjectRequestReceived": _received,
    "privacy.SubjectErased": _erased,
}

RULES: Rules = {
    "break-glass unreviewed": unreviewed,
    "data request open": request_open,
    "no hold on the person if erased": no_hold_if_erased,
}
RELATIONS: Rules = {"who received it, or the court or oversight": receiver_court_or_oversight}
