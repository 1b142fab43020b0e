"""A duty opens, is owned, falls due, is discharged by what its row names, and is marked by the clock once."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import pytest
from hypothesis import given as always
from hypothesis import strategies as st

from domain.stages.ledger.duties import duties_of
from domain.stages.ledger.duties_dormancy import dormancy_duty
from domain.stages.ledger.duties_row import OVERDUE
from domain.stages.ledger.duties_said import mark_id
from domain.stages.rules import Context
from unit.domain.proceedings import TO_SUSPECT
from unit.domain.story import (
    AT,
    CHILD_PROTECTION,
    CLOCK,
    HOTLINE,
    INDICATED,
    LATER,
    POLICE,
    PRESUMED,
    PROSECUTOR,
    SHELTER,
    Act,
    Registry,
    act,
    given,
    outcome,
    take,
    uid,
)

Open = dict[str, tuple[str, str, bool]]
"""deadline: (due_at, owner, marked)."""


def open_after(*acts: Act) -> Open:
    """The open duties of a case."""
    duties = duties_of(given([INDICATED, *acts]))
    return {duty.deadline: (duty.due_at, duty.owner, duty.marked) for duty in duties.open.values()}


def named(done: Act, label: str, **data: Any) -> Act:
    """The act under an event id of its own."""
    return replace(done, id=uid(label), data={**done.data, **data})


def overdue(of: str, duty: str, due_at: str, owner: str) -> Act:
    """The clock's mark on a duty."""
    return act(OVERDUE, CLOCK, of=uid(of), duty=duty, due_at=due_at, owner=owner)


def at(instant: str) -> Context:
    """A decision at an instant."""
    return Context(instant, Registry())


def day(number: int, month: int = 3) -> str:
    """Nine o'clock, as the stories have it."""
    return f"2026-{month:02}-{number:02}T09:00:00.000000Z"


REQUESTED = act(
    "referral.ReferralRequested", HOTLINE, to_agency=SHELTER, urgency="urgent", service_type="safehouse_service"
)
EARLIER = named(REQUESTED, "earlier", due_at=day(1))
AGAIN = named(REQUESTED, "again", referral_id=uid("second"))
REJECTED = act("referral.ReferralRejected", SHELTER, id=uid("rejected"))
ACCEPTED = act("referral.ReferralAccepted", SHELTER, first_contact_due=day(3))
COMPLETED = act("referral.ReferralCompleted", SHELTER)
NO_ANSWER = act("referral.ReferralOverdueMarked", CLOCK, deadline="response", due_at=day(3))
REROUTE = overdue("rejected", "reroute", day(3), HOTLINE)
FLAG = act("identification.NonPunishmentFlagRaised", SHELTER, id=uid("flag"))
ANSWERED = act("identification.NonPunishmentDecided", PROSECUTOR)
NO_FLAG_ANSWER = overdue("flag", "non_punishment_answer", day(16), PROSECUTOR)
POSITIVE = act(
    "identification.ReasonableGroundsDecided",
    CHILD_PROTECTION,
    actor="decider-1",
    decision="positive",
    decided_on="2026-03-01",
)
EXTENDED = act("identification.RecoveryPeriodExtended", SHELTER, ends_on="2026-05-01")
ENDED = act("identification.RecoveryPeriodEnded", CLOCK, ended_on="2026-03-31")
LAST = named(PRESUMED, "last")
LATE = replace(FLAG, time=day(1, 2))
DORMANT = act("case.DormancyMarked", CLOCK, time=day(16), last_event=uid("last"), days=14)
REJECTION = [REQUESTED, REJECTED]
RECOVERY = [PRESUMED, POSITIVE]
MARK = ("DEADLINE_MISSED",)
ARRESTED = act("investigation.SuspectArrested", POLICE, urgent=True, arrested_at=AT, id=uid("arrest"))
FREED = act("investigation.SuspectReleased", POLICE, id=uid("release"))
HELD = [*TO_SUSPECT[1:], ARRESTED]
RELEASE_OVERDUE = overdue("arrest", "detention", day(4), POLICE)
NOTICE_OVERDUE = overdue("release", "release_notice", day(3), POLICE)

