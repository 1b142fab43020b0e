"""Static members of one consumer group share the partitions out among registrars; nothing is read through the group.

A member keeps its partitions over a restart of 10 s (`group.instance.id`). What protects the record when two members
believe in the same partition is the chain, not the group.
"""

from __future__ import annotations

import threading
import time
from typing import Any

from kafka import ConsumerRebalanceListener, KafkaConsumer
from kafka.errors import KafkaError

from infra.kafka.brokers import Brokers, connecting
from infra.kafka.errors import told
from infra.kafka.log import METADATA_MS

LOST_MS = 20_000
"""How long the group's coordinator has to answer: all members are back within a poll, or gone with their session."""
SLOW_SECONDS, PATIENT_MS = 3.0, 3000
"""A join that has not come about for a while is given longer: looking for the group's coordinator is bounded by the
time of a poll, and a loaded machine may need more than a fifth of a second for it."""
STUCK_SECONDS = 45.0
"""A client that has not come into the group until then is thrown away and made anew."""


class _Listener(ConsumerRebalanceListener):  # type: ignore[misc]
    """Notes the assignment; pauses the partitions, as another consumer reads them."""

    def __init__(self, consumer: Any) -> None:
        self._consumer = consumer
        self._lock = threading.Lock()
        self._assigned: frozenset[int] = frozenset()
        self.joined = False

    def on_partitions_revoked(self, revoked: Any) -> None:
        with self._lock:
            self._assigned -= {tp.partition for tp in revoked}
            self.joined = False

    def on_partitions_assigned(self, assigned: Any) -> None:
        for tp in assigned:
            self._consumer.seek(tp, 0)
            self._consumer.pause(tp)
        with self._lock:
            self._assigned |= {tp.partition for tp in assigned}
            self.joined = True

    def assigned(self) -> frozenset[int]:
        with self._lock:
            return self._assigned


class Membership:
    """Membership of one process in a group over one topic."""

    def __init__(self, brokers: Brokers, topic: str, *, group: str, instance: str) -> None:
        self._brokers, self._topic, self._group, self._instance = brokers, topic, group, instance
        self._join()

    def _join(self) -> None:
        with connecting(self._brokers) as options:
            self._consumer = KafkaConsumer(
                client_id=f"tamga-{self._group}-{self._instance}",
                group_id=self._group,
                group_instance_id=self._instance,
                session_timeout_ms=10_000,
                heartbeat_interval_ms=2_000,
                # A join that the broker has lost is asked for anew after the longer of the two, and not after minutes.
                max_poll_interval_ms=LOST_MS - 5000,
                request_timeout_ms=LOST_MS,
                enable_auto_commit=False,
                auto_offset_reset="earliest",
                allow_auto_create_topics=False,
                reconnect_backoff_max_ms=1000,
                # A member that leads the group shares out the partitions that it knows of: of a topic made a moment ago
                # perhaps none, until it asks again.
                metadata_max_age_ms=METADATA_MS,
                **options,
            )
        self._listener = _Listener(self._consumer)
        self._consumer.subscribe([self._topic], listener=self._listener)
        self._in_group = self._slow = time.monotonic()

    def poll(self, timeout_ms: int = 0) -> frozenset[int]:
        """Keep the membership alive and return the partitions that are ours now. Raises `LogAway`, `LogFault`."""
        slow = time.monotonic() - self._slow > SLOW_SECONDS
        try:
            self._consumer.poll(timeout_ms=PATIENT_MS if slow else timeout_ms)
        except KafkaError as error:
            raise told(error) from error
        now = time.monotonic()
        if self._listener.joined or slow:
            self._slow = now
        if self._listener.joined:
            self._in_group = now
        elif now - self._in_group > STUCK_SECONDS:
            self._consumer.close(autocommit=False, timeout_ms=1000)
            self._join()
        return self._listener.assigned()

    def close(self) -> None:
        """Stop being polled; a static member's partitions wait for its return."""
        self._consumer.close(autocommit=False)
