"""A read route is handed one object: it reads as the caller, of one moment, and says in headers where that stands.

`reading.of("caseload")` is the dependency of a route whose answer rests on that view. It waits for `min_position`,
reads every statement with the caller's settings (`infra.api.database`), and sets `Ledger-Position`, `ETag`
(`infra.api.etag`) and, where a case of the caller's stands still in one of the views, `Ledger-Parked`. A new read route
needs nothing else.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from fastapi import Depends, Request, Response
from psycopg import sql

from domain.roles import Act
from infra.api import etag, position
from infra.api.auth import PROBLEMS, needs
from infra.api.caller import Caller
from infra.api.database import Rows, Values
from infra.api.position import MinPosition
from infra.api.service import Service, Shared
from projections.all_views import VIEWS

READ_PROBLEMS = (*PROBLEMS, "request.invalid", "service.behind")
"""Codes of every route that reads views."""

PARKED_HEADER = {
    "Ledger-Parked": {
        "description": "own cases that stand still in the views, each with the first position that is missing",
        "schema": {"type": "string"},
    }
}
_NAMED = 20
_STANDS = """
SELECT '' AS stream, partition, min(pos)::bigint AS pos FROM view JOIN view_head USING (table_name)
WHERE view.name IN ({views}) GROUP BY partition HAVING min(pos) >= 0
UNION ALL
SELECT stream, parked.partition, min(pos)
FROM parked JOIN view USING (table_name) JOIN access ON access.case_id = stream AND agency = %(agency)s AND open = 1
WHERE view.name IN ({views}){case}
GROUP BY stream, parked.partition ORDER BY stream
"""
"""Where the views stand, as rows of no stream; then the caller's cases that stand still, and from where on."""

ANSWERED: dict[int | str, dict[str, Any]] = {
    200: {"headers": position.HEADER | etag.HEADER | PARKED_HEADER},
    304: {
        "description": "What `If-None-Match` names is what there is",
        "headers": position.HEADER | etag.HEADER | PARKED_HEADER,
    },
}
"""`responses` of every route that reads views."""


class Reading:
    """One answer: who asks, on which views it rests, and where they stood when it was read."""

    def __init__(self, service: Service, caller: Caller, views: Sequence[str], request: Request, response: Response):
        self.service, self.caller, self.views, self.request = service, caller, tuple(views), request
        self.positions: dict[int, int] | None = None
        self.parked: dict[str, str] = {}
        self._response = response
        etag.mark(request)

    async def all(self, *asked: tuple[bytes, Values]) -> list[Rows]:
        """Every row of each statement, as the caller may see it, all of one moment. Raises `psycopg.Error`."""
        locked = tuple(name for name in VIEWS if name in (*self.views, "access"))  # as rebuilds lock them
        if self.positions is not None:  # said already, and what follows is not older
            return await self.service.database.read(self.caller, locked, *asked)
        case = self.request.path_params.get("case_id")
        stands = (_stands(self.views, case is not None), {"agency": self.caller.agency, "case": case})
        rows, *found = await self.service.database.read(self.caller, locked, stands, *asked)
        self.positions = position.of_rows(row for row in rows if not row["stream"])
        self.parked = {row["stream"]: f"{row['partition']}-{row['pos']}" for row in rows if row["stream"]}
        self.say(self._response)
        return found

    def say(self, response: Response) -> None:
        """Set the headers that say where the answer stands: `Ledger-Position`, and `Ledger-Parked` if it must be."""
        position.say(response, self.positions or {})
        if self.parked:
            named = [f"{case}={place}" for case, place in self.parked.items()]
            more = [f"and {len(named) - _NAMED} more"] if len(named) > _NAMED else []
            response.headers["Ledger-Parked"] = ", ".join(named[:_NAMED] + more)

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


@cache
def _stands(views: tuple[str, ...], of_a_case: bool) -> bytes:
    """The statement that finds where these views stand, and which cases stand still in them, all or the one asked."""
    names, case = sql.SQL(", ").join(map(sql.Literal, views)), sql.SQL(" AND stream = %(case)s" if of_a_case else "")
    return sql.SQL(_STANDS).format(views=names, case=case).as_bytes()


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
