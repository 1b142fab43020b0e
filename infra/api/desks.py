"""Every desk that says how it is listed (`projections.desk.Listed`) has its route, made of its row model here.

`GET /v1/<desk>`: a typed row with the descriptions of the model's columns, a filter for each column of the key and for
those that the desk names, pages behind a cursor. What waits is listed by the time until which it waits; whether it is
overdue is asked of the clock when it is read. `officer` and `unit` narrow to cases in which the officer holds a role,
or the unit acted; of a case from which that officer is recused nothing is shown.
"""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from infra import clock
from infra.api import reading
from infra.api.database import Rows
from infra.api.desk_lists import DeskList, list_of, page_of
from infra.api.listing import LIST_PROBLEM, LISTED, Listing
from infra.api.of_person import totals
from infra.api.problems import ProblemError, declared
from infra.api.reading import READ_PROBLEMS, Reading
from projections.all_views import DESKS

router = APIRouter(tags=["desks"])

_WORKLIST = """(
    SELECT * FROM worklist UNION ALL
    SELECT agency, case_id, 'duty_desk', type, hashtext(by_agency)::bigint, 'open', shown_at, shown_at, refused_at,
           type, '', by_agency, code, '', '', json_build_object('times', times)::text, ''
    FROM refusals
    WHERE agency = %(agency)s AND role = 'desk' AND state <> 'resolved' AND shown_at > '' AND shown_at <= %(now)s
)"""
"""On the duty desk's worklist also stand the protective acts of others that were refused and not sent again."""

_SOURCES = {"worklist": _WORKLIST}
_BESIDE = {"worklist": ("refusals",)}
"""Views that a list is read from beside its own."""

LISTS: dict[str, DeskList] = {
    name: list_of(desk, desk.listed, _SOURCES.get(name, "")) for name, desk in DESKS.items() if desk.listed is not None
}
"""The desks that are listed here, by name."""


def _add(desk: DeskList) -> None:
    """The route of one desk."""
    listing = Listing(desk.path, desk.page, desk.view, desk.order, desk.document)

    async def listed(read: Reading, response: Response, asked: Any) -> Any:
        filters = asked.model_dump(exclude={"limit", "after"})

        async def page(after: list[Any] | None, count: int) -> Rows:
            key = None if after is None else [str(part) for part in after]
            if key is not None and not desk.fits(key):
                raise ProblemError("request.invalid", paths=["query.after"])
            agency = read.caller.agency
            sql, values = page_of(desk, filters, agency=agency, now=clock.now(), key=key, count=count)
            rows = await read.rows(sql, values)
            if not desk.of_person:
                return rows
            over = await totals(read.rows, desk.view, desk.of_person, agency=agency, rows=rows)
            return [row | more for row, more in zip(rows, over, strict=True)]

        return await listing.answer(read, response, page, limit=asked.limit, after=asked.after, **filters)

    views = (desk.view, "access", *_BESIDE.get(desk.view, ()), *(("links",) if desk.of_person else ()))
    listed.__annotations__["read"] = Annotated[Reading, reading.of(*views)]
    listed.__annotations__["asked"] = Annotated[desk.query, Query()]
    router.get(
        desk.path,
        operation_id=desk.operation,
        description=desk.about,
        response_model=desk.page,
        responses=declared(*READ_PROBLEMS, LIST_PROBLEM) | LISTED,
    )(listed)


for _desk in LISTS.values():
    _add(_desk)
