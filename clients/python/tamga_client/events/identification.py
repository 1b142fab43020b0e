"""What an agency says of the stage `identification`.

Written by `tools/client_types.py` from the published JSON Schemas.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar

from tamga_client.events.codes import (
    AgeAssessedV1Method,
    AgeAssessedV1Result,
    AgeAssessmentChallengedV1Ground,
    AgeBand,
    Aimag,
    ApparentAgeBand,
    ChildDetainedV1Ground,
    CitizenshipGroup,
    ConclusiveGroundsDecidedV1Decision,
    DecidedBy,
    ExploitationTypes,
    IndicatorCodes,
    Link,
    MethodsOfControl,
    NonPunishmentDecidedV1Reason,
    OffenceKind,
    PenaltyKind,
    ReasonableGroundsDecidedV1Decision,
    RecoveryPeriodExtendedV1Reason,
    ReleasedTo,
    ReportChannel,
    ReporterRole,
    ScreenerRole,
    ScreeningCompletedV1Result,
    ScreeningTool,
    Sex,
    TraffickingStatus,
)
from tamga_client.values import AgencyId, Article, Day, EventData, Form, Id, Instant, Items, Month, Pseudonym


@dataclass(frozen=True, slots=True, kw_only=True)
class AgeAssessedV1(EventData):
    """age_status; unknown, or a margin that reaches below 18, is a child's; while a challenge is open the person is a
    child

    Published when it is decided, ordered, accepted or asked for: nothing has happened until it is admitted.
    By: child_protection, health.

    Basis: UK NRM 'not-sure' => treated as child; project decision.
    """

    TYPE: ClassVar[str] = "mn.tamga.identification.age_assessed.v1"

    age_band: AgeBand
    method: AgeAssessedV1Method
    panel_agencies: Annotated[Sequence[AgencyId], Items(0, 32)]
    result: AgeAssessedV1Result
    victim_id: Id
    case_id: Id | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AgeAssessmentChallengedV1(EventData):
    """age disputed: a child until the next AgeAssessed by another panel

    Published when it has happened, as soon as it is known.
    By: child_protection, shelter, legal_aid, health, consular, oversight.

    Basis: project decision: panel, margin, challenge.
    """

    TYPE: ClassVar[str] = "mn.tamga.identification.age_assessment_challenged.v1"

    ground: AgeAssessmentChallengedV1Ground
    of: Id
    victim_id: Id
    case_id: Id | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildDetainedV1(EventData):
    """raises the non-punishment flag by itself; on child protection's desk at once

    Published when it has happened, as soon as it is known.
    By: police, border, immigration, court, prosecutor, child_protection, shelter, legal_aid, consular, oversight.

    Basis: TIP 2019, 2021; project decision.
    """

    TYPE: ClassVar[str] = "mn.tamga.identification.child_detained.v1"

    detained_by: AgencyId
    detention_id: Id
    flag_id: Id
    ground: ChildDetainedV1Ground
    since: Instant
    victim_id: Id
    case_id: Id | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildReleasedV1(EventData):
    """detention over; the flag stays until answered

    Published when it has happened, as soon as it is known.
    By: police, border, immigration, court, prosecutor, child_protection, shelter, legal_aid, consular, oversight.

    Basis: project decision: every state can be left.
    """

    TYPE: ClassVar[str] = "mn.tamga.identification.child_released.v1"

    detention_id: Id
    released_at: Instant
    released_to: ReleasedTo
    victim_id: Id
    case_id: Id | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConclusiveGroundsDecidedV1(EventData):
    """ActualVictimOfTrafficking or NotAVictimOfTrafficking; services do not stop by themselves; no charge, dismissal
    or acquittal changes it

    Published when it is decided, ordered, accepted or asked for: nothing has happened until it is admitted.
    By: child_protection, mdtf.

    Basis: HTCDS; UK NRM; project decision.
    """

    TYPE: ClassVar[str] = "mn.tamga.identification.conclusive_grounds_decided.v1"

    decided_by: DecidedBy
    decided_on: Day
    decision: ConclusiveGroundsDecidedV1Decision
    panel_agencies: Annotated[Sequence[AgencyId], Items(0, 32)]
    panel_members: Annotated[Sequence[Pseudonym], Items(0, 32)]
    victim_id: Id
    case_id: Id | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class IndicatorReportedV1(EventData):
    """Earlier version, read as mn.tamga.identification.indicator_reported.v2: one report can accuse officials of two
    agencies, and v1 named one: the other could read the case until a second report

    Published when it has happened, as soon as it is known.
    By: police, prosecutor, child_protection, border, immigration, hotline, shelter, health, labour_inspection,
    consular, legal_aid, education.

    Basis: UK NRM form modern-slavery-indicators; Mongolia hotline 108; project decision.
    """

    TYPE: ClassVar[str] = "mn.tamga.identification.indicator_reported.v1"

    aimag: Aimag
    indicator_codes: Annotated[Sequence[IndicatorCodes], Items(0, 32)]
    report_channel: ReportChannel
    reporter_role: ReporterRole
    victim_id: Id
    accused_agency: AgencyId | None = None
    age_band: AgeBand | None = None
    case_id: Id | None = None
    occurred_month: Month | None = None
    sex: Sex | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class IndicatorReportedV2(EventData):
    """opens the case when there is none and reopens a closed one; status=indicated; sets the care lead as case.Opened
    does; later reports add. With `accused_agencies` the case is restricted at once: prosecutor and child
    protection, never an agency named there

    Published when it has happened, as soon as it is known.
    By: police, prosecutor, child_protection, border, immigration, hotline, shelter, health, labour_inspection,
    consular, legal_aid, education.

    Basis: UK NRM form modern-slavery-indicators; Mongolia hotline 108; project decision.
    """

    TYPE: ClassVar[str] = "mn.tamga.identification.indicator_reported.v2"

    aimag: Aimag
    indicator_codes: Annotated[Sequence[IndicatorCodes], Items(0, 32)]
    report_channel: ReportChannel
    reporter_role: ReporterRole
    victim_id: Id
    accused_agencies: Annotated[Sequence[AgencyId], Items(0, 32)] | None = None
    age_band: AgeBand | None = None
    case_id: Id | None = None
    occurred_month: Month | None = None
    sex: Sex | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NonPunishmentDecidedV1(EventData):
    """closes the flag; applied: detention ends, penalties of the victim named in the flag are quashed; not applied: a
    stay ends, ComplaintFiled and a new flag stay possible

    Published when it is decided, ordered, accepted or asked for: nothing has happened until it is admitted.
    By: prosecutor.

    Basis: MN law 4.1.3.
    """

    TYPE: ClassVar[str] = "mn.tamga.identification.non_punishment_decided.v1"

    applied: bool
    flag_id: Id
    reason: NonPunishmentDecidedV1Reason
    victim_id: Id
    case_id: Id | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NonPunishmentFlagRaisedV1(EventData):
    """flag open; the prosecutor must answer with NonPunishmentDecided; at any status

    Published when it has happened, as soon as it is known.
    By: police, prosecutor, child_protection, border, immigration, hotline, shelter, health, labour_inspection,
    consular, legal_aid, education, forensic, court, oversight.

    Basis: MN law 4.1.3; TIP: police penalised child victims; project decision.
    """

    TYPE: ClassVar[str] = "mn.tamga.identification.non_punishment_flag_raised.v1"

    flag_id: Id
    link: Link
    offence_kind: OffenceKind
    victim_id: Id
    case_id: Id | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PenaltyImposedV1(EventData):
    """raises the non-punishment flag by itself; deportation and entry bans included

    Published when it has happened, as soon as it is known.
    By: police, court, immigration, border, prosecutor, child_protection, shelter, legal_aid, oversight.

    Basis: MN law 4.1.3; Law on Petty Offenses; project decision.
    """

    TYPE: ClassVar[str] = "mn.tamga.identification.penalty_imposed.v1"

    flag_id: Id
    imposed_by: AgencyId
    imposed_on: Day
    penalty_id: Id
    penalty_kind: PenaltyKind
    victim_id: Id
    article: Article | None = None
    case_id: Id | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PenaltyStayedV1(EventData):
    """the penalty rests until the flag is answered: applied quashes it, not applied lets it run again

    Published when it is decided, ordered, accepted or asked for: nothing has happened until it is admitted.
    By: prosecutor, court.

    Basis: MN law 4.1.3; project decision.
    """

    TYPE: ClassVar[str] = "mn.tamga.identification.penalty_stayed.v1"

    penalty_id: Id
    stayed_on: Day
    victim_id: Id
    case_id: Id | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReasonableGroundsDecidedV1(EventData):
    """positive: the entry itself carries identification.RecoveryPeriodOpened; negative: reconsideration right,
    services go on

    Published when it is decided, ordered, accepted or asked for: nothing has happened until it is admitted.
    By: child_protection, mdtf.

    Basis: UK NRM two-stage; project decision.
    """

    TYPE: ClassVar[str] = "mn.tamga.identification.reasonable_grounds_decided.v1"

    decided_on: Day
    decision: ReasonableGroundsDecidedV1Decision
    panel_agencies: Annotated[Sequence[AgencyId], Items(0, 32)]
    panel_members: Annotated[Sequence[Pseudonym], Items(0, 32)]
    victim_id: Id
    case_id: Id | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReconsiderationDecidedV1(EventData):
    """upheld, or replaced: positive opens a recovery period in the same entry and lets a conclusive decision be taken
    anew

    Published when it is decided, ordered, accepted or asked for: nothing has happened until it is admitted.
    By: child_protection, mdtf.

    Basis: project decision.
    """

    TYPE: ClassVar[str] = "mn.tamga.identification.reconsideration_decided.v1"

    decided_on: Day
    decision: ReasonableGroundsDecidedV1Decision
    decision_event_id: Id
    panel_agencies: Annotated[Sequence[AgencyId], Items(0, 32)]
    panel_members: Annotated[Sequence[Pseudonym], Items(0, 32)]
    victim_id: Id
    case_id: Id | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReconsiderationRequestedV1(EventData):
    """status=under_reconsideration; entitlements as presumed

    Published when it is decided, ordered, accepted or asked for: nothing has happened until it is admitted.
    By: child_protection, shelter, legal_aid.

    Basis: UK NRM reviews.
    """

    TYPE: ClassVar[str] = "mn.tamga.identification.reconsideration_requested.v1"

    decision_event_id: Id
    ground: AgeAssessmentChallengedV1Ground
    victim_id: Id
    case_id: Id | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveryPeriodExtendedV1(EventData):
    """the period ends later, never earlier

    Published when it is decided, ordered, accepted or asked for: nothing has happened until it is admitted.
    By: child_protection, shelter.

    Basis: UK NRM.
    """

    TYPE: ClassVar[str] = "mn.tamga.identification.recovery_period_extended.v1"

    ends_on: Day
    reason: RecoveryPeriodExtendedV1Reason
    victim_id: Id
    case_id: Id | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ScreeningCompletedV1(EventData):
    """adds to the child's screenings; repeatable; a result never ends an entitlement; police estimate an age here and
    decide none

    Published when it has happened, as soon as it is known.
    By: police, child_protection, border, immigration, shelter, labour_inspection, hotline, health, consular,
    prosecutor.

    Basis: TIP 2024: no formal written procedures for proactive identification.
    """

    TYPE: ClassVar[str] = "mn.tamga.identification.screening_completed.v1"

    indicator_codes: Annotated[Sequence[IndicatorCodes], Items(0, 32)]
    result: ScreeningCompletedV1Result
    screener_role: ScreenerRole
    screening_tool: ScreeningTool
    sop_version: Annotated[str, Form(r"^[0-9A-Za-z.-]{1,20}$")]
    tool_version: Annotated[str, Form(r"^[0-9A-Za-z.-]{1,20}$")]
    victim_id: Id
    apparent_age_band: ApparentAgeBand | None = None
    case_id: Id | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VictimPresumedV1(EventData):
    """status=presumed (PossibleVictimOfTrafficking); protection entitlements start; never requires screening,
    investigation or cooperation

    Published when it is decided, ordered, accepted or asked for: nothing has happened until it is admitted.
    By: police, prosecutor, child_protection, border, immigration, hotline, shelter, health, labour_inspection,
    consular.

    Basis: HTCDS vic_TraffickingStatus; MN law 3.1.2, 9.2, 9.3.
    """

    TYPE: ClassVar[str] = "mn.tamga.identification.victim_presumed.v1"

    age_band: AgeBand
    citizenship_group: CitizenshipGroup
    exploitation_types: Annotated[Sequence[ExploitationTypes], Items(0, 32)]
    sex: Sex
    trafficking_status: TraffickingStatus
    victim_id: Id
    case_id: Id | None = None
    methods_of_control: Annotated[Sequence[MethodsOfControl], Items(0, 32)] | None = None


AgeAssessed = AgeAssessedV1
"""The newest version."""
AgeAssessmentChallenged = AgeAssessmentChallengedV1
"""The newest version."""
ChildDetained = ChildDetainedV1
"""The newest version."""
ChildReleased = ChildReleasedV1
"""The newest version."""
ConclusiveGroundsDecided = ConclusiveGroundsDecidedV1
"""The newest version."""
IndicatorReported = IndicatorReportedV2
"""The newest version."""
NonPunishmentDecided = NonPunishmentDecidedV1
"""The newest version."""
NonPunishmentFlagRaised = NonPunishmentFlagRaisedV1
"""The newest version."""
PenaltyImposed = PenaltyImposedV1
"""The newest version."""
PenaltyStayed = PenaltyStayedV1
"""The newest version."""
ReasonableGroundsDecided = ReasonableGroundsDecidedV1
"""The newest version."""
ReconsiderationDecided = ReconsiderationDecidedV1
"""The newest version."""
ReconsiderationRequested = ReconsiderationRequestedV1
"""The newest version."""
RecoveryPeriodExtended = RecoveryPeriodExtendedV1
"""The newest version."""
ScreeningCompleted = ScreeningCompletedV1
"""The newest version."""
VictimPresumed = VictimPresumedV1
"""The newest version."""
