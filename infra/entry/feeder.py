"""`python -m infra.entry.feeder`: sends each agency's feed to its topic, until it is told to stop.

Any number may run: each sends what it finds behind the position that was kept, and readers take every message once. It
is woken by the projector's notification and looks every second all the same; it waits with backoff while Kafka,
PostgreSQL or the views are away.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Sequence
from typing import Any

import psycopg
from eventsourcing.persistence import PersistenceError
from psycopg_pool import PoolTimeout

from consumers.feeds import AT_ONCE, Feeder, Message, event_message, outcome_message
from infra import bootstrap
from infra.entry.service import serve
from infra.heartbeat import Heartbeat
from infra.kafka.append import Appender
from infra.kafka.errors import LogAway
from infra.settings import Settings
from infra.view_tables import CHANNEL

LOOK_SECONDS = 1.0
SENT_AT_ONCE = 1_000

_BOUND = b"""
SELECT coalesce(max(pos), -1) FROM (
    SELECT pos FROM (
        (SELECT pos FROM timeline WHERE partition = %(p)s AND pos > %(pos)s ORDER BY pos LIMIT %(limit)s)
        UNION ALL
        (SELECT pos FROM submissions WHERE partition = %(p)s AND pos > %(pos)s ORDER BY pos LIMIT %(limit)s)
    ) AS listed ORDER BY pos LIMIT %(limit)s
) AS first
"""
_TOLD = b"""
SELECT agency, partition, pos, n, case_id, epoch, told FROM timeline
WHERE partition = %s AND pos > %s AND pos <= %s ORDER BY pos, agency, n
"""
_OUTCOMES = b"""
SELECT agency, partition, pos, case_id, src, event_id, outcome, code, at FROM submissions
WHERE partition = %s AND pos > %s AND pos <= %s ORDER BY pos, agency
"""
_KEEP = b"""
INSERT INTO feed_position VALUES (%s, %s)
ON CONFLICT (partition) DO UPDATE SET pos = greatest(feed_position.pos, excluded.pos)
"""


class FeederProcess:
    """The views, the producer, the heartbeat."""

    def __init__(self, settings: Settings, log: Any) -> None:
        self.settings, self.log = settings, log
        self.world = bootstrap.open_world(settings)
        self.heartbeat = Heartbeat(self.world.pool, f"feeder-{settings.instance}", "feeder")
        self.appender = Appender(settings.brokers)
        self._topics: set[str] = set()
        self._woken, self._running = threading.Event(), True
        self._listener = threading.Thread(target=self._listen, name="listener", daemon=True)

    def stop(self) -> None:
        """Told to: `run` ends soon."""
        self._running = False
        self._woken.set()

    def run(self) -> int:
        """Until told to stop (0)."""
        self._listener.start()
        backoff, feeder = 0.1, None
        while self._running:
            try:
                feeder = feeder or Feeder(self.messages, self.send, self.keep, self.positions())
                if not feeder.step():
                    self._woken.wait(LOOK_SECONDS)
                    self._woken.clear()
                self.heartbeat.beat("ready")
                backoff = 0.1
            except (PersistenceError, LogAway, psycopg.Error, PoolTimeout) as away:
                self.log.warning("waiting", reason=type(away).__name__)
                self.heartbeat.beat("waiting", "away", type(away).__name__)
                feeder = None
                self._woken.wait(backoff)
                backoff = min(backoff * 2, 5.0)
        return 0

    def positions(self) -> dict[int, int]:
        """How far feeders have come, per partition."""
        partitions = range(self.world.registry.registry.partitions)
        with self.world.pool.connection() as c:
            kept = dict(c.execute("SELECT partition, pos FROM feed_position").fetchall())
        return {partition: kept.get(partition, -1) for partition in partitions}

    def messages(self, partition: int, position: int) -> tuple[Sequence[Message], int]:
        """Every message behind a position, up to some later one, in the order of positions and numbers."""
        asked = {"p": partition, "pos": position, "limit": AT_ONCE}
        with self.world.pool.connection() as c, c.transaction():
            c.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            bound = c.execute(_BOUND, asked).fetchone()
            upto = bound[0] if bound is not None else -1
            if upto < 0:
                return (), position
            span = (partition, position, upto)
            found = [outcome_message(*row) for row in c.execute(_OUTCOMES, span)]
            found += [event_message(*row) for row in c.execute(_TOLD, span)]
        return sorted(found, key=lambda message: (message.pos, message.agency, message.n)), upto

    def send(self, messages: Sequence[Message]) -> None:
        """To each agency's topic. Raises `LogAway`."""
        partition = messages[0].partition
        topics = self.settings.topics
        by_agency: dict[str, list[bytes]] = {}
        for message in messages:
            by_agency.setdefault(message.agency, []).append(message.body.encode())
        for agency, bodies in by_agency.items():
            topic = topics.feed(agency)
            self._ensure(topic)
            for first in range(0, len(bodies), SENT_AT_ONCE):
                self.appender.append(topic, partition, bodies[first : first + SENT_AT_ONCE])

    def _ensure(self, topic: str) -> None:
        if topic not in self._topics:
            self.world.topics.ensure_feed(topic, like=self.settings.topics.ledger)
            self._topics.add(topic)

    def keep(self, partition: int, position: int) -> None:
        """Everything up to this position was acknowledged."""
        with self.world.pool.connection() as c:
            c.execute(_KEEP, (partition, position))

    def _listen(self) -> None:
        while self._running:
            try:
                with psycopg.connect(self.settings.database_url, autocommit=True, connect_timeout=5) as c:
                    c.execute(f"LISTEN {CHANNEL}".encode())
                    self._woken.set()
                    while self._running:
                        for _ in c.notifies(timeout=1.0, stop_after=1):
                            self._woken.set()
            except psycopg.Error:
                self._woken.wait(1.0)


def main() -> int:
    """Entry point."""
    return serve("feeder", FeederProcess, away=(psycopg.Error,))


if __name__ == "__main__":
    sys.exit(main())
