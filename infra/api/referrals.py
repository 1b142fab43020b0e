"""Referrals to and from an agency; whether one is overdue is asked of the clock when it is read, never stored.

A referral is overdue while its addressee has not answered (it waits, or was found unavailable) and its due date is
past. Design section 6: no column of a view depends on now.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field

from infra import clock
from infra.api.auth import PROBLEMS, Caller
from infra.api.paging import LINK, Cursor, Limit, cursor_of, key_of, link_next
from infra.api.problems import declared
from infra.api.service import Shared

router = APIRouter(tags=["referrals"])

Direction = Literal["in", "out"]
State = Literal["requested", "unavailable", "accepted", "rejected", "revocation_pending", "revoked", "completed"]

_LIST = b"""
SELECT * FROM (
    SELECT referral_id, case_id, direction, from_agency, to_agency, victim_id, service_type, urgency, state,
           requested_at, nullif(due_at, '') AS due_at, nullif(answered_at, '') AS answered_at,
           state IN ('requested', 'unavailable') AND coalesce(nullif(due_at, '') < %(now)s, false) AS overdue
    FROM referrals
    WHERE agency = %(agency)s AND (%(direction)s::text IS NULL OR direction = %(direction)s)
      AND (%(state)s::text IS NULL OR state = %(state)s)
      AND (%(id)s::text IS NULL OR (referral_id, direction) > (%(id)s, %(side)s))
) AS listed
WHERE %(overdue)s::boolean IS NULL OR overdue = %(overdue)s
ORDER BY referral_id, direction LIMIT %(limit)s
"""


class ReferralRow(BaseModel):
    """A referral as the agency may see it."""

    referral_id: str
    case_id: str
    direction: Direction = Field(description="`in`: to this agency; `out`: from it")
    from_agency: str | None
    to_agency: str | None
    victim_id: str | None
    service_type: str | None
    urgency: str | None
    state: str
    requested_at: str | None
    due_at: str | None = Field(description="when the answer is due")
    answered_at: str | None
    overdue: bool = Field(description="not answered, and due before now")


class ReferralList(BaseModel):
    """A page of referrals."""

    referrals: list[ReferralRow]


_HEADERS: dict[int | str, dict[str, Any]] = {200: {"headers": LINK}}


@router.get("/v1/referrals", operation_id="listReferrals", responses=declared(*PROBLEMS, "request.invalid") | _HEADERS)
async def list_referrals(
    service: Shared,
    agency: Caller,
    response: Response,
    limit: Limit = 50,
    after: Cursor = None,
    direction: Annotated[Direction | None, Query(description="only those to (`in`) or from (`out`) the agency")] = None,
    state: Annotated[State | None, Query(description="only those in this state")] = None,
    overdue: Annotated[
        bool | None, Query(description="only those that are overdue now, or only those that are not")
    ] = None,
) -> ReferralList:
    """The agency's referrals, by referral id."""
    last, side = key_of(after, 2) or (None, None)
    filters = {"direction": direction, "state": state, "overdue": overdue}
    asked = filters | {"agency": agency, "now": clock.now(), "id": last, "side": side, "limit": limit + 1}
    rows = await service.database.rows(_LIST, asked)
    if len(rows) > limit:
        del rows[limit:]
        cursor = cursor_of(rows[-1]["referral_id"], rows[-1]["direction"])
        link_next(response, "/v1/referrals", limit=limit, after=cursor, **filters)
    return ReferralList(referrals=[ReferralRow(**row) for row in rows])
