"""Every error is an RFC 9457 problem with a stable code and what to do, and holds nothing that the caller sent.

`TABLE` lists the API's own codes in English, `problems_mn.toml` in Mongolian; a refused submission has the codes and
sentences of `domain.refusals`. Handlers also cover what routes don't raise themselves: unknown paths, wrong methods,
invalid parameters, a database or broker away.
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources
from typing import Any, NamedTuple

import psycopg
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from infra.api import language
from infra.kafka.errors import LogAway, LogFault

MEDIA_TYPE = "application/problem+json"
RETRY_SECONDS = 2

_CHALLENGE = 'Bearer realm="tamga"'
_NO_TOKEN = ("auth.missing_key", "auth.unknown_key")


class Problem(BaseModel):
    """RFC 9457 problem details. `code` is stable, `do` is for people."""

    type: str = Field(description="`urn:tamga:problem:<code>`")
    title: str
    status: int
    detail: str = Field(description="what was wrong")
    code: str = Field(description="stable code, `area.what`")
    do: str = Field(description="what to do")
    officer: str | None = Field(None, description="refused: what to tell the officer, without technical words")
    paths: list[str] | None = Field(None, description="the parameters or schema-known fields that it is about")
    submission: str | None = Field(None, description="the submission, `<partition>-<offset>`")
    position: str | None = Field(
        None, description="where the refusal is on record, or where the case stands now, `<partition>-<pos>`"
    )
    digest: str | None = Field(None, description="SHA-256 of salt and submission as received, base64url")
    salt: str | None = Field(None, description="the digest's salt, base64url")


class Sentences(NamedTuple):
    """Status, title, detail and what to do for one code."""

    status: int
    title: str
    detail: str
    do: str


_AWAY = "Send the request again after the seconds in `Retry-After`; sending a submission again records nothing twice."

TABLE: dict[str, Sentences] = {
    "auth.missing_key": Sentences(
        401, "No key and no token", "The request carries neither an API key nor a token.",
        "Send a token, or your agency's key, as `Authorization: Bearer <…>`, or the key as `X-API-Key`.",
    ),
    "auth.unknown_key": Sentences(
        401, "Unknown API key", "This API key does not exist or was revoked.",
        "Check the key, or ask the ledger's operator for a new one.",
    ),
    "auth.invalid_token": Sentences(
        401, "Token not taken", "The token is not one that this ledger's issuer signed for it.",
        "Sign in anew; if that does not help, have issuer, audience and algorithm compared with the ledger's settings.",
    ),
    "auth.expired_token": Sentences(
        401, "Token expired", "The token has expired.", "Sign in anew, or have your program ask for a new token."
    ),
    "auth.claims": Sentences(
        403, "Token says too little", "A claim of the token is missing, not well-formed, or not this issuer's to make.",
        "Have your identity provider put agency, units and officer into the claims that `paths` names.",
    ),
    "auth.no_role": Sentences(
        403, "No role", "The token names no role of this ledger.",
        "Have your identity provider give you one of the roles that the ledger's documentation lists.",
    ),
    "auth.role": Sentences(
        403, "Not for this role", "None of your roles allows this.",
        "Ask somebody whose role allows it, or have your identity provider change yours.",
    ),
    "auth.agency_suspended": Sentences(
        403, "Agency not active", "The caller's agency is suspended, or is not enrolled.",
        "Ask the ledger's operator why; nothing is read or submitted until the agency is active.",
    ),
    "auth.other_agency": Sentences(
        403, "Signed by another agency", "The submission is signed with another agency's key.",
        "Send it with that agency's API key: an agency submits for itself.",
    ),
    "case.unknown": Sentences(
        404, "No such case", "No case with this id stands in your agency's view.",
        "Check the id; a case appears once your agency published in it, leads it or is an addressee in it.",
    ),
    "desk.unknown": Sentences(404, "No such desk", "No desk has this name.", "Use a name from the page of views."),
    "moment.not_a_moment": Sentences(
        422, "Not a point of the record", "`at` is neither a position nor an instant.",
        "Send a position `<partition>-<pos>` or an instant with its time zone, such as `2026-11-27T08:00:00Z`.",
    ),
    "moment.other_partition": Sentences(
        422, "Position of another partition", "The position in `at` is not of the partition that this case is on.",
        "Use a position of one of the case's own entries, from its timeline, or an instant.",
    ),
    "moment.not_yet": Sentences(
        422, "Not yet", "`at` is later than everything that is recorded.", "Leave `at` out to read what is now."
    ),
    "moment.incomplete": Sentences(
        422, "Positions are missing", "A list as it was needs to know where every partition stood.",
        "Send an instant, or the positions of all partitions as `Ledger-Position` writes them.",
    ),
    "job.unknown": Sentences(
        404, "No such job", "You have no job of this id, or it has expired.", "Ask for the list again."
    ),
    "job.not_done": Sentences(
        409, "Job not done", "The job runs, has failed or was cancelled.", "Ask for its `state`, or for the list again."
    ),
    "job.too_many": Sentences(
        429, "Too many jobs", "Four jobs of your agency wait or run.", "Wait until one is done, or cancel one."
    ),
    "submission.unknown": Sentences(
        404, "No such submission", "No submission of your agency is known under this id.",
        "Use the id `<partition>-<offset>` that the answer to your submission, or Kafka, gave you.",
    ),
    "submission.lost": Sentences(
        503, "Submission lost", "The submission was lost before it was judged, and the ledger says so.",
        "Send the same bytes again.",
    ),
    "request.malformed": Sentences(400, "Malformed request", "The request can't be read.", "Check how it is written."),
    "request.not_found": Sentences(
        404, "No such resource", "Nothing stands under this path.", "Compare the path with the list at `/docs`."
    ),
    "request.method": Sentences(
        405, "Method not allowed", "This resource does not have this method.", "Use a method that `Allow` names."
    ),
    "request.not_acceptable": Sentences(
        406, "Not in that form", "What `Accept` asks for is no form in which this answer is there.",
        "Ask for `application/json`, for a list also `application/x-ndjson`, or leave `Accept` out.",
    ),
    "request.in_flight": Sentences(
        409, "Being answered", "A request with this `Idempotency-Key` is being answered at this moment.",
        "Send it again after the seconds in `Retry-After`; it will get the same answer.",
    ),
    "request.stale_case": Sentences(
        412, "The case has moved on", "Since the position in `If-Match` your agency was told more of this case.",
        "Read the case again; if the event still holds, send it with the position in `position`.",
    ),
    "request.too_large": Sentences(
        413, "Too large", "A submission has at most 65,535 bytes.",
        "Send a smaller event; one event says one thing, and files never enter the ledger.",
    ),
    "request.media_type": Sentences(
        415, "Unsupported media type", "A submission is a compact JWS, and the content type says something else.",
        "Send `Content-Type: application/jose` (or `text/plain`, `application/octet-stream`).",
    ),
    "request.invalid": Sentences(
        422, "Invalid parameter", "A parameter has a value that it can't have.",
        "Compare the parameters in `paths` with their description at `/docs`.",
    ),
    "request.empty": Sentences(
        422, "Empty submission", "The body is empty.", "Send the compact JWS of one event as the body."
    ),
    "request.key_reused": Sentences(
        422, "Key used before", "This `Idempotency-Key` came with another body before.",
        "Draw a new key for each event; the same key goes with the same bytes alone.",
    ),
    "request.if_match_required": Sentences(
        428, "Which case was seen?", "A submission to a case that your agency knows must say which position was seen.",
        "Read the case and send its `ETag` as `If-Match`.",
    ),
    "request.too_many": Sentences(
        429, "Too many requests", "More requests came than `RateLimit-Policy` allows.",
        "Go on after the seconds in `Retry-After`; imports go to Kafka.",
    ),
    "service.fault": Sentences(
        500, "Fault", "The service failed at this request; nothing is known to be wrong with it.",
        "Send it again; tell the operator the time if it fails again.",
    ),
    "service.database_away": Sentences(503, "Database away", "The database does not answer at present.", _AWAY),
    "service.view_not_built": Sentences(503, "View not built", "This view has not been built yet.", _AWAY),
    "service.kafka_away": Sentences(
        503, "Kafka away", "Kafka did not answer in time; whether it took a submission is unknown.", _AWAY
    ),
    "service.issuer_away": Sentences(
        503, "Issuer away", "The issuer of tokens does not answer, so no token can be checked.", _AWAY
    ),
    "service.behind": Sentences(
        503, "Not there yet", "The view has not come to the position in `min_position` in time.",
        "Send the request again after the seconds in `Retry-After`; check the position if that goes on.",
    ),
    "service.registry_away": Sentences(
        503, "Registry not read", "The registry of agencies has not been read, or is not the one it was.", _AWAY
    ),
}  # fmt: skip


class ProblemError(Exception):
    """Answers the request with a problem. `members` adds members of `Problem`, `headers` HTTP headers."""

    def __init__(self, code: str, *, headers: dict[str, str] | None = None, **members: Any) -> None:
        super().__init__(code)
        self.code, self.headers, self.members = code, headers or {}, members


@cache
def _mongolian() -> dict[str, dict[str, str]]:
    """Title, detail and what to do by code."""
    return tomllib.loads(resources.files("infra.api").joinpath("problems_mn.toml").read_text(encoding="utf-8"))


def said(code: str, lang: str) -> Sentences:
    """The sentences of one of the API's own codes in a language of `domain.refusals.LANGUAGES`."""
    found = TABLE[code]
    if lang != "mn":
        return found
    text = _mongolian()[code]
    return Sentences(found.status, text["title"], text["detail"], text["do"])


