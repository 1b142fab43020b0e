"""The projector folds effective entries into every view; rows and position are written in one transaction.

A batch of one partition goes through all views, the rooms first, since they say what each agency is told: load the rows
of its groups with one query each, fold in memory, write back with one statement each, move the heads, commit. All views
of a partition stand at one head. Groups used lately stay in memory, as the projector is the only writer while its heads
move. A view that a rebuild has switched is opened anew.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Container, Sequence
from typing import Any, Protocol

from domain.record.chain import Head, Placed
from domain.registry import Registry
from projections.all_views import NEEDS_ROOMS, ROOMS
from projections.engine import BEHIND, Group, Key, Parked, Row, View, fold
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
    def load(self, c: Any, groups: Sequence[str]) -> dict[str, Group]: ...
    def remove(self, c: Any, gone: Sequence[Key]) -> None: ...
    def copy(self, c: Any, rows: Sequence[Row]) -> None: ...
    def write(self, c: Any, rows: Sequence[Row]) -> None: ...
    def park(self, c: Any, partition: int, parked: Parked) -> None: ...
    def parked(self, c: Any) -> set[str]: ...
    def skipped(self, c: Any, partition: int) -> Container[int]: ...


Move = Callable[[Any, int, "dict[str, Head]", Head], None]
"""(transaction, partition, head of each table before, head after): moves all or raises that this projector is stale."""


class LiveView:
    """One partition of a view being kept current: its table, its head, the groups in memory, what is parked.

    A row is of one partition, so partitions are kept current side by side; a LiveView is not shared between threads.
    """

    def __init__(self, table: Table, c: Any, partition: int) -> None:
        self.table, self.partition = table, partition
        self.parked = Parked(table.parked(c))
        self.head = table.head(c, partition)[1]
        self._skipped = table.skipped(c, partition)
        self._appends: bool = getattr(table.view, "appends", False)
        self._groups: OrderedDict[str, Group] = OrderedDict()

    def apply(self, c: Any, entries: Sequence[Entry]) -> list[tuple[str, int, str]]:
        """Fold a batch and write it in the open transaction; returns what could not be folded: (view, position,
        reason), without what stands behind it."""
        view = self.table.view
        groups = self._load(c, {g for e in entries for g in view.groups(e)})
        changed = fold(view, groups, entries, self.parked, self._skipped)
        self.table.remove(c, [key for _, key in changed.gone])
        self.table.copy(c, [groups[group][key] for group, key in changed.made])
        self.table.write(c, [groups[group][key] for group, key in changed.other])
        fresh = [(view.name, pos, reason) for _, pos, reason in self.parked.fresh if reason != BEHIND]
        self.table.park(c, self.partition, self.parked)
        return fresh

    def _load(self, c: Any, wanted: set[str]) -> dict[str, Group]:
        if self._appends:
            return {name: {} for name in wanted}
        missing = [g for g in wanted if g not in self._groups]
        for name, rows in self.table.load(c, missing).items():
            self._groups[name] = rows
        for name in wanted:
            self._groups.move_to_end(name)
        self._evict(wanted)
        return self._groups

    def _evict(self, keep: set[str]) -> None:
        held = sum(len(g) for g in self._groups.values()) if len(self._groups) > CACHED_ROWS // 16 else 0
        for name in list(self._groups) if held > CACHED_ROWS else ():
            if held <= CACHED_ROWS // 2:
                return
            if name not in keep:
                held -= len(self._groups.pop(name))


def project(
    c: Any, views: Sequence[LiveView], placed: Sequence[Placed], after: Head, registry: Registry, *, move: Move
) -> list[tuple[str, int, str]]:
    """Apply a batch to the views of its partition, which stand at one head, in the open transaction; returns what could
    not be folded, as `LiveView.apply` does.

    When the transaction fails, the views must be opened anew: what they hold in memory has then not happened. Raises
    `GapError` when entries between the views' head and the batch are missing.
    """
    partition, before = views[0].partition, views[0].head
    entries = [read(p, partition, registry) for p in placed if p.entry.pos > before.pos]
    if not entries:
        return []
    if entries[0].pos != before.pos + 1:
        raise GapError(f"partition {partition}")
    lost: set[str] = set()
    parked: list[tuple[str, int, str]] = []
    for live in views:
        if lost and live.table.view.name in NEEDS_ROOMS:
            live.parked.streams |= lost
        parked += live.apply(c, entries)
        if live.table.view.name == ROOMS:
            lost = live.parked.streams
    move(c, partition, {live.table.table: live.head for live in views}, after)
    for live in views:
        live.head = after
    return parked
