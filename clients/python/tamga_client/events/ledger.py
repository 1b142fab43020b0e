"""What an agency says of the stage `ledger`.

Written by `tools/client_types.py` from the published JSON Schemas.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

from tamga_client.events.codes import (
    ApprovalGivenV1Role,
    ApprovalRefusedV1Reason,
    EventCorrectedV1Reason,
    EventDisputedV1Reason,
)
from tamga_client.values import EventData, Form, Id, Items


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalGivenV1(EventData):
    """the approved event takes effect on this entry; where two are asked for, on the second

    Published when it is decided, ordered, accepted or asked for: nothing has happened until it is admitted.
    By: police, prosecutor, child_protection, border, immigration, hotline, shelter, health, labour_inspection,
    consular, legal_aid, education, forensic, court, enforcement, oversight, mdtf, coordination, crime_prevention,
    ministry, dialogue, implementer, ngo_prevention, importer.

    Basis: Primero approvals; project decision.
    """

    TYPE: ClassVar[str] = "mn.tamga.ledger.approval_given.v1"

    of: Id
    role: ApprovalGivenV1Role


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalRefusedV1(EventData):
    """the event never takes effect; its agency may submit another. An open proposal of the police waits for the answer
    of a prosecutor and can be refused by one (role prosecutor)

    Published when it is decided, ordered, accepted or asked for: nothing has happened until it is admitted.
    By: police, prosecutor, child_protection, border, immigration, hotline, shelter, health, labour_inspection,
    consular, legal_aid, education, forensic, court, enforcement, oversight, mdtf, coordination, crime_prevention,
    ministry, dialogue, implementer, ngo_prevention, importer.

    Basis: Primero approvals; project decision.
    """

    TYPE: ClassVar[str] = "mn.tamga.ledger.approval_refused.v1"

    of: Id
    reason: ApprovalRefusedV1Reason
    role: ApprovalGivenV1Role


@dataclass(frozen=True, slots=True, kw_only=True)
class EventCorrectedV1(EventData):
    """supersedes in views on approval; the original stays; new clear values stand in `clear_values` under their own
    names as in the corrected type; a field that `replaces` names and that stands neither there nor in a disclosure
    is withdrawn

    Published when it is decided, ordered, accepted or asked for: nothing has happened until it is admitted.
    By: police, prosecutor, child_protection, border, immigration, hotline, shelter, health, labour_inspection,
    consular, legal_aid, education, forensic, court, enforcement, oversight, mdtf, coordination, crime_prevention,
    ministry, dialogue, implementer, ngo_prevention, importer.

    Basis: immutability; project decision.
    """

    TYPE: ClassVar[str] = "mn.tamga.ledger.event_corrected.v1"

    of: Id
    reason: EventCorrectedV1Reason
    replaces: Annotated[Sequence[Annotated[str, Form(r"^[a-z][a-z0-9_]{0,60}$")]], Items(0, 32)]
    successor: bool
    clear_values: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EventDisputedV1(EventData):
    """a mark beside the event until it is corrected, or the dispute is (EventCorrected of the dispute)

    Published when it is decided, ordered, accepted or asked for: nothing has happened until it is admitted.
    By: police, prosecutor, child_protection, border, immigration, hotline, shelter, health, labour_inspection,
    consular, legal_aid, education, forensic, court, enforcement, oversight, mdtf, coordination, crime_prevention,
    ministry, dialogue, implementer, ngo_prevention, importer.

    Basis: project decision.
    """

    TYPE: ClassVar[str] = "mn.tamga.ledger.event_disputed.v1"

    of: Id
    reason: EventDisputedV1Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class EventMisfiledV1(EventData):
    """the event no longer counts here; it stays readable with the mark; custody and decisions already taken on it are
    listed for correction

    Published when it is decided, ordered, accepted or asked for: nothing has happened until it is admitted.
    By: police, prosecutor, child_protection, border, immigration, hotline, shelter, health, labour_inspection,
    consular, legal_aid, education, forensic, court, enforcement, oversight, mdtf, coordination, crime_prevention,
    ministry, dialogue, implementer, ngo_prevention, importer.

    Basis: project decision.
    """

    TYPE: ClassVar[str] = "mn.tamga.ledger.event_misfiled.v1"

    of: Id
    right_stream: Id


ApprovalGiven = ApprovalGivenV1
"""The newest version."""
ApprovalRefused = ApprovalRefusedV1
"""The newest version."""
EventCorrected = EventCorrectedV1
"""The newest version."""
EventDisputed = EventDisputedV1
"""The newest version."""
EventMisfiled = EventMisfiledV1
"""The newest version."""
