"""The table of duties holds one row for each `due` of the catalogue, in the catalogue's own names."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from domain.case import Case
from domain.catalogue import EventType, by_name, event_type, read
from domain.event import Effect, Event, Recorded
from domain.profile import AGENCIES, DEADLINES
from domain.stages.duty import Duties, Duty
from domain.stages.ledger.duties import REMEMBERED, discharged, duties_after, duty_open
from domain.stages.ledger.duties_open import Facts, opened
from domain.stages.ledger.duties_row import ELSEWHERE, NOT_COMPUTED, OVERDUE, Row
from domain.stages.ledger.duties_table import ROWS
from domain.stages.rules import HOLDS
from domain.stages.state import StreamState
from domain.stages.trail import Trail
from unit.domain.story import AT, CLOCK, HOTLINE, INDICATED, LATER, SHELTER, STREAM, act, given, outcome, uid

ALL: dict[str, EventType] = {entry["type"]: event_type(entry) for entry in read()["types"]}
"""Every type of the catalogue, those of stages that are not known yet too."""

DUE = [(known.name, due.deadline, due.clock) for known in ALL.values() for due in known.due]
ROW = {(row.opened_by, row.deadline): row for row in ROWS}
CASES = [pytest.param(row, id=f"{row.opened_by} {row.deadline}") for row in ROWS]


def fields(name: str) -> set[str]:
    """What an event of the type may hold, with what is remembered of the ids that it names."""
    known = ALL[name]
    found = {field.name for field in known.clear} | {id_.removesuffix("[]") for id_ in (*known.subject, *known.mints)}
    for id_field, *others in REMEMBERED.values():
        if id_field in found:
            found |= {"sender", *others}
    return found


@pytest.mark.parametrize(("name", "deadline", "clock"), DUE)
def test_every_due_of_the_catalogue_has_a_row(name: str, deadline: str, clock: str) -> None:
    assert deadline in DEADLINES
    assert (name, deadline) in ELSEWHERE | NOT_COMPUTED or ROW[(name, deadline)].clock == clock


@pytest.mark.parametrize("row", CASES)
def test_a_row_names_what_the_catalogue_has(row: Row) -> None:
    assert (row.opened_by, row.deadline, row.clock) in DUE
    mine = fields(row.opened_by)
    for name, *pairs in row.done:
        for field, _, other in (pair.partition("=") for pair in pairs):
            assert field == "of_event" or field in mine, (name, field)
            assert (other or field) in fields(name), (name, other or field)
    named = {row.renews, row.sum, row.runs, *(row.half or ())[1:], *(row.each or ())[:1], *row.only[:1]}
    assert named - {"", "time", "at"} <= mine
    assert not row.stated or row.stated in (fields(row.effect) if row.effect else mine)
    assert row.done or row.half
    category = row.owner.partition(" ")[2]
    if category:
        assert any(category in agency.categories for agency in AGENCIES.values())
    else:
        assert row.owner in {"publisher", "care", "proceedings", "oversight"} | mine


SAMPLES: dict[str, Any] = {"date": "2026-03-01", "time": "2026-03-01T08:00:00.000000Z", "int": 5, "bool": False}


def recorded(name: str, **data: Any) -> Recorded:
    """An entry of any type of the catalogue; what is not said is a sample."""
    known = ALL[name]
    filled: dict[str, Any] = {}
    for field in known.clear:
        if not field.optional:
            value = SAMPLES.get(field.kind, field.name)
            filled[field.name] = [value] if field.is_list else value
    for id_ in (*known.subject, *known.mints):
        plain = id_.removesuffix("[]")
        filled[plain] = [f"one {plain}"] if id_ != plain else f"one {plain}"
    event = Event(uid("of"), SHELTER, STREAM, name, AT, "unit-1", "officer-1", filled | data)
    return Recorded(event, AT, 1, ())


def first(row: Row) -> Recorded:
    """An entry that opens the row's duty."""
    data: dict[str, Any] = {row.only[0]: row.only[1]} if row.only else {}
    if row.stated and not row.effect:
        data[row.stated] = SAMPLES["time" if row.stated.endswith("due_at") else "date"]
    if row.each:
        data[row.each[0]] = ["one"]
    if row.grade == "risk_level":
        data["risk_level"] = "high"
    entry = recorded(row.opened_by, **data)
    stated = SAMPLES["date" if row.stated == "ends_on" else "time"]
    return entry._replace(effects=(Effect(row.effect, {row.stated: stated}),)) if row.effect else entry


