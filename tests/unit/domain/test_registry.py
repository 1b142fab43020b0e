"""The registry is one fold for all: a record that breaks a rule counts and changes nothing, and the past stays."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.record.entry import b64u, canonical, unb64u
from domain.record.signing import SeedSigner
from domain.registry import Registry, Roots, sign_record
from unit.domain.registry_records import (
    BEFORE,
    FOUNDED,
    LEDGER,
    POLICE,
    REGISTRAR,
    REINSTATED,
    REVOKED,
    REVOKED_REGISTRAR,
    ROOT,
    ROOTS,
    ROTATED,
    SECOND,
    STRANGER,
    SUSPENDED,
    THIRD,
    public,
    record,
    registry,
    said,
    state,
)


def enrolment(**changes: Any) -> bytes:
    """Another agency's enrolment with something changed; None takes a member out."""
    data = {"name": "School", "categories": ["education"], "kid": "school-1", "key": public("e")} | changes
    return record("agency_enrolled", "mn.education", {k: v for k, v in data.items() if v is not None})


def unsigned(raw: bytes, **changes: Any) -> bytes:
    """A record with a member of its first signature changed."""
    found = json.loads(raw)
    found["signatures"][0] |= changes
    return canonical(found)


def headed(header: dict[str, Any]) -> bytes:
    """An enrolment whose signature holds, under another protected header."""
    found = json.loads(enrolment())
    protected = b64u(canonical(header))
    signature = b64u(ROOT.sign(f"{protected}.{found['payload']}".encode()))
    return canonical({"payload": found["payload"], "signatures": [{"protected": protected, "signature": signature}]})


