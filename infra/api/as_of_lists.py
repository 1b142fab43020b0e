"""A list as it was is answered 202 with a job, in which all the agency's cases are folded up to there.

The point must say where every partition stood: an instant, or the positions of all of them as `Ledger-Position` writes
them. The same question of the same caller is the same job until it expires. Called by the routes of lists; the jobs are
done by `infra.api.job_runner`.
"""

from __future__ import annotations

from typing import Any, Final

import orjson
from fastapi import Response

from domain.sharing.roles import ROLES
from infra.api import as_of, position
from infra.api.database import FORGET
from infra.api.job import ASKED, COLUMNS, Job
from infra.api.problems import ProblemError
from infra.api.reading import Reading

AT_ONCE: Final = 4
"""Jobs of one agency that wait or run."""
RETRY_SECONDS = 1

PROBLEMS = (*(code for code in as_of.PROBLEMS if code != "moment.other_partition"), "moment.incomplete", "job.too_many")
"""Codes of every list that takes `at`."""
ACCEPTED: dict[int | str, dict[str, Any]] = {
    202: {
        "model": Job,
        "description": "With `at`: the job that finds it",
        "headers": {
            "Location": {"description": "the job: ask there how far it is", "schema": {"type": "string"}},
            "Retry-After": {"description": "seconds", "schema": {"type": "string"}},
        },
    }
}
"""`responses` of every list that takes `at`."""

_BEGIN = (
    b"INSERT INTO job (agency, unit, role, officer, list, at, filters)"
    b" SELECT %(agency)s, %(unit)s, %(role)s, %(officer)s, %(list)s, %(at)s, %(filters)s"
    b" WHERE %(most)s > open_jobs() OR EXISTS (SELECT FROM job WHERE list = %(list)s AND at = %(at)s"
    b" AND filters = %(filters)s AND state IN " + ASKED + b")"
    b" ON CONFLICT (agency, unit, role, officer, list, at, filters) WHERE state IN "
    + ASKED
    + b" DO UPDATE SET state = job.state RETURNING "
    + COLUMNS
)


async def begin(read: Reading, name: str, at: str, **filters: Any) -> Response:
    """The 202 of the job for this question. Raises the problems `moment.*`, `job.too_many`, `service.behind`, and
    `auth.role` for who reads no timeline: the list would be folded from nothing."""
    service = read.service
    if not any(ROLES[role].reads("timeline") for role in read.caller.roles):
        raise ProblemError("auth.role")
    asked, every = as_of.parsed(at), list(range(service.watch.partitions()))
    if asked.places and sorted(asked.places) != every:
        raise ProblemError("moment.incomplete", paths=["query.at"])
    await as_of.folded(service, asked, every)
    await service.database.write(None, FORGET)
    values = {
        **dict(zip(("agency", "unit", "role", "officer"), read.caller.settings, strict=True)),
        "list": name,
        "at": position.written(asked.places) if asked.places else asked.at,
        "filters": _json({filter_: value for filter_, value in filters.items() if value is not None}),
        "most": AT_ONCE,
    }
    rows = await service.database.write(read.caller, _BEGIN, values)
    if not rows:
        raise ProblemError("job.too_many", headers={"Retry-After": str(RETRY_SECONDS)})
    service.job_added.set()
    job = Job.of(rows[0])
    headers = {"Location": f"/v1/jobs/{job.id}", "Retry-After": str(RETRY_SECONDS)}
    return Response(job.model_dump_json(), 202, headers, "application/json")


def _json(value: Any) -> str:
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()
