"""Each request leaves one log line and one measurement with the route's template, and nothing that the caller sent.

The outermost layer of the app: it sets the headers of every response, and turns what no handler took into a 500
problem, logging the error's type and place but not its message, which may quote content.
"""

from __future__ import annotations

import time
import traceback
from collections.abc import MutableMapping
from typing import Any

from starlette.datastructures import MutableHeaders
from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from infra.api import language
from infra.api.metrics import Metrics
from infra.api.problems import answer

_METHODS = frozenset(("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"))
CLIENT_GONE = 499


class Access:
    """ASGI middleware."""

    def __init__(self, app: ASGIApp, *, metrics: Metrics, log: Any) -> None:
        self._app, self._metrics, self._log = app, metrics, log

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass an HTTP request on and account for it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started, begun, status = time.perf_counter(), 0.0, 0

        async def sending(message: Message) -> None:
            nonlocal status, begun
            if message["type"] == "http.response.start":
                status, begun = message["status"], time.perf_counter()
                _set_headers(message, scope)
            await send(message)

        try:
            await self._app(scope, receive, sending)
        except ClientDisconnect:
            status = CLIENT_GONE
        except Exception as error:
            self._log.error("fault", error=type(error).__name__, at=place_of(error), route=_route(scope))
            if status:
                raise
            await answer("service.fault", lang=language.of(Request(scope)))(scope, receive, sending)
        finally:
            # To the answer's first byte: an event stream lasts as long as its reader likes.
            self._account(scope, status, (begun or time.perf_counter()) - started)

    def _account(self, scope: Scope, status: int, seconds: float) -> None:
        method = scope["method"] if scope["method"] in _METHODS else "other"
        route = _route(scope)
        self._metrics.requests.labels(method, route, str(status)).inc()
        self._metrics.seconds.labels(method, route).observe(seconds)
        self._log.info("request", method=method, route=route, status=status, ms=round(seconds * 1000, 2))


def _set_headers(message: MutableMapping[str, Any], scope: Scope) -> None:
    headers = MutableHeaders(scope=message)
    for name, value in scope.get("state", {}).get("headers", {}).items():
        headers[name] = value
    headers["Cache-Control"] = "no-store"
    headers["X-Content-Type-Options"] = "nosniff"


def _route(scope: Scope) -> str:
    return str(getattr(scope.get("route"), "path", "unmatched"))


def place_of(error: Exception) -> str:
    """Where it was raised: `module.py:line`, innermost frame."""
    frames = traceback.extract_tb(error.__traceback__)
    return f"{frames[-1].filename.rsplit('/', 1)[-1]}:{frames[-1].lineno}" if frames else ""
