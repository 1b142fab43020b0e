"""A case from its first entry, read from the index and folded in memory: what every agency's views were at any point.

Views whose rows are of one stream are a function of what was said of that stream, so the entries of a case are enough;
the folds are those of the projector. Used by `tamga diff`, `tamga show --at` and the retry of a parked case.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import orjson

from domain.partition import partition_of
from infra import view_tables
from infra.bootstrap import World
from infra.index import Index
from infra.moment import Moment, MomentError
from projections.all_views import VIEWS, with_rooms
from projections.engine import Group, Key, Row, View, fold
from projections.entry import Entry, read_body

OF_A_STREAM = ("stream", "case_id")
"""Columns by which a view's rows are folded together when they are of one stream."""


class Said(NamedTuple):
    """Everything that was said of a case: its partition, and (pos, body) in order."""

    case: str
    partition: int
    entries: list[tuple[int, bytes]]

    def until(self, moment: Moment) -> Said:
        """What had been said by then. Raises `MomentError` for a position of another partition."""
        if moment.places and set(moment.places) != {self.partition}:
            named = ", ".join(f"{partition}-{pos}" for partition, pos in moment.places.items())
            raise MomentError(f"the case is on partition {self.partition}, and {named} is not a position of it alone")
        held = [(pos, body) for pos, body in self.entries if moment.holds(self.partition, pos, recorded_at(body))]
        return self._replace(entries=held)


def recorded_at(body: bytes) -> str:
    """The registrar's clock at an entry."""
    at: str = orjson.loads(body)["ledger"]["at"]
    return at


def said_of(world: World, case: str) -> Said:
    """Everything that is recorded of a case, as far as the index reaches. Raises `OperationalError`."""
    partition = partition_of(case, world.registry.registry.partitions)
    index = Index(world.pool, world.settings.topics.ledger, partition)
    index.head()
    return Said(case, partition, index.history(case))


def entries_of(world: World, said: Said) -> Iterator[Entry]:
    """The entries as the folds read them."""
    for pos, body in said.entries:
        yield read_body(body, pos, said.partition, world.registry.registry)


def views_of_a_case() -> tuple[str, ...]:
    """The views whose rows are of one stream."""
    return tuple(name for name, view in VIEWS.items() if view.group in OF_A_STREAM)


class Change(NamedTuple):
    """A row that an entry has made (`before` None), changed, or removed (`after` None)."""

    view: str
    key: Key
    before: Row | None
    after: Row | None


class CaseFold:
    """The rows of a case in some views, with the rooms that they fold, entry by entry."""

    def __init__(self, case: str, views: Sequence[str], skipped: Mapping[str, frozenset[int]] | None = None) -> None:
        self._case, self._views = case, frozenset(views)
        self._skipped = skipped or {}
        self.groups: dict[str, dict[str, Group]] = {name: defaultdict(dict) for name in with_rooms(tuple(views))}

    def take(self, entry: Entry) -> list[Change]:
        """What the entry changes in the views that were asked for. Raises `CannotFoldError`."""
        found: list[Change] = []
        for name, groups in self.groups.items():
            # Only what the entry touches: the rows of a long case are many.
            before = dict(groups[self._case]) if name in self._views and _touches(VIEWS[name], entry) else None
            fold(VIEWS[name], groups, [entry], None, self._skipped.get(name, frozenset()))
            if before is not None:
                found += _changes(name, before, groups[self._case])
        return found

    def take_all(self, entries: Iterable[Entry]) -> None:
        """Fold them. Raises `CannotFoldError`."""
        every = list(entries)
        for name, groups in self.groups.items():
            fold(VIEWS[name], groups, every, None, self._skipped.get(name, frozenset()))

    def rows(self, view: str) -> list[Row]:
        """The rows of a view, by key."""
        group = self.groups[view][self._case]
        return [group[key] for key in sorted(group)]


def skipped_of(world: World, partition: int) -> dict[str, frozenset[int]]:
    """What somebody has decided to leave out, by view."""
    with world.pool.connection() as c:
        return view_tables.skipped(c, partition)


def _touches(view: View, entry: Entry) -> bool:
    return any(True for _ in view.groups(entry))


def _changes(view: str, before: Group, after: Group) -> Iterator[Change]:
    for key in sorted({*before, *after}):
        was, now = before.get(key), after.get(key)
        if was != now:
            yield Change(view, key, was, now)


def row_document(view: View, row: Row) -> dict[str, Any]:
    """A row by its columns."""
    return dict(zip((name for name in view.row._fields), row, strict=True))  # type: ignore[attr-defined]