HEADER = {"alg": "Ed25519", "kid": "root-1", "ledger": LEDGER, "typ": "tamga-registry+json"}
IGNORED: dict[str, tuple[tuple[bytes, ...], bytes | None]] = {
    # what came before, and the record that breaks a rule then
    "null": (BEFORE, None),
    "nothing": (BEFORE, b""),
    "garbage": (BEFORE, b"\xff\x00"),
    "no record": (BEFORE, b"{}"),
    "payload is a number": (BEFORE, canonical({"payload": 1, "signatures": []})),
    "no signatures": (BEFORE, sign_record(said("agency_suspended", "mn.npa", {}), ledger=LEDGER, signers=[])),
    "signatures are no list": (
        BEFORE,
        canonical({"payload": b64u(said("agency_suspended", "mn.npa", {})), "signatures": 5}),
    ),
    "signed by a stranger": (BEFORE, record("agency_suspended", "mn.npa", {}, STRANGER)),
    "signed by an agency": (BEFORE, record("agency_suspended", "mn.npa", {}, SeedSigner("npa-1", b"p" * 32))),
    "signed by a registrar": (BEFORE, record("agency_suspended", "mn.npa", {}, SeedSigner("registrar-1", b"r" * 32))),
    "signed for another ledger": (BEFORE, record("agency_suspended", "mn.npa", {}, ledger="another")),
    "signature of nothing": (BEFORE, unsigned(SUSPENDED, signature="")),
    "other header type": (BEFORE, headed(HEADER | {"typ": "ce+sd-jwt"})),
    "other algorithm": (BEFORE, headed(HEADER | {"alg": "none"})),
    "unknown header member": (BEFORE, headed(HEADER | {"jwk": "x"})),
    "unknown type": (BEFORE, record("agency_adored", "mn.npa", {})),
    "type of an event": (
        BEFORE,
        sign_record(said("x", "y", {}).replace(b"registry.x.v1", b"case.closed.v1"), ledger=LEDGER, signers=[ROOT]),
    ),
    "founded twice": (BEFORE, FOUNDED),
    "another ledger founded": (
        (),
        record("ledger_founded", "another", {"keys": dict(ROOTS.keys), "threshold": 1, "partitions": 4}),
    ),
    "founded without partitions": (
        (),
        record("ledger_founded", LEDGER, {"keys": dict(ROOTS.keys), "threshold": 1, "partitions": 0}),
    ),
    "founded with other roots": (
        (),
        record(
            "ledger_founded",
            LEDGER,
            {"keys": {"root-1": STRANGER.public_b64u}, "threshold": 1, "partitions": 4},
            STRANGER,
        ),
    ),
    "founded with more roots": (
        (),
        record(
            "ledger_founded",
            LEDGER,
            {"keys": {"root-1": ROOT.public_b64u, "root-2": SECOND.public_b64u}, "threshold": 1, "partitions": 4},
        ),
    ),
    "anything before the founding": ((), REGISTRAR),
    "a key before the founding, with the roots": (
        (),
        record(
            "registrar_enrolled",
            LEDGER,
            {"kid": "registrar-1", "key": public("r"), "keys": dict(ROOTS.keys), "threshold": 1},
        ),
    ),
    "registrar with a taken key id": (BEFORE, REGISTRAR),
    "registrar with an agency's key id": (
        BEFORE,
        record("registrar_enrolled", LEDGER, {"kid": "npa-1", "key": public("x")}),
    ),
    "registrar of another ledger": (
        BEFORE,
        record("registrar_enrolled", "another", {"kid": "registrar-2", "key": public("x")}),
    ),
    "agency enrolled twice": (
        BEFORE,
        record("agency_enrolled", "mn.npa", {"name": "P", "categories": [], "kid": "npa-9", "key": public("x")}),
    ),
    "agency without key": (BEFORE, enrolment(key=None)),
    "agency without key id": (BEFORE, enrolment(kid=None)),
    "agency without name": (BEFORE, enrolment(name=None)),
    "agency without categories": (BEFORE, enrolment(categories=None)),
    "categories as one text": (BEFORE, enrolment(categories="police")),
    "categories of objects": (BEFORE, enrolment(categories=[{}])),
    "categories of numbers": (BEFORE, enrolment(categories=[1])),
    "agency with a taken key id": (BEFORE, enrolment(kid="npa-1")),
    "agency with a registrar's key id": (BEFORE, enrolment(kid="registrar-1")),
    "empty key id": (BEFORE, enrolment(kid="")),
    "key id of 129 characters": (BEFORE, enrolment(kid="k" * 129)),
    "key id is a number": (BEFORE, enrolment(kid=5)),
    "key of 31 bytes": (BEFORE, enrolment(key=b64u(bytes(31)))),
    "key with padding": (BEFORE, enrolment(key=public("e") + "=")),
    "agency without id": (
        BEFORE,
        record("agency_enrolled", "", {"name": "n", "categories": [], "kid": "x-1", "key": public("x")}),
    ),
    "rotation of nobody": (
        BEFORE,
        record("key_rotated", "mn.opg", {"kid": "opg-2", "key": public("x"), "replaces": "npa-1"}),
    ),
    "rotation of an unknown key": (
        BEFORE,
        record("key_rotated", "mn.npa", {"kid": "npa-2", "key": public("x"), "replaces": "npa-9"}),
    ),
    "rotation onto a taken key id": (
        BEFORE,
        record("key_rotated", "mn.npa", {"kid": "registrar-1", "key": public("x"), "replaces": "npa-1"}),
    ),
    "rotation of a registrar's key by an agency": (
        BEFORE,
        record("key_rotated", "mn.npa", {"kid": "npa-2", "key": public("x"), "replaces": "registrar-1"}),
    ),
    "rotation of a rotated key": (
        (*BEFORE, ROTATED),
        record("key_rotated", "mn.npa", {"kid": "npa-3", "key": public("x"), "replaces": "npa-1"}),
    ),
    "revocation of an unknown key": (BEFORE, record("key_revoked", "mn.npa", {"kid": "npa-9"})),
    "revocation of another's key": (BEFORE, record("key_revoked", "mn.npa", {"kid": "registrar-1"})),
    "revocation twice": ((*BEFORE, REVOKED), REVOKED),
    "suspension of nobody": (BEFORE, record("agency_suspended", "mn.opg", {})),
    "suspension twice": ((*BEFORE, SUSPENDED), SUSPENDED),
    "reinstatement of an active agency": (BEFORE, REINSTATED),
    "reinstatement twice": ((*BEFORE, SUSPENDED, REINSTATED), REINSTATED),
    "duplicate member": (BEFORE, b'{"payload":"","payload":"","signatures":[]}'),
}


