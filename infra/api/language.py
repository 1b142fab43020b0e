"""Sentences are in the language that the caller prefers among those there are (`Accept-Language`, RFC 9110, 12.5.4).

English for who says nothing, or names no language that there is. Called by the routes and handlers that answer with
sentences of `domain.refusals` or `infra.api.problems`.
"""

from __future__ import annotations

import re
from typing import Annotated

from fastapi import Depends, Header, Request

from domain.refusals import LANGUAGES

_WEIGHT = r"0(?:\.\d{0,3})?|1(?:\.0{0,3})?"
_RANGE = re.compile(rf"(?P<language>[a-z]{{1,8}}|\*)(?:-[a-z0-9-]*)?(?:\s*;\s*q=(?P<weight>{_WEIGHT}))?", re.ASCII)
_NOTHING = (0.0, 0)


def chosen(accepted: str | None) -> str:
    """The language of `LANGUAGES` that weighs most; of equal ones the first named, `mn-MN` being `mn`."""
    weights: dict[str, tuple[float, int]] = {}
    for place, part in enumerate((accepted or "").lower().split(",")):
        if found := _RANGE.fullmatch(part.strip()):
            weights.setdefault(found["language"], (float(found["weight"] or 1), -place))
    return max(LANGUAGES, key=lambda language: weights.get(language, weights.get("*", _NOTHING)))


def of(request: Request) -> str:
    """The language of the answer to a request."""
    return chosen(request.headers.get("accept-language"))


def _wanted(
    accept_language: Annotated[
        str | None, Header(description=f"language of the sentences: {', '.join(LANGUAGES)}; else {LANGUAGES[0]}")
    ] = None,
) -> str:
    return chosen(accept_language)


Language = Annotated[str, Depends(_wanted)]
"""The language as a route's parameter."""
