"""A submission is taken as signed or refused for one reason, and a refusal tells nothing that was not established."""

from __future__ import annotations

import json
from collections.abc import Callable
from hashlib import sha256
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.event import Effect
from domain.outcome import MAX_EFFECTS, admitted
from domain.record.entry import MAX_ENTRY, Said, assemble, b64u, canonical, unb64u, with_seal
from domain.record.signing import SeedSigner
from domain.refusals import Refusal
from domain.registry import sign_record, statement
from domain.submission import MAX_EVENT, MAX_JWS, Known, event_of, payload_of, read, sign
from simulator import (
    BASE_TIME,
    LEDGER,
    REVOKED,
    SUSPENDED,
    bad_submissions,
    enrolled,
    fixed_signers,
    judge_all,
    marker,
    publishers,
)

SIGNERS = fixed_signers()
REGISTRY = enrolled(SIGNERS, suspended=[SUSPENDED], revoked=[REVOKED])
HOTLINE = SIGNERS["mn.hotline108"]
LATEST = "2026-03-02T09:05:00.000000Z"
CASE, VICTIM, EVENT = (str(uuid5(NAMESPACE_URL, name)) for name in ("case", "victim", "event"))

GOOD: dict[str, Any] = {
    "specversion": "1.0",
    "id": EVENT,
    "source": "mn.hotline108",
    "type": "mn.tamga.identification.indicator_reported.v1",
    "subject": CASE,
    "time": BASE_TIME,
    "unit": "duty",
    "actor": "officer-1",
    "data": {
        "victim_id": VICTIM,
        "report_channel": "hotline_108",
        "indicator_codes": ["begging"],
        "reporter_role": "citizen",
        "aimag": "MN-1",
    },
}
HEADER = {"alg": "Ed25519", "kid": HOTLINE.kid, "ledger": LEDGER, "typ": "ce+sd-jwt"}


def signed(payload: bytes, header: bytes | None = None, signer: SeedSigner = HOTLINE) -> bytes:
    """A JWS of any bytes, whose signature holds."""
    text = f"{b64u(header or canonical(HEADER))}.{b64u(payload)}"
    return f"{text}.{b64u(signer.sign(text.encode()))}".encode()


def event(**changes: Any) -> bytes:
    """The good event with attributes changed; None takes one out."""
    return signed(canonical({k: v for k, v in (GOOD | changes).items() if v is not None}))


def code(record: bytes | None, known: Known | None = None) -> str:
    """`taken`, or the code that refuses the record."""
    try:
        read(record, known or Known(), ledger=LEDGER, view=REGISTRY.view(), latest=LATEST)
    except Refusal as refusal:
        return refusal.code
    return "taken"


JWS = sign(GOOD, ledger=LEDGER, signer=HOTLINE)
HEAD, PAYLOAD, SIGNATURE = JWS.split(b".")


TAKEN: dict[str, bytes] = {
    "as our client signs it": JWS,
    "alg EdDSA": signed(canonical(GOOD), canonical(HEADER | {"alg": "EdDSA"})),
    "header members in another order, with spaces": signed(
        canonical(GOOD), json.dumps(dict(reversed(HEADER.items())), indent=2).encode()
    ),
    "payload pretty-printed": signed(json.dumps(GOOD, indent=2).encode()),
    "payload with escapes": signed(canonical(GOOD).replace(b"officer-1", b"\\u006fofficer-1"[:6] + b"fficer-1")),
    "an SD-JWT without disclosures": JWS + b"~",
    "_sd_alg": event(_sd_alg="sha-256"),
    "datacontenttype": event(datacontenttype="application/json"),
    "dataschema": event(dataschema="https://tamga.mn/schemas/1"),
    "a time just not in the future": event(time=LATEST),
    "a time long ago": event(time="1999-12-31T23:59:59.000000Z"),
    "a leap day": event(time="2024-02-29T00:00:00.000000Z"),
}


@pytest.mark.parametrize("record", TAKEN.values(), ids=TAKEN.keys())
def test_what_any_jose_library_writes_is_taken_and_kept_as_signed(record: bytes) -> None:
    found = read(record, Known(), ledger=LEDGER, view=REGISTRY.view(), latest=LATEST)
    assert found.jws.encode() == record.removesuffix(b"~")
    assert found.event == event_of(found.jws)
    assert payload_of(found.jws) == json.loads(unb64u(found.jws.split(".")[1]))
    assert found.event.publisher == "mn.hotline108"


