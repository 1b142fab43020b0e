"""One open event stream: what its agency is told, in the order of positions, until somebody has a reason to end it.

It ends when its reader goes or its time is over, when the process ends, when the caller's key, token, role or agency no
longer holds (looked at with each sign of life), and when the database is away; its reader comes back with the id of the
last event. It holds neither a transaction nor a connection while it waits.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg_pool import PoolTimeout

from consumers.feeds import Message, event_message, outcome_message, parked_message
from infra.api.auth import identify
from infra.api.caller import Caller
from infra.api.database import Rows
from infra.api.problems import ProblemError
from infra.api.service import Service

Place = tuple[int, int]
"""(position, number within it): everything up to here was taken."""

VIEWS = ("timeline", "submissions")
AT_ONCE = 500
LOOK_SECONDS = 5.0
RETRY_MILLISECONDS = 2000

_READ = ("access", *VIEWS)

# Both views of one partition, as far as both have come: what one of them has not folded yet may stand before it.
# What could not be folded is told as feeds tell it (`infra.feed_source`).
_NEXT = b"""
SELECT * FROM (
    (SELECT 'told' AS kind, pos, n, case_id, epoch, anew, told, '' AS type, 0::bigint AS src, '' AS event_id,
            '' AS outcome, '' AS code, at
     FROM timeline WHERE agency = %(agency)s AND partition = %(partition)s AND (pos, n) > (%(pos)s, %(n)s)
     ORDER BY pos, n LIMIT %(limit)s)
    UNION ALL
    (SELECT 'outcome', pos, 0, case_id, 0, 0, '', type, src, event_id, outcome, code, at
     FROM submissions WHERE agency = %(agency)s AND partition = %(partition)s AND (pos, 0) > (%(pos)s, %(n)s)
     ORDER BY pos LIMIT %(limit)s)
    UNION ALL
    (SELECT 'parked', pos, 1, stream, 0, 0, '', '', 0, '', '', '', ''
     FROM parked JOIN view USING (table_name)
     JOIN access ON case_id = stream AND open = 1 AND standing NOT IN ('category', 'refused')
     WHERE name = 'timeline' AND agency = %(agency)s AND parked.partition = %(partition)s
       AND (pos, 1) > (%(pos)s, %(n)s)
     ORDER BY pos LIMIT %(limit)s)
) AS next
WHERE pos <= (SELECT min(pos) FROM view JOIN view_head USING (table_name)
              WHERE view.name IN ('timeline', 'submissions') AND view_head.partition = %(partition)s)
ORDER BY pos, n LIMIT %(limit)s
"""


class EventStream:
    """The text of one stream. `places` says of each partition what its reader has; `seconds` when it ends by itself."""

    def __init__(
        self, service: Service, caller: Caller, credential: str | None, places: dict[int, Place], seconds: int | None
    ) -> None:
        self._service, self._caller, self._credential, self._places = service, caller, credential, places
        self._until = None if seconds is None else time.monotonic() + seconds
        self._checked = time.monotonic()

    async def text(self) -> AsyncIterator[str]:
        """The stream, as it stands on the wire."""
        with self._counted():
            yield f"retry: {RETRY_MILLISECONDS}\nid: {self._id()}\n\n"
            try:
                while not self._service.ending.is_set():
                    moved = self._service.moves.next()
                    while messages := await self._next():
                        yield "".join(map(self._written, messages))
                    if self._until is not None and time.monotonic() >= self._until:
                        return
                    await self._wait(moved)
                    if time.monotonic() >= self._checked + self._service.settings.event_heartbeat:
                        await self._check()
                        yield ":\n\n"
            except (ProblemError, psycopg.Error, PoolTimeout):
                return  # its reader is told why when it comes back

    async def _next(self) -> list[Message]:
        """What has come on every partition, in order within each."""
        asked: list[dict[str, Any]] = [
            {"agency": self._caller.agency, "partition": p, "pos": pos, "n": n, "limit": AT_ONCE}
            for p, (pos, n) in self._places.items()
        ]
        found = await self._service.database.read(self._caller, _READ, *((_NEXT, values) for values in asked))
        return [message for values, rows in zip(asked, found, strict=True) for message in _messages(rows, **values)]

    def _written(self, message: Message) -> str:
        self._places[message.partition] = (message.pos, message.n)
        return f"id: {self._id()}\nevent: {message.kind}\ndata: {message.body}\n\n"

    def _id(self) -> str:
        """`0-17-2,1-4-0`; `0-0-0`: nothing of partition 0, whose first entry tells nobody anything."""
        stand = {p: place if place[0] >= 0 else (0, 0) for p, place in self._places.items()}
        return ",".join(f"{p}-{pos}-{n}" for p, (pos, n) in sorted(stand.items()))

    async def _wait(self, moved: asyncio.Future[None]) -> None:
        now = time.monotonic()
        wakes = [now + LOOK_SECONDS, self._checked + self._service.settings.event_heartbeat]
        wakes += [self._until] if self._until is not None else []
        await asyncio.wait([moved], timeout=max(0.0, min(wakes) - now))

    async def _check(self) -> None:
        """Raises `ProblemError` when the caller may no longer read this."""
        self._checked = time.monotonic()
        found = await identify(self._service, self._credential)
        if found.agency != self._caller.agency or not found.may("read"):
            raise ProblemError("auth.role")
        self._caller = found

    @contextmanager
    def _counted(self) -> Iterator[None]:
        agency, gauge = self._caller.agency, self._service.metrics.event_streams
        self._service.streams[agency] += 1
        gauge.inc()
        try:
            yield
        finally:
            self._service.streams[agency] -= 1
            gauge.dec()


def _messages(rows: Rows, *, agency: str, partition: int, **_: Any) -> Iterator[Message]:
    for row in rows:
        place = (agency, partition, row["pos"])
        if row["kind"] == "parked":
            yield parked_message(*place, row["case_id"])
        elif row["kind"] == "told":
            said = (row["epoch"], row["anew"], row["at"], row["told"])
            yield event_message(*place, row["n"], row["case_id"], *said)
        else:
            known = (row["type"], row["src"], row["event_id"], row["outcome"], row["code"], row["at"])
            yield outcome_message(*place, row["case_id"], *known)
