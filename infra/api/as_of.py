"""`at`: what the agency's view of a case was then, under what it might see then; whether it may ask is asked today.

The answer is folded from the agency's own timeline (`projections.as_of`), read as the caller: row-level security holds,
and nothing else of the record is touched. An agency that is shut out of a case today, and one that was not in it then,
get the 404 of no case. A position must be of the case's partition; the views must have come as far as is asked.
"""

from __future__ import annotations

from typing import Annotated, Any, NamedTuple

from fastapi import Path, Query
from pydantic import BaseModel, Field

from domain.partition import partition_of
from infra import clock, moment
from infra.api import position
from infra.api.database import Rows
from infra.api.problems import ProblemError
from infra.api.reading import Reading
from infra.api.service import Service
from infra.moment import Moment, MomentError
from projections import as_of
from projections.all_views import DESKS

VIEWS = ("access", "timeline")
PROBLEMS = ("moment.not_a_moment", "moment.other_partition", "moment.not_yet")
"""Codes of every route that takes `at`."""

At = Annotated[
    str | None,
    Query(
        max_length=512,
        description="as it was then: a position `<partition>-<pos>`, or an instant (RFC 3339): all recorded by then",
    ),
]
Desk = Annotated[str, Path(max_length=64, description="a view that is folded of what one agency is told of one case")]

_LOGS = b"SELECT partition, pos FROM log WHERE topic = %s"
_EPOCH = b"""
SELECT max(epoch) FROM timeline WHERE agency = %(agency)s AND case_id = %(case)s AND pos <= %(pos)s AND at <= %(at)s
"""
_TOLD = (
    b"SELECT told FROM timeline WHERE agency = %(agency)s AND case_id = %(case)s AND pos <= %(pos)s AND at <= %(at)s"
    b" AND EXISTS (SELECT FROM access WHERE agency = %(agency)s AND case_id = %(case)s AND open = 1)"
    b" AND epoch = (" + _EPOCH + b") AND told <> '{}' ORDER BY pos, n"
)
_NOW = b"SELECT * FROM %s WHERE agency = %%s AND case_id = %%s"


class CaseDesk(BaseModel):
    """A desk's rows of one case."""

    case_id: str
    desk: str
    rows: list[dict[str, Any]] = Field(description="columns of the view (docs/reference/views.md), by their names")


class Asked(NamedTuple):
    """A case and the point for which it was asked."""

    case: str
    moment: Moment


async def case_at(read: Reading, case: str, at: str) -> Asked:
    """What `at` means for a case, when the views have come there. Raises the problems `moment.*`, `service.behind`."""
    partition = partition_of(case, read.service.watch.partitions())
    asked = parsed(at)
    if asked.places and set(asked.places) != {partition}:
        raise ProblemError("moment.other_partition", paths=["query.at"])
    await folded(read.service, asked, [partition])
    return Asked(case, asked)


def parsed(at: str) -> Moment:
    """The point that the parameter names. Raises `moment.not_a_moment`."""
    try:
        return moment.parse(at)
    except MomentError:
        raise ProblemError("moment.not_a_moment", paths=["query.at"]) from None


async def folded(service: Service, asked: Moment, partitions: list[int]) -> None:
    """Until the views hold all that belongs to the point. Raises `moment.not_yet`, `service.behind`."""
    rows = await service.database.rows(_LOGS, (service.settings.topics.ledger,))
    heads = {row["partition"]: row["pos"] for row in rows if row["partition"] in partitions and row["pos"] >= 0}
    late = any(pos > heads.get(partition, -1) for partition, pos in asked.places.items())
    if late or (not asked.places and asked.at > clock.now()):
        raise ProblemError("moment.not_yet", paths=["query.at"])
    wanted = asked.places or heads
    if wanted:
        await position.wait(service, VIEWS, position.written(wanted))


async def told(read: Reading, asked: Asked) -> list[str]:
    """What the agency had been told of the case: JSON, in order. Raises `case.unknown`."""
    partition = partition_of(asked.case, read.service.watch.partitions())
    values = {"agency": read.caller.agency, "case": asked.case, "at": asked.moment.at}
    rows = await read.rows(_TOLD, values | {"pos": asked.moment.limit(partition)})
    if not rows:
        raise ProblemError("case.unknown")
    return [row["told"] for row in rows]


async def documents(read: Reading, desk: str, asked: Asked) -> Rows:
    """The rows of a desk as they were. Raises `case.unknown` where the agency did not know of the case."""
    agency = read.caller.agency
    said = as_of.told(agency, asked.case, await told(read, asked))
    return [as_of.document(DESKS[desk], row) for row in as_of.rows(DESKS[desk], said)]


async def documents_now(read: Reading, desk: str, case: str) -> Rows:
    """The rows of a desk as they are. Raises `case.unknown` where the agency may read nothing of the case."""
    here = DESKS[desk]
    own = (read.caller.agency, case)
    access = b"SELECT FROM access WHERE agency = %s AND case_id = %s AND open = 1"
    allowed, rows = await read.all((access, own), (_NOW % desk.encode(), own))
    if not allowed:
        raise ProblemError("case.unknown")
    names = as_of.columns(here)
    return [as_of.document(here, row) for row in sorted(tuple(row[name] for name in names) for row in rows)]
