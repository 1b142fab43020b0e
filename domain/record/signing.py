"""Ed25519 (RFC 8032) for agencies' JWS, seals and registry records; one key form everywhere: 32 bytes, base64url.

libsodium rejects small-order public keys and non-canonical signatures. Callers hand in raw bytes; nothing here reads
a file or draws a key.
"""

from __future__ import annotations

from typing import Protocol

from nacl.bindings import crypto_sign, crypto_sign_BYTES, crypto_sign_open, crypto_sign_seed_keypair
from nacl.exceptions import BadSignatureError

from domain.record.entry import b64u


def verify(public: bytes, message: bytes, signature: bytes) -> bool:
    """Does `signature` (64 bytes) of `message` hold under the 32-byte public key?"""
    if len(signature) != crypto_sign_BYTES or len(public) != 32:
        return False
    try:
        crypto_sign_open(signature + message, public)
    except BadSignatureError:
        return False
    return True


class Signer(Protocol):
    """A key that signs: its id and the act."""

    @property
    def kid(self) -> str:
        """The key's id in the registry."""
        ...

    def sign(self, message: bytes) -> bytes:
        """Ed25519 signature, 64 bytes."""
        ...


class SeedSigner:
    """A signer from a 32-byte seed (RFC 8032 section 5.1.5)."""

    def __init__(self, kid: str, seed: bytes) -> None:
        self.kid = kid
        self.public, self._secret = crypto_sign_seed_keypair(seed)

    def sign(self, message: bytes) -> bytes:
        """Ed25519 signature, 64 bytes."""
        return bytes(crypto_sign(message, self._secret)[:crypto_sign_BYTES])

    @property
    def public_b64u(self) -> str:
        """The public key as the registry writes it."""
        return b64u(self.public)
