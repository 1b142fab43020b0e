"""A page for people is a reader of the API like any other: what it shows is the answer of a documented route.

The route is asked within this process as the caller, with roles, rates and row-level reading as for anybody, so that a
page can show nothing that its JSON twin does not. Called by `infra.api.pages.desk`.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import orjson
from fastapi import Request
from starlette.datastructures import Headers
from starlette.types import Message


class Answer(NamedTuple):
    """What a route answered."""

    status: int
    headers: Headers
    document: Any


async def ask(request: Request, path: str, credential: str, *, query: str = "") -> Answer:
    """The JSON of a route of this API, asked by whom the credential stands for."""
    started: Message = {}
    body = bytearray()

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            started.update(message)
        body.extend(message.get("body", b""))

    await request.app(_scope(request, path, query, credential), receive, send)
    return Answer(started["status"], Headers(raw=started["headers"]), orjson.loads(bytes(body)))


def _scope(request: Request, path: str, query: str, credential: str) -> dict[str, Any]:
    headers = [(b"authorization", b"Bearer " + credential.encode()), (b"accept", b"application/json")]
    language = request.headers.get("accept-language")
    if language is not None:
        headers.append((b"accept-language", language.encode()))
    of_this = {name: request.scope.get(name) for name in ("type", "asgi", "http_version", "scheme", "server", "client")}
    asked = {"method": "GET", "path": path, "raw_path": path.encode(), "root_path": "", "query_string": query.encode()}
    return {**of_this, **asked, "headers": headers, "state": {}}
