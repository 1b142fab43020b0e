"""A ledger's topics have fixed names and settings, and a ledger refuses to run on unsafe ones.

Names begin with a prefix (`tamga` unless settings say otherwise). `ensure` creates what is missing, `check` compares
what is there with what must be; both are called by provisioning and by every process at its start.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from typing import Any

from kafka import TopicPartition
from kafka.admin import ConfigResource, ConfigResourceType, KafkaAdminClient
from kafka.errors import KafkaError, TopicAlreadyExistsError, TopicAuthorizationFailedError

from infra.kafka.brokers import Brokers, connecting
from infra.kafka.errors import LogAway, LogFault, told

FOREVER = {
    "cleanup.policy": "delete",
    "retention.ms": "-1",
    "retention.bytes": "-1",
    "message.timestamp.type": "LogAppendTime",
    "unclean.leader.election.enable": "false",
}
"""Settings of every topic of the record: nothing is deleted by time or size, the broker's clock stamps each record."""

FEED_MS = 30 * 24 * 3600 * 1000
FEED = {"retention.ms": str(FEED_MS)}
"""A feed can be read again from the views: what it holds is kept for 30 days."""

UNKNOWN_TOPIC, UNAUTHORIZED_TOPIC = 3, TopicAuthorizationFailedError.errno
ASKED = 5
"""How often a broker is asked before a topic counts as gone: one that has just started may not know it yet."""


@dataclass(frozen=True)
class TopicNames:
    """The names of a ledger's topics."""

    prefix: str = "tamga"

    @property
    def submissions(self) -> str:
        """Where agencies publish."""
        return f"{self.prefix}.submissions"

    @property
    def ledger(self) -> str:
        """The record."""
        return f"{self.prefix}.ledger"

    @property
    def registry(self) -> str:
        """Agencies and keys."""
        return f"{self.prefix}.registry"

    def feed(self, agency: str) -> str:
        """What an agency must know of."""
        return f"{self.prefix}.feed.{agency}"


@dataclass(frozen=True)
class TopicFacts:
    """What identifies a topic: its KIP-516 id and its partition count."""

    id: str
    partitions: int


class Topics:
    """Administration of the topics of one cluster. Threads may share it for `facts`."""

    def __init__(self, brokers: Brokers) -> None:
        self._lock = threading.Lock()
        with connecting(brokers) as options:
            self._admin = KafkaAdminClient(client_id="tamga-topics", reconnect_backoff_max_ms=1000, **options)

    def close(self) -> None:
        """Close the connection."""
        self._admin.close()

    def __enter__(self) -> Topics:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def facts(self, topic: str) -> TopicFacts:
        """Id and partition count; raises `LogFault` `log.missing_topic` when it is not there."""
        for attempt in range(ASKED):
            described = self._described(topic)
            for t in described:
                if t.get("name") == topic and t.get("error_code") == 0 and t.get("partitions"):
                    return TopicFacts(str(t["topic_id"]), len(t["partitions"]))
            if any(t.get("error_code") not in (0, UNKNOWN_TOPIC) for t in described):
                raise LogAway("the broker has no answer about the topic yet")
            time.sleep(0.5 * attempt)
        raise LogFault("log.missing_topic", f"topic {topic} is not there; run `tamga up`, or create it")

    def exists(self, topic: str) -> bool:
        """Is the topic there?"""
        return topic in self.names()

    def names(self) -> set[str]:
        """The topics that we may know of."""
        try:
            return set(self._admin.list_topics())
        except KafkaError as error:
            raise told(error, "topics") from error

    def ensure(self, topic: str, *, partitions: int, replication: int, settings: dict[str, str] | None = None) -> None:
        """Create the topic with the record's settings unless it is there."""
        configs = FOREVER | {"min.insync.replicas": "2" if replication >= 3 else "1"} | (settings or {})
        wanted = {"num_partitions": partitions, "replication_factor": replication, "configs": configs}
        try:
            self._admin.create_topics({topic: wanted}, wait_for_metadata=True)
        except TopicAlreadyExistsError:
            return
        except KafkaError as error:
            raise told(error, topic) from error

    def check(self, topic: str) -> None:
        """Raise `LogFault` `log.unsafe_setting` for the first setting that would let the record be lost."""
        self.facts(topic)
        self._compare(topic, self._settings(topic), FOREVER)

    def ensure_feed(self, topic: str, *, like: str) -> None:
        """Create an agency's feed unless it is there: as many partitions and replicas as the ledger, kept 30 days.

        Raises `LogFault` `log.unsafe_setting` or `log.partitions_changed` when it is there and is another one.
        """
        facts, replication = self.facts(like), self.replication(like)
        self.ensure(topic, partitions=facts.partitions, replication=replication, settings=FEED)
        found = self.facts(topic).partitions
        if found != facts.partitions:
            raise LogFault("log.partitions_changed", f"{topic} has {found} partitions, must have {facts.partitions}")
        settings = self._settings(topic)
        kept = int(settings.get("retention.ms", "0"))
        if 0 <= kept < FEED_MS:
            raise LogFault("log.unsafe_setting", f"{topic}: retention.ms is {kept}, must be at least {FEED_MS}")
        self._compare(topic, settings, {name: value for name, value in FOREVER.items() if name not in FEED})

    def _compare(self, topic: str, found: dict[str, str], wanted: dict[str, str]) -> None:
        for name, value in wanted.items():
            if found.get(name) != value:
                raise LogFault("log.unsafe_setting", f"{topic}: {name} is {found.get(name)}, must be {value}")
        if self.replication(topic) >= 3 and int(found.get("min.insync.replicas", "1")) < 2:
            raise LogFault("log.unsafe_setting", f"{topic}: min.insync.replicas must be at least 2")

    def replication(self, topic: str) -> int:
        """Replicas of the topic's first partition; 1 is a development broker."""
        return len(self._described(topic)[0]["partitions"][0]["replica_nodes"])

    def delete_before(self, offsets: dict[tuple[str, int], int]) -> None:
        """Delete the records below an offset, per (topic, partition)."""
        try:
            self._admin.delete_records({TopicPartition(*tp): offset for tp, offset in offsets.items()})
        except KafkaError as error:
            raise told(error, "deleting records") from error

    def _described(self, topic: str) -> list[dict[str, Any]]:
        try:
            with self._lock:
                found: list[dict[str, Any]] = self._admin.describe_topics([topic])
        except KafkaError as error:
            raise told(error, topic) from error
        if any(t.get("error_code") == UNAUTHORIZED_TOPIC for t in found):
            raise told(TopicAuthorizationFailedError(), topic)
        return found

    def _settings(self, topic: str) -> dict[str, str]:
        resource = ConfigResource(ConfigResourceType.TOPIC, topic)
        try:
            described = self._admin.describe_configs([resource], config_filter="all")
        except KafkaError as error:
            raise told(error, f"settings of {topic}") from error
        (configs,) = described.values()
        if not configs[topic]:  # kafka-python leaves out that it was refused
            raise told(TopicAuthorizationFailedError(), f"settings of {topic}")
        return {name: str(value["value"]) for name, value in configs[topic].items()}
