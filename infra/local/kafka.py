"""An Apache Kafka of our own, one broker or several, on loopback ports.

The rule: the real broker under the settings that the ledger demands, each broker a process of its own that can be
killed, paused and started again on the same data. A secured cluster takes TLS and known users alone. For development,
the demo and the tests; a deployment sets TAMGA_KAFKA_BOOTSTRAP.
"""

from __future__ import annotations

import secrets
import shutil
import signal
import socket
import time
from pathlib import Path
from types import TracebackType
from typing import Any

from kafka import KafkaAdminClient
from kafka.admin import UserScramCredentialUpsertion
from kafka.errors import KafkaError

from infra.kafka.brokers import MECHANISM, Brokers
from infra.local.certificates import BROKER_PEM, Authority
from infra.local.downloads import java, kafka_jars
from infra.local.folders import LocalServiceError, service_folder, service_user, write_secret
from infra.local.kafka_settings import OPERATOR, Cluster, write_broker_files
from infra.local.processes import Processes, Running, ended_message, wait_until

START_SECONDS = 90.0


class LocalKafka:
    """A cluster in one folder; `start` makes it, `stop` or the end of a `with` ends it. Brokers count from 0."""

    def __init__(self, processes: Processes, cluster: Cluster, *, secured: bool) -> None:
        self.folder = processes.folder
        self._authority = Authority(self.folder) if secured else None
        self.start_seconds = 0.0
        self._processes = processes
        self._cluster = cluster
        self._java = str(java())
        self._jars = ":".join(str(jar) for jar in kafka_jars())
        self._brokers: dict[int, Running] = {}

    @classmethod
    def start(cls, data: Path, *, brokers: int = 1, secured: bool = False) -> LocalKafka:
        """Start the cluster that lives in the folder `data`, made on first start; returns when every broker answers.

        A secured one knows its operator then, and nobody else until users are provisioned.

        Raises LocalServiceError when it can't be had, another process runs it, or it was made with other brokers.
        """
        began = time.monotonic()
        processes = Processes(data.absolute())
        try:
            kafka = cls(processes, Cluster.of(processes.folder, brokers), secured=secured)
            kafka._format()
            for number in range(brokers):
                kafka._spawn(number)
            kafka._wait()
            kafka._let_operator_in()
        except BaseException:
            processes.stop_all()
            raise
        kafka.start_seconds = time.monotonic() - began
        return kafka

    def __enter__(self) -> LocalKafka:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self.stop()

    @property
    def bootstrap(self) -> str:
        """`127.0.0.1:port,…` of all brokers, whether they run or not."""
        return self._cluster.bootstrap

    @property
    def brokers(self) -> Brokers:
        """The brokers as the operator talks to them, who may do everything; whoever comes where none is secured."""
        if self._authority is None:
            return Brokers(self.bootstrap)
        return Brokers(self.bootstrap, "SASL_SSL", OPERATOR, self._password_file, self._authority.file)

    @property
    def pids(self) -> list[int]:
        """The brokers' processes by number; 0 for one that was killed and not started again."""
        return [self._brokers[number].pid if number in self._brokers else 0 for number in self._numbers]

    def log_file(self, number: int) -> Path:
        """What a broker wrote to its standard output: how it failed to start, if it did."""
        return self.folder / f"broker-{number}.out"

    def kill(self, number: int) -> None:
        """SIGKILL a broker, and wait until it is gone."""
        if number in self._brokers:
            self._processes.kill(self._brokers.pop(number))

    def pause(self, number: int) -> None:
        """SIGSTOP a broker: it keeps its connections and answers nothing."""
        self._brokers[number].send(signal.SIGSTOP)

    def resume(self, number: int) -> None:
        """SIGCONT a paused broker."""
        self._brokers[number].send(signal.SIGCONT)

    def restart(self, number: int) -> None:
        """Stop a broker if it runs, start it on the same ports and data, wait until the cluster has it again."""
        if number in self._brokers:
            self._processes.stop(self._brokers.pop(number))
        self._spawn(number)
        self._wait()

    def stop(self) -> None:
        """Stop all brokers at once (each alone would wait for a quorum that the others have left); the data stay."""
        for broker in self._brokers.values():
            broker.send(signal.SIGTERM)
            broker.send(signal.SIGCONT)
        self._brokers.clear()
        self._processes.stop_all()

    @property
    def _numbers(self) -> range:
        return range(len(self._cluster.ports))

    def _home(self, number: int) -> Path:
        return self.folder / f"broker-{number}"

    def _format(self) -> None:
        for number in self._numbers:
            home, authority = service_folder(self._home(number)), self._authority
            write_broker_files(home, self._cluster, number, secured=authority is not None)
            if authority is not None:
                authority.equip(home)
        new = [number for number in self._numbers if not self._formatted(number).exists()]
        for number, tool in [(number, self._run_format(number)) for number in new]:
            ended = tool.ended_within(START_SECONDS)
            if self._processes.stop(tool) != 0 or not ended:
                raise LocalServiceError(ended_message(tool, self.log_file(number)))
            self._formatted(number).touch()

    def _formatted(self, number: int) -> Path:
        return self.folder / f"broker-{number}.formatted"

    def _run_format(self, number: int) -> Running:
        home = self._home(number)
        shutil.rmtree(home / "log", ignore_errors=True)  # what an interrupted format left
        arguments = ["format", "--config", str(home / "server.properties"), "--cluster-id", self._cluster.id]
        return self._run(f"format-{number}", number, "kafka.tools.StorageTool", arguments, memory=128)

    def _spawn(self, number: int) -> None:
        memory = 512 if len(self._cluster.ports) == 1 else 384
        settings = [str(self._home(number) / "server.properties")]
        self._brokers[number] = self._run(f"kafka-{number}", number, "kafka.Kafka", settings, memory=memory)

    def _run(self, name: str, number: int, main_class: str, arguments: list[str], *, memory: int) -> Running:
        home = self._home(number)
        machine = [f"-Xmx{memory}m", "-Xms128m", "-XX:+UseSerialGC", "-Xshare:auto", "-XX:-UsePerfData"]
        machine += ["-XX:+ExitOnOutOfMemoryError", "-Djava.awt.headless=true", f"-Djava.io.tmpdir={home}"]
        # Without the second compiler a broker is up with half the work, and does not need more of it later.
        machine += ["-XX:TieredStopAtLevel=1"]
        # Of two calls into native memory that JDK 24 and later warn of, both are the compression libraries'.
        machine += ["--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow"]
        machine += [f"-Dlog4j2.configurationFile={home / 'log4j2.properties'}", f"-Dkafka.logs.dir={home}"]
        return self._processes.spawn(
            name,
            [self._java, *machine, "-cp", self._jars, main_class, *arguments],
            user=service_user(),
            log_file=self.log_file(number),
            # It loses nothing by SIGKILL that it has acknowledged, since the machine lives on, and it surely ends.
            death_signal=signal.SIGKILL,
            cwd=home,
        )

    def _wait(self) -> None:
        """Until every broker that should run serves clients, or one has ended."""
        waiting = dict(self._brokers)

        def settled() -> bool:
            for number in [number for number, broker in waiting.items() if broker.alive() and self._answers(number)]:
                del waiting[number]
            return not all(broker.alive() for broker in waiting.values()) or not waiting

        in_time = wait_until(settled, START_SECONDS)
        for number, broker in waiting.items():
            if not in_time or not broker.alive():
                raise LocalServiceError(ended_message(broker, self.log_file(number)))

    def _answers(self, number: int) -> bool:
        """Whether a broker, asked itself, counts itself among those that serve."""
        try:
            socket.create_connection(("127.0.0.1", self._cluster.ports[number][0]), timeout=1).close()
            with KafkaAdminClient(bootstrap_timeout_ms=5000, **self._as_broker(number)) as admin:
                brokers = admin.describe_cluster()["brokers"]
        except (OSError, KafkaError):
            return False
        return any(broker["broker_id"] == number + 1 and not broker.get("is_fenced") for broker in brokers)

    def _as_broker(self, number: int) -> dict[str, Any]:
        """Options of a client that is a broker itself: who starts a cluster holds its brokers' keys."""
        if self._authority is None:
            return {"bootstrap_servers": self._cluster.address(number)}
        return {
            "bootstrap_servers": self._cluster.inner_address(number),
            "security_protocol": "SSL",
            "ssl_cafile": str(self._authority.file),
            "ssl_certfile": str(self._home(number) / BROKER_PEM),
        }

    @property
    def _password_file(self) -> Path:
        return self.folder / f"{OPERATOR}.password"

    def _let_operator_in(self) -> None:
        """The operator's password is that of its file, drawn where there is none."""
        if self._authority is None:
            return
        if not self._password_file.exists():
            write_secret(self._password_file, secrets.token_urlsafe(32) + "\n")
        password = self._password_file.read_text(encoding="utf-8").strip()
        with KafkaAdminClient(**self._as_broker(0)) as admin:
            said = admin.alter_user_scram_credentials([UserScramCredentialUpsertion(OPERATOR, MECHANISM, password)])
        if said.get(OPERATOR) is not None:
            raise LocalServiceError(f"the local Kafka does not take its operator: {said[OPERATOR]}")
