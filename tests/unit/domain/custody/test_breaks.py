"""Every code of custody has its break, and what is in order has none: each row is named after the rule it keeps."""

from __future__ import annotations

from dataclasses import replace

import pytest

from domain.codes import codes
from domain.event import Effect
from unit.domain.custody.acts import (
    ACCESSED,
    AT_LAB,
    AT_PROSECUTOR,
    CHANGED,
    COLLECTED,
    DECLARED,
    DERIVED,
    DIGITAL,
    DISPOSED,
    EXAMINED,
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
    OTHER_SEAL,
    OTHER_TAG,
    OVERDUE,
    PRODUCED,
    RECEIVED,
    REFERENCED,
    REFUSED,
    RELEASED,
    REPORTED,
    RETURNED,
    SEAL,
    SEALED,
    STORED,
    TAG,
    UNSEALED,
    VERIFIED,
    by,
    clock,
    opened,
)  # fmt: skip
from unit.domain.proceedings import HEARING, SCHEDULED, TO_COURT
from unit.domain.story import CLOCK, COURT, HOSPITAL, POLICE, PROSECUTOR, Act, act, take, uid

OPENED = [*AT_LAB, UNSEALED]
TAGGED = by(POLICE, RELEASED, tags=[TAG])
TAGGED_BACK = by(LAB, RECEIVED, tags=[TAG])
BARE = by(POLICE, RELEASED, seals=[])
SEIZED = by(POLICE, COLLECTED, method="seized")

