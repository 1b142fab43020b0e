"""What an agency was refused and has not put right, and on child protection's duty desk whose protective act was.

A sender sees its own at once; the desk sees codes only, 15 minutes after a protective act was refused. A row is gone
when an admitted event of that type by that sender in that case has followed.
"""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field

from domain.refusals import explain
from infra import clock
from infra.api import reading
from infra.api.database import Rows
from infra.api.language import Language
from infra.api.listing import LIST_PROBLEM, LISTED, Listing
from infra.api.paging import Cursor, Limit
from infra.api.problems import declared
from infra.api.reading import READ_PROBLEMS, Reading

router = APIRouter(tags=["refusals"])

Role = Literal["sender", "desk"]

_LIST = b"""
SELECT role, case_id, type, by_agency, code, nullif(event_id, '') AS event_id, refused_at, shown_at, times
FROM refusals
WHERE agency = %(agency)s AND state <> 'resolved' AND shown_at > '' AND shown_at <= %(now)s
  AND (%(role)s::text IS NULL OR role = %(role)s)
  AND (%(id)s::text IS NULL OR (case_id, type, by_agency, role) > (%(id)s, %(type)s, %(by)s, %(at)s))
ORDER BY case_id, type, by_agency, role LIMIT %(limit)s
"""


class RefusalRow(BaseModel):
    """A refusal that nothing admitted has followed. No content of what was refused is known to anybody."""

    role: Role = Field(description="`sender`: this agency sent it; `desk`: shown to the duty desk, codes only")
    case_id: str
    type: str = Field(description="the event type, in short")
    by_agency: str
    code: str = Field(description="of the last refusal")
    what: str = Field(description="what was wrong")
    do: str = Field(description="what to do")
    officer: str = Field(description="the same for an officer")
    event_id: str | None = Field(description="the last refused event's; none on the duty desk")
    refused_at: str = Field(description="the first refusal")
    shown_at: str = Field(description="since when it stands here")
    times: int = Field(description="how often it was refused")


class RefusalList(BaseModel):
    """A page of refusals."""

    refusals: list[RefusalRow]


_KEYS = ("case_id", "type", "by_agency", "role")


@router.get(
    "/v1/refusals",
    operation_id="listRefusals",
    response_model=RefusalList,
    responses=declared(*READ_PROBLEMS, LIST_PROBLEM) | LISTED,
)
async def list_refusals(
    read: Annotated[Reading, reading.of("refusals")],
    response: Response,
    language: Language,
    limit: Limit = 50,
    after: Cursor = None,
    role: Annotated[Role | None, Query(description="only the agency's own, or only the duty desk's")] = None,
) -> RefusalList | StreamingResponse:
    """What waits to be put right, by case and type."""
    asked = {"agency": read.caller.agency, "now": clock.now(), "role": role}

    async def page(key: list[str] | None, count: int) -> Rows:
        last, type_, by_agency, at = key or (None, None, None, None)
        return await read.rows(_LIST, asked | {"id": last, "type": type_, "by": by_agency, "at": at, "limit": count})

    listing = Listing(
        "/v1/refusals", RefusalList, "refusals", _KEYS, lambda row: RefusalRow(**row, **explain(row["code"], language))
    )
    return await listing.answer(read, response, page, limit=limit, after=after, role=role)
