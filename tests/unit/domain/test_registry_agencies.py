"""Units, categories, successors, suspensions and recusals hold from one record to another, and the past stays."""

from __future__ import annotations

from typing import Any

import pytest

from domain.registry import View
from domain.stages.rules import Context
from unit.domain.registry_records import BEFORE, SUSPENDED, is_ignored, public, record, registry
from unit.domain.story import AT, HOTLINE, INDICATED, PRESUMED, act, given, outcome


def of(name: str, agency: str = "mn.npa", /, **data: Any) -> bytes:
    """A record about an agency."""
    return record(name, agency, data)


CHILD_PROTECTION = of(
    "agency_enrolled", "mn.cfdpa", name="CFDPA", categories=["child_protection", "shelter"], kid="c-1", key=public("c")
)
COURTS = of("agency_enrolled", "mn.courts", name="Courts", categories=["court"], kid="x-1", key=public("x"))
THREE = (*BEFORE, CHILD_PROTECTION, COURTS)
DIVISION = of("unit_added", unit="ocd", name="Organised crime division")
STATION = of("unit_added", unit="station-1", name="Station 1")
SHELTER = of("unit_added", "mn.cfdpa", unit="shelter-3", name="Shelter 3", categories=["shelter"])
CLOSED = of("unit_closed", unit="ocd")
UNIT_SUSPENDED, UNIT_REINSTATED = of("unit_suspended", unit="ocd"), of("unit_reinstated", unit="ocd")
RECUSED, RECUSAL_ENDED = of("officer_recused", actor="officer-7"), of("recusal_ended", actor="officer-7")
SUCCEEDED = of("agency_successor_named", successor="mn.cfdpa")

IGNORED: dict[str, tuple[tuple[bytes, ...], bytes]] = {
    "a unit of nobody": (THREE, of("unit_added", "mn.opg", unit="u", name="U")),
    "a unit twice": ((*THREE, DIVISION), DIVISION),
    "a unit whose id was closed": ((*THREE, DIVISION, CLOSED), DIVISION),
    "a unit without name": (THREE, of("unit_added", unit="u")),
    "a unit with an empty name": (THREE, of("unit_added", unit="u", name="")),
    "a unit with a space in its id": (THREE, of("unit_added", unit="u 1", name="U")),
    "a unit whose id is a list": (THREE, of("unit_added", unit=["u"], name="U")),
    "a unit with another's categories": (THREE, of("unit_added", unit="u", name="U", categories=["shelter"])),
    "a unit with no category": (THREE, of("unit_added", unit="u", name="U", categories=[])),
    "closing an unknown unit": (THREE, CLOSED),
    "closing twice": ((*THREE, DIVISION, CLOSED), CLOSED),
    "closing another agency's unit": ((*THREE, DIVISION), of("unit_closed", "mn.cfdpa", unit="ocd")),
    "suspending an unknown unit": (THREE, UNIT_SUSPENDED),
    "suspending a unit twice": ((*THREE, DIVISION, UNIT_SUSPENDED), UNIT_SUSPENDED),
    "suspending a closed unit": ((*THREE, DIVISION, CLOSED), UNIT_SUSPENDED),
    "reinstating an active unit": ((*THREE, DIVISION), UNIT_REINSTATED),
    "the same categories": (THREE, of("agency_categories_changed", categories=["police"])),
    "categories of nobody": (THREE, of("agency_categories_changed", "mn.opg", categories=["police"])),
    "categories as one text": (THREE, of("agency_categories_changed", categories="prosecutor")),
    "a successor that is not enrolled": (THREE, of("agency_successor_named", successor="mn.opg")),
    "its own successor": (THREE, of("agency_successor_named", successor="mn.npa")),
    "a successor of nobody": (THREE, of("agency_successor_named", "mn.opg", successor="mn.npa")),
    "the same successor": ((*THREE, SUCCEEDED), SUCCEEDED),
    "successors in a ring": (
        (*THREE, SUCCEEDED, of("agency_successor_named", "mn.cfdpa", successor="mn.courts")),
        of("agency_successor_named", "mn.courts", successor="mn.npa"),
    ),
    "recusing twice": ((*THREE, RECUSED), RECUSED),
    "recusing nobody's officer": (THREE, of("officer_recused", "mn.opg", actor="officer-7")),
    "recusing without a pseudonym": (THREE, of("officer_recused")),
    "ending no recusal": (THREE, RECUSAL_ENDED),
    "ending a recusal twice": ((*THREE, RECUSED, RECUSAL_ENDED), RECUSAL_ENDED),
}


