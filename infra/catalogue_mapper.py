"""Entries come to an `eventsourcing` application as the catalogue has them; no class path is ever found in a record.

`LedgerFactory` hands this mapper to applications that read a ledger partition. The signed bytes stay as signed:
`LedgerEvent.body` is the entry's body, and nothing maps an event back into the ledger but an admitted submission.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import orjson
from eventsourcing.persistence import Mapper, ProgrammingError, StoredEvent

from domain import outcome
from domain.event import Recorded


@dataclass(frozen=True)
class LedgerEvent:
    """One entry. `recorded` is the event with the ledger's effects, None for an outcome without an event."""

    originator_id: str
    originator_version: int
    type: str
    recorded: Recorded | None
    body: bytes


class CatalogueMapper(Mapper[Any]):
    """Maps stored events of a ledger partition to `LedgerEvent`."""

    def to_domain_event(self, stored_event: StoredEvent) -> Any:
        """The entry, its event resolved by the catalogue."""
        recorded = outcome.recorded(orjson.loads(stored_event.state))
        return LedgerEvent(
            str(stored_event.originator_id),
            stored_event.originator_version,
            recorded.event.type if recorded is not None else stored_event.topic,
            recorded,
            stored_event.state,
        )

    def to_stored_event(self, domain_event: Any) -> StoredEvent:
        """Not here: an event enters the ledger as a signed submission that the registrar admits."""
        raise ProgrammingError("publish a signed submission; nobody writes events into a ledger partition")
