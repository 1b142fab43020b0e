"""What an agency says of the stage `privacy`.

Written by `tools/client_types.py` from the published JSON Schemas.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar

from tamga_client.events.codes import (
    Answer,
    Compartments,
    Danger,
    DataSubjectRequestAnsweredV1Reason,
    DataSubjectRequestReceivedV1By,
    DataSubjectRequestReceivedV1Kind,
    Finding,
    Stage,
)
from tamga_client.values import Between, Day, EventData, Id, Items


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakGlassReviewedV1(EventData):
    """justified or not, beside the read; never deletes it

    Published when it is decided, ordered, accepted or asked for: nothing has happened until it is admitted.
    By: oversight, child_protection, prosecutor.

    Basis: project decision.
    """

    TYPE: ClassVar[str] = "mn.tamga.privacy.break_glass_reviewed.v1"

    breakglass_id: Id
    finding: Finding
    case_id: Id | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakGlassUsedV1(EventData):
    """the keyring answers at once and loudly: both leads and oversight are told, a review falls due

    Published when it has happened, as soon as it is known.
    By: police, prosecutor, child_protection, border, immigration, hotline, shelter, health, labour_inspection,
    consular, legal_aid, education, forensic, court.

    Basis: project decision; project decision.
    """

    TYPE: ClassVar[str] = "mn.tamga.privacy.break_glass_used.v1"

    breakglass_id: Id
    compartments: Annotated[Sequence[Compartments], Items(0, 32)]
    danger: Danger
    person_id: Id
    case_id: Id | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DataSubjectRequestAnsweredV1(EventData):
    """answered; an erasure becomes an order to the keyring on approval

    Published when it is decided, ordered, accepted or asked for: nothing has happened until it is admitted.
    By: police, prosecutor, child_protection, border, immigration, hotline, shelter, health, labour_inspection,
    consular, legal_aid, education, court, oversight, forensic.

    Basis: Personal Data Protection Law 2021; project decision.
    """

    TYPE: ClassVar[str] = "mn.tamga.privacy.data_subject_request_answered.v1"

    answer: Answer
    reason: DataSubjectRequestAnsweredV1Reason
    request_id: Id
    case_id: Id | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DataSubjectRequestReceivedV1(EventData):
    """request open

    Published when it has happened, as soon as it is known.
    By: police, prosecutor, child_protection, border, immigration, hotline, shelter, health, labour_inspection,
    consular, legal_aid, education, court, oversight, forensic.

    Basis: Personal Data Protection Law 2021; project decision.
    """

    TYPE: ClassVar[str] = "mn.tamga.privacy.data_subject_request_received.v1"

    by: DataSubjectRequestReceivedV1By
    kind: DataSubjectRequestReceivedV1Kind
    person_id: Id
    received_on: Day
    request_id: Id
    case_id: Id | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SubjectErasedV1(EventData):
    """effective when the key row is gone, final when every key that wrapped it is destroyed; proofs still verify;
    never undone, a correction cannot bring a key back

    Published when it has happened, as soon as it is known.
    By: keyring.

    Basis: project decision.
    """

    TYPE: ClassVar[str] = "mn.tamga.privacy.subject_erased.v1"

    compartments: Annotated[Sequence[Compartments], Items(0, 32)]
    person_id: Id
    request_id: Id
    stage: Stage
    case_id: Id | None = None
    epoch: Annotated[int, Between(-9007199254740991, 9007199254740991)] | None = None
    """number of the epoch of the key that wrapped the erased one"""


BreakGlassReviewed = BreakGlassReviewedV1
"""The newest version."""
BreakGlassUsed = BreakGlassUsedV1
"""The newest version."""
DataSubjectRequestAnswered = DataSubjectRequestAnsweredV1
"""The newest version."""
DataSubjectRequestReceived = DataSubjectRequestReceivedV1
"""The newest version."""
SubjectErased = SubjectErasedV1
"""The newest version."""
