"""The API reads PostgreSQL and never writes: every session is read-only, and no statement outlives five seconds.

Errors pass through as psycopg raises them; `infra.api.problems` turns them into 503. Each route module holds its own
SQL, always filtered by the caller's agency where a view has one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import psycopg
from psycopg import AsyncConnection
from psycopg.errors import QueryCanceled
from psycopg.rows import DictRow, dict_row
from psycopg_pool import AsyncConnectionPool, PoolTimeout

OPTIONS = "-c default_transaction_read_only=on -c statement_timeout=5000"
MAX_CONNECTIONS = 8

Values = Sequence[Any] | Mapping[str, Any]


class Database:
    """A pool of read-only connections; a caller waits at most 3 s for one. Not used before `open`."""

    def __init__(self, url: str) -> None:
        self._pool: AsyncConnectionPool[AsyncConnection[DictRow]] = AsyncConnectionPool(
            url,
            connection_class=AsyncConnection[DictRow],
            min_size=1,
            max_size=MAX_CONNECTIONS,
            open=False,
            timeout=3.0,
            reconnect_timeout=5.0,
            kwargs={"autocommit": True, "row_factory": dict_row, "options": OPTIONS, "connect_timeout": 5},
        )

    async def open(self) -> None:
        """Begin to connect. A database that is away is met by the first request, not here."""
        await self._pool.open(wait=False)

    async def close(self) -> None:
        """Close every connection."""
        await self._pool.close(timeout=2.0)

    async def rows(self, sql: bytes, values: Values = ()) -> list[dict[str, Any]]:
        """Every row of a fixed statement of this program (never of a user). Raises `psycopg.Error`."""
        try:
            return await self._rows(sql, values)
        except (PoolTimeout, QueryCanceled):
            raise
        except psycopg.OperationalError:  # perhaps only this connection is gone: a restart breaks them all
            await self._pool.check()
            return await self._rows(sql, values)

    async def row(self, sql: bytes, values: Values = ()) -> dict[str, Any] | None:
        """The first row, None when there is none. Raises `psycopg.Error`."""
        found = await self.rows(sql, values)
        return found[0] if found else None

    async def _rows(self, sql: bytes, values: Values) -> list[dict[str, Any]]:
        async with self._pool.connection() as connection:
            return await (await connection.execute(sql, values)).fetchall()
