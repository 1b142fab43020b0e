"""What an API answers, or whoever stands before it, is an outcome or one kind of error; the key goes nowhere else."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

import pytest

from tamga_client import (
    AccessDeniedError,
    Admitted,
    Client,
    Duplicate,
    Http,
    Lost,
    NotJudgedError,
    Pending,
    ProblemError,
    Refused,
    Signed,
    TamgaError,
    UnreachableError,
)
from unit.clients.offline_ledger import signer

SIGNED = Signed(b"a.b.c", "0197c0de-0000-7000-8000-000000000001", "0197c0de-0000-7000-8000-000000000002")
Answer = tuple[int, dict[str, str], bytes]


class Desk(BaseHTTPRequestHandler):
    """Answers in turn what it was given, the last one for ever, and remembers what was asked."""

    answers: ClassVar[list[Answer]] = []
    asked: ClassVar[list[tuple[str, str, dict[str, str], bytes]]] = []

    def do_GET(self) -> None:
        """Answer."""
        length = int(self.headers.get("Content-Length") or 0)
        self.asked.append((self.command, self.path, dict(self.headers), self.rfile.read(length)))
        status, headers, body = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_GET

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


@pytest.fixture
def url() -> Iterator[str]:
    """A server on loopback."""
    Desk.answers, Desk.asked = [], []
    with ThreadingHTTPServer(("127.0.0.1", 0), Desk) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def said(status: int, document: Any, **headers: str) -> Answer:
    """An answer in JSON."""
    return status, {name.replace("_", "-"): value for name, value in headers.items()}, json.dumps(document).encode()


def problem(status: int, code: str, **more: Any) -> Answer:
    """A problem as the API writes it."""
    retry = {"Retry_After": "7"} if status in (429, 503) else {}
    return said(status, {"code": code, "detail": "Wrong.", "do": "Do it.", "title": "", **more}, **retry)


PLACE = {"submission": "0-7", "position": "0-9", "at": "then"}
REFUSED = {"submission": "0-7", "position": "0-9", "officer": "O", "paths": ["data.x"]}
OUTCOMES = {
    "admitted": (said(201, {"outcome": "admitted", **PLACE, "version": 3}), Admitted("0-7", "0-9", "then", 3)),
    "duplicate": (said(200, {"outcome": "duplicate", **PLACE, "of": "0-8"}), Duplicate("0-7", "0-9", "then", "0-8")),
    "pending": (said(202, {"outcome": "pending", "submission": "0-7"}), Pending("0-7")),
    "lost": (problem(503, "submission.lost", submission="0-7"), Lost("0-7")),
    "refused": (
        problem(422, "case.closed", **REFUSED),
        Refused("0-7", "0-9", "", "case.closed", "Wrong.", "Do it.", "O", ("data.x",)),
    ),
    "with members of tomorrow": (
        said(201, {"outcome": "admitted", **PLACE, "new": [1]}),
        Admitted("0-7", "0-9", "then"),
    ),
}


@pytest.mark.parametrize("name", OUTCOMES)
def test_an_answer_is_an_outcome(url: str, name: str) -> None:
    answer, wanted = OUTCOMES[name]
    Desk.answers = [answer]
    assert Http(url, "key").submit(SIGNED) == wanted
    method, path, headers, body = Desk.asked[0]
    assert (method, path, body) == ("POST", "/v1/submissions?wait=5", SIGNED.jws)
    assert headers["Authorization"] == "Bearer key"
    assert headers["Idempotency-Key"] == SIGNED.event_id
    assert headers["Content-Type"] == "application/jose"


ERRORS = {
    "unknown key": (problem(401, "auth.unknown_key"), AccessDeniedError, "auth.unknown_key"),
    "suspended": (problem(403, "auth.agency_suspended"), AccessDeniedError, "auth.agency_suspended"),
    "wrong request": (problem(422, "request.empty"), ProblemError, "request.empty"),
    "too large": (problem(413, "request.too_large"), ProblemError, "request.too_large"),
    "too many": (problem(429, "request.too_many"), UnreachableError, "request.too_many"),
    "away": (problem(503, "service.kafka_away"), UnreachableError, "service.kafka_away"),
    "a proxy's page": ((502, {}, b"<html>"), UnreachableError, "http.502"),
    "a redirect": ((307, {"Location": "http://127.0.0.1:9/"}, b""), ProblemError, "http.307"),
    "no JSON": ((200, {}, b"<html>"), UnreachableError, "client.unreachable"),
}


@pytest.mark.parametrize("name", ERRORS)
def test_every_other_answer_is_one_kind_of_error(url: str, name: str) -> None:
    answer, kind, code = ERRORS[name]
    Desk.answers = [answer]
    with pytest.raises(TamgaError) as error:
        Http(url, "secret-key").submit(SIGNED)
    assert (type(error.value), error.value.code) == (kind, code)
    assert "secret-key" not in str(error.value)
    assert getattr(error.value, "retry_after", None) == (
        7 if code in ("request.too_many", "service.kafka_away") else None
    )


def test_nobody_there_is_unreachable() -> None:
    with pytest.raises(UnreachableError):
        Http("http://127.0.0.1:9", "key", timeout=5).find("0-1")


@pytest.mark.parametrize(
    "url", ["http://ledger.example", "ftp://ledger.example", "ledger.example", "http://127.0.0.1.example"]
)
def test_a_key_is_sent_to_https_and_to_this_machine_alone(url: str) -> None:
    with pytest.raises(ValueError, match="https"):
        Http(url, "key")


def test_a_token_is_asked_for_each_time(url: str) -> None:
    Desk.answers = [said(200, {})]
    tokens = iter(["one", "two"])
    http = Http(url, lambda: next(tokens), language="mn")
    http.read("/v1/cases", limit=5)
    http.read("/v1/cases")
    assert [headers["Authorization"] for _, _, headers, _ in Desk.asked] == ["Bearer one", "Bearer two"]
    assert [path for _, path, _, _ in Desk.asked] == ["/v1/cases?limit=5", "/v1/cases"]
    assert Desk.asked[0][2]["Accept-Language"] == "mn"


def test_the_same_bytes_are_sent_until_there_is_an_outcome(url: str) -> None:
    again, pending = problem(500, "service.fault"), said(202, {"outcome": "pending", "submission": "0-7"})
    unseen = problem(404, "submission.unknown")
    Desk.answers = [again, problem(503, "submission.lost"), pending, unseen, pending, OUTCOMES["admitted"][0]]
    http = Http(url, "key")
    assert Client(signer(), http, http).send(SIGNED) == Admitted("0-7", "0-9", "then", 3)
    assert [(method, body) for method, _, _, body in Desk.asked] == [("POST", SIGNED.jws)] * 3 + [("GET", b"")] * 3


def test_patience_ends_with_the_place_where_to_ask(url: str) -> None:
    Desk.answers = [said(202, {"outcome": "pending", "submission": "0-7"})]
    http = Http(url, "key")
    with pytest.raises(NotJudgedError) as error:
        Client(signer(), http, http, patience=0.2).send(SIGNED)
    assert error.value.submission == "0-7"
    with pytest.raises(NotJudgedError):
        Client(signer(), http, http, patience=0.1).wait("0-7")
