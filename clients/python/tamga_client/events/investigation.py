"""What an agency says of the stage `investigation`.

Written by `tools/client_types.py` from the published JSON Schemas.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar

from tamga_client.events.codes import (
    AuthorizationType,
    ExaminationOrderedV1Kind,
    Instrument,
    InvestigationClosedV1Outcome,
    InvestigationClosedV1Reason,
    JurisdictionAssignedV1Reason,
    Measure,
    MutualAssistanceAnsweredV1Result,
    OffenceReclassifiedV1Reason,
    Proposal,
    RoleInProcess,
    SuspectClearedV1Reason,
    SuspectReleasedV1Ground,
    TraffickingType,
)
from tamga_client.values import (
    AgencyId,
    Article,
    Between,
    Country,
    Day,
    EventData,
    ExhibitNumber,
    Id,
    Instant,
    Items,
    Pseudonym,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorizationIssuedV1(EventData):
    """permits acts within its window; outside it they are breaches

    Published when it is decided, ordered, accepted or asked for: nothing has happened until it is admitted.
    By: prosecutor, court.

    Basis: CASE Authorization.
    """

    TYPE: ClassVar[str] = "mn.tamga.investigation.authorization_issued.v1"

    authorization_id: Id
    authorization_type: AuthorizationType
    investigation_id: Id
    valid_from: Instant
    valid_to: Instant
    case_id: Id | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExaminationOrderedV1(EventData):
    """the lab may examine; the report answers the questions

    Published when it is decided, ordered, accepted or asked for: nothing has happened until it is admitted.
    By: prosecutor, court.

    Basis: ISO 21043-3:2025; project decision.
    """

    TYPE: ClassVar[str] = "mn.tamga.investigation.examination_ordered.v1"

    exhibit_number: Annotated[Sequence[ExhibitNumber], Items(1, 32)]
    kind: ExaminationOrderedV1Kind
    order_id: Id
    question_count: Annotated[int, Between(-9007199254740991, 9007199254740991)]
    """questions put to the examiner"""
    to_agency: AgencyId
    case_id: Id | None = None
    due_at: Instant | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InvestigationClosedV1(EventData):
    """closed; can be reopened; the victim's status is unchanged and she must be told

    Published when it is decided, ordered, accepted or asked for: nothing has happened until it is admitted.
    By: prosecutor.

    Basis: TIP: dismissed cases never reopened; project decision.
    """

    TYPE: ClassVar[str] = "mn.tamga.investigation.investigation_closed.v1"

    investigation_id: Id
    outcome: InvestigationClosedV1Outcome
    reason: InvestigationClosedV1Reason
    case_id: Id | None = None
    proposal_id: Id | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InvestigationOpenedV1(EventData):
    """state=open; article history begins; proceedings lead = the publisher; shelter and status of the victim never
    depend on it

    Published when it is decided, ordered, accepted or asked for: nothing has happened until it is admitted.
    By: police, prosecutor.

    Basis: TVPA: investigations.
    """

    TYPE: ClassVar[str] = "mn.tamga.investigation.investigation_opened.v1"

    articles: Annotated[Sequence[Article], Items(0, 32)]
    investigation_id: Id
    opened_on: Day
    trafficking_type: TraffickingType
    case_id: Id | None = None
    victims: Annotated[Sequence[Id], Items(0, 32)] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InvestigationReopenedV1(EventData):
    """state=open

    Published when it is decided, ordered, accepted or asked for: nothing has happened until it is admitted.
    By: prosecutor.

    Basis: TIP: cases dropped in 2017 never reopened.
    """

    TYPE: ClassVar[str] = "mn.tamga.investigation.investigation_reopened.v1"

    investigation_id: Id
    reason: InvestigationClosedV1Reason
    case_id: Id | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InvestigationSuspendedV1(EventData):
    """suspended; review falls due

    Published when it is decided, ordered, accepted or asked for: nothing has happened until it is admitted.
    By: prosecutor.

    Basis: IACAT dormant alert; project decision.
    """

    TYPE: ClassVar[str] = "mn.tamga.investigation.investigation_suspended.v1"

    investigation_id: Id
    reason: InvestigationClosedV1Reason
    review_on: Day
    case_id: Id | None = None
    proposal_id: Id | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InvestigationTransferredToProsecutorV1(EventData):
    """handed over; with the prosecutor only when received

    Published when it is decided, ordered, accepted or asked for: nothing has happened until it is admitted.
    By: police, prosecutor.

    Basis: two-phase hand-over.
    """

    TYPE: ClassVar[str] = "mn.tamga.investigation.investigation_transferred_to_prosecutor.v1"

    articles: Annotated[Sequence[Article], Items(0, 32)]
    exhibits: Annotated[Sequence[ExhibitNumber], Items(0, 32)]
    investigation_id: Id
    pages: Annotated[int, Between(-9007199254740991, 9007199254740991)]
    """pages"""
    to_agency: AgencyId
    case_id: Id | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class JurisdictionAssignedV1(EventData):
    """who investigates; never the accused official's own unit

    Published when it is decided, ordered, accepted or asked for: nothing has happened until it is admitted.
    By: prosecutor.

    Basis: project decision.
    """

    TYPE: ClassVar[str] = "mn.tamga.investigation.jurisdiction_assigned.v1"

    investigation_id: Id
    reason: JurisdictionAssignedV1Reason
    to_agency: AgencyId
    case_id: Id | None = None
    proposal_id: Id | None = None
    to_unit: Pseudonym | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MutualAssistanceAnsweredV1(EventData):
    """request answered; what came with it is collected as exhibits

    Published when it has happened, as soon as it is known.
    By: prosecutor.

    Basis: project decision.
    """

    TYPE: ClassVar[str] = "mn.tamga.investigation.mutual_assistance_answered.v1"

    answered_on: Day
    assistance_id: Id
    investigation_id: Id
    result: MutualAssistanceAnsweredV1Result
    case_id: Id | None = None
    exhibits: Annotated[Sequence[ExhibitNumber], Items(0, 32)] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MutualAssistanceRequestedV1(EventData):
    """request open

    Published when it is decided, ordered, accepted or asked for: nothing has happened until it is admitted.
    By: prosecutor, police.

    Basis: TIP: destination-country partnership.
    """

    TYPE: ClassVar[str] = "mn.tamga.investigation.mutual_assistance_requested.v1"

    assistance_id: Id
    country: Country
    instrument: Instrument
    investigation_id: Id
    requested_on: Day
    case_id: Id | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OffenceReclassifiedV1(EventData):
    """article history per defendant: lesser-charge drift is visible

    Published when it is decided, ordered, accepted or asked for: nothing has happened until it is admitted.
    By: prosecutor.

    Basis: TIP: prosecutions under lesser charges.
    """

    TYPE: ClassVar[str] = "mn.tamga.investigation.offence_reclassified.v1"

    from_articles: Annotated[Sequence[Article], Items(0, 32)]
    investigation_id: Id
    reason: OffenceReclassifiedV1Reason
    to_articles: Annotated[Sequence[Article], Items(0, 32)]
    case_id: Id | None = None
    defendant_id: Id | None = None
    proposal_id: Id | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PreventiveMeasureOrderedV1(EventData):
    """in force until SuspectReleased, its end or the judgment

    Published when it is decided, ordered, accepted or asked for: nothing has happened until it is admitted.
    By: court, prosecutor.

    Basis: project decision.
    """

    TYPE: ClassVar[str] = "mn.tamga.investigation.preventive_measure_ordered.v1"

    defendant_id: Id
    measure: Measure
    case_id: Id | None = None
    valid_to: Day | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProceedingsJoinedV1(EventData):
    """proceedings move together, history stays where it is; stands when both halves stand

    Published when it is decided, ordered, accepted or asked for: nothing has happened until it is admitted.
    By: prosecutor, court.

    Basis: project decision.
    """

    TYPE: ClassVar[str] = "mn.tamga.investigation.proceedings_joined.v1"

    investigation_id: Id
    leading: bool
    other_case: Id
    other_investigation: Id
    case_id: Id | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProceedingsSeveredV1(EventData):
    """the named defendants' proceedings go on apart

    Published when it is decided, ordered, accepted or asked for: nothing has happened until it is admitted.
    By: prosecutor, court.

    Basis: project decision.
    """

    TYPE: ClassVar[str] = "mn.tamga.investigation.proceedings_severed.v1"

    defendants: Annotated[Sequence[Id], Items(0, 32)]
    investigation_id: Id
    other_case: Id
    other_investigation: Id
    case_id: Id | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalMadeV1(EventData):
    """the prosecutor decides: by InvestigationClosed, InvestigationSuspended, OffenceReclassified or
    JurisdictionAssigned, or by ledger.ApprovalRefused

    Published when it has happened, as soon as it is known.
    By: police.

    Basis: project decision: police propose, the prosecutor decides.
    """

    TYPE: ClassVar[str] = "mn.tamga.investigation.proposal_made.v1"

    investigation_id: Id
    proposal: Proposal
    proposal_id: Id
    reason: InvestigationClosedV1Reason
    articles: Annotated[Sequence[Article], Items(0, 32)] | None = None
    case_id: Id | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SuspectArrestedV1(EventData):
    """detained; detention clock

    Published when it has happened, as soon as it is known.
    By: police, border.

    Basis: PMT arrests.
    """

    TYPE: ClassVar[str] = "mn.tamga.investigation.suspect_arrested.v1"

    arrested_at: Instant
    defendant_id: Id
    urgent: bool
    authorization_id: Id | None = None
    case_id: Id | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SuspectClearedV1(EventData):
    """no suspicion; the victim's status is unchanged; SuspectIdentified may follow anew

    Published when it is decided, ordered, accepted or asked for: nothing has happened until it is admitted.
    By: prosecutor.

    Basis: project decision.
    """

    TYPE: ClassVar[str] = "mn.tamga.investigation.suspect_cleared.v1"

    defendant_id: Id
    reason: SuspectClearedV1Reason
    case_id: Id | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SuspectIdentifiedV1(EventData):
    """one id from suspect to judgment; with official_complicity the case is restricted and leaves the accused agency's
    hands

    Published when it has happened, as soon as it is known.
    By: police, prosecutor.

    Basis: HTCDS per_RoleInProcess; TIP complicity; project decision.
    """

    TYPE: ClassVar[str] = "mn.tamga.investigation.suspect_identified.v1"

    defendant_id: Id
    investigation_id: Id
    official_complicity: bool
    role_in_process: Annotated[Sequence[RoleInProcess], Items(0, 32)]
    accused_agency: AgencyId | None = None
    case_id: Id | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SuspectReleasedV1(EventData):
    """not detained; the victim must be told

    Published when it has happened, as soon as it is known.
    By: police, prosecutor, court.

    Basis: project decision.
    """

    TYPE: ClassVar[str] = "mn.tamga.investigation.suspect_released.v1"

    defendant_id: Id
    ground: SuspectReleasedV1Ground
    released_at: Instant
    case_id: Id | None = None


AuthorizationIssued = AuthorizationIssuedV1
"""The newest version."""
ExaminationOrdered = ExaminationOrderedV1
"""The newest version."""
InvestigationClosed = InvestigationClosedV1
"""The newest version."""
InvestigationOpened = InvestigationOpenedV1
"""The newest version."""
InvestigationReopened = InvestigationReopenedV1
"""The newest version."""
InvestigationSuspended = InvestigationSuspendedV1
"""The newest version."""
InvestigationTransferredToProsecutor = InvestigationTransferredToProsecutorV1
"""The newest version."""
JurisdictionAssigned = JurisdictionAssignedV1
"""The newest version."""
MutualAssistanceAnswered = MutualAssistanceAnsweredV1
"""The newest version."""
MutualAssistanceRequested = MutualAssistanceRequestedV1
"""The newest version."""
OffenceReclassified = OffenceReclassifiedV1
"""The newest version."""
PreventiveMeasureOrdered = PreventiveMeasureOrderedV1
"""The newest version."""
ProceedingsJoined = ProceedingsJoinedV1
"""The newest version."""
ProceedingsSevered = ProceedingsSeveredV1
"""The newest version."""
ProposalMade = ProposalMadeV1
"""The newest version."""
SuspectArrested = SuspectArrestedV1
"""The newest version."""
SuspectCleared = SuspectClearedV1
"""The newest version."""
SuspectIdentified = SuspectIdentifiedV1
"""The newest version."""
SuspectReleased = SuspectReleasedV1
"""The newest version."""
