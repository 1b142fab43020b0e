"""What an agency says of the stage `prevention`.

Written by `tools/client_types.py` from the published JSON Schemas.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar

from tamga_client.events.codes import Activity, Aimag, Checkpoint, ParticipantsByRole, RiskIndicators, Topic
from tamga_client.values import Between, Day, EventData, Id, Items


@dataclass(frozen=True, slots=True, kw_only=True)
class AwarenessActivityHeldV1(EventData):
    """reach

    Published when it has happened, as soon as it is known.
    By: shelter, child_protection, mdtf, education, crime_prevention, implementer, ngo_prevention, ministry.

    Basis: CPC objective 4; project decision.
    """

    TYPE: ClassVar[str] = "mn.tamga.prevention.awareness_activity_held.v1"

    activity: Activity
    aimag: Aimag
    held_on: Day
    reach: Annotated[int, Between(-9007199254740991, 9007199254740991)]
    """persons reached"""
    commitment_id: Id | None = None
    programme_id: Id | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HighRiskTravelMonitoredV1(EventData):
    """a count; a child at risk is an IndicatorReported of her own

    Published when it has happened, as soon as it is known.
    By: border, immigration, child_protection, crime_prevention.

    Basis: CCCP 276; project decision.
    """

    TYPE: ClassVar[str] = "mn.tamga.prevention.high_risk_travel_monitored.v1"

    checkpoint: Checkpoint
    count: Annotated[int, Between(-9007199254740991, 9007199254740991)]
    """persons"""
    period_from: Day
    period_to: Day
    programme_id: Id | None = None
    risk_indicators: Annotated[Sequence[RiskIndicators], Items(0, 32)] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingDeliveredV1(EventData):
    """officials trained by role

    Published when it has happened, as soon as it is known.
    By: police, prosecutor, child_protection, border, immigration, hotline, shelter, health, labour_inspection,
    consular, legal_aid, education, mdtf, court, forensic, coordination, crime_prevention, ministry, implementer,
    ngo_prevention.

    Basis: CPC: 19 trainers; project decision.
    """

    TYPE: ClassVar[str] = "mn.tamga.prevention.training_delivered.v1"

    counts: Annotated[Sequence[Annotated[int, Between(-9007199254740991, 9007199254740991)]], Items(0, 32)]
    """persons, in the order of `participants_by_role`"""
    held_on: Day
    participants: Annotated[int, Between(-9007199254740991, 9007199254740991)]
    """persons"""
    participants_by_role: Annotated[Sequence[ParticipantsByRole], Items(0, 32)]
    topic: Topic
    commitment_id: Id | None = None
    programme_id: Id | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TravelDissuadedV1(EventData):
    """count per checkpoint and period

    Published when it has happened, as soon as it is known.
    By: border, immigration, crime_prevention.

    Basis: CCCP 111.
    """

    TYPE: ClassVar[str] = "mn.tamga.prevention.travel_dissuaded.v1"

    checkpoint: Checkpoint
    count: Annotated[int, Between(-9007199254740991, 9007199254740991)]
    """persons"""
    period_from: Day
    period_to: Day
    programme_id: Id | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TravellerInformedV1(EventData):
    """count per checkpoint and period

    Published when it has happened, as soon as it is known.
    By: border, immigration, crime_prevention, implementer, ngo_prevention.

    Basis: CCCP 14,163.
    """

    TYPE: ClassVar[str] = "mn.tamga.prevention.traveller_informed.v1"

    checkpoint: Checkpoint
    count: Annotated[int, Between(-9007199254740991, 9007199254740991)]
    """persons"""
    period_from: Day
    period_to: Day
    programme_id: Id | None = None


AwarenessActivityHeld = AwarenessActivityHeldV1
"""The newest version."""
HighRiskTravelMonitored = HighRiskTravelMonitoredV1
"""The newest version."""
TrainingDelivered = TrainingDeliveredV1
"""The newest version."""
TravelDissuaded = TravelDissuadedV1
"""The newest version."""
TravellerInformed = TravellerInformedV1
"""The newest version."""
