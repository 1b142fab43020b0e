"""The issuer's keys: found by OpenID Connect Discovery 1.0, kept, and read anew when one that is not known is named.

A key that is not for signatures, is symmetric, or is an RSA key of fewer than 2048 bits is as if it were not there.
Known keys hold for ten minutes, and for an hour while the issuer does not answer; a name that is not known makes us
ask at most every 30 seconds, so that nobody can make us flood the issuer. Asked by `infra.api.oidc`.
"""

from __future__ import annotations

import asyncio
import time
import urllib.request
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import orjson
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, JWKRegistry, Key, OKPKey, RSAKey

from domain.record.entry import unb64u

FRESH_SECONDS = 600.0
STALE_SECONDS = 3600.0
ASK_SECONDS = 30.0
TIMEOUT_SECONDS = 5.0
MAX_BYTES = 256 * 1024
MIN_RSA_BITS = 2048

_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


class IssuerAwayError(Exception):
    """The issuer does not answer, or answers with something else than its configuration and keys."""


def is_safe(url: str) -> bool:
    """Is it `https`, or `http` on this machine?"""
    try:
        parts = urlsplit(url)
        return bool(parts.hostname) and (
            parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)
        )
    except ValueError:
        return False


class Issuer:
    """The keys of one issuer."""

    def __init__(self, url: str, clock: Callable[[], float] = time.monotonic) -> None:
        self.url, self._clock = url, clock
        self._keys: list[Key] = []
        self._read_at = self._asked_at = float("-inf")
        self._lock = asyncio.Lock()

    async def key(self, kid: str | None, kind: type[Key]) -> Key | None:
        """The key of this name, or the only one of its kind where a token names none. Raises `IssuerAwayError`."""
        now = self._clock()
        if now - self._read_at > FRESH_SECONDS:
            await self._refresh(must=now - self._read_at > STALE_SECONDS)
        found = self._find(kid, kind)
        if found is None and self._clock() - self._asked_at > ASK_SECONDS:
            await self._refresh(must=False)
            found = self._find(kid, kind)
        return found

    def _find(self, kid: str | None, kind: type[Key]) -> Key | None:
        known = [key for key in self._keys if isinstance(key, kind) and (kid is None or key.kid == kid)]
        return known[0] if len(known) == 1 else None

    async def _refresh(self, *, must: bool) -> None:
        """Read the keys anew; of many who wait at once, one asks."""
        called = self._clock()
        async with self._lock:
            if self._read_at >= called:
                return
            if not must and self._clock() - self._asked_at <= ASK_SECONDS:
                return
            self._asked_at = self._clock()
            try:
                self._keys = await asyncio.to_thread(_keys_of, self.url)
                self._read_at = self._clock()
            except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
                if must:
                    raise IssuerAwayError(type(error).__name__) from None


def _keys_of(url: str) -> list[Key]:
    """The issuer's usable keys. Raises OSError, ValueError, TypeError, KeyError."""
    found = _get(url.rstrip("/") + "/.well-known/openid-configuration")
    if found["issuer"] != url or not is_safe(found["jwks_uri"]):
        raise ValueError("another issuer")
    return [key for document in _get(found["jwks_uri"])["keys"] if (key := _usable(document)) is not None]


def _usable(document: dict[str, Any]) -> Key | None:
    if document.get("use", "sig") != "sig" or "verify" not in document.get("key_ops", ["verify"]):
        return None
    try:
        if document["kty"] == "RSA" and len(unb64u(document["n"])) * 8 < MIN_RSA_BITS:
            return None
        key = JWKRegistry.import_key(document)
    except (JoseError, ValueError, TypeError, KeyError):
        return None  # of a kind that is not known here: the others count all the same
    return key if isinstance(key, RSAKey | ECKey | OKPKey) else None


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """An issuer's documents stand where it says, or not at all."""

    def redirect_request(self, *_: Any) -> None:
        return None


_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}), _NoRedirect)


def _get(url: str) -> dict[str, Any]:
    request = urllib.request.Request(url, headers={"Accept": "application/json"})
    with _OPENER.open(request, timeout=TIMEOUT_SECONDS) as answer:
        body = answer.read(MAX_BYTES + 1)
    if len(body) > MAX_BYTES:
        raise ValueError("too long")
    found = orjson.loads(body)
    if not isinstance(found, dict):
        raise ValueError("no object")
    return found