REFUSED: dict[str, tuple[bytes | None, str]] = {
    "null": (None, "jws.malformed"),
    "nothing": (b"", "jws.malformed"),
    "one dot": (HEAD + b"." + PAYLOAD, "jws.malformed"),
    "three dots": (JWS + b".", "jws.malformed"),
    "five parts, as a JWE": (JWS + b".x.y", "disclosure.not_accepted_yet"),
    "not ASCII": (JWS + "é".encode(), "jws.malformed"),
    "header is no base64url": (b"!." + PAYLOAD + b"." + SIGNATURE, "jws.malformed"),
    "header is no JSON": (signed(b"{}", b"{"), "jws.malformed"),
    "header is a list": (signed(b"{}", b"[]"), "jws.malformed"),
    "header with a member twice": (signed(b"{}", canonical(HEADER)[:-1] + b',"alg":"none"}'), "jws.malformed"),
    "signature is no base64url": (HEAD + b"." + PAYLOAD + b".!" + SIGNATURE[1:], "jws.malformed"),
    "signature spelled in another way": (JWS[:-1] + bytes([JWS[-1] + 1]), "jws.malformed"),
    "payload is no base64url": (HEAD + b".!" + PAYLOAD + b"." + SIGNATURE, "jws.malformed"),
    "signature cut": (JWS[:-2], "jws.signature"),
    "payload of another": (HEAD + b"." + b64u(b"{}").encode() + b"." + SIGNATURE, "jws.signature"),
    "no signature": (HEAD + b"." + PAYLOAD + b".", "jws.signature"),
    "no alg": (signed(b"{}", canonical({k: v for k, v in HEADER.items() if k != "alg"})), "jws.algorithm"),
    "alg is a list": (signed(b"{}", canonical(HEADER | {"alg": "ES256"})), "jws.algorithm"),
    "alg in lower case": (signed(b"{}", canonical(HEADER | {"alg": "ed25519"})), "jws.algorithm"),
    "no typ": (signed(b"{}", canonical({k: v for k, v in HEADER.items() if k != "typ"})), "jws.type"),
    "no ledger": (signed(b"{}", canonical({k: v for k, v in HEADER.items() if k != "ledger"})), "jws.other_ledger"),
    "no kid": (signed(b"{}", canonical({k: v for k, v in HEADER.items() if k != "kid"})), "key.unknown"),
    "kid is a number": (signed(b"{}", canonical(HEADER | {"kid": 7})), "key.unknown"),
    "crit": (signed(b"{}", canonical(HEADER | {"crit": ["b64"], "b64": False})), "jws.header_member"),
    "payload of one byte too many": (signed(b"{" + b" " * (MAX_EVENT - 1) + b"}"), "event.too_large"),
    "record of one byte too many": (b"x" * (MAX_ENTRY + 1), "intake.too_large"),
    "a header padded until no entry could hold it": (
        signed(canonical(GOOD), canonical(HEADER) + b" " * 42_000),
        "intake.too_large",
    ),
    "with a disclosure": (JWS + b"~WyJzIiwibiIsInYiXQ~", "disclosure.not_accepted_yet"),
    "with a key binding": (JWS + b"~" + JWS, "disclosure.not_accepted_yet"),
    "specversion 0.3": (event(specversion="0.3"), "envelope.invalid_attribute"),
    "id in capitals": (event(id=EVENT.upper()), "envelope.invalid_attribute"),
    "id with a line end": (event(id=EVENT + "\n"), "envelope.invalid_attribute"),
    "id is a number": (event(id=5), "envelope.invalid_attribute"),
    "subject is no UUID": (event(subject="case-1"), "envelope.invalid_attribute"),
    "time without fraction": (event(time="2026-03-02T09:00:00Z"), "envelope.invalid_attribute"),
    "time with an offset": (event(time="2026-03-02T09:00:00.000000+08:00"), "envelope.invalid_attribute"),
    "time in April 31": (event(time="2026-04-31T09:00:00.000000Z"), "envelope.invalid_attribute"),
    "time at 24 h": (event(time="2026-03-02T24:00:00.000000Z"), "envelope.invalid_attribute"),
    "time with a leap second": (event(time="2016-12-31T23:59:60.000000Z"), "envelope.invalid_attribute"),
    "time on 29 February of a common year": (event(time="2026-02-29T09:00:00.000000Z"), "envelope.invalid_attribute"),
    "unit of 65 characters": (event(unit="u" * 65), "envelope.invalid_attribute"),
    "actor with a space": (event(actor="Bat Erdene"), "envelope.invalid_attribute"),
    "actor is empty": (event(actor=""), "envelope.invalid_attribute"),
    "data is a list": (event(data=[]), "envelope.invalid_attribute"),
    "other digest algorithm": (event(_sd_alg="sha-512"), "envelope.invalid_attribute"),
    "content type of another form": (event(datacontenttype="text/xml"), "envelope.invalid_attribute"),
    "no data": (event(data=None), "envelope.missing_attribute"),
    "an extension attribute": (event(traceparent="00"), "envelope.unknown_attribute"),
    "data_base64": (event(data_base64="e30="), "envelope.unknown_attribute"),
    "a microsecond too far ahead": (event(time="2026-03-02T09:05:00.000001Z"), "time.future"),
    "event of another case in data": (event(data=GOOD["data"] | {"case_id": EVENT}), "data.case_id_mismatch"),
}


