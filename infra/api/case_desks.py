"""The rows of any desk for one case, now or as they were: every desk has this route from its first day on."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter

from infra.api import as_of, reading
from infra.api.as_of import At, CaseDesk, Desk
from infra.api.cases import checked
from infra.api.problems import ProblemError, declared
from infra.api.reading import ANSWERED, READ_PROBLEMS, Reading
from projections.all_views import DESKS

router = APIRouter(tags=["cases"])

_FOUND = declared(*READ_PROBLEMS, *as_of.PROBLEMS, "case.unknown", "desk.unknown") | ANSWERED


@router.get("/v1/cases/{case_id}/desks/{desk}", operation_id="getCaseDesk", responses=_FOUND)
async def get_case_desk(
    read: Annotated[Reading, reading.of(*as_of.VIEWS, *DESKS)], case_id: str, desk: Desk, at: At = None
) -> CaseDesk:
    """A desk's rows of one case: what the agency's view is, or with `at` was, of it."""
    if desk not in DESKS:
        raise ProblemError("desk.unknown")
    case = checked(case_id)
    if at is None:
        return CaseDesk(case_id=case, desk=desk, rows=await as_of.documents_now(read, desk, case))
    return CaseDesk(
        case_id=case, desk=desk, rows=await as_of.documents(read, desk, await as_of.case_at(read, case, at))
    )
