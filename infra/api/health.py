"""`/healthz` says that the process lives, `/readyz` whether the ledger works, `/metrics` both in numbers. No key.

None of them shows an agency, a case or a message: names of processes, codes, positions and counts alone. Ready means:
PostgreSQL and Kafka answer, a registrar and a projector are ready and were heard of in the last 10 s, none that was
heard of lately is anything else, and none stopped with an alarm. A registrar without a partition and a clock beside the
one that leads stand by: they count neither way. A ledger may run without a clock; one that stopped is a reason.
"""

from __future__ import annotations

from typing import Any

import psycopg
from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST
from pydantic import BaseModel, Field

from infra import clock
from infra.api.service import Service, Shared
from infra.kafka.errors import LogAway, LogFault
from infra.view_lag import LAGS, PARKED

router = APIRouter(tags=["operation"])

STALE_SECONDS = 10.0
STANDBY = frozenset({"no_partition", "standby"})
ROLES = {"registrar": True, "projector": True, "clock": False, "feeder": False, "webhooks": False}
"""Roles, and whether a process of each must be there."""

_PROCESSES = b"""
SELECT name, role, state, code, extract(epoch FROM now() - seen_at)::float8 AS age FROM process ORDER BY name
"""
_LOGS = b"""
SELECT partition, pos, src, "offset" - pos AS void FROM log WHERE topic = %s ORDER BY partition
"""
_FEEDS = b"""
SELECT view_head.partition, view_head.pos - coalesce(feed_position.pos, -1) AS lag
FROM view JOIN view_head USING (table_name) LEFT JOIN feed_position USING (partition) WHERE view.name = 'timeline'
"""
_WEBHOOKS = b"""
SELECT state, count(*) AS count, count(*) FILTER (WHERE state = 'active' AND EXISTS (
    SELECT FROM webhook_position WHERE webhook = id AND failing_since IS NOT NULL)) AS failing,
    coalesce(sum((SELECT count(*) FROM webhook_dead WHERE webhook = id)), 0)::bigint AS dead
FROM webhook GROUP BY state
"""

_DUE = b"SELECT clock_due(%(now)s) AS due"


class Process(BaseModel):
    """A process as it was last heard of."""

    name: str
    role: str
    state: str
    code: str = Field(description="why it is not ready")
    stale: bool = Field(description="not heard of for 10 s")


class PartitionLag(BaseModel):
    """A ledger partition: where it stands and what is behind."""

    partition: int
    position: int
    void: int = Field(description="records of the topic that are no entries")
    submissions: int | None = Field(description="submissions not judged yet; null when Kafka can't say")
    views: dict[str, int] = Field(description="entries that each view has not folded yet")
    feeds: int = Field(0, description="entries in the views that the feeds have not told yet")
    stalled: dict[str, float] = Field(description="seconds for which a view that is behind has not moved")


class Webhooks(BaseModel):
    """How the webhooks stand."""

    active: int = 0
    paused: int = 0
    ended: int = 0
    failing: int = Field(0, description="active ones whose last try nobody took")
    dead: int = Field(0, description="messages that nobody took")


class Readiness(BaseModel):
    """Does the ledger work, and how far behind is each part?"""

    ready: bool
    reasons: list[str] = Field(description="stable codes of what is not ready")
    database: bool
    kafka: bool
    processes: list[Process] = []
    partitions: list[PartitionLag] = []
    parked: int = Field(0, description="entries that a view could not fold")
    parked_cases: dict[str, int] = Field({}, description="cases that stand still, by view")
    clock_due: int = Field(0, description="what has fallen due and the clock's entry does not say yet")
    webhooks: Webhooks = Webhooks()


class Alive(BaseModel):
    """The process lives."""

    status: str = "alive"


@router.get("/healthz", operation_id="health")
async def healthz() -> Alive:
    """The process lives."""
    return Alive()


@router.get("/readyz", operation_id="readiness", responses={503: {"model": Readiness, "description": "Not ready"}})
async def readyz(service: Shared, response: Response) -> Readiness:
    """Whether everything that an event passes works, with the lag of each part."""
    found = await look(service)
    if not found.ready:
        response.status_code = 503
        response.headers["Retry-After"] = "2"
    return found


@router.get(
    "/metrics",
    operation_id="metrics",
    response_class=Response,
    responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}},
)
async def metrics(service: Shared) -> Response:
    """Prometheus metrics."""
    _set_gauges(service, await look(service))
    return Response(service.metrics.text(), media_type=CONTENT_TYPE_LATEST)


