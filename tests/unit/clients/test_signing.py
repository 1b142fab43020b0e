"""What the client signs, the ledger's own parser takes; what that would refuse for its form, is an error before."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import domain.partition
from domain import ijson, submission
from domain.record.entry import canonical
from domain.record.signing import SeedSigner
from domain.refusals import Refusal
from domain.submission import Known, payload_of, read
from infra import keys
from simulator import BASE_TIME, LEDGER
from tamga_client import Event, InvalidEventError, Signer, SigningKeyError, instant, new_id, random_id
from tamga_client.event import MAX_EVENT, encoded
from tamga_client.events.identification import IndicatorReported
from tamga_client.partition import partition_of
from unit.clients.offline_ledger import HOTLINE, REGISTRY, OfflineLedger, signer

CASE = random_id()


def indicator(**changes: Any) -> IndicatorReported:
    """An indicator that opens a case."""
    said: dict[str, Any] = {"victim_id": random_id(), "report_channel": "hotline_108", "aimag": "MN-1"}
    said |= {"reporter_role": "citizen", "indicator_codes": ["documents_withheld"]}
    return IndicatorReported(**(said | changes))


def event(**changes: Any) -> Event:
    """An event of the hotline."""
    said: dict[str, Any] = {"data": indicator(), "stream": CASE, "unit": "desk-1", "actor": "officer-1"}
    return Event(**(said | {"time": BASE_TIME} | changes))


def test_what_is_signed_is_taken_by_the_ledgers_parser() -> None:
    signed = signer().sign(event())
    taken = read(signed.jws, Known(), ledger=LEDGER, view=REGISTRY.view(), latest=BASE_TIME)
    assert (taken.event.id, taken.event.stream) == (signed.event_id, signed.stream)


def test_what_is_signed_is_what_the_ledger_itself_would_sign() -> None:
    made, own = event(), SeedSigner(signer().kid, signer().seed)
    payload = payload_of(signer().sign(made).jws.decode())
    assert signer().sign(made).jws == submission.sign(payload, ledger=LEDGER, signer=own)


def test_a_key_file_of_the_ledger_is_read(tmp_path: Path) -> None:
    made = keys.create(tmp_path / "key.json", "mn.hotline108-1")
    found = Signer.from_file(tmp_path / "key.json", agency=HOTLINE, ledger=LEDGER)
    assert found.kid == made.kid
    assert SeedSigner(found.kid, found.seed).public == made.public
    assert found.seed.hex() not in repr(found)


@pytest.mark.parametrize(
    ("content", "mode", "code"),
    [
        (None, 0o600, "key.missing"),
        ('{"kid": "k", "seed": "AAAA"}', 0o600, "key.malformed"),
        ('{"kid": "k"}', 0o600, "key.malformed"),
        ("[]", 0o600, "key.malformed"),
        ("{", 0o600, "key.malformed"),
        ('{"kid": "k", "seed": "' + "A" * 43 + '"}', 0o640, "key.open"),
    ],
)
def test_a_key_file_that_cannot_be_used_says_why(tmp_path: Path, content: str | None, mode: int, code: str) -> None:
    file = tmp_path / "key.json"
    if content is not None:
        file.write_text(content, encoding="utf-8")
        file.chmod(mode)
    with pytest.raises(SigningKeyError) as error:
        Signer.from_file(file, agency=HOTLINE, ledger=LEDGER)
    assert error.value.code == code


@pytest.mark.parametrize(
    ("changes", "code", "path"),
    [
        ({"id": "1"}, "envelope.invalid_attribute", "id"),
        ({"id": new_id().upper()}, "envelope.invalid_attribute", "id"),
        ({"stream": "case-7"}, "envelope.invalid_attribute", "stream"),
        ({"unit": "a unit"}, "envelope.invalid_attribute", "unit"),
        ({"actor": ""}, "envelope.invalid_attribute", "actor"),
        ({"time": "2026-03-02T09:00:00Z"}, "envelope.invalid_attribute", "time"),
        ({"time": "2026-02-30T09:00:00.000000Z"}, "envelope.invalid_attribute", "time"),
        ({"time": datetime(2026, 3, 2)}, "envelope.invalid_attribute", "time"),
    ],
)
def test_an_envelope_that_would_be_refused_is_an_error(changes: dict[str, Any], code: str, path: str) -> None:
    with pytest.raises(InvalidEventError) as error:
        event(**changes)
    assert (error.value.code, error.value.path) == (code, path)


def test_a_moment_is_written_in_utc() -> None:
    moment = datetime(2026, 3, 2, 17, 0, tzinfo=timezone(timedelta(hours=8)))
    assert event(time=moment).time == "2026-03-02T09:00:00.000000Z"
    assert instant(datetime(2026, 3, 2, 9, tzinfo=UTC)) == BASE_TIME


def test_another_agencys_event_is_not_signed() -> None:
    with pytest.raises(InvalidEventError) as error:
        signer().sign_payload(event().payload("mn.npa"))
    assert error.value.code == "envelope.source_not_signer"


def test_ids_have_their_versions_and_sort_by_time() -> None:
    drawn = [new_id() for _ in range(50)]
    assert {each[14] for each in drawn} == {"7"}
    assert {each[19] for each in drawn} <= set("89ab")
    assert [each[:13] for each in drawn] == sorted(each[:13] for each in drawn)
    assert random_id()[14] == "4"


@given(st.uuids(), st.integers(1, 64))
def test_a_stream_goes_to_the_ledgers_partition(stream: Any, partitions: int) -> None:
    assert partition_of(str(stream), partitions) == domain.partition.partition_of(str(stream), partitions)


@given(st.binary(max_size=40).map(lambda data: data.decode("latin-1")))
def test_any_key_is_hashed_as_kafka_hashes_it(key: str) -> None:
    assert partition_of(key, 7) == domain.partition.partition_of(key, 7)


TEXTS = st.text(max_size=8) | st.sampled_from(["\x00", "\ud800", "a\udfff", "é", "𐀀", '"\\'])
LEAVES = TEXTS | st.none() | st.booleans() | st.floats() | st.integers() | st.integers(2**53 - 3, 2**53 + 2)
VALUES = st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3))


def nested(depth: int) -> dict[str, Any]:
    value: Any = 1
    for _ in range(depth - 1):
        value = [value]
    return {"a": value}


@given(st.dictionaries(TEXTS, VALUES, max_size=3) | st.integers(1, 20).map(nested))
def test_json_is_taken_by_the_ledger_or_is_an_error_here(value: dict[str, Any]) -> None:
    try:
        made = encoded(value)
    except InvalidEventError:
        assert refused(value)
    else:
        assert refused(value) is None
        assert ijson.parse(made) == value
        assert made == canonical(value)


def refused(value: dict[str, Any]) -> str | None:
    """The code with which the ledger's parser refuses a text of this value."""
    try:
        ijson.parse(json.dumps(value).encode())
    except Refusal as refusal:
        return refusal.code
    return None


FAULTS = [1.5, 2**53, "\x00", "\ud800", nested(16), nested(17)]


@pytest.mark.parametrize("fault", FAULTS, ids=map(repr, range(len(FAULTS))))
def test_one_fault_has_the_code_that_the_ledger_would_refuse_it_with(fault: Any) -> None:
    with pytest.raises(InvalidEventError) as error:
        encoded({"data": fault})
    assert error.value.code == refused({"data": fault})


def test_an_event_of_40_kib_is_taken_and_a_longer_one_is_an_error() -> None:
    room = MAX_EVENT - len(encoded({"text": ""}))
    assert len(encoded({"text": "x" * room})) == submission.MAX_EVENT
    with pytest.raises(InvalidEventError) as error:
        encoded({"text": "x" * (room + 1)})
    assert error.value.code == "event.too_large"


def test_the_ledger_answers_duplicate_to_the_same_bytes_and_refuses_others_under_the_id() -> None:
    ledger, first = OfflineLedger(), event()
    signed = signer().sign(first)
    kinds = [type(ledger.submit(each)).__name__ for each in (signed, signed, signer().sign(event(id=first.id)))]
    assert kinds == ["Admitted", "Duplicate", "Refused"]
