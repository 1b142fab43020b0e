"""A desk is a pure fold of what one agency is told of one stream; here it becomes a view that the engine keeps.

A desk's file names its row model, the event and effect types that it folds, and `evolve`. It never sees another
agency's rows nor a field that its agency is not granted. What was misfiled, and what still waits for an approval, is
not handed to it (a desk that folds `ledger.ApprovalAwaited` is told what waits).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple, Protocol

from domain.stages.ledger.approvals import AWAITED
from projections.engine import Gone, Key, Row
from projections.entry import Entry
from projections.told import HELD, MISFILED, REFUSED, Told

NEVER = "9999-12-31T23:59:59.999999Z"
"""In a column of times that is searched or sorted: no time is set."""


class Listed(NamedTuple):
    """How `infra.api.desks` lists a desk's rows; a desk without it is shown by a route of its own.

    `filters` are columns that a reader can ask for, beside the key's and the case. `waits` is the column that says by
    when somebody has to act: `NEVER` where no time is set, '' once nothing waits any more. Rows are then listed by it,
    those for which nothing waits only when they are asked for, and one whose time is past is overdue. `hidden` serves
    the fold alone. `of_person` are counts of a person (`case_id`, `victim_id`) that are also given over all cases that
    confirmed links join and of which the agency has rows. A row whose column `shown_by` is empty serves
    the fold alone.
    """

    filters: tuple[str, ...] = ()
    waits: str = ""
    hidden: tuple[str, ...] = ()
    of_person: tuple[str, ...] = ()
    shown_by: str = ""


class DeskFile(Protocol):
    """What a desk's file holds. Where it has them: `indexed`, `version`, `by_category`, and `listed`."""

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
        self.listed: Listed | None = getattr(file, "listed", None)
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
        """The stream, when anybody may be told something for this desk."""
        for telling in entry.tellings:
            if telling.anew or not self._types.isdisjoint(telling.types):
                return (entry.case,)
        return ()

    def evolve(self, rows: Mapping[Key, Row], entry: Entry) -> Iterable[Row | Gone]:
        """Each agency's rows after what it is told."""
        types = self._types
        for agency, _, anew, told, said in entry.tellings:
            if not anew and types.isdisjoint(said):
                continue
            heard = [each for each in told if self.hears(each)]
            if heard or anew:
                mine = {key: row for key, row in rows.items() if key[0] == agency}
                yield from self._anew(mine, heard) if anew else self._after(mine, heard)

    def _after(self, mine: dict[Key, Row], heard: Iterable[Told]) -> Iterable[Row]:
        _, changed = self.fold(mine, heard)
        return [mine[key] for key in changed]

    def _anew(self, mine: Mapping[Key, Row], heard: Iterable[Told]) -> Iterable[Row | Gone]:
        after, _ = self.fold({}, heard)
        yield from (Gone(key) for key in mine.keys() - after.keys())
        yield from (row for key, row in after.items() if mine.get(key) != row)

    def fold(self, rows: dict[Key, Row], told: Iterable[Told]) -> tuple[dict[Key, Row], dict[Key, None]]:
        """One agency's rows of a stream after what it is told (the very `rows`, changed), and the keys that changed, in
        order."""
        changed = dict[Key, None]()
        evolve, keys = self.file.evolve, self.keys
        for each in told:
            for row in list(evolve(rows, each)):
                key = row[:keys]
                if rows.get(key) != row:
                    rows[key] = row
                    changed[key] = None
        return rows, changed
