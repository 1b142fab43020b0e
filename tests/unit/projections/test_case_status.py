"""A desk shows a case closed once its closing was approved, and open again with the next fact."""

from __future__ import annotations

import pytest

from domain.case import Case
from domain.event import Recorded
from domain.stages.state import StreamState
from projections import caseload
from projections.engine import Group, fold
from projections.entry import Entry
from unit.domain.story import (
    AT,
    CHILD_PROTECTION,
    HOTLINE,
    INDICATED,
    KEYRING,
    POLICE,
    STREAM,
    Act,
    act,
    event,
    take,
    uid,
)

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
    state: StreamState = Case.new(STREAM)
    entries: list[Entry] = []
    for pos, done in enumerate(acts, start=1):
        state, stated = take(state, done)
        entries.append(Entry(0, pos, STREAM, Recorded(event(done), AT, pos, stated)))
    groups: dict[str, Group] = {STREAM: {}}
    fold(caseload, groups, entries, None)
    assert {row[2] for row in groups[STREAM].values()} == {status}
    assert isinstance(state, Case)
    assert state.status == status
