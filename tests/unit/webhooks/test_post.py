"""A try is one POST of which the status alone counts; whatever a receiver does, it is over soon; nobody is led on."""

from __future__ import annotations

import datetime
import ipaddress
import socket
import ssl
import threading
import time
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from consumers.webhooks import GONE, TAKEN
from infra.webhooks.guard import networks
from infra.webhooks.post import Limits, Poster
from receiver import receiving

LOOPBACK = networks("127.0.0.0/8,::1/128")
SOON = Limits(connect=1.0, step=0.3, whole=0.6)
HEADERS = {"content-type": "application/json", "webhook-id": "0-1-1", "webhook-timestamp": "0", "webhook-signature": ""}


def post(url: str, poster: Poster | None = None) -> str:
    return (poster or Poster(LOOPBACK, limits=SOON)).post(url, HEADERS, b"{}")


@pytest.mark.parametrize(
    ("status", "said"),
    [(200, TAKEN), (202, TAKEN), (204, TAKEN), (410, GONE), (400, "http.400"), (429, "http.429"), (503, "http.503")],
)
def test_the_status_says_what_came_of_it(status: int, said: str) -> None:
    with receiving(answer=lambda _: status) as receiver:
        assert post(receiver.url) == said
    (request,) = receiver.got
    assert (request.path, request.body) == ("/tamga", b"{}")
    assert request.headers["host"] == receiver.url.split("/")[2]


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_no_redirect_is_followed(status: int) -> None:
    with receiving() as elsewhere:

        def lead_on(handler: BaseHTTPRequestHandler) -> None:
            handler.send_response(status)
            handler.send_header("Location", elsewhere.url)
            handler.end_headers()

        with receiving(answer=lambda _: lead_on) as receiver:
            assert post(receiver.url) == f"http.{status}"
    assert elsewhere.got == []


def test_nothing_of_an_answers_body_is_waited_for() -> None:
    def endless(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        try:
            while True:
                handler.wfile.write(b"x" * 65_536)
        except OSError:
            return

    with receiving(answer=lambda _: endless) as receiver:
        assert post(receiver.url) == TAKEN


def test_a_receiver_that_says_nothing_is_left() -> None:
    quiet = threading.Event()
    with receiving(answer=lambda _: lambda handler: quiet.wait(10) and None) as receiver:
        assert post(receiver.url) == "timeout"
        quiet.set()


def test_a_receiver_that_answers_letter_by_letter_is_left_when_the_try_is_over() -> None:
    def drip(handler: BaseHTTPRequestHandler) -> None:
        for letter in "HTTP/1.1 200 OK\r\n" + "x" * 1_000:
            handler.wfile.write(letter.encode())
            time.sleep(0.05)

    with receiving(answer=lambda _: drip) as receiver:
        assert post(receiver.url) == "timeout"


def test_what_is_no_http_is_no_answer() -> None:
    with receiving(answer=lambda _: lambda handler: handler.wfile.write(b"SSH-2.0\r\n\r\n") and None) as receiver:
        assert post(receiver.url) == "no_http"


def test_where_nobody_listens() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        assert post(f"http://127.0.0.1:{taken.getsockname()[1]}/") == "unreachable"
    assert post("https://name.invalid/") == "unreachable"


def test_an_address_inside_gets_nothing_whatever_name_it_goes_by() -> None:
    with receiving() as receiver:
        port = receiver.url.split(":")[2]
        for host in ("127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "2130706433", "127.1", "0x7f000001"):
            assert post(f"http://{host}:{port}", Poster((), limits=SOON)) == "address_forbidden", host
    assert receiver.got == []


def test_the_environments_proxy_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    with receiving() as receiver, receiving() as proxy:
        for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url)
        assert post(receiver.url) == TAKEN
    assert proxy.got == []


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A certificate of 127.0.0.1 that only who knows the file trusts, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "receiver")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path / "receiver.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file.write_bytes(made.public_bytes(serialization.Encoding.PEM) + private)
    return file


def test_https_holds_for_a_certificate_that_is_trusted_and_for_that_name_alone(certificate: Path) -> None:
    trust = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trust.load_cert_chain(certificate)
    trusting = Poster(LOOPBACK, certificate, SOON)
    with receiving(trust) as receiver:
        assert post(receiver.url, trusting) == TAKEN
        assert post(receiver.url) == "tls"
        assert post(receiver.url.replace("127.0.0.1", "localhost"), trusting) == "tls"
    assert len(receiver.got) == 1
