"""`links`: which records of different cases may be, or are, one person, as far as the agency is told.

Counts over a person's records are made when they are read, of confirmed links; a proposed or dissolved link joins
nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, NamedTuple

from projections.desk import Listed
from projections.engine import Key, Row
from projections.told import Told


class LinkRow(NamedTuple):
    """A link between two records. Times are UTC, six decimals."""

    agency: Annotated[str, "whose row it is"]
    case_id: Annotated[str, "the party: the stream in which the link is said"]
    link_id: Annotated[str, "the link"]
    party_kind: Annotated[str, "`victim`, `suspect` or `guardian`"]
    case_a: Annotated[str, "a case"]
    person_a: Annotated[str, "the person's id there"]
    case_b: Annotated[str, "the other case"]
    person_b: Annotated[str, "her id there"]
    state: Annotated[str, "`proposed`, `confirmed` or `dissolved`"]
    proposer: Annotated[str, "the agency that proposed it"]
    match_basis: Annotated[str, "what the proposal rests on"]
    confidence: Annotated[str, "how sure it is"]
    changed_at: Annotated[str, "the registrar's clock at the last event about it"]
    last_pos: Annotated[int, "position of that event"]


name = "links"
row = LinkRow
keys = 3
listed = Listed(filters=("state", "party_kind", "case_a", "case_b"))

_PROPOSED = "party.LinkProposed"
_STATES = {"party.LinkConfirmed": "confirmed", "party.LinkDissolved": "dissolved"}
_ENDS = {"link_id", "case_a", "person_a", "case_b", "person_b"}
types = frozenset({_PROPOSED, *_STATES})


def evolve(rows: Mapping[Key, Row], told: Told) -> Iterable[Row]:
    """A proposal makes a row, what follows moves its state."""
    data = told.data
    if told.type == _PROPOSED and data.keys() >= _ENDS:
        yield LinkRow(
            told.agency, told.stream, data["link_id"], data.get("party_kind", ""), data["case_a"], data["person_a"],
            data["case_b"], data["person_b"], "proposed", told.publisher, data.get("match_basis", ""),
            data.get("confidence", ""), told.at, told.pos,
        )  # fmt: skip
        return
    found = rows.get((told.agency, told.stream, data.get("link_id", "")))
    if found is not None and told.type in _STATES:
        yield LinkRow._make(found)._replace(state=_STATES[told.type], changed_at=told.at, last_pos=told.pos)
