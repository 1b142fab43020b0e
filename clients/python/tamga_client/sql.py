"""The agency's own database through DB-API 2 (PEP 249): sqlite3 and psycopg are known, and nothing of it is imported.

Whoever hands a connection in decides when its transaction ends: nothing here commits what it did not begin.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol


class Connection(Protocol):
    """A DB-API 2 connection of sqlite3 or psycopg."""

    def cursor(self) -> Any:
        """A cursor."""
        ...

    def commit(self) -> None:
        """End the transaction, keeping it."""
        ...

    def rollback(self) -> None:
        """End the transaction, undoing it."""
        ...


class Database:
    """A connection, and the two dialects' differences."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.is_sqlite = type(connection).__module__.partition(".")[0] == "sqlite3"
        self._probe: Any = connection

    def execute(self, sql: str, *values: object) -> int:
        """Run a statement in the transaction that is open (one is begun when none is); how many rows it changed."""
        cursor = self.connection.cursor()
        try:
            cursor.execute(self._spelled(sql), values)
            return int(cursor.rowcount)
        finally:
            cursor.close()

    def rows(self, sql: str, *values: object) -> Sequence[tuple[Any, ...]]:
        """Rows of a query; leaves no transaction open that was not open before."""
        was_idle = self._is_idle()
        cursor = self.connection.cursor()
        try:
            cursor.execute(self._spelled(sql), values)
            found: Sequence[tuple[Any, ...]] = cursor.fetchall()
        finally:
            cursor.close()
            if was_idle:
                self.connection.rollback()
        return found

    def _spelled(self, sql: str) -> str:
        return sql if self.is_sqlite else sql.replace("?", "%s")

    def _is_idle(self) -> bool:
        """A query must not leave psycopg in a transaction: `connection.transaction()` would then commit nothing."""
        if self.is_sqlite:
            return not self._probe.in_transaction
        return int(self._probe.info.transaction_status) == 0
