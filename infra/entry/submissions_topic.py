"""The submissions topic is the one that genesis names, with the partitions that the ledger was founded with.

Asked by every partition's worker when it takes over and every two seconds; shared between threads.
"""

from __future__ import annotations

import threading
from typing import Any

import orjson

from infra.bootstrap import World
from infra.index import Index
from infra.kafka.errors import LogFault


class SubmissionsTopic:
    """What genesis says of the submissions topic, and what the cluster says."""

    def __init__(self, world: World) -> None:
        self._world, self._lock = world, threading.Lock()
        self._named: dict[int, str] = {}

    def check(self) -> None:
        """Raises `LogFault` `log.partitions_changed`, `log.recreated`; `LogAway` when the broker does not say."""
        topic = self._world.settings.topics.submissions
        with self._lock:
            facts = self._world.topics.facts(topic)
        if facts.partitions != self._world.registry.registry.partitions:
            raise LogFault("log.partitions_changed", f"{topic} has {facts.partitions} partitions now")
        if any(named != facts.id for named in list(self._named.values())):
            raise LogFault("log.recreated", f"{topic}: genesis names another topic id")

    def check_genesis(self, partition: int) -> None:
        """Read what position 0 of the partition says, then `check`."""
        index = Index(self._world.pool, self._world.settings.topics.ledger, partition)
        index.head()
        (row,) = index.select("pos = %s", [0], "pos", 1)
        facts: dict[str, Any] = orjson.loads(row.body)["genesis"]
        self._named[partition] = facts["submissions"]
        self.check()
