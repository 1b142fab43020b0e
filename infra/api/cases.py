"""An agency's cases and their timelines: its own view, in the order of case ids, and nothing of another agency's.

A timeline shows what the agency is told: the rows of its highest epoch, of others' events what it is granted.
"""

from __future__ import annotations

import re
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field

from domain.partition import partition_of
from infra.api import as_of, as_of_lists, if_match, reading
from infra.api.as_of import At
from infra.api.database import Rows
from infra.api.listing import LIST_PROBLEM, LISTED, Listing
from infra.api.paging import LINK, Cursor, Limit, link_next
from infra.api.problems import ProblemError, declared
from infra.api.reading import ANSWERED, READ_PROBLEMS, Reading

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
_ONE = b"SELECT " + _COLUMNS + b", (" + if_match.PLACE + b") AS place FROM caseload WHERE agency = %s AND case_id = %s"
_OF_LAST_EPOCH = b"""
FROM timeline WHERE agency = %(agency)s AND case_id = %(case)s AND told <> '{}'
AND epoch = (SELECT max(epoch) FROM timeline WHERE agency = %(agency)s AND case_id = %(case)s)
"""
_TOLD = b"SELECT EXISTS (SELECT" + _OF_LAST_EPOCH + b") AS told"
_TIMELINE = (
    b"SELECT told" + _OF_LAST_EPOCH + b" AND (told::json->>'pos')::bigint > %(after)s ORDER BY pos, n LIMIT %(count)s"
)
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
    parked: str | None = Field(None, description="the position from which on this view could not fold the case")


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
_FOUND = declared(*READ_PROBLEMS, *as_of.PROBLEMS, "case.unknown") | ANSWERED
_PAGED = _FOUND | {200: {"headers": LINK | ANSWERED[200]["headers"]}}


@router.get(
    "/v1/cases",
    operation_id="listCases",
    response_model=CaseList,
    responses=declared(*READ_PROBLEMS, *as_of_lists.PROBLEMS, LIST_PROBLEM) | LISTED | as_of_lists.ACCEPTED,
)
async def list_cases(
    read: Annotated[Reading, reading.of("caseload")],
    response: Response,
    limit: Limit = 50,
    after: Cursor = None,
    status: Status = None,
    at: At = None,
) -> CaseList | Response:
    """The agency's cases, by case id; with `at` a job that finds them as they were."""
    if at is not None:
        return await as_of_lists.begin(read, "cases", at, status=status)

    async def page(key: list[str] | None, count: int) -> Rows:
        last = key[0] if key else None
        return await read.rows(_LIST, (read.caller.agency, last, last, status, status, count))

    listing = Listing("/v1/cases", CaseList, "cases", ("case_id",), lambda row: _row(read, row))
    return await listing.answer(read, response, page, limit=limit, after=after, status=status)


@router.get("/v1/cases/{case_id}", operation_id="getCase", responses=_FOUND)
async def get_case(
    read: Annotated[Reading, reading.of("caseload", *as_of.VIEWS)], case_id: str, at: At = None
) -> CaseRow:
    """One case, or with `at` as it was. A case of others and no case are the same 404."""
    if at is not None:
        rows = await as_of.documents(read, "caseload", await as_of.case_at(read, checked(case_id), at))
        if not rows:
            raise ProblemError("case.unknown")
        return _row(read, rows[0])
    case = (read.caller.agency, checked(case_id))
    found = await read.row(_ONE, case + case)
    if found is None:
        raise ProblemError("case.unknown")
    place = found.pop("place")
    if place is not None:
        read.at(place)
    return _row(read, found)


@router.get(
    "/v1/cases/{case_id}/timeline",
    operation_id="getTimeline",
    responses=_PAGED,
    response_model_exclude_none=True,
)
async def get_timeline(
    read: Annotated[Reading, reading.of(*as_of.VIEWS)],
    response: Response,
    case_id: str,
    limit: Limit = 50,
    after: Annotated[int, Query(ge=0, le=2**62, description="only events behind this position")] = 0,
    at: At = None,
) -> Timeline:
    """The events of a case, oldest first, as the agency is told them now, or with `at` was told them then; events of
    one position come together."""
    count = limit + _OF_ONE_POSITION
    if at is not None:
        told = await as_of.told(read, await as_of.case_at(read, checked(case_id), at))
        events = [event for event in map(orjson.loads, told) if event["pos"] > after][:count]
    else:
        events = await _events_now(read, checked(case_id), after, count)
    shown = events[: limit + (len(events) > limit and events[limit]["pos"] == events[limit - 1]["pos"])]
    if len(events) > len(shown):
        link_next(response, f"/v1/cases/{case_id}/timeline", limit=limit, after=shown[-1]["pos"], at=at)
    return Timeline(case_id=case_id, events=[_event(event) for event in shown])


async def _events_now(read: Reading, case_id: str, after: int, count: int) -> list[dict[str, Any]]:
    asked = {"agency": read.caller.agency, "case": case_id, "after": after, "count": count}
    (found,), rows = await read.all((_TOLD, asked), (_TIMELINE, asked))
    if not found["told"]:
        raise ProblemError("case.unknown")
    return [orjson.loads(row["told"]) for row in rows]


def checked(case_id: str) -> str:
    """The id, if it is one. Raises `case.unknown`."""
    if not _UUID.match(case_id):
        raise ProblemError("case.unknown")
    return case_id


def _row(read: Reading, row: dict[str, Any]) -> CaseRow:
    return case_row(row, read.service.watch.partitions(), read.parked.get(row["case_id"]))


def case_row(row: dict[str, Any], partitions: int, parked: str | None = None) -> CaseRow:
    """A row of the caseload as it is answered."""
    partition = partition_of(row["case_id"], partitions)
    return CaseRow(position=f"{partition}-{row['last_pos']}", parked=parked, **row)


def _event(event: dict[str, Any]) -> TimelineEvent:
    shown = {name: event[name] for name in _PLAIN} | {name: event[name] for name in _IF_ANY if event[name]}
    return TimelineEvent(position=f"{event['partition']}-{event['pos']}", **shown)
