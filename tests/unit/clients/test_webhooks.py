"""A webhook is believed when its signature holds and it is fresh; every other one is an error with its reason."""

from __future__ import annotations

import base64
import hmac
from hashlib import sha256

import pytest

from tamga_client import WebhookError, verify_webhook

KEY = bytes(range(24))
SECRET = "whsec_" + base64.b64encode(KEY).decode()
BODY = b'{"partition":0,"pos":7,"n":1}'
SENT = 1_674_087_231


def signature(body: bytes = BODY, key: bytes = KEY, webhook: str = "msg_1", sent: int | str = SENT) -> str:
    """As the specification writes it."""
    made = hmac.new(key, f"{webhook}.{sent}.".encode() + body, sha256).digest()
    return "v1," + base64.b64encode(made).decode()


def headers(**changes: str) -> dict[str, str]:
    """Of a good request."""
    said = {"id": "msg_1", "timestamp": str(SENT), "signature": signature()} | changes
    return {f"Webhook-{name.title()}": text for name, text in said.items()}


def test_the_example_of_the_specification_holds() -> None:
    said = {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    assert verify_webhook(said, b'{"test": 2432232314}', secret, now=1614265330) == said["webhook-id"]


@pytest.mark.parametrize(
    "said",
    [
        headers(),
        headers(signature=f"v2,abc v1,{'A' * 43}= {signature()}"),
        {name.lower(): text for name, text in headers().items()},
        {name.upper(): text for name, text in headers().items()},
    ],
    ids=["one", "several signatures", "lower case", "upper case"],
)
def test_a_good_request_is_believed(said: dict[str, str]) -> None:
    assert verify_webhook(said, BODY, SECRET, now=SENT + 299) == "msg_1"


def test_while_a_secret_is_changed_either_holds() -> None:
    new = "whsec_" + base64.b64encode(b"n" * 24).decode()
    assert verify_webhook(headers(), BODY, [new, SECRET], now=SENT) == "msg_1"


WRONG = {
    "another body": (headers(), b"{}", SECRET, SENT, "webhook.signature"),
    "another id": (headers(id="msg_2"), BODY, SECRET, SENT, "webhook.signature"),
    "another key": (headers(), BODY, "whsec_" + base64.b64encode(b"x" * 24).decode(), SENT, "webhook.signature"),
    "only an unknown version": (headers(signature="v1a,abc"), BODY, SECRET, SENT, "webhook.signature"),
    "no signature": (headers(signature=""), BODY, SECRET, SENT, "webhook.signature"),
    "no v1 before it": (headers(signature=signature()[3:]), BODY, SECRET, SENT, "webhook.signature"),
    "too old": (headers(), BODY, SECRET, SENT + 301, "webhook.stale"),
    "from the future": (headers(), BODY, SECRET, SENT - 301, "webhook.stale"),
    "no time": (headers(timestamp="soon"), BODY, SECRET, SENT, "webhook.stale"),
    "time in other digits": (headers(timestamp="١٦٧٤٠٨٧٢٣١"), BODY, SECRET, SENT, "webhook.stale"),
    "no headers": ({}, BODY, SECRET, SENT, "webhook.header"),
    "no secret": (headers(), BODY, "whsec_???", SENT, "webhook.secret"),
}


@pytest.mark.parametrize("name", WRONG)
def test_every_other_request_is_an_error_with_its_reason(name: str) -> None:
    said, body, secret, now, code = WRONG[name]
    with pytest.raises(WebhookError) as error:
        verify_webhook(said, body, secret, now=now)
    assert error.value.code == code
