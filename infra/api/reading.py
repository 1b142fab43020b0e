"""A read route is handed one object: it reads as the caller, of one moment, and says in headers where that stands.

`reading.of("caseload")` is the dependency of a route whose answer rests on that view. It waits for `min_position`,
reads every statement with the caller's settings (`infra.api.database`), and sets `Ledger-Position` and `ETag`
(`infra.api.etag`). A new read route needs nothing else.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fastapi import Depends, Request, Response

from domain.roles import Act
from infra.api import etag, position
from infra.api.auth import PROBLEMS, needs
from infra.api.caller import Caller
from infra.api.database import Rows, Values
from infra.api.position import MinPosition
from infra.api.service import Service, Shared

READ_PROBLEMS = (*PROBLEMS, "request.invalid", "service.behind")
"""Codes of every route that reads views."""

ANSWERED: dict[int | str, dict[str, Any]] = {
    200: {"headers": position.HEADER | etag.HEADER},
    304: {"description": "What `If-None-Match` names is what there is", "headers": position.HEADER | etag.HEADER},
}
"""`responses` of every route that reads views."""


class Reading:
    """One answer: who asks, on which views it rests, and where they stood when it was read."""

    def __init__(self, service: Service, caller: Caller, views: Sequence[str], request: Request, response: Response):
        self.service, self.caller, self.views, self.request = service, caller, views, request
        self.positions: dict[int, int] | None = None
        self._response = response
        etag.mark(request)

    async def all(self, *asked: tuple[bytes, Values]) -> list[Rows]:
        """Every row of each statement, as the caller may see it, all of one moment. Raises `psycopg.Error`."""
        stands = (position.POSITIONS, (list(self.views),))
        stand, *found = await self.service.database.read(self.caller, self.views, stands, *asked)
        if self.positions is None:  # of several reads the first: what follows is not older
            self.positions = position.of_rows(stand)
            position.say(self._response, self.positions)
        return found

    async def rows(self, statement: bytes, values: Values = ()) -> Rows:
        """Every row of one statement."""
        (found,) = await self.all((statement, values))
        return found

    async def row(self, statement: bytes, values: Values = ()) -> dict[str, Any] | None:
        """The first row, None when there is none."""
        found = await self.rows(statement, values)
        return found[0] if found else None

    def at(self, place: str) -> None:
        """The answer is a case's, which stands at this position: `If-Match` may name it."""
        etag.mark(self.request, place)


def of(*views: str, act: Act | None = "read") -> Any:
    """The dependency of a route whose answer rests on these views; `act` None: whatever the role."""

    async def reading(
        service: Shared,
        request: Request,
        response: Response,
        caller: Caller = Depends(needs(act)),
        min_position: MinPosition = None,
    ) -> Reading:
        await position.wait(service, views, min_position)
        return Reading(service, caller, views, request, response)

    return Depends(reading)
