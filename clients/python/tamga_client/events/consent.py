"""What an agency says of the stage `consent`.

Written by `tools/client_types.py` from the published JSON Schemas.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar

from tamga_client.events.codes import (
    About,
    Assent,
    AuthorisedByRole,
    Compartments,
    ConsentRecordedV1Basis,
    GivenBy,
    GuardianConflict,
    LegalBasis,
    Matter,
    RecipientKind,
    Scopes,
    VictimInformedV1By,
    WithdrawnBy,
)
from tamga_client.values import AgencyId, Day, EventData, Id, Items, Language


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentRecordedV1(EventData):
    """gates optional services and disclosures until withdrawn, void or past expires_on (compared with an event's time,
    no clock); a consent with a breach gates nothing; scope family ends an objection to disclosure to the family

    Published when it has happened, as soon as it is known.
    By: child_protection, shelter, hotline, health, police, forensic.

    Basis: Primero data_confidentiality form; HTCDS con_Consent; project decision.
    """

    TYPE: ClassVar[str] = "mn.tamga.consent.consent_recorded.v1"

    assent: Assent
    basis: ConsentRecordedV1Basis
    consent_id: Id
    given_by: GivenBy
    guardian_conflict: GuardianConflict
    interpreter: bool
    language: Language
    scopes: Annotated[Sequence[Scopes], Items(0, 32)]
    victim_id: Id
    case_id: Id | None = None
    expires_on: Day | None = None
    guardian_id: Id | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentWithdrawnV1(EventData):
    """future disclosure stops; past events stay; never refused, with or without a live consent

    Published when it has happened, as soon as it is known.
    By: child_protection, shelter, hotline, health, police, forensic, legal_aid.

    Basis: HTCDS 2.0 consolidated consent; project decision.
    """

    TYPE: ClassVar[str] = "mn.tamga.consent.consent_withdrawn.v1"

    scopes: Annotated[Sequence[Scopes], Items(0, 32)]
    victim_id: Id
    withdrawn_by: WithdrawnBy
    case_id: Id | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DisclosedWithoutConsentV1(EventData):
    """audited override: stands for a consent where a referral needs one

    Published when it has happened, as soon as it is known.
    By: police, child_protection, prosecutor, shelter, health, hotline, border, consular.

    Basis: Primero consent_overridden; danger to life: project decision.
    """

    TYPE: ClassVar[str] = "mn.tamga.consent.disclosed_without_consent.v1"

    authorised_by_role: AuthorisedByRole
    compartments: Annotated[Sequence[Compartments], Items(0, 32)]
    legal_basis: LegalBasis
    recipient_kind: RecipientKind
    victim_id: Id
    case_id: Id | None = None
    recipient_agency: AgencyId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FamilyDisclosureObjectedV1(EventData):
    """nobody of the family is told; shown wherever a disclosure is prepared; ended by a ConsentRecorded of scope
    family

    Published when it has happened, as soon as it is known.
    By: police, prosecutor, child_protection, border, immigration, hotline, shelter, health, labour_inspection,
    consular, legal_aid, education.

    Basis: MN law 10.2.
    """

    TYPE: ClassVar[str] = "mn.tamga.consent.family_disclosure_objected.v1"

    about: Annotated[Sequence[About], Items(0, 32)]
    victim_id: Id
    case_id: Id | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VictimInformedV1(EventData):
    """the child, or her representative, was told; counts per matter

    Published when it has happened, as soon as it is known.
    By: police, prosecutor, child_protection, border, immigration, hotline, shelter, health, labour_inspection,
    consular, legal_aid, education, forensic, court, oversight.

    Basis: Barnahus standard 1.2; project decision.
    """

    TYPE: ClassVar[str] = "mn.tamga.consent.victim_informed.v1"

    by: VictimInformedV1By
    interpreter: bool
    language: Language
    matter: Matter
    victim_id: Id
    case_id: Id | None = None


ConsentRecorded = ConsentRecordedV1
"""The newest version."""
ConsentWithdrawn = ConsentWithdrawnV1
"""The newest version."""
DisclosedWithoutConsent = DisclosedWithoutConsentV1
"""The newest version."""
FamilyDisclosureObjected = FamilyDisclosureObjectedV1
"""The newest version."""
VictimInformed = VictimInformedV1
"""The newest version."""
