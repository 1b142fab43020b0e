"""A point of the record is a position `<partition>-<pos>`, or an instant: then everything recorded by then.

An instant is compared with the registrar's clock at each entry, which never runs backwards within a partition, so both
name a beginning of the record. Used by `tamga show`, `tamga diff` and the API's `at`.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import NamedTuple

from infra import clock

_PLACE = re.compile(r"(0|[1-9][0-9]{0,3})-(0|[1-9][0-9]{0,15})")
PLACES = re.compile(rf"{_PLACE.pattern}(,{_PLACE.pattern})*")

EVERY_POSITION = 2**62
ALWAYS = "~"
"""Behind every instant, as text compares."""


class MomentError(ValueError):
    """A text that names no point of the record; the message says what does."""


class Moment(NamedTuple):
    """`places`: the last position of each named partition, empty for an instant; `at`: the instant, or ALWAYS."""

    places: dict[int, int]
    at: str

    def limit(self, partition: int) -> int:
        """The last position of a partition that belongs to it; -1 of a partition that was not named."""
        return self.places.get(partition, -1) if self.places else EVERY_POSITION

    def holds(self, partition: int, pos: int, at: str) -> bool:
        """Does an entry belong to it?"""
        return pos <= self.limit(partition) and at <= self.at


END = Moment({}, ALWAYS)
"""Everything that is recorded."""


def parse(text: str) -> Moment:
    """A position, several of different partitions (`0-17,1-4`), or an instant. Raises `MomentError`."""
    if PLACES.fullmatch(text):
        found = [(int(partition), int(pos)) for partition, pos in _PLACE.findall(text)]
        if len(dict(found)) < len(found):
            raise MomentError("a partition is named twice")
        return Moment(dict(found), ALWAYS)
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        instant = None
    # Ten characters: what is shorter, such as `20261127`, is read as a date by some and as a number by others.
    if instant is None or instant.tzinfo is None or len(text) <= 10 or instant.year < 1970:
        raise MomentError("neither a position such as 0-17 nor an instant such as 2026-11-27T08:00:00Z")
    return Moment({}, clock.stamp(instant))
