"""A submission's outcome is read from the index, and a waiter is woken by the index's own notification.

`NOTIFY tamga_entries` says `<log>:<pos>:<src>` with every batch. The listener reconnects with backoff; whoever waits
looks again every second all the same, so a lost notification delays an answer and never loses it.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Mapping
from typing import Any, NamedTuple

import orjson
import psycopg

from infra.api.caller import Caller
from infra.api.database import Database
from infra.index import CHANNEL

LOOK_SECONDS = 1.0

_TOLD = re.compile(r"([0-9]{1,9}):-?[0-9]{1,18}:(-?[0-9]{1,18})")

# The index itself is not for the API's role: a function of the database gives the caller's own outcomes and no others.
_FIND = b"SELECT judged, pos, src, body, others FROM outcome_of(%s, %s, %s)"


class Judged(NamedTuple):
    """What the index knows of an offset: the last judged offset, and the entry that is its outcome, if there is one;
    `others`: there is one, and another agency published it."""

    last: int
    pos: int
    body: Mapping[str, Any] | None
    others: bool = False


class Outcomes:
    """Finds outcomes and waits for them."""

    def __init__(self, database: Database, url: str, topic: str) -> None:
        self._database, self._url, self._topic = database, url, topic
        self._waiting: dict[int, set[tuple[int, asyncio.Event]]] = {}
        self._partitions: dict[int, int | None] = {}
        self._judged: dict[int, int] = {}

    async def find(self, caller: Caller, partition: int, offset: int) -> Judged:
        """What the index says to the caller of a submission. Raises `psycopg.Error`."""
        ((*rows,),) = await self._database.read(caller, (), (_FIND, (self._topic, partition, offset)))
        if not rows:
            return Judged(-1, -1, None)
        (row,) = rows
        if row["others"] and row["src"] == offset:
            return Judged(row["judged"], row["pos"], None, others=True)
        body = orjson.loads(row["body"]) if row["body"] is not None else None
        if body is None or not (row["src"] == offset or _lost(body, offset)):
            return Judged(row["judged"], -1, None)
        return Judged(row["judged"], row["pos"], body)

    async def wait(self, caller: Caller, partition: int, offset: int, seconds: float) -> Judged | None:
        """The outcome, None when it did not come in time or the database could not say."""
        until = time.monotonic() + seconds
        woken = asyncio.Event()
        waiter = (offset, woken)
        self._waiting.setdefault(partition, set()).add(waiter)
        try:
            while True:
                found = await self._look(caller, partition, offset) if self._may_be_there(partition, offset) else None
                left = until - time.monotonic()
                if found is not None or left <= 0:
                    return found
                if not await _sleep(woken, min(left, LOOK_SECONDS)):
                    self._judged.pop(partition, None)
        finally:
            self._waiting[partition].discard(waiter)

    async def listen(self) -> None:
        """Wake waiters until cancelled."""
        pause = 0.1
        while True:
            try:
                async with await psycopg.AsyncConnection.connect(
                    self._url, autocommit=True, connect_timeout=5
                ) as connection:
                    await connection.execute(f"LISTEN {CHANNEL}".encode())
                    self._partitions.clear()
                    self._wake_all()
                    pause = 0.1
                    async for notice in connection.notifies():
                        await self._told(notice.payload)
            except (psycopg.Error, OSError):
                self._judged.clear()
                await asyncio.sleep(pause)
                pause = min(pause * 2, 5.0)

    def _may_be_there(self, partition: int, offset: int) -> bool:
        """False while the listener has heard of this partition but not of this offset: its batch will wake us."""
        return self._judged.get(partition, offset) >= offset

    async def _look(self, caller: Caller, partition: int, offset: int) -> Judged | None:
        try:
            found = await self.find(caller, partition, offset)
        except (psycopg.OperationalError, psycopg.InterfaceError):
            return None
        return found if found.body is not None or found.others else None

    async def _told(self, payload: str) -> None:
        told = _TOLD.fullmatch(payload)
        if told is None:
            return
        log, src = int(told[1]), int(told[2])
        if log not in self._partitions:
            rows = await self._database.rows(b"SELECT id, topic, partition FROM log")
            self._partitions = {r["id"]: r["partition"] if r["topic"] == self._topic else None for r in rows}
        partition = self._partitions.setdefault(log, None)
        if partition is None:
            return
        self._judged[partition] = src
        for offset, woken in self._waiting.get(partition, ()):
            if offset <= src:
                woken.set()

    def _wake_all(self) -> None:
        for waiters in self._waiting.values():
            for _, woken in waiters:
                woken.set()


async def _sleep(woken: asyncio.Event, seconds: float) -> bool:
    """Was it woken in time?"""
    try:
        await asyncio.wait_for(woken.wait(), seconds)
    except TimeoutError:
        return False
    woken.clear()
    return True


def _lost(body: Mapping[str, Any], offset: int) -> bool:
    said = body.get("outcome", {}).get("intake")
    return said is not None and bool(said["from"] <= offset <= said["to"])
