"""`access`: where an agency stands in a case and which of its officers may read it; row-level security asks this view.

One row per agency and stream, as `projections.room` says it. A row of any other view of a case is readable only while
the agency's row here is `open`, and by an officer as its role, unit, assignment and the case's restriction allow.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, NamedTuple

from projections.engine import Key, Row
from projections.entry import Entry


class AccessRow(NamedTuple):
    """An agency's standing in a case. Lists are written `|a|b|`, '' when empty, so that one name can be searched."""

    agency: Annotated[str, "whose row"]
    case_id: Annotated[str, "the case, or another stream"]
    standing: Annotated[
        str, "in_case, care_lead, proceedings_lead, category (only hears of it), refused (only sent), denied"
    ]
    restricted: Annotated[str, "'' or the restriction: named_agencies, named_units, named_officers, official_accused"]
    epoch: Annotated[int, "how often the case was told to the agency anew"]
    open: Annotated[int, "1 while the agency may read its rows of the case, else 0"]
    units: Annotated[str, "the agency's units that acted in the case"]
    assigned: Annotated[str, "its officers who hold a role in the case"]
    recused: Annotated[str, "its officers who may read nothing of the case"]


name = "access"
row = AccessRow
keys = 2
group = "case_id"
reads = "access"


def groups(entry: Entry) -> Iterable[str]:
    """The stream, when somebody's standing or officers changed."""
    return (entry.case,) if entry.access else ()


def evolve(rows: Mapping[Key, Row], entry: Entry) -> Iterable[Row]:
    """The rows that changed."""
    return [each for each in entry.access if rows.get(each[:keys]) != each]
