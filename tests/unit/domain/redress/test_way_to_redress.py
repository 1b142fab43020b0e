"""From the verdict to the last instalment: what courts decide on a person carries, frees or ends what he owes."""

from __future__ import annotations

from typing import Any

import pytest

from domain.stages.redress.state import Award
from unit.domain.proceedings import (
    DEFENDANT,
    FINAL,
    INVESTIGATION,
    SECOND_CHARGE,
    TO_CHARGE,
    TO_INVESTIGATION,
    TO_SUSPECT,
    TO_TRIAL,
    TO_VERDICT,
    appealed,
    decided,
    lapsed,
    on_appeal,
    verdict,
)
from unit.domain.story import COURT, HOSPITAL, Act, act, given, outcome, take, uid

LEGAL_AID, ENFORCEMENT = "mn.legal_aid", "mn.court_enforcement"
AWARD, SECOND_AWARD = uid("award_id"), uid("second award")

HARMED = act("redress.HarmAssessed", HOSPITAL, harm="psychological", grade="severe")
CLAIMED = act("redress.CivilClaimFiled", LEGAL_AID, amount_mnt=900, heads=["therapy", "unpaid_wages"])
GRANTED = act("redress.CivilClaimDecided", COURT, decision="granted", amount_mnt=900)
FROZEN = act("redress.AssetsFrozen", COURT, amount_mnt=900)
OPENED = act("redress.EnforcementOpened", ENFORCEMENT)
CLOSED = act("redress.EnforcementClosed", ENFORCEMENT, reason="paid", balance_mnt=0)


def ordered(amount: int = 600, head: str = "therapy", basis: str = "criminal_judgment", **data: Any) -> Act:
    """An order of restitution."""
    return act("redress.RestitutionOrdered", COURT, amount_mnt=amount, head=head, basis=basis, **data)


def paid(amount: int, payer: str = "defendant", **data: Any) -> Act:
    """A payment on the award."""
    return act("redress.RestitutionPaid", COURT, amount_mnt=amount, payer=payer, **data)


CIVIL = ordered(basis="civil_judgment", claim_id=uid("claim_id"))
OVERTURNED = [appealed(), on_appeal("quashed")]

ROWS: list[tuple[str, list[Act], Act, str | tuple[str, ...]]] = [
    ("convicted", TO_VERDICT, ordered(), ()),
    ("a final judgment is a conviction", [*TO_VERDICT, lapsed(), FINAL], ordered(), ()),
    ("nobody pays before the verdict", TO_TRIAL, ordered(), "redress.no_judgment"),
    ("nobody pays who was acquitted", [*TO_TRIAL, verdict("acquitted")], ordered(), "redress.no_judgment"),
    ("an acquittal ends no civil judgment", [*TO_TRIAL, verdict("acquitted"), CLAIMED, GRANTED], CIVIL, ()),
    (
        "a civil judgment falls with the judgment",
        [*TO_VERDICT, CLAIMED, GRANTED, *OVERTURNED],
        CIVIL,
        "redress.no_judgment",
    ),
    ("a conviction is no civil judgment", [*TO_VERDICT, CLAIMED], CIVIL, "redress.no_judgment"),
    (
        "a civil judgment is no conviction",
        [*TO_SUSPECT, CLAIMED, GRANTED],
        ordered(claim_id=uid("claim_id")),
        "redress.no_judgment",
    ),
    ("an order may name a claim between these two", [*TO_VERDICT, CLAIMED], ordered(claim_id=uid("claim_id")), ()),
    ("and no other", TO_VERDICT, ordered(claim_id=uid("claim_id")), "claim.unknown"),
    ("an order is for something", TO_VERDICT, ordered(0), "data.invalid_value"),
    ("suspect identified", TO_INVESTIGATION, CLAIMED, "defendant.unknown"),
    ("assets of a suspect", TO_INVESTIGATION, FROZEN, "defendant.unknown"),
    ("nothing is enforced that was overturned", [*TO_VERDICT, ordered(), *OVERTURNED], OPENED, "redress.nothing_owed"),
    (
        "who pays on what was overturned pays beyond",
        [*TO_VERDICT, ordered(), *OVERTURNED],
        paid(1),
        ("PAID_BEYOND_BALANCE",),
    ),
]


