"""A thread sends for one subscription, so that a slow or dead receiver holds up nobody but itself.

It holds the subscription as long as it sends (`infra.webhooks.store`), goes over the partitions that may be tried, and
sleeps until the next try or until it is woken. It ends when the subscription is paused, ended or removed. Started by
`infra.entry.webhooks`.
"""

from __future__ import annotations

import threading
import time

import psycopg
from psycopg_pool import PoolTimeout

from consumers import webhooks
from consumers.feeds import Message
from consumers.webhooks import Ended, Schedule
from infra.bootstrap import Pool
from infra.webhooks import store
from infra.webhooks.post import Poster
from infra.webhooks.secrets import Derive
from infra.webhooks.store import NotHeldError, Subscription, WebhookStore

LOOK_SECONDS = 10.0
RENEW_SECONDS = 5.0
NO_LONGER_TOLD = "no_longer_told"


class Worker:
    """Sends for one subscription until it is told to stop or has nothing to send for any more."""

    def __init__(self, pool: Pool, id: int, holder: str, *, poster: Poster, derive: Derive, schedule: Schedule) -> None:
        self.store = WebhookStore(pool, id, holder)
        self._poster, self._derive, self._schedule = poster, derive, schedule
        self.woken, self.changed, self.running = threading.Event(), threading.Event(), True
        self._held_at = float("-inf")
        self._subscription: Subscription | None = None
        self.thread = threading.Thread(target=self._run, name=f"webhook-{id}", daemon=True)

    def stop(self) -> None:
        """End after the try that is under way."""
        self.running = False
        self.woken.set()

    def _run(self) -> None:
        backoff = 0.1
        while self.running:
            self.woken.clear()
            try:
                wait, backoff = self.round(), 0.1
            except (NotHeldError, Ended):
                return
            except (psycopg.Error, PoolTimeout):
                wait, backoff = backoff, min(backoff * 2, 5.0)
            self.woken.wait(wait)
        self._let_go()

    def round(self) -> float:
        """Send what may be sent; the seconds until there may be more. Raises `NotHeldError`, `Ended`, and what the
        database raises."""
        sub = self._held()
        for place in self.store.again():
            message = self.store.message_at(place)
            error = self.post(message, late=True) if message is not None else NO_LONGER_TOLD
            self.store.tried_again(place, error)
        more = False
        for partition, progress in self.store.progress().items():
            if progress.wait <= 0 and self.running:
                more |= webhooks.deliver(
                    partition,
                    progress,
                    self.store,
                    self.post,
                    wants=sub.wants,
                    schedule=self._schedule,
                    spread=store.spread,
                )
        waits = [each.wait for each in self.store.progress().values() if each.tries]
        return 0.0 if more else min([LOOK_SECONDS, *waits])

    def post(self, message: Message, *, late: bool = False) -> str:
        """One try. Raises `NotHeldError`."""
        sub = self._held()
        secrets = [self._derive(id) for id in sub.secrets]
        headers = webhooks.headers(message, int(time.time()), secrets, late=late)
        return self._poster.post(sub.url, headers, message.body.encode())

    def _held(self) -> Subscription:
        """The subscription as it is now, held for longer than a try lasts."""
        now = time.monotonic()
        if self._subscription is None or self.changed.is_set() or now - self._held_at > RENEW_SECONDS:
            self.changed.clear()
            self._subscription, self._held_at = self.store.hold(), now
        return self._subscription

    def _let_go(self) -> None:
        try:
            self.store.let_go()
        except (psycopg.Error, PoolTimeout):
            return  # its time is over in half a minute