STORIES: list[tuple[str, list[Act], Open]] = [
    ("the answer is the addressee's", [REQUESTED], {"referral_response": (day(3), SHELTER, False)}),
    ("an earlier due date of the sender counts", [EARLIER], {"referral_response": (day(1), SHELTER, False)}),
    (
        "an acceptance opens what the addressee owes",
        [REQUESTED, ACCEPTED],
        {"first_contact": (day(3), SHELTER, False), "referral_completion": (day(16), SHELTER, False)},
    ),
    ("a completion ends both", [REQUESTED, ACCEPTED, COMPLETED], {}),
    ("a rejection is the sender's to re-route", REJECTION, {"reroute": (day(3), HOTLINE, False)}),
    ("the same service again re-routes", [*REJECTION, AGAIN], {"referral_response": (day(3), SHELTER, False)}),
    ("nothing is due of a referral withdrawn", [REQUESTED, act("referral.ReferralRevoked", HOTLINE)], {}),
    ("a mark stands until it is done", [REQUESTED, NO_ANSWER], {"referral_response": (day(3), SHELTER, True)}),
    ("and ends with it", [REQUESTED, NO_ANSWER, ACCEPTED, COMPLETED], {}),
    ("the prosecutor answers a flag", [FLAG], {"non_punishment_answer": (day(16), PROSECUTOR, False)}),
    ("an answer ends it", [FLAG, ANSWERED], {}),
    (
        "a recovery period is over the day after its last",
        RECOVERY,
        {"recovery_period": ("2026-04-01T00:00:00.000000Z", CHILD_PROTECTION, False)},
    ),
    (
        "an extension replaces the period",
        [*RECOVERY, EXTENDED],
        {"recovery_period": ("2026-05-02T00:00:00.000000Z", CHILD_PROTECTION, False)},
    ),
    ("the clock ends it", [*RECOVERY, ENDED], {}),
]


@pytest.mark.parametrize(("name", "acts", "then"), STORIES, ids=[row[0] for row in STORIES])
def test_duties_open_and_end_by_their_rows(name: str, acts: list[Act], then: Open) -> None:
    assert open_after(*acts) == then


Row = tuple[str, list[Act], Act, Context, str | tuple[str, ...]]
MARKS: list[Row] = [
    ("a duty that nobody did is marked", REJECTION, REROUTE, LATER, MARK),
    ("once", [*REJECTION, REROUTE], REROUTE, LATER, "clock.moot"),
    ("not when it is done", [*REJECTION, AGAIN], REROUTE, LATER, "clock.moot"),
    ("not before it is due", REJECTION, REROUTE, at("2026-03-03T08:59:59.999999Z"), "clock.moot"),
    ("at the instant", REJECTION, REROUTE, at(day(3)), MARK),
    ("by the registrar's instant", REJECTION, overdue("rejected", "reroute", AT, HOTLINE), LATER, "clock.moot"),
    ("of the owner", REJECTION, overdue("rejected", "reroute", day(3), POLICE), LATER, "clock.moot"),
    ("an event that opened nothing", [], REROUTE, LATER, "clock.moot"),
    ("an unanswered flag", [FLAG], NO_FLAG_ANSWER, LATER, MARK),
    ("an answered flag", [FLAG, ANSWERED], NO_FLAG_ANSWER, LATER, "clock.moot"),
    ("a detention longer than the law allows", HELD, RELEASE_OVERDUE, LATER, ("DETENTION_LIMIT_EXCEEDED",)),
    ("not before its limit", HELD, RELEASE_OVERDUE, at("2026-03-04T08:59:59.999999Z"), "clock.moot"),
    ("a release of which no victim was told", [*HELD, FREED], NOTICE_OVERDUE, LATER, ("RELEASED_WITHOUT_NOTICE",)),
    ("a referral's answer, early", [REQUESTED], NO_ANSWER, at("2026-03-03T08:00:00.000000Z"), "clock.moot"),
    ("a recovery period on its last day", RECOVERY, ENDED, at("2026-03-31T23:59:59.999999Z"), "clock.moot"),
    ("a case without an event for 14 days", [LAST], DORMANT, LATER, MARK),
    ("13 days are fewer", [LAST], DORMANT, at(day(15)), "clock.moot"),
    ("an event since", [LAST, FLAG], DORMANT, LATER, "clock.moot"),
    ("a late entry of what was earlier is no event since", [LAST, LATE], DORMANT, LATER, MARK),
    ("one mark an event", [LAST, DORMANT], DORMANT, LATER, "clock.moot"),
    ("a late entry after the mark neither", [LAST, DORMANT, LATE], DORMANT, LATER, "clock.moot"),
]


