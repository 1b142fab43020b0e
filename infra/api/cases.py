"""An agency's cases and their timelines: its own view, in the order of case ids, and nothing of another agency's.

A timeline shows what the agency is told: the rows of its highest epoch, of others' events what it is granted.
"""

from __future__ import annotations

import re
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Query, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field

from domain.partition import partition_of
from infra.api import if_match, reading
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
_EPOCH = b"""
SELECT epoch, bool_or(told <> '{}') AS told FROM timeline WHERE agency = %s AND case_id = %s
GROUP BY epoch ORDER BY epoch DESC LIMIT 1
"""
_TIMELINE = b"""
SELECT told FROM timeline
WHERE agency = %s AND case_id = %s AND epoch = %s AND told <> '{}' AND (told::json->>'pos')::bigint > %s
ORDER BY pos, n LIMIT %s
"""
_OF_ONE_POSITION = 2
"""An approval, and the event that takes effect by it: never parted by a page's end."""

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
    """An event of a case as the agency is told it, or with `code` a refusal of its own submission.

    `unit` and `actor` stand at its own events alone; `data` and `effects` hold what it is granted.
    """

    position: str = Field(description="`<partition>-<pos>`")
    type: str
    publisher: str = Field(description="an agency, or `care-provider-<n>`")
    time: str = Field(description="as signed")
    at: str = Field(description="the registrar's clock")
    event_id: str
    relation: str = Field(description="why the agency is told of it")
    marks: list[str] | None = Field(default=None, description="`corrected`, `disputed`, `misfiled`, `held`")
    code: str | None = Field(default=None, description="why its own submission was refused")
    actor: str | None = None
    unit: str | None = None
    data: dict[str, Any] | None = None
    effects: list[dict[str, Any]] | None = None


class Timeline(BaseModel):
    """A page of a case's events, oldest first."""

    case_id: str
    events: list[TimelineEvent]


_PLAIN = ("type", "publisher", "time", "at", "event_id", "relation")
_IF_ANY = ("marks", "code", "actor", "unit", "data", "effects")
_FOUND = declared(*READ_PROBLEMS, "case.unknown") | ANSWERED
_PAGED = _FOUND | {200: {"headers": LINK | ANSWERED[200]["headers"]}}


@router.get(
    "/v1/cases",
    operation_id="listCases",
    response_model=CaseList,
    responses=declared(*READ_PROBLEMS, LIST_PROBLEM) | LISTED,
)
async def list_cases(
    read: Annotated[Reading, reading.of("caseload")],
    response: Response,
    limit: Limit = 50,
    after: Cursor = None,
    status: Status = None,
) -> CaseList | StreamingResponse:
    """The agency's cases, by case id."""

    async def page(key: list[str] | None, count: int) -> Rows:
        last = key[0] if key else None
        return await read.rows(_LIST, (read.caller.agency, last, last, status, status, count))

    listing = Listing("/v1/cases", CaseList, "cases", ("case_id",), lambda row: _row(read.service, row))
    return await listing.answer(read, response, page, limit=limit, after=after, status=status)


@router.get("/v1/cases/{case_id}", operation_id="getCase", responses=_FOUND)
async def get_case(read: Annotated[Reading, reading.of("caseload", "timeline")], case_id: str) -> CaseRow:
    """One case. A case of others and no case are the same 404."""
    case = (read.caller.agency, _checked(case_id))
    found, told = await read.all((_ONE, case), (if_match.PLACE, case))
    if not found:
        raise ProblemError("case.unknown")
    if told:
        read.at(told[0]["place"])
    return _row(read.service, found[0])


@router.get(
    "/v1/cases/{case_id}/timeline",
    operation_id="getTimeline",
    responses=_PAGED,
    response_model_exclude_none=True,
)
async def get_timeline(
    read: Annotated[Reading, reading.of("timeline")],
    response: Response,
    case_id: str,
    limit: Limit = 50,
    after: Annotated[int, Query(ge=0, le=2**62, description="only events behind this position")] = 0,
) -> Timeline:
    """The events of a case, oldest first, as the agency is told them now; events of one position come together."""
    case = (read.caller.agency, _checked(case_id))
    epoch = await read.row(_EPOCH, case)
    if epoch is None or not epoch["told"]:
        raise ProblemError("case.unknown")
    asked = (*case, epoch["epoch"], after, limit + _OF_ONE_POSITION)
    events = [orjson.loads(row["told"]) for row in await read.rows(_TIMELINE, asked)]
    shown = events[: limit + (len(events) > limit and events[limit]["pos"] == events[limit - 1]["pos"])]
    if len(events) > len(shown):
        link_next(response, f"/v1/cases/{case_id}/timeline", limit=limit, after=shown[-1]["pos"])
    return Timeline(case_id=case_id, events=[_event(event) for event in shown])


def _checked(case_id: str) -> str:
    if not _UUID.match(case_id):
        raise ProblemError("case.unknown")
    return case_id


def _row(service: Service, row: dict[str, Any]) -> CaseRow:
    partition = partition_of(row["case_id"], service.watch.partitions())
    return CaseRow(position=f"{partition}-{row['last_pos']}", **row)


def _event(event: dict[str, Any]) -> TimelineEvent:
    shown = {name: event[name] for name in _PLAIN} | {name: event[name] for name in _IF_ANY if event[name]}
    return TimelineEvent(position=f"{event['partition']}-{event['pos']}", **shown)
