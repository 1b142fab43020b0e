"""A reference record is history: it opens nothing, and nothing is invented beside it."""

from __future__ import annotations

import pytest

from domain.refusals import Refusal
from unit.domain.story import AT, CHILD_PROTECTION, HOTLINE, IMPORTER, INDICATED, Act, act, given, outcome

IMPORTED = act("case.RecordImported", IMPORTER, time="2018-01-01T00:00:00.000000Z", dataset="ctdc_global_k_anonymised")
LATE = "2026-02-01T00:00:00.000000Z"

ROWS: list[tuple[str, list[Act], Act, str | tuple[str, ...]]] = [
    ("a record is taken without effect or breach, however old", [], IMPORTED, ()),
    (
        "a stream holds one record",
        [IMPORTED],
        act("case.RecordImported", IMPORTER, row=2),
        "case.already_imported",
    ),
    ("no history is imported into an operational case", [INDICATED], IMPORTED, "case.not_reference"),
    (
        "a country stands only in a k-anonymised record",
        [],
        act("case.RecordImported", CHILD_PROTECTION, dataset="own_legacy_register", citizenship="MN"),
        "case.citizenship_identifies",
    ),
    (
        "an agency passes no register off as the collaborative's",
        [],
        act("case.RecordImported", CHILD_PROTECTION, dataset="ctdc_global_k_anonymised", citizenship="MN"),
        "case.dataset_of_importer",
    ),
    (
        "an agency imports its own register",
        [],
        act("case.RecordImported", CHILD_PROTECTION, dataset="own_legacy_register", citizenship_group="mongolian"),
        (),
    ),
    ("nobody decides on a reference case", [IMPORTED], act("identification.VictimPresumed", HOTLINE), "case.reference"),
    ("no fact happens in a reference case", [IMPORTED], act("consent.VictimInformed", HOTLINE), "case.reference"),
    ("an indicator opens a real case there", [IMPORTED], INDICATED, ("LeadsAssigned",)),
    (
        "a late indicator is marked there too",
        [IMPORTED],
        act(INDICATED.type, HOTLINE, time=LATE),
        ("LeadsAssigned", "LATE_ENTRY"),
    ),
]


@pytest.mark.parametrize(("before", "when", "then"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])
def test_reference(before: list[Act], when: Act, then: str | tuple[str, ...]) -> None:
    assert outcome(given(before), when) == then


def test_a_reference_case_has_no_leads_and_no_status_of_ours() -> None:
    case = given([IMPORTED])
    assert (case.status, case.version, case.care_lead, case.proceedings_lead) == ("reference", 1, None, None)
    (victim,) = case.victims.values()
    assert not victim.indicated
    assert not victim.presumed


def test_the_case_that_an_indicator_opens_there_is_open() -> None:
    assert given([IMPORTED, INDICATED]).status == "open"
    with pytest.raises(Refusal):
        given([IMPORTED, INDICATED, act("case.RecordImported", IMPORTER, row=3, time=AT)])
