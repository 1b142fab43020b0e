"""Every submission gets one outcome, whatever it holds and whatever a rule does with it."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain import outcome, refusals
from domain.catalogue import STREAM_ID, EventType, by_name, by_wire
from domain.event import Effect
from domain.judge import Admit, Court, Judged, Stream, decide, read_one
from domain.partition import partition_of
from domain.record.entry import canonical, said_by
from domain.refusals import LANGUAGES, MEMBERS, Refusal, explain, sentences
from domain.stages.state import StreamState
from domain.submission import sign
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
    opening,
    outcome_code,
    publishers,
)
from simulator import cases as generated

SIGNERS = fixed_signers()
REGISTRY = enrolled(SIGNERS)
CASE = str(uuid5(NAMESPACE_URL, "case"))
SECRET = "MARKER-name-of-a-child"
SALT = bytes(range(16))
ROOT = Path(refusals.__file__).parents[1]


def indicator(**changes: Any) -> dict[str, Any]:
    """An indicator that opens the case."""
    data = {
        "victim_id": str(uuid5(NAMESPACE_URL, "victim")),
        "report_channel": "hotline_108",
        "indicator_codes": ["begging"],
        "reporter_role": "citizen",
        "aimag": "MN-1",
    }
    event = {
        "specversion": "1.0",
        "id": str(uuid5(NAMESPACE_URL, "event")),
        "source": "mn.hotline108",
        "type": "mn.tamga.identification.indicator_reported.v1",
        "subject": CASE,
        "time": BASE_TIME,
        "unit": "duty",
        "actor": "officer-1",
        "data": data,
    }
    return event | changes


def signed(event: Mapping[str, Any], by: str = "mn.hotline108") -> bytes:
    """The event as its agency sends it."""
    return sign(event, ledger=LEDGER, signer=SIGNERS[by])


def judge(*records: bytes | None, rules: Admit | None = None, partition: int = 0, partitions: int = 1) -> list[Judged]:
    """The outcomes of these records, one after the other, in one batch."""
    court = Court(LEDGER, REGISTRY.view(), partition, partitions, BASE_TIME, BASE_TIME)
    streams = {CASE: Stream(StreamState(CASE))}
    found: list[Judged] = []
    desk = 0
    for offset, record in enumerate(records):
        draft = read_one(court, offset, record)
        more = {} if rules is None else {"rules": rules}
        found.append(decide(draft, streams, court, pos=offset + 1, desk=desk + 1, salt=SALT, **more))
        desk += found[-1].stream.startswith("desk/")
    return found


def types(*records: bytes | None, **options: Any) -> list[str]:
    """The outcomes' types as the index has them."""
    return [j.type.removeprefix("mn.tamga.").removeprefix("outcome.") for j in judge(*records, **options)]


GOOD = signed(indicator())
ADMITTED = "identification.indicator_reported.v1"
OTHER = signed(indicator(actor="officer-2"))

# given and when: the records in turn; then: their outcomes.
IDENTITY: dict[str, tuple[list[bytes | None], list[str]]] = {
    "the same bytes again are a duplicate": ([GOOD, GOOD, GOOD], [ADMITTED, "duplicate", "duplicate"]),
    "the same id with other content is refused": ([GOOD, OTHER], [ADMITTED, "refused.event.id_reused"]),
    "and the first stays a duplicate of itself": (
        [GOOD, OTHER, GOOD],
        [ADMITTED, "refused.event.id_reused", "duplicate"],
    ),
    "an empty disclosure part is no other content": ([GOOD, GOOD + b"~"], [ADMITTED, "duplicate"]),
    "a refused one takes no identity": (
        [signed(indicator(time="2027-01-01T00:00:00.000000Z")), GOOD],
        ["refused.time.future", ADMITTED],
    ),
    "a refused one is judged again": (
        [signed(indicator(time="2027-01-01T00:00:00.000000Z"))] * 2,
        ["refused.time.future", "refused.time.future"],
    ),
    "an id is its publisher's own": (
        [GOOD, signed(indicator(source="mn.npa"), "mn.npa")],
        [ADMITTED, ADMITTED],
    ),
    "nothing stops those that follow": ([None, b"x", GOOD], ["refused.jws.malformed"] * 2 + [ADMITTED]),
}


@pytest.mark.parametrize(("records", "wanted"), IDENTITY.values(), ids=IDENTITY.keys())
def test_an_events_identity_is_taken_by_its_admitted_entry(records: list[bytes | None], wanted: list[str]) -> None:
    assert types(*records) == wanted


