"""Every view of the ledger; a new view is one file and one line here.

`rooms` comes first: it says what each agency is told, which `access`, `timeline` and the desks fold.
"""

from __future__ import annotations

from typing import Any, cast

from projections import access, duties, reference, refusals, room, submissions, timeline
from projections.desk import Desk
from projections.desks import (
    board,
    care,
    caseload,
    custody,
    exhibits_by_defendant,
    investigation,
    links,
    prosecution,
    referrals,
    worklist,
)
from projections.engine import View

_FILES: tuple[Any, ...] = (
    caseload, referrals, worklist, care, links, custody, exhibits_by_defendant, investigation, prosecution, board,
)  # fmt: skip
DESKS: dict[str, Desk] = {file.name: Desk(file) for file in _FILES}
"""What one agency is told of one stream, folded."""

_TOLD = (access, timeline)
_OTHERS = (submissions, reference, duties, refusals)

ROOMS = room.name
_ALL = cast(tuple[View, ...], (room, *_TOLD, *DESKS.values(), *_OTHERS))
VIEWS: dict[str, View] = {view.name: view for view in _ALL}
NEEDS_ROOMS = frozenset((*DESKS, access.name, timeline.name))
"""Views that fold what `rooms` says: they are never folded without it."""


def with_rooms(names: tuple[str, ...]) -> tuple[str, ...]:
    """The views in the order in which they are folded, with the rooms where one of them needs these."""
    wanted = {*names, ROOMS} if not NEEDS_ROOMS.isdisjoint(names) else {*names}
    return tuple(name for name in VIEWS if name in wanted)
