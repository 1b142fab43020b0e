"""One try is one POST on a connection of its own, over in 15 seconds, of which the status alone is looked at.

No redirect is followed, no proxy of the environment is used, and nothing of the answer behind its status is read, kept
or logged. Where the connection leads is looked at by `infra.webhooks.guard`.
"""

from __future__ import annotations

import ssl
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import httpcore

from consumers.webhooks import GONE, TAKEN
from infra.webhooks.guard import ForbiddenAddressError, Network, resolved


class Limits(NamedTuple):
    """Seconds for a connection, for each read or write, and for the whole try, however slowly the receiver answers."""

    connect: float = 5.0
    step: float = 10.0
    whole: float = 15.0


LIMITS = Limits()


class Poster:
    """Sends to receivers; `ca` is a file of certificates that are trusted in place of the system's."""

    def __init__(self, allowed: Sequence[Network], ca: Path | None = None, limits: Limits = LIMITS) -> None:
        self._allowed, self._limits = allowed, limits
        self._trust = ssl.create_default_context(cafile=str(ca) if ca is not None else None)

    def post(self, url: str, headers: Mapping[str, str], body: bytes) -> str:
        """What came of it: `TAKEN`, `GONE`, `http.<status>`, or a code of what went wrong before that."""
        connect, step, whole = self._limits
        backend = _Guarded(self._allowed, time.monotonic() + whole)
        timeout = {"connect": connect, "read": step, "write": step, "pool": connect}
        sent = {"user-agent": "tamga", "content-length": str(len(body)), **headers}
        try:
            with (
                httpcore.ConnectionPool(self._trust, network_backend=backend, max_connections=1) as pool,
                pool.stream(
                    "POST", url, headers=_encoded(url, sent), content=body, extensions={"timeout": timeout}
                ) as answer,
            ):
                return _said(answer.status)
        except ForbiddenAddressError:
            return "address_forbidden"
        except httpcore.TimeoutException:
            return "timeout"
        except httpcore.NetworkError as error:
            return "tls" if isinstance(error.__cause__ or error.__context__, ssl.SSLError) else "unreachable"
        except httpcore.ProtocolError:
            return "no_http"


def _said(status: int) -> str:
    if 200 <= status < 300:
        return TAKEN
    return GONE if status == 410 else f"http.{status}"


def _encoded(url: str, headers: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
    parsed = httpcore.URL(url)
    default = {b"https": 443, b"http": 80}[parsed.scheme]
    port = b"" if parsed.port in (None, default) else b":%d" % (parsed.port or default)
    host = b"[%s]" % parsed.host if b":" in parsed.host else parsed.host
    return [(b"host", host + port), *((name.encode(), value.encode()) for name, value in headers.items())]


class _Guarded(httpcore.NetworkBackend):
    """Connects to where a webhook may lead, and lets nothing last beyond the deadline (monotonic seconds)."""

    def __init__(self, allowed: Sequence[Network], deadline: float) -> None:
        self._allowed, self._deadline = allowed, deadline
        self._plain = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """A connection to the first address of the host that answers."""
        try:
            addresses = resolved(host.strip("[]"), port, self._allowed)
        except OSError as error:
            raise httpcore.ConnectError("the name leads nowhere") from error
        for address in addresses[:-1]:
            try:
                return self._stream(address, port, timeout, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                continue
        return self._stream(addresses[-1], port, timeout, socket_options)

    def _stream(self, address: str, port: int, timeout: float | None, options: Iterable[Any] | None) -> _Limited:
        limit = _left(self._deadline, timeout, httpcore.ConnectTimeout)
        stream = self._plain.connect_tcp(address, port, limit, None, options)
        return _Limited(stream, self._deadline)


class _Limited(httpcore.NetworkStream):
    """A stream of which no step lasts beyond the deadline."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: float) -> None:
        self._stream, self._deadline = stream, deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """What has come."""
        return self._stream.read(max_bytes, _left(self._deadline, timeout, httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Send."""
        self._stream.write(buffer, _left(self._deadline, timeout, httpcore.WriteTimeout))

    def close(self) -> None:
        """Close."""
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        """The stream under TLS."""
        limit = _left(self._deadline, timeout, httpcore.ConnectTimeout)
        return _Limited(self._stream.start_tls(ssl_context, server_hostname, limit), self._deadline)

    def get_extra_info(self, info: str) -> Any:
        """What the stream tells of itself."""
        return self._stream.get_extra_info(info)


def _left(deadline: float, timeout: float | None, late: type[Exception]) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise late("the try is over")
    return left if timeout is None else min(left, timeout)
