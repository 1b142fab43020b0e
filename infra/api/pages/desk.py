"""`/` shows how the ledger stands to anybody; `/desk` shows an agency's own rows to who signs in, and nothing else.

`/desk/<rest>` is `/v1/<rest>` for people: asked with the header `Authorization`, or as whom the cookie of the sign-in
stands for (`infra.api.pages.session`). Without either, the way leads to the sign-in.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any
from urllib.parse import parse_qs

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from infra.api import language, problems
from infra.api.auth import Credential
from infra.api.operations import Standing
from infra.api.pages import session
from infra.api.pages.inner import Answer, ask
from infra.api.pages.render import page, style
from infra.api.pages.session import Sessions
from infra.api.pages.tables import TIMELINE, Table, tables

router = APIRouter(include_in_schema=False)

SIGN_IN = "/desk/sign-in"
MOST_FORM_BYTES = 16_384
SEE_OTHER = 303


class NotSignedInError(Exception):
    """The page is for who has signed in."""


def _sessions(request: Request) -> Sessions:
    found: Sessions = request.app.state.sessions
    return found


async def _reader(request: Request, credential: Credential) -> str:
    """The key or token of who reads. Raises `NotSignedInError`."""
    found = credential or _sessions(request).credential(request.cookies.get(session.COOKIE))
    if found is None:
        raise NotSignedInError
    return found


Reader = Annotated[str, Depends(_reader)]


async def to_sign_in(_: Request, __: Exception) -> RedirectResponse:
    """Handler of `NotSignedInError`."""
    return RedirectResponse(SIGN_IN, SEE_OTHER)


@router.get("/")
async def home(request: Request, standing: Standing) -> HTMLResponse:
    """How the ledger stands."""
    return page(request, "operations.html", found=standing.model_dump())


@router.get("/style.css")
async def style_sheet() -> Response:
    """The pages' style sheet."""
    return Response(style(), media_type="text/css")


@router.get("/desk")
async def desk(request: Request, reader: Reader) -> HTMLResponse:
    """Who has signed in, and the tables there are."""
    who = await ask(request, "/v1/whoami", reader)
    if who.status != 200:
        return _problem(request, who)
    found = {name: table for name, table in _tables(request).items() if "{" not in name}
    return page(request, "desk.html", who=who.document, tables=found)


@router.get("/desk/sign-in")
async def sign_in_form(request: Request) -> HTMLResponse:
    """The form for a key."""
    return page(request, "sign_in.html", private=session.is_private(request), problem=None)


@router.post("/desk/sign-in")
async def sign_in(request: Request) -> Response:
    """Take a key or token, hand out the cookie that stands for it."""
    if not session.is_private(request) or not session.is_from_here(request):
        return page(request, "sign_in.html", status=403, private=session.is_private(request), problem=None)
    credential = await _form_member(request, "credential")
    who = await ask(request, "/v1/whoami", credential)
    if who.status != 200:
        return _problem(request, who)
    answer = RedirectResponse("/desk", SEE_OTHER)
    session.hand_out(answer, request, _sessions(request).begin(credential))
    return answer


@router.post("/desk/sign-out")
async def sign_out(request: Request) -> Response:
    """End what the cookie stands for."""
    answer = RedirectResponse(SIGN_IN, SEE_OTHER)
    if session.is_from_here(request):
        _sessions(request).end(request.cookies.get(session.COOKIE))
        session.take_back(answer, request)
    return answer


@router.get("/desk/cases/{case_id}/timeline")
async def timeline(request: Request, reader: Reader, case_id: str) -> HTMLResponse:
    """The events of one case."""
    table = _tables(request)[TIMELINE.removeprefix("/v1/")]
    return await _listed(request, reader, table, f"/v1/cases/{case_id}/timeline", case_id=case_id)


@router.get("/desk/{name}")
async def rows(request: Request, reader: Reader, name: str) -> HTMLResponse:
    """The rows of one list."""
    table = _tables(request).get(name)
    if table is None:
        return _own_problem(request, "request.not_found")
    return await _listed(request, reader, table, table.path)


async def _listed(request: Request, reader: str, table: Table, path: str, *, case_id: str = "") -> HTMLResponse:
    found = await ask(request, path, reader, query=request.url.query)
    if found.status == 202:  # a list as it was is a job of the API, and no page
        return _own_problem(request, "request.invalid")
    if found.status != 200:
        return _problem(request, found)
    values: dict[str, Any] = {
        "table": table,
        "name": "timeline" if case_id else table.path.removeprefix("/v1/"),
        "case_id": case_id,
        "rows": table.rows(found.document),
        "twin": path + (f"?{request.url.query}" if request.url.query else ""),
        "following": _following(found),
        "position": found.headers.get("ledger-position", ""),
    }
    return page(request, "rows.html", **values)


def _following(answer: Answer) -> str | None:
    """The page behind this one, as a path of the desk."""
    target, _, relation = answer.headers.get("link", "").partition(">; ")
    return f"/desk/{target.removeprefix('</v1/')}" if relation == 'rel="next"' else None


def _problem(request: Request, answer: Answer) -> HTMLResponse:
    """What the route refused, in its own words; who is not known signs in anew."""
    return _shown(request, answer.status, answer.document)


def _own_problem(request: Request, code: str) -> HTMLResponse:
    said = problems.said(code, language.of(request))
    return _shown(request, said.status, said._asdict() | {"code": code})


def _shown(request: Request, status: int, problem: Mapping[str, Any]) -> HTMLResponse:
    template = "sign_in.html" if status == 401 else "problem.html"
    return page(request, template, status=status, problem=problem, private=session.is_private(request))


async def _form_member(request: Request, name: str) -> str:
    """One member of a form; '' when it is not there or the form is too large."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST_FORM_BYTES:
            return ""
    return parse_qs(body.decode("utf-8", "replace")).get(name, [""])[0].strip()


def _tables(request: Request) -> dict[str, Table]:
    return tables(request.app.openapi())
