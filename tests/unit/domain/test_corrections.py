"""Corrections, disputes and misfiled events stand beside what was recorded; nothing is changed or hidden."""

from __future__ import annotations

from typing import Any

import pytest

from domain.catalogue import by_name
from domain.refusals import Refusal
from domain.stages.ledger.correction import check_values, correctable
from unit.domain.story import (
    CHILD_PROTECTION,
    HOTLINE,
    INDICATED,
    OVERSIGHT,
    POLICE,
    SHELTER,
    STREAM,
    SUCCEEDED,
    Act,
    act,
    given,
    outcome,
    take,
    uid,
)

TOLD = act("identification.IndicatorReported", HOTLINE, id=uid("told"))
INFORMED = act("consent.VictimInformed", HOTLINE, id=uid("informed"))
PRESUMED = act("identification.VictimPresumed", CHILD_PROTECTION, id=uid("presumed"))
ELSEWHERE = uid("another stream")


def corrects(by: str = HOTLINE, of: str = "told", replaces: list[str] | None = None, **data: Any) -> Act:
    """A correction of the aimag of the indicator unless said otherwise."""
    if replaces is None:
        replaces, data = ["aimag"], {"clear_values": {"aimag": "MN-047"}, **data}
    return act("ledger.EventCorrected", by, id=uid("correction"), of=uid(of), replaces=replaces, **data)


def disputes(by: str = POLICE, of: str = "told", **data: Any) -> Act:
    """A dispute about what the hotline told."""
    return act("ledger.EventDisputed", by, id=uid("dispute"), of=uid(of), **data)


def misfiled(by: str = HOTLINE, of: str = "told", right: str = ELSEWHERE) -> Act:
    """The mark on an event that belongs elsewhere."""
    return act("ledger.EventMisfiled", by, of=uid(of), right_stream=right)


OLD = act("identification.IndicatorReported", SUCCEEDED, id=uid("old"))
ASSIGNED = act("case.OfficerAssigned", POLICE, officer="officer-4", role="investigator")
APPROVED = act("ledger.ApprovalGiven", HOTLINE, actor="officer-2", of=uid("correction"), role="correction")
WAITS = ("ApprovalAwaited",)
ROWS: list[tuple[str, list[Act], Act, str | tuple[str, ...]]] = [
    ("an agency corrects its own event, on approval", [], corrects(), WAITS),
    ("only its own event", [], corrects(POLICE), "record.not_own_event"),
    ("an event that is there", [], corrects(of="nothing"), "record.event_unknown"),
    ("an agency does not succeed itself", [], corrects(successor=True), "record.no_successor"),
    ("a successor corrects what it took over", [OLD], corrects(of="old", successor=True), WAITS),
    ("and says that it is one", [OLD], corrects(of="old"), "record.not_own_event"),
    ("nobody else succeeds", [OLD], corrects(POLICE, of="old", successor=True), "record.no_successor"),
    ("never a decision", [PRESUMED], corrects(CHILD_PROTECTION, "presumed"), "correction.decision"),
    ("fields of the corrected type", [], corrects(replaces=["moon"]), "correction.no_such_field"),
    ("no ids: that is misfiled", [], corrects(replaces=["victim_id"]), "correction.no_such_field"),
    ("at least one field", [], corrects(replaces=[]), "correction.no_such_field"),
    ("a value for what the type needs", [], corrects(replaces=["aimag"]), "correction.value_missing"),
    ("an optional field may be withdrawn", [], corrects(replaces=["age_band"]), WAITS),
    ("a disclosed field may be replaced", [], corrects(replaces=["narrative"], _sd=["A" * 43]), WAITS),
    ("a value of the field's kind", [], corrects(clear_values={"aimag": "Dornod"}), "data.invalid_value"),
    ("a value of a field that is replaced", [], corrects(clear_values={"age_band": "18+"}), "data.unknown_field"),
    ("a second agency disputes", [ASSIGNED], disputes(), ()),
    ("oversight disputes", [], disputes(OVERSIGHT), ()),
    ("a lead takes part", [], disputes(CHILD_PROTECTION), ()),
    ("who takes no part can't read it", [], disputes(SHELTER), "record.may_not_read"),
    ("nobody disputes what she said herself", [], disputes(HOTLINE), "record.own_agency"),
    ("what is not there is not disputed", [], disputes(of="nothing"), "record.event_unknown"),
    ("an own event was misfiled", [], misfiled(), ()),
    ("no other agency's", [], misfiled(POLICE), "record.not_own_event"),
    ("the right stream is another", [], misfiled(right=STREAM), "record.counterpart_here"),
    ("misfiled once", [misfiled()], misfiled(), "record.misfiled"),
    ("what is misfiled is not corrected", [misfiled()], corrects(), "record.misfiled"),
    (
        "a dispute is corrected by who disputes",
        [disputes()],
        corrects(POLICE, "dispute", replaces=["reason"], clear_values={"reason": "wrong_time"}),
        WAITS,
    ),
]


