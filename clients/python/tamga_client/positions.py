"""What was taken of a feed stands in the agency's own database, and is kept in the transaction of what it caused.

Both are committed, or neither: a message takes effect once, through restarts and beside a second reader. `SqlPositions`
implements `feed.Positions` for the topic. `SqlWebhooks` is for webhooks: a dead letter may come late, behind higher
positions, so that each message is remembered by itself. For sqlite3 and psycopg.
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
WEBHOOK_TABLE = """
CREATE TABLE IF NOT EXISTS tamga_webhook (
    partition_no integer NOT NULL,
    pos bigint NOT NULL,
    n integer NOT NULL,
    PRIMARY KEY (partition_no, pos, n)
)
"""
_TAKE = "INSERT INTO tamga_webhook VALUES (?, ?, ?) ON CONFLICT DO NOTHING"
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


class SqlWebhooks:
    """The messages that came as webhooks and were taken, in the table `tamga_webhook` of this connection's database.

    Nothing is removed: delete old rows once no dead letter can be as old.
    """

    def __init__(self, connection: Connection) -> None:
        self._database = Database(connection)

    def create(self) -> None:
        """Make the table unless it is there; commits."""
        self._database.execute(WEBHOOK_TABLE)
        self._database.connection.commit()

    def take(self, message: Message) -> bool:
        """Keep the message in the transaction that is open; False when it was taken before, so that it is answered and
        no more. Two requests with one message wait for each other."""
        return self._database.execute(_TAKE, message.partition, message.pos, message.n) == 1
