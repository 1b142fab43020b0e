"""Referrals to and from an agency; whether one is overdue is asked of the clock when it is read, never stored.

A referral is overdue while its addressee has not answered (it waits, or was found unavailable) and its due date is
past. Design section 6: no column of a view depends on now.
"""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field

from infra import clock
from infra.api import as_of_lists, reading
from infra.api.as_of import At
from infra.api.database import Rows
from infra.api.listing import LIST_PROBLEM, LISTED, Listing
from infra.api.paging import Cursor, Limit
from infra.api.problems import declared
from infra.api.reading import READ_PROBLEMS, Reading

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


_LISTING = Listing(
    "/v1/referrals", ReferralList, "referrals", ("referral_id", "direction"), lambda row: ReferralRow(**row)
)


@router.get(
    "/v1/referrals",
    operation_id="listReferrals",
    response_model=ReferralList,
    responses=declared(*READ_PROBLEMS, *as_of_lists.PROBLEMS, LIST_PROBLEM) | LISTED | as_of_lists.ACCEPTED,
)
async def list_referrals(
    read: Annotated[Reading, reading.of("referrals")],
    response: Response,
    limit: Limit = 50,
    after: Cursor = None,
    direction: Annotated[Direction | None, Query(description="only those to (`in`) or from (`out`) the agency")] = None,
    state: Annotated[State | None, Query(description="only those in this state")] = None,
    overdue: Annotated[
        bool | None, Query(description="only those that are overdue now, or only those that are not")
    ] = None,
    at: At = None,
) -> ReferralList | Response:
    """The agency's referrals, by referral id; with `at` a job that finds them as they were."""
    filters = {"direction": direction, "state": state, "overdue": overdue}
    if at is not None:
        return await as_of_lists.begin(read, "referrals", at, **filters)
    asked = filters | {"agency": read.caller.agency, "now": clock.now()}

    async def page(key: list[str] | None, count: int) -> Rows:
        last, side = key or (None, None)
        return await read.rows(_LIST, asked | {"id": last, "side": side, "limit": count})

    return await _LISTING.answer(read, response, page, limit=limit, after=after, **filters)
