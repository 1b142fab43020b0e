"""What the agency's system did and what it says to the ledger are one transaction in the agency's own database.

`Outbox.add` writes the event beside the agency's own rows, and both are committed or neither. A sender (`sender`) then
signs it once, keeps the signed bytes before they are first sent, and sends these bytes until there is an outcome; the
ledger answers `duplicate` to what it has. So each event is recorded once, wherever the agency's processes die, and the
events of a stream in the order in which they were added. Works on sqlite3 and psycopg.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import NamedTuple

from tamga_client.event import Event
from tamga_client.feed import Message
from tamga_client.ids import instant, new_id
from tamga_client.outcomes import Admitted, Duplicate, Judged, Refused
from tamga_client.sql import Connection, Database
from tamga_client.values import EventData

TABLE = """
CREATE TABLE IF NOT EXISTS tamga_outbox (
    seq {serial},
    event_id text NOT NULL UNIQUE,
    stream text NOT NULL,
    payload text NOT NULL,
    jws text,
    submission text,
    state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'recorded', 'refused')),
    outcome text
)
"""
_SERIAL = {True: "INTEGER PRIMARY KEY AUTOINCREMENT", False: "bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY"}
INDEX = "CREATE INDEX IF NOT EXISTS tamga_outbox_waiting ON tamga_outbox (stream, seq) WHERE state = 'waiting'"

_ADD = "INSERT INTO tamga_outbox (event_id, stream, payload) VALUES (?, ?, ?)"
_NEXT = """
SELECT event_id, stream, payload, jws, submission FROM tamga_outbox AS it
WHERE state = 'waiting' AND NOT EXISTS (
    SELECT 1 FROM tamga_outbox AS earlier
    WHERE earlier.state = 'waiting' AND earlier.stream = it.stream AND earlier.seq < it.seq
) ORDER BY seq LIMIT ?
"""
_SIGNED = "UPDATE tamga_outbox SET jws = ? WHERE event_id = ? AND jws IS NULL"
_JWS = "SELECT jws FROM tamga_outbox WHERE event_id = ?"
_SENT = "UPDATE tamga_outbox SET submission = ? WHERE event_id = ? AND state = 'waiting'"
# What is recorded stays so: a copy that was refused while another one was admitted says nothing of the event.
_SETTLE = "UPDATE tamga_outbox SET state = ?, outcome = ? WHERE event_id = ? AND state <> 'recorded'"
_RETRY = "UPDATE tamga_outbox SET state = 'waiting', submission = NULL WHERE event_id = ? AND state = 'refused'"
_UNSIGN = "UPDATE tamga_outbox SET jws = NULL WHERE event_id = ? AND state = 'refused'"
_OUTCOME = "SELECT outcome FROM tamga_outbox WHERE event_id = ?"
_REFUSED = "SELECT event_id, stream, payload, outcome FROM tamga_outbox WHERE state = 'refused' ORDER BY seq"
_COUNT = "SELECT count(*) FROM tamga_outbox WHERE state = 'waiting'"

_KINDS = {"Admitted": Admitted, "Refused": Refused, "Duplicate": Duplicate}


class Waiting(NamedTuple):
    """An event without an outcome: `payload` is what is signed, `jws` the signed bytes, `submission` where they were
    last handed in; None where that has not happened."""

    event_id: str
    stream: str
    payload: str
    jws: str | None
    submission: str | None


class RefusedEvent(NamedTuple):
    """An event that was refused, as it was added, and why."""

    event_id: str
    stream: str
    payload: str
    outcome: Refused


class Outbox:
    """The table `tamga_outbox` of this connection's database. One connection is one thread's, as DB-API 2 has it."""

    def __init__(self, connection: Connection, agency: str) -> None:
        self._database, self._agency = Database(connection), agency

    def create(self) -> None:
        """Make the table unless it is there; commits."""
        self._database.execute(TABLE.format(serial=_SERIAL[self._database.is_sqlite]))
        self._database.execute(INDEX)
        self._database.connection.commit()

    def add(
        self,
        data: EventData,
        *,
        stream: str,
        unit: str,
        actor: str,
        time: str | datetime | None = None,
        event_id: str | None = None,
    ) -> str:
        """Write an event in the transaction that is open, and return its id. It is sent once you commit.

        Raises `InvalidEventError`, and the database's own errors (an `event_id` that is there already among them).
        """
        at, own = time or instant(), event_id or new_id()
        event = Event(data=data, stream=stream, unit=unit, actor=actor, time=at, id=own)
        self._database.execute(_ADD, own, stream, event.payload(self._agency).decode())
        return own

    def outcome(self, event_id: str) -> Judged | None:
        """What became of an event; None while it waits."""
        found = self._database.rows(_OUTCOME, event_id)
        return _read(found[0][0]) if found and found[0][0] else None

    def waiting(self) -> int:
        """How many events have no outcome yet."""
        return int(self._database.rows(_COUNT)[0][0])

    def refused(self) -> list[RefusedEvent]:
        """The events that were refused and not sent again, oldest first."""
        found = ((row, _read(row[3])) for row in self._database.rows(_REFUSED))
        return [RefusedEvent(row[0], row[1], row[2], outcome) for row, outcome in found if isinstance(outcome, Refused)]

    def retry(self, event_id: str, *, sign_anew: bool = False) -> bool:
        """Let a refused event be sent again, in the transaction that is open; False when it is not refused.

        With `sign_anew` it is signed again: for a key that was revoked. An identity is taken by an admitted event only,
        so that this is safe once it was refused.
        """
        if sign_anew:
            self._database.execute(_UNSIGN, event_id)
        return self._database.execute(_RETRY, event_id) == 1

    def take(self, message: Message) -> bool:
        """Keep the outcome that a message of the feed tells, in the transaction that is open; False when it tells none
        of an event here."""
        outcome = message.outcome
        return outcome is not None and self._settle(message.event_id, outcome)

    # -- for the sender: each step is committed before the next begins ------------------------------------------------

    def next(self, most: int) -> list[Waiting]:
        """The first waiting event of each stream, oldest first."""
        return [Waiting(*row) for row in self._database.rows(_NEXT, most)]

    def keep_signed(self, event_id: str, jws: bytes) -> bytes:
        """Keep signed bytes unless there are some; returns those that are kept. Commits."""
        self._database.execute(_SIGNED, jws.decode(), event_id)
        self._database.connection.commit()
        return str(self._database.rows(_JWS, event_id)[0][0]).encode()

    def keep_submission(self, event_id: str, submission: str | None) -> None:
        """Keep where the bytes were handed in; None: nowhere, they were lost. Commits."""
        self._database.execute(_SENT, submission, event_id)
        self._database.connection.commit()

    def keep_outcome(self, event_id: str, outcome: Judged) -> None:
        """The event is settled. Commits."""
        self._settle(event_id, outcome)
        self._database.connection.commit()

    def _settle(self, event_id: str, outcome: Judged) -> bool:
        state = "refused" if isinstance(outcome, Refused) else "recorded"
        return self._database.execute(_SETTLE, state, _written(outcome), event_id) == 1


def _written(outcome: Judged) -> str:
    return json.dumps({"kind": type(outcome).__name__, **asdict(outcome)}, ensure_ascii=False)


def _read(text: str) -> Judged:
    said: dict[str, Sequence[str]] = json.loads(text)
    kind = _KINDS[str(said.pop("kind"))]
    members = {name: tuple(value) if isinstance(value, list) else value for name, value in said.items()}
    outcome: Judged = kind(**members)
    return outcome
