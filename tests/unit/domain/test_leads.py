"""A case has two leads from its first entry on, never empty, and an accused agency is neither."""

from __future__ import annotations

import pytest

from unit.domain.story import (
    CHILD_PROTECTION,
    HOSPITAL,
    HOTLINE,
    INDICATED,
    POLICE,
    PROSECUTOR,
    SHELTER,
    TEAM,
    Act,
    act,
    given,
    take,
)


def accuses(by: str, *agencies: str) -> Act:
    """A report against officials of agencies."""
    return act(INDICATED.type, by, accused_agencies=list(agencies))


@pytest.mark.parametrize(
    ("when", "care", "proceedings"),
    [
        (INDICATED, CHILD_PROTECTION, POLICE),
        (act(INDICATED.type, SHELTER), SHELTER, POLICE),
        (act(INDICATED.type, TEAM), TEAM, POLICE),
        (act(INDICATED.type, POLICE), CHILD_PROTECTION, POLICE),
        (act(INDICATED.type, PROSECUTOR), CHILD_PROTECTION, PROSECUTOR),
        (act(INDICATED.type, HOSPITAL), CHILD_PROTECTION, POLICE),
        (accuses(HOTLINE, POLICE), CHILD_PROTECTION, PROSECUTOR),
        (accuses(POLICE, POLICE), CHILD_PROTECTION, PROSECUTOR),
        (accuses(PROSECUTOR, PROSECUTOR), CHILD_PROTECTION, POLICE),
        (accuses(SHELTER, SHELTER), CHILD_PROTECTION, POLICE),
        (accuses(PROSECUTOR, PROSECUTOR, SHELTER), CHILD_PROTECTION, POLICE),
        (accuses(SHELTER, POLICE, SHELTER), CHILD_PROTECTION, PROSECUTOR),
        (accuses(HOTLINE), CHILD_PROTECTION, POLICE),
    ],
)
def test_a_case_has_two_leads_from_its_first_entry_and_no_accused_one(when: Act, care: str, proceedings: str) -> None:
    case, (leads,) = take(given([]), when)
    assert leads.data == {"care": care, "proceedings": proceedings}
    assert (case.care_lead, case.proceedings_lead) == (care, proceedings)
    assert case.accused == frozenset(when.data.get("accused_agencies", ()))
    assert case.restricted is bool(case.accused)


def test_a_later_report_changes_no_lead_and_restricts_at_once() -> None:
    case = given([INDICATED, accuses(SHELTER, POLICE)])
    assert (case.care_lead, case.proceedings_lead, set(case.accused)) == (CHILD_PROTECTION, POLICE, {POLICE})
