"""Each process says in the database whether it is ready, waiting or stopped, and since when it was last heard of.

`/readyz` and `tamga status` read it. A database that is away is no reason to stop: the next beat will tell.
"""

from __future__ import annotations

import contextlib
import time

import psycopg
from psycopg_pool import PoolTimeout

from infra.bootstrap import Pool

INTERVAL = 2.0
_BEAT = (
    "INSERT INTO process (name, role, state, code, message) VALUES (%s, %s, %s, %s, %s)"
    " ON CONFLICT (name) DO UPDATE SET state = excluded.state, code = excluded.code,"
    " message = excluded.message, seen_at = now()"
)


def say_stopped(url: str, name: str, role: str, code: str, message: str) -> None:
    """Say that a process could not even begin; it has no pool yet, and a database that is away changes nothing."""
    with contextlib.suppress(psycopg.Error), psycopg.connect(url, autocommit=True, connect_timeout=2) as c:
        c.execute(_BEAT, (name, role, "stopped", code, message))


class Heartbeat:
    """The state of one process, written when it changes and every two seconds."""

    def __init__(self, pool: Pool, name: str, role: str) -> None:
        self._pool, self._name, self._role = pool, name, role
        self._last = ("", "", "")
        self._at = float("-inf")

    def beat(self, state: str, code: str = "", message: str = "") -> None:
        """Say the state: `ready`, `waiting` or `stopped`."""
        now = time.monotonic()
        if (state, code, message) == self._last and now - self._at < INTERVAL:
            return
        try:
            with self._pool.connection(timeout=1.0) as c:
                c.execute(_BEAT, (self._name, self._role, state, code, message))
        except (psycopg.Error, PoolTimeout):
            return
        self._last, self._at = (state, code, message), now