def answer(code: str, *, lang: str = "en", headers: dict[str, str] | None = None, **members: Any) -> JSONResponse:
    """The response of one of the API's own codes."""
    status, title, detail, do = said(code, lang)
    problem = Problem(type="", title=title, status=status, detail=detail, code=code, do=do, **members)
    return respond(problem, headers, lang=lang)


def respond(problem: Problem, headers: dict[str, str] | None = None, *, lang: str = "en") -> JSONResponse:
    """The response of a problem; its `type` follows from its code."""
    found = problem.model_copy(update={"type": f"urn:tamga:problem:{problem.code}"}).model_dump(exclude_none=True)
    extra = {"Content-Language": lang, "Vary": "Accept-Language"} | (headers or {})
    if problem.status == 401:
        extra["WWW-Authenticate"] = _CHALLENGE + ("" if problem.code in _NO_TOKEN else ', error="invalid_token"')
    if problem.status == 503:
        extra.setdefault("Retry-After", str(RETRY_SECONDS))
    return JSONResponse(found, problem.status, headers=extra, media_type=MEDIA_TYPE)


def declared(*codes: str) -> dict[int | str, dict[str, Any]]:
    """`responses` of a route: its problems, one description a status."""
    found: dict[int | str, dict[str, Any]] = {}
    for code in codes:
        status = TABLE[code].status
        text = f"`{code}`: {TABLE[code].detail}"
        known = found.get(status)
        found[status] = {"model": Problem, "description": f"{known['description']}\n\n{text}" if known else text}
    return found


