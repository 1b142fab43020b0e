"""A foreign application's stored event is wrapped as an opaque body, and comes back as it went in.

A ledger partition refuses such; a partition of the application's own may hold them. Called by the recorder alone.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from uuid import UUID

import orjson
from eventsourcing.persistence import StoredEvent

from domain import outcome
from domain.record.entry import Said
from infra.index import Row


def wrap(event: StoredEvent, *, at: str, reg: int) -> bytes:
    """The body around a foreign event; remembers whether its originator id was a UUID."""
    stream = str(event.originator_id)
    said = Said(at, event.originator_version, stream, reg, (-1, -1))
    stored = {
        "state": b64encode(event.state).decode(),
        "topic": event.topic,
        "uuid": isinstance(event.originator_id, UUID),
    }
    return outcome.opaque(stored, said)


def unwrap(row: Row) -> StoredEvent:
    """The stored event of an index row: a ledger entry's body, or what a foreign application stored."""
    if row.body.startswith(b'{"ledger":') and b'"opaque":{' in row.body:
        stored = orjson.loads(row.body).get("opaque")
        if stored is not None:
            originator: UUID | str = UUID(row.stream) if stored["uuid"] else row.stream
            return StoredEvent(originator, row.n, row.type, b64decode(stored["state"]))
    return StoredEvent(row.stream, row.n, row.type, row.body)
