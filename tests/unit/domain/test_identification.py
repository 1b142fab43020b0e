"""No protective act is refused for a status, no status is decided alone, and no penalty on a child is silent."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from unit.domain.story import (
    CHILD_PROTECTION,
    CLOCK,
    COURT,
    HOSPITAL,
    HOTLINE,
    INDICATED,
    PANEL,
    POLICE,
    PRESUMED,
    PROSECUTOR,
    SHELTER,
    TEAM,
    Act,
    act,
    given,
    outcome,
    take,
    uid,
)

LATE = "2026-03-01T08:59:59.999999Z"
JUST_IN_TIME = "2026-03-01T09:00:00.000000Z"
DECISION = uid("decision")
VICTIM = uid("victim_id")


def grounds(decision: str, **data: Any) -> Act:
    """Reasonable grounds by a full panel, decided by an officer who did nothing else."""
    data = {"panel_agencies": PANEL, "decision": decision, **data}
    return act("identification.ReasonableGroundsDecided", CHILD_PROTECTION, actor="decider-1", id=DECISION, **data)


def conclusive(decision: str, **data: Any) -> Act:
    """A conclusive decision by a full panel."""
    data = {"panel_agencies": PANEL, "decision": decision, **data}
    return act("identification.ConclusiveGroundsDecided", CHILD_PROTECTION, actor="decider-2", **data)


def looked_again(decision: str, actor: str = "decider-3", **data: Any) -> Act:
    """A reconsideration by a full panel."""
    data = {"panel_agencies": PANEL, "decision": decision, "decision_event_id": DECISION, **data}
    return act("identification.ReconsiderationDecided", CHILD_PROTECTION, actor=actor, **data)


def aged(*panel: str, result: str = "child", actor: str = "assessor-1") -> Act:
    """An age assessed by a panel."""
    return act("identification.AgeAssessed", CHILD_PROTECTION, actor=actor, panel_agencies=list(panel), result=result)


def answered(*, applied: bool, by: str = PROSECUTOR, actor: str = "prosecutor-1", **data: Any) -> Act:
    """The prosecutor's answer to a flag."""
    return act("identification.NonPunishmentDecided", by, actor=actor, applied=applied, **data)


POSITIVE, NEGATIVE = grounds("positive"), grounds("negative")
A_VICTIM, NO_VICTIM = conclusive("ActualVictimOfTrafficking"), conclusive("NotAVictimOfTrafficking")
EXTENDED = act("identification.RecoveryPeriodExtended", SHELTER, ends_on="2026-05-01")
ENDED = act("identification.RecoveryPeriodEnded", CLOCK, ended_on="2026-03-31")
REQUEST = act("identification.ReconsiderationRequested", SHELTER, decision_event_id=DECISION)
SCREENED = act("identification.ScreeningCompleted", POLICE, actor="screener-1")
CHALLENGED = act("identification.AgeAssessmentChallenged", SHELTER)
FLAG = act("identification.NonPunishmentFlagRaised", SHELTER)
DETAINED = act("identification.ChildDetained", SHELTER)
RELEASED = act("identification.ChildReleased", SHELTER)
FINED = act("identification.PenaltyImposed", COURT)
STAYED = act("identification.PenaltyStayed", PROSECUTOR)
ADULT, AGAIN_ADULT = (
    aged(CHILD_PROTECTION, HOSPITAL, result="adult"),
    aged(TEAM, HOSPITAL, result="adult", actor="assessor-2"),
)
ANOTHER_FINE = act("identification.PenaltyImposed", COURT, penalty_id=uid("p2"), flag_id=uid("f2"))
OTHER = uid("somebody else")
RECOVERY = ("RecoveryPeriodOpened",)
TWO, WITHOUT_CARE = [CHILD_PROTECTION, SHELTER], [SHELTER, HOSPITAL, HOTLINE]
GROUNDS = [PRESUMED, POSITIVE]
CONCLUDED = replace(NO_VICTIM, id=uid("concluded"))
AGAIN_POSITIVE = looked_again("positive", decision_event_id=CONCLUDED.id)

