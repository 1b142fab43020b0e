"""Harm assessed, restitution ordered, paid in part, enforced, to a balance of 0: per victim, defendant and loss."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from domain.event import Event, Recorded
from domain.stages import redress
from domain.stages.redress.state import Award, Claim, Enforcement, Freeze
from domain.stages.state import StreamState
from unit.domain.story import AT, COURT, HOSPITAL, INDICATED, STREAM, Act, act, given, outcome, take, uid

LEGAL_AID, ENFORCEMENT, CONSULATE = "mn.legal_aid", "mn.court_enforcement", "mn.mfa"
MINISTRY, PROSECUTOR, POLICE = "mn.mflsp", "mn.opg", "mn.npa"
VICTIM, OTHER, DEFENDANT, AWARD = uid("victim_id"), uid("other"), uid("defendant_id"), uid("award_id")

SUSPECT = act("investigation.SuspectIdentified", POLICE)
CLEARED = act("investigation.SuspectCleared", PROSECUTOR, reason="not_involved")
REPRESENTED = act("redress.LegalRepresentativeAppointed", LEGAL_AID, conflict_check="checked_none")
SECOND = act(
    REPRESENTED.type,
    LEGAL_AID,
    conflict_check="checked_none",
    representative_id=uid("second"),
    replaces=uid("representative_id"),
)
STATED = act("redress.VictimStatementRecorded", LEGAL_AID)
HARMED = act("redress.HarmAssessed", HOSPITAL, harm="psychological", grade="severe")
CLAIMED = act("redress.CivilClaimFiled", LEGAL_AID, amount_mnt=900, heads=["therapy", "unpaid_wages"])
GRANTED = act("redress.CivilClaimDecided", COURT, decision="granted_in_part", amount_mnt=500)
DENIED = act("redress.CivilClaimDecided", COURT, decision="refused", amount_mnt=0)
FROZEN = act("redress.AssetsFrozen", COURT, amount_mnt=900, valid_to="2026-12-31")
APPLIED = act("redress.CompensationApplied", LEGAL_AID, fund="victims_abroad_fund")
FUNDED = act("redress.CompensationDecided", MINISTRY, decision="granted", amount_mnt=300)
OPENED = act("redress.EnforcementOpened", ENFORCEMENT)


def ordered(amount: int = 500, head: str = "therapy", **data: Any) -> Act:
    """An order on the civil judgment."""
    data = {"basis": "civil_judgment", "claim_id": uid("claim_id"), **data}
    return act("redress.RestitutionOrdered", COURT, amount_mnt=amount, head=head, **data)


def paid(amount: int, payer: str = "defendant", by: str = COURT) -> Act:
    """A payment on the award."""
    return act("redress.RestitutionPaid", by, amount_mnt=amount, payer=payer)


def closed(balance: int, reason: str = "paid", **data: Any) -> Act:
    """The end of the enforcement."""
    return act("redress.EnforcementClosed", ENFORCEMENT, balance_mnt=balance, reason=reason, **data)


CLAIM = {uid("claim_id"): Claim(VICTIM, DEFENDANT, 900, ("therapy",))}
OWED = {AWARD: Award(VICTIM, DEFENDANT, "therapy", "civil_judgment", 500)}
RUNNING = {uid("enforcement_id"): Enforcement(AWARD)}
ON_RECORD = {
    uid("claim_id"): "claim_id",
    AWARD: "award_id",
    DEFENDANT: "defendant_id",
    VICTIM: "victim_id",
    OTHER: "victim_id",
}


def of(done: Act, **data: Any) -> Act:
    """The same act with other data."""
    return act(done.type, done.by, **{**done.data, **data})


Rows = list[tuple[str, dict[str, Any], list[Act], Act, str | tuple[str, ...]]]

ROWS: Rows = [
    ("a representative is appointed", {}, [], REPRESENTED, ()),
    (
        "conflict checked",
        {},
        [],
        of(REPRESENTED, conflict_check="not_checked"),
        "protection.conflict_not_excluded",
    ),
    ("a representative is replaced", {}, [REPRESENTED], SECOND, ()),
    ("who is replaced speaks for this victim", {}, [], SECOND, "representative.unknown"),
    (
        "nobody is replaced twice",
        {},
        [REPRESENTED, SECOND],
        of(SECOND, representative_id=uid("third")),
        "representative.unknown",
    ),
    ("her statement is on file", {}, [], STATED, ()),
    ("harm is assessed", {}, [], HARMED, ()),
    ("an application is made", {}, [], APPLIED, ()),
    ("an application is for something", {}, [], of(APPLIED, amount_mnt=0), "data.invalid_value"),
    ("an application is decided", {}, [APPLIED], FUNDED, ()),
    ("compensation applied", {}, [APPLIED, FUNDED], FUNDED, "redress.compensation_not_open"),
    ("an unknown application", {}, [], FUNDED, "compensation.unknown"),
    ("a grant grants something", {}, [APPLIED], of(FUNDED, amount_mnt=0), "data.invalid_value"),
    ("a grant is no debt", {}, [APPLIED], of(FUNDED, amount_mnt=-1), "data.invalid_value"),
    (
        "a refusal grants nothing",
        {},
        [APPLIED],
        of(FUNDED, decision="refused"),
        "data.invalid_value",
    ),
    ("a claim is decided", {"claims": CLAIM}, [], GRANTED, ()),
    ("civil claim filed", {"claims": CLAIM}, [GRANTED], GRANTED, "redress.claim_not_filed"),
    (
        "a claim is decided for who filed it",
        {"claims": CLAIM},
        [],
        of(GRANTED, victim_id=OTHER),
        "redress.claim_not_filed",
    ),
    ("an unknown claim", {}, [], of(GRANTED, claim_id=uid("none")), "claim.unknown"),
    ("paid in part", {"awards": OWED}, [], paid(200), ()),
    ("paid to the last", {"awards": OWED}, [paid(200)], paid(300), ()),
    ("PAID_BEYOND_BALANCE", {"awards": OWED}, [paid(200)], paid(301), ("PAID_BEYOND_BALANCE",)),
    ("nothing is owed any more", {"awards": OWED}, [paid(500)], paid(1), ("PAID_BEYOND_BALANCE",)),
    ("a payment is of something", {"awards": OWED}, [], paid(0), "data.invalid_value"),
    ("a payment takes nothing back", {"awards": OWED}, [], paid(-200), "data.invalid_value"),
    ("a payment that nobody ordered", {"ids": {}}, [], paid(200), ("OUT_OF_SEQUENCE",)),
    ("an enforcement is opened", {"awards": OWED}, [], OPENED, ()),
    ("restitution ordered", {"awards": OWED}, [paid(500)], OPENED, "redress.nothing_owed"),
    (
        "not enforcement open",
        {"awards": OWED},
        [OPENED],
        of(OPENED, enforcement_id=uid("two")),
        "redress.enforcement_runs",
    ),
    (
        "enforced again while a balance stands",
        {"awards": OWED},
        [OPENED, closed(500, "no_assets")],
        of(OPENED, enforcement_id=uid("two")),
        (),
    ),
    ("an unknown award is not enforced", {"ids": {}}, [], OPENED, "award.unknown"),
    ("enforced to the end", {"awards": OWED}, [OPENED, paid(500, "enforcement")], closed(0), ()),
    (
        "enforcement open",
        {"awards": OWED},
        [OPENED, closed(500, "withdrawn")],
        closed(500),
        "redress.enforcement_not_open",
    ),
    ("an unknown enforcement", {"awards": OWED, "ids": {AWARD: "award_id"}}, [], closed(0), "enforcement.unknown"),
    ("no sum is written off", {"awards": OWED}, [OPENED], closed(0, "no_assets"), "redress.balance_differs"),
    ("what is owed is not paid", {"awards": OWED}, [OPENED], closed(500), "redress.balance_differs"),
    ("a claim is filed", {}, [SUSPECT], CLAIMED, ()),
    ("a claim against a suspect", {}, [SUSPECT, CLEARED], CLAIMED, "defendant.not_suspected"),
    ("a claim is for something", {}, [SUSPECT], of(CLAIMED, amount_mnt=0), "data.invalid_value"),
    ("assets are frozen", {}, [SUSPECT], FROZEN, ()),
    ("the assets of a suspect", {}, [SUSPECT, CLEARED], FROZEN, "defendant.not_suspected"),
    ("restitution is ordered on a civil judgment", {}, [SUSPECT, CLAIMED, GRANTED], ordered(), ()),
    ("civil judgment given", {}, [SUSPECT, CLAIMED], ordered(), "redress.no_judgment"),
    ("no more than the judgment grants", {}, [SUSPECT, CLAIMED, GRANTED], ordered(501), "redress.no_judgment"),
    (
        "a judgment is spent by what is ordered on it",
        {},
        [SUSPECT, CLAIMED, GRANTED, ordered(300)],
        ordered(201, award_id=uid("next")),
        "redress.no_judgment",
    ),
    (
        "each head of loss is an award of its own",
        {},
        [SUSPECT, CLAIMED, GRANTED, ordered(300)],
        ordered(200, "unpaid_wages", award_id=uid("next")),
        (),
    ),
]


@pytest.mark.parametrize(("before", "acts", "when", "then"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])
def test_redress(before: dict[str, Any], acts: list[Act], when: Act, then: str | tuple[str, ...]) -> None:
    case = given([INDICATED], **({"ids": ON_RECORD, **before} if before else {}))
    for done in acts:
        case, _ = take(case, done)
    assert outcome(case, when) == then


def test_the_balance_falls_with_each_payment_to_0_and_never_below() -> None:
    case = given([INDICATED], ids=ON_RECORD, awards=OWED)
    balances = []
    for done in (paid(120), paid(80, "third_party"), OPENED, paid(250, "enforcement"), paid(50), paid(7)):
        case, _ = take(case, done)
        balances.append((case.awards[AWARD].balance, case.awards[AWARD].satisfied))
    assert balances == [(380, False), (300, False), (300, False), (50, False), (0, True), (0, True)]
    assert case.awards[AWARD].paid == 507


def test_compensation_lessens_no_restitution() -> None:
    case = given([INDICATED], ids=ON_RECORD, awards=OWED)
    for done in (APPLIED, FUNDED):
        case, _ = take(case, done)
    assert case.compensations[uid("compensation_id")].granted == 300
    assert case.awards[AWARD].balance == 500


@for_all(st.lists(st.integers(1, 400), max_size=8))
def test_what_is_paid_and_owed_is_what_was_ordered(amounts: list[int]) -> None:
    case = given([INDICATED], ids=ON_RECORD, awards=OWED)
    for number, amount in enumerate(amounts):
        owed = case.awards[AWARD].balance
        case, stated = take(case, act("redress.RestitutionPaid", COURT, amount_mnt=amount, id=str(number)))
        assert bool(stated) is (amount > owed)
    award = case.awards[AWARD]
    assert award.paid == sum(amounts)
    assert award.balance == max(500 - sum(amounts), 0)
    assert award.satisfied is (award.balance == 0)


def test_a_payment_that_nobody_ordered_owes_nothing_to_anybody() -> None:
    assert take(given([INDICATED]), paid(200))[0].awards == {}


def test_who_speaks_for_the_victim_is_the_last_appointed() -> None:
    case = given([INDICATED, REPRESENTED, SECOND])
    speaking = [key for key, each in case.representatives.items() if not each.replaced]
    assert speaking == [uid("second")]


def test_harm_is_kept_by_kind_as_last_assessed_and_statements_are_counted() -> None:
    worse = act("redress.HarmAssessed", HOSPITAL, harm="physical", grade="slight")
    better = act("redress.HarmAssessed", HOSPITAL, harm="psychological", grade="less_severe", assessed_on="2026-03-02")
    case = given([INDICATED, HARMED, worse, better, STATED, of(STATED, medium="drawn")])
    assert {kind: harm.grade for kind, harm in case.harms[VICTIM].items()} == {
        "psychological": "less_severe",
        "physical": "slight",
    }
    assert case.statements == {VICTIM: 2}


FREEZES = {"f": Freeze(DEFENDANT, 900), "g": Freeze(OTHER, 900)}
ALL = {"ids": {**ON_RECORD, uid("enforcement_id"): "enforcement_id"}, "freezes": FREEZES, "enforcements": RUNNING}
SECOND_AWARD = {**OWED, "b": Award(OTHER, DEFENDANT, "travel", "criminal_judgment", 40)}


@pytest.mark.parametrize(
    ("before", "when", "free"),
    [
        ({"claims": CLAIM}, DENIED, True),
        ({"claims": CLAIM}, GRANTED, False),
        ({"claims": {**CLAIM, "b": Claim(OTHER, DEFENDANT, 9, ())}}, DENIED, False),
        ({"claims": CLAIM, "awards": OWED}, DENIED, False),
        ({"awards": OWED}, closed(500, "no_assets"), True),
        ({"awards": SECOND_AWARD}, closed(500, "no_assets"), False),
        ({"awards": OWED, "claims": CLAIM}, closed(500, "no_assets"), False),
    ],
)
def test_assets_are_free_again_when_nothing_is_claimed_or_owed_any_more(
    before: dict[str, Any], when: Act, free: bool
) -> None:
    case, _ = take(given([INDICATED], **ALL, **before), when)
    assert (case.freezes["f"].released, case.freezes["g"].released) == (free, False)


def test_assets_are_frozen_to_the_end_that_the_order_sets() -> None:
    freeze = Freeze(DEFENDANT, 900, "2026-03-02")
    assert freeze.in_force(AT)
    assert not freeze.in_force("2026-03-03T00:00:00.000000Z")
    assert Freeze(DEFENDANT, 900).in_force(AT)
    assert not Freeze(DEFENDANT, 900, released=True).in_force(AT)


def folded(case: Any, type: str, **data: Any) -> dict[str, Any]:
    """What an entry of the prosecution changes in redress."""
    decided = Event(
        uid("decision"), COURT, STREAM, type, AT, "unit-1", "officer-1", {"defendant_id": DEFENDANT, **data}
    )
    return redress.FOLDS[type](case, Recorded(decided, AT, 9, ()))


@pytest.mark.parametrize(
    ("results", "before", "free"),
    [
        (["acquitted", "dismissed"], {}, True),
        (["acquitted", "convicted"], {}, False),
        (["reclassified"], {}, False),
        ([], {}, False),
        (["acquitted"], {"awards": OWED}, False),
    ],
)
def test_an_acquittal_frees_his_assets_unless_he_owes(results: list[str], before: dict[str, Any], free: bool) -> None:
    case = given([INDICATED], freezes=FREEZES, **before)
    changes = folded(case, "prosecution.VerdictRendered", results=results, charge_id=[uid("charge_id")])
    assert bool(changes) is free
    assert not free or (changes["freezes"]["f"].released, changes["freezes"]["g"].released) == (True, False)


@pytest.mark.parametrize(
    ("result", "falls"), [("quashed", True), ("remitted", True), ("upheld", False), ("amended", False)]
)
def test_a_judgment_that_is_overturned_orders_nothing_any_more(result: str, falls: bool) -> None:
    awards = {
        **SECOND_AWARD,
        "c": Award(VICTIM, DEFENDANT, "other", "settlement_confirmed", 7),
        "d": Award(VICTIM, OTHER, "other", "criminal_judgment", 8),
    }
    claims = {"p": Claim(VICTIM, DEFENDANT, 9, (), "granted", 9), "q": Claim(VICTIM, OTHER, 9, (), "granted", 9)}
    changes = folded(given([INDICATED], awards=awards, claims=claims), "prosecution.AppealDecided", result=result)
    if not falls:
        assert changes == {}
        return
    assert [award.balance for award in changes["awards"].values()] == [0, 0, 7, 8]
    assert [award.satisfied for award in changes["awards"].values()] == [False] * 4
    assert [claim.left for claim in changes["claims"].values()] == [0, 9]


def corrected(case: Any, type: str, by: str, of: str, **data: Any) -> Any:
    """The case after an entry about the event `of`."""
    about = Event(uid("about"), by, STREAM, type, AT, "unit-1", "officer-1", {"of": of, **data})
    return replace(case, **redress.FOLDS[type](case, Recorded(about, AT, 9, ())))


def test_a_corrected_payment_counts_for_its_new_amount_and_a_misfiled_one_for_nothing() -> None:
    case = given([INDICATED], ids=ON_RECORD, awards=OWED)
    for number, amount in enumerate((100, 300)):
        case, _ = take(case, act("redress.RestitutionPaid", COURT, amount_mnt=amount, id=str(number)))
    balances = [case.awards[AWARD].balance]
    for by, of, values in (
        (COURT, "1", {"amount_mnt": 30}),
        (LEGAL_AID, "1", {"amount_mnt": 400}),
        (COURT, "2", {"amount_mnt": 400}),
        (COURT, "1", {"payer": "state_fund"}),
        (COURT, "1", {"amount_mnt": -5}),
        (COURT, "1", {"amount_mnt": 200}),
    ):
        case = corrected(case, "ledger.EventCorrected", by, of, clear_values=values)
        balances.append(case.awards[AWARD].balance)
    case = corrected(case, "ledger.EventMisfiled", COURT, "0")
    case = corrected(case, "ledger.EventMisfiled", COURT, "none")
    assert [*balances, case.awards[AWARD].balance] == [100, 370, 370, 370, 370, 400, 200, 300]


def test_a_correction_of_anything_else_changes_no_balance() -> None:
    for state in (StreamState(STREAM), given([INDICATED])):
        assert corrected(state, "ledger.EventCorrected", COURT, "1", replaces=["payer"]) == state
        assert corrected(state, "ledger.EventMisfiled", COURT, "1") == state


def test_a_correction_that_is_approved_changes_the_balance_and_not_before() -> None:
    case, _ = take(
        given([INDICATED], ids=ON_RECORD, awards=OWED), act(paid(0).type, COURT, amount_mnt=100, id=uid("pay"))
    )
    correction = act(
        "ledger.EventCorrected",
        COURT,
        of=uid("pay"),
        replaces=["amount_mnt"],
        clear_values={"amount_mnt": 30},
        id=uid("correction"),
    )
    case, _ = take(case, correction)
    assert case.awards[AWARD].balance == 400
    approval = act("ledger.ApprovalGiven", COURT, of=uid("correction"), role="correction", actor="officer-2")
    case, _ = take(case, approval)
    assert case.awards[AWARD].balance == 470
