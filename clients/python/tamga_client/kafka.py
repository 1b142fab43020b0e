"""The ledger over Kafka: a submission is on the topic when every replica in sync has it, on its stream's partition.

Needs the extra `tamga-client[kafka]`. An agency has a user of its own (SASL/SCRAM over TLS) that may write submissions
and read its own feed; there is no consumer group and no transactional id, so it needs no right for either.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.errors import (
    AuthorizationError,
    KafkaError,
    OffsetOutOfRangeError,
    SaslAuthenticationFailedError,
    TopicAuthorizationFailedError,
)

from tamga_client.errors import AccessDeniedError, FeedError, TamgaError, UnreachableError
from tamga_client.feed import Record
from tamga_client.outcomes import Pending
from tamga_client.partition import partition_of
from tamga_client.signing import Signed

_DENIED = (AuthorizationError, SaslAuthenticationFailedError)
_CONTENT_TYPE = [("content-type", b"application/jose")]


@dataclass(frozen=True)
class Sasl:
    """A user of the brokers, and the certificate authority that they are recognised by (a PEM file)."""

    username: str
    password: str = field(repr=False)
    ca_file: str | None = None
    mechanism: str = "SCRAM-SHA-512"

    def settings(self) -> dict[str, Any]:
        """As kafka-python names them."""
        return {
            "security_protocol": "SASL_SSL",
            "sasl_mechanism": self.mechanism,
            "sasl_plain_username": self.username,
            "sasl_plain_password": self.password,
            "ssl_cafile": self.ca_file,
            "ssl_check_hostname": True,
        }


@dataclass(frozen=True)
class Brokers:
    """Where the brokers are (`host:port`, several parted by commas) and who we are there.

    Without `sasl` nothing is encrypted and nobody is asked who he is: for a ledger on this machine. `prefix` is the
    first part of the ledger's topic names.
    """

    bootstrap: str
    sasl: Sasl | None = None
    prefix: str = "tamga"

    def settings(self) -> dict[str, Any]:
        """What producer and consumer have in common, as kafka-python names it."""
        return {
            "bootstrap_servers": self.bootstrap.split(","),
            "client_id": "tamga-client",
            "reconnect_backoff_max_ms": 1000,
            "metadata_max_age_ms": 30_000,
            "allow_auto_create_topics": False,
            **(self.sasl.settings() if self.sasl is not None else {}),
        }


class KafkaSubmitter:
    """Puts submissions on the topic. It implements `Submitter`; threads may share it."""

    def __init__(self, brokers: Brokers, *, timeout: float = 30.0) -> None:
        self._brokers, self._timeout, self._topic = brokers, timeout, f"{brokers.prefix}.submissions"
        self._producer: Any = None
        self._lock = threading.Lock()

    def submit(self, signed: Signed) -> Pending:
        """Send, wait for the acknowledgement; the outcome comes later.

        Raises `UnreachableError`, `AccessDeniedError`.
        """
        try:
            producer = self._connected()
            partitions = producer.partitions_for(self._topic)
            partition = partition_of(signed.stream, len(partitions))
            sent = producer.send(self._topic, signed.jws, signed.stream.encode(), _CONTENT_TYPE, partition)
            done = sent.get(timeout=self._timeout)
        except (KafkaError, AssertionError) as error:
            self.close()
            raise _told(error, self._topic) from None
        return Pending(f"{done.partition}-{done.offset}")

    def close(self) -> None:
        """Let the connection go; the next submission makes another one."""
        with self._lock:
            producer, self._producer = self._producer, None
        if producer is not None:
            producer.close(timeout=0)

    def _connected(self) -> Any:
        with self._lock:
            if self._producer is None:
                patience = int(self._timeout * 1000)
                self._producer = KafkaProducer(
                    acks="all",
                    enable_idempotence=True,
                    linger_ms=0,
                    delivery_timeout_ms=patience,
                    request_timeout_ms=min(10_000, patience),
                    max_block_ms=patience,
                    bootstrap_timeout_ms=patience,
                    **self._brokers.settings(),
                )
            return self._producer


class KafkaFeed:
    """An agency's feed topic. It implements `feed.Source`; not shared between threads.

    `accept_gap` goes on where messages that were never read are gone: set it once, after having read the views.
    """

    def __init__(self, brokers: Brokers, agency: str, *, accept_gap: bool = False) -> None:
        self._brokers, self._topic, self._accept_gap = brokers, f"{brokers.prefix}.feed.{agency}", accept_gap
        self._consumer: Any = None
        self._next: dict[int, int] = {}
        self._is_placed = False

    def seek(self, offsets: Mapping[int, int]) -> None:
        """Read on from these offsets, the other partitions from their oldest message."""
        self._next, self._is_placed = dict(offsets), False

    def poll(self, seconds: float) -> list[Record]:
        """The next messages, none when none came in time; it goes on where it was after an error.

        Raises `FeedError`, `UnreachableError`, `AccessDeniedError`.
        """
        try:
            self._consumer = self._consumer or self._connect()
            self._is_placed = self._is_placed or self._place()
            return self._polled(seconds)
        except OffsetOutOfRangeError:
            self.close()
            raise _gap() from None
        except (KafkaError, AssertionError, KeyError) as error:
            self.close()
            raise _told(error, self._topic) from None

    def end(self) -> Mapping[int, int]:
        """The offset behind the last message of each partition; empty while there is no feed. Raises as `poll`."""
        try:
            self._consumer = self._consumer or self._connect()
            found: Mapping[Any, int] = self._consumer.end_offsets(self._partitions())
        except KafkaError as error:
            self.close()
            raise _told(error, self._topic) from None
        return {place.partition: offset for place, offset in found.items()}

    def close(self) -> None:
        """Let the connection go; the next poll makes another one and goes on."""
        consumer, self._consumer, self._is_placed = self._consumer, None, False
        if consumer is not None:
            consumer.close(autocommit=False, timeout_ms=1000)

    def _polled(self, seconds: float) -> list[Record]:
        if not self._is_placed:
            threading.Event().wait(min(seconds, 0.5))
            return []
        polled = self._consumer.poll(timeout_ms=int(seconds * 1000), max_records=500)
        found = [Record(place.partition, each.offset, each.value) for place, all_ in polled.items() for each in all_]
        self._next |= {record.partition: record.offset + 1 for record in found}
        return found

    def _place(self) -> bool:
        """Stand at the offsets; False while nobody has written to the feed yet, so that it is not there."""
        places = self._partitions()
        if not places:
            self._ask_whether_allowed()
            return False
        oldest, ends = self._consumer.beginning_offsets(places), self._consumer.end_offsets(places)
        self._consumer.assign(places)
        for place in places:
            offset = self._next.get(place.partition, oldest[place])
            if offset < oldest[place] and not self._accept_gap:
                self.close()
                raise _gap()
            # A topic that was made anew begins again: messages that were taken are passed over by their position.
            self._consumer.seek(place, offset if oldest[place] <= offset <= ends[place] else oldest[place])
        return True

    def _ask_whether_allowed(self) -> None:
        """A topic that this user may not read looks like one that is not there, until it is read."""
        self._consumer.assign([TopicPartition(self._topic, 0)])
        self._consumer.seek(TopicPartition(self._topic, 0), 0)
        self._consumer.poll(timeout_ms=200)
        if self._topic in self._consumer._cluster.unauthorized_topics:
            raise TopicAuthorizationFailedError

    def _partitions(self) -> list[Any]:
        known = self._consumer.partitions_for_topic(self._topic) or ()
        return [TopicPartition(self._topic, partition) for partition in sorted(known)]

    def _connect(self) -> Any:
        return KafkaConsumer(
            enable_auto_commit=False,
            auto_offset_reset="none",
            isolation_level="read_committed",
            fetch_max_wait_ms=250,
            bootstrap_timeout_ms=30_000,
            **self._brokers.settings(),
        )


def _told(error: Exception, topic: str) -> TamgaError:
    """What an error of kafka-python means. A user whom the brokers do not let in looks to it like absent brokers."""
    name = type(error).__name__
    # What a user without the right to write is told when its producer begins; kafka-python hands on the name alone.
    if isinstance(error, _DENIED) or "ClusterAuthorizationFailedError" in str(error):
        return AccessDeniedError("client.denied", f"the brokers do not let this user use {topic} ({name})")
    return UnreachableError(
        "client.unreachable",
        f"the brokers did not answer ({name}); if they are up, look at addresses, user, password and CA file",
    )


def _gap() -> FeedError:
    return FeedError(
        "feed.gap",
        "messages that were never read are older than 30 days and gone: read what they said from the views of the API,"
        " then start once with accept_gap=True",
    )
