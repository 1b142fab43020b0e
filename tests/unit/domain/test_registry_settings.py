"""Deadlines that the registry sets stand in place of the profile's, grade by grade; witnesses come and go by name."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from domain.profile import deadline
from domain.record.entry import unb64u
from domain.stages.rules import Context, shifted
from unit.domain.proceedings import TO_VERDICT, lapsed
from unit.domain.registry_records import BEFORE, LEDGER, is_ignored, public, record, registry
from unit.domain.story import AT, CHILD_PROTECTION, CLOCK, HOTLINE, INDICATED, PRESUMED, Act, act, given, outcome, take


def due(name: str, after: Any, grade: str | None = None, *, subject: str = LEDGER) -> bytes:
    """A deadline that is set."""
    return record("deadline_set", subject, {"deadline": name, "after": after, **({"grade": grade} if grade else {})})


def reset(name: str, grade: str | None = None) -> bytes:
    """A deadline that is the profile's again."""
    return record("deadline_reset", LEDGER, {"deadline": name, **({"grade": grade} if grade else {})})


RESPONSE = "referral_response"
HOUR, PROFILE = timedelta(hours=1), deadline(RESPONSE, "urgent")

ASKED: dict[str, tuple[tuple[bytes, ...], str, str | None, timedelta]] = {
    "nothing is set": ((), RESPONSE, "urgent", PROFILE),
    "its grade is set": ((due(RESPONSE, "PT1H", "urgent"),), RESPONSE, "urgent", HOUR),
    "another grade is set": ((due(RESPONSE, "PT1H", "emergency"),), RESPONSE, "urgent", PROFILE),
    "all grades are set": ((due(RESPONSE, "PT1H"),), RESPONSE, "urgent", HOUR),
    "its grade goes before all grades": (
        (due(RESPONSE, "PT1H", "urgent"), due(RESPONSE, "PT2H")), RESPONSE, "urgent", HOUR,
    ),
    "set twice": ((due(RESPONSE, "PT2H", "urgent"), due(RESPONSE, "PT1H", "urgent")), RESPONSE, "urgent", HOUR),
    "reset": ((due(RESPONSE, "PT1H", "urgent"), reset(RESPONSE, "urgent")), RESPONSE, "urgent", PROFILE),
    "a grade reset uncovers what is set for all": (
        (due(RESPONSE, "PT1H"), due(RESPONSE, "PT2H", "urgent"), reset(RESPONSE, "urgent")), RESPONSE, "urgent", HOUR,
    ),
    "without grades": ((due("reroute", "PT1H"),), "reroute", None, HOUR),
    "one that an event or a law sets elsewhere": ((due("first_contact", "PT1H"),), "first_contact", None, HOUR),
}  # fmt: skip


@pytest.mark.parametrize(("records", "name", "grade", "after"), ASKED.values(), ids=ASKED)
def test_a_deadline_is_the_registrys_else_the_profiles(
    records: tuple[bytes, ...], name: str, grade: str | None, after: timedelta
) -> None:
    found = registry(*BEFORE, *records)
    assert found.ignored == 0
    assert found.view().deadline(name, grade) == after
    if records:
        assert found.view(2).deadline(RESPONSE, "urgent") == PROFILE, "the past stays"


def test_a_deadline_that_nobody_knows_is_no_deadline() -> None:
    with pytest.raises(KeyError):
        registry(*BEFORE).view().deadline("lunch")
    with pytest.raises(ValueError, match="duration"):
        registry(*BEFORE).view().deadline("first_contact")


def test_a_referral_is_due_as_the_registry_sets_it() -> None:
    enrolled = record(
        "agency_enrolled",
        CHILD_PROTECTION,
        {"name": "C", "categories": ["child_protection"], "kid": "c-1", "key": public("c")},
    )
    view = registry(*BEFORE, enrolled, due(RESPONSE, "PT10M", "urgent")).view()
    referred = act("referral.ReferralRequested", HOTLINE, urgency="urgent", to_agency=CHILD_PROTECTION)
    _, stated = take(given([INDICATED, PRESUMED]), referred, Context(AT, view))
    assert [e.data["due_at"] for e in stated if e.type == "referral.ResponseDue"] == [
        shifted(AT, timedelta(minutes=10))
    ]


@pytest.mark.parametrize(("after", "then"), [("P13D", ()), ("P14D", "clock.moot")])
def test_an_appeal_is_in_time_as_long_as_the_registry_says(after: str, then: str | tuple[str, ...]) -> None:
    view = registry(*BEFORE, due("appeal_period", after)).view()
    assert outcome(given(TO_VERDICT), lapsed(on="2026-03-14"), Context(AT, view)) == then


def witness(name: str, letter: str) -> bytes:
    """A witness with a key."""
    return record("witness_added", LEDGER, {"name": name, "key": public(letter)})


