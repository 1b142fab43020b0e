"""A webhook's secret is derived from the key file and the secret's id, so the database holds nothing that signs.

The key file is like every other key of a ledger (mode 0600); who sends and who adds subscriptions reads it. A secret is
shown once, when it is made.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

from consumers.ports import Stop
from domain.record.signing import SeedSigner
from infra import keys
from infra.settings import Settings

Derive = Callable[[UUID], bytes]
_ABOUT = b"tamga/webhook/v1\n"


def key_file(settings: Settings) -> Path:
    """The file that is set, else that of the data folder."""
    return settings.webhook_key or settings.data / "keys" / "webhooks.json"


def made(settings: Settings) -> Derive:
    """How secrets are derived; draws the key if this ledger has none yet. Raises `KeyFileError`."""
    file = key_file(settings)
    return _derive(keys.load(file) if file.exists() else keys.create(file, "webhooks"))


def found(settings: Settings) -> Derive:
    """How secrets are derived. Raises `Stop` when no key can be read: nothing could be signed."""
    file = key_file(settings)
    if not file.exists():
        raise Stop("webhook.no_key", f"no key of webhooks at {file}: set TAMGA_WEBHOOK_KEY to the file that made them")
    try:
        return _derive(keys.load(file))
    except keys.KeyFileError as error:
        raise Stop("webhook.no_key", str(error)) from None


def _derive(key: SeedSigner) -> Derive:
    # An Ed25519 signature (RFC 8032) is the same each time and known to nobody without the key.
    return lambda id: hashlib.sha256(key.sign(_ABOUT + id.bytes)).digest()
