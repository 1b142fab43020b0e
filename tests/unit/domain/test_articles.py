"""A drift to lesser articles is visible from the first investigation to the verdict, and persons are counted once."""

from __future__ import annotations

import pytest

from domain.stages.investigation.articles import drifted, first_articles, history, last_articles
from domain.stages.prosecution import counts
from unit.domain.proceedings import (
    CHARGE,
    DEFENDANT,
    FINAL,
    HANDED_OVER,
    INDICTED,
    OPENED,
    RECEIVED,
    SECOND,
    SECOND_CHARGE,
    SUSPECTED,
    TO_APPEAL,
    TO_CHARGE,
    TO_COURT,
    TO_FILE,
    TO_FINAL,
    TO_SUSPECT,
    TO_TRIAL,
    TO_VERDICT,
    TRIED,
    decided,
    heard,
    lapsed,
    on_appeal,
    suspected,
    verdict,
)
from unit.domain.story import COURT, INDICATED, POLICE, PROSECUTOR, Act, act, given, uid

LESSER = verdict("reclassified", "16.1")


def reclassified(left: list[str], taken: list[str], **data: object) -> Act:
    """The prosecutor's decision to go on under other articles."""
    fields = {"from_articles": left, "to_articles": taken, "reason": "plea", **data}
    return act("investigation.OffenceReclassified", PROSECUTOR, **fields)


@pytest.mark.parametrize(
    ("acts", "last", "drift"),
    [
        (TO_SUSPECT, {"13.1"}, False),
        ([*TO_SUSPECT, reclassified(["13.1"], ["16.1"])], {"16.1"}, True),
        ([*TO_SUSPECT, reclassified(["13.1"], ["16.1"], defendant_id=DEFENDANT)], {"16.1"}, True),
        ([*TO_SUSPECT, reclassified(["13.1"], ["12.3.2"])], {"12.3.2"}, False),
        ([*TO_SUSPECT, reclassified(["13.1"], ["13.13"])], {"13.13"}, True),
        (
            [*TO_SUSPECT, act(HANDED_OVER.type, POLICE, to_agency=PROSECUTOR, articles=["16.4"]), RECEIVED],
            {"16.4"},
            True,
        ),
        ([*TO_FILE, decided(reason="other_offence", articles=["16.1"])], {"16.1"}, True),
        ([*TO_CHARGE, act(INDICTED.type, PROSECUTOR, articles=["16.1"], to_agency=COURT)], {"16.1"}, True),
        ([*TO_CHARGE, reclassified(["13.1"], ["16.1"], defendant_id=DEFENDANT)], {"16.1"}, True),
        (TO_VERDICT, {"13.1"}, False),
        ([*TO_TRIAL, LESSER], {"16.1"}, True),
        (
            [*TO_APPEAL, on_appeal("amended", charges=[CHARGE], results=["reclassified"], articles=["16.1"])],
            {"16.1"},
            True,
        ),
    ],
)
def test_a_drift_is_seen_wherever_it_happens(acts: list[Act], last: set[str], drift: bool) -> None:
    case = given(acts)
    assert first_articles(case, DEFENDANT) == {"13.1"}
    assert last_articles(case, DEFENDANT) == last
    assert drifted(case, DEFENDANT) is drift


def test_the_history_says_who_when_from_to_and_why() -> None:
    case = given(
        [
            INDICATED,
            OPENED,
            SUSPECTED,
            reclassified(["13.1"], ["13.1", "12.3"], time="2026-03-02T08:00:00.000000Z"),
            HANDED_OVER,
            RECEIVED,
            decided(articles=["12.3"]),
            act(INDICTED.type, PROSECUTOR, articles=["12.3"], to_agency=COURT),
            TRIED,
            LESSER,
        ]
    )
    steps = [
        (change.step.partition(".")[2], change.by, change.before, change.after, change.reason)
        for change in history(case, DEFENDANT)
    ]
    police, prosecutor = (POLICE, "investigator-1"), (PROSECUTOR, "officer-1")
    assert steps == [
        ("InvestigationOpened", police, (), ("13.1",), None),
        ("OffenceReclassified", prosecutor, ("13.1",), ("13.1", "12.3"), "plea"),
        ("InvestigationTransferredToProsecutor", police, ("13.1", "12.3"), ("13.1",), None),
        ("ChargeDecided", prosecutor, ("13.1",), ("12.3",), "sufficient_evidence"),
        ("IndictmentFiled", prosecutor, ("12.3",), ("12.3",), None),
        ("VerdictRendered", (COURT, "judge-1"), ("12.3",), ("16.1",), None),
    ]
    assert history(case, DEFENDANT)[1].at == "2026-03-02T08:00:00.000000Z"


