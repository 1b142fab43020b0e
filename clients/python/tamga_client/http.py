"""The ledger over HTTP: submissions go to `POST /v1/submissions`, outcomes and views are read with `GET`.

Every request carries the agency's API key or bearer token, so it is sent to https alone (and to this machine), follows
no redirect, and stands in no error's text. The event's id goes along as `Idempotency-Key`.
"""

from __future__ import annotations

import json
import ssl
from collections.abc import Callable, Mapping
from http.client import HTTPException, HTTPMessage
from typing import IO, Any, NamedTuple
from urllib import error, parse, request

from tamga_client.errors import AccessDeniedError, ProblemError, UnreachableError
from tamga_client.outcomes import Judged, Lost, Pending, outcome_of
from tamga_client.signing import Signed

_HERE = ("127.0.0.1", "::1", "localhost")


class Answer(NamedTuple):
    """Status and JSON document."""

    status: int
    document: Any


class Http:
    """An API of the ledger. `credential` is the API key or token, or a function that returns a fresh token.

    `ca_file` is the certificate authority of a private network, `language` (`en`, `mn`) that of refusals' sentences,
    `timeout` seconds of silence after which a request is given up, `wait` seconds (at most 10) that a submission waits
    for its outcome before it is pending. It implements `Submitter` and `Outcomes`.
    """

    def __init__(
        self,
        url: str,
        credential: str | Callable[[], str],
        *,
        ca_file: str | None = None,
        language: str = "en",
        timeout: float = 30.0,
        wait: float = 5.0,
    ) -> None:
        place = parse.urlsplit(url)
        if place.scheme != "https" and not (place.scheme == "http" and place.hostname in _HERE):
            raise ValueError("the API's URL must begin with https:// : requests carry the agency's key")
        self._url, self._credential, self._timeout = url.rstrip("/"), credential, timeout
        self._language, self._wait = language, wait
        context = ssl.create_default_context(cafile=ca_file)
        self._opener = request.build_opener(_NoRedirect, request.HTTPSHandler(context=context))

    def submit(self, signed: Signed) -> Judged | Pending | Lost:
        """Hand a signed event in and wait for its outcome.

        Raises `UnreachableError`, `AccessDeniedError`, `ProblemError`.
        """
        headers = {"Content-Type": "application/jose", "Idempotency-Key": signed.event_id}
        answer = self._ask("POST", f"/v1/submissions?wait={self._wait:g}", signed.jws, headers)
        said = answer.document
        if answer.status == 422 and "submission" in said:
            return outcome_of({**said, "outcome": "refused", "what": said["detail"]})
        if answer.status == 503 and said.get("code") == "submission.lost":
            return Lost(said.get("submission") or "")
        return outcome_of(_good(answer))

    def find(self, submission: str) -> Judged | Pending | Lost:
        """What became of `<partition>-<offset>`. Raises `UnreachableError`, `AccessDeniedError`, `ProblemError`."""
        return outcome_of(self.read(f"/v1/submissions/{parse.quote(submission, safe='')}"))

    def read(self, path: str, **query: str | int) -> Any:
        """The JSON document of any `GET` route, as docs/openapi.json describes it: `read("/v1/cases", limit=50)`.

        Raises `UnreachableError`, `AccessDeniedError`, `ProblemError`.
        """
        return _good(self._ask("GET", f"{path}?{parse.urlencode(query)}" if query else path))

    def _ask(
        self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        credential = self._credential if isinstance(self._credential, str) else self._credential()
        sent = {
            "Authorization": f"Bearer {credential}",
            "Accept-Language": self._language,
            "User-Agent": "tamga-client",
        }
        asked = request.Request(self._url + path, data=body, method=method, headers={**sent, **(headers or {})})
        try:
            with self._opener.open(asked, timeout=self._timeout) as answer:
                return Answer(answer.status, json.load(answer))
        except error.HTTPError as problem:
            return _problem(problem)
        except (OSError, HTTPException, ValueError) as away:
            raise UnreachableError("client.unreachable", f"the API did not answer ({type(away).__name__})") from None


class _NoRedirect(request.HTTPRedirectHandler):
    """A redirect would carry the key to another place."""

    def redirect_request(
        self, req: request.Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> None:
        return None


def _problem(problem: error.HTTPError) -> Answer:
    """The problem's document; what answers without one, stands in front of the API."""
    with problem:
        try:
            said = json.load(problem)
        except (OSError, HTTPException, ValueError):
            said = None
        retry = problem.headers.get("Retry-After") or ""
    known = said if isinstance(said, dict) else {}
    return Answer(problem.code, {"code": f"http.{problem.code}", **known, "retry_after": retry})


def _good(answer: Answer) -> Any:
    """The document, unless it is a problem."""
    status, said = answer
    if status < 300:
        return said
    text = f"{said.get('detail') or f'HTTP status {status}'} {said.get('do') or ''}".strip()
    if status in (401, 403):
        raise AccessDeniedError(said["code"], text)
    if status == 429 or status >= 500:
        seconds = said["retry_after"]
        raise UnreachableError(said["code"], text, float(seconds) if seconds.isdigit() else None)
    raise ProblemError(status, said["code"], text)
