"""What an agency says of the stage `referral`.

Written by `tools/client_types.py` from the published JSON Schemas.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar

from tamga_client.events.codes import (
    AcceptedByRole,
    AddresseeReportedUnavailableV1Reason,
    CompartmentsShared,
    Lead,
    LeadAgencyTransferRejectedV1Reason,
    LeadAgencyTransferRequestedV1Reason,
    ReferralCompletedV1Outcome,
    ReferralRequestedV1Reason,
    ReferralRevokedV1Reason,
    ServiceType,
    Urgency,
)
from tamga_client.values import AgencyId, Between, EventData, Id, Instant, Items


@dataclass(frozen=True, slots=True, kw_only=True)
class AddresseeReportedUnavailableV1(EventData):
    """state=unavailable; the sender may re-route at once; the mark stands in the addressee's worklist

    Published when it is decided, ordered, accepted or asked for: nothing has happened until it is admitted.
    By: police, prosecutor, child_protection, border, immigration, hotline, shelter, health, labour_inspection,
    consular, legal_aid, education, mdtf.

    Basis: project decision: ReferralAddresseeUnavailable.
    """

    TYPE: ClassVar[str] = "mn.tamga.referral.addressee_reported_unavailable.v1"

    attempts: Annotated[int, Between(-9007199254740991, 9007199254740991)]
    """attempts to reach the addressee"""
    reason: AddresseeReportedUnavailableV1Reason
    referral_id: Id
    tried_at: Instant
    case_id: Id | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadAgencyTransferAcceptedV1(EventData):
    """the lead changes only now

    Published when it is decided, ordered, accepted or asked for: nothing has happened until it is admitted.
    By: police, prosecutor, child_protection, border, immigration, hotline, shelter, health, labour_inspection,
    consular, legal_aid, education.

    Basis: Primero Transfer.accept!.
    """

    TYPE: ClassVar[str] = "mn.tamga.referral.lead_agency_transfer_accepted.v1"

    effective_at: Instant
    lead_transfer_id: Id
    case_id: Id | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadAgencyTransferRejectedV1(EventData):
    """the lead is unchanged

    Published when it is decided, ordered, accepted or asked for: nothing has happened until it is admitted.
    By: police, prosecutor, child_protection, border, immigration, hotline, shelter, health, labour_inspection,
    consular, legal_aid, education.

    Basis: Primero.
    """

    TYPE: ClassVar[str] = "mn.tamga.referral.lead_agency_transfer_rejected.v1"

    lead_transfer_id: Id
    reason: LeadAgencyTransferRejectedV1Reason
    case_id: Id | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadAgencyTransferRequestedV1(EventData):
    """pending; the lead is unchanged; a second request for the same lead replaces the first

    Published when it is decided, ordered, accepted or asked for: nothing has happened until it is admitted.
    By: police, prosecutor, child_protection, border, immigration, hotline, shelter, health, labour_inspection,
    consular, legal_aid, education.

    Basis: Primero Transfer; project decision: two leads.
    """

    TYPE: ClassVar[str] = "mn.tamga.referral.lead_agency_transfer_requested.v1"

    lead: Lead
    lead_transfer_id: Id
    reason: LeadAgencyTransferRequestedV1Reason
    to_agency: AgencyId
    case_id: Id | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferralAcceptedV1(EventData):
    """state=accepted, overdue or not; the addressee is responsible for the service

    Published when it is decided, ordered, accepted or asked for: nothing has happened until it is admitted.
    By: police, prosecutor, child_protection, border, immigration, hotline, shelter, health, labour_inspection,
    consular, legal_aid, education.

    Basis: Primero accept!.
    """

    TYPE: ClassVar[str] = "mn.tamga.referral.referral_accepted.v1"

    accepted_by_role: AcceptedByRole
    first_contact_due: Instant
    referral_id: Id
    case_id: Id | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferralCompletedV1(EventData):
    """state=completed; outcome goes to the sender (feedback loop); ends a pending revocation

    Published when it is decided, ordered, accepted or asked for: nothing has happened until it is admitted.
    By: police, prosecutor, child_protection, border, immigration, hotline, shelter, health, labour_inspection,
    consular, legal_aid, education.

    Basis: Primero done!; asked-for gap.
    """

    TYPE: ClassVar[str] = "mn.tamga.referral.referral_completed.v1"

    outcome: ReferralCompletedV1Outcome
    referral_id: Id
    case_id: Id | None = None
    service_events: Annotated[Sequence[Id], Items(0, 32)] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferralRejectedV1(EventData):
    """state=rejected; the sender must re-route

    Published when it is decided, ordered, accepted or asked for: nothing has happened until it is admitted.
    By: police, prosecutor, child_protection, border, immigration, hotline, shelter, health, labour_inspection,
    consular, legal_aid, education.

    Basis: Primero reject!+rejected_reason.
    """

    TYPE: ClassVar[str] = "mn.tamga.referral.referral_rejected.v1"

    reason: LeadAgencyTransferRejectedV1Reason
    referral_id: Id
    alternative_agency: AgencyId | None = None
    case_id: Id | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferralRequestedV1(EventData):
    """state=requested; due_at by urgency of the profile unless earlier; the sender stays responsible until acceptance

    Published when it is decided, ordered, accepted or asked for: nothing has happened until it is admitted.
    By: police, prosecutor, child_protection, border, immigration, hotline, shelter, health, labour_inspection,
    consular, legal_aid, education, mdtf.

    Basis: Primero Referral; HTCDS cas_ReasonForOutgoingReferral; project decision.
    """

    TYPE: ClassVar[str] = "mn.tamga.referral.referral_requested.v1"

    compartments_shared: Annotated[Sequence[CompartmentsShared], Items(0, 32)]
    reason: ReferralRequestedV1Reason
    referral_id: Id
    service_type: ServiceType
    to_agency: AgencyId
    urgency: Urgency
    victim_id: Id
    case_id: Id | None = None
    due_at: Instant | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferralRevokedV1(EventData):
    """before acceptance: withdrawn at once; after it: pending until the addressee acknowledges, and the addressee
    stays responsible

    Published when it is decided, ordered, accepted or asked for: nothing has happened until it is admitted.
    By: police, prosecutor, child_protection, border, immigration, hotline, shelter, health, labour_inspection,
    consular, legal_aid, education, mdtf.

    Basis: Primero revoke!; a child is never between two agencies.
    """

    TYPE: ClassVar[str] = "mn.tamga.referral.referral_revoked.v1"

    reason: ReferralRevokedV1Reason
    referral_id: Id
    case_id: Id | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RevocationAcknowledgedV1(EventData):
    """state=revoked; responsibility is the sender's again

    Published when it is decided, ordered, accepted or asked for: nothing has happened until it is admitted.
    By: police, prosecutor, child_protection, border, immigration, hotline, shelter, health, labour_inspection,
    consular, legal_aid, education.

    Basis: project decision.
    """

    TYPE: ClassVar[str] = "mn.tamga.referral.revocation_acknowledged.v1"

    handed_back_at: Instant
    referral_id: Id
    case_id: Id | None = None


AddresseeReportedUnavailable = AddresseeReportedUnavailableV1
"""The newest version."""
LeadAgencyTransferAccepted = LeadAgencyTransferAcceptedV1
"""The newest version."""
LeadAgencyTransferRejected = LeadAgencyTransferRejectedV1
"""The newest version."""
LeadAgencyTransferRequested = LeadAgencyTransferRequestedV1
"""The newest version."""
ReferralAccepted = ReferralAcceptedV1
"""The newest version."""
ReferralCompleted = ReferralCompletedV1
"""The newest version."""
ReferralRejected = ReferralRejectedV1
"""The newest version."""
ReferralRequested = ReferralRequestedV1
"""The newest version."""
ReferralRevoked = ReferralRevokedV1
"""The newest version."""
RevocationAcknowledged = RevocationAcknowledgedV1
"""The newest version."""
