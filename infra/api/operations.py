"""How the ledger stands, in one document: `/operations` answers it as JSON, and `/` shows the same to people.

Counts, positions, codes and states alone, so that no key is needed: nothing in it leads to a case, an agency or a
person. It is looked up at most once a second, however many ask. Rows are counted as PostgreSQL counts them by itself
(`pg_stat_get_live_tuples`), so that no question reads a table.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Annotated, Any, Literal

import psycopg
from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, Field

from infra.api import health
from infra.api.desks import LISTS
from infra.api.health import PartitionLag, Process, Webhooks
from infra.api.service import Service, Shared
from infra.rebuild import REBUILD_LOCK
from infra.view_lag import PARKED

router = APIRouter(tags=["operation"])

KEPT_SECONDS = 1.0
READ_AT = {
    "caseload": "/v1/cases",
    "timeline": "/v1/cases/{case_id}/timeline",
    "submissions": "/v1/submissions/{submission}",
    **{name: f"/v1/{name}" for name in ("referrals", "refusals", "reference")},
    **{name: desk.path for name, desk in LISTS.items()},
}
"""Where an agency reads its own rows of a view; the other views serve the ledger itself."""

_ROWS = b"""
SELECT name AS view, coalesce(pg_stat_get_live_tuples(to_regclass(table_name)), 0) AS rows FROM view ORDER BY name
"""
_REFUSALS = b"SELECT code, submissions FROM refusals_by_code(%s)"
_REBUILDS = b"""
SELECT filled.view, filled.entries, (SELECT sum(pos + 1) FROM log WHERE topic = %s)::bigint AS of_entries,
       CASE WHEN EXISTS (
           SELECT FROM pg_locks WHERE locktype = 'advisory' AND classid = %s AND objsubid = 2
           AND objid::bigint = (hashtext(filled.view)::bigint & 4294967295)
           AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
       ) THEN 'running' ELSE 'interrupted' END AS state
FROM (
    SELECT regexp_replace(table_name, '_[0-9a-f]{8}_[0-9]+$', '') AS view, sum(pos + 1)::bigint AS entries
    FROM view_head WHERE table_name NOT IN (SELECT table_name FROM view) GROUP BY table_name
) AS filled ORDER BY filled.view
"""


class Partition(BaseModel):
    """A partition of the ledger."""

    partition: int
    position: int = Field(description="of its last entry")
    void: int = Field(description="records of the topic that are no entries")
    submissions: int | None = Field(description="submissions not judged yet; null when Kafka can't say")
    feeds: int = Field(description="entries in the views that the feeds have not told yet")


class ViewPlace(BaseModel):
    """Where a view stands in a partition."""

    view: str
    partition: int
    position: int = Field(description="of the last entry that it has folded")
    entries: int = Field(description="entries that it has not folded yet")
    seconds: int = Field(description="for which it has not moved although it could")


class ViewRows(BaseModel):
    """A view as a whole, over all agencies."""

    view: str
    rows: int = Field(description="about how many rows it has, as PostgreSQL's statistics say")
    entries: int = Field(description="entries that it has not folded yet, over all partitions")
    seconds: int = Field(description="the longest for which it has not moved in a partition although it could")
    read_at: str | None = Field(description="where an agency reads its own; null: it serves the ledger itself")


class RefusalCount(BaseModel):
    """How often submissions were refused with a code."""

    code: str
    submissions: int


class ParkedCount(BaseModel):
    """What stands still in a view, since an entry could not be folded."""

    view: str
    cases: int
    entries: int


class Rebuild(BaseModel):
    """A view that is rebuilt beside what readers see. Partitions are filled one by one."""

    view: str
    state: Literal["running", "interrupted"]
    entries: int = Field(description="entries of the partitions that are filled")
    of_entries: int = Field(description="entries on record")


class Operations(BaseModel):
    """How the ledger stands."""

    ledger: str = Field(description="the ledger's id")
    ready: bool
    reasons: list[str] = Field(description="stable codes of what is not ready")
    database: bool
    kafka: bool
    clock_due: int = Field(description="what has fallen due and the clock's entry does not say yet")
    webhooks: Webhooks
    partitions: list[Partition] = []
    processes: list[Process] = []
    refusals: list[RefusalCount] = []
    parked: list[ParkedCount] = []
    rebuilds: list[Rebuild] = []
    views: list[ViewRows] = []
    places: list[ViewPlace] = []


class Looks:
    """The last look, kept for a second: of many who ask at once, one asks the database."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._lock = clock, asyncio.Lock()
        self._at, self._last = float("-inf"), None  # type: float, Operations | None

    async def now(self, service: Service) -> Operations:
        """How it stands, as of at most a second ago."""
        async with self._lock:
            if self._last is None or self._clock() - self._at > KEPT_SECONDS:
                self._last, self._at = await look(service), self._clock()
            return self._last


async def _standing(request: Request, service: Shared) -> Operations:
    looks: Looks = request.app.state.looks
    return await looks.now(service)


Standing = Annotated[Operations, Depends(_standing)]
"""How the ledger stands, as a route's parameter."""


@router.get("/operations", operation_id="operations")
async def operations(standing: Standing) -> Operations:
    """How the ledger stands: positions, lag, void entries, refusals, parked cases, rebuilds, processes. No key."""
    return standing


async def look(service: Service) -> Operations:
    """Ask the database and Kafka."""
    ready = await health.look(service)
    found = Operations(
        ledger=service.settings.ledger_id,
        partitions=[
            Partition.model_validate(log.model_dump(include=set(Partition.model_fields))) for log in ready.partitions
        ],
        places=sorted((place for log in ready.partitions for place in _places(log)), key=_by_view),
        **{name: getattr(ready, name) for name in _SHARED},
    )
    if found.database:
        try:
            await _add(service, found)
        except psycopg.Error:
            found.ready, found.database = False, False
            found.reasons = [*found.reasons, "database.away"]
    return found


_SHARED = ("ready", "reasons", "database", "kafka", "clock_due", "webhooks", "processes")


def _places(log: PartitionLag) -> list[ViewPlace]:
    """Where each view stands in a partition, as readiness has it."""
    return [
        ViewPlace(
            view=view,
            partition=log.partition,
            position=log.position - entries,
            entries=entries,
            seconds=int(log.stalled.get(view, 0)),
        )
        for view, entries in log.views.items()
    ]


def _view(view: str, rows: int, places: list[ViewPlace]) -> ViewRows:
    here = [place for place in places if place.view == view]
    behind, seconds = sum(place.entries for place in here), max((place.seconds for place in here), default=0)
    return ViewRows(view=view, rows=rows, entries=behind, seconds=seconds, read_at=READ_AT.get(view))


def _by_view(place: ViewPlace) -> tuple[str, int]:
    return place.view, place.partition


async def _add(service: Service, found: Operations) -> None:
    """What readiness does not hold."""
    topic = service.settings.topics.ledger

    async def rows(statement: bytes, *values: Any) -> list[dict[str, Any]]:
        return await service.database.rows(statement, values)

    found.views = [_view(**row, places=found.places) for row in await rows(_ROWS)]
    found.refusals = [RefusalCount(**row) for row in await rows(_REFUSALS, topic)]
    found.parked = [
        ParkedCount(view=row["name"], cases=row["cases"], entries=row["entries"]) for row in await rows(PARKED.encode())
    ]
    found.rebuilds = [Rebuild(**row) for row in await rows(_REBUILDS, topic, REBUILD_LOCK)]
