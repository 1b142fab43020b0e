"""A case of which a view could not fold an entry stands still there, and every answer that it touches names it.

`infra.api.reading` sets `Ledger-Parked` on answers; this route lists the agency's own cases that stand still, its leads
first, so that a lead hears of it without asking for the case. What to do is the operator's (`tamga park`).
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, Field

from infra.api import reading
from infra.api.problems import declared
from infra.api.reading import ANSWERED, READ_PROBLEMS, Reading

router = APIRouter(tags=["cases"])

_MINE = b"""
SELECT stream AS case_id, parked.partition || '-' || min(pos) AS position, count(DISTINCT pos) AS entries,
       array_agg(DISTINCT view.name ORDER BY view.name) AS views, standing LIKE '%%lead%%' AS leads,
       to_char(min(parked_at) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS since
FROM parked JOIN view USING (table_name) JOIN access ON access.case_id = stream AND agency = %s AND open = 1
WHERE view.name <> ALL(%s)
GROUP BY stream, parked.partition, standing ORDER BY leads DESC, since, stream
"""
INTERNAL = ["duties", "rooms"]
"""Views that no agency reads."""


class ParkedCase(BaseModel):
    """A case that stands still in a view."""

    case_id: str
    position: str = Field(description="its first entry that is not in the view, `<partition>-<pos>`")
    entries: int = Field(description="entries from there on")
    views: list[str] = Field(description="the views in which it stands still")
    leads: bool = Field(description="the agency leads care or proceedings in it")
    since: str = Field(description="when it was parked")


class ParkedList(BaseModel):
    """The agency's cases that stand still."""

    parked: list[ParkedCase]


@router.get("/v1/parked", operation_id="listParked", responses=declared(*READ_PROBLEMS) | ANSWERED)
async def list_parked(read: Annotated[Reading, reading.of("access")]) -> ParkedList:
    """The agency's cases of which a view could not fold an entry: they are answered as they stood before it."""
    rows = await read.rows(_MINE, (read.caller.agency, INTERNAL))
    return ParkedList(parked=[ParkedCase(**row) for row in rows])