@pytest.mark.parametrize(("record", "wanted"), REFUSED.values(), ids=REFUSED.keys())
def test_each_fault_is_refused_for_its_own_reason(record: bytes | None, wanted: str) -> None:
    assert code(record) == wanted


BAD = bad_submissions(publishers(SIGNERS, ledger=LEDGER), ledger=LEDGER, base_time=BASE_TIME)
BY_THE_STREAM = {"state", "event-id-reused"}


@pytest.mark.parametrize("kind", sorted(set(BAD) - BY_THE_STREAM))
def test_a_bad_submission_of_each_kind_is_refused_before_its_stream_is_asked(kind: str) -> None:
    record, wanted = BAD[kind]
    known = Known()
    assert code(record, known) == wanted
    assert marker(kind) not in str(known.members())


# What is told of a refused submission: the publisher once the signature holds, then what is well-formed.
TOLD: dict[str, tuple[bytes, set[str]]] = {
    "wrong signature": (HEAD + b"." + PAYLOAD + b"." + SIGNATURE[::-1], set()),
    "no JSON": (signed(b"x"), {"publisher"}),
    "future": (event(time="2027-03-02T09:00:00.000000Z"), {"publisher", "type", "stream", "event"}),
    "unknown type": (event(type="mn.tamga.x.v1"), {"publisher", "stream", "event"}),
    "subject is no id": (event(subject="Bat"), {"publisher", "type", "event"}),
    "id is a list": (event(id=["Bat"]), {"publisher", "type", "stream"}),
    "of a suspended agency": (
        signed(b"{}", canonical(HEADER | {"kid": SIGNERS[SUSPENDED].kid}), SIGNERS[SUSPENDED]),
        {"publisher"},
    ),
}


@pytest.mark.parametrize(("record", "members"), TOLD.values(), ids=TOLD.keys())
def test_a_refusal_tells_what_was_established_and_no_more(record: bytes, members: set[str]) -> None:
    known = Known()
    assert code(record, known) != "taken"
    assert set(known.members()) == members


def test_an_entry_holds_the_largest_submission_with_the_largest_effects() -> None:
    largest = signed(canonical(GOOD)[:-1] + b" " * (MAX_EVENT - len(canonical(GOOD))) + b"}")
    assert code(largest) == "taken"
    jws = largest.decode() + "x" * (MAX_JWS - len(largest))
    effects = [Effect("ledger.BreachRecorded", {"x": "y" * (MAX_EFFECTS - 50)})]
    said = Said(BASE_TIME, 10**15, CASE, 10**15, (1023, 10**15))
    entry = with_seal(assemble(admitted(jws, said, effects), pos=10**15, prev=b64u(bytes(32))), "k" * 256)
    assert len(canonical([{"data": e.data, "type": e.type} for e in effects])) in range(
        MAX_EFFECTS - 10, MAX_EFFECTS + 1
    )
    assert len(entry) <= MAX_ENTRY


