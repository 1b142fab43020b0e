"""What an agency was refused and has not put right, and on child protection's duty desk whose protective act was.

A sender sees its own at once; the desk sees codes only, 15 minutes after a protective act was refused. A row is gone
when an admitted event of that type by that sender in that case has followed.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field

from domain.refusals import explain
from infra import clock
from infra.api.auth import PROBLEMS, Caller
from infra.api.language import Language
from infra.api.paging import LINK, Cursor, Limit, cursor_of, key_of, link_next
from infra.api.problems import declared
from infra.api.service import Shared

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


_HEADERS: dict[int | str, dict[str, Any]] = {200: {"headers": LINK}}


@router.get("/v1/refusals", operation_id="listRefusals", responses=declared(*PROBLEMS, "request.invalid") | _HEADERS)
async def list_refusals(
    service: Shared,
    agency: Caller,
    response: Response,
    language: Language,
    limit: Limit = 50,
    after: Cursor = None,
    role: Annotated[Role | None, Query(description="only the agency's own, or only the duty desk's")] = None,
) -> RefusalList:
    """What waits to be put right, by case and type."""
    last, type_, by_agency, at = key_of(after, 4) or (None, None, None, None)
    asked = {"agency": agency, "now": clock.now(), "role": role, "limit": limit + 1}
    rows = await service.database.rows(_LIST, asked | {"id": last, "type": type_, "by": by_agency, "at": at})
    if len(rows) > limit:
        del rows[limit:]
        cursor = cursor_of(*(rows[-1][name] for name in ("case_id", "type", "by_agency", "role")))
        link_next(response, "/v1/refusals", limit=limit, after=cursor, role=role)
    return RefusalList(refusals=[RefusalRow(**row, **explain(row["code"], language)) for row in rows])
