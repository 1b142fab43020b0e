"""Through all instances to the final judgment: a verdict needs a trial, an appeal its period and new deciders."""

from __future__ import annotations

from dataclasses import replace

import pytest

from domain.stages.case.open_things import open_things
from unit.domain.proceedings import (
    ACCUSED,
    CHARGE,
    CONVICTED,
    DEFENDANT,
    FINAL,
    HANDED_OVER,
    INDICTED,
    INVESTIGATION,
    RECEIVED,
    SECOND,
    SECOND_CHARGE,
    TO_APPEAL,
    TO_CHARGE,
    TO_COURT,
    TO_FILE,
    TO_FINAL,
    TO_TRIAL,
    TO_VERDICT,
    TRIED,
    appealed,
    decided,
    heard,
    lapsed,
    on_appeal,
    suspected,
    verdict,
)
from unit.domain.story import COURT, PROSECUTOR, Act, act, given, outcome, uid

SECOND_SUSPECT = suspected(defendant_id=SECOND)
SECOND_ACCUSED = decided(defendant_id=SECOND, charge_id=SECOND_CHARGE)
SENTENCED = act("prosecution.SentenceImposed", COURT, months_imprisonment=24)
CASSATION = appealed("cassation", "second appeal")
BACK = [
    *TO_FILE,
    SECOND_SUSPECT,
    ACCUSED,
    SECOND_ACCUSED,
    INDICTED,
    replace(INDICTED, data={**INDICTED.data, "defendant_id": SECOND, "charge_id": [SECOND_CHARGE]}),
    TRIED,
    CONVICTED,
    act("prosecution.CaseReturnedForInvestigation", COURT),
    replace(HANDED_OVER, id=uid("once more")),
    replace(RECEIVED, id=uid("received once more")),
]
BOTH = {"charge_id": [CHARGE, SECOND_CHARGE], "articles": ["13.1", "13.1"]}
REMITTED_IN_PART = [
    *TO_CHARGE,
    decided(charge_id=SECOND_CHARGE),
    act(INDICTED.type, PROSECUTOR, to_agency=COURT, **BOTH),
    TRIED,
    act(CONVICTED.type, COURT, actor="judge-1", instance="first", results=["convicted", "convicted"], **BOTH),
    appealed(),
    on_appeal("remitted", charges=[CHARGE]),
]

