"""`python -m infra.entry.feeder`: sends each agency's feed to its topic, until it is told to stop.

Any number may run: each sends what it finds behind the position that was kept, and readers take every message once. It
is woken by the projector's notification; it waits with backoff while Kafka, PostgreSQL or the views are away, and stops
for good (exit status 3) when a feed's topic is not what it must be.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Mapping, Sequence
from typing import Any

import psycopg
from eventsourcing.persistence import PersistenceError
from psycopg_pool import PoolTimeout

from consumers import feeds
from consumers.feeds import Part, Wave
from infra import bootstrap, feed_source
from infra.entry.service import STOPPED, serve
from infra.heartbeat import Heartbeat
from infra.kafka.append import HELD_MS, Appender
from infra.kafka.errors import LogAway, LogFault
from infra.listening import Listener
from infra.settings import Settings
from infra.view_tables import CHANNEL

LOOK_SECONDS = 1.0
"""How long it sleeps unless it is woken: to beat, and should a notification have been lost with its connection."""

_KEEP = b"""
INSERT INTO feed_position SELECT * FROM unnest(%s::int[], %s::bigint[])
ON CONFLICT (partition) DO UPDATE SET pos = greatest(feed_position.pos, excluded.pos)
"""


class FeederProcess:
    """The views, the producer, the heartbeat."""

    def __init__(self, settings: Settings, log: Any) -> None:
        self.settings, self.log = settings, log
        self.world = bootstrap.open_world(settings)
        self.heartbeat = Heartbeat(self.world.pool, f"feeder-{settings.instance}", "feeder")
        self.appender = Appender(settings.brokers, linger_ms=HELD_MS)
        self._topics: set[str] = set()
        for agency in self.world.registry.registry.agencies:
            self._ensure(settings.topics.feed(agency))
        self._woken, self._running = threading.Event(), True
        self._listener = Listener(settings.database_url, (CHANNEL,), lambda _: self._woken.set())

    def stop(self) -> None:
        """Told to: `run` ends soon."""
        self._running = False
        self._woken.set()

    def run(self) -> int:
        """Until told to stop (0) or a fault (3)."""
        self._listener.start()
        backoff = 0.1
        while self._running:
            try:
                if not feeds.step(self.source, self.send, self.keep):
                    self._woken.wait(LOOK_SECONDS)
                    self._woken.clear()
                self.heartbeat.beat("ready")
                backoff = 0.1
            except LogFault as fault:
                self.log.critical("stopped", code=fault.code, message=fault.message)
                self.heartbeat.beat("stopped", fault.code, fault.message)
                return STOPPED
            except (PersistenceError, LogAway, psycopg.Error, PoolTimeout) as away:
                self.log.warning("waiting", reason=type(away).__name__)
                self.heartbeat.beat("waiting", "away", type(away).__name__)
                self._woken.wait(backoff)
                backoff = min(backoff * 2, 5.0)
        return 0

    def source(self) -> Sequence[Part]:
        """What has come on every partition."""
        with self.world.pool.connection() as c, c.transaction():
            return feed_source.behind(c)

    def send(self, wave: Wave) -> None:
        """To each agency's topic, with one wait for all. Raises `LogAway`, `LogFault`."""
        topics = {agency: self.settings.topics.feed(agency) for agency, _ in wave}
        for topic in topics.values():
            self._ensure(topic)
        self.appender.append_each({(topics[agency], p): bodies for (agency, p), bodies in wave.items()})

    def keep(self, positions: Mapping[int, int]) -> None:
        """Everything up to these positions was acknowledged."""
        with self.world.pool.connection() as c:
            c.execute(_KEEP, (list(positions), list(positions.values())))

    def _ensure(self, topic: str) -> None:
        if topic not in self._topics:
            self.world.topics.ensure_feed(topic, like=self.settings.topics.ledger)
            self._topics.add(topic)


def main() -> int:
    """Entry point."""
    return serve("feeder", FeederProcess, away=(psycopg.Error,))


if __name__ == "__main__":
    sys.exit(main())
