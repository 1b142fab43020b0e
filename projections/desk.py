"""A desk is a pure fold of what one agency is told of one stream; here it becomes a view that the engine keeps.

A desk's file names its row model, the event and effect types that it folds, and `evolve`. It never sees another
agency's rows nor a field that its agency is not granted. What was misfiled, and what still waits for an approval, is
not handed to it (a desk that folds `ledger.ApprovalAwaited` is told what waits).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from domain.stages.ledger.approvals import AWAITED
from projections.engine import Gone, Key, Row
from projections.entry import Entry
from projections.told import HELD, MISFILED, REFUSED, Telling, Told


class DeskFile(Protocol):
    """What a desk's file holds."""

    name: str
    row: type[Row]
    keys: int
    types: frozenset[str]

    def evolve(self, rows: Mapping[Key, Row], told: Told) -> Iterable[Row]:
        """The rows of one agency and stream that are new or changed by what it is told."""
        ...


class Desk:
    """A desk as a view: rows of all agencies of a stream are loaded together, and folded each by itself."""

    group = "case_id"
    reads = "case"

    def __init__(self, file: Any) -> None:
        self.file: DeskFile = file
        self.name, self.row, self.keys = self.file.name, self.file.row, self.file.keys
        self.indexed: tuple[str, ...] = getattr(file, "indexed", ())
        self.version: int = getattr(file, "version", 1)
        self._types = self.file.types
        self._refusals, self._waiting = REFUSED in self._types, AWAITED in self._types
        self._category: bool = getattr(file, "by_category", False)

    def hears(self, told: Told) -> bool:
        """Is it something that this desk folds?"""
        if told.marks and (MISFILED in told.marks or (HELD in told.marks and not self._waiting)):
            return False
        if told.relation == "category" and not self._category:
            return False
        if told.code:
            return self._refusals
        return told.type in self._types or any(effect.type in self._types for effect in told.effects)

    def groups(self, entry: Entry) -> Iterable[str]:
        """The stream, when anybody is told something for this desk."""
        for telling in entry.tellings:
            if telling.anew or any(map(self.hears, telling.told)):
                return (entry.case,)
        return ()

    def evolve(self, rows: Mapping[Key, Row], entry: Entry) -> Iterable[Row | Gone]:
        """Each agency's rows after what it is told."""
        for telling in entry.tellings:
            yield from self._after(rows, telling)

    def _after(self, rows: Mapping[Key, Row], telling: Telling) -> Iterable[Row | Gone]:
        told = [each for each in telling.told if self.hears(each)]
        if not told and not telling.anew:
            return
        mine = {key: row for key, row in rows.items() if key[0] == telling.agency}
        after, changed = self.fold({} if telling.anew else mine, told)
        for key in mine.keys() - after.keys() if telling.anew else ():
            yield Gone(key)
        for key in changed:
            if mine.get(key) != after[key]:
                yield after[key]

    def fold(self, rows: Mapping[Key, Row], told: Iterable[Told]) -> tuple[dict[Key, Row], dict[Key, None]]:
        """One agency's rows of a stream after what it is told, and the keys that changed, in order."""
        after, changed = dict(rows), dict[Key, None]()
        for each in told:
            for row in self.file.evolve(after, each):
                key = tuple(row[: self.keys])
                after[key] = tuple(row)
                changed[key] = None
        return after, changed
