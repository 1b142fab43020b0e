"""`/v1/whoami` says for whom the ledger takes the caller, so that whoever sets up an identity provider can see it."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field

from domain.roles import Act, may
from infra.api.auth import PROBLEMS, Identified
from infra.api.problems import declared

router = APIRouter(tags=["operation"])

_ACTS: tuple[Act, ...] = ("read", "submit", "operate")


class Self(BaseModel):
    """The caller."""

    agency: str
    how: Literal["key", "token"] = Field(description="by which it was recognised")
    roles: list[str]
    units: list[str] = Field(description="`*`: every unit")
    officer: str | None = Field(description="the pseudonym (`actor` in events); null for a system")
    may: list[Act] = Field(description="what the roles allow")


@router.get("/v1/whoami", operation_id="whoAmI", responses=declared(*PROBLEMS))
async def whoami(caller: Identified) -> Self:
    """For whom the ledger takes the caller: agency, roles, units, officer, and what they allow."""
    return Self(
        agency=caller.agency,
        how=caller.how,
        roles=sorted(caller.roles),
        units=sorted(caller.units),
        officer=caller.officer or None,
        may=[act for act in _ACTS if may(caller.roles, act)],
    )