def duty_of(row: Row, entry: Recorded) -> Duty | None:
    """The duty that the entry opens."""
    known = {"sender": HOTLINE, "victim_id": "v", "service_type": "s", "investigation_id": "i"}
    return opened(row, Facts(entry.event, entry, known | dict(entry.event.data)), {})


@pytest.mark.parametrize("row", CASES)
def test_each_row_opens_a_duty_whose_clock_event_the_catalogue_takes(row: Row) -> None:
    duty = duty_of(row, first(row))
    assert duty is not None
    assert duty.owner
    clock = ALL[row.clock]
    assert set(duty.says) == {field.name for field in clock.clear if not field.optional} | set(clock.subject)


FREEZE = ROW[("redress.AssetsFrozen", "freeze_end")]


@pytest.mark.parametrize("stated", [{}, {"valid_to": "9999-12-31"}])
def test_no_end_and_an_end_behind_the_calendar_open_no_duty(stated: dict[str, str]) -> None:
    assert duty_of(FREEZE, recorded(FREEZE.opened_by, **stated)) is None


@pytest.mark.parametrize(
    ("deadline", "code"), [("detention", "DETENTION_LIMIT_EXCEEDED"), ("release_notice", "RELEASED_WITHOUT_NOTICE")]
)
def test_the_breach_says_which_right_was_not_kept(deadline: str, code: str) -> None:
    row = next(row for row in ROWS if row.deadline == deadline)
    duty = duty_of(row, first(row))
    assert duty is not None
    case = given([INDICATED])
    case = replace(case, trail=Trail(case.trail, first(row)))
    assert outcome(case, act(OVERDUE, CLOCK, **duty.says), LATER) == (code,)


def left_after(duty: Duty, *entries: Recorded) -> list[list[Duty]]:
    """What is open after each entry."""
    left, found = {(duty.of, duty.deadline, 1): duty}, []
    for entry in entries:
        left = dict(discharged(left, Facts(entry.event, entry, entry.event.data)))
        found.append(list(left.values()))
    return found


def test_a_transfer_is_discharged_exhibit_by_exhibit() -> None:
    row = ROW[("custody.CustodyReleased", "transfer_receipt")]
    duty = duty_of(row, recorded(row.opened_by, exhibit_number=["E-1", "E-2"], transfer_id="t"))
    assert duty is not None
    received = [
        recorded("custody.CustodyReceived", exhibit_number=[number], transfer_id=transfer)
        for number, transfer in (("E-2", "another"), ("E-1", "t"), ("E-1", "t"), ("E-2", "t"))
    ]
    waiting = [[duty.waiting for duty in left] for left in left_after(duty, *received)]
    assert waiting == [[("E-1", "E-2")], [("E-2",)], [("E-2",)], []]


def test_a_refused_transfer_is_the_senders_to_take_back() -> None:
    duties = Duties()
    for name in ("custody.CustodyReleased", "custody.CustodyRefused"):
        row = ROW[(name, "transfer_receipt")]
        duty = duty_of(row, recorded(name, exhibit_number=["E-1"]))
        assert duty is not None
        assert (duty.owner, duty.says["leg"]) == (("to_agency", "outward") if "Rel" in name else (HOTLINE, "return"))
    assert duties.open == {}


def test_restitution_is_owed_until_all_of_it_is_paid() -> None:
    row = ROW[("redress.RestitutionOrdered", "restitution_payment")]
    duty = duty_of(row, recorded(row.opened_by, amount_mnt=10, award_id="a"))
    assert duty is not None
    paid = [recorded("redress.RestitutionPaid", amount_mnt=amount, award_id="a") for amount in (4, 5, 1)]
    assert [[duty.rest for duty in left] for left in left_after(duty, *paid)] == [[6], [1], []]


def test_an_item_is_answered_by_the_other_party_only() -> None:
    row = ROW[("taskforce.TargetSet", "other_half")]
    duty = duty_of(row, recorded(row.opened_by))
    assert duty is not None
    answer = recorded("taskforce.DialogueItemAcknowledged", of=uid("of"))
    other = answer._replace(event=answer.event._replace(publisher=HOTLINE))
    assert [len(left) for left in left_after(duty, answer, other)] == [1, 0]