ROWS: list[tuple[str, list[Act], Act, str | tuple[str, ...]]] = [
    ("a verdict after the trial", TO_TRIAL, CONVICTED, ()),
    ("no verdict without a trial", TO_COURT, CONVICTED, "prosecution.no_trial"),
    ("an adjourned hearing is no trial", [*TO_COURT, heard(adjourned=True)], CONVICTED, "prosecution.no_trial"),
    ("a preliminary hearing is no trial", [*TO_COURT, heard("preliminary")], CONVICTED, "prosecution.no_trial"),
    ("a verdict on what is before the court", [*TO_CHARGE, TRIED], CONVICTED, "prosecution.not_before_court"),
    ("a result for each charge", TO_TRIAL, verdict(results=[]), "prosecution.lists_differ"),
    ("a verdict is rendered once", TO_VERDICT, verdict("acquitted"), "prosecution.not_before_court"),
    ("what is judged is not decided again when the file of another comes back", BACK, ACCUSED, "charge.with_court"),
    ("but the charge of the other", BACK, SECOND_ACCUSED, ()),
    ("a sentence", TO_VERDICT, SENTENCED, ()),
    ("a sentence under a lesser article", [*TO_TRIAL, verdict("reclassified", "16.1")], SENTENCED, ()),
    ("no sentence after an acquittal", [*TO_TRIAL, verdict("acquitted")], SENTENCED, "prosecution.not_convicted"),
    ("an appeal", TO_VERDICT, appealed(), ()),
    ("the other side appeals too", TO_APPEAL, appealed(label="second", by="prosecutor"), ()),
    ("an appeal goes to the next instance", TO_VERDICT, appealed("cassation"), "appeal.not_possible"),
    ("no appeal before a verdict", TO_TRIAL, appealed(), "prosecution.no_verdict"),
    ("no appeal after the period", [*TO_VERDICT, lapsed()], appealed(), "appeal.not_possible"),
    ("decided on appeal", TO_APPEAL, on_appeal("upheld"), ()),
    ("not by who rendered the verdict", TO_APPEAL, on_appeal("upheld", actor="judge-1"), "decider.same_as_before"),
    ("decided once", [*TO_APPEAL, on_appeal("upheld")], on_appeal("quashed", actor="judge-3"), "appeal.not_pending"),
    ("decided at its instance", TO_APPEAL, on_appeal("upheld", "cassation"), "appeal.not_pending"),
    ("an appeal on record", TO_VERDICT, on_appeal("upheld"), "appeal.unknown"),
    (
        "a decision on appeal names charges of the person",
        TO_APPEAL,
        on_appeal("amended", charges=[SECOND_CHARGE], results=["acquitted"]),
        "charge.other_defendant",
    ),
    ("a result names its charge", TO_APPEAL, on_appeal("amended", results=["acquitted"]), "prosecution.lists_differ"),
    ("cassation after an appeal", [*TO_APPEAL, on_appeal("upheld")], CASSATION, ()),
    (
        "cassation for the other side too",
        [*TO_APPEAL, on_appeal("upheld"), CASSATION],
        appealed("cassation", "third", by="prosecutor"),
        (),
    ),
    (
        "cassation is not decided by who decided on the appeal",
        [*TO_APPEAL, on_appeal("upheld"), CASSATION],
        on_appeal("upheld", "cassation", "second appeal"),
        "decider.same_as_before",
    ),
    (
        "nothing above cassation",
        [
            *TO_APPEAL,
            on_appeal("upheld"),
            CASSATION,
            on_appeal("upheld", "cassation", "second appeal", actor="judge-3"),
        ],
        appealed("cassation", "third"),
        "appeal.not_possible",
    ),
    ("the clock lapses the period", TO_VERDICT, lapsed(), ()),
    ("not before its last day", TO_VERDICT, lapsed(on="2026-03-14"), "clock.moot"),
    ("not while an appeal is pending", TO_APPEAL, lapsed(), "clock.moot"),
    ("not before a verdict", TO_TRIAL, lapsed(), "clock.moot"),
    ("not twice", [*TO_VERDICT, lapsed()], lapsed(on="2026-03-16"), "clock.moot"),
    ("not of an instance that was overtaken", [*TO_APPEAL, on_appeal("upheld")], lapsed(), "clock.moot"),
    ("of the decision on appeal", [*TO_APPEAL, on_appeal("upheld")], lapsed("appeal"), ()),
    ("final when the period has lapsed", [*TO_VERDICT, lapsed()], FINAL, ()),
    ("final after a decision on appeal", [*TO_APPEAL, on_appeal("upheld")], FINAL, ()),
    ("not final while the period runs", TO_VERDICT, FINAL, "appeal.none_decided"),
    (
        "not final while an appeal is pending",
        [*TO_APPEAL, appealed(label="second"), on_appeal("upheld")],
        FINAL,
        "appeal.pending",
    ),
    ("what is remitted is not final", [*TO_APPEAL, on_appeal("remitted")], FINAL, "appeal.none_decided"),
    ("final once", TO_FINAL, FINAL, "appeal.none_decided"),
    ("new circumstances against a final judgment", TO_FINAL, appealed("newly_discovered_circumstances"), ()),
    ("and nothing else", TO_FINAL, appealed(), "appeal.not_possible"),
    (
        "a judgment that new circumstances have ended is not final",
        [*TO_FINAL, appealed("newly_discovered_circumstances"), on_appeal("quashed", "newly_discovered_circumstances")],
        appealed("newly_discovered_circumstances", "next"),
        "appeal.not_possible",
    ),
    (
        "a sentence after an acquittal was amended on appeal",
        [*TO_TRIAL, verdict("acquitted"), appealed(), on_appeal("amended", charges=[CHARGE], results=["convicted"])],
        SENTENCED,
        (),
    ),
    ("final after one charge of two was remitted", REMITTED_IN_PART, FINAL, ()),
    (
        "not final once it is judged again",
        [*REMITTED_IN_PART, heard(hearing_id=uid("h2")), verdict(actor="judge-4")],
        FINAL,
        "appeal.none_decided",
    ),
    (
        "no new circumstances before it is final",
        TO_VERDICT,
        appealed("newly_discovered_circumstances"),
        "appeal.not_possible",
    ),
    (
        "a remitted charge needs another trial",
        [*TO_APPEAL, on_appeal("remitted")],
        verdict("acquitted"),
        "prosecution.no_trial",
    ),
    (
        "and gets another verdict",
        [*TO_APPEAL, on_appeal("remitted"), heard(hearing_id=uid("h2"))],
        verdict("acquitted", actor="judge-4"),
        (),
    ),
]


