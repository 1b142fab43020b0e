"""Clients that measure reads: every answer is taken whole and counted under its kind, and an error is no figure."""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from bench.readers import Asked, Client, Plan, Run, read


class Answers(BaseHTTPRequestHandler):
    """`/<status>/<size>` is answered so."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        status, size = map(int, self.path.strip("/").split("/"))
        self.send_response(status)
        if status != 304:
            self.send_header("Content-Length", str(size))
        self.end_headers()
        if status != 304:
            self.wfile.write(b"x" * size)

    def log_message(self, *_: object) -> None: ...


@pytest.fixture
def port() -> Iterator[int]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield server.server_address[1]
    server.shutdown()
    thread.join()
    server.server_close()


class Wire:
    """Keeps what a client sends."""

    def __init__(self) -> None:
        self.sent: list[bytes] = []

    def write(self, data: bytes) -> None:
        self.sent.append(data)


def test_an_answer_is_taken_whole_and_counted_with_its_size_and_the_next_is_asked() -> None:
    async def asked() -> None:
        run = Run(Plan(0, 1, 0.0, [Asked("case", "/a", {"X-API-Key": "k"}), Asked("known case", "/b", {})]))
        run.counted_from, run.until = 0.0, float("inf")
        client, wire = Client(run, 0), Wire()
        client.connection_made(wire)
        for part in (
            b"HTTP/1.1 200 OK\r\nContent-Le",
            b"ngth: 5\r\n\r\n12",
            b"345",
            b"HTTP/1.1 304 Not Modified\r\n\r\n",
        ):
            client.data_received(part)
        assert [each.partition(b" HTTP")[0] for each in wire.sent] == [b"GET /a", b"GET /b", b"GET /a"]
        assert b"\r\nX-API-Key: k\r\n" in wire.sent[0]
        assert {kind: len(each) for kind, each in run.ms.items()} == {"case": 1, "known case": 1}
        assert run.sizes == {"case": 5, "known case": 0}
        assert not run.failed.done()

    asyncio.run(asked())


def test_an_answer_that_is_an_error_ends_the_measurement(port: int) -> None:
    with pytest.raises(subprocess.CalledProcessError):
        read(Plan(port, 1, 1.0, [Asked("gone", "/404/10", {})]))
