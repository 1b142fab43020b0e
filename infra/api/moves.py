"""Wakes whoever waits for a view to move, by the projector's own notification; it reconnects with backoff.

Who waits looks again after seconds all the same, so that a lost notification delays an answer and never loses it. Used
by `min_position` and by event streams.
"""

from __future__ import annotations

import asyncio

import psycopg

from infra.view_tables import CHANNEL


class Moves:
    """Follows the views' moves of one database."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._next: asyncio.Future[None] | None = None

    def next(self) -> asyncio.Future[None]:
        """Done at the next move after now; ask for it before you look."""
        if self._next is None or self._next.done():
            self._next = asyncio.get_running_loop().create_future()
        return self._next

    def wake(self) -> None:
        """Everybody who waits looks again."""
        if self._next is not None and not self._next.done():
            self._next.set_result(None)

    async def listen(self) -> None:
        """Wake waiters until cancelled."""
        pause = 0.1
        while True:
            try:
                async with await psycopg.AsyncConnection.connect(self._url, autocommit=True, connect_timeout=5) as c:
                    await c.execute(f"LISTEN {CHANNEL}".encode())
                    self.wake()
                    pause = 0.1
                    async for _ in c.notifies():
                        self.wake()
            except (psycopg.Error, OSError):
                await asyncio.sleep(pause)
                pause = min(pause * 2, 5.0)
