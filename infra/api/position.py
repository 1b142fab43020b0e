"""Where an answer stands: the positions of all partitions as `0-17,1-4`, in `Ledger-Position` and in `min_position`.

A view stands at a position when everything up to it is folded; an answer from several views at the lowest of each
partition. Who has just submitted reads with `min_position=<partition>-<pos>` and sees his own event, or 503 when the
view does not come there in time.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Annotated, Any

from fastapi import Query, Response
from psycopg import sql

from infra.api.problems import ProblemError
from infra.api.service import Service

LOOK_SECONDS = 1.0
RETRY_SECONDS = 1

_POSITIONS = """
SELECT partition, min(pos)::bigint AS pos FROM view JOIN view_head USING (table_name)
WHERE view.name IN ({}) GROUP BY partition HAVING min(pos) >= 0 ORDER BY partition
"""

HEADER = {
    "Ledger-Position": {
        "description": "the positions that the answer rests on, `<partition>-<pos>` of each partition",
        "schema": {"type": "string"},
    }
}

_ONE = r"(0|[1-9][0-9]{0,3})-(0|[1-9][0-9]{0,15})"
PATTERN = rf"^{_ONE}(,{_ONE})*$"
_PLACE = re.compile(_ONE)

MinPosition = Annotated[
    str | None,
    Query(max_length=512, pattern=PATTERN, description="wait until the view has come here: `<partition>-<pos>,…`"),
]


def written(positions: Mapping[int, int]) -> str:
    """`0-17,1-4`"""
    return ",".join(f"{partition}-{positions[partition]}" for partition in sorted(positions))


def parsed(text: str) -> dict[int, int]:
    """Positions by partition of a text of the form `PATTERN`; of a partition named twice the higher one."""
    found: dict[int, int] = {}
    for partition, pos in _PLACE.findall(text):
        found[int(partition)] = max(int(pos), found.get(int(partition), -1))
    return found


@cache
def statement(views: tuple[str, ...]) -> bytes:
    """The statement that finds where these views stand; a fixed text, which the database plans once."""
    return sql.SQL(_POSITIONS).format(sql.SQL(", ").join(map(sql.Literal, views))).as_bytes()


def of_rows(rows: Iterable[Mapping[str, Any]]) -> dict[int, int]:
    """Positions by partition, from rows that have both."""
    return {row["partition"]: row["pos"] for row in rows}


def say(response: Response, positions: Mapping[int, int]) -> None:
    """Set `Ledger-Position`; an answer from views that were never folded has none."""
    if positions:
        response.headers["Ledger-Position"] = written(positions)


async def wait(service: Service, views: Sequence[str], wanted: str | None) -> None:
    """Until the views have come to `wanted`. Raises `service.behind`, or `request.invalid` for no such partition."""
    if wanted is None:
        return
    places = parsed(wanted)
    if any(partition >= service.watch.partitions() for partition in places):
        raise ProblemError("request.invalid", paths=["query.min_position"])
    until = time.monotonic() + service.settings.min_position_wait
    while True:
        moved = service.moves.next()
        stand = of_rows(await service.database.rows(statement(tuple(views))))
        if all(stand.get(partition, -1) >= pos for partition, pos in places.items()):
            return
        left = until - time.monotonic()
        if left <= 0:
            raise ProblemError("service.behind", headers={"Retry-After": str(RETRY_SECONDS)})
        await asyncio.wait([moved], timeout=min(left, LOOK_SECONDS))
