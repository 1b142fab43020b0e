"""A clear field holds one of a few kinds of value, and nothing that a kind does not describe.

A kind is a name in the catalogue's `values` or a code list. Each becomes an annotated type that pydantic checks
strictly, from JSON already parsed: no coercion, no trimming, canonical spelling only (an id has one spelling, so it can
be compared as a string). Called by `domain.catalogue` when it makes the models.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, StringConstraints

from domain.codes import codes
from domain.profile import DEADLINES

_UUID = r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"
_DAY = r"[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
_WORD = r"^[A-Za-z0-9._:-]{1,64}$"
_FIELD_NAME = r"^[a-z][a-z0-9_]{0,60}$"
_LARGEST = 2**53 - 1


def _valid_day(text: str) -> str:
    date.fromisoformat(text)
    return text


def _valid_instant(text: str) -> str:
    datetime.fromisoformat(text)
    return text


def _text(pattern: str, valid: Callable[[str], str] | None = None) -> Any:
    shaped = Annotated[str, StringConstraints(pattern=pattern)]
    return shaped if valid is None else Annotated[shaped, AfterValidator(valid)]


_KINDS: Mapping[str, Any] = {
    "id": _text(_UUID),
    "event": _text(_UUID),
    "number": _text(r"^[A-Z0-9.-]{1,32}$"),
    "agency": _text(r"^[a-z]{2,4}\.[a-z0-9_]{1,59}$"),
    "unit": _text(_WORD),
    "actor": _text(_WORD),
    "date": _text(rf"^{_DAY}$", _valid_day),
    "time": _text(rf"^{_DAY}T[0-9]{{2}}:[0-9]{{2}}:[0-9]{{2}}\.[0-9]{{6}}Z$", _valid_instant),
    "month": _text(r"^[0-9]{4}-(0[1-9]|1[0-2])$"),
    "year": _text(r"^[0-9]{4}$"),
    "int": Annotated[int, Field(ge=-_LARGEST, le=_LARGEST)],
    "bool": bool,
    "country": _text(r"^[A-Z]{2}$"),
    "language": _text(r"^[a-z]{3}$"),
    "article": _text(r"^[0-9]{1,3}(\.[0-9]{1,3}){0,3}$"),
    "version": _text(r"^[0-9A-Za-z.-]{1,20}$"),
    "tag": _text(r"^[A-Za-z0-9_-]{43}$"),
    # In a list, `-` stands for none; other kinds that a list may leave out take it already.
    "tag_or_none": _text(r"^([A-Za-z0-9_-]{43}|-)$"),
    "seal": _text(r"^[A-Z0-9-]{1,32}$"),
    "indicator_value": _text(r"^[A-Z][0-9]{1,2}(/[A-Za-z0-9._:-]{1,64})?=([0-9]{1,15}|suppressed)$"),
    "ledger_head": _text(r"^[0-9]{1,9}-[0-9]{1,15}-[A-Za-z0-9_-]{43}$"),
    "type_name": _text(r"^[a-z]{1,20}\.[A-Za-z]{1,60}$"),
    "refusal_code": _text(r"^[a-z][a-z0-9_]{0,40}\.[a-z][a-z0-9_]{0,60}$"),
    "rule_name": _text(r"^[a-z][a-z ,'_-]{0,80}$"),
    "field_name": _text(_FIELD_NAME),
    # The names are checked here, each value by the type that it is a field of: `domain.catalogue.check_values`.
    "fields": dict[_text(_FIELD_NAME), Any],  # type: ignore[misc]
}

# Digests of disclosures and decoys, RFC 9901: SHA-256 as 43 characters of base64url.
Digests = list[Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{43}$")]]


def value_type(kind: str) -> Any:
    """The strict annotated type of a value kind or code list. Raises KeyError for a kind that nothing defines."""
    if kind in _KINDS:
        return _KINDS[kind]
    listed = DEADLINES if kind == "deadline" else codes(kind)
    if listed is None:
        raise KeyError(f"the catalogue names a value kind that nothing defines: {kind}")
    return Literal[tuple(sorted(listed))]
