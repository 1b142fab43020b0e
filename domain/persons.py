"""Numbers count persons, not records: records that confirmed links join, however long the chain, are one person.

A record is a person as one case has her. Links that are proposed or dissolved join nothing, so dissolving separates
again. The answer depends on the records and links alone, never on their order. Called by `domain.elsewhere`, which
finds the same person in other cases.
"""

from __future__ import annotations

from collections.abc import Iterable

from domain.stages.party import Link, Record

Person = tuple[Record, ...]
"""All records of one person, sorted: the first of them stands for the person."""


def persons(records: Iterable[Record], links: Iterable[Link]) -> tuple[Person, ...]:
    """The persons that `records` are, each with those of `records` that are hers, sorted.

    Links lead over records that are not asked for, so two records of one chain are one person without its middle.
    """
    asked = sorted(set(records))
    leader: dict[Record, Record] = {}
    for link in links:
        if link.state == "confirmed":
            _join(leader, link.a, link.b)
    found: dict[Record, list[Record]] = {}
    for record in asked:
        found.setdefault(_leader(leader, record), []).append(record)
    return tuple(sorted(tuple(own) for own in found.values()))


def count(records: Iterable[Record], links: Iterable[Link]) -> int:
    """How many persons the records are."""
    return len(persons(records, links))


def same_person(record: Record, links: Iterable[Link]) -> Person:
    """The other records of this person by confirmed links, sorted."""
    known = list(links)
    ends = {end for link in known for end in (link.a, link.b)}
    found = next(person for person in persons({record, *ends}, known) if record in person)
    return tuple(each for each in found if each != record)


def _leader(leader: dict[Record, Record], record: Record) -> Record:
    """The record that stands for the group; the way there is made short."""
    top = record
    while leader.get(top, top) != top:
        top = leader[top]
    while record != top:
        leader[record], record = top, leader.get(record, top)
    return top


def _join(leader: dict[Record, Record], a: Record, b: Record) -> None:
    first, second = sorted((_leader(leader, a), _leader(leader, b)))
    leader[second] = first
