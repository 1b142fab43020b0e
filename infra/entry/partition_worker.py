"""A partition is judged by a thread of its own: while one waits for the broker, another verifies.

A worker reads its submissions partition behind the ledger's head, waits with backoff while something is away, and ends
with a fault when the log is not the log that it was. The registrar process starts and ends workers.
"""

from __future__ import annotations

import threading
import time
from typing import Any

from eventsourcing.persistence import PersistenceError

from consumers.ports import Stop
from consumers.registrar import PartitionRegistrar
from domain.judge import where
from infra.entry.submissions_topic import SubmissionsTopic
from infra.kafka.errors import LogAway, LogFault
from infra.kafka.log import PartitionLog
from infra.log_watch import LOOK_SECONDS

IDLE_MS = 200
MAX_BACKOFF = 2.0


class PartitionWorker(threading.Thread):
    """Runs one `PartitionRegistrar`. `state` is `ready` or `waiting`; `fault` is set when it has stopped for good."""

    def __init__(
        self, registrar: PartitionRegistrar, topic: SubmissionsTopic, log: PartitionLog, lines: Any, *, batch: int
    ) -> None:
        super().__init__(name=f"partition-{registrar.partition}", daemon=True)
        self.registrar, self._topic, self._log, self._lines, self._batch = registrar, topic, log, lines, batch
        self.state = "waiting"
        self.fault: LogFault | Stop | None = None
        self._running = True
        self._looked = float("-inf")

    def run(self) -> None:
        """Until told to stop, or a fault."""
        backoff = 0.1
        while self._running:
            try:
                self.step()
                self.state, backoff = "ready", 0.1
            except (LogFault, Stop) as raised:
                self.fault = self._cause(raised)
                break
            except (PersistenceError, LogAway) as away:
                self._wait(away, backoff)
                backoff = min(backoff * 2, MAX_BACKOFF)
            except Exception as error:
                self.fault = Stop("registrar.defect", f"partition {self.registrar.partition}: {where(error)}")
                break
        self.state = "stopped" if self.fault else self.state
        self.registrar.close()
        self._log.close()

    def step(self) -> None:
        """Take over if need be, judge what has come; every two seconds see whether it all moves."""
        if not self.registrar.taken:
            self._log.seek(self._next())
        records = self._log.next(IDLE_MS, self._batch)
        if records:
            self.registrar.judge(records)
        if time.monotonic() - self._looked > LOOK_SECONDS:
            self._looked = time.monotonic()
            self.registrar.check_index()
            self._log.check_moving()

    def stop(self) -> None:
        """End after the batch at hand, and wait for it."""
        self._running = False
        self.join(30)

    def _next(self) -> int:
        """Take the partition over; the offset to read on from, which must be there or be the end."""
        partition = self.registrar.partition
        following = self.registrar.take_over()
        self._topic.check_genesis(partition)
        start, end = self._log.bounds()
        if following < start:
            lost = f"submissions {partition}-{following} to {start - 1}"
            raise Stop("intake.lost", f"{lost} were deleted unread; see `tamga intake reset`")
        if following > end:
            raise LogFault("log.truncated", f"{self._log.topic}/{partition} ends at {end}, more was judged")
        return following

    def _wait(self, away: Exception, seconds: float) -> None:
        self.state = "waiting"
        self._lines.warning("waiting", partition=self.registrar.partition, reason=type(away).__name__)
        self.registrar.let_go()
        time.sleep(seconds)

    def _cause(self, fault: LogFault | Stop) -> LogFault | Stop:
        """Why an offset is gone: the topic is another one, shorter than it was, or was deleted unread."""
        if fault.code != "log.offset_gone":
            return fault
        try:
            self._topic.check()
            self.registrar.look()
            self._next()
        except (LogFault, Stop) as cause:
            return cause
        except (PersistenceError, LogAway):
            return fault
        return fault