@pytest.mark.parametrize(("before", "when", "then"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])
def test_courts(before: list[Act], when: Act, then: str | tuple[str, ...]) -> None:
    assert outcome(given(before), when) == then


def test_proceedings_are_over_when_everybody_in_them_is_judged_finally() -> None:
    assert given(TO_FINAL).investigations[INVESTIGATION].state == "judged"
    second = [
        *TO_FILE,
        SECOND_SUSPECT,
        ACCUSED,
        SECOND_ACCUSED,
        INDICTED,
        act(
            INDICTED.type,
            PROSECUTOR,
            articles=["13.1"],
            to_agency=COURT,
            defendant_id=SECOND,
            charge_id=[SECOND_CHARGE],
        ),
        TRIED,
        CONVICTED,
        lapsed(),
        FINAL,
    ]
    assert given(second).investigations[INVESTIGATION].state == "before_court"


@pytest.mark.parametrize(
    ("result", "data", "state", "charge", "outcome_of_charge"),
    [
        ("upheld", {}, "appeal_decided", "judged", "convicted"),
        ("withdrawn", {}, "appeal_decided", "judged", "convicted"),
        ("amended", {}, "appeal_decided", "judged", "convicted"),
        ("amended", {"charges": [CHARGE], "results": ["acquitted"]}, "appeal_decided", "judged", "acquitted"),
        ("quashed", {}, "appeal_decided", "judged", None),
        ("quashed", {"charges": [CHARGE], "results": ["dismissed"]}, "appeal_decided", "judged", "dismissed"),
        ("remitted", {}, "none", "before_court", None),
        ("remitted", {"charges": [CHARGE]}, "none", "before_court", None),
    ],
)
def test_a_decision_on_appeal_changes_the_charges(
    result: str, data: dict[str, object], state: str, charge: str, outcome_of_charge: str | None
) -> None:
    case = given([*TO_APPEAL, on_appeal(result, **data)])
    assert case.judgments[DEFENDANT].state == state
    assert (case.charges[CHARGE].state, case.charges[CHARGE].result) == (charge, outcome_of_charge)


def test_every_instance_stands_in_order_with_who_decided() -> None:
    case = given(
        [*TO_APPEAL, on_appeal("upheld"), CASSATION, on_appeal("upheld", "cassation", "second appeal", actor="judge-3")]
    )
    instances = case.judgments[DEFENDANT].instances
    assert [(each.instance, each.result, each.by[1]) for each in instances] == [
        ("first", None, "judge-1"),
        ("appeal", "upheld", "judge-2"),
        ("cassation", "upheld", "judge-3"),
    ]


@pytest.mark.parametrize(
    ("result", "state", "investigation"),
    [
        ("upheld", "final", "judged"),
        ("withdrawn", "final", "judged"),
        ("remitted", "none", "before_court"),
        ("quashed", "appeal_decided", "before_court"),
    ],
)
def test_new_circumstances_end_a_final_judgment_only_when_they_change_it(
    result: str, state: str, investigation: str
) -> None:
    instance = "newly_discovered_circumstances"
    case = given([*TO_FINAL, appealed(instance), on_appeal(result, instance)])
    assert case.judgments[DEFENDANT].state == state
    assert (case.judgments[DEFENDANT].final_on is not None) is (state == "final")
    assert case.investigations[INVESTIGATION].state == investigation


def test_the_measure_ends_with_the_final_judgment() -> None:
    banned = act("investigation.PreventiveMeasureOrdered", COURT, measure="travel_ban")
    case = given([*TO_VERDICT, banned, lapsed(), FINAL])
    assert case.defendants[DEFENDANT].measure is None


@pytest.mark.parametrize(
    ("acts", "left"),
    [
        (TO_CHARGE, ["closing.proceedings_open"]),
        (TO_COURT, ["closing.proceedings_open"]),
        (TO_VERDICT, ["closing.proceedings_open"]),
        ([*TO_VERDICT, lapsed()], ["closing.proceedings_open"]),
        (TO_FINAL, []),
        ([*TO_FINAL, appealed("newly_discovered_circumstances")], ["closing.proceedings_open"]),
    ],
)
def test_a_case_is_not_closed_before_the_last_judgment_is_final(acts: list[Act], left: list[str]) -> None:
    assert list(dict.fromkeys(open_things(given(acts)))) == left
