"""Any records in any order: the fold never raises, and what held at a `reg` is what the records up to there say."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.registry import RECORDS, Registry
from domain.registry.view import View
from unit.domain.registry_records import FOUNDED, LEDGER, ROOT, SECOND, STRANGER, public, record, registry, state

AGENCIES = ("mn.npa", "mn.opg", "mn.cfdpa")
KIDS, UNITS, ACTORS = ("k0", "k1", "k2", "k3"), ("u0", "u1"), ("o0", "o1")
TYPES = ("referral.ReferralAccepted", "consent.ConsentRecorded")
CATEGORIES = ("police", "shelter")
INSTANTS = ("2026-03-01T00:00:00.000000Z", "2026-04-01T00:00:00.000000Z", "2026-05-01T00:00:00.000000Z")
GRADES = ("urgent", "routine")

ROOT_SETS = (
    {ROOT.kid: ROOT.public_b64u},
    {ROOT.kid: ROOT.public_b64u, SECOND.kid: SECOND.public_b64u},
    {SECOND.kid: SECOND.public_b64u},
)
JUNK = st.sampled_from([None, 0, -1, True, "", "x", [], {}, [1], {"text": 1}, "P" * 30, "9" * 400])
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "kid": st.sampled_from(KIDS),
    "replaces": st.sampled_from(KIDS),
    "key": st.sampled_from([public(letter) for letter in "abc"]),
    "name": st.sampled_from(["n", "m"]),
    "categories": st.lists(st.sampled_from(CATEGORIES), max_size=2),
    "unit": st.sampled_from(UNITS),
    "types": st.lists(st.sampled_from(TYPES), min_size=1, max_size=2),
    "basis": st.just({"text": "law", "article": "1"}),
    "valid_from": st.sampled_from(INSTANTS),
    "valid_to": st.sampled_from(INSTANTS),
    "not_before": st.sampled_from(INSTANTS),
    "not_after": st.sampled_from(INSTANTS),
    "since": st.sampled_from(INSTANTS),
    "successor": st.sampled_from(AGENCIES),
    "actor": st.sampled_from(ACTORS),
    "deadline": st.sampled_from(["reroute", "referral_response"]),
    "grade": st.sampled_from(GRADES),
    "after": st.sampled_from(["PT1H", "P2D"]),
    "keys": st.sampled_from(ROOT_SETS),
    "threshold": st.integers(0, 2),
    "partitions": st.just(4),
}
MEMBERS: dict[str, tuple[str, str]] = {
    # those that a record must have, and those that it may have
    "registrar_enrolled": ("kid key", "not_before"),
    "agency_enrolled": ("name categories kid key", "not_before not_after"),
    "key_added": ("kid key", "not_before not_after"),
    "key_rotated": ("kid key replaces", "not_before not_after"),
    "key_revoked": ("kid", ""),
    "key_compromised": ("kid since", ""),
    "agency_categories_changed": ("categories", ""),
    "agency_successor_named": ("successor", ""),
    "agency_suspended": ("", ""),
    "agency_reinstated": ("", ""),
    "unit_added": ("unit name", "categories"),
    "unit_closed": ("unit", ""),
    "unit_suspended": ("unit", ""),
    "unit_reinstated": ("unit", ""),
    "officer_recused": ("actor", ""),
    "recusal_ended": ("actor", ""),
    "mandate_granted": ("basis", "unit types valid_from valid_to"),
    "mandate_withdrawn": ("basis", "unit types valid_from valid_to"),
    "deadline_set": ("deadline after", "grade"),
    "deadline_reset": ("deadline", "grade"),
    "witness_added": ("name key", ""),
    "witness_removed": ("name", ""),
    "roots_changed": ("keys threshold", ""),
    "ledger_founded": ("keys threshold partitions", ""),
}
OF_THE_LEDGER = {"registrar_enrolled", "deadline_set", "deadline_reset", "witness_added", "witness_removed",
                 "roots_changed", "ledger_founded"}  # fmt: skip
SIGNERS = st.sampled_from([*[(ROOT, SECOND)] * 7, (ROOT,), (SECOND,), (STRANGER,)])
BEFORE = (
    FOUNDED,
    *(
        record("agency_enrolled", agency, {"name": "n", "categories": list(CATEGORIES), "kid": kid, "key": public("a")})
        for agency, kid in zip(AGENCIES[:2], KIDS, strict=False)
    ),
    *(record("unit_added", agency, {"unit": UNITS[0], "name": "n"}) for agency in AGENCIES[:2]),
)


@st.composite
def records(draw: st.DrawFn) -> bytes:
    """A record that may or may not keep the rules, sometimes with a value of another kind."""
    name = draw(st.sampled_from(sorted(MEMBERS)))
    must, may = (part.split() for part in MEMBERS[name])
    data = {member: draw(VALUES[member]) for member in must}
    data |= {member: draw(VALUES[member]) for member in may if draw(st.booleans())}
    if data and draw(st.integers(0, 9)) == 0:
        data[draw(st.sampled_from(sorted(data)))] = draw(JUNK)
    about_ledger = (name in OF_THE_LEDGER) is (draw(st.integers(0, 9)) > 0)
    subject = LEDGER if about_ledger else draw(st.sampled_from(AGENCIES + AGENCIES[:2] * 2))
    return record(name, subject, data, *draw(SIGNERS))


PAIRS = (
    ("unit_suspended", "unit_reinstated", {"unit": "u0"}),
    ("officer_recused", "recusal_ended", {"actor": "o0"}),
    ("deadline_set", "deadline_reset", {"deadline": "reroute", "after": "PT1H"}),
    ("agency_suspended", "agency_reinstated", {}),
    ("witness_added", "witness_removed", {"name": "n", "key": public("a")}),
    ("key_rotated", "key_compromised", {"kid": "k2", "replaces": "k0", "key": public("b"), "since": INSTANTS[1]}),
)


@st.composite
def pairs(draw: st.DrawFn) -> list[bytes]:
    """A record and the one that ends what it began, perhaps with another record between."""
    first, second, data = draw(st.sampled_from(PAIRS))
    subject = LEDGER if first in OF_THE_LEDGER else AGENCIES[0]
    began, ended = (record(name, subject, data, ROOT, SECOND) for name in (first, second))
    return [began, *draw(st.lists(records(), max_size=1)), ended]


STEPS = st.lists(records().map(lambda one: [one]) | pairs(), max_size=15).map(
    lambda parts: [one for part in parts for one in part]
)


def keys_seen(found: Registry, reg: int, at: str) -> Any:
    """Everything that can be asked of the keys."""
    view = found.view(reg, at=at)
    held = {kid: None if (key := view.key(kid)) is None else (key[0].agency, key[0].public, key[1]) for kid in KIDS}
    return held, [view.is_disputed(kid, at) for kid in KIDS], [found.seal_key(kid, reg) for kid in KIDS]


def agency_seen(view: View, agency: str) -> Any:
    """Everything that can be asked of an agency."""
    mandates = [
        view.may_publish(agency, unit, type, frozenset({category}))
        for unit in (*UNITS, "elsewhere")
        for type in TYPES
        for category in CATEGORIES
    ]
    standing = [view.unit_standing(agency, unit) for unit in (*UNITS, "elsewhere")]
    recused = [view.is_recused(agency, actor) for actor in ACTORS]
    return view.is_active(agency), view.categories(agency), view.successor(agency), standing, recused, mandates


def seen(found: Registry, reg: int) -> Any:
    """Everything that can be asked of the registry at `reg`."""
    view = found.view(reg)
    deadlines = [view.deadline("referral_response", grade) for grade in GRADES], view.deadline("reroute")
    agencies = [agency_seen(found.view(reg, at=at), agency) for agency in AGENCIES for at in INSTANTS]
    return [keys_seen(found, reg, at) for at in INSTANTS], agencies, deadlines, dict(view.witnesses())


def test_the_random_records_are_of_every_type() -> None:
    assert {f"{name}.v1" for name in MEMBERS} == RECORDS.keys()


@settings(deadline=None, max_examples=150)
@given(steps=STEPS)
def test_the_records_up_to_a_reg_say_what_holds_there(steps: list[bytes]) -> None:
    whole, prefix = registry(*BEFORE, *steps), registry(*BEFORE)
    for raw in steps:
        prefix.apply(raw)
        assert seen(prefix, prefix.count) == seen(whole, prefix.count)
    assert state(prefix) == state(whole)
    assert (prefix.count, prefix.ignored, prefix.roots) == (whole.count, whole.ignored, whole.roots)


@settings(deadline=None, max_examples=150)
@given(steps=STEPS)
def test_no_record_that_is_ignored_changes_anything(steps: list[bytes]) -> None:
    found = registry(*BEFORE)
    for raw in steps:
        before = deepcopy(found)
        if not found.apply(raw):
            assert state(found) == state(before)
            assert (found.count, found.ignored) == (before.count + 1, before.ignored + 1)
