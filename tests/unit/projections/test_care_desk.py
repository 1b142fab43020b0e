"""Care is counted by person over all agencies, of what each agency is told; links say who is one person."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from domain.case import Case
from projections.desks.care import CareRow
from unit.domain.story import (
    CHILD_PROTECTION,
    COURT,
    HOSPITAL,
    HOTLINE,
    INDICATED,
    POLICE,
    PRESUMED,
    PROSECUTOR,
    SHELTER,
    STREAM,
    Act,
    act,
    approved,
    uid,
)
from unit.projections.told_by import desk_rows, story

CHILD = uid("victim_id")
REFERRED = act("referral.ReferralRequested", HOTLINE, to_agency=SHELTER, urgency="emergency")
SHELTERED = act("protection.ShelterAdmitted", SHELTER)
ASKED = act("protection.ForensicInterviewConducted", CHILD_PROTECTION, purpose="facts_of_exploitation")
ASKED_AGAIN = act(
    "protection.AccountTaken", POLICE, purpose="facts_of_exploitation", interview_id=uid("again"),
)  # fmt: skip
TESTIFIED = act("prosecution.HearingHeld", COURT, children_testified=[CHILD, CHILD])
EXAMINED = act("protection.MedicalExaminationConducted", HOSPITAL)
MISSING, FOUND = act("protection.ChildReportedMissing", POLICE), act("protection.ChildLocated", POLICE)
PLAN = approved(act("protection.CarePlanAgreed", SHELTER, setting="shelter", review_on="2026-04-01"), "care_plan")
ENDED = approved(act("protection.CareEpisodeClosed", SHELTER, follow_up_on="2026-06-01"), "closure")
SERVED = act("protection.ServiceDelivered", SHELTER, service_type="health_medical_service")
IN_SHELTER = [INDICATED, PRESUMED, REFERRED, SHELTERED]

CARE: list[tuple[list[Act], str, dict[str, Any]]] = [
    ([INDICATED, PRESUMED], CHILD_PROTECTION, {"interviews": 0, "examinations": 0, "shelter": "", "risk_level": ""}),
    ([INDICATED, ASKED, ASKED_AGAIN], CHILD_PROTECTION, {"interviews": 2, "unauthorized": 1}),
    ([INDICATED, ASKED, ASKED_AGAIN], HOTLINE, {"interviews": 2, "unauthorized": 1}),
    ([INDICATED, ASKED, TESTIFIED], POLICE, {"interviews": 2}),
    ([INDICATED, ASKED, TESTIFIED], HOTLINE, {"interviews": 1}),
    ([INDICATED, EXAMINED, EXAMINED], POLICE, {"examinations": 2}),
    ([INDICATED, MISSING], HOTLINE, {"missing": "missing"}),
    ([INDICATED, MISSING, FOUND], HOTLINE, {"missing": "located"}),
    (IN_SHELTER, SHELTER, {"shelter": "open"}),
    (IN_SHELTER, CHILD_PROTECTION, {"shelter": "open"}),
    (IN_SHELTER, POLICE, {"shelter": ""}),
    ([*IN_SHELTER, PLAN[0]], SHELTER, {"review_on": ""}),
    ([*IN_SHELTER, *PLAN], SHELTER, {"review_on": "2026-04-01", "plan_setting": "shelter"}),
    ([*IN_SHELTER, *PLAN, *ENDED], SHELTER, {"review_on": "", "shelter": "closed", "follow_up_on": "2026-06-01"}),
    ([*IN_SHELTER, SERVED, SERVED], CHILD_PROTECTION, {"services": 2}),
    ([*IN_SHELTER, SERVED, SERVED], POLICE, {"services": 0}),
    (
        [INDICATED, act("protection.RiskAssessed", CHILD_PROTECTION, risk_level="high")],
        PROSECUTOR,
        {},
    ),
    (
        [INDICATED, act("protection.RiskAssessed", CHILD_PROTECTION, risk_level="high")],
        HOTLINE,
        {"risk_level": "high"},
    ),
    ([INDICATED, act("protection.ChildPlaced", CHILD_PROTECTION)], CHILD_PROTECTION, {"placed_on": "2026-03-01"}),
]


def rows(acts: list[Act], agency: str) -> list[CareRow]:
    """The agency's rows."""
    made = desk_rows("care", story(acts, Case(STREAM)))
    return [row for row in map(CareRow._make, made) if row.agency == agency]


@pytest.mark.parametrize(("acts", "agency", "expected"), CARE)
def test_care_as_an_agency_is_told_of_it(acts: list[Act], agency: str, expected: dict[str, Any]) -> None:
    found = [{name: row._asdict()[name] for name in expected} for row in rows(acts, agency)]
    assert found == ([expected] if expected else [])


def test_who_asked_and_who_keeps_her_are_named_as_the_agency_may_know_them() -> None:
    (row,) = rows([*IN_SHELTER, ASKED], CHILD_PROTECTION)
    (stay,), (occasion,) = orjson.loads(row.stays), orjson.loads(row.asked)
    assert stay["by"].startswith("care-provider-")
    assert (occasion["by"], occasion["purpose"]) == (CHILD_PROTECTION, "facts_of_exploitation")
    (own,) = rows([*IN_SHELTER, ASKED], SHELTER)
    assert orjson.loads(own.stays)[0]["by"] == SHELTER
