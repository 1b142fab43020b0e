"""How the ledger stands by its index, its views and its processes, in one look. Used by `tamga status` and the demo."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

from infra import bootstrap
from infra.kafka.log import PartitionLog
from infra.view_lag import LAGS, PARKED


class PartitionStatus(NamedTuple):
    """A partition: position of its head, submissions not judged, void records, lag of each view in entries, and seconds
    for which the slowest view that is behind has not moved."""

    partition: int
    position: int
    unjudged: int
    void: int
    views: dict[str, int]
    stalled: float


class ProcessStatus(NamedTuple):
    """A process as it was last heard of."""

    name: str
    state: str
    code: str
    heard_of: str
    message: str


@dataclass(frozen=True)
class Status:
    """The ledger."""

    ledger: str
    partitions: list[PartitionStatus]
    processes: list[ProcessStatus]
    refusals: dict[str, int]
    parked: int
    parked_cases: dict[str, int]

    @property
    def views_are_level(self) -> bool:
        """Is everything judged that was submitted, and every entry in every view?"""
        return bool(self.partitions) and all(
            p.unjudged == 0 and p.views and not any(p.views.values()) for p in self.partitions
        )


def look(world: bootstrap.World) -> Status:
    """Ask the database and Kafka. Raises `psycopg.Error`, `LogAway`."""
    topic = world.settings.topics.ledger
    with world.pool.connection() as c:
        logs = c.execute(_LOGS, (topic,)).fetchall()
        lags = c.execute(LAGS.encode(), (topic,)).fetchall()
        processes = [ProcessStatus(*row) for row in c.execute(_PROCESSES).fetchall()]
        refusals = dict(c.execute(_REFUSALS, (topic,)).fetchall())
        parked = c.execute(PARKED.encode()).fetchall()
    partitions = [_partition(world, row, [lag for lag in lags if lag[1] == row[0]]) for row in logs]
    entries, cases = sum(row[1] for row in parked), {name: count for name, _, count in parked}
    return Status(world.settings.ledger_id, partitions, processes, refusals, entries, cases)


def _partition(world: bootstrap.World, row: tuple[Any, ...], lags: list[tuple[Any, ...]]) -> PartitionStatus:
    partition, position, void, judged = row
    log = PartitionLog(world.settings.brokers, world.settings.topics.submissions, partition)
    try:
        unjudged = max(0, log.end() - 1 - judged)
    finally:
        log.close()
    views, stalled = {name: lag for name, _, lag, _ in lags}, max((each[3] for each in lags), default=0.0)
    return PartitionStatus(partition, position, unjudged, void, views, round(stalled, 1))


_LOGS = 'SELECT partition, pos, "offset" - pos, src FROM log WHERE topic = %s ORDER BY partition'
_PROCESSES = (
    "SELECT name, state, code, round(extract(epoch FROM now() - seen_at))::bigint || ' s ago', message"
    " FROM process ORDER BY name"
)
_REFUSALS = (
    "SELECT substr(type, 17), count(*) FROM entry JOIN log ON log.id = log"
    " WHERE topic = %s AND type LIKE 'outcome.refused.%%' GROUP BY type ORDER BY count(*) DESC, type"
)
