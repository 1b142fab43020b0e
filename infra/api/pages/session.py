"""Whoever signs in at a desk gets a cookie that stands for the key or token in this process alone, to read the pages.

The cookie is random; what it stands for never leaves the process's memory, and is forgotten after half an hour without
a page, after eight hours, or with the process. The browser sends it to `/desk` of this site only, and no script can
read it. A key is taken from a form over TLS or within this machine, and only from a page of this site.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from hashlib import sha256
from ipaddress import ip_address
from typing import NamedTuple
from urllib.parse import urlsplit

from fastapi import Request, Response

COOKIE = "tamga_desk"
PATH = "/desk"
IDLE_SECONDS = 1800.0
MOST_SECONDS = 28_800.0
MOST_SESSIONS = 1_000


class _Held(NamedTuple):
    credential: str
    begun: float
    used: float


class Sessions:
    """Who is signed in at this process."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._held: dict[bytes, _Held] = {}

    def begin(self, credential: str) -> str:
        """Keep a credential; the cookie's value. Beyond the most sessions, the one used longest ago ends."""
        now = self._clock()
        self._held = {name: held for name, held in self._held.items() if _lasts(held, now)}
        if len(self._held) >= MOST_SESSIONS:
            del self._held[min(self._held, key=lambda name: self._held[name].used)]
        token = secrets.token_urlsafe(32)
        self._held[_name(token)] = _Held(credential, now, now)
        return token

    def credential(self, token: str | None) -> str | None:
        """What the cookie stands for; None when it stands for nothing any more."""
        name, now = _name(token or ""), self._clock()
        held = self._held.get(name)
        if held is None or not _lasts(held, now):
            self._held.pop(name, None)
            return None
        self._held[name] = held._replace(used=now)
        return held.credential

    def end(self, token: str | None) -> None:
        """Forget what a cookie stands for."""
        self._held.pop(_name(token or ""), None)


def _lasts(held: _Held, now: float) -> bool:
    return now - held.used <= IDLE_SECONDS and now - held.begun <= MOST_SECONDS


def _name(token: str) -> bytes:
    return sha256(token.encode()).digest()


def hand_out(response: Response, request: Request, token: str) -> None:
    """Set the cookie."""
    response.set_cookie(COOKIE, token, path=PATH, httponly=True, samesite="strict", secure=_is_tls(request))


def take_back(response: Response, request: Request) -> None:
    """Have the browser forget the cookie."""
    response.delete_cookie(COOKIE, path=PATH, httponly=True, samesite="strict", secure=_is_tls(request))


def is_private(request: Request) -> bool:
    """Can nobody on the way read what a form sends? Over TLS, or within this machine."""
    return _is_tls(request) or (request.client is not None and _is_loopback(request.client.host))


def is_from_here(request: Request) -> bool:
    """Does a form come from a page of this site? What the browser says of itself (Fetch Metadata, `Origin`)."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = request.headers.get("origin")
    return origin is None or urlsplit(origin).netloc == request.headers.get("host")


def _is_tls(request: Request) -> bool:
    return request.url.scheme == "https"


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
