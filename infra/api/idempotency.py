"""The same `Idempotency-Key` with the same bytes is one submission and one answer, however often it is sent.

A key is claimed before its submission goes to Kafka and keeps its place there; whoever sends it again is answered from
that place. With other bytes it is 422, while the first is under way 409. A claim that its process did not live to keep
is taken over after 30 seconds: at worst the submission is then sent twice, and the ledger calls the second a duplicate.
draft-ietf-httpapi-idempotency-key-header.
"""

from __future__ import annotations

import asyncio
import contextlib
from hashlib import sha256
from typing import Annotated, NamedTuple

import psycopg
from fastapi import Header
from psycopg_pool import PoolTimeout

from infra.api.caller import Caller
from infra.api.database import FORGET, Database
from infra.api.problems import ProblemError

SWEEP_SECONDS = 600.0
RETRY_SECONDS = 1

IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        pattern=r'^("[!#-~]{1,128}"|[!#-~]{1,128})$',
        description="a random id of this event's sending: sent again with the same body, it has the same answer",
    ),
]

_CLAIM = b"""
INSERT INTO idempotency (agency, key, body, expires_at) VALUES (%s, %s, %s, now() + %s * interval '1 hour')
ON CONFLICT (agency, key) DO UPDATE SET body = excluded.body, claimed_at = now(), expires_at = excluded.expires_at,
    partition = NULL, "offset" = NULL
WHERE idempotency.expires_at <= now() OR (
    idempotency.partition IS NULL AND idempotency.body = excluded.body
    AND idempotency.claimed_at < now() - interval '30 seconds'
)
RETURNING true AS mine
"""
_FIND = b'SELECT body, partition, "offset" FROM idempotency WHERE agency = %s AND key = %s'
_KEEP = b"""
UPDATE idempotency SET partition = %s, "offset" = %s WHERE agency = %s AND key = %s AND body = %s RETURNING true
"""
_RELEASE = b"""
DELETE FROM idempotency WHERE agency = %s AND key = %s AND body = %s AND partition IS NULL RETURNING true
"""


class Place(NamedTuple):
    """Where a submission stands on its topic."""

    partition: int
    offset: int


class Once:
    """One sending under a key; without a key nothing is kept and every sending is a first one."""

    def __init__(self, database: Database, caller: Caller, key: str | None, body: bytes, hours: int) -> None:
        self._database, self._caller, self._hours = database, caller, hours
        self._id = None if key is None else (caller.agency, _digest(key.strip('"').encode()), _digest(body))

    async def claim(self) -> Place | None:
        """Where the submission stands already; None: this is the first sending, and it is ours to send.

        Raises the problems `request.key_reused` and `request.in_flight`, and `psycopg.Error`.
        """
        if self._id is None or await self._database.write(self._caller, _CLAIM, (*self._id, self._hours)):
            return None
        agency, key, body = self._id
        (rows,) = await self._database.read(self._caller, (), (_FIND, (agency, key)))
        found = rows[0] if rows else None
        if found is not None and bytes(found["body"]) != body:
            raise ProblemError("request.key_reused", paths=["header.idempotency-key"])
        if found is None or found["partition"] is None:
            raise ProblemError("request.in_flight", headers={"Retry-After": str(RETRY_SECONDS)})
        return Place(found["partition"], found["offset"])

    async def keep(self, place: Place) -> None:
        """The submission stands there. A database that is away keeps nothing: it is on Kafka all the same."""
        if self._id is not None:
            with contextlib.suppress(psycopg.Error, PoolTimeout):
                await self._database.write(self._caller, _KEEP, (*place, *self._id))

    async def release(self) -> None:
        """It was not sent, or whether it was is unknown: the next sending is a first one."""
        if self._id is not None:
            with contextlib.suppress(psycopg.Error, PoolTimeout):
                await self._database.write(self._caller, _RELEASE, self._id)


async def sweep(database: Database) -> None:
    """Forget what has expired, jobs too, until cancelled."""
    while True:
        await asyncio.sleep(SWEEP_SECONDS)
        with contextlib.suppress(psycopg.Error, PoolTimeout):
            await database.write(None, FORGET)


def _digest(data: bytes) -> bytes:
    return sha256(data).digest()
