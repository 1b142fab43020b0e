"""A desk shows a case closed once its closing was approved, and open again with the next fact."""

from __future__ import annotations

import pytest

from domain.case import Case
from unit.domain.story import CHILD_PROTECTION, HOTLINE, INDICATED, KEYRING, POLICE, STREAM, Act, act, given, uid
from unit.projections.told_by import desk_rows, story

CLOSED = act("case.Closed", CHILD_PROTECTION, id=uid("closing"))
APPROVED = act("ledger.ApprovalGiven", POLICE, of=uid("closing"), role="case_closure")
REFUSED = act("ledger.ApprovalRefused", POLICE, of=uid("closing"), role="case_closure", reason="incomplete")
CLOSING = [INDICATED, CLOSED, APPROVED]
ERASED = act("privacy.SubjectErased", KEYRING, compartments=["identity"], stage="effective")


@pytest.mark.parametrize(
    ("acts", "status"),
    [
        ([INDICATED], "open"),
        ([INDICATED, CLOSED], "open"),
        ([INDICATED, CLOSED, REFUSED], "open"),
        (CLOSING, "closed"),
        ([*CLOSING, act("case.Reopened", HOTLINE)], "open"),
        ([*CLOSING, act("consent.ConsentWithdrawn", HOTLINE)], "open"),
        ([*CLOSING, act("ledger.EventDisputed", POLICE, of=uid("closing"))], "closed"),
        ([*CLOSING, ERASED], "closed"),
    ],
)
def test_a_desk_shows_the_status_that_the_case_has(acts: list[Act], status: str) -> None:
    found = desk_rows("caseload", story(acts, Case.new(STREAM)))
    assert {row[2] for row in found} == {status}
    assert given(acts, kind=Case).status == status
