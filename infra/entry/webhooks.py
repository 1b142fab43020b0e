"""`python -m infra.entry.webhooks`: sends their feeds to the agencies that subscribed, until it is told to stop.

It needs PostgreSQL and the way out alone, no Kafka. Any number may run: a subscription is held by one of them, and
another stands in when that one ends. It is woken by the projector's notifications and by `tamga webhook`.
"""

from __future__ import annotations

import sys
import threading
from typing import Any

import psycopg
from psycopg_pool import PoolTimeout

from consumers.ports import Stop
from consumers.webhooks import Schedule
from infra import bootstrap, view_tables
from infra.entry.service import STOPPED, serve
from infra.heartbeat import Heartbeat
from infra.index import open_pool
from infra.listening import Listener
from infra.settings import Settings
from infra.webhooks import guard, secrets, store
from infra.webhooks.guard import ForbiddenAddressError
from infra.webhooks.post import LIMITS, Poster
from infra.webhooks.secrets import Derive
from infra.webhooks.worker import Worker

LOOK_SECONDS = 1.0
CONNECTIONS = 8


def schedule(settings: Settings) -> Schedule:
    """When a message is tried again, by the settings."""
    return Schedule(tuple(map(float, settings.webhook_schedule.split(","))), settings.webhook_patience)


class WebhooksProcess:
    """A worker for each subscription that nobody else holds, the heartbeat."""

    def __init__(self, settings: Settings, log: Any) -> None:
        bootstrap.require(settings, "database_url")
        self.settings, self.log = settings, log
        try:
            self.poster = Poster(guard.networks(settings.webhook_networks), settings.webhook_ca)
        except (ForbiddenAddressError, OSError) as error:
            raise Stop("webhook.bad_setting", str(error)) from None
        self.pool = open_pool(settings.database_url, size=CONNECTIONS)
        self.name = f"webhooks-{settings.instance}"
        self.heartbeat = Heartbeat(self.pool, self.name, "webhooks")
        self.workers: dict[int, Worker] = {}
        self._derive: Derive | None = None
        self._woken, self._running = threading.Event(), True
        self._listener = Listener(settings.database_url, (view_tables.CHANNEL, store.CHANNEL), self._heard)

    def stop(self) -> None:
        """Told to: `run` ends after the tries that are under way."""
        self._running = False
        self._woken.set()

    def run(self) -> int:
        """Until told to stop (0) or a fault (3)."""
        self._listener.start()
        while self._running:
            self._woken.clear()
            try:
                self.look()
                self.heartbeat.beat("ready")
            except (psycopg.Error, PoolTimeout) as away:
                self.log.warning("waiting", reason=type(away).__name__)
                self.heartbeat.beat("waiting", "away", type(away).__name__)
            except Stop as fault:
                self.log.critical("stopped", code=fault.code, message=fault.message)
                self.heartbeat.beat("stopped", fault.code, fault.message)
                self._end()
                return STOPPED
            self._woken.wait(LOOK_SECONDS)
        self._end()
        return 0

    def look(self) -> None:
        """Start a worker for each subscription that has none. Raises `Stop` when there is no key to sign with."""
        self.workers = {id: worker for id, worker in self.workers.items() if worker.thread.is_alive()}
        for id in store.free(self.pool, self.name):
            if id not in self.workers:
                self._derive = self._derive or secrets.found(self.settings)
                self.workers[id] = Worker(
                    self.pool,
                    id,
                    self.name,
                    poster=self.poster,
                    derive=self._derive,
                    schedule=schedule(self.settings),
                )
                self.workers[id].thread.start()

    def _heard(self, channel: str) -> None:
        changed = channel != view_tables.CHANNEL
        for worker in list(self.workers.values()):
            if changed:
                worker.changed.set()
            worker.woken.set()
        if changed:
            self._woken.set()

    def _end(self) -> None:
        for worker in self.workers.values():
            worker.stop()
        for worker in self.workers.values():
            worker.thread.join(LIMITS.whole)


def main() -> int:
    """Entry point."""
    return serve("webhooks", WebhooksProcess, away=(psycopg.Error, PoolTimeout), faults=(Stop,))


if __name__ == "__main__":
    sys.exit(main())