@pytest.mark.parametrize("name", ["ledger.ApprovalRefused", "ledger.EventMisfiled"])
def test_an_event_that_never_took_effect_obliges_nobody(name: str) -> None:
    row = ROW[("protection.CarePlanAgreed", "care_plan_review")]
    duty = duty_of(row, first(row))
    assert duty is not None
    assert left_after(duty, recorded(name, of=uid("another")), recorded(name, of=uid("of"))) == [[duty], []]


class There:
    """Other streams."""

    def __init__(self, **streams: Any) -> None:
        self.streams = streams

    def stream(self, stream: str) -> Any:
        """The state of a stream, or None."""
        return self.streams.get(stream)

    def same_person(self, stream: str, person_id: str) -> tuple[Any, ...]:
        """Nobody."""
        return ()


def trail(*entries: Recorded) -> Trail:
    """The trail of these entries."""
    found = Trail()
    for entry in entries:
        found = Trail(found, entry)
    return found


def filed(event_id: str) -> Recorded:
    """An event of a type that nobody knows."""
    return Recorded(Event(event_id, SHELTER, STREAM, "x.Y", AT, "u", "o", {}), AT, 1, ())


HALVES = [
    (
        recorded("investigation.ProceedingsJoined", other_case="B", investigation_id="i"),
        recorded("investigation.ProceedingsJoined", other_case=STREAM, other_investigation="i"),
    ),
    (
        recorded("custody.ExhibitReferenced", home_case="B", exhibit_number="E-1"),
        recorded("custody.HoldPlaced", for_case=STREAM, exhibit_number=["E-1"]),
    ),
    (recorded("ledger.EventMisfiled", right_stream="B", of="m"), filed("m2")),
]


@pytest.mark.parametrize(("half", "other"), HALVES, ids=[half.event.type for half, _ in HALVES])
def test_a_half_is_answered_in_the_other_stream(half: Recorded, other: Recorded) -> None:
    duty = duty_of(ROW[(half.event.type, "other_half")], half)
    assert duty is not None
    here = Case(STREAM, trail=trail(filed("m"), half))
    there = Case("B", trail=trail(other))
    mark, known = Event("c", CLOCK, STREAM, OVERDUE, AT, "u", "a", duty.says), by_name[OVERDUE]
    assert duty_open(here, mark, known, LATER) == HOLDS
    assert duty_open(here, mark, known, replace(LATER, elsewhere=There(B=StreamState("B")))) == HOLDS
    assert duty_open(here, mark, known, replace(LATER, elsewhere=There(B=there))) == ("clock.moot",)


def test_an_unknown_type_and_a_reference_record_open_nothing() -> None:
    unknown = recorded("protection.ThreatReported")
    unknown = unknown._replace(event=unknown.event._replace(type="later.Thing"))
    assert duties_after(Duties(), unknown) == Duties()
    assert duties_after(Duties(), recorded("case.RecordImported")) == Duties()


def test_an_event_that_waits_for_approval_obliges_and_ends_nothing_until_then() -> None:
    indicated = recorded("identification.IndicatorReported")
    request = recorded("referral.ReferralRequested", urgency="urgent")
    request = request._replace(effects=(Effect("referral.ResponseDue", {"due_at": AT}),), n=2)
    answer = recorded("referral.ReferralAccepted", first_contact_due=AT)
    waits = answer._replace(n=3, effects=(Effect("ledger.ApprovalAwaited", {"roles": ["x"], "approvers": ["y"]}),))
    completed = Effect("ledger.ApprovalCompleted", {"of": waits.event.id, "approved": waits.event.type})
    other = Event("later", SHELTER, STREAM, "identification.ScreeningCompleted", AT, "u", "a", {"victim_id": "v"})
    found, duties = [], Duties()
    for entry in (indicated, request, waits, Recorded(other, AT, 4, ()), Recorded(other, AT, 5, (completed,))):
        duties = duties_after(duties, entry)
        found.append(sorted(duty.deadline for duty in duties.open.values()))
    answered = ["first_contact", "referral_completion"]
    assert found == [[], *[["referral_response"]] * 3, answered]
    assert duties.held == {}
