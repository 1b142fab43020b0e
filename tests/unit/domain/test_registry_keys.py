"""A key holds between two records and within its dates; what a compromised key signed is disputed, never void."""

from __future__ import annotations

from typing import Any

import pytest

from unit.domain.registry_records import (
    BEFORE,
    FOUNDED,
    LEDGER,
    REGISTRAR,
    REVOKED,
    is_ignored,
    public,
    record,
    registry,
)

MARCH, APRIL, MAY = (f"2026-0{month}-01T00:00:00.000000Z" for month in (3, 4, 5))


def added(**changes: Any) -> bytes:
    """One more key of the police."""
    return record("key_added", "mn.npa", {"kid": "npa-2", "key": public("q")} | changes)


def compromised(since: Any, kid: str = "npa-1", subject: str = "mn.npa") -> bytes:
    """A key that others may have used."""
    return record("key_compromised", subject, {"kid": kid, "since": since})


DATED = added(not_before=MARCH, not_after=APRIL)
STANDING: dict[str, tuple[tuple[bytes, ...], str, str | None, str]] = {
    # the records, the key, the entry's time, and how the key stands
    "beside the first key": ((added(),), "npa-1", MARCH, "valid"),
    "a second key": ((added(),), "npa-2", MARCH, "valid"),
    "before its dates": ((DATED,), "npa-2", "2026-02-28T23:59:59.999999Z", "not_valid_yet"),
    "from its first moment": ((DATED,), "npa-2", MARCH, "valid"),
    "after its dates": ((DATED,), "npa-2", APRIL, "expired"),
    "without an instant its dates are not asked": ((DATED,), "npa-2", None, "valid"),
    "revoked within its dates": (
        (DATED, record("key_revoked", "mn.npa", {"kid": "npa-2"})), "npa-2", MARCH, "ended",
    ),
    "a key after the only one was revoked": ((REVOKED, added()), "npa-2", MARCH, "valid"),
    "compromised": ((compromised(MARCH),), "npa-1", MARCH, "ended"),
    "compromised in the future": ((compromised(MAY),), "npa-1", MARCH, "ended"),
}  # fmt: skip


@pytest.mark.parametrize(("records", "kid", "at", "standing"), STANDING.values(), ids=STANDING)
def test_a_key_signs_between_its_records_and_within_its_dates(
    records: tuple[bytes, ...], kid: str, at: str | None, standing: str
) -> None:
    found = registry(*BEFORE, *records)
    assert found.ignored == 0
    key = found.view(at=at).key(kid)
    assert key is not None
    assert key[1] == standing


def test_the_first_key_of_an_agency_may_have_dates_too() -> None:
    data = {"name": "S", "categories": ["shelter"], "kid": "s-1", "key": public("s"), "not_after": APRIL}
    found = registry(*BEFORE, record("agency_enrolled", "mn.shelter", data))
    key = found.view(at=MAY).key("s-1")
    assert key is not None
    assert key[1] == "expired"


def test_what_a_compromised_key_signed_from_then_on_is_disputed() -> None:
    view = registry(*BEFORE, compromised(APRIL)).view()
    disputed = [view.is_disputed("npa-1", at) for at in (MARCH, APRIL, MAY)]
    assert disputed == [False, True, True]
    assert not view.is_disputed("npa-9", MAY)


def test_the_last_date_of_a_compromise_counts_and_the_past_stays() -> None:
    found = registry(*BEFORE, compromised(APRIL), compromised(MARCH), compromised(MAY))
    assert [found.view(reg).is_disputed("npa-1", APRIL) for reg in range(3, 7)] == [False, True, True, False]


def test_a_compromise_ends_the_key_once() -> None:
    found = registry(*BEFORE, REVOKED, compromised(MARCH))
    assert found.keys["npa-1"].until == 4, "it had ended before"
    assert registry(*BEFORE, compromised(MARCH)).keys["npa-1"].until == 4


def test_a_registrars_compromised_key_seals_no_more_and_its_batches_are_disputed() -> None:
    found = registry(FOUNDED, REGISTRAR, compromised(APRIL, "registrar-1", LEDGER))
    assert found.seal_key("registrar-1", 2) is not None, "what it sealed before stays effective"
    assert found.seal_key("registrar-1", 3) is None
    assert found.view().is_disputed("registrar-1", MAY)


IGNORED: dict[str, tuple[tuple[bytes, ...], bytes]] = {
    "a key of nobody": (BEFORE, record("key_added", "mn.opg", {"kid": "opg-1", "key": public("o")})),
    "a taken key id": (BEFORE, added(kid="npa-1")),
    "a key of 31 bytes": (BEFORE, added(key="A" * 42)),
    "dates that end before they begin": (BEFORE, added(not_before=MAY, not_after=MARCH)),
    "a date that is none": (BEFORE, added(not_before="soon")),
    "a date that is a number": (BEFORE, added(not_after=20260301)),
    "a registrar's key with dates": (
        BEFORE,
        record("registrar_enrolled", LEDGER, {"kid": "registrar-2", "key": public("z"), "not_after": MAY}),
    ),
    "rotation with dates that are none": (
        BEFORE,
        record("key_rotated", "mn.npa", {"replaces": "npa-1", "kid": "n", "key": public("n"), "not_after": ""}),
    ),
    "a compromise of an unknown key": (BEFORE, compromised(MARCH, "npa-9")),
    "a compromise of another's key": (BEFORE, compromised(MARCH, "registrar-1")),
    "a compromise without a date": (BEFORE, record("key_compromised", "mn.npa", {"kid": "npa-1"})),
    "a compromise since never": (BEFORE, compromised("never")),
    "the same compromise twice": ((*BEFORE, compromised(MARCH)), compromised(MARCH)),
}


@pytest.mark.parametrize(("before", "raw"), IGNORED.values(), ids=IGNORED)
def test_a_record_about_a_key_that_breaks_a_rule_changes_nothing(before: tuple[bytes, ...], raw: bytes) -> None:
    assert is_ignored(before, raw)