ROWS: list[tuple[str, list[Act], Act, str | tuple[str, ...]]] = [
    ("later reports add", [], act(INDICATED.type, POLICE), ()),
    ("a report of another child", [], act(INDICATED.type, POLICE, victim_id=OTHER), ()),
    ("a victim's id is no flag's", [FLAG], act(INDICATED.type, POLICE, victim_id=uid("flag_id")), "id.already_minted"),
    ("screened", [], SCREENED, ()),
    ("screening of somebody unknown", [], act(SCREENED.type, POLICE, victim_id=OTHER), ("OUT_OF_SEQUENCE",)),
    ("a fact a day old", [], act(SCREENED.type, POLICE, time=JUST_IN_TIME), ()),
    ("a fact more than a day old is marked late", [], act(SCREENED.type, POLICE, time=LATE), ("LATE_ENTRY",)),
    ("a decision is never late", [], act(PRESUMED.type, POLICE, time=LATE), ()),
    ("presumed without screening", [], PRESUMED, ()),
    ("presumed, not reported before", [], act(PRESUMED.type, POLICE, victim_id=OTHER), ()),
    ("age by a panel", [], aged(CHILD_PROTECTION, HOSPITAL), ()),
    ("age is not decided alone", [], aged(CHILD_PROTECTION), "identification.age_panel"),
    ("one agency twice is one", [], aged(CHILD_PROTECTION, CHILD_PROTECTION), "identification.age_panel"),
    ("age needs child protection", [], aged(HOSPITAL, SHELTER), "identification.age_panel"),
    ("police decide no age", [], aged(CHILD_PROTECTION, HOSPITAL, POLICE), "identification.age_panel"),
    (
        "who reported decides no age",
        [act(INDICATED.type, CHILD_PROTECTION, actor="a")],
        aged(CHILD_PROTECTION, HOSPITAL, actor="a"),
        "decider.not_apart",
    ),
    ("a challenge is never refused", [], CHALLENGED, ()),
    ("grounds need a presumption", [], POSITIVE, "identification.not_presumed"),
    ("positive grounds open a recovery period", [PRESUMED], POSITIVE, RECOVERY),
    ("negative grounds open none", [PRESUMED], NEGATIVE, ()),
    ("child protection alone may decide positively", [PRESUMED], grounds("positive", panel_agencies=[]), RECOVERY),
    (
        "a negative needs three agencies",
        [PRESUMED],
        grounds("negative", panel_agencies=TWO),
        "identification.panel_of_three",
    ),
    (
        "a negative needs child protection",
        [PRESUMED],
        grounds("negative", panel_agencies=WITHOUT_CARE),
        "identification.panel_of_three",
    ),
    (
        "who screened does not decide",
        [PRESUMED, SCREENED],
        grounds("positive", panel_agencies=[POLICE], panel_members=["screener-1"]),
        "decider.not_apart",
    ),
    (
        "the officer is apart, not the agency",
        [PRESUMED, SCREENED],
        grounds("positive", panel_agencies=[POLICE], panel_members=["other"]),
        RECOVERY,
    ),
    (
        "a doubt about whose officer it is refuses",
        [PRESUMED, SCREENED],
        grounds("positive", panel_agencies=[SHELTER, POLICE], panel_members=["screener-1"]),
        "decider.not_apart",
    ),
    (
        "another agency's pseudonym is another officer",
        [PRESUMED, SCREENED],
        grounds("positive", panel_agencies=[SHELTER], panel_members=["screener-1"]),
        RECOVERY,
    ),
    ("extended", GROUNDS, EXTENDED, ()),
    (
        "never shortened",
        [*GROUNDS, EXTENDED],
        act(EXTENDED.type, SHELTER, ends_on="2026-04-30"),
        "identification.not_later",
    ),
    ("nothing to extend", [], EXTENDED, "identification.no_recovery_period"),
    ("the clock ends the period", GROUNDS, ENDED, ()),
    ("the clock ends it once", [*GROUNDS, ENDED], ENDED, "clock.moot"),
    ("the clock does not end an extended period early", [*GROUNDS, EXTENDED], ENDED, "clock.moot"),
    ("no negative conclusion while the period runs", GROUNDS, NO_VICTIM, "identification.recovery_running"),
    ("a negative conclusion after it", [*GROUNDS, ENDED], NO_VICTIM, ()),
    ("a positive conclusion at any time", GROUNDS, A_VICTIM, ()),
    ("no conclusion without positive grounds", [PRESUMED], A_VICTIM, "identification.no_positive_grounds"),
    (
        "a negative conclusion needs three agencies",
        [*GROUNDS, ENDED],
        conclusive("NotAVictimOfTrafficking", panel_agencies=TWO),
        "identification.panel_of_three",
    ),
    (
        "who screened concludes nothing",
        [*GROUNDS, SCREENED],
        conclusive("ActualVictimOfTrafficking", panel_agencies=[POLICE], panel_members=["screener-1"]),
        "decider.not_apart",
    ),
    ("a conclusion concludes", [*GROUNDS, ENDED], conclusive("PossibleVictimOfTrafficking"), "data.invalid_value"),
    ("reconsideration of a negative", [PRESUMED, NEGATIVE], REQUEST, ()),
    ("nothing negative to reconsider", GROUNDS, REQUEST, "identification.no_negative_decision"),
    (
        "another decision than the standing one",
        [PRESUMED, NEGATIVE],
        act(REQUEST.type, SHELTER),
        "identification.no_negative_decision",
    ),
    (
        "a negative that a new presumption lifted",
        [PRESUMED, NEGATIVE, act(PRESUMED.type, POLICE)],
        REQUEST,
        "identification.no_negative_decision",
    ),
    ("replaced: a recovery period opens", [PRESUMED, NEGATIVE, REQUEST], looked_again("positive"), RECOVERY),
    (
        "a conclusive negative that is replaced presumes her again",
        [*GROUNDS, ENDED, CONCLUDED, act(REQUEST.type, SHELTER, decision_event_id=CONCLUDED.id), AGAIN_POSITIVE],
        POSITIVE,
        RECOVERY,
    ),
    ("a later negative ends the positive", [*GROUNDS, NEGATIVE], A_VICTIM, "identification.no_positive_grounds"),
    (
        "a later positive ends the negative",
        [PRESUMED, NEGATIVE, POSITIVE],
        REQUEST,
        "identification.no_negative_decision",
    ),
    ("upheld", [PRESUMED, NEGATIVE, REQUEST], looked_again("negative"), ()),
    (
        "who screened does not look again",
        [PRESUMED, NEGATIVE, REQUEST, SCREENED],
        looked_again(
            "negative", panel_members=["screener-1", "-", "-"], panel_agencies=[POLICE, CHILD_PROTECTION, TEAM]
        ),
        "decider.not_apart",
    ),
    (
        "upheld by three agencies",
        [PRESUMED, NEGATIVE, REQUEST],
        looked_again("negative", panel_agencies=TWO),
        "identification.panel_of_three",
    ),
    ("nobody asked", [PRESUMED, NEGATIVE], looked_again("positive"), "identification.no_reconsideration"),
    (
        "nobody looks at her own decision",
        [PRESUMED, NEGATIVE, REQUEST],
        looked_again("negative", "decider-1"),
        "decider.same_as_before",
    ),
    ("a flag at any status", [], FLAG, ()),
    ("a flag of somebody unknown is taken", [], act(FLAG.type, SHELTER, victim_id=OTHER), ("OUT_OF_SEQUENCE",)),
    ("a flag id is minted once", [FLAG], act(FLAG.type, POLICE), "id.already_minted"),
    ("a flag is answered", [FLAG], answered(applied=True), ()),
    (
        "a flag is answered once",
        [FLAG, answered(applied=False)],
        answered(applied=True),
        "identification.flag_not_open",
    ),
    ("an unknown flag", [], answered(applied=True), "flag.unknown"),
    (
        "a flag of this child",
        [FLAG, act(INDICATED.type, POLICE, victim_id=OTHER)],
        answered(applied=True, victim_id=OTHER),
        "identification.flag_not_open",
    ),
    (
        "who reported answers no flag",
        [act(INDICATED.type, PROSECUTOR), FLAG],
        answered(applied=True, actor="officer-1"),
        "decider.not_apart",
    ),
    ("a child with an indicator is detained", [], DETAINED, ("VICTIM_DETAINED",)),
    ("an adult is detained", [ADULT], DETAINED, ()),
    ("whose age is disputed is a child", [ADULT, CHALLENGED], DETAINED, ("VICTIM_DETAINED",)),
    ("the same officer ends no dispute", [ADULT, CHALLENGED, ADULT], DETAINED, ("VICTIM_DETAINED",)),
    ("another panel ends the dispute", [ADULT, CHALLENGED, AGAIN_ADULT], DETAINED, ()),
    (
        "whose age is unknown is a child",
        [aged(CHILD_PROTECTION, HOSPITAL, result="unknown")],
        DETAINED,
        ("VICTIM_DETAINED",),
    ),
    ("two ids of one event differ", [], act(DETAINED.type, SHELTER, flag_id=uid("detention_id")), "id.already_minted"),
    ("a detention raises the flag by itself", [DETAINED], answered(applied=True), ()),
    ("released", [DETAINED], RELEASED, ()),
    ("released twice", [DETAINED, RELEASED], RELEASED, ("OUT_OF_SEQUENCE",)),
    ("released, never detained", [], RELEASED, ("OUT_OF_SEQUENCE",)),
    ("applied ends the detention", [DETAINED, answered(applied=True)], RELEASED, ("OUT_OF_SEQUENCE",)),
    ("a penalty on a possible victim", [], FINED, ("VICTIM_PENALISED",)),
    ("a penalty after a negative conclusion", [*GROUNDS, ENDED, NO_VICTIM], FINED, ()),
    (
        "a penalty although non-punishment was applied",
        [FLAG, answered(applied=True)],
        ANOTHER_FINE,
        ("VICTIM_PENALISED", "PENALISED_DESPITE_DECISION"),
    ),
    ("a penalty after a new presumption", [*GROUNDS, ENDED, NO_VICTIM, PRESUMED], FINED, ("VICTIM_PENALISED",)),
    (
        "a penalty while a negative is looked at again",
        [PRESUMED, NEGATIVE, REQUEST],
        FINED,
        ("VICTIM_PENALISED",),
    ),
    ("a penalty raises the flag by itself", [FINED], answered(applied=True), ()),
    ("stayed", [FINED], STAYED, ()),
    ("stayed once", [FINED, STAYED], STAYED, "identification.penalty_not_in_force"),
    ("an unknown penalty", [], STAYED, "penalty.unknown"),
    ("quashed by the answer", [FINED, answered(applied=True)], STAYED, "identification.penalty_not_in_force"),
    ("not applied lets it run again", [FINED, STAYED, answered(applied=False)], STAYED, ()),
]


