"""The outcome of a submission as its publisher may read it, from the entry that is its outcome.

An outcome whose publisher is known is nobody else's to read; what names no publisher holds no content either. Answered
by the routes of `infra.api.submissions`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import BaseModel, Field

from domain.record.entry import said_by
from domain.refusals import explain
from domain.submission import payload_of
from infra.api import problems
from infra.api.outcomes import Judged


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


def describe(partition: int, offset: int, judged: Judged | None, agency: str, lang: str) -> Outcome | None:
    """The outcome as the agency may read it; None when another agency published it."""
    submission = f"{partition}-{offset}"
    if judged is not None and judged.others:
        return None
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
