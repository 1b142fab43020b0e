"""Whoever is custodian has acknowledged it, authorities over exhibits have rules, and a break is never cleared."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given as given_any
from hypothesis import settings
from hypothesis import strategies as st

from domain.catalogue import by_name
from domain.event import Recorded
from domain.refusals import Refusal
from domain.stages.custody import recording_breaks, recording_kept
from domain.stages.custody.state import Break
from domain.stream import admit, evolve
from unit.domain.custody.acts import (
    ACCESSED,
    ADMITTED,
    AT_LAB,
    AT_PROSECUTOR,
    COLLECTED,
    DECLARED,
    DERIVED,
    DISPOSED,
    EXPLAINED,
    FOUND,
    HELD,
    IMAGE,
    KEPT,
    LAB,
    LIFTED,
    LOST,
    NUMBER,
    ORDERED,
    OVERDUE,
    PRODUCED,
    RECEIVED,
    REFERENCED,
    REFUSED,
    RELEASED,
    REPORTED,
    RETURNED,
    SEALED,
    STORED,
    UNSEALED,
    WITHDRAWN,
    by,
    clock,
    opened,
)  # fmt: skip
from unit.domain.story import (
    AT,
    CHILD_PROTECTION,
    CLOCK,
    CONTEXT,
    COURT,
    HOSPITAL,
    INDICATED,
    POLICE,
    PROSECUTOR,
    STREAM,
    Act,
    act,
    event,
    given,
    outcome,
    take,
    uid,
)  # fmt: skip

SENT = [*KEPT, RELEASED]
OVERSIGHT = "mn.nhrcm"
UNKNOWN = uid("nowhere")
ORDERED_AGAIN = by(COURT, ORDERED, disposition_order_id=uid("again"))

REFUSALS: list[tuple[str, list[Act], Act, str | tuple[str, ...]]] = [
    ("withdrawn by its releaser", SENT, WITHDRAWN, ()),
    ("not withdrawn by others", SENT, by(LAB, WITHDRAWN), "custody.not_releaser"),
    ("not withdrawn once received", [*SENT, RECEIVED], WITHDRAWN, "custody.not_in_transit"),
    ("not withdrawn once refused", [*SENT, REFUSED], WITHDRAWN, "custody.not_in_transit"),
    ("not withdrawn twice", [*SENT, WITHDRAWN], WITHDRAWN, "custody.not_in_transit"),
    ("no receipt alone is withdrawn", [*KEPT, RECEIVED], WITHDRAWN, "custody.not_in_transit"),
    ("an unknown transfer", [], WITHDRAWN, "transfer.unknown"),
    ("a transfer is released once", SENT, by(POLICE, RELEASED, to_holder="l-3"), "id.already_minted"),
    ("the clock marks a leg once", [*SENT, OVERDUE], by(CLOCK, OVERDUE, due_at=clock(10, day=3)), "clock.moot"),
    ("not before it is due", SENT, by(CLOCK, OVERDUE, due_at=clock(3, 59, day=3)), "clock.moot"),
    ("not the leg that is not under way", SENT, by(CLOCK, OVERDUE, leg="return"), "clock.moot"),
    ("what is received is not overdue", [*SENT, RECEIVED], OVERDUE, "clock.moot"),
    ("a hold is placed", KEPT, HELD, ()),
    ("no disposal of what is disposed of", [*KEPT, ORDERED, DISPOSED], ORDERED_AGAIN, "custody.exhibit_not_on_record"),
    ("no hold on an unknown exhibit", [], HELD, "exhibit.unknown"),
    ("no hold on what is disposed of", [*KEPT, ORDERED, DISPOSED], HELD, "custody.exhibit_not_on_record"),
    ("holds stay in the home case", [REFERENCED], HELD, "custody.exhibit_elsewhere"),
    ("a hold is lifted by who placed it", [*KEPT, HELD], LIFTED, ()),
    ("a hold is lifted by a court", [*KEPT, HELD], by(COURT, LIFTED), ()),
    ("no hold is lifted by others", [*KEPT, HELD], by(OVERSIGHT, LIFTED), "custody.not_placer"),
    ("a hold is lifted once", [*KEPT, HELD, LIFTED], LIFTED, "custody.hold_not_in_place"),
    ("an unknown hold", KEPT, LIFTED, "hold.unknown"),
    ("no disposal is ordered under a hold", [*KEPT, HELD], ORDERED, "custody.under_hold"),
    (
        "the other hold counts too",
        [*KEPT, HELD, by(COURT, HELD, hold_id=uid("2")), LIFTED],
        ORDERED,
        "custody.under_hold",
    ),
    ("disposal is ordered", KEPT, ORDERED, ()),
    ("a court decides on what was produced", [*AT_PROSECUTOR, PRODUCED], ADMITTED, ()),
    (
        "not on what was not produced",
        [*AT_PROSECUTOR, PRODUCED],
        by(COURT, ADMITTED, hearing_id=uid("2")),
        "hearing.unknown",
    ),
    ("an admission is decided once", [*AT_PROSECUTOR, PRODUCED, ADMITTED], ADMITTED, "custody.not_produced"),
    ("no exhibit is referenced from its own case", [], by(POLICE, REFERENCED, home_case=STREAM), "data.invalid_value"),
]

SEQUENCE = "OUT_OF_SEQUENCE"
BREACHES: list[tuple[str, list[Act], Act, str]] = [
    ("sealed while under way", SENT, act(SEALED.type, POLICE, time=clock(5), seal_number="S-1"), SEQUENCE),
    ("looked into while lost", [*KEPT, LOST], act(ACCESSED.type, POLICE, time=clock(5), by_role="custodian"), SEQUENCE),
    ("disposed of twice", [*KEPT, ORDERED, DISPOSED], DISPOSED, SEQUENCE),
    ("found although nothing was lost", KEPT, FOUND, SEQUENCE),
    ("refused although nothing was under way", [*SENT, RECEIVED], REFUSED, SEQUENCE),
    ("an exhibit that nobody collected", [], SEALED, SEQUENCE),
    ("explained by who is not concerned", [*SENT, OVERDUE], EXPLAINED, SEQUENCE),
    ("explained by who has nothing to do with it", [*KEPT, DECLARED], by(LAB, EXPLAINED), SEQUENCE),
    ("an amended report amends one", [*AT_LAB], by(LAB, REPORTED, kind="amended"), SEQUENCE),
    ("a report that nobody reviewed", AT_LAB, by(LAB, REPORTED, reviewed_by="officer-1"), "REPORT_NOT_REVIEWED"),
    (
        "a late entry",
        [],
        act(COLLECTED.type, POLICE, time="2026-02-20T00:00:00.000000Z", method="handed_in"),
        "LATE_ENTRY",
    ),
]


def exhibit(acts: list[Act], number: str = NUMBER) -> Any:
    """The exhibit after the acts."""
    return opened(acts).exhibits[number]


def at(acts: list[Act], number: str = NUMBER) -> tuple[str, str | None, str | None]:
    """Where the exhibit is, who is custodian, who holds it."""
    found = exhibit(acts, number)
    return found.state, found.custodian, found.holder


@pytest.mark.parametrize(("before", "when", "then"), [row[1:] for row in REFUSALS], ids=[row[0] for row in REFUSALS])
def test_authority(before: list[Act], when: Act, then: str | tuple[str, ...]) -> None:
    assert outcome(opened(before), when) == then


@pytest.mark.parametrize(("before", "when", "code"), [row[1:] for row in BREACHES], ids=[row[0] for row in BREACHES])
def test_a_breach_stands_beside_the_fact(before: list[Act], when: Act, code: str) -> None:
    assert code in outcome(opened(before), when)


def test_the_custodian_changes_only_when_the_receiver_acknowledges() -> None:
    assert at(KEPT) == ("held", POLICE, "p-1")
    assert at([*KEPT, STORED]) == ("held", POLICE, "room-1")
    assert at(SENT) == ("in_transit", POLICE, "p-1")
    assert at([*SENT, OVERDUE]) == ("in_transit", POLICE, "p-1")
    assert at([*SENT, RECEIVED]) == ("held", LAB, "l-1")
    assert at([*SENT, OVERDUE, RECEIVED]) == ("held", LAB, "l-1")
    assert at([*SENT, WITHDRAWN]) == ("held", POLICE, "p-1")


def test_custody_moves_beside_a_break_of_seal_or_hash_too() -> None:
    broken = by(LAB, RECEIVED, seal_checks=["broken"], seals=[], conditions=["opened"])
    assert at([*SENT, broken]) == ("held", LAB, "l-1")
    assert exhibit([*SENT, broken]).seal is None


def test_a_hand_over_inside_an_agency_has_two_phases_too() -> None:
    inside = by(POLICE, RELEASED, to_agency=POLICE, to_holder="p-2")
    assert at([*KEPT, inside]) == ("in_transit", POLICE, "p-1")
    assert at([*KEPT, inside, by(POLICE, RECEIVED, holder="p-3")]) == ("in_transit", POLICE, "p-1")
    assert at([*KEPT, inside, by(POLICE, RECEIVED, holder="p-2")]) == ("held", POLICE, "p-2")
    refused = by(POLICE, REFUSED)
    assert at([*KEPT, inside, refused, by(POLICE, RETURNED, holder="p-2")]) == ("in_transit", POLICE, "p-1")
    assert at([*KEPT, inside, refused, by(POLICE, RETURNED, holder="p-1")]) == ("held", POLICE, "p-1")


def test_a_refusal_opens_a_return_leg_that_the_sender_acknowledges() -> None:
    back = opened([*SENT, REFUSED])
    assert back.transfers[uid("transfer_id")].under_way("return") == (NUMBER,)
    assert at([*SENT, REFUSED]) == ("in_transit", POLICE, "p-1")
    assert at([*SENT, REFUSED, by(COURT, RETURNED)]) == ("in_transit", POLICE, "p-1")
    done = opened([*SENT, REFUSED, RETURNED])
    assert at([*SENT, REFUSED, RETURNED]) == ("held", POLICE, "p-2")
    assert not done.transfers[uid("transfer_id")].is_open


def test_a_receipt_without_release_is_a_claim_until_the_release_follows() -> None:
    claimed = opened([*KEPT, RECEIVED])
    assert at([*KEPT, RECEIVED]) == ("held", POLICE, "p-1")
    assert [(claim.agency, claim.holder) for claim in claimed.custody_claims] == [(LAB, "l-1")]
    after, stated = take(claimed, RELEASED)
    assert stated == ()
    assert (after.exhibits[NUMBER].custodian, after.exhibits[NUMBER].holder) == (LAB, "l-1")
    assert after.custody_claims == ()
    assert not after.transfers[uid("transfer_id")].is_open
    # A release that names somebody else completes no claim.
    assert at([*KEPT, RECEIVED, by(POLICE, RELEASED, to_holder="l-2")]) == ("in_transit", POLICE, "p-1")


def test_one_transfer_hands_over_many_exhibits_each_acknowledged_by_itself() -> None:
    two = [
        *KEPT,
        by(POLICE, COLLECTED, exhibit_number="E-2"),
        by(POLICE, SEALED, exhibit_number="E-2", seal_number="S-2"),
    ]
    both = by(POLICE, RELEASED, exhibit_number=[NUMBER, "E-2"], seals=["S-1", "S-2"])
    second = by(LAB, RECEIVED, exhibit_number=["E-2"], seals=["S-2"])
    assert at([*two, both, second], "E-2") == ("held", LAB, "l-1")
    assert at([*two, both, second], NUMBER) == ("in_transit", POLICE, "p-1")
    assert at([*two, both, second, by(LAB, REFUSED, exhibit_number=[NUMBER])], NUMBER)[0] == "in_transit"
    late = opened([*two, both, second])
    _, stated = take(late, OVERDUE)
    assert [effect.data["exhibit_number"] for effect in stated] == [NUMBER]


def test_a_dash_in_a_list_says_nothing_of_that_exhibit() -> None:
    tagged = by(POLICE, COLLECTED, exhibit_number="E-2", media_tag="T" * 43)
    both = by(POLICE, RELEASED, exhibit_number=[NUMBER, "E-2"], seals=["S-1", "-"], tags=["-", "T" * 43])
    assert outcome(opened([*KEPT, tagged]), both) == ()
    taken = by(LAB, RECEIVED, exhibit_number=[NUMBER, "E-2"], seals=["S-1", "-"], tags=["-", "T" * 43])
    taken = by(LAB, taken, seal_checks=["intact", "none_used"], conditions=["good", "good"])
    assert outcome(opened([*KEPT, tagged, both]), taken) == ()


def test_who_is_handed_it_by_another_than_the_custodian_holds_it_beside_a_break() -> None:
    acts = [*KEPT, by(HOSPITAL, RELEASED)]
    assert at(acts) == ("in_transit", POLICE, "p-1")
    assert at([*acts, RECEIVED]) == ("held", LAB, "l-1")
    assert [each.code for _, each in opened(acts).breaks_of(NUMBER)] == ["RELEASER_NOT_CUSTODIAN"]


def test_when_custody_has_moved_no_other_release_of_the_exhibit_can_be_acknowledged() -> None:
    to_court = by(POLICE, RELEASED, transfer_id=uid("2"), to_agency=COURT, to_holder="c-1")
    at_court = by(COURT, RECEIVED, transfer_id=uid("2"), holder="c-1", received_at=clock(6))
    assert at([*SENT, to_court, RECEIVED, at_court]) == ("held", LAB, "l-1")
    assert at([*SENT, to_court, WITHDRAWN]) == ("in_transit", POLICE, "p-1")


def test_a_finder_becomes_custodian_of_what_was_lost_and_of_nothing_else() -> None:
    assert at([*KEPT, LOST]) == ("lost", POLICE, "p-1")
    assert at([*KEPT, LOST, FOUND]) == ("held", POLICE, "p-3")
    assert at([*KEPT, LOST, by(LAB, FOUND)]) == ("held", LAB, "p-3")
    assert at([*KEPT, by(LAB, FOUND)]) == ("held", POLICE, "p-1")
    assert at([*KEPT, ORDERED, DISPOSED, by(POLICE, FOUND, found_at=clock(9))]) == ("held", POLICE, "p-3")
    lost_on_the_way = act(LOST.type, POLICE, time=clock(5), noticed_at=clock(5))
    assert at([*SENT, lost_on_the_way, by(LAB, RECEIVED, received_at=clock(6))]) == ("held", LAB, "l-1")


def test_a_number_names_the_first_exhibit_for_ever() -> None:
    again = by(HOSPITAL, COLLECTED, holder="h-1", exhibit_kind="weapon")
    assert exhibit([*KEPT, again]) == exhibit(KEPT)


def test_a_collection_that_is_told_late_leaves_the_acknowledged_receiver_custodian() -> None:
    told = opened([RELEASED, RECEIVED, by(POLICE, COLLECTED, exhibit_kind="phone")]).exhibits[NUMBER]
    assert (told.custodian, told.origin, told.kind) == (LAB, "collected", "phone")


def test_a_derived_exhibit_has_its_parent_and_the_root_of_all() -> None:
    third = by(LAB, DERIVED, exhibit_number="E-1.2", parent_exhibit=IMAGE)
    found = exhibit([*AT_LAB, DERIVED, third], "E-1.2")
    assert (found.parent, found.root, found.custodian, found.holder) == (IMAGE, NUMBER, LAB, "l-1")


def test_an_amended_report_supersedes_and_the_earlier_stays() -> None:
    amended = by(LAB, REPORTED, kind="amended", report_id=uid("2"), supersedes=uid("report_id"))
    reports = opened([*AT_LAB, UNSEALED, REPORTED, amended]).lab_reports
    assert {key: report.superseded_by for key, report in reports.items()} == {
        uid("report_id"): uid("2"),
        uid("2"): None,
    }


def test_a_court_decides_hearing_by_hearing() -> None:
    second = by(PROSECUTOR, PRODUCED, hearing_id=uid("2"))
    hearings = exhibit([*AT_PROSECUTOR, PRODUCED, ADMITTED, second]).hearings
    assert hearings == {uid("hearing_id"): "admitted", uid("2"): "produced"}


def test_a_break_is_explained_beside_it_and_stands() -> None:
    case, stated = take(opened(SENT), OVERDUE)
    (found,) = stated
    key = found.data["break_id"]
    explained = by(POLICE, EXPLAINED, break_id=key)
    assert outcome(case, explained) == ()
    assert outcome(case, by(HOSPITAL, EXPLAINED, break_id=key)) == ("OUT_OF_SEQUENCE",)
    after, _ = take(case, explained)
    stands = after.breaks[key]
    assert (stands.code, stands.custodian, stands.by) == ("RELEASE_WITHOUT_RECEIPT", POLICE, CLOCK)
    assert [(said.agency, said.kind) for said in stands.explanations] == [(POLICE, "clerical_error")]
    assert [each for each, _ in after.breaks_of(NUMBER)] == [key]


def test_a_person_declares_a_break_that_no_rule_sees() -> None:
    declared = opened([*KEPT, DECLARED]).breaks[uid("break_id")]
    assert isinstance(declared, Break)
    assert (declared.code, declared.by, declared.declared) == ("ACCESS_WITHOUT_AUTHORITY", HOSPITAL, True)


def test_many_breaks_leave_out_their_gaps_and_too_many_are_sent_in_parts() -> None:
    names = [f"X-{number}" for number in range(32)]
    said = {"seal_checks": ["broken"] * 32, "seals": [], "conditions": ["good"] * 32}
    assert outcome(opened(KEPT), by(LAB, RECEIVED, exhibit_number=names, **said)) == "custody.too_many_breaks"
    fewer = by(LAB, RECEIVED, exhibit_number=names[:15], **said)
    stated = [effect for effect in take(opened(KEPT), fewer)[1] if effect.type == "custody.CustodyBreakFound"]
    assert len(stated) == 30
    assert not any("gap_from" in effect.data for effect in stated)


def interview(number: str = NUMBER, *, recorded: bool = True) -> Recorded:
    """A forensic interview that child protection has held."""
    data = {"exhibit_number": number, "recorded": recorded, "interviewer": "cp-1", "media_tag": "T" * 43}
    done = event(INDICATED)._replace(
        publisher=CHILD_PROTECTION, type="protection.ForensicInterviewConducted", data=data
    )
    return Recorded(done, AT, 2, ())


def test_the_recording_of_a_forensic_interview_is_an_exhibit_held_by_its_publisher() -> None:
    case = given([INDICATED])
    kept = recording_kept(case, interview())["exhibits"][NUMBER]
    assert (kept.state, kept.custodian, kept.holder, kept.kind) == ("held", CHILD_PROTECTION, "cp-1", "recording")
    assert (kept.origin, kept.tag) == ("recorded_interview", "T" * 43)
    assert recording_kept(case, interview(recorded=False)) == {}
    assert recording_breaks(case, interview().event) == ()


def test_the_number_of_a_recording_names_no_other_exhibit() -> None:
    case = opened(KEPT)
    stated = recording_breaks(case, interview().event)
    assert [effect.data["break_code"] for effect in stated] == ["EXHIBIT_NUMBER_REUSED"]
    changes = recording_kept(case, interview()._replace(effects=stated))
    assert "exhibits" not in changes
    assert len(changes["breaks"]) == 1


MOVES = ["custody.CustodyReleased", "custody.CustodyReceived", "custody.CustodyRefused", "custody.TransferWithdrawn"]
OTHERS = ["custody.ExhibitStored", "custody.ExhibitLost", "custody.ExhibitFound", "custody.ExhibitDisposed"]
AGENCIES_OF = [POLICE, LAB, COURT]
BARRED = {"RECEIPT_WITHOUT_RELEASE", "RECEIVER_NOT_NAMED_RECIPIENT"}


def _random(chance: random.Random, number: int) -> Act:
    agency, minute = chance.choice(AGENCIES_OF), clock(2 + number // 60, number % 60)
    data = {
        "holder": f"{agency[3:]}-{chance.randrange(2)}",
        "received_at": minute,
        "leg": chance.choice(["outward", "return"]),
    }
    receiver = chance.choice(AGENCIES_OF)
    data |= {"to_agency": receiver, "to_holder": f"{receiver[3:]}-{chance.randrange(2)}", "released_at": minute}
    data |= {"noticed_at": minute, "found_at": minute, "condition": "good", "store_ref": f"room-{agency[3:]}"}
    data |= {"transfer_id": uid(f"t{chance.randrange(6)}"), "reason": "not_sent"}
    kind = chance.choice([*MOVES, *MOVES, *OTHERS])
    if kind == "custody.CustodyRefused":
        data["reason"] = "no_storage"
    fields = set(by_name[kind].model.model_fields)
    return act(kind, agency, time=minute, id=uid(f"event {number}"), **{k: v for k, v in data.items() if k in fields})


@settings(max_examples=150, deadline=None)
@given_any(seed=st.integers(0, 2**32), length=st.integers(1, 120))
def test_the_custodian_is_always_the_last_acknowledged_receiver(seed: int, length: int) -> None:
    chance = random.Random(seed)
    case = opened([COLLECTED])
    # Kept here from the record alone: who released to whom, and who acknowledged last.
    last = POLICE
    named: dict[str, tuple[str, str]] = {}
    claims: set[tuple[str, str, str]] = set()
    for number in range(length):
        done = event(_random(chance, number))
        before = case.exhibits[NUMBER]
        try:
            stated = admit(case, done, by_name[done.type], CONTEXT)
        except Refusal:
            continue
        codes = {effect.data.get("break_code") for effect in stated}
        match done.type:
            case "custody.CustodyReleased":
                named[done.data["transfer_id"]] = (done.data["to_agency"], done.data["to_holder"])
                if (done.data["transfer_id"], *named[done.data["transfer_id"]]) in claims:
                    last = done.data["to_agency"]
            case "custody.CustodyReceived" if codes & BARRED:
                claims.add((done.data["transfer_id"], done.publisher, done.data["holder"]))
            case "custody.CustodyReceived":
                if done.data["leg"] == "outward":
                    assert named[done.data["transfer_id"]] == (done.publisher, done.data["holder"])
                last = done.publisher
            case "custody.ExhibitFound" if before.state in ("lost", "disposed"):
                last = done.publisher
        case = evolve(case, Recorded(done, AT, case.version + 1, stated))
        assert case.exhibits[NUMBER].custodian == last
