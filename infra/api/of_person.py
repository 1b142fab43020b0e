"""A desk's counts over all cases of one person: added up when they are read, over rows that the agency may see.

Records that confirmed links join are one person (`domain.persons`). Links and rows are the agency's own view: a linked
case of which it is told nothing adds nothing. Used by `infra.api.desks`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from domain.persons import persons
from domain.stages.party import Link, Record
from infra.api.database import Database

SUFFIX = "_of_person"

_LINKS = b"""
SELECT case_a, person_a, case_b, person_b, proposer FROM links
WHERE agency = %s AND party_kind = 'victim' AND state = 'confirmed'
"""


async def totals(
    database: Database, view: str, columns: Sequence[str], *, agency: str, rows: Sequence[Mapping[str, Any]]
) -> list[dict[str, int]]:
    """For each row the counts over its person, by `<column>_of_person`. Raises `psycopg.Error`."""
    found = [
        Link((row["case_a"], row["person_a"]), (row["case_b"], row["person_b"]), row["proposer"], "confirmed")
        for row in await database.rows(_LINKS, (agency,))
    ]
    ends = {end for link in found for end in (link.a, link.b)}
    of = {record: person for person in persons(ends, found) for record in person}
    counted = {_record(row): row for row in rows}
    asked = {each for record in counted for each in of.get(record, ())} - counted.keys()
    counted |= {_record(row): row for row in await _rows(database, view, columns, agency, asked)}
    return [
        {f"{name}{SUFFIX}": sum(counted[each][name] for each in of.get(record, (record,)) if each in counted)
         for name in columns}
        for record in map(_record, rows)
    ]  # fmt: skip


def _record(row: Mapping[str, Any]) -> Record:
    return row["case_id"], row["victim_id"]


async def _rows(
    database: Database, view: str, columns: Sequence[str], agency: str, asked: set[Record]
) -> list[dict[str, Any]]:
    """The rows of these records."""
    if not asked:
        return []
    sql = f"SELECT case_id, victim_id, {', '.join(columns)} FROM {view} WHERE agency = %s AND case_id = ANY(%s)"
    rows = await database.rows(sql.encode(), (agency, sorted({case for case, _ in asked})))
    return [row for row in rows if _record(row) in asked]
