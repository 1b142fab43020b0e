"""A key is destroyed on an approved order only; a reading in danger to life is reviewed by another agency."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from unit.domain.story import (
    COURT,
    HOTLINE,
    INDICATED,
    KEYRING,
    OVERSIGHT,
    POLICE,
    PROSECUTOR,
    SHELTER,
    Act,
    act,
    given,
    outcome,
    take,
    uid,
)

OF = uid("answer")
WHOM = {"person_id": uid("victim_id")}


def asked(by: str = SHELTER, kind: str = "erasure", **data: Any) -> Act:
    """A request about the child's data."""
    return act("privacy.DataSubjectRequestReceived", by, kind=kind, **WHOM, **data)


def answered(by: str = SHELTER, answer: str = "erased") -> Act:
    """An answer to it."""
    return act("privacy.DataSubjectRequestAnswered", by, id=OF, answer=answer)


def erased(stage: str = "effective", time: str = "2026-03-02T09:00:00.000000Z", **data: Any) -> Act:
    """What the keyring reports."""
    whom = {**WHOM, "request_id": uid("request_id"), "compartments": ["identity", "medical"]}
    return act("privacy.SubjectErased", KEYRING, time=time, stage=stage, **{**whom, **data})


def approved(by: str) -> Act:
    """One of its two approvals."""
    return act("ledger.ApprovalGiven", by, actor="officer-2", of=OF, role="erasure")


USED = act("privacy.BreakGlassUsed", SHELTER, compartments=["location"], danger="life", **WHOM)
REVIEWED = act("privacy.BreakGlassReviewed", OVERSIGHT, finding="justified")
ORDERED = [asked(), answered(), approved(SHELTER), approved(OVERSIGHT)]
ROWS: list[tuple[str, list[Act], Act, str | tuple[str, ...]]] = [
    ("a request is received", [], asked(), ()),
    ("who received it answers", [asked()], answered(answer="refused"), ()),
    ("the court answers", [asked()], answered(COURT, "refused"), ()),
    ("oversight answers", [asked()], answered(OVERSIGHT, "refused"), ()),
    ("nobody else answers", [asked()], answered(POLICE, "refused"), "privacy.not_receiver"),
    ("answered once", [asked(), answered(answer="refused")], answered(answer="given"), "privacy.request_answered"),
    ("an unknown request", [], answered(), "request.unknown"),
    ("an erasure waits for two", [asked()], answered(), ("ApprovalAwaited",)),
    ("only an erasure is answered by erasing", [asked(kind="access")], answered(), "privacy.not_an_erasure"),
    (
        "nothing is erased while a court asks",
        [asked(), asked(COURT, "access", request_id=uid("court's"))],
        answered(),
        "privacy.court_asks",
    ),
    ("an erasure on an order", ORDERED, erased(), ()),
    ("an erasure without an order", [], erased(), ("ERASED_WITHOUT_ORDER",)),
    ("an erasure without approval", [asked(), answered()], erased(), ("ERASED_WITHOUT_ORDER",)),
    ("one approval is not two", ORDERED[:3], erased(), ("ERASED_WITHOUT_ORDER",)),
    ("an erasure of somebody else", ORDERED, erased(person_id=uid("other")), ("ERASED_WITHOUT_ORDER",)),
    ("final after effective", [*ORDERED, erased()], erased("final"), ()),
    ("final before effective", ORDERED, erased("final"), ("OUT_OF_SEQUENCE",)),
    (
        "final of what is not effective",
        [*ORDERED, erased()],
        erased("final", compartments=["family"]),
        ("OUT_OF_SEQUENCE",),
    ),
    (
        "final after more than thirty days",
        [*ORDERED, erased(time="2026-01-30T08:00:00.000000Z")],
        erased("final"),
        ("DEADLINE_MISSED",),
    ),
    ("a reading in danger to life", [], USED, ()),
    ("oversight reviews it", [USED], REVIEWED, ()),
    ("reviewed once", [USED, REVIEWED], REVIEWED, "privacy.already_reviewed"),
    ("not by who read", [act(USED.type, PROSECUTOR, **USED.data)], act(REVIEWED.type, PROSECUTOR), "record.own_agency"),
    ("an unknown reading", [], REVIEWED, "breakglass.unknown"),
]


@pytest.mark.parametrize(("before", "when", "then"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])
def test_privacy(before: list[Act], when: Act, then: str | tuple[str, ...]) -> None:
    assert outcome(given([INDICATED, *before]), when) == then


@pytest.mark.parametrize("done", [asked(), USED])
def test_a_right_and_a_danger_reopen_a_closed_case_and_need_one_that_was_opened(done: Act) -> None:
    assert take(given([INDICATED], status="closed"), done)[0].status == "open"
    assert outcome(given([]), done) == "case.not_open"


def test_a_key_that_is_destroyed_reopens_no_closed_case() -> None:
    case, _ = take(given([INDICATED, *ORDERED], status="closed"), erased())
    assert case.status == "closed"
    assert set(case.erased[uid("victim_id")]) == {"identity", "medical"}


@pytest.mark.parametrize(
    ("field", "open_thing", "code"),
    [
        ("investigations", SimpleNamespace(state="suspended"), "privacy.proceedings_open"),
        ("investigations", SimpleNamespace(state="before_court"), "privacy.proceedings_open"),
        ("holds", SimpleNamespace(is_open=True), "privacy.hold_in_place"),
    ],
)
def test_nothing_is_erased_while_proceedings_or_a_hold_are_open(field: str, open_thing: Any, code: str) -> None:
    case = given([INDICATED, asked()])
    # Frozen dataclasses without slots: what another stage's state would hold.
    case.__dict__[field] = {"one": open_thing}
    assert outcome(case, answered()) == code
    assert outcome(case, answered(answer="refused")) == ()


def test_proceedings_that_open_meanwhile_stop_the_last_approval() -> None:
    case = given([INDICATED, *ORDERED[:3]])
    case.__dict__["holds"] = {"one": SimpleNamespace(is_open=True)}
    assert outcome(case, ORDERED[3]) == "approval.no_longer_possible"


def test_the_order_names_the_person_and_what_is_gone_stays_gone() -> None:
    case = given([INDICATED, *ORDERED, erased()])
    assert case.erasure_orders[uid("request_id")].person_id == uid("victim_id")
    assert set(case.erased[uid("victim_id")]) == {"identity", "medical"}
    again, _ = take(case, act("privacy.SubjectErased", KEYRING, **{**erased().data, "compartments": ["family"]}))
    assert set(again.erased[uid("victim_id")]) == {"identity", "medical", "family"}


def test_a_reading_keeps_its_finding() -> None:
    case = given([INDICATED, USED, REVIEWED])
    reading = case.breakglass[uid("breakglass_id")]
    assert (reading.agency, reading.compartments, reading.finding) == (SHELTER, ("location",), "justified")
    assert HOTLINE in case.agencies
