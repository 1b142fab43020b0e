"""What an agency says of the stage `redress`.

Written by `tools/client_types.py` from the published JSON Schemas.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar

from tamga_client.events.codes import (
    CivilClaimDecidedV1Decision,
    ConflictCheck,
    EnforcementClosedV1Reason,
    Fund,
    Grade,
    Harm,
    Head,
    Heads,
    Medium,
    Payer,
    RepresentativeKind,
    RestitutionOrderedV1Basis,
)
from tamga_client.values import Between, Day, EventData, Id, Items, Language


@dataclass(frozen=True, slots=True, kw_only=True)
class AssetsFrozenV1(EventData):
    """frozen until its end, an acquittal, a dismissed claim or the end of enforcement

    Published when it is decided, ordered, accepted or asked for: nothing has happened until it is admitted.
    By: court, prosecutor.

    Basis: project decision.
    """

    TYPE: ClassVar[str] = "mn.tamga.redress.assets_frozen.v1"

    amount_mnt: Annotated[int, Between(-9007199254740991, 9007199254740991)]
    """whole tögrög (MNT)"""
    defendant_id: Id
    freeze_id: Id
    case_id: Id | None = None
    valid_to: Day | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CivilClaimDecidedV1(EventData):
    """granted, in part, or dismissed; a grant is a civil judgment

    Published when it is decided, ordered, accepted or asked for: nothing has happened until it is admitted.
    By: court.

    Basis: project decision: also civil judgment.
    """

    TYPE: ClassVar[str] = "mn.tamga.redress.civil_claim_decided.v1"

    amount_mnt: Annotated[int, Between(-9007199254740991, 9007199254740991)]
    """whole tögrög (MNT)"""
    claim_id: Id
    decision: CivilClaimDecidedV1Decision
    victim_id: Id
    case_id: Id | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CivilClaimFiledV1(EventData):
    """claim filed, inside the criminal case or beside it

    Published when it is decided, ordered, accepted or asked for: nothing has happened until it is admitted.
    By: court, prosecutor, legal_aid.

    Basis: Criminal Procedure Law 2017; project decision.
    """

    TYPE: ClassVar[str] = "mn.tamga.redress.civil_claim_filed.v1"

    amount_mnt: Annotated[int, Between(-9007199254740991, 9007199254740991)]
    """whole tögrög (MNT)"""
    claim_id: Id
    defendant_id: Id
    filed_on: Day
    heads: Annotated[Sequence[Heads], Items(0, 32)]
    victim_id: Id
    case_id: Id | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CompensationAppliedV1(EventData):
    """application open

    Published when it has happened, as soon as it is known.
    By: legal_aid, shelter, child_protection, consular.

    Basis: MN law 5.1.2 assistance fund; project decision.
    """

    TYPE: ClassVar[str] = "mn.tamga.redress.compensation_applied.v1"

    applied_on: Day
    compensation_id: Id
    fund: Fund
    victim_id: Id
    amount_mnt: Annotated[int, Between(-9007199254740991, 9007199254740991)] | None = None
    """whole tögrög (MNT)"""
    case_id: Id | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CompensationDecidedV1(EventData):
    """granted, in part, or refused; does not lessen restitution owed

    Published when it is decided, ordered, accepted or asked for: nothing has happened until it is admitted.
    By: ministry, consular, court.

    Basis: project decision.
    """

    TYPE: ClassVar[str] = "mn.tamga.redress.compensation_decided.v1"

    amount_mnt: Annotated[int, Between(-9007199254740991, 9007199254740991)]
    """whole tögrög (MNT)"""
    compensation_id: Id
    decision: CivilClaimDecidedV1Decision
    victim_id: Id
    case_id: Id | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EnforcementClosedV1(EventData):
    """closed; can be opened again while a balance stands

    Published when it is decided, ordered, accepted or asked for: nothing has happened until it is admitted.
    By: enforcement.

    Basis: project decision.
    """

    TYPE: ClassVar[str] = "mn.tamga.redress.enforcement_closed.v1"

    award_id: Id
    balance_mnt: Annotated[int, Between(-9007199254740991, 9007199254740991)]
    """whole tögrög (MNT) still owed"""
    enforcement_id: Id
    reason: EnforcementClosedV1Reason
    case_id: Id | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EnforcementOpenedV1(EventData):
    """enforcement runs for the balance

    Published when it is decided, ordered, accepted or asked for: nothing has happened until it is admitted.
    By: enforcement.

    Basis: Law on enforcement of court decisions 2017; project decision.
    """

    TYPE: ClassVar[str] = "mn.tamga.redress.enforcement_opened.v1"

    award_id: Id
    enforcement_id: Id
    opened_on: Day
    case_id: Id | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HarmAssessedV1(EventData):
    """harm per kind and grade, basis of claim and award

    Published when it has happened, as soon as it is known.
    By: forensic, health.

    Basis: Forensic Examination Law 2022; project decision.
    """

    TYPE: ClassVar[str] = "mn.tamga.redress.harm_assessed.v1"

    assessed_on: Day
    grade: Grade
    harm: Harm
    victim_id: Id
    case_id: Id | None = None
    order_id: Id | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LegalRepresentativeAppointedV1(EventData):
    """speaks for the victim in proceedings until replaced

    Published when it is decided, ordered, accepted or asked for: nothing has happened until it is admitted.
    By: legal_aid, court.

    Basis: Law on legal aid; project decision.
    """

    TYPE: ClassVar[str] = "mn.tamga.redress.legal_representative_appointed.v1"

    appointed_on: Day
    conflict_check: ConflictCheck
    representative_id: Id
    representative_kind: RepresentativeKind
    victim_id: Id
    case_id: Id | None = None
    replaces: Id | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RestitutionOrderedV1(EventData):
    """balance = amount, per victim, defendant and head of loss

    Published when it is decided, ordered, accepted or asked for: nothing has happened until it is admitted.
    By: court.

    Basis: TIP 2023: restitution; project decision.
    """

    TYPE: ClassVar[str] = "mn.tamga.redress.restitution_ordered.v1"

    amount_mnt: Annotated[int, Between(-9007199254740991, 9007199254740991)]
    """whole tögrög (MNT)"""
    award_id: Id
    basis: RestitutionOrderedV1Basis
    defendant_id: Id
    head: Head
    victim_id: Id
    case_id: Id | None = None
    claim_id: Id | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RestitutionPaidV1(EventData):
    """in part or whole; balance falls, to 0 is paid

    Published when it has happened, as soon as it is known.
    By: court, enforcement, prosecutor, legal_aid.

    Basis: project decision.
    """

    TYPE: ClassVar[str] = "mn.tamga.redress.restitution_paid.v1"

    amount_mnt: Annotated[int, Between(-9007199254740991, 9007199254740991)]
    """whole tögrög (MNT)"""
    award_id: Id
    paid_on: Day
    payer: Payer
    case_id: Id | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VictimStatementRecordedV1(EventData):
    """impact statement on file; not a repeat interview, questions about the events are AccountTaken

    Published when it has happened, as soon as it is known.
    By: prosecutor, court, legal_aid, child_protection.

    Basis: project decision.
    """

    TYPE: ClassVar[str] = "mn.tamga.redress.victim_statement_recorded.v1"

    language: Language
    medium: Medium
    victim_id: Id
    case_id: Id | None = None


AssetsFrozen = AssetsFrozenV1
"""The newest version."""
CivilClaimDecided = CivilClaimDecidedV1
"""The newest version."""
CivilClaimFiled = CivilClaimFiledV1
"""The newest version."""
CompensationApplied = CompensationAppliedV1
"""The newest version."""
CompensationDecided = CompensationDecidedV1
"""The newest version."""
EnforcementClosed = EnforcementClosedV1
"""The newest version."""
EnforcementOpened = EnforcementOpenedV1
"""The newest version."""
HarmAssessed = HarmAssessedV1
"""The newest version."""
LegalRepresentativeAppointed = LegalRepresentativeAppointedV1
"""The newest version."""
RestitutionOrdered = RestitutionOrderedV1
"""The newest version."""
RestitutionPaid = RestitutionPaidV1
"""The newest version."""
VictimStatementRecorded = VictimStatementRecordedV1
"""The newest version."""