@pytest.mark.parametrize(("before", "when", "then"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])
def test_judgment_and_restitution(before: list[Act], when: Act, then: str | tuple[str, ...]) -> None:
    assert outcome(given(before), when) == then


def test_the_whole_way_ends_with_a_balance_of_0_and_a_closed_enforcement() -> None:
    wages = ordered(300, "unpaid_wages", award_id=SECOND_AWARD)
    case = given([*TO_VERDICT, HARMED, CLAIMED, FROZEN, lapsed(), FINAL, ordered(), wages])
    assert case.awards == {
        AWARD: Award(uid("victim_id"), DEFENDANT, "therapy", "criminal_judgment", 600),
        SECOND_AWARD: Award(uid("victim_id"), DEFENDANT, "unpaid_wages", "criminal_judgment", 300),
    }
    whole = paid(300, award_id=SECOND_AWARD)
    for done in (paid(150), paid(50, "state_fund"), OPENED, paid(400, "enforcement"), CLOSED, whole):
        assert outcome(case, done) == ()
        case, _ = take(case, done)
    assert [(award.balance, award.satisfied) for award in case.awards.values()] == [(0, True), (0, True)]
    assert not any(enforcement.is_open for enforcement in case.enforcements.values())
    # The claim is not decided: its assets stay frozen until it is.
    assert not case.freezes[uid("freeze_id")].released
    settled = act(GRANTED.type, COURT, decision="withdrawn", amount_mnt=0)
    assert take(case, settled)[0].freezes[uid("freeze_id")].released


@pytest.mark.parametrize(
    ("before", "result", "free"),
    [
        (TO_TRIAL, "acquitted", True),
        (TO_TRIAL, "dismissed", True),
        (TO_TRIAL, "convicted", False),
    ],
)
def test_an_acquittal_frees_what_was_frozen(before: list[Act], result: str, free: bool) -> None:
    case = given([*before, FROZEN, verdict(result)])
    assert case.freezes[uid("freeze_id")].released is free


def test_an_acquittal_of_one_charge_frees_nothing_while_another_stands() -> None:
    second = decided(charge_id=SECOND_CHARGE)
    both = [*TO_CHARGE, second, *TO_TRIAL[len(TO_CHARGE) :], FROZEN]
    assert not given([*both, verdict("acquitted")]).freezes[uid("freeze_id")].released
    dropped = [*TO_CHARGE, decided("decline", reason="insufficient_evidence", charge_id=SECOND_CHARGE)]
    alone = [*dropped, *TO_TRIAL[len(TO_CHARGE) :], FROZEN, verdict("acquitted")]
    assert given(alone).freezes[uid("freeze_id")].released


def test_a_judgment_that_is_upheld_is_still_owed_and_one_that_is_overturned_is_not() -> None:
    upheld = given([*TO_VERDICT, ordered(), appealed(), on_appeal("upheld")])
    assert upheld.awards[AWARD].balance == 600
    fallen = given([*TO_VERDICT, ordered(), *OVERTURNED]).awards[AWARD]
    assert (fallen.balance, fallen.quashed, fallen.satisfied) == (0, True, False)
    settled = given([*TO_VERDICT, ordered(basis="settlement_confirmed"), *OVERTURNED])
    assert settled.awards[AWARD].balance == 600


def test_no_redress_changes_a_victim_or_the_proceedings() -> None:
    case = given(TO_SUSPECT)
    after = given([*TO_SUSPECT, HARMED, CLAIMED, GRANTED, FROZEN, CIVIL, paid(1), OPENED])
    assert after.victims == case.victims
    assert after.investigations[INVESTIGATION] == case.investigations[INVESTIGATION]