REMOVED = record("witness_removed", LEDGER, {"name": "university"})


def test_witnesses_cosign_from_their_record_to_their_removal_and_may_come_back_with_another_key() -> None:
    found = registry(*BEFORE, witness("university", "u"), witness("ngo", "n"), REMOVED, witness("university", "v"))
    keys = {name: unb64u(public(name)) for name in "unv"}
    assert [dict(found.view(reg).witnesses()) for reg in range(3, 8)] == [
        {},
        {"university": keys["u"]},
        {"university": keys["u"], "ngo": keys["n"]},
        {"ngo": keys["n"]},
        {"university": keys["v"], "ngo": keys["n"]},
    ]


IGNORED: dict[str, tuple[tuple[bytes, ...], bytes]] = {
    "another ledger's deadline": (BEFORE, due("reroute", "PT1H", subject="another")),
    "a deadline without a name": (BEFORE, record("deadline_set", LEDGER, {"after": "PT1H"})),
    "a deadline in capitals": (BEFORE, due("Reroute", "PT1H")),
    "no time": (BEFORE, record("deadline_set", LEDGER, {"deadline": "reroute"})),
    "a time of nothing": (BEFORE, due("reroute", "PT0S")),
    "a time in words": (BEFORE, due("reroute", "one hour")),
    "a time in months": (BEFORE, due("reroute", "P1M")),
    "a time that is a number": (BEFORE, due("reroute", 3600)),
    "a time longer than a century": (BEFORE, due("reroute", "P36526D")),
    "a time that no clock can hold": (BEFORE, due("reroute", "P99999999999999D")),
    "a time in other digits": (BEFORE, due("reroute", "PT\u0661H")),
    "the same time": ((*BEFORE, due("reroute", "PT60M")), due("reroute", "PT1H")),
    "reset of what is not set": (BEFORE, reset("reroute")),
    "reset of another grade": ((*BEFORE, due(RESPONSE, "PT1H", "urgent")), reset(RESPONSE)),
    "reset twice": ((*BEFORE, due("reroute", "PT1H"), reset("reroute")), reset("reroute")),
    "a witness twice": ((*BEFORE, witness("university", "u")), witness("university", "v")),
    "a witness without a key": (BEFORE, record("witness_added", LEDGER, {"name": "university"})),
    "another ledger's witness": (BEFORE, record("witness_added", "another", {"name": "u", "key": public("u")})),
    "removal of nobody": (BEFORE, REMOVED),
    "removal twice": ((*BEFORE, witness("university", "u"), REMOVED), REMOVED),
}


@pytest.mark.parametrize(("before", "raw"), IGNORED.values(), ids=IGNORED)
def test_a_setting_that_breaks_a_rule_changes_nothing(before: tuple[bytes, ...], raw: bytes) -> None:
    assert is_ignored(before, raw)


def test_an_entry_is_late_as_the_registry_sets_it() -> None:
    case = given([INDICATED, PRESUMED])
    screened = act("identification.ScreeningCompleted", HOTLINE, time=shifted(AT, -timedelta(hours=30)))
    assert outcome(case, screened, Context(AT, registry(*BEFORE).view())) == ("LATE_ENTRY",)
    assert outcome(case, screened, Context(AT, registry(*BEFORE, due("late_entry", "P2D")).view())) == ()


def test_a_refusal_stands_with_its_sender_as_long_as_the_registry_sets_it() -> None:
    refused_at = shifted(AT, -timedelta(minutes=5))
    said = {"refused_type": INDICATED.type, "refusal": "data.missing_field", "by": HOTLINE, "refused_at": refused_at}
    marked = Act("ledger.RefusalUnresolvedMarked", CLOCK, said, time=refused_at)
    assert outcome(given([]), marked, Context(AT, registry(*BEFORE).view())) == "clock.moot"
    assert outcome(given([]), marked, Context(AT, registry(*BEFORE, due("refusal_unresolved", "PT5M")).view())) == ()


def test_a_recovery_period_is_as_long_as_the_registry_sets_it() -> None:
    decided = act(
        "identification.ReasonableGroundsDecided", CHILD_PROTECTION, decision="positive", decided_on="2026-03-02"
    )
    enrolled = record(
        "agency_enrolled",
        CHILD_PROTECTION,
        {"name": "C", "categories": ["child_protection"], "kid": "c-1", "key": public("c")},
    )
    view = registry(*BEFORE, enrolled, due("recovery_period", "P45D")).view()
    _, stated = take(given([INDICATED, PRESUMED]), decided, Context(AT, view))
    assert [e.data["ends_on"] for e in stated if e.type == "identification.RecoveryPeriodOpened"] == ["2026-04-16"]