BROKEN: list[tuple[str, str, list[Act], Act]] = [
    ("RELEASE_WITHOUT_RECEIPT", "a release not acknowledged in a day", [*KEPT, RELEASED], OVERDUE),
    (
        "RELEASE_WITHOUT_RECEIPT",
        "a return not acknowledged in a day",
        [*KEPT, RELEASED, REFUSED],
        by(CLOCK, OVERDUE, leg="return"),
    ),
    (
        "RELEASE_WITHOUT_RECEIPT",
        "released again while under way",
        [*KEPT, RELEASED],
        by(POLICE, RELEASED, transfer_id=uid("again")),
    ),
    ("RECEIPT_WITHOUT_RELEASE", "nobody released it", KEPT, RECEIVED),
    ("RECEIPT_WITHOUT_RELEASE", "received twice", AT_LAB, by(LAB, RECEIVED, received_at=clock(6))),
    ("RECEIPT_WITHOUT_RELEASE", "not on its way back", [*KEPT, RELEASED], RETURNED),
    ("RECEIVER_NOT_NAMED_RECIPIENT", "another agency receives", [*KEPT, RELEASED], by(COURT, RECEIVED)),
    (
        "RECEIVER_NOT_NAMED_RECIPIENT",
        "another person of the agency receives",
        [*KEPT, RELEASED],
        by(LAB, RECEIVED, holder="l-2"),
    ),
    ("RECEIVER_NOT_NAMED_RECIPIENT", "another agency refuses", [*KEPT, RELEASED], by(COURT, REFUSED)),
    (
        "RECEIVER_NOT_NAMED_RECIPIENT",
        "another agency takes the return",
        [*KEPT, RELEASED, REFUSED],
        by(COURT, RETURNED),
    ),
    ("RELEASER_NOT_CUSTODIAN", "who never held it releases", KEPT, by(HOSPITAL, RELEASED)),
    (
        "RELEASER_NOT_CUSTODIAN",
        "who handed it over releases again",
        AT_LAB,
        by(POLICE, RELEASED, transfer_id=uid("x"), released_at=clock(6)),
    ),
    ("TIME_GAP", "received after more than a day", [*KEPT, RELEASED], by(LAB, RECEIVED, received_at=clock(5, day=3))),
    ("TIME_GAP", "found after a loss", [*KEPT, LOST], FOUND),
    ("TIME_GAP", "found after a disposal", [*KEPT, ORDERED, DISPOSED], by(POLICE, FOUND, found_at=clock(9))),
    (
        "TIME_REVERSAL",
        "sealed before it was collected",
        [COLLECTED],
        act(SEALED.type, POLICE, time=clock(0), seal_number="S-1"),
    ),
    ("TIME_REVERSAL", "released before it was sealed", KEPT, by(POLICE, RELEASED, released_at=clock(1))),
    ("TIME_REVERSAL", "received before it was released", [*KEPT, RELEASED], by(LAB, RECEIVED, received_at=clock(3))),
    ("TIME_REVERSAL", "an examination ends before it begins", OPENED, by(LAB, EXAMINED, ended_at=clock(6, 10))),
    (
        "TIME_REVERSAL",
        "refused before it was released",
        [*KEPT, RELEASED],
        act(REFUSED.type, LAB, time=clock(3), reason="no_storage"),
    ),
    (
        "TIME_REVERSAL",
        "released while it was examined",
        [*OPENED, EXAMINED],
        by(LAB, RELEASED, transfer_id=uid("x"), released_at=clock(6, 30)),
    ),
    ("TIME_REVERSAL", "examined before it was received", AT_LAB, by(LAB, EXAMINED, started_at=clock(4, 30))),
    (
        "TIME_REVERSAL",
        "opened before it was received",
        AT_LAB,
        act(UNSEALED.type, LAB, time=clock(4, 30), old_seal=SEAL, reason="examination"),
    ),
    ("TIME_REVERSAL", "stored before it was sealed", KEPT, act(STORED.type, POLICE, time=clock(1, 30))),
    (
        "TIME_REVERSAL",
        "looked into before it was sealed",
        KEPT,
        act(ACCESSED.type, POLICE, time=clock(1, 30), by_role="custodian"),
    ),
    ("TIME_REVERSAL", "derived before the parent was received", AT_LAB, replace(DERIVED, time=clock(4, 30))),
    ("TIME_REVERSAL", "verified before it was collected", [DIGITAL], replace(VERIFIED, time=clock(0))),
    ("TIME_REVERSAL", "changed before it was collected", [DIGITAL], replace(CHANGED, time=clock(0))),
    ("TIME_REVERSAL", "missed before it was sealed", KEPT, by(POLICE, LOST, noticed_at=clock(1, 30))),
    ("TIME_REVERSAL", "produced before it was received", AT_PROSECUTOR, replace(PRODUCED, time=clock(6, 30))),
    ("TIME_REVERSAL", "disposed of before it was sealed", [*KEPT, ORDERED], replace(DISPOSED, time=clock(1, 30))),
    (
        "TIME_GAP",
        "the release of what arrived more than a day later",
        [*KEPT, by(LAB, RECEIVED, received_at=clock(5, day=3))],
        RELEASED,
    ),
    ("SEAL_MISMATCH", "another seal arrives", [*KEPT, RELEASED], by(LAB, RECEIVED, seals=[OTHER_SEAL])),
    (
        "SEAL_MISMATCH",
        "the receiver says that it differs",
        [*KEPT, RELEASED],
        by(LAB, RECEIVED, seal_checks=["differs"]),
    ),
    ("SEAL_MISMATCH", "another seal leaves than is on record", KEPT, by(POLICE, RELEASED, seals=[OTHER_SEAL])),
    ("SEAL_MISMATCH", "another seal is opened", AT_LAB, by(LAB, UNSEALED, old_seal=OTHER_SEAL)),
    (
        "SEAL_MISMATCH",
        "the seal replaced is not the one on record",
        KEPT,
        by(POLICE, SEALED, seal_number="S-3", previous_seal="S-2"),
    ),
    ("SEAL_MISMATCH", "stored under another seal", KEPT, by(POLICE, STORED, seal_number=OTHER_SEAL)),
    ("SEAL_MISMATCH", "found without its seal", [*KEPT, LOST], by(POLICE, FOUND, seal_number="-")),
    (
        "SEAL_OPENED_UNRECORDED",
        "it arrives with a broken seal",
        [*KEPT, RELEASED],
        by(LAB, RECEIVED, seal_checks=["broken"], seals=[]),
    ),
    (
        "SEAL_OPENED_UNRECORDED",
        "it arrives without its seal",
        [*KEPT, RELEASED],
        by(LAB, RECEIVED, seal_checks=["none_used"], seals=[]),
    ),
    (
        "SEAL_OPENED_UNRECORDED",
        "the receiver says nothing of its seal",
        [*KEPT, RELEASED],
        by(LAB, RECEIVED, seal_checks=[], seals=[]),
    ),
    ("SEAL_OPENED_UNRECORDED", "it arrives opened", [*KEPT, RELEASED], by(LAB, RECEIVED, conditions=["opened"])),
    (
        "SEAL_OPENED_UNRECORDED",
        "sealed anew, and the old seal not named",
        KEPT,
        by(POLICE, SEALED, seal_number=OTHER_SEAL),
    ),
    ("HASH_MISMATCH", "other content arrives", [DIGITAL, SEALED, TAGGED], by(LAB, RECEIVED, tags=[OTHER_TAG])),
    ("HASH_MISMATCH", "other content leaves", [DIGITAL, SEALED], by(POLICE, RELEASED, tags=[OTHER_TAG])),
    ("HASH_MISMATCH", "a check finds other content", [DIGITAL], by(POLICE, VERIFIED, tag=OTHER_TAG)),
    ("HASH_MISMATCH", "a check says that it does not match", [DIGITAL], by(POLICE, VERIFIED, match=False)),
    (
        "HASH_MISMATCH",
        "other content is examined",
        [DIGITAL, SEALED, TAGGED, TAGGED_BACK, UNSEALED],
        by(LAB, EXAMINED, input_tag=OTHER_TAG),
    ),
    ("HASH_MISMATCH", "other content is found", [DIGITAL, SEALED, LOST], by(POLICE, FOUND, tag=OTHER_TAG)),
    (
        "HASH_MISMATCH",
        "it had changed before the unavoidable change",
        [DIGITAL],
        by(POLICE, CHANGED, tag_before=OTHER_TAG),
    ),
    ("HASH_MISMATCH", "the old content after an unavoidable change", [DIGITAL, CHANGED], by(POLICE, VERIFIED, tag=TAG)),
    ("HASH_MISSING_AT_TRANSFER", "no hash at the release", [DIGITAL, SEALED], RELEASED),
    ("HASH_MISSING_AT_TRANSFER", "no hash at the receipt", [DIGITAL, SEALED, TAGGED], RECEIVED),
    ("ACCESS_WITHOUT_AUTHORITY", "seized without warrant or exception", [], SEIZED),
    ("ACCESS_WITHOUT_AUTHORITY", "the exception is none", [], by(POLICE, SEIZED, exception="none")),
    ("ACCESS_WITHOUT_AUTHORITY", "an unknown warrant", [], by(POLICE, SEIZED, authorization_id=uid("nowhere"))),
    (
        "ACCESS_WITHOUT_AUTHORITY",
        "a warrant of arrest opens no bag",
        [],
        by(POLICE, SEIZED, authorization_id=uid("arrest")),
    ),
    (
        "ACCESS_WITHOUT_AUTHORITY",
        "an investigator looks without warrant",
        KEPT,
        by(POLICE, ACCESSED, by_role="investigator"),
    ),
    ("ACCESS_WITHOUT_AUTHORITY", "the seal opened to examine without order", KEPT, by(POLICE, UNSEALED)),
    (
        "ACCESS_WITHOUT_AUTHORITY",
        "the seal opened to give back without order",
        KEPT,
        by(POLICE, UNSEALED, reason="return_to_owner"),
    ),
    (
        "AUTHORIZATION_EXPIRED",
        "collected after the window",
        [],
        by(POLICE, SEIZED, authorization_id=uid("warrant"), collected_at=clock(8)),
    ),
    (
        "AUTHORIZATION_EXPIRED",
        "looked into after the window",
        KEPT,
        act(ACCESSED.type, POLICE, time=clock(8), by_role="investigator", authorization_id=uid("warrant")),
    ),
    (
        "AUTHORIZATION_EXPIRED",
        "examined after the order was answered",
        [*OPENED, EXAMINED, REPORTED],
        by(LAB, EXAMINED, started_at=clock(8, 10), ended_at=clock(8, 20)),
    ),
    (
        "AUTHORIZATION_EXPIRED",
        "examined after the order's day",
        OPENED,
        by(LAB, EXAMINED, order_id=uid("late order"), started_at=clock(6, 40)),
    ),
    ("DERIVED_WITHOUT_PARENT", "the parent is not on record", AT_LAB, by(LAB, DERIVED, parent_exhibit="E-9")),
    ("DERIVED_WITHOUT_PARENT", "the root is not the parent's", AT_LAB, by(LAB, DERIVED, root_exhibit="E-9")),
    ("DERIVED_WITHOUT_PARENT", "nothing is its own parent", AT_LAB, by(LAB, DERIVED, parent_exhibit=IMAGE)),
    ("EXAMINED_WHILE_SEALED", "examined while the seal is on", AT_LAB, EXAMINED),
    ("DISPOSED_UNDER_HOLD", "disposed of under a hold", [*KEPT, ORDERED, HELD], DISPOSED),
    ("LOCATION_UNKNOWN", "lost", KEPT, LOST),
    ("HANDLER_NOT_CUSTODIAN", "sealed by who does not hold it", KEPT, by(LAB, SEALED, previous_seal="S-1")),
    ("HANDLER_NOT_CUSTODIAN", "stored before the receipt", [*KEPT, RELEASED], act(STORED.type, LAB, time=clock(5))),
    ("HANDLER_NOT_CUSTODIAN", "examined by who does not hold it", [COLLECTED], EXAMINED),
    ("HANDLER_NOT_CUSTODIAN", "derived by who does not hold the parent", KEPT, DERIVED),
    ("HANDLER_NOT_CUSTODIAN", "produced by who does not hold it", AT_LAB, PRODUCED),
    ("HANDLER_NOT_CUSTODIAN", "lost by who does not hold it", KEPT, by(LAB, LOST)),
    ("HANDLER_NOT_CUSTODIAN", "found by somebody else", [*KEPT, LOST], by(LAB, FOUND)),
    ("HANDLER_NOT_CUSTODIAN", "disposed of by who does not hold it", [*KEPT, ORDERED], by(LAB, DISPOSED)),
    ("RELEASED_WITHOUT_INTEGRITY", "neither seal nor hash nor reason", [COLLECTED], BARE),
    ("EXAMINED_WITHOUT_ORDER", "examined without order", OPENED, by(LAB, EXAMINED, order_id=uid("nowhere"))),
    (
        "EXAMINED_WITHOUT_ORDER",
        "the order names another laboratory",
        [*AT_LAB],
        by(LAB, REPORTED, order_id=uid("other")),
    ),
    ("DISPOSED_WITHOUT_ORDER", "nobody ordered it", KEPT, DISPOSED),
    (
        "DISPOSED_WITHOUT_ORDER",
        "another end was ordered",
        [*KEPT, ORDERED],
        by(POLICE, DISPOSED, disposition="destroyed"),
    ),
    (
        "DISPOSED_WITHOUT_ORDER",
        "the image that the order asks for was never made",
        [*KEPT, by(COURT, ORDERED, after_imaging=True)],
        DISPOSED,
    ),
    ("EXHIBIT_NUMBER_REUSED", "collected under a number that is taken", KEPT, by(POLICE, COLLECTED, holder="p-7")),
    (
        "EXHIBIT_NUMBER_REUSED",
        "derived under a number that is taken",
        [*AT_LAB, DERIVED],
        by(LAB, DERIVED, derivation="divided"),
    ),
    ("EXHIBIT_NUMBER_REUSED", "referenced under a number that is taken", KEPT, REFERENCED),
]

