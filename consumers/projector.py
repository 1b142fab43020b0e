"""The projector folds effective entries into every view; rows and positions are written in one transaction.

What has come on all partitions goes through all views as one batch, the rooms first, since they say what each agency is
told: load the rows of all groups that are not in memory, fold; then write what changed and move the heads, while the
next batch is folded. All views of a partition stand at one head. Groups used lately stay in memory, those of the last
batch always, so that nothing is loaded that is yet to be written: the projector is the only writer while its heads
move. A view that a rebuild has switched is opened anew.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

from domain.record.chain import Head, Placed
from domain.registry import Registry
from projections.all_views import NEEDS_ROOMS, ROOMS
from projections.engine import BEHIND, Group, Key, Parked, Row, View, fold
from projections.entry import Entry, read

CACHED_ROWS = 8_000
"""Of one view and partition."""


class GapError(Exception):
    """A view stands further back than this projector left it, as its database lost commits: read on from its head."""


class Table(Protocol):
    """A view's table as the projector uses it; `c` is an open transaction."""

    view: View
    table: str

    def head(self, c: Any, partition: int) -> tuple[str, Head]: ...
    def parked(self, c: Any) -> set[str]: ...
    def skipped(self, c: Any, partition: int) -> Container[int]: ...


class NotFolded(NamedTuple):
    """An entry that a view could not fold: what is behind it in its stream waits for it."""

    stream: str
    partition: int
    pos: int
    reason: str


class Change(NamedTuple):
    """What a batch has changed in a table: keys that are gone, then rows that are new or others; and what is parked."""

    table: Any
    gone: list[Key]
    rows: list[Row]
    parked: list[NotFolded]


class Move(NamedTuple):
    """The heads of a partition: where each table's stood, and where all stand now."""

    partition: int
    before: Mapping[str, Head]
    after: Head


class Folded(NamedTuple):
    """A batch that is yet to be written."""

    changes: Sequence[Change]
    moves: Sequence[Move]

    def stuck(self) -> list[tuple[str, NotFolded]]:
        """(view, entry) of all that could not be folded, without what stands behind it."""
        return [
            (change.table.view.name, each) for change in self.changes for each in change.parked if each.reason != BEHIND
        ]


Load = Callable[[Any, "Mapping[Any, Sequence[str]]"], "dict[Any, dict[str, Group]]"]
"""(connection, groups by table): every row of these groups of each table, in one way there and back."""


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
        self._last: Iterable[str] = ()

    def missing(self, entries: Sequence[Entry]) -> list[str]:
        """The groups that these entries touch and that are not in memory; the others are now the latest used."""
        wanted = {name: None for entry in entries for name in self.view.groups(entry)}
        if self._appends:
            self._groups = OrderedDict((name, {}) for name in wanted)
            return []
        self._evict({*wanted, *self._last})
        self._last = wanted
        for name in wanted:
            if name in self._groups:
                self._groups.move_to_end(name)
        return [name for name in wanted if name not in self._groups]

    def fold(self, entries: Sequence[Entry], loaded: Mapping[str, Group]) -> Change:
        """What the entries change, with all that was missing `loaded`."""
        groups = self._groups
        groups.update(loaded)
        changed = fold(self.view, groups, entries, self.parked, self._skipped)
        rows = [groups[group][key] for some in (changed.made, changed.other) for group, key in some]
        fresh = [NotFolded(stream, self.partition, pos, reason) for stream, pos, reason in self.parked.fresh]
        self.parked.fresh.clear()
        return Change(self.table, [key for _, key in changed.gone], rows, fresh)

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


def folded(c: Any, batch: Sequence[Coming], registry: Registry, load: Load) -> Folded:
    """Fold a batch into the views of its partitions, which stand in memory behind it then.

    The batch before may still be under way to the database. When this or its writing fails, the views must be opened
    anew: what they hold in memory has then not happened. Raises `GapError` when entries between the views' head and the
    batch are missing.
    """
    lanes = [(coming, entries) for coming in batch if (entries := _entries(coming, registry))]
    changes: list[Change] = []
    for stage in (_rooms, _others):
        changes += _changes(c, [(live, entries) for coming, entries in lanes for live in stage(coming.views)], load)
    moves = [_move(coming) for coming, _ in lanes]
    for coming, _ in lanes:
        for live in coming.views:
            live.head = coming.after
    return Folded(changes, moves)


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


def _changes(c: Any, work: Sequence[tuple[LiveView, Sequence[Entry]]], load: Load) -> list[Change]:
    """What views of one stage change, by table: the rows of all of them are loaded at once."""
    missing = [live.missing(entries) for live, entries in work]
    wanted: dict[Any, list[str]] = {}
    for (live, _), names in zip(work, missing, strict=True):
        if names:
            wanted.setdefault(live.table, []).extend(names)
    loaded = load(c, wanted) if wanted else {}
    changes: dict[Any, Change] = {}
    for (live, entries), names in zip(work, missing, strict=True):
        found = live.fold(entries, {name: loaded[live.table][name] for name in names})
        change = changes.setdefault(live.table, Change(live.table, [], [], []))
        change.gone.extend(found.gone)
        change.rows.extend(found.rows)
        change.parked.extend(found.parked)
    return [change for change in changes.values() if change.gone or change.rows or change.parked]


def _move(coming: Coming) -> Move:
    heads = {live.table.table: live.head for live in coming.views}
    return Move(coming.views[0].partition, heads, coming.after)
