"""No desk fails on an event of which any field is not granted, whoever is told and whatever was told before."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from domain.catalogue import by_name
from domain.event import Effect
from projections.all_views import DESKS
from projections.told import Told
from unit.domain.story import AT, CHILD_PROTECTION, COURT, POLICE, PROSECUTOR, SHELTER, STREAM, act, event, uid

TYPES = sorted(name for name, known in by_name.items() if known.kind != "effect" and name != "case.RecordImported")
LEADS = Effect("case.LeadsAssigned", {"care": CHILD_PROTECTION, "proceedings": POLICE})


def told(kind: str, agency: str, data: dict[str, Any], pos: int, relation: str) -> Told:
    """An event of another agency, as it may be told."""
    return Told(
        agency, STREAM, 0, pos, kind, uid(f"{kind} {pos}"), PROSECUTOR, "", "", AT, AT, data, (LEADS,), relation
    )  # fmt: skip


def grants(kind: str) -> Iterator[dict[str, Any]]:
    """All fields, no field, and all but one or but one of each."""
    data = dict(event(act(kind, PROSECUTOR)).data)
    yield data
    yield {}
    for name in data:
        yield {each: value for each, value in data.items() if each != name}
        yield {name: data[name]}


@pytest.mark.parametrize("desk", sorted(DESKS))
def test_no_desk_fails_for_want_of_a_field(desk: str) -> None:
    for agency in (CHILD_PROTECTION, SHELTER, COURT):
        for relation in ("counterpart", "care_lead", "in_case", "category"):
            pos = 0
            rows: dict[Any, Any] = {}
            for kind in TYPES:
                for data in grants(kind):
                    pos += 1
                    one = told(kind, agency, data, pos, relation)
                    if DESKS[desk].hears(one):
                        rows, _ = DESKS[desk].fold(rows, [one])
            assert all(row[0] == agency for row in rows.values())