WHOLE: list[tuple[str, list[Act], Act]] = [
    ("handed in", [], COLLECTED),
    ("seized under a warrant", [], by(POLICE, SEIZED, authorization_id=uid("warrant"))),
    ("seized in the act", [], by(POLICE, SEIZED, exception="in_the_act")),
    ("sealed", [COLLECTED], SEALED),
    ("sealed again, and the old seal named", KEPT, by(POLICE, SEALED, seal_number=OTHER_SEAL, previous_seal="S-1")),
    ("sealed again after it was opened", OPENED, act(SEALED.type, LAB, time=clock(7), seal_number=OTHER_SEAL)),
    ("stored", KEPT, STORED),
    ("looked into by the custodian", KEPT, ACCESSED),
    ("inspected by the defence at court", KEPT, by(PROSECUTOR, ACCESSED, by_role="defence_counsel")),
    ("looked into by the examiner under the order", AT_LAB, act(ACCESSED.type, LAB, time=clock(6), by_role="examiner")),
    ("released under its seal", KEPT, RELEASED),
    ("released with a reason", [COLLECTED], by(POLICE, BARE, integrity_reason="bulky")),
    ("released with its hash", [DIGITAL], by(POLICE, BARE, tags=[TAG])),
    ("received", [*KEPT, RELEASED], RECEIVED),
    ("received with its hash", [DIGITAL, SEALED, TAGGED], TAGGED_BACK),
    (
        "received without hash for the reason of the release",
        [DIGITAL, SEALED, by(POLICE, RELEASED, integrity_reason="live_device")],
        RECEIVED,
    ),
    ("received although overdue", [*KEPT, RELEASED, OVERDUE], RECEIVED),
    ("refused", [*KEPT, RELEASED], REFUSED),
    ("the return acknowledged", [*KEPT, RELEASED, REFUSED], RETURNED),
    ("opened to examine", AT_LAB, UNSEALED),
    ("examined under the order", OPENED, EXAMINED),
    ("a working copy examined while the original is sealed", AT_LAB, by(LAB, EXAMINED, working_copy=True)),
    ("derived", AT_LAB, DERIVED),
    (
        "derived from what is derived",
        [*AT_LAB, DERIVED],
        by(LAB, DERIVED, exhibit_number="E-1.2", parent_exhibit=IMAGE),
    ),
    (
        "an image examined under the order of its root",
        [*AT_LAB, DERIVED],
        by(LAB, EXAMINED, exhibit_number=IMAGE, started_at=clock(7, 10), ended_at=clock(7, 20)),
    ),
    (
        "two examinations at the same time",
        [*OPENED, EXAMINED],
        by(LAB, EXAMINED, started_at=clock(6, 10), ended_at=clock(6, 50)),
    ),
    ("the content verified", [DIGITAL], VERIFIED),
    ("changed as could not be avoided", [DIGITAL], CHANGED),
    ("the new content verified after the change", [DIGITAL, CHANGED], by(POLICE, VERIFIED, tag=OTHER_TAG)),
    ("reported", OPENED, REPORTED),
    (
        "the report amended",
        [*OPENED, REPORTED],
        by(LAB, REPORTED, kind="amended", report_id=uid("2"), supersedes=uid("report_id")),
    ),
    ("referenced", [], REFERENCED),
    ("produced", AT_PROSECUTOR, PRODUCED),
    (
        "produced in a hearing on record",
        [*TO_COURT, SCHEDULED, *AT_PROSECUTOR],
        replace(PRODUCED, data={"hearing_id": HEARING}),
    ),
    ("a break that somebody else declares", KEPT, DECLARED),
    ("a break explained by who was custodian", [*KEPT, DECLARED], EXPLAINED),
    ("disposed of as ordered", [*KEPT, ORDERED], DISPOSED),
    (
        "disposed of after the image was made",
        [*AT_LAB, DERIVED, by(COURT, ORDERED, after_imaging=True)],
        by(LAB, DISPOSED),
    ),
    ("disposed of once the hold was lifted", [*KEPT, HELD, LIFTED, ORDERED], DISPOSED),
]


