"""A receiver of webhooks on loopback: it verifies every signature by itself, and answers as it is told.

The few lines that verify are written from the Standard Webhooks specification and use nothing of ours.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Answer = int | Callable[[BaseHTTPRequestHandler], None]


@dataclass(frozen=True)
class Request:
    """One request; `signed_by`: the secrets under which its signature holds."""

    path: str
    headers: dict[str, str]
    body: bytes
    signed_by: tuple[str, ...]

    @property
    def id(self) -> str:
        """The message's id."""
        return self.headers["webhook-id"]

    @property
    def said(self) -> dict[str, Any]:
        """The message."""
        return dict(json.loads(self.body))


@dataclass
class Receiver:
    """What has come, and what is answered: `answer` of every request, 204 unless it is said."""

    secrets: list[str] = field(default_factory=list)
    answer: Callable[[Request], Answer] = lambda _: 204
    got: list[Request] = field(default_factory=list)
    url: str = ""

    @property
    def ids(self) -> list[str]:
        """The ids of what has come, in order."""
        return [each.id for each in self.got]


def verified(secret: str, headers: dict[str, str], body: bytes) -> bool:
    """Does one of the signatures hold?"""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    wanted = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    given = [each.partition(",")[2] for each in headers["webhook-signature"].split(" ") if each.startswith("v1,")]
    fresh = abs(time.time() - int(headers["webhook-timestamp"])) < 300
    return fresh and any(hmac.compare_digest(each, wanted) for each in given)


@contextmanager
def receiving(trust: ssl.SSLContext | None = None, port: int = 0, **more: Any) -> Iterator[Receiver]:
    """A receiver for the length of a block."""
    receiver = Receiver(**more)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            headers = {name.lower(): value for name, value in self.headers.items()}
            body = self.rfile.read(size := int(headers.get("content-length", "0")))
            if len(body) < size:
                return  # its sender was killed in the middle of it
            held = tuple(each for each in receiver.secrets if verified(each, headers, body))
            request = Request(self.path, headers, body, held)
            receiver.got.append(request)
            answer = receiver.answer(request)
            if callable(answer):
                answer(self)
                return
            self.send_response(answer)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            return

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request: Any, client_address: Any) -> None:
            return  # a sender that gave up, as it should

    server = Server(("127.0.0.1", port), Handler)
    if trust is not None:
        server.socket = trust.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    scheme = "http" if trust is None else "https"
    receiver.url = f"{scheme}://127.0.0.1:{server.server_address[1]}/tamga"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
