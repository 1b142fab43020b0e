"""What an agency's desk was at an earlier point is a fold of its timeline up to there, and of nothing else.

The timeline keeps what the agency was told, epoch by epoch, and never changes, so the highest epoch that had begun by
then is all that it was allowed to see then. What it was not told is not in the timeline and can be in no answer. Called
by the API for one case and for lists.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, get_type_hints

import orjson

from projections import timeline
from projections.desk import Desk
from projections.engine import Row
from projections.told import JSON, Told


def told(agency: str, stream: str, texts: Iterable[str]) -> list[Told]:
    """What the agency was told of a stream: `told` of the rows of one epoch, in order."""
    found = (timeline.read(agency, stream, text) for text in texts)
    return [each for each in found if each is not None]


def rows(desk: Desk, said: Iterable[Told]) -> list[Row]:
    """The rows of a desk after what one agency was told of one stream, by key."""
    after, _ = desk.fold({}, [each for each in said if desk.hears(each)])
    return [after[key] for key in sorted(after)]


def document(desk: Desk, row: Row) -> dict[str, Any]:
    """A row by its columns, without the agency: JSON parsed, None where nothing is said."""
    found: dict[str, Any] = {}
    parsed = json_columns(desk)
    for name, value in zip(columns(desk), row, strict=True):
        if name != "agency":
            found[name] = orjson.loads(value) if name in parsed and value else value if value != "" else None
    return found


def columns(desk: Desk) -> tuple[str, ...]:
    """The names of a desk's columns, in order."""
    return tuple(get_type_hints(desk.row))


def json_columns(desk: Desk) -> frozenset[str]:
    """Those that hold JSON."""
    hints: Mapping[str, Any] = get_type_hints(desk.row, include_extras=True)
    return frozenset(name for name, hint in hints.items() if JSON in getattr(hint, "__metadata__", ()))
