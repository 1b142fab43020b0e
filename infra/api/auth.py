"""A key speaks for one agency, and an agency that the registry does not hold active is let in nowhere.

`Caller` is the dependency of every route below `/v1`: it finds the key's agency by the key's digest on each request.
Views are then read with that agency as the first condition, so another agency's row and no row are the same answer.
"""

from __future__ import annotations

import contextlib
from typing import Annotated

from fastapi import Depends, Security
from fastapi.security import APIKeyHeader, HTTPAuthorizationCredentials, HTTPBearer

from infra.api.keys import digest
from infra.api.problems import ProblemError
from infra.api.service import Service, Shared
from infra.kafka.errors import LogAway, LogFault

PROBLEMS = (
    "auth.missing_key",
    "auth.unknown_key",
    "auth.agency_suspended",
    "service.database_away",
    "service.registry_away",
    "service.view_not_built",
    "service.fault",
)
"""Codes of every route that needs a key."""

_bearer = HTTPBearer(auto_error=False, scheme_name="bearer", description="the agency's API key")
_header = APIKeyHeader(name="X-API-Key", auto_error=False, scheme_name="apiKey", description="the agency's API key")

_FIND = b"SELECT agency FROM api_key WHERE digest = %s AND revoked_at IS NULL"


async def caller(
    service: Shared,
    bearer: Annotated[HTTPAuthorizationCredentials | None, Security(_bearer)],
    header: Annotated[str | None, Security(_header)],
) -> str:
    """The agency whose key the request carries. Raises the problems `auth.*`."""
    key = bearer.credentials if bearer is not None else header
    if not key:
        raise ProblemError("auth.missing_key")
    found = await service.database.row(_FIND, (digest(key),))
    if found is None:
        raise ProblemError("auth.unknown_key")
    agency = str(found["agency"])
    if not await _active(service, agency):
        raise ProblemError("auth.agency_suspended")
    return agency


async def _active(service: Service, agency: str) -> bool:
    """Asks the registry anew before it says no: the agency may have been enrolled or reinstated a moment ago."""
    view = service.watch.view()
    if view is None or not view.is_active(agency):
        with contextlib.suppress(LogAway, LogFault):
            await service.watch.refresh()
        view = service.watch.view()
    if view is None:
        raise ProblemError("service.registry_away")
    return view.is_active(agency)


Caller = Annotated[str, Depends(caller)]
