"""The forms of the values in a registry record's `data`; each function returns the value or raises ValueError.

A reader of any version must come to the same answer, so nothing here asks the catalogue, the profile or a clock: the
form alone decides. Members that a record type does not name are not looked at. Used by the record rules of this folder.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from domain.profile import duration as iso_duration
from domain.record.entry import unb64u

TOKEN = re.compile(r"[A-Za-z0-9._:-]{1,64}\Z")
"""Units and officers' pseudonyms, as the envelope of an event has them."""

_INSTANT = re.compile(r"(?:19|20)\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z\Z", re.ASCII)
_TYPE = re.compile(r"[a-z_]{1,64}\.[A-Za-z]{1,64}\Z")
_NAME = re.compile(r"[a-z0-9_]{1,64}\Z")
_DURATION = re.compile(r"[PTDHMS0-9]{3,20}\Z", re.ASCII)

LONGEST = timedelta(days=36_525)
"""A century: no deadline is longer, and an instant moved by it stays one that can be written."""


class Basis(NamedTuple):
    """The law that a mandate rests on: the text's code and the article in it."""

    text: str
    article: str


class Period(NamedTuple):
    """Instants (UTC, six decimals) from the first on and before the second; None: no bound."""

    begins: str | None
    ends: str | None

    def holds(self, at: str | None) -> bool:
        """Whether `at` lies in it; without an instant nothing is compared."""
        if at is None:
            return True
        return (self.begins is None or self.begins <= at) and (self.ends is None or at < self.ends)


ALWAYS = Period(None, None)


def text(value: object) -> str:
    """A text of 1 to 256 characters."""
    if not isinstance(value, str) or not 0 < len(value) <= 256:
        raise ValueError("no text")
    return value


def token(value: object) -> str:
    """A unit or an officer's pseudonym."""
    return _matching(value, TOKEN)


def name(value: object) -> str:
    """The name of a deadline, or a grade of one."""
    return _matching(value, _NAME)


def texts(value: object) -> frozenset[str]:
    """A list of texts."""
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise ValueError("no list of texts")
    return frozenset(value)


def types(value: object) -> frozenset[str]:
    """A list of short type names (`referral.ReferralAccepted`), one at least."""
    found = texts(value)
    if not found or not all(_TYPE.match(item) for item in found):
        raise ValueError("no list of types")
    return found


def instant(value: object) -> str:
    """A moment: UTC, six decimals, `Z`."""
    found = _matching(value, _INSTANT)
    datetime.fromisoformat(found)
    return found


def period(data: Mapping[str, Any], begins: str, ends: str) -> Period:
    """The period that two members of `data` give, either of which may be absent. It must not be empty."""
    found = Period(*(instant(data[member]) if member in data else None for member in (begins, ends)))
    if found.begins is not None and found.ends is not None and found.begins >= found.ends:
        raise ValueError("a period that ends before it begins")
    return found


def basis(value: object) -> Basis:
    """The legal basis: `{"text": …, "article": …}`."""
    if not isinstance(value, dict) or value.keys() != {"text", "article"}:
        raise ValueError("no legal basis")
    return Basis(text(value["text"]), text(value["article"]))


def key_id(value: object) -> str:
    """1 to 128 characters."""
    if not isinstance(value, str) or not 0 < len(value) <= 128:
        raise ValueError("no key id")
    return value


def public_key(value: object) -> bytes:
    """An Ed25519 public key: 32 bytes, base64url."""
    public = unb64u(value) if isinstance(value, str) else b""
    if len(public) != 32:
        raise ValueError("no public key")
    return public


def duration(value: object) -> timedelta:
    """An ISO 8601 duration of days, hours, minutes and seconds, longer than nothing and at most a century."""
    try:
        found = iso_duration(_matching(value, _DURATION))
    except OverflowError:
        raise ValueError("too long") from None
    if not timedelta() < found <= LONGEST:
        raise ValueError("no duration of a deadline")
    return found


def _matching(value: object, form: re.Pattern[str]) -> str:
    if not isinstance(value, str) or not form.match(value):
        raise ValueError("another form")
    return value
