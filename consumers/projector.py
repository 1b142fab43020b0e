"""The projector folds effective entries into every view; rows and positions are written in one transaction.

What has come on all partitions goes through all views as one batch, the rooms first, since they say what each agency is
told: load the rows of all groups that are not in memory, fold, write what changed and move the heads, commit. All views
of a partition stand at one head. Groups used lately stay in memory, as the projector is the only writer while its heads
move. A view that a rebuild has switched is opened anew.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Container, Iterable, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

from domain.record.chain import Head, Placed
from domain.registry import Registry
from projections.all_views import NEEDS_ROOMS, ROOMS
from projections.engine import BEHIND, Changed, Group, Key, Parked, Row, View, fold
from projections.entry import Entry, read

CACHED_ROWS = 25_000
"""Of one view and partition."""


class GapError(Exception):
    """A view stands further back than this projector left it, as its database lost commits: read on from its head."""


class Table(Protocol):
    """A view's table as the projector uses it; `c` is an open transaction."""

    view: View
    table: str

    def head(self, c: Any, partition: int) -> tuple[str, Head]: ...
    def park(self, c: Any, partition: int, parked: Parked) -> None: ...
    def parked(self, c: Any) -> set[str]: ...
    def skipped(self, c: Any, partition: int) -> Container[int]: ...


class Change(NamedTuple):
    """What a batch has changed in a table: keys that are gone, and then rows that are new or others."""

    table: Any
    gone: list[Key]
    rows: list[Row]


class Move(NamedTuple):
    """The heads of a partition: where each table's stood, and where all stand now."""

    partition: int
    before: Mapping[str, Head]
    after: Head


class Store(Protocol):
    """Where views are kept: each call is one way there and back in the open transaction `c`."""

    def load(self, c: Any, wanted: Mapping[Any, Sequence[str]]) -> dict[Any, dict[str, Group]]:
        """Every row of these groups, by table."""
        ...

    def save(self, c: Any, changes: Iterable[Change], moves: Sequence[Move]) -> None:
        """Write and move all, or raise that this projector is stale."""
        ...


class LiveView:
    """One partition of a view being kept current: its table, its head, the groups in memory, what is parked.

    A row is of one partition. A LiveView is not shared between threads.
    """

    def __init__(self, table: Table, c: Any, partition: int) -> None:
        self.table, self.partition, self.view = table, partition, table.view
        self.parked = Parked(table.parked(c))
        self.head = table.head(c, partition)[1]
        self._skipped = table.skipped(c, partition)
        self._appends: bool = getattr(table.view, "appends", False)
        self._groups: OrderedDict[str, Group] = OrderedDict()

    def missing(self, entries: Sequence[Entry]) -> list[str]:
        """The groups that these entries touch and that are not in memory; the others are now the latest used."""
        wanted = {name: None for entry in entries for name in self.view.groups(entry)}
        if self._appends:
            self._groups = OrderedDict((name, {}) for name in wanted)
            return []
        self._evict(wanted)
        for name in wanted:
            if name in self._groups:
                self._groups.move_to_end(name)
        return [name for name in wanted if name not in self._groups]

    def fold(self, entries: Sequence[Entry], loaded: Mapping[str, Group]) -> tuple[list[Key], list[Row]]:
        """(keys that are gone, rows that are new or others) by these entries, with all that was missing `loaded`."""
        self._groups.update(loaded)
        changed: Changed = fold(self.view, self._groups, entries, self.parked, self._skipped)
        groups = self._groups
        rows = [groups[group][key] for some in (changed.made, changed.other) for group, key in some]
        return [key for _, key in changed.gone], rows

    def _evict(self, keep: Container[str]) -> None:
        held = sum(len(g) for g in self._groups.values()) if len(self._groups) > CACHED_ROWS // 16 else 0
        for name in list(self._groups) if held > CACHED_ROWS else ():
            if held <= CACHED_ROWS // 2:
                return
            if name not in keep:
                held -= len(self._groups.pop(name))


class Coming(NamedTuple):
    """What has come on one partition: its views, which stand at one head, what is effective, the head behind it."""

    views: Sequence[LiveView]
    placed: Sequence[Placed]
    after: Head


def project(c: Any, batch: Sequence[Coming], registry: Registry, store: Store) -> list[tuple[str, int, int, str]]:
    """Apply a batch to the views of its partitions in the open transaction; returns what could not be folded, without
    what stands behind it: (view, partition, position, reason).

    When the transaction fails, the views must be opened anew: what they hold in memory has then not happened. Raises
    `GapError` when entries between the views' head and the batch are missing.
    """
    lanes = [(coming, entries) for coming in batch if (entries := _entries(coming, registry))]
    changes: list[Change] = []
    for stage in (_rooms, _others):
        work = [(live, entries) for coming, entries in lanes for live in stage(coming.views)]
        changes += _folded(c, work, store)
    parked = [found for coming, _ in lanes for live in coming.views for found in _parked(c, live)]
    store.save(c, changes, [_move(coming) for coming, _ in lanes])
    for coming, _ in lanes:
        for live in coming.views:
            live.head = coming.after
    return parked


def _entries(coming: Coming, registry: Registry) -> list[Entry]:
    """What the views do not have yet."""
    first = coming.views[0]
    entries = [read(p, first.partition, registry) for p in coming.placed if p.entry.pos > first.head.pos]
    if entries and entries[0].pos != first.head.pos + 1:
        raise GapError(f"partition {first.partition}")
    return entries


def _rooms(views: Sequence[LiveView]) -> list[LiveView]:
    return [live for live in views if live.view.name == ROOMS]


def _others(views: Sequence[LiveView]) -> list[LiveView]:
    """The other views. What the rooms could not fold, they have told nobody: it is parked where that is folded."""
    lost = {stream for live in _rooms(views) for stream in live.parked.streams}
    others = [live for live in views if live.view.name != ROOMS]
    for live in others if lost else ():
        if live.view.name in NEEDS_ROOMS:
            live.parked.streams |= lost
    return others


def _folded(c: Any, work: Sequence[tuple[LiveView, Sequence[Entry]]], store: Store) -> list[Change]:
    """What views of one stage change: the rows of all of them are loaded at once."""
    missing = [live.missing(entries) for live, entries in work]
    wanted: dict[Any, list[str]] = {}
    for (live, _), names in zip(work, missing, strict=True):
        if names:
            wanted.setdefault(live.table, []).extend(names)
    loaded = store.load(c, wanted) if wanted else {}
    changes: dict[Any, Change] = {}
    for (live, entries), names in zip(work, missing, strict=True):
        gone, rows = live.fold(entries, {name: loaded[live.table][name] for name in names})
        change = changes.setdefault(live.table, Change(live.table, [], []))
        change.gone.extend(gone)
        change.rows.extend(rows)
    return [change for change in changes.values() if change.gone or change.rows]


def _parked(c: Any, live: LiveView) -> list[tuple[str, int, int, str]]:
    """Keep what the view could not fold."""
    if not live.parked.fresh:
        return []
    fresh = [(live.view.name, live.partition, pos, why) for _, pos, why in live.parked.fresh if why != BEHIND]
    live.table.park(c, live.partition, live.parked)
    return fresh


def _move(coming: Coming) -> Move:
    heads = {live.table.table: live.head for live in coming.views}
    return Move(coming.views[0].partition, heads, coming.after)
