"""What a local broker is told: identity and ports, which are chosen once and kept, and its settings.

The rule: a setting stands here because the ledger demands it (replication, no deletion, no unclean election, no topic
by accident, nobody let in without a right) or because two cores and 24 GiB do (small pools, quick failover); the rest
is Kafka's default.
"""

from __future__ import annotations

import base64
import json
import uuid
from dataclasses import asdict, dataclass
from pathlib import Path

from infra.kafka.brokers import MECHANISM
from infra.local.certificates import BROKER_NAME, BROKER_PEM, CA_PEM
from infra.local.folders import LocalServiceError, free_port, port_is_free, write_for_service

OPERATOR = "operator"
"""The one user of a secured cluster to whom nothing is refused: it makes topics and provisions everybody else."""

LOG4J = """\
status = error
appender.file.type = RollingFile
appender.file.name = file
appender.file.fileName = {home}/server.log
appender.file.filePattern = {home}/server.%i.log
appender.file.layout.type = PatternLayout
appender.file.layout.pattern = %d{{yyyy-MM-dd'T'HH:mm:ss.SSS'Z'}}{{UTC}} %p %m (%c)%n
appender.file.policies.type = Policies
appender.file.policies.size.type = SizeBasedTriggeringPolicy
appender.file.policies.size.size = 10MB
appender.file.strategy.type = DefaultRolloverStrategy
appender.file.strategy.max = 3
appender.console.type = Console
appender.console.name = console
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = %p %m%n%throwable{{short}}
appender.console.filter.threshold.type = ThresholdFilter
appender.console.filter.threshold.level = error
rootLogger.level = warn
rootLogger.appenderRef.file.ref = file
rootLogger.appenderRef.console.ref = console
"""


@dataclass(frozen=True)
class Cluster:
    """A cluster's id, and per broker its port for clients, for controllers and for brokers (where it is secured)."""

    id: str
    ports: tuple[tuple[int, int, int], ...]

    @classmethod
    def of(cls, folder: Path, brokers: int) -> Cluster:
        """The cluster kept in `folder`, or a new one; a port that somebody has taken since is chosen again."""
        path = folder / "cluster.json"
        if path.exists():
            kept = json.loads(path.read_text())
            cluster = cls(kept["id"], tuple((*ports, 0)[:3] for ports in kept["ports"]))
        else:
            # As Kafka draws it, 22 characters; one that began with "-" would read as an option of the format tool.
            name = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
            name = name if name[0] != "-" else f"A{name[1:]}"
            cluster = cls(name, ((0, 0, 0),) * brokers)
        if len(cluster.ports) != brokers:
            raise LocalServiceError(
                f"{folder} holds a cluster of {len(cluster.ports)} brokers, not {brokers}: choose another folder"
            )
        cluster = cls(cluster.id, _free(cluster.ports))
        fresh = path.with_suffix(".new")
        fresh.write_text(json.dumps(asdict(cluster)))
        fresh.replace(path)
        return cluster

    @property
    def bootstrap(self) -> str:
        """Where clients find all brokers."""
        return ",".join(self.address(number) for number in range(len(self.ports)))

    def address(self, number: int) -> str:
        """Where clients find one broker."""
        return f"127.0.0.1:{self.ports[number][0]}"

    def inner_address(self, number: int) -> str:
        """Where brokers find a broker of a secured cluster."""
        return f"127.0.0.1:{self.ports[number][2]}"

    @property
    def voters(self) -> str:
        """`controller.quorum.voters`: every broker is a controller too."""
        return ",".join(f"{number + 1}@127.0.0.1:{control}" for number, (_, control, _) in enumerate(self.ports))


def _free(ports: tuple[tuple[int, int, int], ...]) -> tuple[tuple[int, int, int], ...]:
    flat = [port for of_one in ports for port in of_one]
    for place, port in enumerate(flat):
        if port == 0 or not port_is_free(port):
            flat[place] = free_port(set(flat))
    return tuple(zip(flat[::3], flat[1::3], flat[2::3], strict=True))


def write_broker_files(home: Path, cluster: Cluster, number: int, *, secured: bool) -> None:
    """Write `server.properties` and `log4j2.properties` anew: ports may have changed, and settings with the release."""
    settings = broker_settings(home, cluster, number, secured=secured)
    write_for_service(home / "server.properties", "".join(f"{name}={value}\n" for name, value in settings.items()))
    write_for_service(home / "log4j2.properties", LOG4J.format(home=home))


