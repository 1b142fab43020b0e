"""What the table forbids stands nowhere: every type, relation, category and field, in what is told and in every row."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from domain import sharing
from domain.catalogue import by_name
from projections import timeline
from projections.all_views import DESKS
from projections.engine import Row
from projections.told import Told
from unit.projections.marked import BESIDE, CATEGORIES, PUBLISHER, Marked, agency_of, relations_of, said

TYPES = sorted(name for name in by_name if name != "case.RecordImported")


def told_to(marked: Marked, agency: str) -> tuple[Told, ...]:
    """What the agency is told by it."""
    return tuple(told for telling in marked.entry.tellings if telling.agency == agency for told in telling.told)


def shown(marked: Marked, agency: str) -> str:
    """All text that stands for the agency in its timeline and on its desks."""
    found: list[Row] = [row for row in timeline.evolve({}, marked.entry) if row[0] == agency]
    for desk in DESKS.values():
        found += desk.fold({}, (each for each in told_to(marked, agency) if desk.hears(each)))[0].values()
    return "\n".join(map(str, found))


@pytest.mark.parametrize("name", TYPES)
def test_what_the_table_forbids_is_in_nothing_that_an_agency_is_told_or_shown(name: str) -> None:
    known, found = by_name[name], 0
    for category in CATEGORIES:
        marked = said(known, category)
        for relation in BESIDE:
            relations = relations_of(known, relation)
            granted = sharing.granted(name, relations, frozenset({category}))
            text = shown(marked, agency_of(relation))
            forbidden = [mark for (_, field), mark in marked.marks.items() if field not in (granted or ())]
            assert [mark for mark in forbidden if mark in text] == [], (relation, category)
            assert "the-unit" not in text
            assert "the-officer" not in text
            if granted is None and known.kind != "effect":
                assert text == "", (relation, category)
            found += len(marked.marks) - len(forbidden)
        assert shown(marked, PUBLISHER)
    assert found or not said(known, "court").marks or name in silent()


def silent() -> frozenset[str]:
    """Types of which the table grants no field to anybody but the publisher."""
    relations = [relation for relation in sharing.RELATIONS if relation != "publisher"]
    return frozenset(
        name
        for name in by_name
        if not any(sharing.fields(name, relation, frozenset({c})) for relation in relations for c in CATEGORIES)
    )


@pytest.mark.parametrize("name", [name for name in TYPES if by_name[name].kind != "effect"])
def test_what_the_table_grants_is_told(name: str) -> None:
    known = by_name[name]
    for category in CATEGORIES:
        marked = said(known, category)
        assert marked.entry.recorded is not None
        event = marked.entry.recorded.event
        for relation in BESIDE:
            relations = relations_of(known, relation)
            granted = sharing.granted(name, relations, frozenset({category}))
            told = [each for each in told_to(marked, agency_of(relation)) if each.type == name]
            assert bool(told) == (granted is not None), (relation, category)
            for each in told:
                assert each.data.keys() == event.data.keys() & (granted or set()), (relation, category)


def names_of_care(text: str) -> Iterator[str]:
    """The marked names of a provider that stand in it."""
    return (line for line in text.split("\n") if PUBLISHER in line)


@pytest.mark.parametrize("name", [name for name in TYPES if sharing.is_care(name)])
def test_who_gave_care_is_named_to_its_other_side_alone(name: str) -> None:
    for category in CATEGORIES:
        marked = said(by_name[name], category)
        for relation in ("care_lead", "proceedings_lead", "in_case", "category"):
            assert list(names_of_care(shown(marked, agency_of(relation)))) == [], (relation, category)
