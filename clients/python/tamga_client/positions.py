"""How far a feed was taken stands in the agency's own database, and moves in the transaction of what a message caused.

Both are committed, or neither: a message takes effect once, through restarts and beside a second reader. Implements
`feed.Positions` for sqlite3 and psycopg.
"""

from __future__ import annotations

from collections.abc import Mapping

from tamga_client.feed import Message, Place
from tamga_client.sql import Connection, Database

TABLE = """
CREATE TABLE IF NOT EXISTS tamga_position (
    feed text NOT NULL,
    partition_no integer NOT NULL,
    pos bigint NOT NULL,
    n integer NOT NULL,
    feed_offset bigint NOT NULL,
    PRIMARY KEY (feed, partition_no)
)
"""
_PLACES = "SELECT partition_no, pos, n, feed_offset FROM tamga_position WHERE feed = ?"
_MOVE = """
UPDATE tamga_position SET pos = ?, n = ?, feed_offset = CASE WHEN ? >= 0 THEN ? ELSE feed_offset END
WHERE feed = ? AND partition_no = ? AND (pos < ? OR (pos = ? AND n < ?))
"""
_BEGIN = "INSERT INTO tamga_position VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING"


class SqlPositions:
    """Positions of one feed, by name, in the table `tamga_position` of this connection's database."""

    def __init__(self, connection: Connection, feed: str = "feed") -> None:
        self._database, self._feed = Database(connection), feed

    def create(self) -> None:
        """Make the table unless it is there; commits."""
        self._database.execute(TABLE)
        self._database.connection.commit()

    def places(self) -> Mapping[int, Place]:
        """By ledger partition."""
        rows = self._database.rows(_PLACES, self._feed)
        return {partition: Place(pos, n, offset) for partition, pos, n, offset in rows}

    def take(self, message: Message) -> bool:
        """Move to the message, in the transaction that is open; False when it is not above the last one taken.

        Commit it together with what the message causes. A second reader waits for that, and is then told False.
        """
        at, place = message.offset, (message.pos, message.n)
        moved = (*place, at, at, self._feed, message.partition, message.pos, *place)
        if self._database.execute(_MOVE, *moved) == 1:
            return True
        return self._database.execute(_BEGIN, self._feed, message.partition, *place, at) == 1
