"""Submissions that were deleted before anybody read them are named in the record, never skipped in silence.

A registrar stops when the next submission is gone. `reset` writes one `intake` entry that says which offsets were lost,
through the recorder like everything else; the registrar then goes on behind them. Used by `tamga intake reset`.
"""

from __future__ import annotations

from typing import NamedTuple

from consumers.ports import OutcomeEvent
from domain import outcome
from domain.record.entry import Said
from infra import bootstrap, clock
from infra.kafka.log import PartitionLog

REASON = "deleted_unread"
HEARD_SECONDS = 10


class IntakeError(Exception):
    """The intake cannot be reset now; the message says why."""


class Lost(NamedTuple):
    """Submissions of a partition that nobody can read any more."""

    partition: int
    first: int
    last: int


class Written(NamedTuple):
    """Where the entry about them stands."""

    partition: int
    pos: int
    first: int
    last: int


def reset(world: bootstrap.World, reason: str = REASON) -> list[Written]:
    """Write an entry for each partition that lost something. Raises `IntakeError`, `LogFault`, `LogAway`."""
    running = _running(world)
    if running:
        raise IntakeError(f"{', '.join(running)} is running: stop every registrar first")
    found = [_reset(world, partition, reason) for partition in range(world.registry.registry.partitions)]
    written = [one for one in found if one is not None]
    if not written:
        raise IntakeError("nothing is lost: every submission that was not judged can still be read")
    return written


def lost(world: bootstrap.World, partition: int, judged_to: int) -> Lost | None:
    """What is gone behind the last judged offset."""
    log = PartitionLog(world.settings.brokers, world.settings.topics.submissions, partition)
    try:
        start, _ = log.bounds()
    finally:
        log.close()
    return Lost(partition, judged_to + 1, start - 1) if judged_to + 1 < start else None


def _running(world: bootstrap.World) -> list[str]:
    """Registrars that were heard of lately and have not stopped."""
    with world.pool.connection() as c:
        rows = c.execute(
            "SELECT name FROM process WHERE role = 'registrar' AND state <> 'stopped'"
            " AND seen_at > now() - make_interval(secs => %s) ORDER BY name",
            (HEARD_SECONDS,),
        ).fetchall()
    return [row[0] for row in rows]


def _reset(world: bootstrap.World, partition: int, reason: str) -> Written | None:
    recorder = bootstrap.open_recorder(world, partition)
    try:
        opened = recorder.open()
        gone = lost(world, partition, opened.src)
        if gone is None:
            return None
        at, reg = max(clock.now(), opened.head.at), world.registry.registry.count
        said = Said(at, opened.desk + 1, f"desk/{partition}", reg, (partition, gone.last))
        body = outcome.intake(gone.first, gone.last, reason, said)
        event = OutcomeEvent(said.stream, said.n, "outcome.intake", body, at, reg, gone.last)
        positions = recorder.insert_events([event], head=opened.head) or [-1]
        recorder.settle()
        return Written(partition, positions[0], gone.first, gone.last)
    finally:
        recorder.close()
