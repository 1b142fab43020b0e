"""What an agency says of the stage `taskforce`.

Written by `tools/client_types.py` from the published JSON Schemas.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar

from tamga_client.events.codes import (
    Action,
    ActionCompletedV1Outcome,
    CommitmentReportedV1Status,
    Currency,
    Decisions,
    EventDisputedV1Reason,
    GenderMix,
    Indicator,
    MeetingHeldV1Kind,
    Minors,
    Objective,
    Unit,
)
from tamga_client.values import AgencyId, Between, Day, EventData, Form, Id, Instant, Items, Language


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionAssignedV1(EventData):
    """task open on the owner's worklist; the task force's answer to an overdue referral

    Published when it is decided, ordered, accepted or asked for: nothing has happened until it is admitted.
    By: mdtf, coordination.

    Basis: Primero tasks; project decision.
    """

    TYPE: ClassVar[str] = "mn.tamga.taskforce.action_assigned.v1"

    action: Action
    action_id: Id
    due_at: Instant
    owner_agency: AgencyId
    case_id: Id | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionCompletedV1(EventData):
    """task done, or handed back with a reason

    Published when it is decided, ordered, accepted or asked for: nothing has happened until it is admitted.
    By: police, prosecutor, child_protection, border, immigration, hotline, shelter, health, labour_inspection,
    consular, legal_aid, education, forensic, court, mdtf, coordination, enforcement.

    Basis: Primero tasks.
    """

    TYPE: ClassVar[str] = "mn.tamga.taskforce.action_completed.v1"

    action_id: Id
    outcome: ActionCompletedV1Outcome
    case_id: Id | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseReviewedV1(EventData):
    """review per case; dormancy mark gone

    Published when it has happened, as soon as it is known.
    By: mdtf.

    Basis: NCA; indicator C1.
    """

    TYPE: ClassVar[str] = "mn.tamga.taskforce.case_reviewed.v1"

    agencies_present: Annotated[Sequence[AgencyId], Items(0, 32)]
    decisions: Annotated[Sequence[Decisions], Items(0, 32)]
    next_review_on: Day
    case_id: Id | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CommitmentRecordedV1(EventData):
    """recorded by one party, agreed when the other acknowledges

    Published when it is decided, ordered, accepted or asked for: nothing has happened until it is admitted.
    By: dialogue, ministry.

    Basis: GAO: contributions not tracked; project decision.
    """

    TYPE: ClassVar[str] = "mn.tamga.taskforce.commitment_recorded.v1"

    commitment_id: Id
    due_on: Day
    objective: Objective
    party: AgencyId
    answers: Id | None = None
    body_id: Id | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CommitmentReportedV1(EventData):
    """progress per party, reported by who committed or its implementer; `met` or `dropped` ends it

    Published when it has happened, as soon as it is known.
    By: dialogue, ministry, implementer, ngo_prevention, shelter.

    Basis: GAO; project decision.
    """

    TYPE: ClassVar[str] = "mn.tamga.taskforce.commitment_reported.v1"

    commitment_id: Id
    percent: Annotated[int, Between(-9007199254740991, 9007199254740991)]
    """percent, 0 to 100"""
    reported_on: Day
    status: CommitmentReportedV1Status
    body_id: Id | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DialogueItemAcknowledgedV1(EventData):
    """target, commitment, funding or snapshot agreed

    Published when it is decided, ordered, accepted or asked for: nothing has happened until it is admitted.
    By: dialogue, ministry.

    Basis: project decision.
    """

    TYPE: ClassVar[str] = "mn.tamga.taskforce.dialogue_item_acknowledged.v1"

    of: Id
    body_id: Id | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DialogueItemDisputedV1(EventData):
    """not agreed; answered by a new item that names this one

    Published when it is decided, ordered, accepted or asked for: nothing has happened until it is admitted.
    By: dialogue, ministry.

    Basis: project decision.
    """

    TYPE: ClassVar[str] = "mn.tamga.taskforce.dialogue_item_disputed.v1"

    of: Id
    reason: EventDisputedV1Reason
    body_id: Id | None = None
    replayed: (
        Annotated[
            Sequence[Annotated[str, Form(r"^[A-Z][0-9]{1,2}(/[A-Za-z0-9._:-]{1,64})?=([0-9]{1,15}|suppressed)$")]],
            Items(0, 32),
        ]
        | None
    ) = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DialogueSnapshotPublishedV1(EventData):
    """frozen, reproducible, suppressed cells included; waits for the other party

    Published when it is decided, ordered, accepted or asked for: nothing has happened until it is admitted.
    By: dialogue.

    Basis: GAO rec 1-2; project decision.
    """

    TYPE: ClassVar[str] = "mn.tamga.taskforce.dialogue_snapshot_published.v1"

    definitions_version: Annotated[str, Form(r"^[0-9A-Za-z.-]{1,20}$")]
    heads: Annotated[Sequence[Annotated[str, Form(r"^[0-9]{1,9}-[0-9]{1,15}-[A-Za-z0-9_-]{43}$")]], Items(0, 32)]
    period_from: Day
    period_to: Day
    snapshot_id: Id
    values: Annotated[
        Sequence[Annotated[str, Form(r"^[A-Z][0-9]{1,2}(/[A-Za-z0-9._:-]{1,64})?=([0-9]{1,15}|suppressed)$")]],
        Items(0, 32),
    ]
    answers: Id | None = None
    body_id: Id | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FundingDisbursedV1(EventData):
    """in part or whole; balance falls

    Published when it has happened, as soon as it is known.
    By: dialogue, ministry, implementer.

    Basis: GAO; project decision.
    """

    TYPE: ClassVar[str] = "mn.tamga.taskforce.funding_disbursed.v1"

    amount: Annotated[int, Between(-9007199254740991, 9007199254740991)]
    """whole units of the currency that `currency` names"""
    currency: Currency
    disbursed_on: Day
    funding_id: Id
    to_agency: AgencyId
    body_id: Id | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FundingObligatedV1(EventData):
    """obligated; balance = amount; agreed when the other acknowledges

    Published when it is decided, ordered, accepted or asked for: nothing has happened until it is admitted.
    By: dialogue, ministry.

    Basis: GAO; project decision.
    """

    TYPE: ClassVar[str] = "mn.tamga.taskforce.funding_obligated.v1"

    amount: Annotated[int, Between(-9007199254740991, 9007199254740991)]
    """whole units of the currency that `currency` names"""
    currency: Currency
    from_agency: AgencyId
    funding_id: Id
    objective: Objective
    to_agency: AgencyId
    answers: Id | None = None
    body_id: Id | None = None
    commitment_id: Id | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MeetingHeldV1(EventData):
    """a meeting and a count, never case ids

    Published when it has happened, as soon as it is known.
    By: mdtf, coordination, dialogue.

    Basis: NCA case project decision; project decision.
    """

    TYPE: ClassVar[str] = "mn.tamga.taskforce.meeting_held.v1"

    cases_reviewed: Annotated[int, Between(-9007199254740991, 9007199254740991)]
    """cases"""
    held_on: Day
    kind: MeetingHeldV1Kind
    meeting_id: Id
    members: Annotated[Sequence[AgencyId], Items(0, 32)]
    body_id: Id | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationAnnouncedV1(EventData):
    """shelters and child protection plan beds and interpreters; no place, suspect or name has a field here; over when
    its window ends

    Published when it has happened, as soon as it is known.
    By: police.

    Basis: OVC TTAC W.D. New York example; project decision.
    """

    TYPE: ClassVar[str] = "mn.tamga.taskforce.operation_announced.v1"

    expected_victims: Annotated[int, Between(-9007199254740991, 9007199254740991)]
    """persons"""
    gender_mix: GenderMix
    languages: Annotated[Sequence[Language], Items(0, 32)]
    minors: Minors
    operation_id: Id
    window_from: Day
    window_to: Day
    body_id: Id | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetSetV1(EventData):
    """proposed by one party, agreed when the other acknowledges

    Published when it is decided, ordered, accepted or asked for: nothing has happened until it is admitted.
    By: dialogue.

    Basis: GAO-23-105390 rec 3; project decision.
    """

    TYPE: ClassVar[str] = "mn.tamga.taskforce.target_set.v1"

    indicator: Indicator
    period_from: Day
    period_to: Day
    target: Annotated[int, Between(-9007199254740991, 9007199254740991)]
    """in the unit that `unit` names"""
    target_id: Id
    unit: Unit
    answers: Id | None = None
    body_id: Id | None = None


ActionAssigned = ActionAssignedV1
"""The newest version."""
ActionCompleted = ActionCompletedV1
"""The newest version."""
CaseReviewed = CaseReviewedV1
"""The newest version."""
CommitmentRecorded = CommitmentRecordedV1
"""The newest version."""
CommitmentReported = CommitmentReportedV1
"""The newest version."""
DialogueItemAcknowledged = DialogueItemAcknowledgedV1
"""The newest version."""
DialogueItemDisputed = DialogueItemDisputedV1
"""The newest version."""
DialogueSnapshotPublished = DialogueSnapshotPublishedV1
"""The newest version."""
FundingDisbursed = FundingDisbursedV1
"""The newest version."""
FundingObligated = FundingObligatedV1
"""The newest version."""
MeetingHeld = MeetingHeldV1
"""The newest version."""
OperationAnnounced = OperationAnnouncedV1
"""The newest version."""
TargetSet = TargetSetV1
"""The newest version."""
