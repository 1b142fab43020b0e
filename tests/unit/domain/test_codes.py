"""A code list is found under the name that the catalogue uses, and nothing else is one."""

from __future__ import annotations

from datetime import timedelta

import pytest

from domain.codes import codes, names
from domain.profile import AGENCIES, DEFAULTS, deadline, duration, option_on


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("referral_urgency", "emergency"),
        ("vic_TraffickingStatus", "PossibleVictimOfTrafficking"),
        ("cas_ReasonForOutgoingReferral", "AdditionalServicesRequired"),
        ("spl_Type", "Education"),
        ("primero.risk_level", "high"),
        ("primero.service_type", "family_seunification_service"),
        ("uk_nrm.last_contact", "within-the-last-week"),
        ("rule_breach_codes", "VICTIM_DETAINED"),
        ("breach_code", "SEAL_MISMATCH"),
    ],
)
def test_a_list_is_found_by_the_catalogues_name(kind: str, code: str) -> None:
    found = codes(kind)
    assert found is not None
    assert code in found


@pytest.mark.parametrize("kind", ["date", "primero.licence", "", "nothing"])
def test_what_is_no_list_has_no_codes(kind: str) -> None:
    assert codes(kind) is None


def test_no_code_carries_a_mark_of_the_research() -> None:
    assert not [code for name in names() for code in codes(name) or () if "(" in code and "sic" in code]


@pytest.mark.parametrize(
    ("text", "hours"), [("P30D", 720), ("PT24H", 24), ("PT15M", 0.25), ("P1DT2H", 26), ("PT3600S", 1)]
)
def test_a_duration_is_days_hours_minutes_and_seconds(text: str, hours: float) -> None:
    assert duration(text) == timedelta(hours=hours)


@pytest.mark.parametrize("text", ["", "P", "PT", "P1Y", "P1M", "1D", "by article", "field due_at", "P30D "])
def test_anything_else_is_no_duration(text: str) -> None:
    with pytest.raises(ValueError, match="not a duration"):
        duration(text)


def test_the_profile_says_deadlines_leads_and_options() -> None:
    assert deadline("referral_response", "emergency") == timedelta(hours=1)
    assert deadline("recovery_period") == timedelta(days=30)
    assert option_on("grounds_decisions")
    assert set(DEFAULTS.values()) <= set(AGENCIES)
    assert AGENCIES["ctdc.import"].system
    with pytest.raises(ValueError, match="not a duration"):
        deadline("first_contact")