def test_a_person_has_the_history_of_her_own_and_of_no_other() -> None:
    case = given(
        [*TO_SUSPECT, suspected(defendant_id=SECOND), reclassified(["13.1"], ["16.1"], defendant_id=DEFENDANT)]
    )
    assert [len(history(case, each)) for each in (DEFENDANT, SECOND, uid("nobody"))] == [2, 1, 0]
    assert (drifted(case, DEFENDANT), drifted(case, SECOND)) == (True, False)


def test_who_is_reclassified_alone_keeps_her_own_articles_when_all_are() -> None:
    case = given(
        [
            *TO_SUSPECT,
            suspected(defendant_id=SECOND),
            reclassified([], ["16.4"], defendant_id=DEFENDANT),
            reclassified(["13.1"], ["12.3"]),
        ]
    )
    assert last_articles(case, DEFENDANT) == {"12.3", "16.4"}
    assert last_articles(case, SECOND) == {"12.3"}


def test_an_acquittal_of_trafficking_beside_a_lesser_conviction_is_a_drift() -> None:
    both = [CHARGE, SECOND_CHARGE]
    case = given(
        [
            *TO_CHARGE,
            decided(charge_id=SECOND_CHARGE, articles=["16.1"]),
            act(INDICTED.type, PROSECUTOR, articles=["13.1", "16.1"], to_agency=COURT, charge_id=both),
            TRIED,
            verdict(charge_id=both, results=["acquitted", "convicted"], articles=["13.1", "16.1"]),
        ]
    )
    assert last_articles(case, DEFENDANT) == {"16.1"}
    assert counts.drifted(case) == {DEFENDANT}
    # Three numbers of one person: she is convicted, and so not acquitted.
    assert (len(counts.prosecuted(case)), len(counts.convicted(case)), len(counts.acquitted(case))) == (1, 1, 0)


@pytest.mark.parametrize(
    ("acts", "prosecuted", "convicted", "finally_convicted", "acquitted"),
    [
        (TO_CHARGE, 0, 0, 0, 0),
        (TO_COURT, 1, 0, 0, 0),
        (TO_VERDICT, 1, 1, 0, 0),
        (TO_FINAL, 1, 1, 1, 0),
        ([*TO_TRIAL, verdict("acquitted")], 1, 0, 0, 1),
        ([*TO_TRIAL, verdict("acquitted"), lapsed(), FINAL], 1, 0, 0, 1),
        ([*TO_TRIAL, verdict("dismissed")], 1, 0, 0, 0),
        ([*TO_TRIAL, LESSER], 1, 1, 0, 0),
        ([*TO_APPEAL, on_appeal("quashed")], 1, 0, 0, 0),
        ([*TO_APPEAL, on_appeal("remitted")], 1, 0, 0, 0),
        (
            [*TO_APPEAL, on_appeal("remitted"), heard(hearing_id=uid("h2")), verdict("acquitted", actor="judge-4")],
            1,
            0,
            0,
            1,
        ),
    ],
)
def test_persons_are_counted_by_what_stands(
    acts: list[Act], prosecuted: int, convicted: int, finally_convicted: int, acquitted: int
) -> None:
    case = given(acts)
    counted = (counts.prosecuted, counts.convicted, counts.finally_convicted, counts.acquitted)
    assert tuple(len(count(case)) for count in counted) == (prosecuted, convicted, finally_convicted, acquitted)


def test_one_person_in_two_linked_cases_is_counted_once() -> None:
    cases = [given(TO_VERDICT), given(TO_VERDICT)]
    assert len(counts.persons(cases, counts.convicted, lambda stream, defendant: "party")) == 1
    apart = iter(["one", "two"])
    assert len(counts.persons(cases, counts.convicted, lambda stream, defendant: next(apart))) == 2
