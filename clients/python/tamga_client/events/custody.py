"""What an agency says of the stage `custody`.

Written by `tools/client_types.py` from the published JSON Schemas.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar

from tamga_client.events.codes import (
    Aimag,
    Authority,
    BreakCode,
    ByRole,
    Change,
    CustodyReceivedV1Conditions,
    CustodyRefusedV1Reason,
    CustodyReleasedV1Purpose,
    Derivation,
    DerivedExhibitCreatedV1Method,
    Disposition,
    Exception,
    ExhibitAccessedV1Purpose,
    ExhibitAdmissionDecidedV1Reason,
    ExhibitExaminedV1Method,
    ExhibitFoundV1Condition,
    ExhibitKind,
    ExhibitStoredV1Conditions,
    ExhibitUnsealedV1Reason,
    ExplanationKind,
    HoldLiftedV1Reason,
    IntegrityReason,
    LabReportIssuedV1Kind,
    Leg,
    RecipientKind,
    SealChecks,
    Store,
    Tool,
    TransferWithdrawnV1Reason,
    Transport,
    WitnessRole,
)
from tamga_client.values import (
    AgencyId,
    Between,
    Day,
    Digest,
    EventData,
    ExhibitNumber,
    Form,
    Id,
    Instant,
    Items,
    Pseudonym,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakExplainedV1(EventData):
    """the explanation stands beside the break with the name of its agency (custodian then or now, or whose act it
    was); the break stands

    Published when it has happened, as soon as it is known.
    By: police, border, immigration, forensic, health, child_protection, consular, shelter, prosecutor, court.

    Basis: project decision.
    """

    TYPE: ClassVar[str] = "mn.tamga.custody.break_explained.v1"

    break_id: Id
    exhibit_number: ExhibitNumber
    explanation_kind: ExplanationKind
    case_id: Id | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CustodyBreakDeclaredV1(EventData):
    """exhibit flagged by a person; never cleared, only explained

    Published when it has happened, as soon as it is known.
    By: police, border, immigration, forensic, health, child_protection, consular, shelter, prosecutor, court,
    oversight, legal_aid.

    Basis: chain breaks; defence and auditors see what detectors do not.
    """

    TYPE: ClassVar[str] = "mn.tamga.custody.custody_break_declared.v1"

    break_code: BreakCode
    break_id: Id
    exhibit_number: ExhibitNumber
    case_id: Id | None = None
    gap_from: Instant | None = None
    gap_to: Instant | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CustodyReceivedV1(EventData):
    """custodian = recipient only now, where a release that names it stands, beside a seal or hash break too; a receipt
    without such a release is a break and a claim, the custodian of record is unchanged until the release follows

    Published when it has happened, as soon as it is known.
    By: police, border, immigration, forensic, health, child_protection, consular, shelter, prosecutor, court.

    Basis: receipt-based hand-off; ISO 21043-2.
    """

    TYPE: ClassVar[str] = "mn.tamga.custody.custody_received.v1"

    conditions: Annotated[Sequence[CustodyReceivedV1Conditions], Items(0, 32)]
    exhibit_number: Annotated[Sequence[ExhibitNumber], Items(1, 32)]
    holder: Pseudonym
    leg: Leg
    received_at: Instant
    seal_checks: Annotated[Sequence[SealChecks], Items(0, 32)]
    transfer_id: Id
    case_id: Id | None = None
    seals: Annotated[Sequence[Annotated[str, Form(r"^[A-Z0-9-]{1,32}$")]], Items(0, 32)] | None = None
    tags: Annotated[Sequence[Annotated[str, Form(r"^([A-Za-z0-9_-]{43}|-)$")]], Items(0, 32)] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CustodyRefusedV1(EventData):
    """return leg open: the sender stays custodian and must acknowledge the return with CustodyReceived

    Published when it has happened, as soon as it is known.
    By: police, border, immigration, forensic, health, child_protection, consular, shelter, prosecutor, court.

    Basis: CASE partial; project decision.
    """

    TYPE: ClassVar[str] = "mn.tamga.custody.custody_refused.v1"

    exhibit_number: Annotated[Sequence[ExhibitNumber], Items(1, 32)]
    reason: CustodyRefusedV1Reason
    transfer_id: Id
    case_id: Id | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CustodyReleasedV1(EventData):
    """one transfer of one or many exhibits; state=in_transit; the custodian is unchanged until receipt

    Published when it has happened, as soon as it is known.
    By: police, border, immigration, forensic, health, child_protection, consular, shelter, prosecutor, court.

    Basis: NIST definition (CNSSI 4009); released-by forms; project decision.
    """

    TYPE: ClassVar[str] = "mn.tamga.custody.custody_released.v1"

    authority: Authority
    exhibit_number: Annotated[Sequence[ExhibitNumber], Items(1, 32)]
    purpose: CustodyReleasedV1Purpose
    released_at: Instant
    to_agency: AgencyId
    to_holder: Pseudonym
    transfer_id: Id
    transport: Transport
    case_id: Id | None = None
    integrity_reason: IntegrityReason | None = None
    seals: Annotated[Sequence[Annotated[str, Form(r"^[A-Z0-9-]{1,32}$")]], Items(0, 32)] | None = None
    tags: Annotated[Sequence[Annotated[str, Form(r"^([A-Za-z0-9_-]{43}|-)$")]], Items(0, 32)] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DerivedExhibitCreatedV1(EventData):
    """new exhibit, acquired or divided, wasDerivedFrom its parent; custodian = publisher

    Published when it has happened, as soon as it is known.
    By: forensic, police.

    Basis: CASE wasDerivedFrom; project decision.
    """

    TYPE: ClassVar[str] = "mn.tamga.custody.derived_exhibit_created.v1"

    derivation: Derivation
    exhibit_number: ExhibitNumber
    holder: Pseudonym
    method: DerivedExhibitCreatedV1Method
    parent_exhibit: ExhibitNumber
    root_exhibit: ExhibitNumber
    case_id: Id | None = None
    media_tag: Digest | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DispositionOrderedV1(EventData):
    """disposal may follow; a child's own property goes back early, after imaging

    Published when it is decided, ordered, accepted or asked for: nothing has happened until it is admitted.
    By: court, prosecutor.

    Basis: project decision.
    """

    TYPE: ClassVar[str] = "mn.tamga.custody.disposition_ordered.v1"

    after_imaging: bool
    disposition: Disposition
    disposition_order_id: Id
    exhibit_number: Annotated[Sequence[ExhibitNumber], Items(1, 32)]
    recipient_kind: RecipientKind
    case_id: Id | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExhibitAccessedV1(EventData):
    """access log of the exhibit

    Published when it has happened, as soon as it is known.
    By: police, border, immigration, forensic, health, child_protection, consular, shelter, prosecutor, court.

    Basis: ISO/IEC 27037; Axon Evidence.
    """

    TYPE: ClassVar[str] = "mn.tamga.custody.exhibit_accessed.v1"

    by_role: ByRole
    duration_min: Annotated[int, Between(-9007199254740991, 9007199254740991)]
    """minutes"""
    exhibit_number: ExhibitNumber
    purpose: ExhibitAccessedV1Purpose
    authorization_id: Id | None = None
    case_id: Id | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExhibitAdmissionDecidedV1(EventData):
    """admitted or not, per hearing

    Published when it is decided, ordered, accepted or asked for: nothing has happened until it is admitted.
    By: court.

    Basis: project decision.
    """

    TYPE: ClassVar[str] = "mn.tamga.custody.exhibit_admission_decided.v1"

    admitted: bool
    exhibit_number: ExhibitNumber
    hearing_id: Id
    reason: ExhibitAdmissionDecidedV1Reason
    case_id: Id | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExhibitCollectedV1(EventData):
    """custodian = publisher and holder; state=collected; images and recordings never enter, their hash, type and
    custodian do

    Published when it has happened, as soon as it is known.
    By: police, border, immigration, forensic, health, child_protection, consular.

    Basis: CASE ProvenanceRecord; ISO/IEC 27037; ISO 21043-1.
    """

    TYPE: ClassVar[str] = "mn.tamga.custody.exhibit_collected.v1"

    aimag: Aimag
    collected_at: Instant
    exhibit_kind: ExhibitKind
    exhibit_number: ExhibitNumber
    holder: Pseudonym
    method: DerivedExhibitCreatedV1Method
    authorization_id: Id | None = None
    case_id: Id | None = None
    exception: Exception | None = None
    media_tag: Digest | None = None
    owner_victim: Id | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExhibitDisposedV1(EventData):
    """returned, destroyed or retained; only ExhibitFound leads out of it

    Published when it has happened, as soon as it is known.
    By: police, border, immigration, forensic, health, child_protection, consular, shelter, prosecutor, court.

    Basis: authority+witness forms; project decision.
    """

    TYPE: ClassVar[str] = "mn.tamga.custody.exhibit_disposed.v1"

    disposition: Disposition
    exhibit_number: ExhibitNumber
    recipient_kind: RecipientKind
    witness_role: WitnessRole
    case_id: Id | None = None
    order_id: Id | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExhibitExaminedV1(EventData):
    """examined under the order

    Published when it has happened, as soon as it is known.
    By: forensic.

    Basis: CASE InvestigativeAction instrument/object/result; ISO 21043-3:2025.
    """

    TYPE: ClassVar[str] = "mn.tamga.custody.exhibit_examined.v1"

    ended_at: Instant
    exhibit_number: ExhibitNumber
    method: ExhibitExaminedV1Method
    started_at: Instant
    tool: Tool
    tool_version: Annotated[str, Form(r"^[0-9A-Za-z.-]{1,20}$")]
    working_copy: bool
    case_id: Id | None = None
    input_tag: Digest | None = None
    order_id: Id | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExhibitFoundV1(EventData):
    """held again, after a loss or a wrongly recorded disposal; a finder other than the custodian becomes custodian,
    beside a break; where nothing was lost it is a claim only

    Published when it has happened, as soon as it is known.
    By: police, border, immigration, forensic, health, child_protection, consular, shelter, prosecutor, court.

    Basis: project decision.
    """

    TYPE: ClassVar[str] = "mn.tamga.custody.exhibit_found.v1"

    condition: ExhibitFoundV1Condition
    exhibit_number: ExhibitNumber
    found_at: Instant
    holder: Pseudonym
    case_id: Id | None = None
    seal_number: Annotated[str, Form(r"^[A-Z0-9-]{1,32}$")] | None = None
    tag: Digest | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExhibitLostV1(EventData):
    """lost; the custodian is still answerable

    Published when it has happened, as soon as it is known.
    By: police, border, immigration, forensic, health, child_protection, consular, shelter, prosecutor, court.

    Basis: project decision.
    """

    TYPE: ClassVar[str] = "mn.tamga.custody.exhibit_lost.v1"

    exhibit_number: ExhibitNumber
    noticed_at: Instant
    case_id: Id | None = None
    last_seen: Instant | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExhibitProducedInCourtV1(EventData):
    """before the court; its chain, breaks and explanations go with it

    Published when it has happened, as soon as it is known.
    By: prosecutor, court.

    Basis: project decision.
    """

    TYPE: ClassVar[str] = "mn.tamga.custody.exhibit_produced_in_court.v1"

    exhibit_number: ExhibitNumber
    hearing_id: Id
    produced_on: Day
    case_id: Id | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExhibitReferencedV1(EventData):
    """a reference: custody, holds and production stay in the home case

    Published when it has happened, as soon as it is known.
    By: police, prosecutor, forensic, court.

    Basis: project decision: one home case.
    """

    TYPE: ClassVar[str] = "mn.tamga.custody.exhibit_referenced.v1"

    exhibit_number: ExhibitNumber
    home_case: Id
    purpose: ExhibitAccessedV1Purpose
    case_id: Id | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExhibitSealedV1(EventData):
    """sealed, for the first time or again

    Published when it has happened, as soon as it is known.
    By: police, border, immigration, forensic, health, child_protection, consular, shelter, prosecutor, court.

    Basis: CASE urgent_evidence; project decision: one type with previous_seal.
    """

    TYPE: ClassVar[str] = "mn.tamga.custody.exhibit_sealed.v1"

    condition: ExhibitFoundV1Condition
    exhibit_number: ExhibitNumber
    seal_number: Annotated[str, Form(r"^[A-Z0-9-]{1,32}$")]
    case_id: Id | None = None
    previous_seal: Annotated[str, Form(r"^[A-Z0-9-]{1,32}$")] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExhibitStoredV1(EventData):
    """holder = the store: an internal hand-over inside the custodian's agency; taking out is CustodyReleased and
    CustodyReceived inside the agency

    Published when it has happened, as soon as it is known.
    By: police, border, immigration, forensic, health, child_protection, consular, shelter, prosecutor, court.

    Basis: ISO 21043-2; project decision.
    """

    TYPE: ClassVar[str] = "mn.tamga.custody.exhibit_stored.v1"

    conditions: ExhibitStoredV1Conditions
    exhibit_number: ExhibitNumber
    store: Store
    store_ref: Pseudonym
    case_id: Id | None = None
    seal_number: Annotated[str, Form(r"^[A-Z0-9-]{1,32}$")] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExhibitUnsealedV1(EventData):
    """unsealed; to be examined or sealed again before it leaves

    Published when it has happened, as soon as it is known.
    By: police, border, immigration, forensic, health, child_protection, consular, shelter, prosecutor, court.

    Basis: CASE urgent_evidence.
    """

    TYPE: ClassVar[str] = "mn.tamga.custody.exhibit_unsealed.v1"

    exhibit_number: ExhibitNumber
    old_seal: Annotated[str, Form(r"^[A-Z0-9-]{1,32}$")]
    reason: ExhibitUnsealedV1Reason
    case_id: Id | None = None
    witness_role: WitnessRole | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldLiftedV1(EventData):
    """that hold is over

    Published when it is decided, ordered, accepted or asked for: nothing has happened until it is admitted.
    By: prosecutor, court, oversight.

    Basis: project decision.
    """

    TYPE: ClassVar[str] = "mn.tamga.custody.hold_lifted.v1"

    hold_id: Id
    reason: HoldLiftedV1Reason
    case_id: Id | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldPlacedV1(EventData):
    """disposal under it is a break; each hold is lifted by itself

    Published when it is decided, ordered, accepted or asked for: nothing has happened until it is admitted.
    By: prosecutor, court, oversight.

    Basis: Axon: item in a case is exempt from deletion; project decision.
    """

    TYPE: ClassVar[str] = "mn.tamga.custody.hold_placed.v1"

    exhibit_number: Annotated[Sequence[ExhibitNumber], Items(1, 32)]
    hold_id: Id
    reason: HoldLiftedV1Reason
    case_id: Id | None = None
    for_case: Id | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class IntegrityVerifiedV1(EventData):
    """integrity at that time; mismatch is a break

    Published when it has happened, as soon as it is known.
    By: police, border, immigration, forensic, health, child_protection, consular, shelter, prosecutor, court,
    oversight.

    Basis: SWGDE.
    """

    TYPE: ClassVar[str] = "mn.tamga.custody.integrity_verified.v1"

    exhibit_number: ExhibitNumber
    match: bool
    tag: Digest
    case_id: Id | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LabReportIssuedV1(EventData):
    """answers the order; an amended report supersedes, the earlier stays

    Published when it has happened, as soon as it is known.
    By: forensic.

    Basis: ISO 21043-4, -5:2025; project decision.
    """

    TYPE: ClassVar[str] = "mn.tamga.custody.lab_report_issued.v1"

    exhibit_number: Annotated[Sequence[ExhibitNumber], Items(1, 32)]
    kind: LabReportIssuedV1Kind
    questions_answered: Annotated[int, Between(-9007199254740991, 9007199254740991)]
    """questions answered"""
    report_id: Id
    report_tag: Digest
    case_id: Id | None = None
    order_id: Id | None = None
    reviewed_by: Pseudonym | None = None
    supersedes: Id | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferWithdrawnV1(EventData):
    """the transfer never took place; the custodian holds on; refused once it was received or refused

    Published when it is decided, ordered, accepted or asked for: nothing has happened until it is admitted.
    By: police, border, immigration, forensic, health, child_protection, consular, shelter, prosecutor, court.

    Basis: project decision.
    """

    TYPE: ClassVar[str] = "mn.tamga.custody.transfer_withdrawn.v1"

    reason: TransferWithdrawnV1Reason
    transfer_id: Id
    case_id: Id | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UnavoidableChangeRecordedV1(EventData):
    """explained deviation: tag_after is the reference from now on

    Published when it has happened, as soon as it is known.
    By: forensic, police.

    Basis: ISO/IEC 27037.
    """

    TYPE: ClassVar[str] = "mn.tamga.custody.unavoidable_change_recorded.v1"

    change: Change
    exhibit_number: ExhibitNumber
    case_id: Id | None = None
    tag_after: Digest | None = None
    tag_before: Digest | None = None


BreakExplained = BreakExplainedV1
"""The newest version."""
CustodyBreakDeclared = CustodyBreakDeclaredV1
"""The newest version."""
CustodyReceived = CustodyReceivedV1
"""The newest version."""
CustodyRefused = CustodyRefusedV1
"""The newest version."""
CustodyReleased = CustodyReleasedV1
"""The newest version."""
DerivedExhibitCreated = DerivedExhibitCreatedV1
"""The newest version."""
DispositionOrdered = DispositionOrderedV1
"""The newest version."""
ExhibitAccessed = ExhibitAccessedV1
"""The newest version."""
ExhibitAdmissionDecided = ExhibitAdmissionDecidedV1
"""The newest version."""
ExhibitCollected = ExhibitCollectedV1
"""The newest version."""
ExhibitDisposed = ExhibitDisposedV1
"""The newest version."""
ExhibitExamined = ExhibitExaminedV1
"""The newest version."""
ExhibitFound = ExhibitFoundV1
"""The newest version."""
ExhibitLost = ExhibitLostV1
"""The newest version."""
ExhibitProducedInCourt = ExhibitProducedInCourtV1
"""The newest version."""
ExhibitReferenced = ExhibitReferencedV1
"""The newest version."""
ExhibitSealed = ExhibitSealedV1
"""The newest version."""
ExhibitStored = ExhibitStoredV1
"""The newest version."""
ExhibitUnsealed = ExhibitUnsealedV1
"""The newest version."""
HoldLifted = HoldLiftedV1
"""The newest version."""
HoldPlaced = HoldPlacedV1
"""The newest version."""
IntegrityVerified = IntegrityVerifiedV1
"""The newest version."""
LabReportIssued = LabReportIssuedV1
"""The newest version."""
TransferWithdrawn = TransferWithdrawnV1
"""The newest version."""
UnavoidableChangeRecorded = UnavoidableChangeRecordedV1
"""The newest version."""