MUTATIONS: st.SearchStrategy[Callable[[bytes], bytes]] = st.one_of(
    st.tuples(st.integers(0, len(JWS) - 1), st.integers(0, 255)).map(
        lambda at: lambda jws: jws[: at[0]] + bytes([at[1]]) + jws[at[0] + 1 :]
    ),
    st.integers(0, len(JWS) - 1).map(lambda at: lambda jws: jws[:at]),
    st.binary(min_size=1, max_size=5).map(lambda more: lambda jws: jws + more),
)


@settings(deadline=None)
@given(change=MUTATIONS)
def test_nothing_but_the_signed_bytes_is_taken(change: Callable[[bytes], bytes]) -> None:
    changed = change(JWS)
    assert (code(changed) == "taken") == (changed in (JWS, JWS + b"~"))


@settings(deadline=None)
@given(payload=st.binary(max_size=80))
def test_any_signed_bytes_are_a_submission_or_a_refusal(payload: bytes) -> None:
    assert code(signed(payload)) != "taken"


UNIT = {"unit": "duty", "name": "Duty desk"}
OTHER_UNIT = {"unit": "night", "name": "Night desk"}
BASIS = {"text": "law", "article": "9.4"}
INDICATOR = "identification.IndicatorReported"
LATER, EARLIER = "2026-03-03T00:00:00.000000Z", "2026-03-01T00:00:00.000000Z"
FRESH = SeedSigner("hotline-2", b"f" * 32)


def key_added(**dates: str) -> dict[str, str]:
    """A second key of the hotline."""
    return {"kid": FRESH.kid, "key": FRESH.public_b64u, **dates}


STANDING: dict[str, tuple[list[tuple[str, dict[str, Any]]], bool, str]] = {
    # registry records about the hotline, whether its second key signs, and the outcome
    "its unit": ([("unit_added", UNIT)], False, "taken"),
    "a unit that is not listed": ([("unit_added", OTHER_UNIT)], False, "unit.unknown"),
    "a closed unit": ([("unit_added", UNIT), ("unit_closed", {"unit": "duty"})], False, "unit.closed"),
    "a suspended unit": ([("unit_added", UNIT), ("unit_suspended", {"unit": "duty"})], False, "unit.suspended"),
    "a withdrawn mandate": ([("mandate_withdrawn", {"types": [INDICATOR], "basis": BASIS})], False, "mandate.type"),
    "a mandate withdrawn from later on": (
        [("mandate_withdrawn", {"types": [INDICATOR], "basis": BASIS, "valid_from": LATER})], False, "taken",
    ),
    "another category": ([("agency_categories_changed", {"categories": ["court"]})], False, "mandate.type"),
    "another category, and a mandate for a unit that is not there": (
        [("agency_categories_changed", {"categories": ["court"]}),
         ("mandate_granted", {"types": [INDICATOR], "basis": BASIS, "unit": "duty"})], False, "mandate.type",
    ),
    "another category, and its unit's mandate": (
        [("agency_categories_changed", {"categories": ["court"]}), ("unit_added", UNIT),
         ("mandate_granted", {"types": [INDICATOR], "basis": BASIS, "unit": "duty"})], False, "taken",
    ),
    "a second key": ([("key_added", key_added())], True, "taken"),
    "a key whose dates have not begun": ([("key_added", key_added(not_before=LATER))], True, "key.not_valid_yet"),
    "a key whose dates are over": ([("key_added", key_added(not_after=EARLIER))], True, "key.expired"),
    "a key that was compromised later": (
        [("key_added", key_added()), ("key_compromised", {"kid": FRESH.kid, "since": LATER})], True, "key.revoked",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("records", "second", "expected"), STANDING.values(), ids=STANDING)
def test_keys_units_and_mandates_are_judged_under_the_registry_at_the_entrys_own_time(
    records: list[tuple[str, dict[str, Any]]], second: bool, expected: str
) -> None:
    registry = enrolled(SIGNERS)
    root = SeedSigner("root-1", sha256(b"root").digest())
    for name, data in records:
        said = statement(f"{name}.v1", "mn.hotline108", data, id="1", time=BASE_TIME)
        registry.apply(sign_record(said, ledger=LEDGER, signers=[root]))
    jws = sign(GOOD, ledger=LEDGER, signer=FRESH if second else HOTLINE)
    assert judge_all([jws], registry) == ["admitted" if expected == "taken" else expected]