def test_an_identity_is_of_one_stream() -> None:
    other = str(uuid5(NAMESPACE_URL, "other case"))
    record = signed(indicator(subject=other))
    court = Court(LEDGER, REGISTRY.view(), 0, 1, BASE_TIME, BASE_TIME)
    streams = {CASE: Stream(StreamState(CASE)), other: Stream(StreamState(other))}
    found = [
        decide(read_one(court, n, raw), streams, court, pos=n + 1, desk=1, salt=SALT).type
        for n, raw in enumerate([GOOD, record])
    ]
    assert found == ["mn.tamga." + ADMITTED] * 2


def test_an_admitted_entry_keeps_the_bytes_as_signed_and_says_what_it_was_judged_under() -> None:
    (judged,) = judge(GOOD)
    body = json.loads(judged.body)
    assert body["jws"].encode() == GOOD
    said = said_by(body)
    assert (said.at, said.n, said.stream, said.reg, said.src) == (BASE_TIME, 1, CASE, REGISTRY.count, (0, 0))
    assert (judged.stream, judged.n, judged.src, judged.fault) == (CASE, 1, 0, "")
    assert canonical(body) == judged.body


def test_a_duplicate_points_to_the_position_of_the_admitted_entry() -> None:
    body = json.loads(judge(b"x", GOOD, GOOD)[2].body)
    assert body["outcome"]["duplicate"]["of"] == 2
    assert body["ledger"]["stream"] == "desk/0"


def test_a_refusals_digest_proves_to_its_sender_what_was_refused() -> None:
    body = json.loads(judge(b"x" + SECRET.encode())[0].body)
    refused = body["outcome"]["refused"]
    assert refused["digest"] == outcome.salted(b"x" + SECRET.encode(), refused["salt"])
    assert refused["digest"] != outcome.salted(b"y", refused["salt"])


def test_outcomes_without_an_event_are_numbered_on_the_desk() -> None:
    found = judge(b"x", GOOD, GOOD, OTHER)
    assert [(j.stream, j.n) for j in found] == [("desk/0", 1), (CASE, 1), ("desk/0", 2), ("desk/0", 3)]


def test_a_submission_on_another_partition_than_its_streams_is_refused() -> None:
    own = partition_of(CASE, 4)
    for partition in range(4):
        wanted = ADMITTED if partition == own else "refused.intake.wrong_partition"
        assert types(GOOD, partition=partition, partitions=4) == [wanted]


def broken_rule(error: Exception) -> Admit:
    """Rules that raise, with the submission's content in the exception's text."""

    def rules(state: StreamState, event: Any, event_type: Any, context: Any) -> tuple[Effect, ...]:
        raise error

    return rules


FAULTS = [
    ValueError(SECRET),
    KeyError(SECRET),
    RecursionError(SECRET),
    AssertionError(SECRET),
    ZeroDivisionError(),
    OSError(5, SECRET),
]


@pytest.mark.parametrize("error", FAULTS, ids=lambda error: type(error).__name__)
def test_a_rule_that_fails_is_the_ledgers_fault_and_tells_no_content(error: Exception) -> None:
    (judged,) = judge(signed(indicator(actor=SECRET)), rules=broken_rule(error))
    assert judged.type == "outcome.refused.ledger.fault"
    assert re.fullmatch(rf"{type(error).__name__} at rules:\d+", judged.fault)
    assert SECRET.encode() not in judged.body
    assert SECRET not in judged.fault


def test_a_rule_that_fails_leaves_the_stream_as_it_was() -> None:
    court = Court(LEDGER, REGISTRY.view(), 0, 1, BASE_TIME, BASE_TIME)
    streams = {CASE: Stream(StreamState(CASE))}
    draft = read_one(court, 0, GOOD)
    decide(draft, streams, court, pos=1, desk=1, salt=SALT, rules=broken_rule(ValueError()))
    assert (streams[CASE].state, streams[CASE].taken) == (StreamState(CASE), {})
    assert decide(draft, streams, court, pos=2, desk=2, salt=SALT).type.endswith(ADMITTED)


def test_effects_that_the_record_does_not_hold_are_the_ledgers_fault() -> None:
    def rules(state: StreamState, event: Any, event_type: Any, context: Any) -> tuple[Effect, ...]:
        return (Effect("ledger.BreachRecorded", {"x": SECRET * 1000}),)

    (judged,) = judge(GOOD, rules=rules)
    assert (judged.type, SECRET.encode() in judged.body) == ("outcome.refused.ledger.fault", False)


