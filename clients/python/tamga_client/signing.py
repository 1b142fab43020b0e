"""An event is signed once as a compact JWS (RFC 7515) with Ed25519 (RFC 9864), and its bytes are never made anew.

The header has exactly `alg kid typ ledger`. The ledger keeps the bytes as signed and answers `duplicate` when they come
again; other bytes under the same event id are refused. So whoever may have to send again keeps the bytes (`outbox`).
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, field
from pathlib import Path

from nacl.signing import SigningKey

from tamga_client.errors import InvalidEventError, SigningKeyError
from tamga_client.event import Event

TYP = "ce+sd-jwt"


@dataclass(frozen=True, slots=True)
class Signed:
    """The signed bytes of one event, and what a sender needs to know of them."""

    jws: bytes
    event_id: str
    stream: str


@dataclass(frozen=True)
class Signer:
    """An agency's signing key on one ledger: `kid` as in the registry, `seed` 32 bytes. Raises `SigningKeyError`."""

    agency: str
    ledger: str
    kid: str
    seed: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.seed) != 32:
            raise SigningKeyError("key.malformed", "an Ed25519 seed has 32 bytes")

    @classmethod
    def from_file(cls, path: str | Path, *, agency: str, ledger: str) -> Signer:
        """From a key file `{"kid", "seed"}` (seed: base64url) that nobody but its owner can read.

        Raises `SigningKeyError`.
        """
        file = Path(path)
        try:
            if file.stat().st_mode & 0o077:
                raise SigningKeyError("key.open", f"{file.name} is readable by others; run: chmod 600 {file.name}")
            said = json.loads(file.read_text(encoding="utf-8"))
            kid, seed = said["kid"], base64.urlsafe_b64decode(said["seed"] + "=" * (-len(said["seed"]) % 4))
        except FileNotFoundError:
            raise SigningKeyError("key.missing", f"there is no key file {file.name}") from None
        except (OSError, ValueError, KeyError, TypeError):
            raise SigningKeyError("key.malformed", f"{file.name} is no key file") from None
        return cls(agency, ledger, str(kid), seed)

    def sign(self, event: Event) -> Signed:
        """The event as it is sent. Raises `InvalidEventError`."""
        return self.sign_payload(event.payload(self.agency))

    def sign_payload(self, payload: bytes) -> Signed:
        """Bytes that `Event.payload` made. Raises `InvalidEventError` when they are another agency's event."""
        said = json.loads(payload)
        if said["source"] != self.agency:
            raise InvalidEventError("envelope.source_not_signer", "source", f"is not {self.agency}, whose key this is")
        header = {"alg": "Ed25519", "kid": self.kid, "ledger": self.ledger, "typ": TYP}
        signed = b".".join(map(_b64u, (json.dumps(header, separators=(",", ":")).encode(), payload)))
        signature = SigningKey(self.seed).sign(signed).signature
        return Signed(signed + b"." + _b64u(signature), said["id"], said["subject"])


def _b64u(data: bytes) -> bytes:
    return base64.urlsafe_b64encode(data).rstrip(b"=")
