"""A batch is made whole before anything is sent: bodies get position and link, the last entry gets the seal.

Every entry's size and the seal that readers will check are looked at here, so that what is appended either becomes
effective or was beaten by another writer. Called by the recorder alone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import orjson
from eventsourcing.persistence import ProgrammingError, StoredEvent

from consumers.ports import OutcomeEvent
from domain import outcome
from domain.record.chain import Head, Place, seal
from domain.record.entry import MAX_ENTRY, assemble, entry_id, with_seal
from domain.record.signing import Signer
from infra.index import Row
from infra.opaque import wrap


class Batch(NamedTuple):
    """A batch made ready to append: the entries, their index rows without offsets, and the head that they lead to."""

    entries: list[bytes]
    rows: list[Row]
    after: Head


class _Body(NamedTuple):
    """A body with the parts of it that the head and the index need."""

    raw: bytes
    at: str
    reg: int
    src: int | None


class BatchMaker:
    """Makes batches for one log. `opaque_allowed`: foreign events are wrapped (a ledger partition refuses them)."""

    def __init__(
        self,
        place: Place,
        signer: Signer | None,
        *,
        clock: Callable[[], str],
        reg: Callable[[], int],
        opaque_allowed: bool,
    ) -> None:
        self._place, self._signer = place, signer
        self._clock, self._reg, self._opaque_allowed = clock, reg, opaque_allowed

    def make(self, events: Sequence[StoredEvent], before: Head) -> Batch:
        """Chain behind `before` and seal. Raises `ProgrammingError` for what this log may not hold."""
        if self._signer is None:
            raise ProgrammingError("this recorder has no registrar key: it can read, not write")
        entries: list[bytes] = []
        rows: list[Row] = []
        pos, prev, at, reg = before.pos, before.id, before.at, before.reg
        for event in events:
            pos += 1
            body, at, reg, src = self._body(event)
            rows.append(Row(pos, -1, str(event.originator_id), event.originator_version, event.topic, src, body))
            raw = assemble(body, pos=pos, prev=prev)
            if len(rows) == len(events):
                raw = with_seal(raw, seal(self._place, raw, self._signer))
            if len(raw) > MAX_ENTRY:
                raise ProgrammingError(f"an entry of {len(raw)} bytes; the record allows {MAX_ENTRY}")
            prev = entry_id(raw)
            entries.append(raw)
        return Batch(entries, rows, Head(-1, pos, prev, reg, at))

    def _body(self, event: StoredEvent) -> _Body:
        if isinstance(event, OutcomeEvent):
            return _Body(event.state, event.at, event.reg, event.src)
        state = event.state
        said = _ledger_of(state)
        if said is None:
            if not self._opaque_allowed:
                raise ProgrammingError("a ledger partition holds entries of the ledger and nothing else")
            state = wrap(event, at=self._clock(), reg=self._reg())
            said = orjson.loads(state)["ledger"]
        src = said["src"][1]
        return _Body(state, said["at"], said["reg"], src if src >= 0 else None)


def _ledger_of(state: bytes) -> dict[str, Any] | None:
    """The `ledger` member when `state` is an entry's body."""
    if not (state.startswith(b"{") and b'"ledger":{' in state and outcome.is_body(state)):
        return None
    member: dict[str, Any] = orjson.loads(state)["ledger"]
    return member
