"""A submission over HTTP goes the way of every other, through Kafka to the registrar; its answer is its outcome.

201 admitted, 200 duplicate, 422 refused with code and sentences in the language of `Accept-Language`, 202 when it has
not been judged yet, and 503 when Kafka or the database is away. An outcome is read by the agency that published it; to
others it is unknown.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from domain.record.entry import said_by
from domain.refusals import explain
from domain.submission import payload_of
from infra.api import problems
from infra.api.auth import PROBLEMS, Caller
from infra.api.intake import MEDIA_TYPES, body_of, route_of, signer_of
from infra.api.language import Language
from infra.api.outcomes import Judged
from infra.api.problems import Problem, ProblemError, declared, respond
from infra.api.service import Service, Shared

router = APIRouter(tags=["submissions"])

MAX_WAIT = 10.0
_ID = re.compile(r"(0|[1-9][0-9]{0,3})-(0|[1-9][0-9]{0,15})\Z")
_REFUSED_TITLE = {"en": "Submission refused", "mn": "Илгээлтийг татгалзсан"}


class Outcome(BaseModel):
    """What became of a submission. Its outcome is final, but for `pending`."""

    submission: str = Field(description="`<partition>-<offset>` on the submissions topic")
    outcome: Literal["admitted", "duplicate", "refused", "lost", "pending"]
    position: str | None = Field(None, description="where it is on record, `<partition>-<pos>`")
    at: str | None = Field(None, description="when it was judged")
    stream: str | None = None
    version: int | None = Field(None, description="the stream's version")
    type: str | None = None
    event_id: str | None = None
    effects: list[dict[str, Any]] | None = Field(None, description="what the ledger states beside the event")
    of: str | None = Field(None, description="duplicate: the position of the entry with the same bytes")
    code: str | None = Field(None, description="refused: the stable code")
    what: str | None = Field(None, description="refused: what was wrong")
    do: str | None = Field(None, description="refused, lost: what to do")
    officer: str | None = Field(None, description="refused: what to tell the officer, without technical words")
    paths: list[str] | None = Field(None, description="refused: the fields that it is about")
    digest: str | None = Field(None, description="refused: SHA-256 of salt and submission as received, base64url")
    salt: str | None = Field(None, description="refused: the digest's salt, base64url")


_LOCATION = {"Location": {"description": "where the outcome stands", "schema": {"type": "string"}}}
_REFUSED = {
    "model": Problem,
    "description": "Refused: `code` is the refusal's. `request.empty`, `request.invalid`: not submitted.",
}
_ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {"model": Outcome, "description": "The same bytes are on record", "headers": _LOCATION},
    201: {"model": Outcome, "description": "Admitted", "headers": _LOCATION},
    202: {"model": Outcome, "description": "On Kafka, not judged yet", "headers": _LOCATION},
}
_POST = (
    declared(
        *PROBLEMS,
        "auth.other_agency",
        "request.too_large",
        "request.media_type",
        "request.too_many",
        "service.kafka_away",
        "submission.lost",
    )
    | _ANSWERS
    | {422: _REFUSED}
)
_GET = declared(*PROBLEMS, "submission.unknown", "service.kafka_away") | {
    202: {"model": Outcome, "description": "On Kafka, not judged yet"}
}
_BODY = {
    "requestBody": {
        "required": True,
        "description": "The compact JWS of one event, at most 65,535 bytes",
        "content": {name: {"schema": {"type": "string"}} for name in MEDIA_TYPES},
    },
    "parameters": [
        {
            "name": "Prefer",
            "in": "header",
            "description": "`respond-async`: answer 202 at once (RFC 7240)",
            "schema": {"type": "string"},
        }
    ],
}


@router.post(
    "/v1/submissions",
    operation_id="submit",
    response_model=Outcome,
    response_model_exclude_none=True,
    status_code=201,
    responses=_POST,
    openapi_extra=_BODY,
)
async def submit(
    service: Shared,
    agency: Caller,
    request: Request,
    response: Response,
    lang: Language,
    wait: Annotated[float, Query(ge=0, le=MAX_WAIT, description="seconds to wait for the outcome")] = MAX_WAIT,
) -> Outcome | JSONResponse:
    """Submit a signed event and wait for its outcome."""
    seconds = service.limits.take(agency)
    if seconds:
        raise ProblemError("request.too_many", headers={"Retry-After": str(seconds)})
    partition, offset = await _append(service, agency, await body_of(request))
    response.headers["Location"] = f"/v1/submissions/{partition}-{offset}"
    if _wants_no_wait(request):
        wait = 0
        response.headers["Preference-Applied"] = "respond-async"
    judged = await service.outcomes.wait(partition, offset, wait) if wait else None
    outcome = describe(partition, offset, judged, agency, lang)
    if outcome is None:
        raise ProblemError("auth.other_agency")
    service.metrics.outcomes.labels(outcome.outcome, outcome.code or "").inc()
    return _answer(outcome, response, lang)


@router.get(
    "/v1/submissions/{submission}",
    operation_id="getSubmission",
    response_model_exclude_none=True,
    responses=_GET,
)
async def get_submission(
    service: Shared, agency: Caller, submission: str, response: Response, lang: Language
) -> Outcome:
    """What became of a submission, over HTTP or Kafka. `<partition>-<offset>` is where it stands on the topic."""
    found = _ID.match(submission)
    if found is None or int(found[1]) >= service.watch.partitions():
        raise ProblemError("submission.unknown")
    partition, offset = int(found[1]), int(found[2])
    judged = await service.outcomes.find(partition, offset)
    if judged.body is None:
        if offset <= judged.last or offset >= (await service.watch.ends([partition]))[partition]:
            raise ProblemError("submission.unknown")
        response.status_code = 202
        response.headers["Retry-After"] = "1"
    outcome = describe(partition, offset, judged, agency, lang)
    if outcome is None:
        raise ProblemError("submission.unknown")
    response.headers.update({"Content-Language": lang, "Vary": "Accept-Language"})
    return outcome


async def _append(service: Service, agency: str, body: bytes) -> tuple[int, int]:
    """(partition, offset) of the submission on Kafka. Raises `ProblemError`, `LogAway`."""
    view = service.watch.view()
    if view is None or not service.watch.partitions():
        raise ProblemError("service.registry_away")
    if signer_of(body, view) not in (None, agency):
        raise ProblemError("auth.other_agency")
    partition, key = route_of(body, service.watch.partitions())
    return partition, await service.publisher.append(partition, body, key)


def _wants_no_wait(request: Request) -> bool:
    asked = ",".join(request.headers.getlist("prefer")).lower()
    return "respond-async" in {part.partition(";")[0].strip() for part in asked.split(",")}


def _answer(outcome: Outcome, response: Response, lang: str) -> Outcome | JSONResponse:
    match outcome.outcome:
        case "refused":
            location = {"Location": response.headers["Location"]}
            return respond(_refusal(outcome, lang), location, lang=lang)
        case "lost":
            raise ProblemError("submission.lost", submission=outcome.submission)
        case "pending":
            response.status_code = 202
            response.headers["Retry-After"] = "1"
        case "duplicate":
            response.status_code = 200
        case "admitted":
            pass
    return outcome


def _refusal(outcome: Outcome, lang: str) -> Problem:
    return Problem(
        type="",
        title=_REFUSED_TITLE[lang],
        status=422,
        detail=outcome.what or "",
        code=outcome.code or "",
        do=outcome.do or "",
        officer=outcome.officer,
        paths=outcome.paths,
        submission=outcome.submission,
        position=outcome.position,
        digest=outcome.digest,
        salt=outcome.salt,
    )


def describe(partition: int, offset: int, judged: Judged | None, agency: str, lang: str) -> Outcome | None:
    """The outcome as the agency may read it; None when another agency published it."""
    submission = f"{partition}-{offset}"
    if judged is None or judged.body is None:
        return Outcome(submission=submission, outcome="pending")
    body = judged.body
    said = said_by(body)
    members: dict[str, Any] = {"submission": submission, "position": f"{partition}-{judged.pos}", "at": said.at}
    if "jws" in body:
        event = payload_of(body["jws"])
        known = {"stream": said.stream, "type": event["type"], "event_id": event["id"], "version": said.n}
        effects = body["ledger"].get("effects", [])
        return None if event["source"] != agency else Outcome(outcome="admitted", effects=effects, **known, **members)
    ((kind, what),) = body["outcome"].items()
    if what.get("publisher", agency) != agency:
        return None
    known = {"stream": what.get("stream"), "type": what.get("type"), "event_id": what.get("event")}
    match kind:
        case "duplicate":
            return Outcome(outcome="duplicate", of=f"{partition}-{what['of']}", **known, **members)
        case "refused":
            return Outcome(outcome="refused", **known, **members, **_explained(what, lang))
        case _:
            return Outcome(outcome="lost", do=problems.said("submission.lost", lang).do, **members)


def _explained(refused: Mapping[str, Any], lang: str) -> dict[str, Any]:
    code = refused["code"]
    return {
        "code": code,
        "paths": refused.get("paths"),
        "digest": refused["digest"],
        "salt": refused["salt"],
        **explain(code, lang),
    }
