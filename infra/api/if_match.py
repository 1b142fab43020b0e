"""A submission may say which version of its case the officer saw: it is not taken when the agency was told more since.

`If-Match` names the `ETag` of `GET /v1/cases/{case_id}`, or its part before the dot alone. It is compared when the
submission comes, before it goes to Kafka: what is recorded between then and the judgement is for the rules of the case,
as always. RFC 9110, 13.1.1; where a deployment requires it (428, RFC 6585), a protective act goes without.
"""

from __future__ import annotations

import re
from typing import Annotated, Any

from fastapi import Header

from domain.catalogue import by_wire
from infra.api.caller import Caller
from infra.api.database import Database
from infra.api.problems import ProblemError

IfMatch = Annotated[
    str | None,
    Header(alias="If-Match", max_length=1024, description="the `ETag` of the case, as the officer saw it"),
]

PLACE = b"""
SELECT partition || '-' || max(pos) AS place FROM timeline WHERE agency = %s AND case_id = %s GROUP BY partition
"""
_TAG = re.compile(r'"((?:0|[1-9][0-9]{0,3})-(?:0|[1-9][0-9]{0,15}))(?:\.[0-9a-f]{16})?"')


async def check(
    database: Database, caller: Caller, payload: dict[str, Any], if_match: str | None, *, required: bool
) -> None:
    """Raise `request.stale_case` when the case has moved on, `request.if_match_required` when nothing was said.

    `payload` is the event as it was sent, perhaps not well-formed. Raises `psycopg.Error`.
    """
    stream = payload.get("subject")
    if if_match is None and (not required or _is_protective(payload)):
        return
    place = await _place(database, caller, stream) if isinstance(stream, str) else None
    if if_match is None:
        if place is not None:
            raise ProblemError("request.if_match_required")
    elif place is None or not (if_match.strip() == "*" or place in _TAG.findall(if_match)):
        raise ProblemError("request.stale_case", position=place)


async def _place(database: Database, caller: Caller, stream: str) -> str | None:
    ((*rows,),) = await database.read(caller, ("timeline",), (PLACE, (caller.agency, stream)))
    return rows[0]["place"] if rows else None


def _is_protective(payload: dict[str, Any]) -> bool:
    wire = payload.get("type")
    known = by_wire.get(wire) if isinstance(wire, str) else None
    return known is not None and known.protective
