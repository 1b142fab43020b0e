"""m of n root keys speak for the registry, each counted once; new roots need the old threshold and their own."""

from __future__ import annotations

import json
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.record.signing import SeedSigner
from domain.registry import Registry, Roots, add_signature, is_signed, sign_record, signed_by
from unit.domain.registry_records import (
    FOUNDED,
    LEDGER,
    REGISTRAR,
    ROOT,
    SECOND,
    STRANGER,
    THIRD,
    public,
    record,
    registry,
    said,
    state,
)

TWO_OF_THREE = Roots({s.kid: s.public_b64u for s in (ROOT, SECOND, THIRD)}, 2)
FOUNDED_BY_TWO = record(
    "ledger_founded", LEDGER, {"keys": dict(TWO_OF_THREE.keys), "threshold": 2, "partitions": 4}, ROOT, SECOND
)
FOURTH, FIFTH, SIXTH = (SeedSigner(f"root-{n}", bytes([n]) * 32) for n in (4, 5, 6))
ALIAS = SeedSigner("root-1-again", bytes([1]) * 32)
NEW = Roots({s.kid: s.public_b64u for s in (THIRD, FOURTH, FIFTH)}, 2)
REGISTRAR_DATA = {"kid": "registrar-1", "key": public("r")}


def changing(*signers: SeedSigner, roots: Roots = NEW, **data: Any) -> bytes:
    """A record that changes the roots."""
    named = {"keys": dict(roots.keys), "threshold": roots.threshold} | data
    return sign_record(said("roots_changed", LEDGER, named), ledger=LEDGER, signers=signers)


def founded() -> Registry:
    """A ledger of two of three."""
    return registry(FOUNDED_BY_TWO, roots=TWO_OF_THREE)


CHANGES: dict[str, tuple[bytes, bool]] = {
    "both thresholds are reached": (changing(ROOT, SECOND, FOURTH, FIFTH), True),
    "a root that stays counts for both": (changing(ROOT, THIRD, FOURTH), True),
    "only the old roots sign": (changing(ROOT, SECOND), False),
    "only the new roots sign": (changing(FOURTH, FIFTH), False),
    "one of the old is missing": (changing(ROOT, FOURTH, FIFTH), False),
    "one of the new is missing": (changing(ROOT, SECOND, FOURTH), False),
    "the root that stays is the only new one": (changing(ROOT, SECOND, THIRD), False),
    "a stranger signs under an old key id": (changing(STRANGER, SECOND, FOURTH, FIFTH), False),
    "the same old root signs twice": (changing(ROOT, ROOT, FOURTH, FIFTH), False),
    "the roots that hold": (changing(ROOT, SECOND, roots=TWO_OF_THREE), False),
    "another threshold of the same keys": (
        changing(ROOT, SECOND, THIRD, roots=TWO_OF_THREE._replace(threshold=3)),
        True,
    ),
    "a threshold that one key fewer can reach": (
        changing(ROOT, SECOND, roots=TWO_OF_THREE._replace(threshold=1)),
        True,
    ),
    "a threshold of none": (changing(ROOT, SECOND, FOURTH, FIFTH, threshold=0), False),
    "a threshold that the keys can't reach": (changing(ROOT, SECOND, FOURTH, FIFTH, threshold=4), False),
    "a threshold that is no number": (changing(ROOT, SECOND, FOURTH, FIFTH, threshold=True), False),
    "a key of 31 bytes": (changing(ROOT, SECOND, keys={"a": "A" * 42}, threshold=1), False),
    "no keys": (changing(ROOT, SECOND, keys={}, threshold=1), False),
    "keys in a list": (changing(ROOT, SECOND, keys=[FOURTH.public_b64u], threshold=1), False),
}


@pytest.mark.parametrize(("raw", "taken"), CHANGES.values(), ids=CHANGES)
def test_new_roots_need_the_old_threshold_and_their_own(raw: bytes, taken: bool) -> None:
    found = founded()
    assert found.apply(raw) is taken
    assert (found.roots != TWO_OF_THREE) is taken


def test_from_the_change_on_the_new_roots_speak_and_the_old_ones_no_more() -> None:
    found = founded()
    assert found.apply(changing(ROOT, SECOND, FOURTH, FIFTH))
    assert found.roots == NEW
    assert not found.apply(record("registrar_enrolled", LEDGER, REGISTRAR_DATA, ROOT, SECOND))
    assert found.apply(record("registrar_enrolled", LEDGER, REGISTRAR_DATA, FOURTH, FIFTH))


def test_the_roots_of_another_ledger_do_not_change_ours() -> None:
    raw = sign_record(
        said("roots_changed", "another", {"keys": dict(NEW.keys), "threshold": 2}),
        ledger=LEDGER,
        signers=[ROOT, SECOND, FOURTH, FIFTH],
    )
    assert not founded().apply(raw)


