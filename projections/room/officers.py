"""Who of each agency may read its rows of a case: the rows of `access`, as the room has them."""

from __future__ import annotations

from collections.abc import Iterable

from projections.access import AccessRow
from projections.room.state import DENIED, Room


def access(room: Room, stream: str) -> Iterable[AccessRow]:
    """A row for every member."""
    level = room.restriction[0] if room.restriction is not None else ""
    if not level and not {*room.accused} <= {*room.cleared}:
        level = "official_accused"
    for agency, (epoch, _, standing) in room.members.items():
        assigned = sorted({officer for holder, officer in room.assigned.values() if holder == agency})
        recused = [officer for holder, officer in room.recused if holder == agency]
        units = room.units.get(agency, ())
        lists = (_list(units), _list(assigned), _list(recused))
        yield AccessRow(agency, stream, standing, level, epoch, int(standing != DENIED), *lists)


def _list(names: Iterable[str]) -> str:
    """`|a|b|`, searched by `|a|`; '' when there is none."""
    return "".join(f"|{each}" for each in names) + "|" if names else ""
