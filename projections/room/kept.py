"""What was said in a room, as a row keeps it: an event as it stands now, or a refusal of its publisher's.

Texts that were read or written lately are kept parsed: a case is told from its beginning to each agency that comes in.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Generic, NamedTuple, TypeVar

import orjson

from domain.event import Effect

_T = TypeVar("_T")

LATELY = 10_000
"""Texts that are kept parsed."""


class Kept(NamedTuple):
    """An event as it stands now, or with `code` a refusal of its publisher's; JSON in `RoomRow.kept`."""

    pos: int
    at: str
    id: str
    publisher: str
    type: str
    time: str
    unit: str
    actor: str
    data: Mapping[str, Any]
    effects: tuple[Effect, ...]
    marks: tuple[str, ...] = ()
    code: str = ""


class Lately(Generic[_T]):
    """What texts mean, for those that were read or written lately. A value is never changed."""

    def __init__(self, parse: Callable[[str], _T]) -> None:
        self._parse = parse
        self._known: dict[str, _T] = {}

    def read(self, text: str) -> _T:
        """What the text means."""
        known = self._known.get(text)
        return self.know(text, self._parse(text)) if known is None else known

    def know(self, text: str, value: _T) -> _T:
        """The value, which the text means."""
        if len(self._known) >= LATELY:
            self._known.clear()
        self._known[text] = value
        return value


def _parse(text: str) -> Kept:
    *said, effects, marks, code = orjson.loads(text)
    return Kept._make((*said, tuple(Effect(kind, data) for kind, data in effects), tuple(marks), code))


_LATELY = Lately(_parse)
read = _LATELY.read


def written(kept: Kept) -> str:
    """As a row keeps it."""
    text = orjson.dumps([*kept[:9], [[each.type, each.data] for each in kept.effects], kept.marks, kept.code]).decode()
    _LATELY.know(text, kept)
    return text
