"""Whatever happens to the accused, no victim loses by it: charge, dismissal or acquittal changes nobody's status."""

from __future__ import annotations

from hypothesis import given as drawn
from hypothesis import settings
from hypothesis import strategies as st

from domain.case import Case
from domain.catalogue import by_name
from domain.event import Recorded
from domain.refusals import Refusal
from domain.stages.identification.state import Victim
from domain.stages.prosecution import counts
from domain.stages.prosecution.rules import has_appeal
from domain.stream import admit, evolve
from unit.domain import test_courts, test_investigation, test_prosecution, test_suspects
from unit.domain.proceedings import TO_FINAL
from unit.domain.story import CONTEXT, PRESUMED, Act, event, given

# Every act of the tables, good or bad: enough for a way that is long, and for every wrong turn from it.
_TABLES = [*test_investigation.ROWS, *test_suspects.ROWS, *test_prosecution.ROWS, *test_courts.ROWS]
POOL: list[Act] = list({repr(done): done for row in _TABLES for done in (*row[1], row[2])}.values())
PROCEEDINGS = [done for done in POOL if by_name[done.type].stage in ("investigation", "prosecution")]
_COURT = {"open", "suspended", "closed", "handed_over", "with_prosecutor", "before_court", "judged"}


def after(case: Case, acts: list[Act]) -> tuple[Case, list[Recorded]]:
    """The case after those of the acts that are admitted, with their entries."""
    entries: list[Recorded] = []
    for done in acts:
        submitted = event(done)
        try:
            stated = admit(case, submitted, by_name[done.type], CONTEXT)
        except Refusal:
            continue
        entries.append(Recorded(submitted, CONTEXT.at, case.version + 1, stated))
        case = evolve(case, entries[-1])  # type: ignore[assignment]
    return case, entries


@settings(max_examples=150, deadline=None)
@drawn(began=st.integers(1, len(TO_FINAL)), acts=st.lists(st.sampled_from(PROCEEDINGS), max_size=40))
def test_charge_dismissal_or_acquittal_never_changes_a_victims_status(began: int, acts: list[Act]) -> None:
    before = given([TO_FINAL[0], PRESUMED, *TO_FINAL[1:began]])
    case, _ = after(before, acts)
    assert {key: case.victims[key] for key in before.victims} == before.victims
    assert {case.victims[key] for key in case.victims.keys() - before.victims.keys()} <= {Victim()}
    assert case.flags == before.flags
    assert case.care_lead == before.care_lead


@settings(max_examples=150, deadline=None)
@drawn(began=st.integers(1, len(TO_FINAL)), acts=st.lists(st.sampled_from(POOL), max_size=40))
def test_what_stands_on_record_of_the_proceedings_fits_together(began: int, acts: list[Act]) -> None:
    before = given(TO_FINAL[:began])
    case, entries = after(before, acts)
    assert counts.convicted(case) <= counts.prosecuted(case)
    assert not counts.convicted(case) & counts.acquitted(case)
    for key, judgment in case.judgments.items():
        assert judgment.state != "final" or judgment.instances
        assert not (judgment.lapsed and has_appeal(case, key))
    for investigation in case.investigations.values():
        assert investigation.state in _COURT
        assert investigation.agency
    for charge in case.charges.values():
        assert charge.defendant_id in case.defendants
        assert charge.result is None or charge.state == "judged"
        assert charge.articles or charge.state != "before_court"
    replayed = before
    for entry in entries:
        replayed = evolve(replayed, entry)
    assert replayed == case
