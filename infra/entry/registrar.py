"""`python -m infra.entry.registrar`: judges the partitions that the group gives it, until it is told to stop.

It waits with backoff while Kafka or PostgreSQL is away, and stops for good, not ready and with an alarm on stderr and
in the process table, when the log is not the log that it was or a clock is wrong (exit status 3).
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import orjson
from eventsourcing.persistence import PersistenceError

from consumers.ports import Stop
from consumers.registrar import Clocks, PartitionRegistrar, in_turn
from domain.judge import Draft
from domain.registry import View
from infra import bootstrap, clock, log_lines, memory
from infra.heartbeat import Heartbeat, say_stopped
from infra.index import Index
from infra.kafka.append import now_ms
from infra.kafka.errors import LogAway, LogFault
from infra.kafka.group import Membership
from infra.kafka.log import PartitionLog, PartitionsLog
from infra.settings import Settings, load

STOPPED = 3
IDLE_MS = 100
LOOK_SECONDS = 2.0
SPREAD_FROM = 64


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
    """Membership, one `PartitionRegistrar` a partition, heartbeat."""

    def __init__(self, settings: Settings, log: Any) -> None:
        self.settings, self.log = settings, log
        self.world = bootstrap.open_world(settings)
        self.world.check_topics()
        self.name = f"registrar-{settings.instance}"
        self.heartbeat = Heartbeat(self.world.pool, self.name, "registrar")
        self.membership = Membership(
            settings.kafka_bootstrap,
            settings.topics.submissions,
            group=f"{settings.topic_prefix}.registrars",
            instance=self.name,
        )
        self.submissions = PartitionsLog(settings.kafka_bootstrap, settings.topics.submissions)
        self.threads = ThreadPoolExecutor(1, thread_name_prefix="verify")
        self.running = True
        self._followed: frozenset[int] = frozenset()
        self._named: dict[int, str] = {}
        self.registrars: dict[int, PartitionRegistrar] = {}
        self._looked = self._deleted = time.monotonic()
        self._forced = os.environ.get("TAMGA_FORCE_PARTITION")

    def run(self) -> int:
        """Until told to stop (0) or a fault (3)."""
        backoff = 0.1
        while self.running:
            try:
                self.round()
                backoff = 0.1
            except (LogFault, Stop) as raised:
                fault = self._cause(raised)
                self.log.critical("stopped", code=fault.code, message=fault.message)
                self.heartbeat.beat("stopped", fault.code, fault.message)
                return STOPPED
            except (PersistenceError, LogAway) as away:
                self.log.warning("waiting", reason=type(away).__name__, message=str(away)[:200])
                self.heartbeat.beat("waiting", "away", type(away).__name__)
                for registrar in self.registrars.values():
                    registrar.let_go()
                time.sleep(backoff)
                backoff = min(backoff * 2, 2.0)
        return 0

    def _cause(self, fault: LogFault | Stop) -> LogFault | Stop:
        """Why an offset is gone: the topic is another one, shorter than it was, or was deleted unread."""
        if fault.code != "log.offset_gone":
            return fault
        try:
            self._check_submissions()
            for partition, registrar in self.registrars.items():
                registrar.look()
                self._next(partition, registrar)
        except (LogFault, Stop) as cause:
            return cause
        except (PersistenceError, LogAway):
            return fault
        return fault

    def round(self) -> None:
        """What has come on each partition, a batch of each."""
        self._share()
        for partition, records in self.submissions.poll(IDLE_MS, self.settings.batch).items():
            self.registrars[partition].judge(records)
        self._look()
        self.heartbeat.beat("ready" if self.registrars else "waiting", "" if self.registrars else "no_partition")

    def _share(self) -> None:
        """Take what the group gives, let go what it takes, take over anew what was let go."""
        if self._forced is not None:
            mine = frozenset({int(self._forced)})
        else:
            mine = self.membership.poll(0 if self.registrars else 200)
        for partition in mine - self.registrars.keys():
            self.registrars[partition] = self._registrar(partition)
            self.log.info("partition", partition=partition, what="taken")
        for partition in self.registrars.keys() - mine:
            self.registrars.pop(partition).close()
            self.log.info("partition", partition=partition, what="left")
        if mine != self._followed or not all(r.taken for r in self.registrars.values()):
            self._followed = frozenset()
            self.submissions.follow({p: self._next(p, r) for p, r in self.registrars.items()})
            self._followed = mine

    def _next(self, partition: int, registrar: PartitionRegistrar) -> int:
        """The offset to read on from, which must be there or be the end."""
        following = registrar.judged_to + 1 if registrar.taken else registrar.take_over()
        self._named[partition] = self._genesis(partition)["submissions"]
        self._check_submissions()
        log = PartitionLog(self.settings.kafka_bootstrap, self.settings.topics.submissions, partition)
        start, end = log.bounds()
        log.close()
        if following < start:
            message = (
                f"submissions {partition}-{following} to {start - 1} were deleted unread; see `tamga intake reset`"
            )
            raise Stop("intake.lost", message)
        if following > end:
            raise LogFault("log.truncated", f"{self.submissions.topic}/{partition} ends at {end}, more was judged")
        return following

    def _genesis(self, partition: int) -> dict[str, Any]:
        """What position 0 says."""
        index = Index(self.world.pool, self.settings.topics.ledger, partition)
        index.head()
        (row,) = index.select("pos = %s", [0], "pos", 1)
        facts: dict[str, Any] = orjson.loads(row.body)["genesis"]
        return facts

    def _registrar(self, partition: int) -> PartitionRegistrar:
        settings = self.settings
        recorder = bootstrap.open_recorder(self.world, partition)
        return PartitionRegistrar(
            partition=partition,
            partitions=self.world.registry.registry.partitions,
            ledger=settings.ledger_id,
            recorder=recorder,
            states=recorder.index,
            registry=RegistryView(self.world),
            clocks=Clocks(clock.now, clock.latest, now_ms, time.monotonic),
            salt=lambda: os.urandom(16),
            alarm=lambda code, message: self.log.error("alarm", code=code, message=message),
            spread=self.spread,
            cache_entries=settings.cache_entries,
        )

    def spread(self, read: Callable[[Any], Draft], records: Sequence[Any]) -> list[Draft]:
        """A large batch is read by two threads: Ed25519 runs outside the interpreter's lock."""
        if len(records) < SPREAD_FROM:
            return in_turn(read, records)
        half = len(records) // 2
        later = self.threads.submit(in_turn, read, records[half:])
        return in_turn(read, records[:half]) + later.result()

    def _look(self) -> None:
        if time.monotonic() - self._looked < LOOK_SECONDS:
            return
        self._looked = time.monotonic()
        self._check_submissions()
        for registrar in self.registrars.values():
            registrar.look()
        if time.monotonic() - self._deleted > 60:
            self._deleted = time.monotonic()
            self._delete_judged()

    def _check_submissions(self) -> None:
        """The submissions topic is the one that genesis names, with the partitions that it had."""
        topic = self.settings.topics.submissions
        facts = self.world.topics.facts(topic)
        if facts.partitions != self.world.registry.registry.partitions:
            raise LogFault("log.partitions_changed", f"{topic} has {facts.partitions} partitions now")
        if any(named != facts.id for named in self._named.values()):
            raise LogFault("log.recreated", f"{topic}: genesis names another topic id")

    def _delete_judged(self) -> None:
        topic = self.settings.topics.submissions
        offsets = {(topic, p): offset for p, r in self.registrars.items() if (offset := r.deletable()) > 0}
        if offsets:
            self.world.topics.delete_before(offsets)


def main() -> int:
    """Entry point."""
    settings = load()
    log = log_lines.configure(f"registrar-{settings.instance}")
    process: RegistrarProcess | None = None
    while process is None:
        try:
            process = RegistrarProcess(settings, log)
        except (LogAway, PersistenceError) as away:
            log.warning("waiting", reason=type(away).__name__)
            time.sleep(1)
        except LogFault as fault:
            log.critical("stopped", code=fault.code, message=fault.message)
            name = f"registrar-{settings.instance}"
            say_stopped(settings.database_url, name, "registrar", fault.code, fault.message)
            return STOPPED

    def stop(*_: object) -> None:
        assert process is not None
        process.running = False

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    memory.settle()
    log.info("started")
    return process.run()


if __name__ == "__main__":
    sys.exit(main())
