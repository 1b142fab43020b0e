"""A strong `ETag` on every answer from a view, made of its bytes; what the caller has already is 304.

`"<16 hex>"`, for a case `"<partition>-<pos>.<16 hex>"`: the part before the dot is the position of what the agency was
last told of the case, and is what `If-Match` of a submission is compared with (`infra.api.if_match`). It is made of the
answer and not of the rows behind it, so that nobody learns from it what was suppressed. RFC 9110, 8.8.3 and 13.1.2.
"""

from __future__ import annotations

import re
from hashlib import blake2b

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADER = {"ETag": {"description": "what this answer is (RFC 9110)", "schema": {"type": "string"}}}

_TAGS = re.compile(r'(?:W/)?("[^"]*")')


def mark(request: Request, place: str = "") -> None:
    """The answer to this request gets a tag; `place` is where its case stands, if it is a case's."""
    request.state.tagged = place


def is_known(known: str, tag: str) -> bool:
    """Does `If-None-Match` name the tag? Compared weakly, as the RFC has it for this header."""
    return known.strip() == "*" or tag in _TAGS.findall(known)


class Conditional:
    """ASGI middleware: sets the tag of answers that routes have marked, and answers 304 where it is known."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on; hold an answer back until its body is there, unless it is streamed."""
        start: Message | None = None

        async def sending(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start" and message["status"] == 200 and "tagged" in _state(scope):
                start = message
                return
            if start is not None:
                held, start = start, None
                if not message.get("more_body"):
                    message = _tagged(scope, held, message)
                await send(held)
            await send(message)

        await self._app(scope, receive, sending if scope["type"] == "http" else send)


def _state(scope: Scope) -> dict[str, object]:
    found: dict[str, object] = scope.get("state", {})
    return found


def _tagged(scope: Scope, start: Message, body: Message) -> Message:
    """Set the tag on the answer's start; returns its body, empty when the caller has it already."""
    place = _state(scope)["tagged"]
    tag = f'"{place}{"." if place else ""}{blake2b(body["body"], digest_size=8).hexdigest()}"'
    headers = MutableHeaders(scope=start)
    headers["ETag"] = tag
    known = Headers(scope=scope).get("if-none-match")
    if known is None or not is_known(known, tag):
        return body
    start["status"] = 304
    for name in ("content-type", "content-length"):
        del headers[name]
    return {**body, "body": b""}
