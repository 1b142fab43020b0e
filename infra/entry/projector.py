"""`python -m infra.entry.projector`: keeps every view current over all partitions, until it is told to stop.

It waits with backoff while Kafka or PostgreSQL is away, and stops for good (exit status 3) when the log is not the log
that it was.
"""

from __future__ import annotations

import sys
import time
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import Any

import psycopg
from eventsourcing.persistence import PersistenceError
from psycopg_pool import PoolTimeout

from consumers.projector import Coming, Folded, GapError, LiveView, folded
from domain.record.chain import ORIGIN
from infra import bootstrap, row_security, view_tables
from infra.entry.service import STOPPED, serve
from infra.heartbeat import Heartbeat
from infra.kafka.errors import LogAway, LogFault
from infra.kafka.log import PartitionsLog
from infra.kafka.topics import TopicFacts
from infra.rebuild import RebuildError, rebuild
from infra.settings import Settings
from infra.view_tables import Connection, StaleProjectorError, head_of
from projections.all_views import VIEWS
from projections.engine import CannotFoldError, model_hash

IDLE_MS = 100
BATCH = 5000
LOOK_SECONDS = 2.0


def open_views(world: bootstrap.World, facts: TopicFacts) -> list[list[LiveView]]:
    """Every view by partition. A view that is not there, whose row model or fold has changed, or that stands elsewhere
    than the others, is rebuilt beside what readers see. Raises `CannotFoldError`, `RebuildError`."""
    with world.pool.connection() as c:
        with c.transaction():
            c.execute("SELECT pg_advisory_xact_lock(%s)", (view_tables.OPENING_LOCK,))
            found = {name: view_tables.live(c, view) for name, view in VIEWS.items()}
            if not any(found.values()):
                for view in VIEWS.values():
                    table = view_tables.new_table(c, view)
                    table.create(c, facts.id, facts.partitions, ORIGIN)
                    table.add_keys(c)
                    view_tables.publish(c, table)
            row_security.refresh(c, [(t.view, t.table) for t in found.values() if t is not None])
        stale = stale_views(c)
    if stale:
        rebuild(world, stale)
    with world.pool.connection() as c, c.transaction():
        tables = [view_tables.live(c, view) for view in VIEWS.values()]
        return [
            [LiveView(table, c, partition) for table in tables if table is not None]
            for partition in range(facts.partitions)
        ]


def stale_views(c: Connection) -> list[str]:
    """The views that are to be rebuilt before they can be kept current."""
    heads = view_tables.heads(c)
    furthest: dict[int, int] = {}
    for each in heads.values():
        for partition, head in each.items():
            furthest[partition] = max(furthest.get(partition, -1), head.pos)
    found = []
    for name, view in VIEWS.items():
        table = view_tables.live(c, view)
        stands = {partition: head.pos for partition, head in heads.get(name, {}).items()}
        if table is None or f"_{model_hash(view)}_" not in table.table or stands != furthest:
            found.append(name)
    return found


_AWAY = (
    PersistenceError,
    LogAway,
    StaleProjectorError,
    GapError,
    RebuildError,
    psycopg.Error,
    PoolTimeout,
)


class ProjectorProcess:
    """A reader for each partition and a writer for all: while one batch is written, the next is read and folded."""

    def __init__(self, settings: Settings, log: Any) -> None:
        self.settings, self.log = settings, log
        self.world = bootstrap.open_world(settings)
        self.world.check_topics()
        self.heartbeat = Heartbeat(self.world.pool, f"projector-{settings.instance}", "projector")
        self.facts = self.world.expected(settings.topics.ledger)
        self.readers = [bootstrap.open_reader(self.world, p) for p in range(self.facts.partitions)]
        self.log_of_all = PartitionsLog(settings.brokers, settings.topics.ledger)
        self.views: list[list[LiveView]] = []
        self._writer = ThreadPoolExecutor(1, "writer")
        self._writing: Future[None] | None = None
        self._looked = time.monotonic()
        self.running = True

    def stop(self) -> None:
        """Told to: `run` ends soon."""
        self.running = False

    def run(self) -> int:
        """Until told to stop (0) or a fault (3)."""
        backoff = 0.1
        while self.running:
            try:
                if not self.views:
                    self.open()
                self.round()
                backoff = 0.1
            except LogFault as raised:
                fault = self._cause(raised)
                self.log.critical("stopped", code=fault.code, message=fault.message)
                self.heartbeat.beat("stopped", fault.code, fault.message)
                return STOPPED
            except CannotFoldError as stuck:
                self.log.critical("stopped", code="view.cannot_fold", message=str(stuck))
                self.heartbeat.beat("stopped", "view.cannot_fold", str(stuck))
                return STOPPED
            except _AWAY as away:
                self.log.warning("waiting", reason=type(away).__name__)
                self.heartbeat.beat("waiting", "away", type(away).__name__)
                if self._writing is not None:
                    wait([self._writing])
                self._writing, self.views = None, []
                time.sleep(backoff)
                backoff = min(backoff * 2, 2.0)
        return 0

    def _cause(self, fault: LogFault) -> LogFault:
        """Why an offset is gone: the topic is another one, or shorter than it was; else what was raised."""
        if fault.code != "log.offset_gone":
            return fault
        try:
            for reader in self.readers:
                reader.check_identity()
                reader.check_length()
        except LogFault as cause:
            return cause
        except LogAway:
            return fault
        return fault

    def open(self) -> None:
        """Open the views and start each reader behind the view that is furthest back."""
        views = open_views(self.world, self.facts)
        for partition, reader in enumerate(self.readers):
            with self.world.pool.connection() as c:
                heads = [v.table.head(c, partition) for v in views[partition]]
            topic_id, head = min(heads, key=lambda h: h[1].pos)
            reader.start(head, TopicFacts(topic_id, self.facts.partitions))
        self.log_of_all.follow({p: r.next_offset for p, r in enumerate(self.readers)})
        self.views = views

    def round(self) -> None:
        """What has come on all partitions."""
        found = self.log_of_all.poll(IDLE_MS, BATCH)
        taken = {partition: self.readers[partition].take(records) for partition, records in found.items()}
        coming = [
            Coming(self.views[partition], placed, head_of(placed)) for partition, placed in taken.items() if placed
        ]
        if coming:
            batch = self._folded(coming)
            self._written()
            self._writing = self._writer.submit(self._write, batch)
        elif self._writing is not None and self._writing.done():
            self._written()
        if time.monotonic() - self._looked > LOOK_SECONDS:
            self._looked = time.monotonic()
            # First whether the log is there: of one that is gone no broker says where it ends.
            for reader in self.readers:
                reader.check_identity()
                reader.check_length()
            self.log_of_all.check_moving()
        self.heartbeat.beat("ready")

    def _written(self) -> None:
        """Wait until the last batch is written. Raises what its writer has failed with."""
        writing, self._writing = self._writing, None
        if writing is not None:
            writing.result()

    def _folded(self, coming: list[Coming]) -> Folded:
        with self.world.pool.connection() as c:
            return folded(c, coming, self.world.registry.registry, view_tables.load)

    def _write(self, batch: Folded) -> None:
        with self.world.pool.connection() as c, c.transaction():
            view_tables.save(c, batch)
        for view, (_, partition, pos, reason) in batch.stuck():
            self.log.error("parked", code="view.parked", view=view, position=f"{partition}-{pos}", reason=reason)


def main() -> int:
    """Entry point."""
    return serve("projector", ProjectorProcess)


if __name__ == "__main__":
    sys.exit(main())
