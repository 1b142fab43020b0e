"""The work that every figure is measured on: generated operational cases of six events by four agencies, seeded."""

from __future__ import annotations

import random
import uuid
from collections.abc import Iterator
from typing import NamedTuple

from domain.record.signing import SeedSigner
from domain.submission import sign

AGENCIES = {
    "mn.hotline108": ["hotline"],
    "mn.npa": ["police"],
    "mn.cfdpa": ["child_protection", "shelter"],
    "mn.mgec": ["shelter"],
}

OF_A_CASE = 6
"""Submissions of a case."""


class Work(NamedTuple):
    """A signed submission and its stream."""

    stream: str
    record: bytes


def cases(
    count: int, *, ledger: str, signers: dict[str, SeedSigner], time: str, seed: int | str = 1
) -> Iterator[list[Work]]:
    """`count` cases, each a list of six submissions in order."""
    rng = random.Random(seed)
    for _ in range(count):
        case, victim, referral = (_uuid(rng) for _ in range(3))
        yield [
            Work(case, _signed(rng, case, agency, wire, data, ledger=ledger, signers=signers, time=time))
            for agency, wire, data in _story(victim, referral)
        ]


def _story(victim: str, referral: str) -> list[tuple[str, str, dict[str, object]]]:
    return [
        ("mn.hotline108", "identification.indicator_reported", {
            "victim_id": victim, "report_channel": "hotline_108", "indicator_codes": ["debt_bondage", "wages_taken"],
            "reporter_role": "hotline_operator", "aimag": "MN-1", "sex": "female", "age_band": "14-17"}),
        ("mn.npa", "identification.screening_completed", {
            "victim_id": victim, "screening_tool": "national_sop", "tool_version": "1", "sop_version": "1",
            "indicator_codes": ["debt_bondage"], "result": "presumed", "screener_role": "police_officer"}),
        ("mn.cfdpa", "identification.victim_presumed", {
            "victim_id": victim, "trafficking_status": "PossibleVictimOfTrafficking",
            "exploitation_types": ["ForcedLabour"], "age_band": "14-17", "sex": "female",
            "citizenship_group": "mongolian"}),
        ("mn.cfdpa", "referral.referral_requested", {
            "victim_id": victim, "referral_id": referral, "to_agency": "mn.mgec", "service_type": "safehouse_service",
            "urgency": "urgent", "reason": "AdditionalServicesRequired", "compartments_shared": ["medical"]}),
        ("mn.mgec", "referral.referral_accepted", {
            "referral_id": referral, "accepted_by_role": "shelter_worker",
            "first_contact_due": "2030-01-01T00:00:00.000000Z"}),
        ("mn.mgec", "referral.referral_completed", {"referral_id": referral, "outcome": "service_delivered"}),
    ]  # fmt: skip


def _signed(
    rng: random.Random,
    case: str,
    agency: str,
    wire: str,
    data: dict[str, object],
    *,
    ledger: str,
    signers: dict[str, SeedSigner],
    time: str,
) -> bytes:
    event = {
        "specversion": "1.0", "id": _uuid(rng), "source": agency, "subject": case, "type": f"mn.tamga.{wire}.v1",
        "time": time, "unit": "duty", "actor": "officer-1", "data": data,
    }  # fmt: skip
    return sign(event, ledger=ledger, signer=signers[agency])


def _uuid(rng: random.Random) -> str:
    return str(uuid.UUID(int=rng.getrandbits(128), version=4))