@pytest.mark.parametrize(("before", "raw"), IGNORED.values(), ids=IGNORED.keys())
def test_a_record_that_breaks_a_rule_counts_and_changes_nothing(before: tuple[bytes, ...], raw: bytes | None) -> None:
    found = registry(*before)
    held = state(found)
    assert (found.count, found.ignored) == (len(before), 0)
    assert not found.apply(raw)
    assert (found.count, found.ignored) == (len(before) + 1, 1)
    assert state(found) == held


def test_founding_names_roots_and_partitions() -> None:
    found = registry(FOUNDED)
    assert (found.roots, found.partitions, found.ignored) == (ROOTS, 4, 0)


def test_a_registrars_key_seals_from_its_enrolment_until_its_revocation() -> None:
    found = registry(FOUNDED, REGISTRAR, POLICE, REVOKED_REGISTRAR)
    assert [found.seal_key("registrar-1", reg) is not None for reg in range(6)] == [
        False,
        False,
        True,
        True,
        False,
        False,
    ]
    assert found.seal_key("registrar-1", 2) == unb64u(public("r"))


def test_no_key_seals_under_records_that_were_not_read() -> None:
    found = registry(FOUNDED, REGISTRAR)
    assert found.seal_key("registrar-1", 2) is not None
    assert found.seal_key("registrar-1", 3) is None


def test_an_agencys_key_never_seals_and_a_registrars_never_publishes() -> None:
    found = registry(*BEFORE)
    assert found.seal_key("npa-1", 3) is None
    assert found.view().key("registrar-1") is None


def test_a_rotated_key_ends_when_its_successor_begins() -> None:
    found = registry(*BEFORE, ROTATED)
    held = {
        reg: [k for k in ("npa-1", "npa-2") if (key := found.view(reg).key(k)) and key[1] == "valid"]
        for reg in range(5)
    }
    assert held == {0: [], 1: [], 2: [], 3: ["npa-1"], 4: ["npa-2"]}


def test_a_revoked_key_is_known_and_no_longer_valid() -> None:
    key = registry(*BEFORE, REVOKED).view().key("npa-1")
    assert key is not None
    assert (key[0].agency, key[1]) == ("mn.npa", "ended")


def test_an_agency_is_inactive_from_its_suspension_to_its_reinstatement() -> None:
    found = registry(*BEFORE, SUSPENDED, REINSTATED, SUSPENDED)
    assert [found.view(reg).is_active("mn.npa") for reg in range(7)] == [False, False, False, True, False, True, False]
    assert not found.view().is_active("mn.unknown")


def test_a_reader_with_other_roots_takes_nothing_in() -> None:
    found = registry(*BEFORE, roots=Roots({"root-1": STRANGER.public_b64u}, 1))
    assert (found.count, found.ignored, found.keys, found.roots) == (3, 3, {}, None)


TWO_OF_THREE = Roots({s.kid: s.public_b64u for s in (ROOT, SECOND, THIRD)}, 2)
SIGNERS = {
    "nobody": ((), False),
    "one": ((ROOT,), False),
    "the same one twice": ((ROOT, ROOT), False),
    "one and a stranger": ((STRANGER, SECOND), False),
    "two": ((ROOT, THIRD), True),
    "three": ((ROOT, SECOND, THIRD), True),
}


