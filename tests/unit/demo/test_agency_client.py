"""What the example sends is taken by the ledger, whichever public library signed it."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from types import ModuleType
from typing import Any

import pytest
from kafka.partitioner.default import murmur2 as of_the_client

from domain.ijson import parse
from domain.partition import murmur2
from domain.record.entry import b64u, unb64u
from domain.record.signing import SeedSigner
from infra import clock
from infra.demo.agencies import ENROLLED
from simulator import LEDGER, enrolled, fixed_signers, judge_all

EXAMPLES = Path(__file__).parents[3] / "examples"
CLIENT = EXAMPLES / "agency_client.py"
AGENCY = "mn.hotline108"
SEED = b64u(bytes(range(32)))


def loaded() -> ModuleType:
    """The example as a module, loaded by its path."""
    spec = importlib.util.spec_from_file_location("agency_client", CLIENT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


client = loaded()


@pytest.fixture
def key(tmp_path: Path) -> Path:
    file = tmp_path / "key.json"
    file.write_text(json.dumps({"kid": f"{AGENCY}-1", "seed": SEED}))
    return file


def code_of(record: bytes) -> str:
    """The outcome of a record under a registry that holds the example's key, now."""
    signers = fixed_signers() | {AGENCY: SeedSigner(f"{AGENCY}-1", unb64u(SEED))}
    return judge_all([record], enrolled(signers), at=clock.now())[0]


def printed(key: Path, *more: str) -> str:
    identity = ("--ledger", LEDGER, "--agency", AGENCY, "--kid", f"{AGENCY}-1", "--key-file", str(key))
    command = [sys.executable, str(CLIENT), "--print", *identity, *more]
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout.strip()


def header_of(record: str) -> dict[str, Any]:
    return parse(unb64u(record.partition(".")[0]))


@pytest.mark.parametrize("sd_jwt", [False, True], ids=["joserfc", "sd-jwt"])
def test_what_the_library_signs_is_admitted(sd_jwt: bool) -> None:
    header = {"alg": "Ed25519", "kid": f"{AGENCY}-1", "typ": "ce+sd-jwt", "ledger": LEDGER}
    record = client.sign(client.event(AGENCY), SEED, header, sd_jwt=sd_jwt)
    assert code_of(record.encode()) == "admitted"
    assert header_of(record) == header
    assert record.endswith("~") is sd_jwt


@pytest.mark.parametrize("options", [(), ("--sd-jwt",)], ids=["joserfc", "sd-jwt"])
def test_it_prints_a_submission_that_is_admitted(key: Path, options: tuple[str, ...]) -> None:
    assert code_of(printed(key, *options).encode()) == "admitted"


def test_it_is_short_and_imports_nothing_of_ours() -> None:
    text = CLIENT.read_text(encoding="utf-8")
    assert len(text.splitlines()) < 80
    assert not any(f"{word} {package}" in text for word in ("from", "import") for package in ("domain", "infra"))
    assert AGENCY in ENROLLED


@pytest.mark.parametrize("name", ["a", "ab", "abc", "abcd", "5a3fb0ab-6a92-4b9f-8f9e-0c6f1a6f3a10"])
def test_kafka_pythons_partitioner_hashes_as_the_ledger_does(name: str) -> None:
    assert of_the_client(name.encode()) == murmur2(name.encode())


class Api(BaseHTTPRequestHandler):
    """Answers 202 once, then an outcome; takes what curl posts."""

    seen: list[tuple[str, str, bytes]]
    answers: list[tuple[int, dict[str, str]]]

    def do_GET(self) -> None:
        self._answer(b"")

    def do_POST(self) -> None:
        self._answer(self.rfile.read(int(self.headers["Content-Length"])))

    def _answer(self, body: bytes) -> None:
        type(self).seen.append((self.path, str(self.headers["Authorization"]), body))
        status, said = type(self).answers.pop(0)
        self.send_response(status)
        self.end_headers()
        self.wfile.write(json.dumps(said).encode())

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def api() -> Any:
    Api.seen, Api.answers = [], []
    server = HTTPServer(("127.0.0.1", 0), Api)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join(5)


def test_it_asks_until_there_is_an_outcome(api: str) -> None:
    admitted = {"outcome": "admitted", "position": "2-17"}
    Api.answers = [(404, {}), (202, {"outcome": "pending"}), (200, admitted)]
    assert client.outcome(f"{api}/v1/submissions/2-5", "secret") == admitted
    assert [(path, key) for path, key, _ in Api.seen] == [("/v1/submissions/2-5", "Bearer secret")] * 3


def test_it_stops_at_a_problem(api: str) -> None:
    Api.answers = [(401, {"code": "auth.unknown_key"})]
    assert client.outcome(f"{api}/v1/submissions/2-5", "secret") == {"code": "auth.unknown_key"}


@pytest.mark.parametrize(("status", "ends"), [(201, 0), (422, 22)])
def test_curl_posts_a_submission_that_is_admitted(api: str, key: Path, tmp_path: Path, status: int, ends: int) -> None:
    Api.answers = [(status, {"outcome": "admitted"})]
    api_key = tmp_path / "api-key"
    api_key.write_text("secret\n")
    command = ["sh", str(EXAMPLES / "curl.sh"), api, str(api_key), LEDGER, AGENCY, f"{AGENCY}-1", str(key)]
    done = subprocess.run(
        command, env=os.environ | {"PYTHON": sys.executable}, capture_output=True, text=True, timeout=60
    )
    assert (done.returncode, json.loads(done.stdout)) == (ends, {"outcome": "admitted"})
    ((path, authorization, body),) = Api.seen
    assert (path, authorization, code_of(body)) == ("/v1/submissions", "Bearer secret", "admitted")
