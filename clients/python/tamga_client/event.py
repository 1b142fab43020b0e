"""An event is a CloudEvents 1.0.2 JSON object; what the ledger would refuse for its form is an error here.

The signed bytes are I-JSON (RFC 7493): no fraction, no number beyond 2^53-1, no lone surrogate, no U+0000, at most 16
levels, at most 40 KiB. Error codes are those of the ledger's own refusals. Asked by `signing` and `outbox`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tamga_client.errors import InvalidEventError
from tamga_client.ids import instant, new_id
from tamga_client.values import EventData, members

MAX_EVENT = 40 * 1024
"""Bytes of the longest event."""
MAX_DEPTH = 16
MAX_INTEGER = 2**53 - 1

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\Z")
_WORD = re.compile(r"[A-Za-z0-9._:-]{1,64}\Z")
_FORMS = {
    "id": (_UUID, "a UUID in lower case"),
    "stream": (_UUID, "a UUID in lower case: the case's id, or another stream's"),
    "unit": (_WORD, "1 to 64 of the characters A-Z a-z 0-9 . _ : -"),
    "actor": (
        _WORD,
        "1 to 64 of the characters A-Z a-z 0-9 . _ : - : a pseudonym, never a name",
    ),
    "time": (
        re.compile(r"(?:19|20)\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z\Z", re.ASCII),
        "UTC with six decimals and Z, as `instant()` writes it",
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One event. `stream` is the id of its case (or person, body, programme), `unit` and `actor` who acted within the
    agency, `time` when it happened (a moment with a time zone, or as `instant` writes it).

    Raises `InvalidEventError`.
    """

    data: EventData
    stream: str
    unit: str
    actor: str
    id: str = field(default_factory=new_id)
    time: str | datetime = field(default_factory=instant)

    def __post_init__(self) -> None:
        if isinstance(self.time, datetime):
            object.__setattr__(self, "time", _written(self.time))
        for name, (form, wanted) in _FORMS.items():
            value = getattr(self, name)
            if not isinstance(value, str) or not form.match(value):
                raise InvalidEventError("envelope.invalid_attribute", name, f"must be {wanted}")
        try:
            datetime.fromisoformat(str(self.time))
        except ValueError:
            raise InvalidEventError("envelope.invalid_attribute", "time", "there is no such moment") from None

    def payload(self, agency: str) -> bytes:
        """The bytes that are signed, as an event of this agency. Raises `InvalidEventError`."""
        envelope = {"specversion": "1.0", "id": self.id, "source": agency, "type": self.data.TYPE}
        envelope |= {"subject": self.stream, "time": str(self.time), "unit": self.unit, "actor": self.actor}
        return encoded({**envelope, "data": members(self.data)})


def encoded(value: Mapping[str, Any]) -> bytes:
    """I-JSON, members sorted, no spaces. Raises `InvalidEventError` `json.*` or `event.too_large`."""
    _check(value, "", 1)
    found = json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()
    if len(found) > MAX_EVENT:
        raise InvalidEventError(
            "event.too_large",
            "",
            f"it has {len(found)} bytes and may have {MAX_EVENT}: one event says one thing, files stay outside",
        )
    return found


def _written(moment: datetime) -> str:
    try:
        return instant(moment)
    except ValueError as error:
        raise InvalidEventError("envelope.invalid_attribute", "time", str(error)) from None


def _check(value: Any, path: str, depth: int) -> None:
    match value:
        case bool() | None:
            return
        case str():
            _check_text(value, path)
        case int():
            if abs(value) > MAX_INTEGER:
                raise InvalidEventError("json.integer_range", path, "a whole number is within ±(2^53-1)")
        case float():
            raise InvalidEventError("json.float", path, "no fractions: write a whole number of a smaller unit")
        case Mapping() | list() | tuple():
            if depth > MAX_DEPTH:
                raise InvalidEventError("json.depth", path, f"nested deeper than {MAX_DEPTH} levels")
            _check_members(value, path, depth)
        case _:
            raise InvalidEventError("json.syntax", path, f"{type(value).__name__} is no kind of JSON value")


def _check_members(value: Any, path: str, depth: int) -> None:
    if not isinstance(value, Mapping):
        for item in value:
            _check(item, path, depth + 1)
        return
    for name, member in value.items():
        if not isinstance(name, str):
            raise InvalidEventError("json.syntax", path, "a member's name is a text")
        _check_text(name, path)
        _check(member, f"{path}.{name}" if path else name, depth + 1)


def _check_text(text: str, path: str) -> None:
    if "\x00" in text:
        raise InvalidEventError("json.nul", path, "U+0000 may not stand in a text")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise InvalidEventError("json.lone_surrogate", path, "a lone surrogate is no character") from None
