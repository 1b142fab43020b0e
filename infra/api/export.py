"""A list without its page limit, a row a line (`application/x-ndjson`), read in pages behind a key like any list.

No transaction is held while a slow reader takes its time, so an export never stands in the way of a rebuild. All rows
are at least as new as `Ledger-Position`, which is that of the first page. A list route asks `wanted`, and hands `lines`
what it reads its pages with.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

from fastapi import Request
from fastapi.responses import StreamingResponse
from pydantic import BaseModel

from infra.api.database import Rows
from infra.api.problems import ProblemError
from infra.api.reading import Reading

MEDIA_TYPE = "application/x-ndjson"
AT_ONCE = 1_000

CONTENT: dict[int | str, dict[str, Any]] = {
    200: {"content": {MEDIA_TYPE: {"schema": {"type": "string", "description": "every row, one a line"}}}}
}
"""`responses` of a list that can be exported."""

Page = Callable[[list[Any] | None, int], Awaitable[Rows]]
"""(key of the last row or None, count) → the next rows."""


def wanted(request: Request) -> bool:
    """Does the caller want lines rather than a page? Raises `request.not_acceptable`."""
    ranges = _ranges(",".join(request.headers.getlist("accept")))
    if not ranges:
        return False
    lines, page = (_weight(ranges, kind) for kind in (MEDIA_TYPE, "application/json"))
    if not lines and not page:
        raise ProblemError("request.not_acceptable")
    return lines > page


async def lines(
    read: Reading, page: Page, key: Callable[[dict[str, Any]], list[Any]], make: Callable[[dict[str, Any]], BaseModel]
) -> StreamingResponse:
    """Every row as its document, one a line. The first page is read before the answer begins."""
    first = await page(None, AT_ONCE)
    answer = StreamingResponse(_written(first, page, key, make), media_type=MEDIA_TYPE)
    read.say(answer)
    return answer


async def _written(
    rows: Rows, page: Page, key: Callable[[dict[str, Any]], list[Any]], make: Callable[[dict[str, Any]], BaseModel]
) -> AsyncIterator[bytes]:
    while rows:
        yield b"".join(make(row).model_dump_json().encode() + b"\n" for row in rows)
        rows = await page(key(rows[-1]), AT_ONCE) if len(rows) == AT_ONCE else []


def _ranges(accepted: str) -> dict[str, float]:
    """Media range → weight."""
    found: dict[str, float] = {}
    for part in accepted.lower().split(","):
        name, *parameters = (piece.strip() for piece in part.split(";"))
        if name:
            found[name] = _quality(parameters)
    return found


def _quality(parameters: list[str]) -> float:
    for parameter in parameters:
        if parameter.startswith("q="):
            try:
                return float(parameter[2:])
            except ValueError:
                return 0.0
    return 1.0


def _weight(ranges: dict[str, float], kind: str) -> float:
    """The weight of the most specific range that names the media type."""
    for name in (kind, f"{kind.partition('/')[0]}/*", "*/*"):
        if name in ranges:
            return ranges[name]
    return 0.0
