"""A submission over HTTP goes the way of every other, through Kafka to the registrar; its answer is its outcome.

201 admitted, 200 duplicate, 422 refused with code and sentences in the language of `Accept-Language`, 202 when it has
not been judged yet, and 503 when Kafka or the database is away. An outcome is read by the agency that published it, and
by its people as far as they may read the case; to others it is unknown. Sent again under its `Idempotency-Key` it is
the same submission (`infra.api.idempotency`).
"""

from __future__ import annotations

import re
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import JSONResponse

from domain.roles import SYSTEM
from infra.api import if_match
from infra.api.auth import PROBLEMS, Reads, Submits
from infra.api.caller import Caller
from infra.api.idempotency import IdempotencyKey, Once, Place
from infra.api.if_match import IfMatch
from infra.api.intake import MEDIA_TYPES, body_of, payload_of, route_of, signer_of
from infra.api.language import Language
from infra.api.outcome_document import Outcome, describe
from infra.api.problems import Problem, ProblemError, declared, respond
from infra.api.service import Service, Shared

router = APIRouter(tags=["submissions"])

MAX_WAIT = 10.0
_ID = re.compile(r"(0|[1-9][0-9]{0,3})-(0|[1-9][0-9]{0,15})\Z")
_SHOWN = b"SELECT 1 FROM submissions WHERE agency = %s AND partition = %s AND pos = %s"
_REFUSED_TITLE = {"en": "Submission refused", "mn": "Илгээлтийг татгалзсан"}

_LOCATION = {"Location": {"description": "where the outcome stands", "schema": {"type": "string"}}}
_REFUSED = {
    "model": Problem,
    "description": "Refused: `code` is the refusal's. `request.empty`, `request.invalid`, `request.key_reused`: not"
    " submitted.",
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
        "request.in_flight",
        "request.stale_case",
        "request.if_match_required",
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
    caller: Submits,
    request: Request,
    response: Response,
    lang: Language,
    seen: IfMatch = None,
    key: IdempotencyKey = None,
    wait: Annotated[float, Query(ge=0, le=MAX_WAIT, description="seconds to wait for the outcome")] = MAX_WAIT,
) -> Outcome | JSONResponse:
    """Submit a signed event and wait for its outcome."""
    body = await body_of(request)
    once = Once(service.database, caller, key, body, service.settings.idempotency_hours)
    partition, offset = await once.claim() or await _first(service, caller, body, once, seen)
    response.headers["Location"] = f"/v1/submissions/{partition}-{offset}"
    if _wants_no_wait(request):
        wait = 0
        response.headers["Preference-Applied"] = "respond-async"
    judged = await service.outcomes.wait(caller, partition, offset, wait) if wait else None
    outcome = describe(partition, offset, judged, caller.agency, lang)
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
    service: Shared, caller: Reads, submission: str, response: Response, lang: Language
) -> Outcome:
    """What became of a submission, over HTTP or Kafka. `<partition>-<offset>` is where it stands on the topic."""
    found = _ID.match(submission)
    if found is None or int(found[1]) >= service.watch.partitions():
        raise ProblemError("submission.unknown")
    partition, offset = int(found[1]), int(found[2])
    judged = await service.outcomes.find(caller, partition, offset)
    if judged.body is None and not judged.others:
        if offset <= judged.last or offset >= (await service.watch.ends([partition]))[partition]:
            raise ProblemError("submission.unknown")
        response.status_code = 202
        response.headers["Retry-After"] = "1"
    outcome = describe(partition, offset, judged, caller.agency, lang)
    if outcome is None:
        raise ProblemError("submission.unknown")
    if outcome.stream and SYSTEM not in caller.roles and not await _is_shown(service, caller, partition, judged.pos):
        raise ProblemError("submission.unknown")
    response.headers.update({"Content-Language": lang, "Vary": "Accept-Language"})
    return outcome


async def _is_shown(service: Service, caller: Caller, partition: int, pos: int) -> bool:
    """May this person see the outcome, as row-level security has it? Its agency's system may see each of its own."""
    (found,) = await service.database.read(caller, ("submissions",), (_SHOWN, (caller.agency, partition, pos)))
    return bool(found)


async def _first(service: Service, caller: Caller, body: bytes, once: Once, seen: str | None) -> Place:
    """Where the submission stands on Kafka, sent for the first time. Raises `ProblemError`, `LogAway`."""
    try:
        place = await _append(service, caller, body, seen)
    except BaseException:
        await once.release()
        raise
    await once.keep(place)
    return place


async def _append(service: Service, caller: Caller, body: bytes, seen: str | None) -> Place:
    view = service.watch.view()
    if view is None or not service.watch.partitions():
        raise ProblemError("service.registry_away")
    if signer_of(body, view) not in (None, caller.agency):
        raise ProblemError("auth.other_agency")
    required = service.settings.require_if_match and caller.how == "token"
    await if_match.check(service.database, caller, payload_of(body), seen, required=required)
    partition, key = route_of(body, service.watch.partitions())
    return Place(partition, await service.publisher.append(partition, body, key))


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
