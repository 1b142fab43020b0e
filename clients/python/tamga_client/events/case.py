"""What an agency says of the stage `case`.

Written by `tools/client_types.py` from the published JSON Schemas.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar

from tamga_client.events.codes import (
    AgeBand,
    AgeBroad,
    Aimag,
    CaseStatus,
    CitizenshipGroup,
    ClosedV1Reason,
    ConsentStated,
    ControlCategories,
    Dataset,
    DecidedBy,
    ExploitationTypes,
    ForcedLabour,
    Industry,
    LabourType,
    Level,
    MethodsOfControl,
    OfficerAssignedV1Role,
    OfficerRecusedV1Reason,
    OpenedV1Reason,
    Recruiter,
    RecruitmentMethods,
    RelationshipToTrafficker,
    ReopenedV1Reason,
    RestrictedV1Reason,
    Sex,
    SexExploitationTypes,
    SourceKind,
    SupportTypes,
    TraffickingStatus,
)
from tamga_client.values import AgencyId, Between, Country, Day, EventData, Id, Items, Pseudonym, Year


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosedV1(EventData):
    """case closed (HTCDS cas_Status Closed or ClosedReferred); a later fact or protective act reopens it by itself

    Published when it is decided, ordered, accepted or asked for: nothing has happened until it is admitted.
    By: child_protection, shelter, police, prosecutor, mdtf.

    Basis: HTCDS cas_Status; Primero closure approval.
    """

    TYPE: ClassVar[str] = "mn.tamga.case.closed.v1"

    reason: ClosedV1Reason
    case_id: Id | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficerAssignedV1(EventData):
    """the officer holds the role in the case until somebody else is assigned to it; who is responsible for the child
    tonight is always one name

    Published when it is decided, ordered, accepted or asked for: nothing has happened until it is admitted.
    By: police, prosecutor, child_protection, border, immigration, hotline, shelter, health, labour_inspection,
    consular, legal_aid, education, forensic, court, mdtf.

    Basis: project decision: hand-over when staff leave.
    """

    TYPE: ClassVar[str] = "mn.tamga.case.officer_assigned.v1"

    officer: Pseudonym
    role: OfficerAssignedV1Role
    case_id: Id | None = None
    until: Day | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficerRecusedV1(EventData):
    """the officer reads nothing of the case and an authority that the officer takes is refused; a fact that the
    officer reports stands with a breach; `officer_agency` where it is not the publisher's own officer; roles that
    the officer held in the case are free

    Published when it is decided, ordered, accepted or asked for: nothing has happened until it is admitted.
    By: police, prosecutor, child_protection, border, immigration, hotline, shelter, health, labour_inspection,
    consular, legal_aid, education, forensic, court, oversight.

    Basis: project decision.
    """

    TYPE: ClassVar[str] = "mn.tamga.case.officer_recused.v1"

    officer: Pseudonym
    reason: OfficerRecusedV1Reason
    case_id: Id | None = None
    officer_agency: AgencyId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedV1(EventData):
    """case open without a known victim (proceedings first); care lead = the publisher if it may lead care, else the
    profile's default care lead; proceedings lead = the publisher if police or prosecutor, else the profile's
    default

    Published when it is decided, ordered, accepted or asked for: nothing has happened until it is admitted.
    By: police, prosecutor, child_protection, border, immigration, hotline, shelter, health, labour_inspection,
    consular, legal_aid, education, mdtf.

    Basis: project decision: two leads, never empty.
    """

    TYPE: ClassVar[str] = "mn.tamga.case.opened.v1"

    aimag: Aimag
    reason: OpenedV1Reason
    case_id: Id | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordImportedV1(EventData):
    """a reference case: signed by the importer, or by an agency for its own legacy register; the status that the
    source states and nothing else; never on a worklist, in an operational indicator or in deconfliction.
    `citizenship` as a country only from a k-anonymised dataset, else `citizenship_group`

    Published when it has happened, as soon as it is known.
    By: importer, police, prosecutor, child_protection, border, immigration, hotline, shelter, health,
    labour_inspection, consular, legal_aid, education, forensic, court.

    Basis: project decision; IOM HTCDS 2.0; CTDC.
    """

    TYPE: ClassVar[str] = "mn.tamga.case.record_imported.v1"

    dataset: Dataset
    row: Annotated[int, Between(-9007199254740991, 9007199254740991)]
    """number of the row in the source"""
    sex: Sex
    source_kind: SourceKind
    victim_id: Id
    year: Year
    age_band: AgeBand | None = None
    age_broad: AgeBroad | None = None
    case_id: Id | None = None
    case_status: CaseStatus | None = None
    citizenship: Country | None = None
    citizenship_group: CitizenshipGroup | None = None
    consent_stated: ConsentStated | None = None
    control_categories: Annotated[Sequence[ControlCategories], Items(0, 32)] | None = None
    decided_by: DecidedBy | None = None
    exploitation_types: Annotated[Sequence[ExploitationTypes], Items(0, 32)] | None = None
    forced_labour: ForcedLabour | None = None
    industry: Industry | None = None
    labour_type: LabourType | None = None
    methods_of_control: Annotated[Sequence[MethodsOfControl], Items(0, 32)] | None = None
    recruiter: Recruiter | None = None
    recruitment_methods: Annotated[Sequence[RecruitmentMethods], Items(0, 32)] | None = None
    relationship_to_trafficker: RelationshipToTrafficker | None = None
    sex_exploitation_types: Annotated[Sequence[SexExploitationTypes], Items(0, 32)] | None = None
    support_types: Annotated[Sequence[SupportTypes], Items(0, 32)] | None = None
    trafficking_status: TraffickingStatus | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReopenedV1(EventData):
    """case open; the leads it had before

    Published when it is decided, ordered, accepted or asked for: nothing has happened until it is admitted.
    By: police, prosecutor, child_protection, border, immigration, hotline, shelter, health, labour_inspection,
    consular, legal_aid, education, mdtf.

    Basis: Primero reopenable; TIP: dismissed cases never reopened.
    """

    TYPE: ClassVar[str] = "mn.tamga.case.reopened.v1"

    reason: ReopenedV1Reason
    case_id: Id | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RestrictedV1(EventData):
    """access narrowed to the named agencies, units and assignments, in rows, feeds, search, matches and counts; level
    `none` lifts it

    Published when it is decided, ordered, accepted or asked for: nothing has happened until it is admitted.
    By: child_protection, prosecutor, oversight.

    Basis: project decision.
    """

    TYPE: ClassVar[str] = "mn.tamga.case.restricted.v1"

    level: Level
    reason: RestrictedV1Reason
    admitted_agencies: Annotated[Sequence[AgencyId], Items(0, 32)] | None = None
    case_id: Id | None = None
    excluded_agencies: Annotated[Sequence[AgencyId], Items(0, 32)] | None = None


Closed = ClosedV1
"""The newest version."""
OfficerAssigned = OfficerAssignedV1
"""The newest version."""
OfficerRecused = OfficerRecusedV1
"""The newest version."""
Opened = OpenedV1
"""The newest version."""
RecordImported = RecordImportedV1
"""The newest version."""
Reopened = ReopenedV1
"""The newest version."""
Restricted = RestrictedV1
"""The newest version."""
