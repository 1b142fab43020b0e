"""What an entry says in a room: its event, the event that takes effect by it, and what it changes of earlier ones.

A correction, a dispute and a misfiling change how an earlier event stands; each by whoever may say it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from domain.stages.ledger.approvals import AWAITED, COMPLETED
from projections.engine import Key, Row
from projections.entry import Entry
from projections.room.kept import Kept, read
from projections.told import CORRECTED, DISPUTED, HELD, MISFILED

Place = tuple[int, int]
"""Position and number within it."""

_CORRECTION = "ledger.EventCorrected"
_ABOUT = {_CORRECTION: CORRECTED, "ledger.EventDisputed": DISPUTED, "ledger.EventMisfiled": MISFILED}


def parts(entry: Entry, rows: Mapping[Key, Row]) -> list[Kept]:
    """The event, and behind it the one that takes effect by it; or the refusal."""
    if entry.refused is not None:
        r = entry.refused
        return [Kept(entry.pos, r.at, r.event, r.publisher, r.type, r.at, "", "", {}, (), (), r.code)]
    assert entry.recorded is not None
    event, at, effects = entry.recorded.event, entry.recorded.at, entry.recorded.effects
    own = (event.id, event.publisher, event.type, event.time, event.unit, event.actor, event.data)
    if not effects:
        return [Kept(entry.pos, at, *own, ())]
    ends = next((i for i, effect in enumerate(effects, 1) if effect.type == COMPLETED), 0)
    marks = (HELD,) if any(effect.type == AWAITED for effect in effects) else ()
    said = [Kept(entry.pos, at, *own, effects[: ends or None], marks)]
    if ends:
        of = effects[ends - 1].data["of"]
        held = next(kept for _, kept in _naming(rows, {of}) if kept.id == of and HELD in kept.marks)
        said.append(held._replace(pos=entry.pos, at=at, effects=effects[ends:], marks=()))
    return said


def _naming(rows: Mapping[Key, Row], ids: set[Any]) -> Iterator[tuple[Place, Kept]]:
    """What names one of the ids: only these rows are parsed, as a stream may be long."""
    for key, each in rows.items():
        if key[1] >= 0 and any(one in each[-1] for one in ids):
            yield (key[1], key[2]), read(each[-1])


def remarked(rows: Mapping[Key, Row], parts: Iterable[Kept]) -> dict[Place, Kept]:
    """Earlier events as they stand after a correction, a dispute or a misfiling that takes effect."""
    changed: dict[Place, Kept] = {}
    for part in parts:
        mark = _ABOUT.get(part.type)
        if mark is None or HELD in part.marks or part.code:
            continue
        for at, found in _naming(rows, {part.data["of"]}):
            kept = changed.get(at, found)
            if _is_meant(part, kept, mark):
                changed[at] = _marked(kept, part, mark)
        if part.type == _CORRECTION:
            changed |= _undisputed(rows, changed)
    return changed


def _is_meant(about: Kept, kept: Kept, mark: str) -> bool:
    if kept.id != about.data["of"] or kept.code or HELD in kept.marks:
        return False
    if mark == DISPUTED or (mark == CORRECTED and about.data.get("successor")):
        return kept.publisher != about.publisher
    return kept.publisher == about.publisher


def _marked(kept: Kept, about: Kept, mark: str) -> Kept:
    marks = tuple(sorted({*kept.marks, mark}))
    if mark != CORRECTED:
        return kept._replace(marks=marks)
    replaced = frozenset(about.data.get("replaces", ()))
    data = {name: value for name, value in kept.data.items() if name not in replaced}
    marks = tuple(each for each in marks if each != DISPUTED)
    return kept._replace(data=data | dict(about.data.get("clear_values", {})), marks=marks)


def _undisputed(rows: Mapping[Key, Row], changed: Mapping[Place, Kept]) -> dict[Place, Kept]:
    """What a dispute was about, when the dispute itself is corrected away."""
    of = {kept.data.get("of") for kept in changed.values() if kept.type == "ledger.EventDisputed"} - {None}
    return {
        at: kept._replace(marks=tuple(mark for mark in kept.marks if mark != DISPUTED))
        for at, kept in _naming(rows, of)
        if kept.id in of and DISPUTED in kept.marks
    }


class History:
    """All that was said in a room, as it stands after an entry; parsed when somebody asks."""

    def __init__(self, rows: Mapping[Key, Row], changed: Mapping[Place, Kept]) -> None:
        self._rows, self._changed = rows, changed
        self._said: list[Kept] | None = None

    def said(self) -> list[Kept]:
        """In order."""
        if self._said is None:
            kept = {(key[1], key[2]): read(each[-1]) for key, each in self._rows.items() if key[1] >= 0}
            kept |= self._changed
            self._said = [kept[at] for at in sorted(kept)]
        return self._said
