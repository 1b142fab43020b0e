"""Where the brokers are and as whom they are talked to: every Kafka client is opened through `connecting`.

Whoever is turned away is told so at once. A client of kafka-python tries a wrong password, and a certificate of
another authority, again until its time is over, and then says what it says of an absent broker. So the first client
for some brokers, and the first after a failure, knocks before it is opened. Called by each client in `infra.kafka` and
by `infra.api.publisher`.
"""

from __future__ import annotations

import contextlib
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from kafka.errors import KafkaError
from kafka.net.sasl import get_sasl_mechanism
from kafka.protocol.parser import KafkaProtocol
from kafka.protocol.sasl import SaslAuthenticateRequest, SaslHandshakeRequest

from infra.kafka.errors import LogFault, told
from infra.kafka.prompt import PromptClient

Protocol = Literal["PLAINTEXT", "SASL_SSL"]
MECHANISM = "SCRAM-SHA-512"
KNOCK_SECONDS = 3.0


@dataclass(frozen=True)
class Brokers:
    """The brokers' addresses (host:port, comma separated), the protocol, the user and where the password lies."""

    addresses: str
    protocol: Protocol = "PLAINTEXT"
    user: str = ""
    password_file: Path | None = None
    ca_file: Path | None = None

    @property
    def secured(self) -> bool:
        """Does TLS carry it, and does the broker ask who it is?"""
        return self.protocol != "PLAINTEXT"

    def options(self) -> dict[str, Any]:
        """The options of a kafka-python client. Raises `LogFault` `kafka.unauthenticated` without a password."""
        found: dict[str, Any] = {"bootstrap_servers": self.addresses.split(","), "kafka_client": PromptClient}
        if not self.secured:
            return found
        return found | {
            "security_protocol": self.protocol,
            "ssl_cafile": str(self.ca_file) if self.ca_file is not None else None,
            "ssl_check_hostname": True,
            "sasl_mechanism": MECHANISM,
            "sasl_plain_username": self.user,
            "sasl_plain_password": self._password(),
        }

    def endpoints(self) -> list[tuple[str, int]]:
        """Host and port of each address."""
        pairs = (address.strip().rpartition(":") for address in self.addresses.split(","))
        return [(host.strip("[]"), int(port)) for host, _, port in pairs]

    def _password(self) -> str:
        try:
            if self.password_file is None:
                raise LogFault("kafka.unauthenticated", "TAMGA_KAFKA_PASSWORD_FILE is not set")
            if self.password_file.stat().st_mode & 0o077:
                raise LogFault("kafka.unauthenticated", f"{self.password_file} is readable by others: chmod 600 it")
            return self.password_file.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeError):
            raise LogFault("kafka.unauthenticated", f"{self.password_file} can't be read") from None


_let_in: set[Brokers] = set()


@contextmanager
def connecting(brokers: Brokers) -> Iterator[dict[str, Any]]:
    """The options for a client that is opened in the block.

    Raises `LogFault` (`kafka.protocol`, `kafka.untrusted`, `kafka.unauthenticated`) when a broker turns us away or is
    not one of ours, `LogAway` when none answers.
    """
    options = brokers.options()
    if brokers.secured and brokers not in _let_in:
        _knock(brokers, options)
    try:
        yield options
    except KafkaError as error:
        _let_in.discard(brokers)
        if not brokers.secured:
            _knock_plain(brokers)
        raise told(error) from error
    if brokers.secured:
        _let_in.add(brokers)


def _sockets(brokers: Brokers) -> Iterator[tuple[str, socket.socket]]:
    """A connection to each broker that answers, with its host."""
    for host, port in brokers.endpoints():
        with contextlib.suppress(OSError), socket.create_connection((host, port), timeout=KNOCK_SECONDS) as opened:
            yield host, opened


def _knock(brokers: Brokers, options: dict[str, Any]) -> None:
    """Is it a broker whose certificate our authority signed, for this host, and does it know user and password?

    A broker that is away, or goes in the middle of it, says nothing about either.
    """
    try:
        context = ssl.create_default_context(cafile=brokers.ca_file)
    except OSError:
        raise LogFault("kafka.untrusted", f"TAMGA_KAFKA_CA_FILE: {brokers.ca_file} holds no certificate") from None
    for host, opened in _sockets(brokers):
        try:
            with context.wrap_socket(opened, server_hostname=host) as tls:
                _authenticate(tls, brokers, options)
        except ssl.SSLCertVerificationError as error:
            message = f"{host}: {error.verify_message}; see TAMGA_KAFKA_CA_FILE"
            raise LogFault("kafka.untrusted", message) from None
        except (OSError, KafkaError):
            continue
        return


def _authenticate(tls: ssl.SSLSocket, brokers: Brokers, options: dict[str, Any]) -> None:
    """SaslHandshake and SaslAuthenticate, by kafka-python's own messages and mechanism.

    Not by its connections: they lose a refusal that comes in one read with the end of the connection.
    """
    parser = KafkaProtocol(client_id="tamga-knock")
    offered = _asked(tls, parser, SaslHandshakeRequest(version=1, mechanism=MECHANISM))
    if offered.error_code != 0:
        raise LogFault("kafka.protocol", f"the broker does not take {MECHANISM}")
    mechanism = get_sasl_mechanism(MECHANISM)(**options)
    while not mechanism.is_done():
        answer = _asked(tls, parser, SaslAuthenticateRequest(version=1, auth_bytes=mechanism.auth_bytes()))
        if answer.error_code != 0:
            message = f"the broker refuses the user {brokers.user!r} or its password; see `tamga provision`"
            raise LogFault("kafka.unauthenticated", message)
        mechanism.receive(answer.auth_bytes)


def _asked(tls: ssl.SSLSocket, parser: Any, request: Any) -> Any:
    parser.send_request(request)
    tls.sendall(parser.send_bytes())
    while received := tls.recv(65_536):
        for _, response in parser.receive_bytes(received):
            return response
    raise ConnectionResetError("the broker has gone")


def _knock_plain(brokers: Brokers) -> None:
    """Does the broker speak TLS where we do not?"""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    for host, opened in _sockets(brokers):
        try:
            context.wrap_socket(opened, server_hostname=host).close()
        except OSError:
            continue
        raise LogFault("kafka.protocol", f"{host} speaks TLS there; see TAMGA_KAFKA_SECURITY_PROTOCOL")