async def look(service: Service) -> Readiness:
    """Ask the database and Kafka how things stand."""
    kafka = service.watch.reachable
    found = Readiness(ready=False, reasons=[], database=True, kafka=kafka)
    if not kafka:
        found.reasons.append(service.watch.fault or "kafka.away")
    topic = service.settings.topics.ledger
    try:
        found.processes = [_process(row) for row in await service.database.rows(_PROCESSES)]
        logs = await service.database.rows(_LOGS, (topic,))
        views = await service.database.rows(LAGS.encode(), (topic,))
        if {"duties", "refusals"} <= {view["name"] for view in views}:
            found.clock_due = (await service.database.row(_DUE, {"now": clock.now()}) or {"due": 0})["due"]
        feeds = {row["partition"]: row["lag"] for row in await service.database.rows(_FEEDS)}
        found.webhooks = _webhooks(await service.database.rows(_WEBHOOKS))
        parked = await service.database.rows(PARKED.encode())
        found.parked = sum(row["entries"] for row in parked)
        found.parked_cases = {row["name"]: row["cases"] for row in parked}
    except psycopg.Error:
        found.database = False
        found.reasons.append("database.away")
        return found
    ends = await _ends(service, [log["partition"] for log in logs]) if kafka else {}
    found.partitions = [_lag(log, views, ends.get(log["partition"]), feeds) for log in logs]
    found.reasons += _not_ready(found.processes)
    found.ready = not found.reasons
    return found


async def _ends(service: Service, partitions: list[int]) -> dict[int, int]:
    try:
        return await service.watch.ends(partitions)
    except (LogAway, LogFault):
        return {}


def _process(row: dict[str, Any]) -> Process:
    return Process(stale=row["age"] > STALE_SECONDS, **row)


def _not_ready(processes: list[Process]) -> list[str]:
    """`registrar.absent`, `registrar.waiting`, `registrar.stopped` …, each once."""
    reasons = []
    for role, needed in ROLES.items():
        of_role = [p for p in processes if p.role == role]
        fresh = [p for p in of_role if not p.stale and p.code not in STANDBY]
        alarms = [p for p in of_role if p.state == "stopped" and p.code]
        reasons += [f"{role}.{p.state}" for p in [*fresh, *alarms] if p.state != "ready"]
        # Of those that stand by, one must lead.
        if not fresh and (needed or any(not p.stale for p in of_role)):
            reasons.append(f"{role}.absent")
    return sorted(set(reasons))


def _webhooks(rows: list[dict[str, Any]]) -> Webhooks:
    counts = {row["state"]: row["count"] for row in rows}
    return Webhooks(failing=sum(row["failing"] for row in rows), dead=sum(row["dead"] for row in rows), **counts)


def _lag(
    log: dict[str, Any], views: list[dict[str, Any]], end: int | None, feeds: dict[int, int]
) -> PartitionLag:  # fmt: skip
    partition = log["partition"]
    unjudged = None if end is None else max(0, end - 1 - log["src"])
    here = [view for view in views if view["partition"] == partition]
    return PartitionLag(
        partition=partition,
        position=log["pos"],
        void=log["void"],
        submissions=unjudged,
        views={view["name"]: view["lag"] for view in here},
        stalled={view["name"]: round(view["stalled"], 3) for view in here if view["lag"] > 0},
        feeds=feeds.get(partition, 0),
    )


def _set_gauges(service: Service, found: Readiness) -> None:
    m = service.metrics
    m.clear_gauges()
    m.database_up.set(found.database)
    m.kafka_up.set(found.kafka)
    m.parked.set(found.parked)
    for view, cases in found.parked_cases.items():
        m.parked_cases.labels(view).set(cases)
    m.clock_due.set(found.clock_due)
    for state in ("active", "paused", "ended"):
        m.webhooks.labels(state).set(getattr(found.webhooks, state))
    m.webhooks_failing.set(found.webhooks.failing)
    m.dead_letters.set(found.webhooks.dead)
    for p in found.processes:
        m.process_ready.labels(p.name, p.role).set(p.state == "ready" and not p.stale)
    for log in found.partitions:
        partition = str(log.partition)
        m.head.labels(partition).set(log.position)
        m.void.labels(partition).set(log.void)
        m.feed_lag.labels(partition).set(log.feeds)
        if log.submissions is not None:
            m.unjudged.labels(partition).set(log.submissions)
        for view, lag in log.views.items():
            m.view_lag.labels(view, partition).set(lag)
            m.view_stalled.labels(view, partition).set(log.stalled.get(view, 0))
