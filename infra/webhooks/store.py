"""One subscription as its sender keeps it: held by one process at a time, every step from where it stood.

Who sends holds the subscription for 30 seconds and renews that before each try. A sender that was killed or stands
still is stood in for when its time is over; when it goes on all the same, its next step finds the place moved, and the
receiver passes over what came twice.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple
from uuid import UUID

import psycopg

from consumers.feeds import Message
from consumers.webhooks import Progress
from infra import feed_source
from infra.bootstrap import Pool

HELD_SECONDS = 30
PAGE = 20
CHANNEL = "tamga_webhooks"
"""Notified when a subscription was added, changed or removed."""


class NotHeldError(Exception):
    """Another process sends for this subscription, or it is paused, ended or removed."""


class Subscription(NamedTuple):
    """What a sender has to know; `secrets` are ids, the newest first."""

    id: int
    agency: str
    url: str
    wants: frozenset[str]
    secrets: tuple[UUID, ...]


_HOLD = (
    f"UPDATE webhook SET holder = %(holder)s, held_until = now() + interval '{HELD_SECONDS} s'"
    " WHERE id = %(id)s AND state = 'active' AND (holder = %(holder)s OR held_until < now())"
    " RETURNING id, agency, url, wants"
)
_SECRETS = "SELECT id FROM webhook_secret WHERE webhook = %s AND ends_at > now() ORDER BY made_at DESC, id"
_PROGRESS = (
    "SELECT partition, pos, n, tries, greatest(extract(epoch FROM next_at - now()), 0)::float8,"
    " coalesce(extract(epoch FROM now() - failing_since), 0)::float8 FROM webhook_position WHERE webhook = %s"
)
_MOVE = (
    "UPDATE webhook_position SET pos = %s, n = %s, tries = 0, next_at = '-infinity',"
    " failing_since = CASE WHEN %s THEN NULL ELSE failing_since END, error = %s"
    " WHERE webhook = %s AND partition = %s AND pos = %s AND n = %s"
)
_FAIL = (
    "UPDATE webhook_position SET tries = %s, next_at = now() + make_interval(secs => %s),"
    " failing_since = coalesce(failing_since, now()), error = %s"
    " WHERE webhook = %s AND partition = %s AND pos = %s AND n = %s"
)
_BURY = "INSERT INTO webhook_dead (webhook, partition, pos, n, tries, error) VALUES (%s, %s, %s, %s, %s, %s)"


class WebhookStore:
    """What PostgreSQL keeps of one subscription."""

    def __init__(self, pool: Pool, id: int, holder: str) -> None:
        self._pool, self.id, self._holder = pool, id, holder
        self._agency = ""

    def hold(self) -> Subscription:
        """Take it, or hold it longer. Raises `NotHeldError`."""
        with self._pool.connection() as c, c.transaction():
            row = c.execute(_HOLD.encode(), {"holder": self._holder, "id": self.id}).fetchone()
            if row is None:
                raise NotHeldError
            secrets = tuple(id for (id,) in c.execute(_SECRETS.encode(), (self.id,)))
        self._agency = row[1]
        return Subscription(row[0], row[1], row[2], frozenset(row[3]), secrets)

    def let_go(self) -> None:
        """Let another process have it at once."""
        with self._pool.connection() as c:
            c.execute(
                "UPDATE webhook SET held_until = '-infinity' WHERE id = %s AND holder = %s", (self.id, self._holder)
            )

    def progress(self) -> dict[int, Progress]:
        """Where each partition stands."""
        with self._pool.connection() as c:
            return {row[0]: Progress(*row[1:]) for row in c.execute(_PROGRESS.encode(), (self.id,))}

    def messages(self, partition: int, after: Progress) -> Sequence[Message]:
        """The agency's next messages, in order."""
        with self._pool.connection() as c, c.transaction():
            return feed_source.following(c, self._agency, partition, (after.pos, after.n), PAGE)

    def age(self, message: Message) -> float:
        """Seconds since the ledger recorded what it tells; what has no time is as old as it may be."""
        if not message.at:
            return float("inf")
        return (datetime.now(UTC) - datetime.fromisoformat(message.at)).total_seconds()

    def passed(self, partition: int, before: Progress, message: Message) -> Progress:
        """The message was taken, or is not wanted. Raises `NotHeldError`."""
        with self._pool.connection() as c:
            self._moved(c, partition, before, message, "")
        return Progress(message.pos, message.n, 0, 0.0, 0.0)

    def failed(self, partition: int, before: Progress, error: str, wait: float) -> None:
        """The message behind `before` is tried again after `wait` seconds. Raises `NotHeldError`."""
        place = (self.id, partition, before.pos, before.n)
        with self._pool.connection() as c:
            _one(c.execute(_FAIL.encode(), (before.tries + 1, wait, error, *place)))

    def given_up(self, partition: int, before: Progress, message: Message, error: str) -> None:
        """The message is a dead letter, and the next one has its turn. Raises `NotHeldError`."""
        with self._pool.connection() as c, c.transaction():
            self._moved(c, partition, before, message, error)
            c.execute(_BURY.encode(), (self.id, partition, message.pos, message.n, before.tries + 1, error))

    def ended(self, reason: str) -> None:
        """Nothing more is sent, unless it is resumed."""
        with self._pool.connection() as c:
            c.execute("UPDATE webhook SET state = 'ended', reason = %s WHERE id = %s", (reason, self.id))

    def _moved(self, c: psycopg.Connection[Any], partition: int, before: Progress, to: Message, error: str) -> None:
        place = (self.id, partition, before.pos, before.n)
        _one(c.execute(_MOVE.encode(), (to.pos, to.n, not error, error, *place)))

    # -- dead letters that somebody wants sent again -------------------------------------------------------------

    def again(self) -> list[tuple[int, int, int]]:
        """(partition, position, number) of each."""
        sql = "SELECT partition, pos, n FROM webhook_dead WHERE webhook = %s AND again ORDER BY 1, 2, 3 LIMIT 100"
        with self._pool.connection() as c:
            return [(p, pos, n) for p, pos, n in c.execute(sql.encode(), (self.id,))]

    def message_at(self, place: tuple[int, int, int]) -> Message | None:
        """The dead letter as the agency is told it now; None when it no longer is."""
        with self._pool.connection() as c, c.transaction():
            return feed_source.message_at(c, self._agency, place[0], place[1:])

    def tried_again(self, place: tuple[int, int, int], error: str) -> None:
        """It was taken (''), or stays a dead letter."""
        at = (self.id, *place)
        where = b" WHERE webhook = %s AND partition = %s AND pos = %s AND n = %s"
        with self._pool.connection() as c:
            if not error:
                c.execute(b"DELETE FROM webhook_dead" + where, at)
            else:
                c.execute(b"UPDATE webhook_dead SET again = false, tries = tries + 1, error = %s" + where, (error, *at))


def spread() -> float:
    """Somewhere from 0 to 1, so that receivers that failed together are not tried together."""
    return random.random()


def free(pool: Pool, holder: str) -> list[int]:
    """The subscriptions that are to be sent for and that nobody else holds."""
    sql = b"SELECT id FROM webhook WHERE state = 'active' AND (holder = %s OR held_until < now()) ORDER BY id"
    with pool.connection() as c:
        return [id for (id,) in c.execute(sql, (holder,))]


def _one(cursor: psycopg.Cursor[Any]) -> None:
    if cursor.rowcount != 1:
        raise NotHeldError
