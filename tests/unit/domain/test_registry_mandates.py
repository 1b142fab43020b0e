"""Categories give mandates by default; of the records about a unit, a type and an instant the latest one decides."""

from __future__ import annotations

from typing import Any

import pytest

from unit.domain.registry_records import BEFORE, is_ignored, public, record, registry

BASIS = {"text": "law_on_combating_tip_2012", "article": "9.4"}
POLICE_TYPE, SHELTER_TYPE = "investigation.Opened", "protection.ShelterAdmitted"
BY_CATEGORY = {POLICE_TYPE: frozenset({"police"}), SHELTER_TYPE: frozenset({"shelter"})}
MARCH, APRIL, MAY = (f"2026-0{month}-01T00:00:00.000000Z" for month in (3, 4, 5))
NOW = "2026-03-15T00:00:00.000000Z"


def unit(name: str, **data: Any) -> bytes:
    """A unit of the police."""
    return record("unit_added", "mn.npa", {"unit": name, "name": name} | data)


def granted(*types: str, agency: str = "mn.npa", **data: Any) -> bytes:
    """A mandate; without types, for all of its categories."""
    return record("mandate_granted", agency, {"basis": BASIS, **({"types": list(types)} if types else {}), **data})


def withdrawn(*types: str, agency: str = "mn.npa", **data: Any) -> bytes:
    """A withdrawal; without types, of everything."""
    return record("mandate_withdrawn", agency, {"basis": BASIS, **({"types": list(types)} if types else {}), **data})


UNITS = (unit("ocd"), unit("house"))

ASKED: dict[str, tuple[tuple[bytes, ...], str, str, str, bool]] = {
    # the records, unit, type, the entry's time, and may it publish
    "by category": ((), "ocd", POLICE_TYPE, NOW, True),
    "outside its categories": ((), "ocd", SHELTER_TYPE, NOW, False),
    "granted beyond its categories": ((granted(SHELTER_TYPE),), "ocd", SHELTER_TYPE, NOW, True),
    "granted for another type": ((granted(SHELTER_TYPE),), "ocd", "protection.Other", NOW, False),
    "granted to this unit": ((granted(SHELTER_TYPE, unit="house"),), "house", SHELTER_TYPE, NOW, True),
    "granted to another unit": ((granted(SHELTER_TYPE, unit="house"),), "ocd", SHELTER_TYPE, NOW, False),
    "withdrawn from the agency": ((withdrawn(POLICE_TYPE),), "ocd", POLICE_TYPE, NOW, False),
    "withdrawn from another unit": ((withdrawn(POLICE_TYPE, unit="house"),), "ocd", POLICE_TYPE, NOW, True),
    "all withdrawn": ((withdrawn(),), "ocd", POLICE_TYPE, NOW, False),
    "all withdrawn, a grant of before included": (
        (granted(SHELTER_TYPE), withdrawn()), "ocd", SHELTER_TYPE, NOW, False,
    ),
    "all withdrawn, then one granted": ((withdrawn(), granted(SHELTER_TYPE)), "ocd", SHELTER_TYPE, NOW, True),
    "all withdrawn, then one granted: the others stay": (
        (withdrawn(), granted(SHELTER_TYPE)), "ocd", POLICE_TYPE, NOW, False,
    ),
    "all withdrawn, then all of its categories granted": ((withdrawn(), granted()), "ocd", POLICE_TYPE, NOW, True),
    "all of its categories granted is no more than that": ((granted(),), "ocd", SHELTER_TYPE, NOW, False),
    "the agency loses a type, one unit keeps it": (
        (withdrawn(POLICE_TYPE), granted(POLICE_TYPE, unit="ocd")), "ocd", POLICE_TYPE, NOW, True,
    ),
    "a withdrawal from the agency reaches a unit's grant": (
        (granted(POLICE_TYPE, unit="ocd"), withdrawn(POLICE_TYPE)), "ocd", POLICE_TYPE, NOW, False,
    ),
    "withdrawn and granted again": ((withdrawn(POLICE_TYPE), granted(POLICE_TYPE)), "ocd", POLICE_TYPE, NOW, True),
    "before its period": ((granted(SHELTER_TYPE, valid_from=APRIL),), "ocd", SHELTER_TYPE, NOW, False),
    "from its first moment on": ((granted(SHELTER_TYPE, valid_from=APRIL),), "ocd", SHELTER_TYPE, APRIL, True),
    "until its end": ((granted(SHELTER_TYPE, valid_to=APRIL),), "ocd", SHELTER_TYPE, NOW, True),
    "at its end no more": ((granted(SHELTER_TYPE, valid_to=APRIL),), "ocd", SHELTER_TYPE, APRIL, False),
    "in its period": ((granted(SHELTER_TYPE, valid_from=MARCH, valid_to=APRIL),), "ocd", SHELTER_TYPE, NOW, True),
    "withdrawn for a period": (
        (withdrawn(POLICE_TYPE, valid_from=MARCH, valid_to=APRIL),), "ocd", POLICE_TYPE, NOW, False,
    ),
    "withdrawn for a period that is over": (
        (withdrawn(POLICE_TYPE, valid_from=MARCH, valid_to=APRIL),), "ocd", POLICE_TYPE, MAY, True,
    ),
    "a period that is over uncovers what was said before": (
        (granted(SHELTER_TYPE), withdrawn(SHELTER_TYPE, valid_to=APRIL)), "ocd", SHELTER_TYPE, MAY, True,
    ),
}  # fmt: skip


