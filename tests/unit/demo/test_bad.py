"""One bad submission of each kind: its code, and nothing of its content in what the ledger says of it."""

from __future__ import annotations

import base64
import json

import pytest

from simulator import (
    BASE_TIME,
    DIGITS,
    LEDGER,
    REVOKED,
    SUSPENDED,
    bad_submissions,
    enrolled,
    fixed_signers,
    judge_all,
    judged,
    marker,
    opening,
    outcome_code,
    publishers,
)

SIGNERS = fixed_signers()
REGISTRY = enrolled(SIGNERS, suspended=[SUSPENDED], revoked=[REVOKED])
PUBLISHERS = publishers(SIGNERS, ledger=LEDGER)
STREAM, GOOD = opening(PUBLISHERS, ledger=LEDGER, base_time=BASE_TIME)
BAD = bad_submissions(PUBLISHERS, ledger=LEDGER, base_time=BASE_TIME)

NAMED_BY_THE_ISSUE = {
    "jws.malformed", "key.unknown", "key.revoked", "agency.suspended", "jws.signature", "jws.algorithm",
    "jws.header_member", "jws.other_ledger", "json.duplicate_member", "json.float", "json.integer_range", "json.nul",
    "json.depth", "json.invalid_utf8", "type.unknown", "data.unknown_field", "mandate.type",
    "identification.not_presumed", "intake.too_large", "event.too_large", "event.id_reused", "time.future",
    "disclosure.not_accepted_yet",
}  # fmt: skip


def content(record: bytes) -> bytes:
    """What the record says, header, payload and disclosures decoded where they can be."""
    parts = [record]
    for segment in record.replace(b"~", b".").split(b"."):
        try:
            parts.append(base64.urlsafe_b64decode(segment + b"=" * (-len(segment) % 4)))
        except ValueError:
            continue
    return b"\n".join(parts)


def test_there_is_one_of_each_kind_that_the_ledger_promises_to_tell_apart() -> None:
    assert {code for _, code in BAD.values()} >= NAMED_BY_THE_ISSUE


@pytest.mark.parametrize("kind", BAD)
def test_each_kind_is_refused_with_its_code_and_leaves_no_trace_of_its_content(kind: str) -> None:
    record, code = BAD[kind]
    first, second = judged([GOOD, record], REGISTRY)
    assert (outcome_code(first), outcome_code(second), second.fault) == ("admitted", code, "")
    assert marker(kind).encode() in content(record)
    assert b"MARKER" not in second.body
    assert DIGITS.encode() not in second.body


def test_refusals_leave_the_case_as_it_was_and_the_good_event_a_duplicate() -> None:
    found = judge_all([GOOD, *(record for record, _ in BAD.values()), GOOD], REGISTRY)
    assert found == ["admitted", *(code for _, code in BAD.values()), "duplicate"]


def test_the_same_arguments_make_the_same_bytes() -> None:
    assert bad_submissions(publishers(SIGNERS, ledger=LEDGER), ledger=LEDGER, base_time=BASE_TIME) == BAD


def test_without_the_suspension_and_the_revocation_those_two_are_admitted() -> None:
    two = [BAD["suspended-agency"][0], BAD["revoked-key"][0]]
    assert judge_all([GOOD, *two], enrolled(SIGNERS)) == ["admitted"] * 3


def test_an_outcome_names_the_stream_where_the_signature_holds() -> None:
    body = json.loads(judged([BAD["unknown-field"][0]], REGISTRY)[0].body)["outcome"]["refused"]
    assert (body["stream"], body["publisher"], body["paths"]) == (STREAM, "mn.hotline108", ["data"])
