"""What may stand in a field of an event: each kind is a type for the type checker and a form for the check at run time.

The classes in `tamga_client.events` are annotated with these kinds; `check_data` holds a value to them when an event is
made, so that what the schema forbids is an error here and not a refusal of the ledger.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, ClassVar, Literal, Union, get_args, get_origin, get_type_hints

from tamga_client.errors import InvalidEventError


@dataclass(frozen=True)
class Form:
    """A text matches the pattern as a whole; `real`, where given, raises ValueError for one that names no moment."""

    pattern: str
    real: Callable[[str], object] | None = None


@dataclass(frozen=True)
class Between:
    """A whole number is within both bounds."""

    least: int
    most: int


@dataclass(frozen=True)
class Items:
    """A list has so many items."""

    least: int
    most: int


_DAY = r"[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"

Id = Annotated[str, Form(r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$")]
"""A UUID in lower case (`random_id`)."""
Day = Annotated[str, Form(rf"^{_DAY}$", date.fromisoformat)]
"""`2026-03-02`."""
Instant = Annotated[str, Form(rf"^{_DAY}T[0-9]{{2}}:[0-9]{{2}}:[0-9]{{2}}\.[0-9]{{6}}Z$", datetime.fromisoformat)]
"""`2026-03-02T09:00:00.000000Z` (`instant`)."""
Month = Annotated[str, Form(r"^[0-9]{4}-(0[1-9]|1[0-2])$")]
"""`2026-03`."""
Year = Annotated[str, Form(r"^[0-9]{4}$")]
"""`2026`."""
AgencyId = Annotated[str, Form(r"^[a-z]{2,4}\.[a-z0-9_]{1,59}$")]
"""`mn.npa`."""
Pseudonym = Annotated[str, Form(r"^[A-Za-z0-9._:-]{1,64}$")]
"""An officer's or a unit's name within its agency, never a person's name."""
ExhibitNumber = Annotated[str, Form(r"^[A-Z0-9.-]{1,32}$")]
"""A number of an exhibit or of a document."""
Digest = Annotated[str, Form(r"^[A-Za-z0-9_-]{43}$")]
"""32 bytes, base64url without padding."""
Country = Annotated[str, Form(r"^[A-Z]{2}$")]
"""ISO 3166-1 alpha-2."""
Language = Annotated[str, Form(r"^[a-z]{3}$")]
"""ISO 639-3."""
Article = Annotated[str, Form(r"^[0-9]{1,3}(\.[0-9]{1,3}){0,3}$")]
"""An article of a law: `13.1`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EventData:
    """The data of one version of one event type. `TYPE` is its CloudEvents type."""

    TYPE: ClassVar[str]

    def __post_init__(self) -> None:
        """Raises `InvalidEventError` for a field that the schema forbids."""
        check_data(self)


def members(data: EventData) -> dict[str, Any]:
    """The fields that are there, as they stand in the event's `data`."""
    found = ((field.name, getattr(data, field.name)) for field in fields(data))
    return {name.rstrip("_"): _plain(value) for name, value in found if value is not None}


def check_data(data: EventData) -> None:
    """Raise `InvalidEventError` `data.invalid_value` for the first field whose value its kind does not allow."""
    for name, kind in _kinds(type(data)).items():
        wrong = next(_wrong(kind, getattr(data, name)), None)
        if wrong is not None:
            raise InvalidEventError("data.invalid_value", f"data.{name.rstrip('_')}", wrong)


def _kinds(of: type[EventData]) -> Mapping[str, Any]:
    if of.TYPE not in _KINDS:
        hints = get_type_hints(of, include_extras=True)
        _KINDS[of.TYPE] = {field.name: hints[field.name] for field in fields(of)}
    return _KINDS[of.TYPE]


_KINDS: dict[str, Mapping[str, Any]] = {}


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, Sequence) and not isinstance(value, str) else value


def _wrong(kind: Any, value: Any) -> Iterator[str]:
    """What is wrong with a value, without the value."""
    origin, arguments = get_origin(kind), get_args(kind)
    if origin in (Union, UnionType):
        if value is not None:
            yield from _wrong(next(each for each in arguments if each is not NoneType), value)
    elif origin is Annotated:
        yield from _wrong(arguments[0], value)
        for rule in arguments[1:]:
            yield from _breaks(rule, value)
    elif origin is Literal:
        if type(value) is not str or value not in arguments:
            yield f"is none of the codes: {', '.join(map(str, arguments[:12]))}{' …' if len(arguments) > 12 else ''}"
    elif origin is Sequence:
        if isinstance(value, str) or not isinstance(value, Sequence):
            yield "must be a list"
        else:
            for item in value:
                yield from _wrong(arguments[0], item)
    elif origin is Mapping:
        if not isinstance(value, Mapping):
            yield "must be an object"
    elif type(value) is not kind:
        yield f"must be {_WORDS[kind]}"


_WORDS = {str: "a text", int: "a whole number", bool: "True or False"}


def _breaks(rule: Form | Between | Items, value: Any) -> Iterator[str]:
    match rule:
        case Form(pattern, real):
            if isinstance(value, str) and not (_compiled(pattern).match(value) and _is_real(real, value)):
                yield f"is not written as this kind of value is: {pattern}"
        case Between(least, most):
            if type(value) is int and not least <= value <= most:
                yield f"must be from {least} to {most}"
        case Items(least, most):
            if isinstance(value, Sequence) and not least <= len(value) <= most:
                yield f"must have {least} to {most} items"


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    # `$` alone would let a line break stand at the end.
    return re.compile(pattern[:-1] + r"\Z" if pattern.endswith("$") else pattern)


def _is_real(real: Callable[[str], object] | None, value: str) -> bool:
    if real is None:
        return True
    try:
        real(value)
    except ValueError:
        return False
    return True
