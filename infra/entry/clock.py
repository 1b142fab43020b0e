"""`python -m infra.entry.clock`: submits what time brings about, signed with the clock's own key, until told to stop.

Any number may run: the one that holds the database's lock sends, the others stand by and take over when it ends. The
lock only saves duplicates; what makes each mark one entry is its derived id. It waits with backoff while Kafka,
PostgreSQL or the projector's views are away.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import orjson
import psycopg
from eventsourcing.persistence import PersistenceError
from psycopg_pool import PoolTimeout

from consumers.clock import Clock, Due
from consumers.ports import Stop
from domain import profile
from domain.catalogue import by_name
from domain.record.signing import SeedSigner
from domain.stages.ledger.duties_said import CLOCK, UNRESOLVED
from domain.stages.rules import shifted
from domain.submission import sign
from infra import bootstrap, clock, keys
from infra.entry.service import serve
from infra.heartbeat import Heartbeat
from infra.kafka.errors import LogAway
from infra.publishing import Item, NotJudgedError, publish
from infra.settings import Settings
from projections import duties
from projections.duties import DutyRow, submitted
from projections.engine import View, parsed

STANDBY = "standby"
LOCK = 7268
AT_ONCE = 500
PATIENCE = 5.0
"""Seconds that a batch is waited for: it is sent again a minute later when nothing was heard."""

_DUTIES = (
    f"SELECT {', '.join(DutyRow._fields)} FROM duties WHERE next_at > '' AND next_at <= %(now)s"
    " ORDER BY next_at, stream LIMIT %(limit)s"
).encode()
_REFUSALS = b"""
SELECT next_at, mark_id, case_id, shown_at, says, refusals FROM refusals
WHERE next_at > '' AND next_at <= %(desk)s ORDER BY next_at, mark_id LIMIT %(limit)s
"""
_LEADS = b"""
SELECT EXISTS (SELECT FROM pg_locks
               WHERE locktype = 'advisory' AND pid = pg_backend_pid() AND objid = %(lock)s AND granted)
    OR pg_try_advisory_lock(%(lock)s)
    OR NOT EXISTS (SELECT FROM process WHERE role = 'clock' AND state = 'ready' AND name <> %(name)s
                   AND seen_at > now() - interval '10 s')
"""


def key_of(settings: Settings) -> SeedSigner:
    """The clock's key: the file that is set, else that of the data folder. Raises `Stop` when there is none."""
    file: Path = settings.clock_key or settings.data / "keys" / f"{CLOCK}.json"
    if not file.exists():
        raise Stop("clock.no_key", f"no key of {CLOCK} at {file}: `tamga agency add {CLOCK}`, or set TAMGA_CLOCK_KEY")
    return keys.load(file)


def submission(due: Due, *, ledger: str, signer: SeedSigner) -> bytes:
    """The bytes that every clock with this key sends for it."""
    event = {
        "specversion": "1.0",
        "id": due.event_id,
        "source": CLOCK,
        "type": by_name[due.type].wire,
        "subject": due.stream,
        "time": due.time,
        "unit": "clock",
        "actor": "clock",
        "data": due.data,
    }
    return sign(event, ledger=ledger, signer=signer)


_STANDS = "refusal_unresolved"


class ClockProcess:
    """The views, the sender, the lock, the heartbeat."""

    def __init__(self, settings: Settings, log: Any) -> None:
        self.settings, self.log = settings, log
        self.signer = key_of(settings)
        self.world = bootstrap.open_world(settings)
        self.name = f"clock-{settings.instance}"
        self.heartbeat = Heartbeat(self.world.pool, self.name, "clock")
        self.told_to_stop = threading.Event()
        self.clock = Clock(source=self.due, send=self.send, now=clock.now, monotonic=time.monotonic, alarm=self.alarm)
        self._lock: psycopg.Connection[Any] | None = None

    def stop(self) -> None:
        """Told to: `run` ends soon."""
        self.told_to_stop.set()

    def run(self) -> int:
        """Until told to stop (0)."""
        backoff = self.settings.clock_interval
        while not self.told_to_stop.is_set():
            try:
                if self.leads():
                    self.clock.step()
                    self.heartbeat.beat("ready")
                else:
                    self.heartbeat.beat("waiting", STANDBY)
                backoff = self.settings.clock_interval
            except (PersistenceError, LogAway, NotJudgedError, psycopg.Error, PoolTimeout) as away:
                self.log.warning("waiting", reason=type(away).__name__)
                self.heartbeat.beat("waiting", "away", type(away).__name__)
                self.let_go()
                backoff = min(backoff * 2, 5.0)
            self.told_to_stop.wait(backoff)
        self.let_go()
        return 0

    def leads(self) -> bool:
        """Does this clock hold the lock, or has the one that holds it not been heard of?

        The lock is given back when the connection ends, however that happens; a paused clock keeps it.
        """
        if self._lock is None:
            self._lock = psycopg.connect(self.settings.database_url, autocommit=True, connect_timeout=2)
        return self._lock.execute(_LEADS, {"lock": LOCK, "name": self.name}).fetchone() == (True,)

    def let_go(self) -> None:
        """Let another clock lead."""
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def due(self, now: str) -> Sequence[Due]:
        """What the views say is due; a refusal is, when it has stood as long as the registry lets it."""
        sooner = self._sooner()
        asked = {"now": now, "desk": shifted(now, sooner), "limit": AT_ONCE}
        with self.world.pool.connection() as c:
            listed = c.execute(_DUTIES, asked).fetchall()
            refused = c.execute(_REFUSALS, asked).fetchall()
        found = [(row[_NEXT_AT], _due(row)) for row in listed]
        for next_at, mark, case, shown_at, says, refusals in refused:
            time_ = shifted(shown_at, -sooner)
            found.append((next_at, Due(mark, case, UNRESOLVED, time_, orjson.loads(says), refusals)))
        return [due for _, due in sorted(found, key=lambda each: (each[0], each[1].event_id))[:AT_ONCE]]

    def _sooner(self) -> timedelta:
        """How much less than the profile's time, with which the view counts, the registry gives a refusal."""
        self.world.registry.refresh()
        return profile.deadline(_STANDS) - self.world.registry.registry.view().deadline(_STANDS)

    def send(self, dues: Sequence[Due]) -> Iterator[tuple[Due, str]]:
        """Publish and wait for the outcomes."""
        ledger = self.settings.ledger_id
        items = [Item(due.stream, submission(due, ledger=ledger, signer=self.signer), due) for due in dues]
        for answer in publish(self.world, items, patience=PATIENCE):
            self.log.info("submitted", type=answer.tag.type, outcome=answer.outcome)
            yield answer.tag, answer.outcome

    def alarm(self, code: str, message: str) -> None:
        """Say that a person must look."""
        self.log.error("alarm", code=code, message=message)


_NEXT_AT = DutyRow._fields.index("next_at")


def _due(listed: tuple[Any, ...]) -> Due:
    (row,) = (DutyRow._make(each) for each in parsed(cast(View, duties), {(): listed}).values())
    event_id, type_, data = submitted(row)
    return Due(event_id, row.stream, type_, row.due_at, dict(data), row.refusals)


def main() -> int:
    """Entry point."""
    return serve("clock", ClockProcess, away=(psycopg.Error,), faults=(Stop,))


if __name__ == "__main__":
    sys.exit(main())
