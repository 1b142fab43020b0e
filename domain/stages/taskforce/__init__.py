"""The task force and the dialogue: meetings, reviews, tasks with owner and deadline, and what two governments agree on.

A body's stream is that of an agency of the category that fits: police announce an operation to a task force, parties
speak in a dialogue. Case ids never stand in a body. Money that is disbursed beyond what was obligated has gone, and its
breach stands beside it. Called by `domain.stream`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from domain.catalogue import EventType
from domain.event import Effect, Event
from domain.profile import AGENCIES
from domain.refusals import Refusal
from domain.stages.amounts import at_least, in_order
from domain.stages.effects import breach
from domain.stages.rules import Context
from domain.stages.streams import body_id
from domain.stages.taskforce.folds import FOLDS
from domain.stages.taskforce.rules import RELATIONS, RULES
from domain.stages.taskforce.state import Body, ReviewState, TaskforceState

__all__ = ["FOLDS", "RELATIONS", "RULES", "Body", "ReviewState", "TaskforceState", "admit", "body_id"]

_BODIES: Mapping[str, str] = {body_id(agency): agency for agency in AGENCIES}

_ANY_BODY = frozenset({"mdtf", "coordination", "dialogue"})
_TASK_FORCES = frozenset({"mdtf", "coordination"})


def _fits(event: Event, categories: frozenset[str], context: Context) -> bool:
    """Whether a body of an agency of these categories is one for the event: a meeting stands with a body of the
    publisher's own kind, and what police announce is not for the other government to read."""
    match event.type:
        case "taskforce.MeetingHeld":
            return not _ANY_BODY.isdisjoint(categories & context.partners.categories(event.publisher))
        case "taskforce.OperationAnnounced":
            return not _TASK_FORCES.isdisjoint(categories) and "dialogue" not in categories
        case _:
            return "dialogue" in categories


def _whose(body: Body, event: Event) -> str | None:
    """The agency whose body the stream is: one of the profile, the publisher, or who published in it before."""
    if body_id(event.publisher) == event.stream:
        return event.publisher
    return body.agency or _BODIES.get(event.stream)


def _of_body(body: Body, event: Event, context: Context) -> None:
    """Raises Refusal `body.unknown` for no agency's body, `body.other_category` for one of another kind."""
    agency = _whose(body, event)
    if agency is None:
        raise Refusal("body.unknown", "subject")
    if not _fits(event, context.partners.categories(agency), context):
        raise Refusal("body.other_category", "subject")


def _item(body: Body, event: Event) -> None:
    """An item is answered by its event id, so no two bear one; what answers a dispute names one that nothing answers.

    Raises Refusal `dialogue.event_id_taken`, `dialogue.no_dispute`.
    """
    if event.id in body.items:
        raise Refusal("dialogue.event_id_taken", "id")
    answers = event.data.get("answers")
    waiting = any(item.dispute == answers and not item.answered for item in body.items.values())
    if answers is not None and not waiting:
        raise Refusal("dialogue.no_dispute", "data.answers")


def _commitment_known(body: Body, event: Event) -> None:
    """Raises Refusal `commitment.unknown`."""
    if event.data.get("commitment_id") not in (None, *body.commitments):
        raise Refusal("commitment.unknown", "data.commitment_id")


def _disbursed(body: Body, event: Event) -> tuple[Effect, ...]:
    """A line is exceeded in its own currency; another currency is out of sequence already."""
    funding = body.fundings.get(event.data["funding_id"])
    if funding is None or funding.currency != event.data["currency"] or event.data["amount"] <= funding.balance:
        return ()
    return (breach("PAID_BEYOND_BALANCE"),)


def _of_dialogue(body: Body, event: Event) -> tuple[Effect, ...]:
    match event.type:
        case "taskforce.TargetSet":
            at_least(0, event, "target")
            in_order(event, "period_from", "period_to")
            _item(body, event)
        case "taskforce.CommitmentRecorded":
            _item(body, event)
        case "taskforce.FundingObligated":
            at_least(1, event, "amount")
            _commitment_known(body, event)
            _item(body, event)
        case "taskforce.DialogueSnapshotPublished":
            in_order(event, "period_from", "period_to")
            _item(body, event)
        case "taskforce.CommitmentReported":
            if not 0 <= event.data["percent"] <= 100:
                raise Refusal("data.invalid_value", "data.percent")
        case "taskforce.FundingDisbursed":
            at_least(1, event, "amount")
            return _disbursed(body, event)
    return ()


def admit(state: Any, event: Event, event_type: EventType, context: Context) -> tuple[Effect, ...]:
    """What the ledger states beside an event of this stage; `state` is a Case or a Body, as the type's stream says.

    Raises Refusal: `body.unknown`, `body.other_category`, `dialogue.event_id_taken`, `dialogue.no_dispute`,
    `commitment.unknown`, `data.invalid_value`.
    """
    if event_type.stream == "case":
        return ()
    match event.type:
        case "taskforce.MeetingHeld":
            at_least(0, event, "cases_reviewed")
        case "taskforce.OperationAnnounced":
            at_least(0, event, "expected_victims")
            in_order(event, "window_from", "window_to")
    _of_body(state, event, context)
    return _of_dialogue(state, event)
