"""What an agency says of the stage `protection`.

Written by `tools/client_types.py` from the published JSON Schemas.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar

from tamga_client.events.codes import (
    AccountTakenV1Purpose,
    Against,
    AgeBand,
    BedType,
    BreachKind,
    ByKind,
    CareEpisodeClosedV1Reason,
    ChildLocatedV1Condition,
    ConflictCheck,
    ExploitedWhileMissing,
    FacilityType,
    Factors,
    FamilyTracedV1Result,
    FollowUpRecordedV1Status,
    For,
    GuardianType,
    InterviewerRole,
    LastContact,
    Manner,
    Matter,
    Means,
    MedicalExaminationConductedV1Kind,
    MedicalExaminationConductedV1Purpose,
    Occasion,
    Option,
    Placement,
    ProtectionMeasureEndedV1Reason,
    ProtectionMeasureOrderedV1Measures,
    Protocol,
    Reasons,
    ReceiverKind,
    ReExploitationRisk,
    Relation,
    RepeatInterviewAuthorizedV1Reason,
    RiskLevel,
    SafeToReturn,
    Services,
    ServiceType,
    Setting,
    Sex,
    Source,
    SupportTypes,
    TherapyStartedV1Kind,
    VictimInformedV1By,
)
from tamga_client.values import (
    AgencyId,
    Between,
    Country,
    Day,
    Digest,
    EventData,
    ExhibitNumber,
    Id,
    Instant,
    Items,
    Language,
    Month,
    Pseudonym,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountTakenV1(EventData):
    """interview_count+1: initial account, supplementary questions, confrontation

    Published when it has happened, as soon as it is known.
    By: police, prosecutor, child_protection, border, immigration, hotline, shelter, health, labour_inspection,
    consular, legal_aid, education, forensic, court, oversight.

    Basis: project decision: every occasion is counted.
    """

    TYPE: ClassVar[str] = "mn.tamga.protection.account_taken.v1"

    facility_type: FacilityType
    interpreter: bool
    interview_id: Id
    interviewer: Pseudonym
    language: Language
    occasion: Occasion
    purpose: AccountTakenV1Purpose
    victim_id: Id
    case_id: Id | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BestInterestsAssessedV1(EventData):
    """an assessment stands; needed before a determination

    Published when it has happened, as soon as it is known.
    By: child_protection, shelter, health, legal_aid.

    Basis: CRC art 3; UNHCR BIP split of assessment and determination; project decision.
    """

    TYPE: ClassVar[str] = "mn.tamga.protection.best_interests_assessed.v1"

    child_view_heard: bool
    for_: For
    victim_id: Id
    case_id: Id | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BestInterestsDeterminedV1(EventData):
    """needed for return, repatriation and durable placement; never for emergency shelter

    Published when it is decided, ordered, accepted or asked for: nothing has happened until it is admitted.
    By: child_protection, court.

    Basis: CRC art 3; NRM child guidance; project decision.
    """

    TYPE: ClassVar[str] = "mn.tamga.protection.best_interests_determined.v1"

    child_view_heard: bool
    option: Option
    panel_agencies: Annotated[Sequence[AgencyId], Items(0, 32)]
    victim_id: Id
    case_id: Id | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CareEpisodeClosedV1(EventData):
    """closed on approval; follow-ups due; reopened by readmission; never for `missing` and never for want of
    cooperation

    Published when it is decided, ordered, accepted or asked for: nothing has happened until it is admitted.
    By: shelter, child_protection.

    Basis: Primero closure approval; project decision.
    """

    TYPE: ClassVar[str] = "mn.tamga.protection.care_episode_closed.v1"

    care_episode_id: Id
    follow_up_on: Day
    reason: CareEpisodeClosedV1Reason
    victim_id: Id
    case_id: Id | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CarePlanAgreedV1(EventData):
    """plan in force on approval; setting community opens a care episode where there is none

    Published when it is decided, ordered, accepted or asked for: nothing has happened until it is admitted.
    By: child_protection, shelter.

    Basis: Primero case_plan approval; HTCDS spl_*.
    """

    TYPE: ClassVar[str] = "mn.tamga.protection.care_plan_agreed.v1"

    care_episode_id: Id
    child_agreed: bool
    review_on: Day
    services: Annotated[Sequence[Services], Items(0, 32)]
    setting: Setting
    support_types: Annotated[Sequence[SupportTypes], Items(0, 32)]
    victim_id: Id
    case_id: Id | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildDiedV1(EventData):
    """duties towards the child end, duties about the child do not: investigation, exhibits and redress go on, child
    protection and prosecutor are told at once

    Published when it has happened, as soon as it is known.
    By: police, prosecutor, child_protection, border, immigration, hotline, shelter, health, labour_inspection,
    consular, legal_aid, education, forensic, court.

    Basis: project decision.
    """

    TYPE: ClassVar[str] = "mn.tamga.protection.child_died.v1"

    died_month: Month
    in_care: bool
    manner: Manner
    victim_id: Id
    case_id: Id | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildLocatedV1(EventData):
    """no longer missing; a return interview falls due

    Published when it has happened, as soon as it is known.
    By: police, prosecutor, child_protection, border, immigration, hotline, shelter, health, labour_inspection,
    consular, legal_aid, education.

    Basis: project decision.
    """

    TYPE: ClassVar[str] = "mn.tamga.protection.child_located.v1"

    by: AgencyId
    condition: ChildLocatedV1Condition
    located_at: Instant
    missing_id: Id
    victim_id: Id
    case_id: Id | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildPlacedV1(EventData):
    """durable placement or return inside the country stands; uses the determination up

    Published when it has happened, as soon as it is known.
    By: child_protection, shelter, court.

    Basis: project decision.
    """

    TYPE: ClassVar[str] = "mn.tamga.protection.child_placed.v1"

    placed_on: Day
    placement: Placement
    victim_id: Id
    case_id: Id | None = None
    guardian_id: Id | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildReportedMissingV1(EventData):
    """never refused: opens a case when there is none, reopens a closed one; child missing; care episode stays open

    Published when it has happened, as soon as it is known.
    By: police, prosecutor, child_protection, border, immigration, hotline, shelter, health, labour_inspection,
    consular, legal_aid, education.

    Basis: project decision.
    """

    TYPE: ClassVar[str] = "mn.tamga.protection.child_reported_missing.v1"

    from_care: bool
    last_contact: LastContact
    missing_id: Id
    missing_since: Instant
    victim_id: Id
    age_band: AgeBand | None = None
    case_id: Id | None = None
    sex: Sex | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FamilyAssessedV1(EventData):
    """one input of a best-interests determination

    Published when it has happened, as soon as it is known.
    By: child_protection, shelter, consular.

    Basis: project decision.
    """

    TYPE: ClassVar[str] = "mn.tamga.protection.family_assessed.v1"

    assessed_on: Day
    safe_to_return: SafeToReturn
    victim_id: Id
    case_id: Id | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FamilyTracedV1(EventData):
    """tracing result stands; an objection of the child to disclosure stays in force

    Published when it has happened, as soon as it is known.
    By: child_protection, shelter, consular, police.

    Basis: CRC; project decision: repatriation begins with tracing.
    """

    TYPE: ClassVar[str] = "mn.tamga.protection.family_traced.v1"

    result: FamilyTracedV1Result
    victim_id: Id
    case_id: Id | None = None
    country: Country | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUpRecordedV1(EventData):
    """at any time; re-trafficking indicator

    Published when it has happened, as soon as it is known.
    By: child_protection, shelter, consular, education.

    Basis: Primero followups; project decision.
    """

    TYPE: ClassVar[str] = "mn.tamga.protection.follow_up_recorded.v1"

    re_exploitation_risk: ReExploitationRisk
    status: FollowUpRecordedV1Status
    victim_id: Id
    case_id: Id | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ForensicInterviewConductedV1(EventData):
    """interview_count+1 for the child; the recording becomes an exhibit held by the publisher

    Published when it has happened, as soon as it is known.
    By: police, child_protection, forensic, shelter, prosecutor.

    Basis: Barnahus; CPC child-friendly spaces; project decision.
    """

    TYPE: ClassVar[str] = "mn.tamga.protection.forensic_interview_conducted.v1"

    duration_min: Annotated[int, Between(-9007199254740991, 9007199254740991)]
    """minutes"""
    exhibit_number: ExhibitNumber
    facility_type: FacilityType
    interpreter: bool
    interview_id: Id
    interviewer: Pseudonym
    language: Language
    observers: Annotated[Sequence[AgencyId], Items(0, 32)]
    occasion: Occasion
    protocol: Protocol
    purpose: AccountTakenV1Purpose
    recorded: bool
    victim_id: Id
    case_id: Id | None = None
    media_tag: Digest | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardianAppointedV1(EventData):
    """the guardian consents for the child; with `replaces` the earlier guardian's part ends (GuardianReplaced)

    Published when it is decided, ordered, accepted or asked for: nothing has happened until it is admitted.
    By: court, child_protection.

    Basis: ODIHR NRM 2nd ed: guardian-advocate.
    """

    TYPE: ClassVar[str] = "mn.tamga.protection.guardian_appointed.v1"

    appointed_on: Day
    conflict_check: ConflictCheck
    guardian_id: Id
    guardian_type: GuardianType
    victim_id: Id
    case_id: Id | None = None
    replaces: Id | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardianImplicatedV1(EventData):
    """consents that this guardian gave are void, the guardian is told nothing, and a replacement falls due

    Published when it has happened, as soon as it is known.
    By: police, prosecutor, child_protection, border, immigration, hotline, shelter, health, labour_inspection,
    consular, legal_aid, education, forensic, court, oversight.

    Basis: project decision.
    """

    TYPE: ClassVar[str] = "mn.tamga.protection.guardian_implicated.v1"

    guardian_id: Id
    relation: Relation
    victim_id: Id
    case_id: Id | None = None
    since: Month | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InterpreterAssignedV1(EventData):
    """language need is met for the matter; the same interpreter for suspect and child is shown as a conflict

    Published when it has happened, as soon as it is known.
    By: police, prosecutor, court, child_protection, shelter, legal_aid, forensic, consular.

    Basis: project decision.
    """

    TYPE: ClassVar[str] = "mn.tamga.protection.interpreter_assigned.v1"

    conflict_check: ConflictCheck
    language: Language
    matter: Matter
    victim_id: Id
    case_id: Id | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InterviewScheduledV1(EventData):
    """the scheduler sees the count of prior occasions over all agencies and cases of the child

    Published when it is decided, ordered, accepted or asked for: nothing has happened until it is admitted.
    By: police, prosecutor, child_protection, forensic, shelter.

    Basis: Barnahus std 6; NCA: avoid duplicative interviewing.
    """

    TYPE: ClassVar[str] = "mn.tamga.protection.interview_scheduled.v1"

    facility_type: FacilityType
    interview_id: Id
    interviewer_role: InterviewerRole
    on: Day
    purpose: AccountTakenV1Purpose
    victim_id: Id
    case_id: Id | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MedicalExaminationConductedV1(EventData):
    """forensic examinations are counted like interviews; treatment is not; samples are collected as exhibits of their
    own

    Published when it has happened, as soon as it is known.
    By: health, forensic.

    Basis: Barnahus; project decision.
    """

    TYPE: ClassVar[str] = "mn.tamga.protection.medical_examination_conducted.v1"

    kind: MedicalExaminationConductedV1Kind
    purpose: MedicalExaminationConductedV1Purpose
    samples: Annotated[int, Between(-9007199254740991, 9007199254740991)]
    """samples collected"""
    victim_id: Id
    case_id: Id | None = None
    consent_id: Id | None = None
    danger_to_life: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProtectionMeasureBreachedV1(EventData):
    """risk to be assessed anew; the measure stays in force

    Published when it has happened, as soon as it is known.
    By: police, prosecutor, child_protection, border, immigration, hotline, shelter, health, labour_inspection,
    consular, legal_aid, education, forensic, court, oversight.

    Basis: project decision.
    """

    TYPE: ClassVar[str] = "mn.tamga.protection.protection_measure_breached.v1"

    breach_kind: BreachKind
    by_kind: ByKind
    measure_id: Id
    victim_id: Id
    case_id: Id | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProtectionMeasureEndedV1(EventData):
    """refused, lifted or run out; the child is told

    Published when it is decided, ordered, accepted or asked for: nothing has happened until it is admitted.
    By: court, prosecutor, police.

    Basis: project decision.
    """

    TYPE: ClassVar[str] = "mn.tamga.protection.protection_measure_ended.v1"

    measure_id: Id
    reason: ProtectionMeasureEndedV1Reason
    victim_id: Id
    case_id: Id | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProtectionMeasureOrderedV1(EventData):
    """measure in force, on request or of its own motion

    Published when it is decided, ordered, accepted or asked for: nothing has happened until it is admitted.
    By: court, prosecutor, police.

    Basis: Law on Protection of Witnesses and Victims 2013.
    """

    TYPE: ClassVar[str] = "mn.tamga.protection.protection_measure_ordered.v1"

    measure_id: Id
    measures: Annotated[Sequence[ProtectionMeasureOrderedV1Measures], Items(0, 32)]
    victim_id: Id
    case_id: Id | None = None
    requested_as: Id | None = None
    valid_to: Day | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProtectionMeasureRequestedV1(EventData):
    """measure requested; court, prosecutor or police must answer

    Published when it has happened, as soon as it is known.
    By: police, prosecutor, child_protection, border, immigration, hotline, shelter, health, labour_inspection,
    consular, legal_aid, education.

    Basis: Law on Protection of Witnesses and Victims 2013; project decision.
    """

    TYPE: ClassVar[str] = "mn.tamga.protection.protection_measure_requested.v1"

    measure_id: Id
    measures: Annotated[Sequence[ProtectionMeasureOrderedV1Measures], Items(0, 32)]
    victim_id: Id
    case_id: Id | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedByAuthorityV1(EventData):
    """repatriation over: responsibility is the receiver's

    Published when it has happened, as soon as it is known.
    By: child_protection, consular, shelter.

    Basis: project decision.
    """

    TYPE: ClassVar[str] = "mn.tamga.protection.received_by_authority.v1"

    country: Country
    received_on: Day
    receiver_kind: ReceiverKind
    repatriation_id: Id
    victim_id: Id
    case_id: Id | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RepatriationCompletedV1(EventData):
    """the child has arrived; waits for the receiving authority

    Published when it has happened, as soon as it is known.
    By: consular, shelter, border, child_protection, immigration.

    Basis: MN consular fund; MGEC repatriation.
    """

    TYPE: ClassVar[str] = "mn.tamga.protection.repatriation_completed.v1"

    arrived_on: Day
    from_country: Country
    repatriation_id: Id
    risk_assessed: bool
    to_country: Country
    victim_id: Id
    case_id: Id | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RepatriationPlannedV1(EventData):
    """planned; a later determination replaces it

    Published when it is decided, ordered, accepted or asked for: nothing has happened until it is admitted.
    By: consular, child_protection, shelter, immigration.

    Basis: MN consular fund, law 5.1.2; TIP law art. 11; project decision.
    """

    TYPE: ClassVar[str] = "mn.tamga.protection.repatriation_planned.v1"

    escort: bool
    from_country: Country
    planned_for: Month
    repatriation_id: Id
    to_country: Country
    victim_id: Id
    case_id: Id | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RepeatInterviewAuthorizedV1(EventData):
    """one more occasion for this purpose, used up by the next

    Published when it is decided, ordered, accepted or asked for: nothing has happened until it is admitted.
    By: prosecutor.

    Basis: Barnahus: extra interviews decided by the prosecutor; project decision.
    """

    TYPE: ClassVar[str] = "mn.tamga.protection.repeat_interview_authorized.v1"

    purpose: AccountTakenV1Purpose
    reason: RepeatInterviewAuthorizedV1Reason
    victim_id: Id
    case_id: Id | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnInterviewHeldV1(EventData):
    """closes the duty; not an interview about the events and not counted as one

    Published when it has happened, as soon as it is known.
    By: child_protection, shelter, legal_aid, health, education.

    Basis: project decision.
    """

    TYPE: ClassVar[str] = "mn.tamga.protection.return_interview_held.v1"

    exploited_while_missing: ExploitedWhileMissing
    missing_id: Id
    reasons: Annotated[Sequence[Reasons], Items(0, 32)]
    victim_id: Id
    case_id: Id | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskAssessedV1(EventData):
    """risk level; review deadline by level; a determination of best interests made before a high risk is to be
    reviewed

    Published when it has happened, as soon as it is known.
    By: child_protection, shelter, hotline, health, police, education, consular.

    Basis: Primero lookup-risk-level; 3h/1h assign timers.
    """

    TYPE: ClassVar[str] = "mn.tamga.protection.risk_assessed.v1"

    factors: Annotated[Sequence[Factors], Items(0, 32)]
    risk_level: RiskLevel
    victim_id: Id
    case_id: Id | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceDeliveredV1(EventData):
    """counts the service; with or without a care episode

    Published when it has happened, as soon as it is known.
    By: shelter, health, child_protection, legal_aid, education, consular.

    Basis: HTCDS spl_Type; Primero service_type.
    """

    TYPE: ClassVar[str] = "mn.tamga.protection.service_delivered.v1"

    delivered_on: Day
    service_type: ServiceType
    victim_id: Id
    case_id: Id | None = None
    referral_id: Id | None = None
    sessions: Annotated[int, Between(-9007199254740991, 9007199254740991)] | None = None
    """sessions"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShelterAdmittedV1(EventData):
    """care episode open, by readmission too; other agencies see `care provider`

    Published when it has happened, as soon as it is known.
    By: shelter.

    Basis: MN law 9.2-9.3; TIP 2018 barrier; project decision.
    """

    TYPE: ClassVar[str] = "mn.tamga.protection.shelter_admitted.v1"

    bed_type: BedType
    care_episode_id: Id
    readmission: bool
    victim_id: Id
    case_id: Id | None = None
    referral_id: Id | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TherapyStartedV1(EventData):
    """counts a therapy; its sessions are ServiceDelivered

    Published when it has happened, as soon as it is known.
    By: health, shelter, child_protection.

    Basis: Barnahus std 8; project decision.
    """

    TYPE: ClassVar[str] = "mn.tamga.protection.therapy_started.v1"

    kind: TherapyStartedV1Kind
    started_on: Day
    victim_id: Id
    case_id: Id | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreatReportedV1(EventData):
    """risk to be assessed anew; a protection measure can be requested

    Published when it has happened, as soon as it is known.
    By: police, prosecutor, child_protection, border, immigration, hotline, shelter, health, labour_inspection,
    consular, legal_aid, education, court, oversight.

    Basis: Law on Protection of Witnesses and Victims 2013; project decision.
    """

    TYPE: ClassVar[str] = "mn.tamga.protection.threat_reported.v1"

    against: Against
    means: Means
    source: Source
    victim_id: Id
    case_id: Id | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VictimNotifiedOfReleaseV1(EventData):
    """closes the duty that SuspectReleased opened

    Published when it has happened, as soon as it is known.
    By: police, prosecutor, child_protection, legal_aid, court.

    Basis: project decision.
    """

    TYPE: ClassVar[str] = "mn.tamga.protection.victim_notified_of_release.v1"

    by: VictimInformedV1By
    defendant_id: Id
    notified_at: Instant
    victim_id: Id
    case_id: Id | None = None


