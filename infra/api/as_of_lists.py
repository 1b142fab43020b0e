"""A list as it was is answered 202 with a job, in which all the agency's cases are folded up to there.

The point must say where every partition stood: an instant, or the positions of all of them as `Ledger-Position` writes
them. The same question of the same caller is the same job until it expires. Called by the routes of lists; the jobs are
done by `infra.api.job_runner`.
"""

from __future__ import annotations

from typing import Any, Final

import orjson
from fastapi import Response

from infra.api import as_of, position
from infra.api.caller import Caller
from infra.api.job import COLUMNS, OPEN, Job
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

_FORGET = b"DELETE FROM job WHERE expires_at <= now() RETURNING true"
_BEGIN = (
    b"INSERT INTO job (agency, caller, list, at, filters)"
    b" SELECT %(agency)s, %(caller)s, %(list)s, %(at)s, %(filters)s"
    b" WHERE %(most)s > (SELECT count(*) FROM job WHERE agency = %(agency)s AND state IN " + OPEN + b")"
    b" OR EXISTS (SELECT FROM job WHERE caller = %(caller)s AND list = %(list)s AND at = %(at)s"
    b" AND filters = %(filters)s AND state IN ('waiting', 'running', 'done'))"
    b" ON CONFLICT (caller, list, at, filters) WHERE state IN ('waiting', 'running', 'done')"
    b" DO UPDATE SET list = excluded.list RETURNING " + COLUMNS
)


async def begin(read: Reading, name: str, at: str, **filters: Any) -> Response:
    """The 202 of the job for this question. Raises the problems `moment.*`, `job.too_many`, `service.behind`."""
    service = read.service
    asked, every = as_of.parsed(at), list(range(service.watch.partitions()))
    if asked.places and sorted(asked.places) != every:
        raise ProblemError("moment.incomplete", paths=["query.at"])
    await as_of.folded(service, asked, every)
    await service.database.write(_FORGET, ())
    values = {
        "agency": read.caller.agency,
        "caller": owner(read.caller),
        "list": name,
        "at": position.written(asked.places) if asked.places else asked.at,
        "filters": _json({filter_: value for filter_, value in filters.items() if value is not None}),
        "most": AT_ONCE,
    }
    rows = await service.database.write(_BEGIN, values)
    if not rows:
        raise ProblemError("job.too_many", headers={"Retry-After": str(RETRY_SECONDS)})
    service.job_added.set()
    job = Job.of(rows[0])
    headers = {"Location": f"/v1/jobs/{job.id}", "Retry-After": str(RETRY_SECONDS)}
    return Response(job.model_dump_json(), 202, headers, "application/json")


def owner(caller: Caller) -> str:
    """Who asked, as the job keeps it and runs as: the same agency, roles, units and officer."""
    return _json([caller.agency, caller.how, sorted(caller.roles), sorted(caller.units), caller.officer])


def caller_of(text: str) -> Caller:
    """Who asked."""
    agency, how, roles, units, officer = orjson.loads(text)
    return Caller(agency, how, frozenset(roles), frozenset(units), officer)


def _json(value: Any) -> str:
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()
