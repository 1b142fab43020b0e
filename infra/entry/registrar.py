"""`python -m infra.entry.registrar`: judges the partitions that the group gives it, until it is told to stop.

It waits with backoff while Kafka or PostgreSQL is away, and stops for good, not ready and with an alarm on stderr and
in the process table, when the log is not the log that it was or a clock is wrong (exit status 3).
"""

from __future__ import annotations

import os
import sys
import threading
import time
from typing import Any

from eventsourcing.persistence import PersistenceError

from consumers.ports import Stop
from consumers.registrar import Clocks, PartitionRegistrar
from domain.registry import View
from infra import bootstrap, clock
from infra.entry.partition_worker import PartitionWorker
from infra.entry.service import STOPPED, serve
from infra.entry.submissions_topic import SubmissionsTopic
from infra.heartbeat import Heartbeat
from infra.kafka.append import now_ms
from infra.kafka.errors import LogAway, LogFault
from infra.kafka.group import Membership
from infra.kafka.log import PartitionLog
from infra.kafka.rights import registrars_of
from infra.log_watch import LogWatch
from infra.reader import LedgerReader
from infra.settings import Settings

DEFECT = 1
"""A fault of this program, not of the log: whoever supervises it starts it again."""
SHARE_MS = 200
DELETE_SECONDS = 60.0


class RegistryView:
    """The registry as registrars take it."""

    def __init__(self, world: bootstrap.World) -> None:
        self._log = world.registry

    @property
    def age(self) -> float:
        """Seconds since it was read to its end."""
        return self._log.age

    def refresh(self) -> None:
        """Read to its end."""
        self._log.refresh()

    def view(self) -> View:
        """As it stands."""
        return self._log.registry.view()


class RegistrarProcess:
    """Membership, a worker for each partition, a watch over their logs, heartbeat."""

    def __init__(self, settings: Settings, log: Any) -> None:
        self.settings, self.log = settings, log
        self.world = bootstrap.open_world(settings, pool_size=12)
        self.world.check_topics()
        self.name = f"registrar-{settings.instance}"
        self.heartbeat = Heartbeat(self.world.pool, self.name, "registrar")
        self.topic = SubmissionsTopic(self.world)
        self.told_to_stop = threading.Event()
        self.workers: dict[int, PartitionWorker] = {}
        self.readers: dict[int, LedgerReader] = {}
        self.watch = LogWatch(self.world, lambda: list(self.readers.values()), self.topic.check)
        self._deleted = time.monotonic()
        self._forced = os.environ.get("TAMGA_FORCE_PARTITION")
        self._membership: Membership | None = None

    def stop(self) -> None:
        """Told to: `run` ends soon."""
        self.told_to_stop.set()

    def run(self) -> int:
        """Until told to stop (0) or a fault (3)."""
        self.watch.start()
        while not self.told_to_stop.is_set():
            try:
                self.share(self.assigned())
                self.delete_judged()
                self.watch.check()
            except (PersistenceError, LogAway) as away:
                self.log.warning("waiting", reason=type(away).__name__)
                self.told_to_stop.wait(1)
            except (LogFault, Stop) as fault:
                return self._stopped(fault)
            for worker in self.workers.values():
                if worker.fault is not None:
                    return self._stopped(worker.fault)
            self.beat()
        for worker in self.workers.values():
            worker.stop()
        return 0

    def assigned(self) -> frozenset[int]:
        """The partitions that are this process's now."""
        if self._forced is not None:
            self.told_to_stop.wait(SHARE_MS / 1000)
            return frozenset({int(self._forced)})
        if self._membership is None:
            names = self.settings.topics
            self._membership = Membership(
                self.settings.brokers, names.submissions, group=registrars_of(names), instance=self.name
            )
        return self._membership.poll(SHARE_MS)

    def share(self, mine: frozenset[int]) -> None:
        """Start a worker for what the group gives, end those of what it takes."""
        for partition in self.workers.keys() - mine:
            self.readers.pop(partition)
            self.workers.pop(partition).stop()
            self.log.info("partition", partition=partition, what="left")
        for partition in sorted(mine - self.workers.keys()):
            self.workers[partition] = self._worker(partition)
            self.workers[partition].start()
            self.log.info("partition", partition=partition, what="taken")

    def beat(self) -> None:
        """Ready when there is a partition and every worker is."""
        states = {worker.state for worker in self.workers.values()}
        if not states:
            self.heartbeat.beat("waiting", "no_partition")
        elif states == {"ready"}:
            self.heartbeat.beat("ready")
        else:
            self.heartbeat.beat("waiting", "away")

    def delete_judged(self) -> None:
        """Every minute, delete the submissions that have been judged for an hour."""
        if time.monotonic() - self._deleted < DELETE_SECONDS:
            return
        self._deleted = time.monotonic()
        topic = self.settings.topics.submissions
        offsets = {(topic, p): offset for p, w in self.workers.items() if (offset := w.registrar.deletable()) > 0}
        if offsets:
            self.world.topics.delete_before(offsets)

    def _stopped(self, fault: LogFault | Stop) -> int:
        self.log.critical("stopped", code=fault.code, message=fault.message)
        self.heartbeat.beat("stopped", fault.code, fault.message)
        return DEFECT if fault.code == "registrar.defect" else STOPPED

    def _worker(self, partition: int) -> PartitionWorker:
        settings = self.settings
        recorder = bootstrap.open_recorder(self.world, partition)
        self.readers[partition] = recorder.reader
        registrar = PartitionRegistrar(
            partition=partition,
            partitions=self.world.registry.registry.partitions,
            ledger=settings.ledger_id,
            recorder=recorder,
            states=recorder.index,
            registry=RegistryView(self.world),
            clocks=Clocks(clock.now, clock.latest, now_ms, time.monotonic),
            salt=lambda: os.urandom(16),
            alarm=lambda code, message: self.log.error("alarm", code=code, message=message),
            cache_entries=settings.cache_entries // self.world.registry.registry.partitions,
        )
        log = PartitionLog(settings.brokers, settings.topics.submissions, partition)
        return PartitionWorker(registrar, self.topic, log, self.log, batch=settings.batch)


def main() -> int:
    """Entry point."""
    return serve("registrar", RegistrarProcess)


if __name__ == "__main__":
    sys.exit(main())