def install(app: FastAPI) -> None:
    """Register the handlers. What none of them takes becomes 500 in `infra.api.access`."""
    app.exception_handler(ProblemError)(_problem)
    app.exception_handler(HTTPException)(_http)
    app.exception_handler(RequestValidationError)(_invalid)
    for away in (LogAway, LogFault):
        app.exception_handler(away)(_kafka_away)
    for error in (psycopg.OperationalError, psycopg.InterfaceError):
        app.exception_handler(error)(_database_away)
    app.exception_handler(psycopg.errors.UndefinedTable)(_view_not_built)


async def _problem(request: Request, error: ProblemError) -> JSONResponse:
    return answer(error.code, lang=language.of(request), headers=error.headers, **error.members)


_BY_STATUS = {
    404: "request.not_found",
    405: "request.method",
    406: "request.not_acceptable",
    413: "request.too_large",
    415: "request.media_type",
}


async def _http(request: Request, error: HTTPException) -> JSONResponse:
    fallback = "request.malformed" if error.status_code < 500 else "service.fault"
    code = _BY_STATUS.get(error.status_code, fallback)
    return answer(code, lang=language.of(request), headers=dict(error.headers or {}))


async def _invalid(request: Request, error: RequestValidationError) -> JSONResponse:
    """Names the declared parameters alone: pydantic's messages repeat pieces of the input."""
    paths = sorted({".".join(str(part) for part in found["loc"][:2]) for found in error.errors()})
    return answer("request.invalid", lang=language.of(request), paths=paths)


async def _kafka_away(request: Request, _: LogAway | LogFault) -> JSONResponse:
    return answer("service.kafka_away", lang=language.of(request))


async def _database_away(request: Request, _: psycopg.Error) -> JSONResponse:
    return answer("service.database_away", lang=language.of(request))


async def _view_not_built(request: Request, _: psycopg.Error) -> JSONResponse:
    return answer("service.view_not_built", lang=language.of(request))
