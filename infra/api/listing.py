"""A list route in one declaration: a page with its `Link` as JSON, or every row as lines, from one statement.

A route names path, document, key columns and how a row becomes a document, and hands over what reads its pages; limits,
cursors, `Link`, `Accept` and export are the same for all of them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from fastapi import Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel

from infra.api import export
from infra.api.export import Page
from infra.api.paging import LINK, cursor_of, key_of, link_next
from infra.api.reading import ANSWERED, Reading

Document = TypeVar("Document", bound=BaseModel)

LISTED: dict[int | str, dict[str, Any]] = ANSWERED | {
    200: {"headers": LINK | ANSWERED[200]["headers"], **export.CONTENT[200]}
}
"""`responses` of every list."""
LIST_PROBLEM = "request.not_acceptable"


@dataclass(frozen=True)
class Listing(Generic[Document]):
    """`member` of `document` holds what `make` makes of each row; `keys` are the columns that rows are ordered by."""

    path: str
    document: type[Document]
    member: str
    keys: tuple[str, ...]
    make: Callable[[dict[str, Any]], BaseModel]

    async def answer(
        self, read: Reading, response: Response, page: Page, *, limit: int, after: str | None, **filters: Any
    ) -> Document | StreamingResponse:
        """The page behind the cursor `after`, or every row. `filters` go on in `Link`."""
        if export.wanted(read.request):
            return await export.lines(read, page, self._key, self.make)
        rows = await page(key_of(after, len(self.keys)), limit + 1)
        if len(rows) > limit:
            del rows[limit:]
            link_next(response, self.path, limit=limit, after=cursor_of(*self._key(rows[-1])), **filters)
        return self.document(**{self.member: [self.make(row) for row in rows]})

    def _key(self, row: dict[str, Any]) -> list[str]:
        return [str(row[name]) for name in self.keys]
