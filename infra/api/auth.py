"""Key or token, whoever asks speaks for one agency, and an agency that the registry does not hold active reads nothing.

`Reads` and `Submits` are what routes below `/v1` are handed: the caller, found anew for each request, with a role that
allows the act, within the rate. Views are then read as that caller (`infra.api.database`), so that another agency's row
and no row are the same answer.
"""

from __future__ import annotations

import contextlib
from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import Depends, Request, Security
from fastapi.security import APIKeyHeader, HTTPAuthorizationCredentials, HTTPBearer

from domain.roles import Act
from infra.api.caller import Caller, system
from infra.api.keys import digest
from infra.api.problems import ProblemError
from infra.api.service import Service, Shared
from infra.kafka.errors import LogAway, LogFault

PROBLEMS = (
    "auth.missing_key",
    "auth.unknown_key",
    "auth.invalid_token",
    "auth.expired_token",
    "auth.claims",
    "auth.no_role",
    "auth.role",
    "auth.agency_suspended",
    "request.too_many",
    "service.database_away",
    "service.issuer_away",
    "service.registry_away",
    "service.view_not_built",
    "service.fault",
)
"""Codes of every route that needs a caller."""

_bearer = HTTPBearer(
    auto_error=False,
    scheme_name="bearer",
    description="a token of the agency's identity provider (OpenID Connect), or the agency's API key",
)
_header = APIKeyHeader(name="X-API-Key", auto_error=False, scheme_name="apiKey", description="the agency's API key")

_FIND = b"SELECT agency_of_key(%s) AS agency"


async def identify(service: Service, credential: str | None) -> Caller:
    """Who the credential, key or token, stands for. Raises the problems `auth.*`."""
    if not credential:
        raise ProblemError("auth.missing_key")
    if service.tokens is not None and credential.count(".") == 2:
        caller = await service.tokens.caller(credential)
    else:
        hashed = digest(credential)
        found = await service.database.row(_FIND, (hashed,))
        if found is None or found["agency"] is None:
            raise ProblemError("auth.unknown_key")
        caller = system(str(found["agency"]), hashed.hex())
    if not await _active(service, caller.agency):
        raise ProblemError("auth.agency_suspended")
    return caller


async def credential(
    bearer: Annotated[HTTPAuthorizationCredentials | None, Security(_bearer)],
    header: Annotated[str | None, Security(_header)],
) -> str | None:
    """The key or token of a request."""
    return bearer.credentials if bearer is not None else header


Credential = Annotated[str | None, Depends(credential)]


def needs(act: Act | None) -> Callable[..., Awaitable[Caller]]:
    """The dependency of a route that does this, within the rate; None: whatever the caller's role."""

    async def caller(service: Shared, credential: Credential, request: Request) -> Caller:
        found = await identify(service, credential)
        _within_rate(service, found, act, request)
        if act is not None and not found.may(act):
            raise ProblemError("auth.role")
        return found

    return caller


Identified = Annotated[Caller, Depends(needs(None))]
Reads = Annotated[Caller, Depends(needs("read"))]
Submits = Annotated[Caller, Depends(needs("submit"))]


def _within_rate(service: Service, caller: Caller, act: Act | None, request: Request) -> None:
    if act == "submit":
        taken = service.submit_limits.take(caller.agency)
    else:
        taken = service.read_limits.take((caller.agency, caller.subject))
    request.state.headers = taken.headers
    if taken.wait:
        raise ProblemError("request.too_many", headers={"Retry-After": str(taken.wait)})


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
