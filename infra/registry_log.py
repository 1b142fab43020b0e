"""The registry is followed from its first record; how fresh that reading is decides whether anything is admitted.

Every process has one. `refresh` reads to the end of `tamga.registry`; a seal or a submission is judged under as many
records as its `reg` says, which `seal_key` reads first.
"""

from __future__ import annotations

import threading
import time

from domain.registry import Registry
from infra.kafka.errors import LogFault
from infra.kafka.log import PartitionLog


class RegistryLog:
    """The fold of `tamga.registry` and the log that it follows.

    Threads may share it: one reads on at a time, and a `View` of the fold asks only for what held at its `reg`.
    """

    def __init__(self, log: PartitionLog, registry: Registry) -> None:
        self.log, self.registry = log, registry
        self._read_at = float("-inf")
        self._next_offset = 0
        self._lock = threading.Lock()

    @property
    def age(self) -> float:
        """Seconds since the registry was last known to be read to its end."""
        return time.monotonic() - self._read_at

    def refresh(self) -> None:
        """Read to the end. Raises `LogFault` when the log is shorter than what was read, `LogAway`."""
        with self._lock:
            now = time.monotonic()
            end = self.log.end()
            if end < self._next_offset:
                raise LogFault("log.truncated", f"{self.log.topic} is shorter than what was read of it")
            for record in self.log.read(self._next_offset, end):
                self.registry.apply(record.value)
                self._next_offset = record.offset + 1
            self._next_offset = end
            self._read_at = now

    def seal_key(self, kid: str, reg: int) -> bytes | None:
        """The registrar key `kid` at `reg`, after reading that far."""
        if reg > self.registry.count:
            self.refresh()
        return self.registry.seal_key(kid, reg)