def test_a_rules_refusal_is_its_code_and_paths() -> None:
    (judged,) = judge(GOOD, rules=broken_rule(Refusal("case.not_open", "data.victim_id")))
    refused = json.loads(judged.body)["outcome"]["refused"]
    assert (refused["code"], refused["paths"], judged.fault) == ("case.not_open", ["data.victim_id"], "")


def test_a_bad_submission_of_each_kind_gets_its_code_and_leaves_no_trace() -> None:
    registry = enrolled(SIGNERS, suspended=[SUSPENDED], revoked=[REVOKED])
    by = publishers(SIGNERS, ledger=LEDGER)
    stream, first = opening(by, ledger=LEDGER, base_time=BASE_TIME)
    bad = bad_submissions(by, ledger=LEDGER, base_time=BASE_TIME)
    assert judge_all([first, *(record for record, _ in bad.values())], registry) == [
        "admitted",
        *(c for _, c in bad.values()),
    ]
    court = Court(LEDGER, registry.view(), 0, 1, BASE_TIME, BASE_TIME)
    streams = {stream: Stream(StreamState(stream))}
    decide(read_one(court, 0, first), streams, court, pos=1, desk=1, salt=SALT)
    for kind, (record, code) in bad.items():
        judged = decide(read_one(court, 1, record), streams, court, pos=2, desk=1, salt=SALT)
        assert (judged.type, judged.fault) == (f"outcome.refused.{code}", "")
        assert marker(kind).encode() not in judged.body


def test_the_simulators_agencies_are_judged_as_their_flows_predict() -> None:
    by = publishers(SIGNERS, ledger=LEDGER)
    sent = list(generated(7, 12, by, ledger=LEDGER, base_time=BASE_TIME))
    assert judge_all([s.record for s in sent], REGISTRY) == [s.expect for s in sent]


@settings(deadline=None, max_examples=30)
@given(seed=st.integers(0, 10**6), cut=st.integers(0, 60))
def test_a_stream_loaded_from_its_entries_judges_as_the_one_kept_in_memory(seed: int, cut: int) -> None:
    by = publishers(SIGNERS, ledger=LEDGER)
    sent = list(generated(seed, 1, by, ledger=LEDGER, base_time=BASE_TIME))
    court = Court(LEDGER, REGISTRY.view(), 0, 1, BASE_TIME, BASE_TIME)
    kept: dict[str, Stream] = {sent[0].stream: Stream(StreamState(sent[0].stream))}
    bodies: list[tuple[int, bytes]] = []
    for pos, one in enumerate(sent, 1):
        if pos > cut:
            kept = {one.stream: Stream.of(one.stream, bodies)}
        judged = decide(read_one(court, pos, one.record), kept, court, pos=pos, desk=pos, salt=SALT)
        if judged.type in by_wire:
            bodies.append((pos, judged.body))
        assert outcome_code(judged) == one.expect
    assert kept[sent[0].stream] == Stream.of(sent[0].stream, bodies)


@settings(deadline=None)
@given(record=st.none() | st.binary(max_size=200))
def test_any_bytes_get_an_outcome(record: bytes | None) -> None:
    (judged,) = judge(record)
    assert judged.type.startswith("outcome.refused.")
    assert judged.fault == ""


# Literals of the grammar of codes that are none: paths of the schema, packages, files, and the duplicate's index type.
NO_CODES = re.compile(
    r"data\.(?!missing_field|unknown_field|invalid_value|case_id_mismatch|stream_id_mismatch).*|domain\..*|.*\.json|.*\.toml|tamga\.registry|outcome\..*|.*\.v1"
)


def raisable() -> set[str]:
    """What the source can raise: literals of the grammar, and `<thing>.unknown` for what an authority is about."""
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in sorted((ROOT / "domain").rglob("*.py"))]
    literals = {
        node.value
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    codes = {text for text in literals if re.fullmatch(r"[a-z_]+\.[a-z0-9_]+", text) and not NO_CODES.fullmatch(text)}
    about = {
        name
        for known in by_name.values()
        if known.kind == "authority"
        for name in {*known.subject} - {*known.mints, STREAM_ID.get(known.stream)}
    }
    return codes | {f"{EventType.thing(name)}.unknown" for name in about}


def test_every_code_has_sentences_and_every_sentence_a_code() -> None:
    assert raisable() == sentences().keys()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", sorted(sentences()))
def test_a_codes_sentences_say_what_was_wrong_and_what_to_do(code: str, language: str) -> None:
    said = explain(code, language)
    assert said.keys() == set(MEMBERS)
    assert all(text.endswith(".") and len(text) > 20 for text in said.values())
