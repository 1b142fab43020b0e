"""How each event of the task force and the dialogue changes what is on record; no fold judges, so none can fail.

Who is whose body is read off the publisher and the stream; what was breached is read off the entry's own effects.
Called by `domain.stream`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from domain.event import Event, Recorded
from domain.stages.change import changed
from domain.stages.rules import Changes, Fold, Folds
from domain.stages.streams import body_id
from domain.stages.taskforce.corrections import counted, event_corrected, event_misfiled
from domain.stages.taskforce.state import (
    Action,
    Body,
    Commitment,
    DialogueItem,
    Disbursement,
    Funding,
    Kind,
    Meeting,
    Operation,
    Report,
    Review,
    Snapshot,
    Target,
)

if TYPE_CHECKING:
    from domain.case import Case


def _case_reviewed(case: Case, recorded: Recorded) -> Changes:
    event = recorded.event
    review = Review(event.time, tuple(event.data["decisions"]), event.data["next_review_on"])
    return {"reviews": case.reviews + 1, "last_review": review}


def _action_assigned(case: Case, recorded: Recorded) -> Changes:
    data = recorded.event.data
    action = Action(data["owner_agency"], data["action"], data["due_at"])
    return {"actions": {**case.actions, data["action_id"]: action}}


def _action_completed(case: Case, recorded: Recorded) -> Changes:
    data = recorded.event.data
    ended = changed(case.actions[data["action_id"]], outcome=data["outcome"])
    return {"actions": {**case.actions, data["action_id"]: ended}}


def _put(name: str, id_field: str, thing: Callable[[Mapping[str, Any]], Any]) -> Fold:
    """A thing that the event puts on record under the id that it mints."""

    def fold(body: Body, recorded: Recorded) -> Changes:
        data = recorded.event.data
        return {**_owned(body, recorded.event), name: {**getattr(body, name), data[id_field]: thing(data)}}

    return fold


def _owned(body: Body, event: Event) -> Changes:
    """Whose body it is, as soon as that agency itself publishes in it."""
    return {"agency": event.publisher} if body_id(event.publisher) == body.stream else {}


def _proposed(name: Kind, id_field: str, thing: Callable[[Mapping[str, Any]], Any]) -> Fold:
    """A thing that is an item of the dialogue; it may answer the dispute of an earlier one."""
    put = _put(name, id_field, thing)

    def fold(body: Body, recorded: Recorded) -> Changes:
        event = recorded.event
        disputed = event.data.get("answers")
        items = {
            key: changed(item, answered=True) if disputed is not None and item.dispute == disputed else item
            for key, item in body.items.items()
        }
        items[event.id] = DialogueItem(name, event.data[id_field], event.publisher)
        return {**put(body, recorded), "items": items}

    return fold


def _meeting(data: Mapping[str, Any]) -> Meeting:
    return Meeting(data["kind"], tuple(data["members"]), data["cases_reviewed"], data["held_on"])


def _operation(data: Mapping[str, Any]) -> Operation:
    window, expected = (data["window_from"], data["window_to"]), data["expected_victims"]
    return Operation(*window, expected, data["gender_mix"], tuple(data["languages"]), data["minors"])


def _target(data: Mapping[str, Any]) -> Target:
    return Target(data["indicator"], data["period_from"], data["period_to"], data["target"], data["unit"])


def _commitment(data: Mapping[str, Any]) -> Commitment:
    return Commitment(data["party"], data["objective"], data["due_on"])


def _funding(data: Mapping[str, Any]) -> Funding:
    both, commitment_id = (data["from_agency"], data["to_agency"]), data.get("commitment_id")
    return Funding(*both, data["objective"], data["currency"], data["amount"], commitment_id)


def _snapshot(data: Mapping[str, Any]) -> Snapshot:
    period, version = (data["period_from"], data["period_to"]), data["definitions_version"]
    return Snapshot(*period, version, tuple(data["heads"]), tuple(data["values"]))


def _commitment_reported(body: Body, recorded: Recorded) -> Changes:
    """The last report of each agency stands; one out of sequence ends nothing, as its breach says."""
    event, data = recorded.event, recorded.event.data
    before = body.commitments.get(data["commitment_id"])
    if before is None:
        return {}
    report = Report(data["status"], data["percent"], data["reported_on"])
    commitment = changed(before, reports={**before.reports, event.publisher: report})
    breached = any(effect.data.get("breach") == "OUT_OF_SEQUENCE" for effect in recorded.effects)
    if data["status"] in ("met", "dropped") and not breached:
        commitment = changed(commitment, ended=data["status"])
    return {"commitments": {**body.commitments, data["commitment_id"]: commitment}}


def _funding_disbursed(body: Body, recorded: Recorded) -> Changes:
    event, data = recorded.event, recorded.event.data
    disbursed = Disbursement(data["funding_id"], data["amount"], data["currency"])
    return counted(body, (event.publisher, event.id), disbursed) if data["funding_id"] in body.fundings else {}


def _item_acknowledged(body: Body, recorded: Recorded) -> Changes:
    of = recorded.event.data["of"]
    return {"items": {**body.items, of: changed(body.items[of], state="agreed")}}


def _item_disputed(body: Body, recorded: Recorded) -> Changes:
    event, of = recorded.event, recorded.event.data["of"]
    replayed = tuple(event.data.get("replayed", ()))
    item = changed(body.items[of], state="disputed", dispute=event.id, replayed=replayed)
    return {"items": {**body.items, of: item}}


FOLDS: Folds = {
    "taskforce.CaseReviewed": _case_reviewed,
    "taskforce.ActionAssigned": _action_assigned,
    "taskforce.ActionCompleted": _action_completed,
    "taskforce.MeetingHeld": _put("meetings", "meeting_id", _meeting),
    "taskforce.OperationAnnounced": _put("operations", "operation_id", _operation),
    "taskforce.TargetSet": _proposed("targets", "target_id", _target),
    "taskforce.CommitmentRecorded": _proposed("commitments", "commitment_id", _commitment),
    "taskforce.FundingObligated": _proposed("fundings", "funding_id", _funding),
    "taskforce.DialogueSnapshotPublished": _proposed("snapshots", "snapshot_id", _snapshot),
    "taskforce.CommitmentReported": _commitment_reported,
    "taskforce.FundingDisbursed": _funding_disbursed,
    "taskforce.DialogueItemAcknowledged": _item_acknowledged,
    "taskforce.DialogueItemDisputed": _item_disputed,
    "ledger.EventCorrected": event_corrected,
    "ledger.EventMisfiled": event_misfiled,
}