@pytest.mark.parametrize(("signers", "taken"), SIGNERS.values(), ids=SIGNERS.keys())
def test_as_many_different_roots_must_sign_as_the_threshold_says(signers: tuple[SeedSigner, ...], taken: bool) -> None:
    facts = {"keys": dict(TWO_OF_THREE.keys), "threshold": 2, "partitions": 1}
    raw = sign_record(said("ledger_founded", LEDGER, facts), ledger=LEDGER, signers=list(signers))
    assert registry(raw, roots=TWO_OF_THREE).count == 1
    assert (registry(raw, roots=TWO_OF_THREE).roots is not None) == taken


def test_a_threshold_that_no_roots_could_reach_founds_nothing() -> None:
    for threshold in (0, -1, 2):
        roots = Roots(dict(ROOTS.keys), threshold)
        facts = {"keys": dict(roots.keys), "threshold": threshold, "partitions": 1}
        assert registry(record("ledger_founded", LEDGER, facts), roots=roots).roots is None


AGENCIES = ("mn.npa", "mn.opg", "mn.mgec")
KIDS = tuple(f"k{n}" for n in range(5))
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["agency_enrolled", "key_rotated", "key_revoked", "agency_suspended", "agency_reinstated",
                         "registrar_enrolled", "garbage"]),
        st.sampled_from((*AGENCIES, LEDGER)),
        st.sampled_from(KIDS),
        st.sampled_from(KIDS),
    ),
    max_size=25,
)  # fmt: skip


def made(step: tuple[str, str, str, str]) -> bytes:
    """A record that may or may not keep the rules."""
    name, subject, kid, other = step
    if name == "garbage":
        return b"garbage"
    data = {"name": "n", "categories": [other], "kid": kid, "key": public(kid[-1]), "replaces": other}
    return record(name, subject, data)


def seen(found: Registry, reg: int) -> Any:
    """Everything that can be asked of the registry at `reg`."""
    view = found.view(reg)
    keys = {kid: None if (key := view.key(kid)) is None else (key[0].agency, key[0].public, key[1]) for kid in KIDS}
    agencies = {agency: (view.is_active(agency), view.categories(agency)) for agency in AGENCIES}
    return keys, agencies, {kid: found.seal_key(kid, reg) for kid in KIDS}


@settings(deadline=None)
@given(steps=STEPS)
def test_no_later_record_changes_what_held_at_a_reg(steps: list[tuple[str, str, str, str]]) -> None:
    found = registry(FOUNDED)
    past = {1: seen(found, 1)}
    for step in steps:
        found.apply(made(step))
        past[found.count] = seen(found, found.count)
    assert {reg: seen(found, reg) for reg in past} == past
    assert found.count == 1 + len(steps)


@settings(deadline=None)
@given(steps=STEPS)
def test_ignored_records_change_nothing_for_those_that_follow(steps: list[tuple[str, str, str, str]]) -> None:
    whole, kept = registry(FOUNDED), registry(FOUNDED)
    for step in steps:
        if whole.apply(made(step)):
            kept.apply(made(step))
    assert kept.ignored == 0
    assert kept.count == whole.count - whole.ignored
    assert {k: (v.public, v.agency) for k, v in kept.keys.items()} == {
        k: (v.public, v.agency) for k, v in whole.keys.items()
    }
    assert seen(kept, kept.count)[:2] == seen(whole, whole.count)[:2]


def test_a_view_asked_for_while_a_record_is_taken_in_is_the_one_before_it() -> None:
    found = registry(*BEFORE)
    seen_meanwhile = []

    class Watching(dict[str, str]):
        """Root keys that ask for the present view when the record's signature is looked up."""

        def __getitem__(self, kid: str) -> str:
            seen_meanwhile.append((found.view().reg, found.view().is_active("mn.npa")))
            return super().__getitem__(kid)

    found.roots = Roots(Watching(ROOTS.keys), 1)
    assert found.apply(SUSPENDED)
    assert seen_meanwhile == [(3, True)]
    assert (found.view().reg, found.view().is_active("mn.npa")) == (4, False)