@pytest.mark.parametrize(("before", "when", "then"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])
def test_entry_about_an_entry(before: list[Act], when: Act, then: str | tuple[str, ...]) -> None:
    assert outcome(given([TOLD, *before]), when) == then


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("custody.ExhibitCollected", "correction.custodian"),
        ("custody.CustodyReceived", "correction.custodian"),
        ("custody.CustodyReleased", "correction.custodian"),
        ("custody.ExhibitDisposed", "correction.custodian"),
        ("custody.BreakExplained", "correction.break_or_erasure"),
        ("custody.CustodyBreakDeclared", "correction.break_or_erasure"),
        ("privacy.SubjectErased", "correction.break_or_erasure"),
        ("privacy.DataSubjectRequestAnswered", "correction.decision"),
        ("ledger.ApprovalGiven", "correction.decision"),
        ("identification.ConclusiveGroundsDecided", "correction.decision"),
    ],
)
def test_a_decision_a_custodian_a_break_an_approval_an_erasure_is_never_corrected(name: str, code: str) -> None:
    assert correctable(name) == (code, "data.of")


@pytest.mark.parametrize("name", ["consent.ConsentRecorded", "taskforce.TargetSet", "ledger.EventDisputed"])
def test_facts_and_statements_are_correctable(name: str) -> None:
    assert correctable(name) == ()


def test_a_correction_counts_once_approved_and_ends_disputes() -> None:
    case = given([TOLD, disputes(), corrects()])
    assert case.disputed == {(HOTLINE, uid("told")): {(POLICE, uid("dispute"))}}
    assert not case.corrected
    case, _ = take(case, APPROVED)
    assert case.corrected == {(HOTLINE, uid("told")): {"aimag"}}
    assert case.disputed == {}
    assert case.victims == given([TOLD]).victims


def test_a_successors_correction_counts_for_the_event_that_it_took_over() -> None:
    case = given(
        [OLD, act("ledger.EventDisputed", POLICE, of=uid("old")), corrects(of="old", successor=True), APPROVED]
    )
    assert case.corrected == {(SUCCEEDED, uid("old")): {"aimag"}}
    assert case.disputed == {}


def test_a_dispute_that_is_corrected_stands_no_more() -> None:
    given_up = corrects(POLICE, "dispute", ["reason"], clear_values={"reason": "wrong_time"})
    case = given([TOLD, disputes(), given_up, act(APPROVED.type, POLICE, actor="officer-2", **APPROVED.data)])
    assert case.disputed == {}


def test_a_misfiled_event_is_marked_and_what_waits_of_it_is_dropped() -> None:
    case = given([TOLD, INFORMED, corrects(), misfiled(of="correction")])
    assert case.misfiled == {(HOTLINE, uid("correction"))}
    assert not case.awaiting
    assert outcome(case, APPROVED) == "approval.not_awaited"


def test_an_id_that_two_publishers_bear_means_ones_own() -> None:
    both = [TOLD, act("identification.IndicatorReported", POLICE, id=uid("told"))]
    case = given([*both, misfiled(POLICE)])
    assert case.misfiled == {(POLICE, uid("told"))}
    assert outcome(case, corrects()) == WAITS
    case, _ = take(case, disputes())
    assert case.disputed == {(HOTLINE, uid("told")): {(POLICE, uid("dispute"))}}


def test_lists_and_flags_are_checked_as_the_corrected_type_checks_them() -> None:
    reported, informed = by_name["identification.IndicatorReported"], by_name["consent.VictimInformed"]
    check_values(reported, ["indicator_codes"], {"indicator_codes": ["debt_bondage"]})
    check_values(informed, ["interpreter"], {"interpreter": True})
    for known, values in (
        (reported, {"indicator_codes": "debt_bondage"}),
        (reported, {"indicator_codes": ["moon"]}),
        (reported, {"aimag": None}),
        (informed, {"interpreter": 1}),
    ):
        with pytest.raises(Refusal) as refused:
            check_values(known, list(values), values)
        assert (refused.value.code, refused.value.paths) == ("data.invalid_value", ("data.clear_values",))


def test_an_indicator_alone_has_the_agencies_that_take_part() -> None:
    assert given([INDICATED]).agencies == {HOTLINE, CHILD_PROTECTION, POLICE}
    assert given(
        [INDICATED, act("referral.ReferralRequested", HOTLINE, to_agency=SHELTER, urgency="urgent")]
    ).agencies > {SHELTER}
