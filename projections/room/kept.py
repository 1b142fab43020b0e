"""What was said in a room, as a row keeps it: an event as it stands now, or a refusal of its publisher's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import orjson

from domain.event import Effect


class Kept(NamedTuple):
    """An event as it stands now, or with `code` a refusal of its publisher's; as `RoomRow.kept` holds it."""

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


def written(kept: Kept) -> str:
    """As a table has it: a JSON array."""
    return orjson.dumps([*kept[:9], [[each.type, each.data] for each in kept.effects], kept.marks, kept.code]).decode()


def read(found: list[Any]) -> Kept:
    """What was written, from the parsed array."""
    *said, effects, marks, code = found
    return Kept._make((*said, tuple(Effect(kind, data) for kind, data in effects), tuple(marks), code))
