"""A job is asked by who began it and by nobody else: how far it is, its rows by the page, or that it be given up.

Its rows are those of the point that was asked for; which of their cases the caller may read is asked again, today, each
time. Rows and job are forgotten an hour after the last progress.
"""

from __future__ import annotations

import re
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field

from infra.api import reading
from infra.api.as_of_lists import RETRY_SECONDS
from infra.api.auth import PROBLEMS, Reads
from infra.api.caller import Caller
from infra.api.job import COLUMNS, Job
from infra.api.paging import LINK, Limit, link_next
from infra.api.problems import ProblemError, declared
from infra.api.reading import ANSWERED, READ_PROBLEMS, Reading
from infra.api.service import Service, Shared

router = APIRouter(tags=["jobs"])

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z")
_FIND = b"SELECT " + COLUMNS + b" FROM job WHERE id::text = %s AND expires_at > now()"
_CANCEL = b"""
WITH cancelled AS (
    UPDATE job SET state = 'cancelled' WHERE id::text = %s AND expires_at > now() RETURNING id
), gone AS (DELETE FROM job_row WHERE job IN (SELECT id FROM cancelled))
SELECT id FROM cancelled
"""
_ROWS = b"""
SELECT n, document FROM job_row
WHERE job::text = %(id)s AND n > %(after)s
  AND EXISTS (SELECT FROM access WHERE agency = %(agency)s AND access.case_id = job_row.case_id AND open = 1)
ORDER BY n LIMIT %(limit)s
"""


class Rows(BaseModel):
    """A page of what a job has found, by case."""

    at: str = Field(description="the point that was asked for")
    rows: list[dict[str, Any]] = Field(description="as the list that was asked for shows them")


@router.get("/v1/jobs/{job}", operation_id="getJob", responses=declared(*PROBLEMS, "job.unknown"))
async def get_job(service: Shared, caller: Reads, job: str, response: Response) -> Job:
    """How far a job is."""
    found = await _job(service, caller, job)
    if found.state in ("waiting", "running"):
        response.headers["Retry-After"] = str(RETRY_SECONDS)
    return found


@router.delete(
    "/v1/jobs/{job}", operation_id="cancelJob", status_code=204, responses=declared(*PROBLEMS, "job.unknown")
)
async def cancel_job(service: Shared, caller: Reads, job: str) -> None:
    """Give a job up, and forget its rows."""
    if not _UUID.match(job) or not await service.database.write(caller, _CANCEL, (job,)):
        raise ProblemError("job.unknown")


@router.get(
    "/v1/jobs/{job}/result",
    operation_id="getJobResult",
    responses=declared(*READ_PROBLEMS, "job.unknown", "job.not_done")
    | ANSWERED
    | {200: {"headers": LINK | ANSWERED[200]["headers"]}},
)
async def get_job_result(
    read: Annotated[Reading, reading.of("access")],
    response: Response,
    job: str,
    limit: Limit = 50,
    after: Annotated[int, Query(ge=0, le=2**62, description="only rows behind this one, from `Link`")] = 0,
) -> Rows:
    """The rows that a job has found, of those cases that the caller may read today."""
    found = await _job(read.service, read.caller, job)
    if found.state != "done":
        raise ProblemError("job.not_done", headers={"Retry-After": str(RETRY_SECONDS)})
    asked = {"id": found.id, "agency": read.caller.agency, "after": after, "limit": limit + 1}
    rows = await read.rows(_ROWS, asked)
    if len(rows) > limit:
        del rows[limit:]
        link_next(response, f"/v1/jobs/{found.id}/result", limit=limit, after=rows[-1]["n"])
    return Rows(at=found.at, rows=[orjson.loads(row["document"]) for row in rows])


async def _job(service: Service, caller: Caller, job: str) -> Job:
    """Nobody else's is found (row-level security)."""
    (found,) = await service.database.read(caller, (), (_FIND, (job,))) if _UUID.match(job) else ([],)
    if not found:
        raise ProblemError("job.unknown")
    return Job.of(found[0])
