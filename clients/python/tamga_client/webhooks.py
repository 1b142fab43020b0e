"""A webhook is believed when its signature holds and it is fresh: Standard Webhooks (standardwebhooks.com), `v1`.

The signature is HMAC-SHA256 of `<webhook-id>.<webhook-timestamp>.<body>` under the secret that the ledger showed once
(`whsec_…`, base64). What comes again has the same `webhook-id`.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import time
from collections.abc import Iterable, Mapping
from hashlib import sha256

from tamga_client.errors import WebhookError

TOLERANCE = 300
"""Seconds that a webhook's timestamp may be away from now."""


def verify_webhook(
    headers: Mapping[str, str], body: bytes, secret: str | Iterable[str], *, now: float | None = None
) -> str:
    """The `webhook-id` of a request that the ledger signed; `body` is the bytes as received, never parsed before.

    `secret` is one or, while it is being changed, several; `now` is seconds since 1970. Raises `WebhookError`
    `webhook.header`, `webhook.stale`, `webhook.signature`, `webhook.secret`.
    """
    said = {name.lower(): value for name, value in headers.items()}
    try:
        webhook, stamp, signatures = (said[f"webhook-{name}"] for name in ("id", "timestamp", "signature"))
        sent = int(stamp) if stamp.isascii() and stamp.isdigit() else -1
    except KeyError as missing:
        raise WebhookError("webhook.header", f"the header {missing.args[0]} is missing") from None
    if abs((time.time() if now is None else now) - sent) > TOLERANCE:
        raise WebhookError("webhook.stale", f"it was not signed within {TOLERANCE} s of now: compare the clocks")
    signed = b".".join((webhook.encode(), stamp.encode(), body))
    given = [value.encode() for value in signatures.split() if value.startswith("v1,")]
    for each in [secret] if isinstance(secret, str) else secret:
        wanted = b"v1," + base64.b64encode(hmac.new(_key(each), signed, sha256).digest())
        if any(hmac.compare_digest(wanted, value) for value in given):
            return webhook
    raise WebhookError("webhook.signature", "no signature holds: it is not the ledger's, or the secret was changed")


def _key(secret: str) -> bytes:
    try:
        return base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except (binascii.Error, ValueError):
        raise WebhookError("webhook.secret", "the secret is no base64: take it as the ledger showed it") from None
