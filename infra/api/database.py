"""The API reads PostgreSQL as its caller, and writes nothing but its caller's jobs and keys of submissions.

Every session is read-only, and no statement outlives five seconds. What is read for a caller is read in one transaction
with the caller's agency, units, roles and officer set for that transaction alone (`set_config(…, true)`): row-level
security goes by them, and the next user of a pooled connection inherits nothing. All statements of a `read` see one
moment. Errors pass through as psycopg raises them; `infra.api.problems` turns them into 503.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import cache
from typing import Any, TypeVar

import psycopg
from psycopg import AsyncConnection, sql
from psycopg.errors import QueryCanceled
from psycopg.rows import DictRow, dict_row
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from infra.api.caller import Caller
from infra.api_role import BOUND, UNBOUND
from infra.row_security import CALLER

OPTIONS = "-c default_transaction_read_only=on -c statement_timeout=5000"
MAX_CONNECTIONS = 8
FORGET = b"SELECT forget_expired()"
"""Jobs and keys of submissions that have expired, of all callers."""

Values = Sequence[Any] | Mapping[str, Any]
Rows = list[dict[str, Any]]
Connection = AsyncConnection[DictRow]
T = TypeVar("T")

_BEGIN = b"BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
_COMMIT = b"COMMIT"
_SCOPE = (
    b"SELECT set_config('tamga.agency', %s, true), set_config('tamga.unit', %s, true),"
    b" set_config('tamga.role', %s, true), set_config('tamga.officer', %s, true)"
)


class Database:
    """A pool of read-only connections; a caller waits at most 3 s for one. Not used before `open`."""

    def __init__(self, url: str) -> None:
        self._pool: AsyncConnectionPool[Connection] = AsyncConnectionPool(
            url,
            connection_class=AsyncConnection[DictRow],
            min_size=1,
            max_size=MAX_CONNECTIONS,
            open=False,
            timeout=3.0,
            reconnect_timeout=5.0,
            configure=_configure,
            kwargs={"autocommit": True, "row_factory": dict_row, "options": OPTIONS, "connect_timeout": 5},
        )

    async def open(self) -> None:
        """Begin to connect. A database that is away is met by the first request, not here."""
        await self._pool.open(wait=False)

    async def close(self) -> None:
        """Close every connection."""
        await self._pool.close(timeout=2.0)

    async def rows(self, statement: bytes, values: Values = ()) -> Rows:
        """Every row of a fixed statement of this program that is no caller's. Raises `psycopg.Error`."""

        async def ask(c: Connection) -> Rows:
            return await (await c.execute(statement, values)).fetchall()

        return await self._asked(ask)

    async def row(self, statement: bytes, values: Values = ()) -> dict[str, Any] | None:
        """The first row, None when there is none. Raises `psycopg.Error`."""
        found = await self.rows(statement, values)
        return found[0] if found else None

    async def read(self, caller: Caller, views: Sequence[str], *asked: tuple[bytes, Values]) -> list[Rows]:
        """The rows of each fixed statement, as the caller may see them, all of one moment of these views.

        Raises `psycopg.Error`, `UndefinedTable` where one of the views is not built.
        """

        lock = _lock(tuple(views))

        async def ask(c: Connection) -> list[Rows]:
            # All of it goes out at once; after an error the pool takes the connection back with a rollback.
            async with c.pipeline():
                await c.execute(_BEGIN)
                await c.execute(lock)
                await c.execute(_SCOPE, caller.settings)
                cursors = [await c.execute(statement, values) for statement, values in asked]
                await c.execute(_COMMIT)
                return [await cursor.fetchall() for cursor in cursors]

        return await self._asked(ask)

    async def write(self, caller: Caller | None, statement: bytes, values: Values = ()) -> Rows:
        """Run one fixed statement that writes as the caller, or as nobody: it then reaches no caller's row.

        Returns the rows that it returns. Never repeated. Raises `psycopg.Error`.
        """
        async with self._pool.connection() as c:
            await c.execute(b"BEGIN READ WRITE")
            try:
                if caller is not None:
                    await c.execute(_SCOPE, caller.settings)
                found = await (await c.execute(statement, values)).fetchall()
                await c.execute(_COMMIT)
            except psycopg.Error:
                if not c.closed:
                    await c.rollback()
                raise
            return found

    async def _asked(self, ask: Callable[[Connection], Awaitable[T]]) -> T:
        try:
            async with self._pool.connection() as c:
                return await ask(c)
        except (PoolTimeout, QueryCanceled):
            raise
        except psycopg.OperationalError:  # perhaps only this connection is gone: a restart breaks them all
            await self._pool.check()
            async with self._pool.connection() as c:
                return await ask(c)


@cache
def _lock(views: tuple[str, ...]) -> bytes:
    """A rebuild may switch a view between two statements: whoever holds its table sees the moment after. Policies ask
    what the caller is to a case: locked before any view, as a switch replaces it first."""
    names = sql.SQL(", ").join(map(sql.Identifier, (CALLER, *views)))
    return sql.SQL("LOCK TABLE {} IN ACCESS SHARE MODE").format(names).as_bytes()


class UnboundError(psycopg.OperationalError):
    """Row-level security would not bind this connection: nothing is read over it."""


async def _configure(c: Connection) -> None:
    """Whoever connects must be bound."""
    bound = await (await c.execute(BOUND)).fetchone()
    if bound is None or not bound["bound"]:
        raise UnboundError(UNBOUND)
