"""One thread owns every Kafka reader of the API; requests see a copy of the registry, and ask the thread for the rest.

A reader of kafka-python is not shared between threads. The registry is read to its end every two seconds and copied
when it grew; a registry that is not the one it was is a fault, and from then on nobody is let in.
"""

from __future__ import annotations

import asyncio
import contextlib
import copy
import queue
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Any

from domain.registry import Registry, View
from infra.kafka.errors import LogAway, LogFault
from infra.kafka.log import PartitionLog
from infra.registry_log import RegistryLog
from infra.settings import Settings

REFRESH_SECONDS = 2.0
STALE_SECONDS = 10.0
ASK_SECONDS = 5.0
REPEAT_SECONDS = 0.2


class KafkaWatch:
    """The registry as last read, and the ends of the submissions partitions."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._jobs: queue.SimpleQueue[tuple[Callable[[], Any], Future[Any]] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="tamga-kafka-watch", daemon=True)
        self._registry: RegistryLog | None = None
        self._logs: dict[int, PartitionLog] = {}
        self._copy: Registry | None = None
        self._read_at = float("-inf")
        self.fault = ""

    # -- asked by requests ---------------------------------------------------------------------------------------

    @property
    def age(self) -> float:
        """Seconds since the registry was last read to its end; infinite when it never was."""
        return time.monotonic() - self._read_at

    @property
    def reachable(self) -> bool:
        """Has Kafka answered lately, and is the registry the one it was?"""
        return self.age < STALE_SECONDS and not self.fault

    def view(self) -> View | None:
        """The registry as last read; None when it was never read, or at fault."""
        return None if self._copy is None or self.fault else self._copy.view()

    def partitions(self) -> int:
        """How many partitions the ledger has; 0 when the registry was never read."""
        return self._copy.partitions if self._copy is not None else 0

    async def refresh(self) -> None:
        """Read the registry to its end now, unless that has just been done. Raises `LogAway`."""
        if self.age > REPEAT_SECONDS:
            await self._ask(self._refresh)

    async def ends(self, partitions: Sequence[int]) -> dict[int, int]:
        """The offset behind the last submission of each partition. Raises `LogAway`."""
        found: dict[int, int] = await self._ask(lambda: {p: self._log(p).end() for p in partitions})
        return found

    # -- life ----------------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    async def follow(self) -> None:
        """Refresh until cancelled; Kafka may come and go."""
        while True:
            with contextlib.suppress(Exception):  # whatever it was, `age` and `fault` tell, and the next one may pass
                await self._ask(self._refresh)
            await asyncio.sleep(REFRESH_SECONDS)

    async def close(self) -> None:
        """End the thread; one that hangs on a broker is left to the end of the process."""
        self._jobs.put(None)
        await asyncio.to_thread(self._thread.join, 2.0)

    # -- in the thread -------------------------------------------------------------------------------------------

    async def _ask(self, job: Callable[[], Any]) -> Any:
        answer: Future[Any] = Future()
        self._jobs.put((job, answer))
        try:
            return await asyncio.wait_for(asyncio.wrap_future(answer), ASK_SECONDS)
        except TimeoutError:
            raise LogAway("timeout") from None

    def _run(self) -> None:
        while (asked := self._jobs.get()) is not None:
            job, answer = asked
            if not answer.set_running_or_notify_cancel():
                continue
            try:
                answer.set_result(job())
            except Exception as error:  # whoever asked gets it
                self.fault = error.code if isinstance(error, LogFault) else self.fault
                answer.set_exception(error)
        for log in [*self._logs.values(), *([self._registry.log] if self._registry else [])]:
            log.close()

    def _refresh(self) -> None:
        if self._registry is None:
            s = self._settings
            log = PartitionLog(s.brokers, s.topics.registry, 0)
            self._registry = RegistryLog(log, Registry(s.ledger_id, s.roots_digest))
        asked = time.monotonic()
        self._registry.refresh()
        registry = self._registry.registry
        if self._copy is None or self._copy.count != registry.count:
            self._copy = copy.deepcopy(registry)
        self._read_at = asked

    def _log(self, partition: int) -> PartitionLog:
        if partition not in self._logs:
            s = self._settings
            self._logs[partition] = PartitionLog(s.brokers, s.topics.submissions, partition)
        return self._logs[partition]
