"""The read API and the door for submissions: routes, handlers and the parts behind them, put together from settings.

`build` connects to nothing; the app's lifespan does. The OpenAPI document follows from the routes, and every error in
it is `application/problem+json`.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import structlog
from fastapi import FastAPI

from infra.api import (
    access,
    case_desks,
    cases,
    desks,
    docs,
    etag,
    events,
    health,
    job_runner,
    jobs,
    operations,
    parked,
    problems,
    reference,
    referrals,
    refusals,
    submissions,
    whoami,
)
from infra.api.metrics import Metrics
from infra.api.pages import desk
from infra.api.pages.session import Sessions
from infra.api.service import assemble, running
from infra.settings import Settings

VERSION = "0.1.0"
ABOUT = """The interagency ledger of a child-protection partnership.

An agency reads its own view and nothing else, and submits events that it has signed. Its system asks with an API key,
its people with tokens of its identity provider, whose roles say what they may do. Every error is an RFC 9457 problem
with a stable code and what to do. Times are UTC with six decimals; a position is `<partition>-<pos>`, and
`Ledger-Position` says where an answer stands. Lists come by the page, or whole as `application/x-ndjson`."""
TAGS = [
    {"name": "cases", "description": "The agency's cases and their timelines"},
    {"name": "desks", "description": "What waits for the agency, and what it is told of each case by subject"},
    {"name": "referrals", "description": "Referrals to and from the agency"},
    {"name": "refusals", "description": "What was refused and waits to be put right"},
    {"name": "jobs", "description": "Lists as they were: how far they are, and their rows"},
    {"name": "reference", "description": "Counts of imported reference records"},
    {"name": "submissions", "description": "Signed events and their outcomes"},
    {"name": "events", "description": "What the agency is told, while it happens"},
    {"name": "operation", "description": "Who the caller is; life, readiness and metrics"},
]


class Api(FastAPI):
    """FastAPI whose OpenAPI document says what the error responses really are."""

    def openapi(self) -> dict[str, Any]:
        """The OpenAPI 3.1 document, made once."""
        if self.openapi_schema is None:
            self.openapi_schema = _with_problem_type(super().openapi())
        return self.openapi_schema


def build(settings: Settings, log: Any = None, clock: Callable[[], float] = time.monotonic) -> Api:
    """The app. Its lifespan connects and closes. `clock`, in seconds, is the one by which rates are counted."""
    metrics, lines = Metrics(), log or structlog.get_logger()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        app.state.service = service = assemble(settings, metrics, clock)
        async with running(service), job_runner.running(service, lines):
            yield

    app = Api(
        title="Tamga",
        version=VERSION,
        description=ABOUT,
        openapi_tags=TAGS,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        lifespan=lifespan,
        # Nothing about a request leaves this process by itself, whatever is installed or set around it.
        telemetry={"tracing": False, "metrics": False, "logs": False},
    )
    app.state.looks, app.state.sessions = operations.Looks(), Sessions()
    problems.install(app)
    app.exception_handler(desk.NotSignedInError)(desk.to_sign_in)
    for part in (
        *(cases, case_desks, desks, referrals, refusals, reference, jobs, parked, submissions, events, whoami),
        *(health, operations, docs, desk),
    ):
        app.include_router(part.router)
    app.add_middleware(etag.Conditional)
    app.add_middleware(access.Access, metrics=metrics, log=lines)
    return app


def _with_problem_type(document: dict[str, Any]) -> dict[str, Any]:
    """Errors as `infra.api.problems` answers them, not as FastAPI does by itself."""
    for methods in document["paths"].values():
        for operation in methods.values():
            responses = operation["responses"]
            if "HTTPValidationError" in str(responses.get("422")):
                del responses["422"]
            for response in responses.values():
                content = response.get("content", {})
                schema = content.get("application/json", {}).get("schema", {})
                if schema.get("$ref") == "#/components/schemas/Problem":
                    content[problems.MEDIA_TYPE] = content.pop("application/json")
    for unused in ("HTTPValidationError", "ValidationError"):
        document["components"]["schemas"].pop(unused, None)
    return document