@pytest.mark.parametrize(("records", "of", "type", "at", "may"), ASKED.values(), ids=ASKED)
def test_the_latest_record_about_the_question_decides_else_the_categories(
    records: tuple[bytes, ...], of: str, type: str, at: str, may: bool
) -> None:
    found = registry(*BEFORE, *UNITS, *records)
    assert found.ignored == 0
    assert found.view(at=at).may_publish("mn.npa", of, type, BY_CATEGORY.get(type, frozenset())) is may


def test_a_mandate_holds_from_its_record_on() -> None:
    found = registry(*BEFORE, granted(SHELTER_TYPE), withdrawn(SHELTER_TYPE))
    may = [
        found.view(reg, at=NOW).may_publish("mn.npa", "u", SHELTER_TYPE, BY_CATEGORY[SHELTER_TYPE]) for reg in (3, 4, 5)
    ]
    assert may == [False, True, False]
    assert not found.view(2, at=NOW).may_publish("mn.npa", "u", POLICE_TYPE, BY_CATEGORY[POLICE_TYPE])
    assert not found.view(at=NOW).may_publish("mn.unknown", "u", POLICE_TYPE, BY_CATEGORY[POLICE_TYPE])


def test_a_units_categories_narrow_its_agencys_and_follow_them() -> None:
    both = record(
        "agency_enrolled",
        "mn.cfdpa",
        {"name": "C", "categories": ["child_protection", "shelter"], "kid": "c-1", "key": public("c")},
    )
    house = record("unit_added", "mn.cfdpa", {"unit": "house", "name": "H", "categories": ["shelter"]})
    fewer = record("agency_categories_changed", "mn.cfdpa", {"categories": ["child_protection"]})
    found = registry(*BEFORE, both, house, fewer)
    child, shelter = frozenset({"child_protection"}), frozenset({"shelter"})
    asked = [
        [found.view(reg, at=NOW).may_publish("mn.cfdpa", "house", "x.Y", each) for each in (child, shelter)]
        for reg in (4, 5, 6)
    ]
    assert asked == [[True, True], [False, True], [False, False]]


IGNORED: dict[str, tuple[tuple[bytes, ...], bytes]] = {
    "a mandate of nobody": (BEFORE, granted(SHELTER_TYPE, agency="mn.opg")),
    "no legal basis": (BEFORE, record("mandate_granted", "mn.npa", {"types": [SHELTER_TYPE]})),
    "a legal basis without article": (BEFORE, granted(SHELTER_TYPE, basis={"text": "law"})),
    "a legal basis with an empty article": (BEFORE, granted(SHELTER_TYPE, basis={"text": "law", "article": ""})),
    "no types in the list": (BEFORE, record("mandate_granted", "mn.npa", {"basis": BASIS, "types": []})),
    "a type by its wire name": (BEFORE, granted("mn.tamga.protection.shelter_admitted.v1")),
    "types in one text": (BEFORE, record("mandate_granted", "mn.npa", {"basis": BASIS, "types": SHELTER_TYPE})),
    "an unknown unit": (BEFORE, granted(SHELTER_TYPE, unit="house")),
    "a closed unit": (
        (*BEFORE, unit("house"), record("unit_closed", "mn.npa", {"unit": "house"})),
        granted(SHELTER_TYPE, unit="house"),
    ),
    "a period that ends before it begins": (BEFORE, granted(SHELTER_TYPE, valid_from=MAY, valid_to=APRIL)),
    "an empty period": (BEFORE, granted(SHELTER_TYPE, valid_from=MAY, valid_to=MAY)),
    "a day in place of a moment": (BEFORE, granted(SHELTER_TYPE, valid_from="2026-03-01")),
    "a 30 February": (BEFORE, granted(SHELTER_TYPE, valid_from="2026-02-30T00:00:00.000000Z")),
    "null in place of nothing": (BEFORE, granted(SHELTER_TYPE, valid_from=None)),
    "a withdrawal without legal basis": (BEFORE, record("mandate_withdrawn", "mn.npa", {"types": [POLICE_TYPE]})),
}


@pytest.mark.parametrize(("before", "raw"), IGNORED.values(), ids=IGNORED)
def test_a_mandate_that_breaks_a_rule_changes_nothing(before: tuple[bytes, ...], raw: bytes) -> None:
    assert is_ignored(before, raw)
