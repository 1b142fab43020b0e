"""Lists are read page by page behind a key, never by offset: a page is right however the list has grown meanwhile.

A cursor is the base64url of the last key as a JSON array. Clients take it from `Link: rel="next"` and don't read it.
"""

from __future__ import annotations

import re
from typing import Annotated, Any
from urllib.parse import urlencode

import orjson
from fastapi import Query, Response

from domain.record.entry import b64u, unb64u
from infra.api.problems import ProblemError

Limit = Annotated[int, Query(ge=1, le=200, description="the most rows of a page")]
Cursor = Annotated[str | None, Query(max_length=512, description="the cursor of the page before, from its `Link`")]

LINK = {"Link": {"description": '`<…>; rel="next"` when there is a next page', "schema": {"type": "string"}}}

_PART = re.compile(r"[!-~]{0,128}\Z")


def key_of(cursor: str | None, parts: int) -> list[str] | None:
    """The key that a cursor names, None without one; raises the problem `request.invalid`."""
    if cursor is None:
        return None
    try:
        key = orjson.loads(unb64u(cursor))
    except ValueError:
        key = None
    if not isinstance(key, list) or len(key) != parts or not all(isinstance(p, str) and _PART.match(p) for p in key):
        raise ProblemError("request.invalid", paths=["query.after"])
    return key


def cursor_of(*key: str) -> str:
    """The cursor behind a key."""
    return b64u(orjson.dumps(list(key)))


def link_next(response: Response, path: str, **query: Any) -> None:
    """Say where the next page stands; parameters without a value are left out."""
    text = urlencode({name: _text(value) for name, value in query.items() if value is not None})
    response.headers["Link"] = f'<{path}?{text}>; rel="next"'


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
