"""What became of a submission: recorded, refused, or recorded before; the outcome of a submission is final.

`Admitted`, `Refused` and `Duplicate` are outcomes. `Pending` and `Lost` are none yet: a pending submission is asked for
again, a lost one is sent again as the same bytes. Made from the API's answers, and from outcomes on the feed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

from tamga_client.signing import Signed


@dataclass(frozen=True, slots=True)
class Admitted:
    """On record at `position`, `<partition>-<pos>`. `effects` is what the ledger states beside the event, each with
    `type` and `data`; `version` is the stream's. The feed names submission, position and time alone."""

    submission: str
    position: str
    at: str
    version: int | None = None
    effects: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class Refused:
    """Not recorded as an event; that it was refused is on record at `position`. `code` is stable, `what` is what was
    wrong, `do` what to do, `officer` for people without technical words; `paths` are the fields. The feed names the
    code alone: its sentences are in the reference of refusals."""

    submission: str
    position: str
    at: str
    code: str
    what: str = ""
    do: str = ""
    officer: str = ""
    paths: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Duplicate:
    """The same bytes were on record already, at `of` (empty where the feed told it)."""

    submission: str
    position: str
    at: str
    of: str = ""


@dataclass(frozen=True, slots=True)
class Pending:
    """Submitted, not judged yet."""

    submission: str


@dataclass(frozen=True, slots=True)
class Lost:
    """Lost before it was judged: send the same bytes again."""

    submission: str


Judged: TypeAlias = Admitted | Refused | Duplicate
"""An outcome."""


class Submitter(Protocol):
    """A way to the ledger."""

    def submit(self, signed: Signed) -> Judged | Pending | Lost:
        """Hand a signed event in. Raises `UnreachableError`, `AccessDeniedError`, `ProblemError`."""
        ...


class Outcomes(Protocol):
    """A place where outcomes are read."""

    def find(self, submission: str) -> Judged | Pending | Lost:
        """What became of `<partition>-<offset>`. Raises `UnreachableError`, `AccessDeniedError`, `ProblemError`."""
        ...


def outcome_of(said: Mapping[str, Any]) -> Judged | Pending | Lost:
    """From an API's outcome, or the member `outcome` of a feed's message. Members that are not known are left out."""
    submission, position, at = said["submission"], said.get("position") or "", said.get("at") or ""
    match said["outcome"]:
        case "admitted":
            return Admitted(submission, position, at, said.get("version"), tuple(said.get("effects") or ()))
        case "duplicate":
            return Duplicate(submission, position, at, said.get("of") or "")
        case "refused":
            code, what, do, officer = (said.get(name) or "" for name in ("code", "what", "do", "officer"))
            return Refused(submission, position, at, code, what, do, officer, tuple(said.get("paths") or ()))
        case "lost":
            return Lost(submission)
        case _:
            return Pending(submission)
