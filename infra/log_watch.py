"""Is each partition still the log that it was? Asked every two seconds of all at once, beside the work.

Whoever judges or folds never waits for these answers, and calls `check`, which raises what was found: a topic that was
made anew or has other partitions, a log that begins later or ends earlier than what was read of it. While the broker
does not answer nothing is found here; the work itself notices that it is away. Used by registrar and projector, and
ends with their process.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable

from infra.bootstrap import World
from infra.kafka.errors import LogAway
from infra.kafka.log import PartitionsLog
from infra.reader import LedgerReader

LOOK_SECONDS = 2.0


class LogWatch(threading.Thread):
    """Looks at the logs of these readers of the ledger, and asks `also` what else is to hold."""

    def __init__(
        self, world: World, readers: Callable[[], Iterable[LedgerReader]], also: Callable[[], None] | None = None
    ) -> None:
        super().__init__(name="log-watch", daemon=True)
        self._world, self._readers, self._also = world, readers, also
        self._log = PartitionsLog(world.settings.brokers, world.settings.topics.ledger)
        self._found: Exception | None = None

    def run(self) -> None:
        """Until something is found; a defect of this program is found too, as nobody would look any more."""
        while self._found is None:
            time.sleep(LOOK_SECONDS)
            try:
                self.look()
            except LogAway:
                continue
            except Exception as found:
                self._found = found

    def check(self) -> None:
        """Raise what was found: a `LogFault`, or the exception that ended the watch."""
        if self._found is not None:
            raise self._found

    def look(self) -> None:
        """Raises `LogFault`; `LogAway` when the broker does not say."""
        if self._also is not None:
            self._also()
        # Noted before the broker is asked: what is read meanwhile may lie behind its answer.
        read_to = {reader: reader.next_offset for reader in self._readers()}
        if not read_to:
            return
        facts = self._world.topics.facts(self._log.topic)
        bounds = self._log.bounds_of([reader.place.partition for reader in read_to])
        for reader, offset in read_to.items():
            reader.compare(facts)
            reader.measure(bounds[reader.place.partition], offset)