@pytest.mark.parametrize(("before", "raw"), IGNORED.values(), ids=IGNORED)
def test_a_record_about_an_agency_that_breaks_a_rule_changes_nothing(before: tuple[bytes, ...], raw: bytes) -> None:
    assert is_ignored(before, raw)


def view(*records: bytes) -> View:
    """The registry after the three agencies and these records."""
    found = registry(*THREE, *records)
    assert found.ignored == 0
    return found.view()


UNITS: dict[str, tuple[tuple[bytes, ...], str, str]] = {
    "no unit is registered: any publishes": ((), "anything", "active"),
    "its only unit": ((DIVISION,), "ocd", "active"),
    "another name, from the first unit on": ((DIVISION,), "anything", "unknown"),
    "two units": ((DIVISION, STATION), "station-1", "active"),
    "a closed unit": ((DIVISION, CLOSED), "ocd", "closed"),
    "another name, when all units are closed": ((DIVISION, CLOSED), "anything", "unknown"),
    "a suspended unit": ((DIVISION, STATION, UNIT_SUSPENDED), "ocd", "suspended"),
    "the unit beside a suspended one": ((DIVISION, STATION, UNIT_SUSPENDED), "station-1", "active"),
    "a reinstated unit": ((DIVISION, UNIT_SUSPENDED, UNIT_REINSTATED), "ocd", "active"),
    "another agency's unit": ((DIVISION, SHELTER), "shelter-3", "unknown"),
}


@pytest.mark.parametrize(("records", "unit", "standing"), UNITS.values(), ids=UNITS)
def test_a_unit_publishes_while_the_registry_lets_it(records: tuple[bytes, ...], unit: str, standing: str) -> None:
    assert view(*records).unit_standing("mn.npa", unit) == standing


def test_a_units_past_can_be_asked() -> None:
    found = registry(*THREE, DIVISION, UNIT_SUSPENDED, UNIT_REINSTATED, CLOSED)
    held = [found.view(reg).unit_standing("mn.npa", "ocd") for reg in range(5, 10)]
    assert held == ["active", "active", "suspended", "active", "closed"]
    assert found.view(5).unit_standing("mn.npa", "other") == "active", "there was no unit yet"
    assert found.view(2).unit_standing("mn.npa", "ocd") == "unknown", "the agency was not enrolled yet"


def test_categories_hold_until_they_are_changed() -> None:
    found = registry(*THREE, of("agency_categories_changed", categories=["police", "border"]))
    assert found.view(5).categories("mn.npa") == {"police"}
    assert found.view(6).categories("mn.npa") == {"police", "border"}
    assert found.view(2).categories("mn.npa") == frozenset()


def test_a_successor_is_the_end_of_the_line() -> None:
    second = of("agency_successor_named", "mn.cfdpa", successor="mn.courts")
    found = registry(*THREE, SUCCEEDED, second)
    assert [found.view(reg).successor("mn.npa") for reg in (5, 6, 7)] == [None, "mn.cfdpa", "mn.courts"]
    assert found.view().successor("mn.unknown") is None


def test_an_officer_is_recused_until_the_recusal_ends() -> None:
    found = registry(*THREE, RECUSED, RECUSAL_ENDED)
    assert [found.view(reg).is_recused("mn.npa", "officer-7") for reg in (5, 6, 7)] == [False, True, False]
    assert not found.view(6).is_recused("mn.npa", "officer-8")
    assert not found.view(6).is_recused("mn.cfdpa", "officer-7"), "a pseudonym is its agency's own"


def test_a_suspended_agency_keeps_its_units() -> None:
    held = view(DIVISION, SUSPENDED)
    assert not held.is_active("mn.npa")
    assert held.unit_standing("mn.npa", "ocd") == "active"


def context() -> Context:
    """What a rule may ask, with officer-1 of the hotline recused by the registry."""
    hotline = of("agency_enrolled", HOTLINE, name="H", categories=["hotline"], kid="h-1", key=public("h"))
    recused = of("officer_recused", HOTLINE, actor="officer-1")
    return Context(AT, registry(*THREE, hotline, recused).view())


def test_an_officer_whom_the_registry_recuses_decides_nothing_and_a_fact_of_hers_carries_the_breach() -> None:
    case = given([INDICATED, PRESUMED])
    refused = act("referral.LeadAgencyTransferRequested", HOTLINE, to_agency="mn.npa", lead="proceedings")
    assert outcome(case, refused, context()) == "actor.recused"
    assert outcome(case, act("identification.ScreeningCompleted", HOTLINE), context()) == ("ACTED_WHILE_RECUSED",)
    assert outcome(case, INDICATED, context()) != "actor.recused", "a protective act is never refused for it"