def broker_settings(home: Path, cluster: Cluster, number: int, *, secured: bool) -> dict[str, object]:
    """All settings of one broker, by Kafka's names."""
    return {
        "process.roles": "broker,controller",
        "node.id": number + 1,
        "controller.quorum.voters": cluster.voters,
        "controller.listener.names": "CONTROLLER",
        **(_secured_listeners(home, cluster, number) if secured else _open_listeners(cluster, number)),
        "log.dirs": home / "log",
        **_record_settings(len(cluster.ports)),
        **(_failover_settings() if len(cluster.ports) > 1 else _single_settings()),
        **_small_machine_settings(),
    }


def _open_listeners(cluster: Cluster, number: int) -> dict[str, object]:
    """Whoever reaches the port may do anything."""
    client, control, _ = cluster.ports[number]
    return {
        "listeners": f"PLAINTEXT://127.0.0.1:{client},CONTROLLER://127.0.0.1:{control}",
        "advertised.listeners": f"PLAINTEXT://127.0.0.1:{client}",
        "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
        "inter.broker.listener.name": "PLAINTEXT",
    }


def _secured_listeners(home: Path, cluster: Cluster, number: int) -> dict[str, object]:
    """Clients say who they are by SCRAM, brokers and controllers by a certificate; all of it under TLS.

    What is not granted is refused. No topic can be deleted at all: the right to delete judged submissions, which the
    registrar has, is Kafka's right to delete the topic too.
    """
    client, control, inner = cluster.ports[number]
    scram = "org.apache.kafka.common.security.scram.ScramLoginModule required;"
    return {
        "listeners": f"CLIENTS://127.0.0.1:{client},BROKERS://127.0.0.1:{inner},CONTROLLER://127.0.0.1:{control}",
        "advertised.listeners": f"CLIENTS://127.0.0.1:{client},BROKERS://127.0.0.1:{inner}",
        "listener.security.protocol.map": "CLIENTS:SASL_SSL,BROKERS:SSL,CONTROLLER:SSL",
        "inter.broker.listener.name": "BROKERS",
        "listener.name.clients.sasl.enabled.mechanisms": MECHANISM,
        f"listener.name.clients.{MECHANISM.lower()}.sasl.jaas.config": scram,
        "listener.name.brokers.ssl.client.auth": "required",
        "listener.name.controller.ssl.client.auth": "required",
        "ssl.keystore.type": "PEM",
        "ssl.keystore.location": home / BROKER_PEM,
        "ssl.truststore.type": "PEM",
        "ssl.truststore.location": home / CA_PEM,
        "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
        "allow.everyone.if.no.acl.found": "false",
        "super.users": f"User:CN={BROKER_NAME};User:{OPERATOR}",
        "delete.topic.enable": "false",
    }


def _record_settings(brokers: int) -> dict[str, object]:
    copies = min(3, brokers)
    in_sync = min(2, copies)
    return {
        "auto.create.topics.enable": "false",
        "unclean.leader.election.enable": "false",
        "log.retention.ms": -1,
        "log.retention.bytes": -1,
        "num.partitions": 1,
        "default.replication.factor": copies,
        "min.insync.replicas": in_sync,
        "offsets.topic.replication.factor": copies,
        "transaction.state.log.replication.factor": copies,
        "transaction.state.log.min.isr": in_sync,
        "share.coordinator.state.topic.replication.factor": copies,
        "share.coordinator.state.topic.min.isr": in_sync,
    }


def _failover_settings() -> dict[str, object]:
    """A dead leader is replaced within seconds, also where it led the controllers too."""
    return {
        # All brokers are stopped together: one that hands over its leadership first waits minutes for a lost quorum.
        "controlled.shutdown.enable": "false",
        "broker.session.timeout.ms": 4000,
        "broker.heartbeat.interval.ms": 500,
        "controller.quorum.election.timeout.ms": 1000,
        "controller.quorum.election.backoff.max.ms": 500,
        "controller.quorum.fetch.timeout.ms": 2000,
    }


def _single_settings() -> dict[str, object]:
    """A killed broker comes back when its old registration has timed out; one that is only slow must not time out."""
    return {"broker.session.timeout.ms": 6000, "broker.heartbeat.interval.ms": 500}


def _small_machine_settings() -> dict[str, object]:
    return {
        "offsets.topic.num.partitions": 4,
        "transaction.state.log.num.partitions": 1,
        "share.coordinator.state.topic.num.partitions": 1,
        "group.initial.rebalance.delay.ms": 0,
        "num.network.threads": 2,
        "num.io.threads": 4,
        "log.cleaner.dedupe.buffer.size": 16 * 1024 * 1024,  # the default takes 128 MiB of the heap
    }