def stated(before: list[Act], when: Act) -> list[Effect]:
    """The breaks of the chain that stand beside the act."""
    effects = take(opened(before), when)[1]
    return [effect for effect in effects if effect.type == "custody.CustodyBreakFound"]


def codes_of(effects: list[Effect]) -> list[str]:
    """The codes of breaks."""
    return [effect.data["break_code"] for effect in effects]


@pytest.mark.parametrize(
    ("code", "before", "when"), [(c, b, w) for c, _, b, w in BROKEN], ids=[f"{c}: {n}" for c, n, _, _ in BROKEN]
)
def test_a_break_stands_beside_the_act(code: str, before: list[Act], when: Act) -> None:
    assert code in codes_of(stated(before, when))


@pytest.mark.parametrize(("before", "when"), [row[1:] for row in WHOLE], ids=[row[0] for row in WHOLE])
def test_what_is_in_order_breaks_nothing(before: list[Act], when: Act) -> None:
    assert codes_of(stated(before, when)) == []


def test_every_code_of_custody_is_detected() -> None:
    # LATE_ENTRY is a breach of any fact, stated by the stream.
    assert {code for code, *_ in BROKEN} | {"LATE_ENTRY"} == codes("custody_break_codes")


def test_a_break_has_the_id_of_its_entry_exhibit_and_code_and_each_code_stands_once() -> None:
    broken = by(LAB, RECEIVED, seals=[OTHER_SEAL], seal_checks=["differs"], received_at=clock(5, day=3))
    first, again = stated([*KEPT, RELEASED], broken), stated([*KEPT, RELEASED], broken)
    assert first == again
    assert codes_of(first) == ["SEAL_MISMATCH", "TIME_GAP"]
    assert len({effect.data["break_id"] for effect in first}) == 2
    (gap,) = (effect.data for effect in first if effect.data["break_code"] == "TIME_GAP")
    assert (gap["gap_from"], gap["gap_to"]) == (clock(4), clock(5, day=3))
    assert all(effect.data["exhibit_number"] == NUMBER for effect in first)
