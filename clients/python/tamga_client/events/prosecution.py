"""What an agency says of the stage `prosecution`.

Written by `tools/client_types.py` from the published JSON Schemas.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar

from tamga_client.events.codes import (
    Additional,
    AppealDecidedV1Result,
    CaseFileRefusedV1Reason,
    CaseReturnedForInvestigationV1Reason,
    ChargeDecidedV1Decision,
    ChargeDecidedV1Reason,
    Compartments,
    ComplaintDecidedV1Decision,
    DataSubjectRequestReceivedV1By,
    HearingHeldV1Measures,
    HearingType,
    Instance,
    Results,
    VictimInformedV1By,
)
from tamga_client.values import AgencyId, Article, Between, Day, EventData, ExhibitNumber, Id, Items


@dataclass(frozen=True, slots=True, kw_only=True)
class AppealDecidedV1(EventData):
    """upheld, amended, quashed, remitted or withdrawn; the next period runs, or the case is before the first court
    again

    Published when it is decided, ordered, accepted or asked for: nothing has happened until it is admitted.
    By: court.

    Basis: project decision.
    """

    TYPE: ClassVar[str] = "mn.tamga.prosecution.appeal_decided.v1"

    appeal_id: Id
    decided_on: Day
    defendant_id: Id
    instance: Instance
    result: AppealDecidedV1Result
    articles: Annotated[Sequence[Article], Items(0, 32)] | None = None
    case_id: Id | None = None
    charges: Annotated[Sequence[Id], Items(0, 32)] | None = None
    results: Annotated[Sequence[Results], Items(0, 32)] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AppealFiledV1(EventData):
    """registered by the court; not final; against a final judgment only on new circumstances

    Published when it is decided, ordered, accepted or asked for: nothing has happened until it is admitted.
    By: court.

    Basis: project decision.
    """

    TYPE: ClassVar[str] = "mn.tamga.prosecution.appeal_filed.v1"

    appeal_id: Id
    by: DataSubjectRequestReceivedV1By
    defendant_id: Id
    filed_on: Day
    instance: Instance
    case_id: Id | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFileReceivedV1(EventData):
    """file with prosecutor; decision falls due

    Published when it is decided, ordered, accepted or asked for: nothing has happened until it is admitted.
    By: prosecutor.

    Basis: two-phase hand-over.
    """

    TYPE: ClassVar[str] = "mn.tamga.prosecution.case_file_received.v1"

    exhibits: Annotated[Sequence[ExhibitNumber], Items(0, 32)]
    investigation_id: Id
    received_on: Day
    case_id: Id | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFileRefusedV1(EventData):
    """investigation open again, with the sender

    Published when it is decided, ordered, accepted or asked for: nothing has happened until it is admitted.
    By: prosecutor.

    Basis: project decision.
    """

    TYPE: ClassVar[str] = "mn.tamga.prosecution.case_file_refused.v1"

    investigation_id: Id
    reason: CaseFileRefusedV1Reason
    case_id: Id | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseReturnedForInvestigationV1(EventData):
    """investigation open again; charges rest

    Published when it is decided, ordered, accepted or asked for: nothing has happened until it is admitted.
    By: prosecutor, court.

    Basis: project decision.
    """

    TYPE: ClassVar[str] = "mn.tamga.prosecution.case_returned_for_investigation.v1"

    investigation_id: Id
    questions: Annotated[int, Between(-9007199254740991, 9007199254740991)]
    """questions that the investigation has to answer"""
    reason: CaseReturnedForInvestigationV1Reason
    case_id: Id | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargeDecidedV1(EventData):
    """per defendant and charge: accuse, decline or return; declining never changes the victim's status

    Published when it is decided, ordered, accepted or asked for: nothing has happened until it is admitted.
    By: prosecutor.

    Basis: TVPA: prosecutions; PMT declinations; project decision.
    """

    TYPE: ClassVar[str] = "mn.tamga.prosecution.charge_decided.v1"

    articles: Annotated[Sequence[Article], Items(0, 32)]
    charge_id: Id
    decision: ChargeDecidedV1Decision
    defendant_id: Id
    reason: ChargeDecidedV1Reason
    case_id: Id | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ComplaintDecidedV1(EventData):
    """upheld: the decision complained of no longer stands and its maker must decide anew

    Published when it is decided, ordered, accepted or asked for: nothing has happened until it is admitted.
    By: prosecutor, court, oversight.

    Basis: project decision.
    """

    TYPE: ClassVar[str] = "mn.tamga.prosecution.complaint_decided.v1"

    complaint_id: Id
    decision: ComplaintDecidedV1Decision
    case_id: Id | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ComplaintFiledV1(EventData):
    """complaint open against that decision, police inaction included

    Published when it has happened, as soon as it is known.
    By: legal_aid, child_protection, shelter, court, prosecutor, oversight.

    Basis: project decision.
    """

    TYPE: ClassVar[str] = "mn.tamga.prosecution.complaint_filed.v1"

    by: DataSubjectRequestReceivedV1By
    complaint_id: Id
    filed_on: Day
    of: Id
    case_id: Id | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DisclosureToDefenceMadeV1(EventData):
    """what the defence has; never location, medical or family compartments

    Published when it has happened, as soon as it is known.
    By: prosecutor, court.

    Basis: project decision.
    """

    TYPE: ClassVar[str] = "mn.tamga.prosecution.disclosure_to_defence_made.v1"

    compartments: Annotated[Sequence[Compartments], Items(0, 32)]
    defendant_id: Id
    case_id: Id | None = None
    events: Annotated[Sequence[Id], Items(0, 32)] | None = None
    exhibits: Annotated[Sequence[ExhibitNumber], Items(0, 32)] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DismissalNotifiedV1(EventData):
    """the victim, or her representative, knows and can complain

    Published when it has happened, as soon as it is known.
    By: prosecutor, police, court, legal_aid.

    Basis: project decision.
    """

    TYPE: ClassVar[str] = "mn.tamga.prosecution.dismissal_notified.v1"

    by: VictimInformedV1By
    notified_on: Day
    of: Id
    victim_id: Id
    case_id: Id | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HearingHeldV1(EventData):
    """held or adjourned; interview_count+1 for each child that testified

    Published when it has happened, as soon as it is known.
    By: court.

    Basis: Barnahus; project decision.
    """

    TYPE: ClassVar[str] = "mn.tamga.prosecution.hearing_held.v1"

    adjourned: bool
    defendants: Annotated[Sequence[Id], Items(0, 32)]
    hearing_id: Id
    hearing_type: HearingType
    held_on: Day
    interpreter: bool
    case_id: Id | None = None
    children_testified: Annotated[Sequence[Id], Items(0, 32)] | None = None
    measures: Annotated[Sequence[HearingHeldV1Measures], Items(0, 32)] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HearingScheduledV1(EventData):
    """scheduled; special measures fall due when a child is a witness

    Published when it is decided, ordered, accepted or asked for: nothing has happened until it is admitted.
    By: court.

    Basis: project decision.
    """

    TYPE: ClassVar[str] = "mn.tamga.prosecution.hearing_scheduled.v1"

    defendants: Annotated[Sequence[Id], Items(0, 32)]
    hearing_id: Id
    hearing_type: HearingType
    on: Day
    case_id: Id | None = None
    witnesses: Annotated[Sequence[Id], Items(0, 32)] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class IndictmentFiledV1(EventData):
    """before the court; prosecution counted per person

    Published when it is decided, ordered, accepted or asked for: nothing has happened until it is admitted.
    By: prosecutor.

    Basis: TIP; project decision.
    """

    TYPE: ClassVar[str] = "mn.tamga.prosecution.indictment_filed.v1"

    articles: Annotated[Sequence[Article], Items(0, 32)]
    charge_id: Annotated[Sequence[Id], Items(1, 32)]
    defendant_id: Id
    filed_on: Day
    to_agency: AgencyId
    case_id: Id | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgmentBecameFinalV1(EventData):
    """final; sentence, restitution and disposal of exhibits follow

    Published when it is decided, ordered, accepted or asked for: nothing has happened until it is admitted.
    By: court.

    Basis: project decision.
    """

    TYPE: ClassVar[str] = "mn.tamga.prosecution.judgment_became_final.v1"

    defendant_id: Id
    final_on: Day
    case_id: Id | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SentenceImposedV1(EventData):
    """sentence stands subject to appeal

    Published when it is decided, ordered, accepted or asked for: nothing has happened until it is admitted.
    By: court.

    Basis: TIP sentences; >=1 year test.
    """

    TYPE: ClassVar[str] = "mn.tamga.prosecution.sentence_imposed.v1"

    defendant_id: Id
    fine_mnt: Annotated[int, Between(-9007199254740991, 9007199254740991)]
    """whole tögrög (MNT)"""
    months_imprisonment: Annotated[int, Between(-9007199254740991, 9007199254740991)]
    """months"""
    suspended: bool
    additional: Annotated[Sequence[Additional], Items(0, 32)] | None = None
    case_id: Id | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SpecialMeasuresOrderedV1(EventData):
    """measures for that child at that hearing, before it

    Published when it is decided, ordered, accepted or asked for: nothing has happened until it is admitted.
    By: court.

    Basis: Barnahus std 6; project decision.
    """

    TYPE: ClassVar[str] = "mn.tamga.prosecution.special_measures_ordered.v1"

    hearing_id: Id
    measures: Annotated[Sequence[HearingHeldV1Measures], Items(0, 32)]
    victim_id: Id
    case_id: Id | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VerdictRenderedV1(EventData):
    """per charge: convicted, acquitted, dismissed, reclassified; conviction counted per person; the victim's status is
    unchanged

    Published when it is decided, ordered, accepted or asked for: nothing has happened until it is admitted.
    By: court.

    Basis: TIP.
    """

    TYPE: ClassVar[str] = "mn.tamga.prosecution.verdict_rendered.v1"

    articles: Annotated[Sequence[Article], Items(0, 32)]
    charge_id: Annotated[Sequence[Id], Items(1, 32)]
    defendant_id: Id
    instance: Instance
    rendered_on: Day
    results: Annotated[Sequence[Results], Items(0, 32)]
    case_id: Id | None = None


AppealDecided = AppealDecidedV1
"""The newest version."""
AppealFiled = AppealFiledV1
"""The newest version."""
CaseFileReceived = CaseFileReceivedV1
"""The newest version."""
CaseFileRefused = CaseFileRefusedV1
"""The newest version."""
CaseReturnedForInvestigation = CaseReturnedForInvestigationV1
"""The newest version."""
ChargeDecided = ChargeDecidedV1
"""The newest version."""
ComplaintDecided = ComplaintDecidedV1
"""The newest version."""
ComplaintFiled = ComplaintFiledV1
"""The newest version."""
DisclosureToDefenceMade = DisclosureToDefenceMadeV1
"""The newest version."""
DismissalNotified = DismissalNotifiedV1
"""The newest version."""
HearingHeld = HearingHeldV1
"""The newest version."""
HearingScheduled = HearingScheduledV1
"""The newest version."""
IndictmentFiled = IndictmentFiledV1
"""The newest version."""
JudgmentBecameFinal = JudgmentBecameFinalV1
"""The newest version."""
SentenceImposed = SentenceImposedV1
"""The newest version."""
SpecialMeasuresOrdered = SpecialMeasuresOrderedV1
"""The newest version."""
VerdictRendered = VerdictRenderedV1
"""The newest version."""
