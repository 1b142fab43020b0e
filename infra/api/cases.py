"""An agency's cases and their timelines: its own view, in the order of case ids, and nothing of another agency's.

Of others' events a timeline shows position, type, publisher and time; the projector grants no more, and the route
leaves out what it should not hold.
"""

from __future__ import annotations

import re
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Query, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field

from domain.partition import partition_of
from infra.api import reading
from infra.api.database import Rows
from infra.api.listing import LIST_PROBLEM, LISTED, Listing
from infra.api.paging import LINK, Cursor, Limit, link_next
from infra.api.problems import ProblemError, declared
from infra.api.reading import ANSWERED, READ_PROBLEMS, Reading
from infra.api.service import Service

router = APIRouter(tags=["cases"])

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z")
_COLUMNS = (
    b"case_id, status, nullif(care_lead, '') AS care_lead, nullif(proceedings_lead, '') AS proceedings_lead,"
    b" opened_at, last_at, last_type, last_pos, events, victims, open_referrals"
)
_LIST = (
    b"SELECT " + _COLUMNS + b" FROM caseload WHERE agency = %s AND (%s::text IS NULL OR case_id > %s)"
    b" AND (%s::text IS NULL OR status = %s) ORDER BY case_id LIMIT %s"
)
_ONE = b"SELECT " + _COLUMNS + b" FROM caseload WHERE agency = %s AND case_id = %s"
_TIMELINE = b"SELECT events FROM timeline WHERE agency = %s AND case_id = %s"

Status = Annotated[str | None, Query(pattern="^[a-z_]{1,32}$", description="only cases with this status")]


class CaseRow(BaseModel):
    """A case as the agency may see it."""

    case_id: str
    position: str = Field(description="position of the case's last entry, `<partition>-<pos>`")
    status: str | None
    care_lead: str | None
    proceedings_lead: str | None
    opened_at: str | None
    last_at: str | None
    last_type: str | None
    events: int
    victims: int
    open_referrals: int


class CaseList(BaseModel):
    """A page of cases."""

    cases: list[CaseRow]


class TimelineEvent(BaseModel):
    """An event of a case; the members from `event_id` on stand at the agency's own events alone."""

    position: str = Field(description="`<partition>-<pos>`")
    type: str
    publisher: str
    time: str = Field(description="as signed")
    at: str = Field(description="the registrar's clock")
    event_id: str | None = None
    actor: str | None = None
    unit: str | None = None
    data: dict[str, Any] | None = None
    effects: list[dict[str, Any]] | None = None


class Timeline(BaseModel):
    """A page of a case's events, oldest first."""

    case_id: str
    events: list[TimelineEvent]


_OTHERS = ("type", "publisher", "time", "at")
_OWN = (*_OTHERS, "event_id", "actor", "unit", "data", "effects")
_FOUND = declared(*READ_PROBLEMS, "case.unknown") | ANSWERED
_PAGED = _FOUND | {200: {"headers": LINK | ANSWERED[200]["headers"]}}

ReadCases = Annotated[Reading, reading.of("caseload")]
ReadTimeline = Annotated[Reading, reading.of("timeline")]


@router.get(
    "/v1/cases",
    operation_id="listCases",
    response_model=CaseList,
    responses=declared(*READ_PROBLEMS, LIST_PROBLEM) | LISTED,
)
async def list_cases(
    read: ReadCases, response: Response, limit: Limit = 50, after: Cursor = None, status: Status = None
) -> CaseList | StreamingResponse:
    """The agency's cases, by case id."""

    async def page(key: list[str] | None, count: int) -> Rows:
        last = key[0] if key else None
        return await read.rows(_LIST, (read.caller.agency, last, last, status, status, count))

    listing = Listing("/v1/cases", CaseList, "cases", ("case_id",), lambda row: _row(read.service, row))
    return await listing.answer(read, response, page, limit=limit, after=after, status=status)


@router.get("/v1/cases/{case_id}", operation_id="getCase", responses=_FOUND)
async def get_case(read: ReadCases, case_id: str) -> CaseRow:
    """One case. A case of others and no case are the same 404."""
    row = await read.row(_ONE, (read.caller.agency, _checked(case_id)))
    if row is None:
        raise ProblemError("case.unknown")
    found = _row(read.service, row)
    read.at(found.position)
    return found


@router.get(
    "/v1/cases/{case_id}/timeline",
    operation_id="getTimeline",
    responses=_PAGED,
    response_model_exclude_none=True,
)
async def get_timeline(
    read: ReadTimeline,
    response: Response,
    case_id: str,
    limit: Limit = 50,
    after: Annotated[int, Query(ge=0, le=2**62, description="only events behind this position")] = 0,
) -> Timeline:
    """The events of a case, oldest first: the agency's own in full, of others' type, publisher and time."""
    agency = read.caller.agency
    row = await read.row(_TIMELINE, (agency, _checked(case_id)))
    if row is None:
        raise ProblemError("case.unknown")
    events = sorted((e for e in orjson.loads(row["events"]) if e["pos"] > after), key=lambda e: int(e["pos"]))
    if len(events) > limit:
        del events[limit:]
        link_next(response, f"/v1/cases/{case_id}/timeline", limit=limit, after=events[-1]["pos"])
    return Timeline(case_id=case_id, events=[_event(event, agency) for event in events])


def _checked(case_id: str) -> str:
    if not _UUID.match(case_id):
        raise ProblemError("case.unknown")
    return case_id


def _row(service: Service, row: dict[str, Any]) -> CaseRow:
    partition = partition_of(row["case_id"], service.watch.partitions())
    return CaseRow(position=f"{partition}-{row['last_pos']}", **row)


def _event(event: dict[str, Any], agency: str) -> TimelineEvent:
    names = _OWN if event["publisher"] == agency else _OTHERS
    shown = {name: event[name] for name in names if name in event}
    return TimelineEvent(position=f"{event['partition']}-{event['pos']}", **shown)
