"""Jobs are done case by case, each chunk kept with its progress in one statement, so whoever goes on misses nothing.

Every API process does jobs, one at a time. A job whose process was not heard of for 15 s is taken over behind its last
chunk; one that was cancelled or taken over keeps nothing more. A job reads as the caller who asked, as of its point.
"""

from __future__ import annotations

import asyncio
import contextlib
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import groupby
from typing import Any, NamedTuple

import orjson
import psycopg
from psycopg_pool import PoolTimeout

from infra import moment
from infra.api import as_of, listed_as_of
from infra.api.access import place_of
from infra.api.caller import Caller
from infra.api.listed_as_of import Listed
from infra.api.service import Service
from infra.moment import Moment

CHUNK = 100
"""Cases that are folded between two signs of life."""
LOOK_SECONDS = 1.0

_CLAIM = b"SELECT * FROM claim_job(%s)"
_KEEP = b"""
WITH mine AS (
    UPDATE job SET done = %(done)s, total = greatest(%(total)s, %(done)s), rows = rows + %(count)s,
        last_case = %(last)s, beat_at = now(), expires_at = now() + interval '1 hour',
        state = CASE WHEN %(ended)s THEN 'done' ELSE state END
    WHERE id::text = %(id)s AND state = 'running' AND worker = %(worker)s RETURNING id, rows
), kept AS (
    INSERT INTO job_row SELECT mine.id, mine.rows - %(count)s + found.n, found.case_id, found.document
    FROM mine, unnest(%(cases)s::text[], %(documents)s::text[]) WITH ORDINALITY AS found (case_id, document, n)
)
SELECT id FROM mine
"""
_FAILED = b"UPDATE job SET state = 'failed', code = %s WHERE id::text = %s AND worker = %s RETURNING true"
_CASES = b"SELECT case_id FROM access WHERE agency = %s AND open = 1 AND case_id > %s ORDER BY case_id LIMIT %s"
_COUNT = b"SELECT count(*) AS total FROM access WHERE agency = %s AND open = 1"
_TOLD = b"""
WITH stands AS (SELECT * FROM unnest(%(partitions)s::int[], %(limits)s::bigint[]) AS stands (partition, upto)),
by_then AS (
    SELECT case_id, epoch, timeline.pos, n, told FROM timeline JOIN stands USING (partition)
    WHERE agency = %(agency)s AND case_id = ANY(%(cases)s) AND timeline.pos <= upto AND at <= %(at)s
)
SELECT case_id, told FROM by_then
JOIN (SELECT case_id, max(epoch) AS epoch FROM by_then GROUP BY case_id) AS last
    USING (case_id, epoch)
WHERE told <> '{}' ORDER BY case_id, pos, n
"""


_AWAY = (psycopg.OperationalError, psycopg.InterfaceError, psycopg.errors.UndefinedTable, PoolTimeout)
"""The database, or a view that is yet to be built: a job waits for them."""


class _Chunk(NamedTuple):
    """Cases that were folded, and the documents found: (case, document)."""

    cases: list[str]
    found: list[tuple[str, str]]


class Runner:
    """The jobs of one process."""

    def __init__(self, service: Service, log: Any) -> None:
        self._log = log
        self._service, self._database, self._worker = service, service.database, uuid.uuid4().hex

    async def run(self) -> None:
        """Until cancelled. The database may come and go."""
        while True:
            job = None
            with contextlib.suppress(*_AWAY):
                job = next(iter(await self._database.write(None, _CLAIM, (self._worker,))), None)
                if job is not None:
                    await self._do(job)
            if job is None:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._service.job_added.wait(), LOOK_SECONDS)
                self._service.job_added.clear()

    async def _do(self, job: dict[str, Any]) -> None:
        try:
            listed, done, last = await self._listed(job), job["done"], job["last_case"]
            total = await self._total(job)
            while True:
                chunk = await self._chunk(job, listed, last)
                done, ended = done + len(chunk.cases), len(chunk.cases) < CHUNK
                last = chunk.cases[-1] if chunk.cases else last
                values = {"done": done, "total": done if ended else total, "last": last, "ended": ended}
                if not await self._keep(job, chunk, values) or ended:
                    return
        except _AWAY:
            raise  # it is taken over when the database is back
        except Exception as error:
            self._log.error("fault", error=type(error).__name__, at=place_of(error), job=job["list"])
            await self._database.write(_caller(job), _FAILED, ("service.fault", job["id"], self._worker))

    async def _listed(self, job: dict[str, Any]) -> Listed:
        asked, partitions = moment.parse(job["at"]), self._service.watch.partitions()
        instant = await listed_as_of.instant(self._service, asked)
        return Listed(job["list"], _caller(job), orjson.loads(job["filters"]), asked, instant, partitions)

    async def _total(self, job: dict[str, Any]) -> int:
        caller = _caller(job)
        ((found,),) = await self._database.read(caller, ("access",), (_COUNT, (caller.agency,)))
        total: int = found["total"]
        return total

    async def _chunk(self, job: dict[str, Any], listed: Listed, last: str) -> _Chunk:
        caller = listed.caller
        (rows,) = await self._database.read(caller, as_of.VIEWS, (_CASES, (caller.agency, last, CHUNK)))
        cases = [row["case_id"] for row in rows]
        asked = {"agency": caller.agency, "cases": cases, "at": listed.moment.at} | _limits(listed.moment, listed)
        (told,) = await self._database.read(caller, as_of.VIEWS, (_TOLD, asked))
        by_case = {case: [row["told"] for row in said] for case, said in groupby(told, lambda row: row["case_id"])}
        return _Chunk(cases, await asyncio.to_thread(listed.documents, by_case))

    async def _keep(self, job: dict[str, Any], chunk: _Chunk, values: dict[str, Any]) -> bool:
        """False: the job is no longer ours, or nobody's."""
        cases, documents = [case for case, _ in chunk.found], [document for _, document in chunk.found]
        mine = {"id": job["id"], "worker": self._worker, "count": len(cases), "cases": cases, "documents": documents}
        return bool(await self._database.write(_caller(job), _KEEP, mine | values))


def _caller(job: dict[str, Any]) -> Caller:
    """As whom the job is done."""
    return Caller.under(job["agency"], job["unit"], job["role"], job["officer"])


def _limits(asked: Moment, listed: Listed) -> dict[str, list[int]]:
    every = list(range(listed.partitions))
    return {"partitions": every, "limits": [asked.limit(partition) for partition in every]}


@asynccontextmanager
async def running(service: Service, log: Any) -> AsyncIterator[None]:
    """Jobs are done as long as the block lasts."""
    task = asyncio.create_task(Runner(service, log).run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