@pytest.mark.parametrize(("name", "before", "when", "context", "then"), MARKS, ids=[row[0] for row in MARKS])
def test_the_clock_marks_what_is_overdue(
    name: str, before: list[Act], when: Act, context: Context, then: str | tuple[str, ...]
) -> None:
    assert outcome(given([INDICATED, *before]), when, context) == then


def test_an_old_case_entered_late_is_marked_now_and_then_not_at_each_event() -> None:
    case, marks = given([replace(INDICATED, time=day(1, 1))]), 0
    for number in range(1, 29):
        done = replace(FLAG, time=day(number, 1), id=uid(f"flag {number}"), data={"flag_id": uid(f"f{number}")})
        case, _ = take(case, done)
        duty = dormancy_duty(duties_of(case))
        assert duty is not None
        if duty.due_at <= AT:
            marks += 1
            case, _ = take(case, act("case.DormancyMarked", CLOCK, time=duty.due_at, last_event=duty.of, days=14))
    assert marks <= 5


REFUSED_AT = day(2, 3).replace("09", "10")


def unresolved(**data: Any) -> Act:
    """The clock's mark on a protective refusal."""
    said = {"refused_type": INDICATED.type, "refusal": "data.missing_field", "by": HOTLINE, "refused_at": REFUSED_AT}
    return Act("ledger.RefusalUnresolvedMarked", CLOCK, said | data)


BEFORE = "2026-03-02T08:00:00.000000Z"
UNRESOLVED: list[Row] = [
    ("a protective refusal that nobody put right", [], unresolved(), LATER, ()),
    ("after 15 minutes", [], unresolved(), at("2026-03-02T10:15:00.000000Z"), ()),
    ("not sooner", [], unresolved(), at("2026-03-02T10:14:59.999999Z"), "clock.moot"),
    ("what was admitted before resolves nothing", [INDICATED], unresolved(), LATER, ()),
    ("what followed does", [INDICATED], unresolved(refused_at=BEFORE), LATER, "clock.moot"),
    ("another sender's does not", [INDICATED], unresolved(by=POLICE, refused_at=BEFORE), LATER, ()),
    ("a type that is not protective", [], unresolved(refused_type="referral.ReferralAccepted"), LATER, "clock.moot"),
    ("a type that nobody knows", [], unresolved(refused_type="referral.Nothing"), LATER, "clock.moot"),
]


@pytest.mark.parametrize(("name", "before", "when", "context", "then"), UNRESOLVED, ids=[row[0] for row in UNRESOLVED])
def test_a_protective_refusal_is_marked_until_it_is_put_right(
    name: str, before: list[Act], when: Act, context: Context, then: str | tuple[str, ...]
) -> None:
    assert outcome(given(before), when, context) == then


@always(name=st.lists(st.text(max_size=40), min_size=5, max_size=5))
def test_a_mark_bears_a_version_5_uuid_of_what_it_is_about(name: list[str]) -> None:
    stream, of, duty, due_at, owner = name
    assert mark_id(stream, of, duty, due_at, owner) == str(
        uuid5(uuid5(NAMESPACE_URL, "https://tamga.mn/clock"), "/".join(name))
    )
