"""Numbers count persons: confirmed links join records however long the chain, dissolving separates them again."""

from __future__ import annotations

import itertools
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from domain.persons import count, persons, same_person
from domain.stages.party import Link, Record

records = st.tuples(st.sampled_from("abcd"), st.sampled_from("123"))
links = st.lists(
    st.builds(Link, records, records, st.just("mn.npa"), st.sampled_from(["proposed", "confirmed", "dissolved"])),
    max_size=12,
)


def confirmed(a: Record, b: Record) -> Link:
    """A link that two agencies made."""
    return Link(a, b, "mn.npa", "confirmed")


@given(st.sets(records, max_size=12), links, st.randoms())
def test_the_answer_depends_on_no_order(asked: set[Record], made: list[Link], chance: object) -> None:
    shuffled = list(made)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert persons(sorted(asked, reverse=True), shuffled) == persons(asked, made)


@given(st.sets(records, max_size=12), links)
def test_every_record_is_one_persons(asked: set[Record], made: list[Link]) -> None:
    found = persons(asked, made)
    assert sorted(record for person in found for record in person) == sorted(asked)
    assert count(asked, made) == len(found)


@given(links)
def test_linked_is_linked_over_any_chain(made: list[Link]) -> None:
    everybody = {end for link in made for end in (link.a, link.b)}
    of = {record: person for person in persons(everybody, made) for record in person}
    for link in made:
        assert link.state != "confirmed" or of[link.a] is of[link.b]
    for record in everybody:
        assert {record, *same_person(record, made)} == set(of[record])


@given(st.lists(records, min_size=2, max_size=8, unique=True), st.data())
def test_dissolving_a_link_of_a_chain_separates_its_two_ends(chain: list[Record], data: st.DataObject) -> None:
    made = [confirmed(a, b) for a, b in itertools.pairwise(chain)]
    assert count(chain, made) == 1
    cut = data.draw(st.integers(0, len(made) - 1))
    made[cut] = replace(made[cut], state="dissolved")
    assert set(persons(chain, made)) == {tuple(sorted(chain[: cut + 1])), tuple(sorted(chain[cut + 1 :]))}


def test_a_chain_joins_records_over_one_that_is_not_asked_for() -> None:
    made = [confirmed(("a", "1"), ("b", "1")), confirmed(("b", "1"), ("c", "1"))]
    assert persons([("a", "1"), ("c", "1")], made) == ((("a", "1"), ("c", "1")),)


def test_a_proposal_joins_nothing() -> None:
    assert count([("a", "1"), ("b", "1")], [Link(("a", "1"), ("b", "1"), "mn.npa")]) == 2


def test_nobody_else_is_linked_to_a_record_without_links() -> None:
    assert same_person(("a", "1"), []) == ()