def test_a_key_may_stay_under_another_id_and_an_id_may_get_another_key() -> None:
    swapped = Roots({"root-1": FOURTH.public_b64u, "root-2": ROOT.public_b64u}, 2)
    as_first, as_second = SeedSigner("root-1", bytes([4]) * 32), SeedSigner("root-2", bytes([1]) * 32)
    found = founded()
    assert found.apply(changing(ROOT, SECOND, as_first, as_second, roots=swapped))
    assert found.roots == swapped


ONE_KEY_TWO_IDS = Roots({ROOT.kid: ROOT.public_b64u, ALIAS.kid: ROOT.public_b64u, SECOND.kid: SECOND.public_b64u}, 2)
COUNTED = {
    "the same key twice": ((ROOT, ROOT), 1),
    "one key under two ids": ((ROOT, ALIAS), 1),
    "one key under two ids and another": ((ROOT, ALIAS, SECOND), 2),
    "two keys": ((ALIAS, SECOND), 2),
    "a stranger": ((STRANGER,), 0),
    "nobody": ((), 0),
}


@pytest.mark.parametrize(("signers", "count"), COUNTED.values(), ids=COUNTED)
def test_each_root_key_is_counted_once(signers: tuple[SeedSigner, ...], count: int) -> None:
    facts = {"keys": dict(ONE_KEY_TWO_IDS.keys), "threshold": 2, "partitions": 1}
    raw = sign_record(said("ledger_founded", LEDGER, facts), ledger=LEDGER, signers=signers)
    found = registry(raw, roots=ONE_KEY_TWO_IDS)
    assert (found.roots is not None) is (count >= 2)


def test_a_threshold_is_reached_by_different_keys_alone() -> None:
    roots = Roots({ROOT.kid: ROOT.public_b64u, ALIAS.kid: ROOT.public_b64u}, 2)
    facts = {"keys": dict(roots.keys), "threshold": 2, "partitions": 1}
    raw = sign_record(said("ledger_founded", LEDGER, facts), ledger=LEDGER, signers=[ROOT, ALIAS])
    assert registry(raw, roots=roots).roots is None, "one key could never sign twice"


def test_signatures_are_collected_one_by_one_in_any_order() -> None:
    event = said("registrar_enrolled", LEDGER, REGISTRAR_DATA)
    one = sign_record(event, ledger=LEDGER, signers=[])
    for signer in (THIRD, ROOT, THIRD):
        one = add_signature(one, ledger=LEDGER, signer=signer)
    assert founded().apply(one)
    assert one == sign_record(event, ledger=LEDGER, signers=[ROOT, THIRD])


def test_what_counts_can_be_asked_before_a_record_is_published() -> None:
    parsed = json.loads(changing(ROOT, FOURTH, STRANGER))
    assert signed_by(parsed, TWO_OF_THREE, LEDGER) == {ROOT.public}
    assert signed_by(parsed, NEW, LEDGER) == {FOURTH.public}
    assert not is_signed(parsed, NEW, LEDGER)


ALL = (ROOT, SECOND, THIRD, ALIAS, STRANGER, FOURTH)
NAMES = {
    "registrar_enrolled": (LEDGER, REGISTRAR_DATA),
    "roots_changed": (LEDGER, {"keys": {FOURTH.kid: FOURTH.public_b64u}, "threshold": 1}),
    "deadline_set": (LEDGER, {"deadline": "reroute", "after": "PT1H"}),
    "agency_enrolled": ("mn.npa", {"name": "n", "categories": [], "kid": "k", "key": public("k")}),
}


@settings(deadline=None)
@given(
    signers=st.lists(st.sampled_from(ALL), max_size=6),
    name=st.sampled_from(sorted(NAMES)),
    threshold=st.integers(1, 3),
)
def test_a_record_with_fewer_than_m_different_roots_never_changes_anything(
    signers: list[SeedSigner], name: str, threshold: int
) -> None:
    roots = TWO_OF_THREE._replace(threshold=threshold)
    facts = {"keys": dict(roots.keys), "threshold": threshold, "partitions": 4}
    found = registry(record("ledger_founded", LEDGER, facts, ROOT, SECOND, THIRD), roots=roots)
    held = state(found)
    subject, data = NAMES[name]
    taken = found.apply(sign_record(said(name, subject, data), ledger=LEDGER, signers=signers))
    distinct = {s.public for s in signers if roots.keys.get(s.kid) == s.public_b64u}
    if len(distinct) < threshold:
        assert not taken
        assert state(found) == held
    elif name != "roots_changed":
        assert taken


def test_any_two_of_three_suffice() -> None:
    for pair in combinations((ROOT, SECOND, THIRD), 2):
        assert founded().apply(record("registrar_enrolled", LEDGER, REGISTRAR_DATA, *pair))


def test_one_of_one_still_founds_a_ledger() -> None:
    found = registry(FOUNDED, REGISTRAR)
    assert (found.ignored, found.partitions) == (0, 4)