AccountTaken = AccountTakenV1
"""The newest version."""
BestInterestsAssessed = BestInterestsAssessedV1
"""The newest version."""
BestInterestsDetermined = BestInterestsDeterminedV1
"""The newest version."""
CareEpisodeClosed = CareEpisodeClosedV1
"""The newest version."""
CarePlanAgreed = CarePlanAgreedV1
"""The newest version."""
ChildDied = ChildDiedV1
"""The newest version."""
ChildLocated = ChildLocatedV1
"""The newest version."""
ChildPlaced = ChildPlacedV1
"""The newest version."""
ChildReportedMissing = ChildReportedMissingV1
"""The newest version."""
FamilyAssessed = FamilyAssessedV1
"""The newest version."""
FamilyTraced = FamilyTracedV1
"""The newest version."""
FollowUpRecorded = FollowUpRecordedV1
"""The newest version."""
ForensicInterviewConducted = ForensicInterviewConductedV1
"""The newest version."""
GuardianAppointed = GuardianAppointedV1
"""The newest version."""
GuardianImplicated = GuardianImplicatedV1
"""The newest version."""
InterpreterAssigned = InterpreterAssignedV1
"""The newest version."""
InterviewScheduled = InterviewScheduledV1
"""The newest version."""
MedicalExaminationConducted = MedicalExaminationConductedV1
"""The newest version."""
ProtectionMeasureBreached = ProtectionMeasureBreachedV1
"""The newest version."""
ProtectionMeasureEnded = ProtectionMeasureEndedV1
"""The newest version."""
ProtectionMeasureOrdered = ProtectionMeasureOrderedV1
"""The newest version."""
ProtectionMeasureRequested = ProtectionMeasureRequestedV1
"""The newest version."""
ReceivedByAuthority = ReceivedByAuthorityV1
"""The newest version."""
RepatriationCompleted = RepatriationCompletedV1
"""The newest version."""
RepatriationPlanned = RepatriationPlannedV1
"""The newest version."""
RepeatInterviewAuthorized = RepeatInterviewAuthorizedV1
"""The newest version."""
ReturnInterviewHeld = ReturnInterviewHeldV1
"""The newest version."""
RiskAssessed = RiskAssessedV1
"""The newest version."""
ServiceDelivered = ServiceDeliveredV1
"""The newest version."""
ShelterAdmitted = ShelterAdmittedV1
"""The newest version."""
TherapyStarted = TherapyStartedV1
"""The newest version."""
ThreatReported = ThreatReportedV1
"""The newest version."""
VictimNotifiedOfRelease = VictimNotifiedOfReleaseV1
"""The newest version."""