@pytest.mark.parametrize(("before", "when", "then"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])
def test_identification(before: list[Act], when: Act, then: str | tuple[str, ...]) -> None:
    assert outcome(given([INDICATED, *before]), when) == then


@pytest.mark.parametrize(
    "when", [INDICATED, PRESUMED, CHALLENGED, FLAG, act(DETAINED.type, POLICE), FINED], ids=lambda done: done.type
)
def test_no_protective_act_is_refused_for_a_status(when: Act) -> None:
    ended = [INDICATED, PRESUMED, POSITIVE, ENDED, NO_VICTIM]
    for case in (given(ended), given(ended, status="closed"), given([INDICATED], status="closed")):
        assert isinstance(outcome(case, when), tuple)
        assert take(case, when)[0].status == "open"


@pytest.mark.parametrize("when", [SCREENED, PRESUMED, FLAG, DETAINED, POSITIVE], ids=lambda done: done.type)
def test_only_what_opens_a_case_comes_first(when: Act) -> None:
    assert outcome(given([]), when) == "case.not_open"


def test_the_recovery_period_is_thirty_days_and_never_cut_short() -> None:
    _, (opened,) = take(given([INDICATED, PRESUMED]), POSITIVE)
    assert opened.data == {"victim_id": VICTIM, "starts_on": "2026-03-01", "ends_on": "2026-03-31"}
    _, (again,) = take(given([INDICATED, PRESUMED, POSITIVE, EXTENDED]), POSITIVE)
    assert again.data["ends_on"] == "2026-05-01"


def test_who_looked_at_a_decision_does_not_look_at_it_once_more() -> None:
    upheld = act(
        looked_again("negative").type,
        CHILD_PROTECTION,
        actor="decider-3",
        id=uid("upheld"),
        **looked_again("negative").data,
    )
    asked = act(REQUEST.type, SHELTER, decision_event_id=uid("upheld"))
    case = given([INDICATED, PRESUMED, NEGATIVE, REQUEST, upheld, asked])
    for actor, then in (
        ("decider-1", "decider.same_as_before"),
        ("decider-3", "decider.same_as_before"),
        ("decider-4", RECOVERY),
    ):
        assert outcome(case, looked_again("positive", actor, decision_event_id=uid("upheld"))) == then


@pytest.mark.parametrize(("data", "then"), [({}, "reason.other_needs_disclosure"), ({"_sd": ["A" * 43]}, ())])
def test_a_reason_other_needs_the_disclosure_that_says_which(data: dict[str, Any], then: str | tuple[str, ...]) -> None:
    extended = act(EXTENDED.type, SHELTER, ends_on="2026-05-01", reason="other", **data)
    assert outcome(given([INDICATED, *GROUNDS]), extended) == then
