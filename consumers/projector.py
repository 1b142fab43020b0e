"""The projector folds effective entries into every view; rows and position are written in one transaction.

A batch of one partition goes through all views: load the rows of its groups with one query each, fold in memory, write
back with one statement each, move the heads, commit. Groups used lately stay in memory, as the projector is the only
writer while its heads move. A view that a rebuild has switched is opened anew.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Any, Protocol

from domain.record.chain import Head, Placed
from projections.engine import Group, Key, Parked, View, fold
from projections.entry import Entry, read

CACHED_ROWS = 100_000


class GapError(Exception):
    """A view stands further back than this projector left it, as its database lost commits: read on from its head."""


class Table(Protocol):
    """A view's table as the projector uses it; `c` is an open transaction."""

    view: View
    table: str

    def head(self, c: Any, partition: int) -> tuple[str, Head]: ...
    def load(self, c: Any, groups: Sequence[str]) -> dict[str, Group]: ...
    def write(self, c: Any, rows: Sequence[tuple[Any, ...]]) -> None: ...
    def park(self, c: Any, partition: int, parked: Parked) -> None: ...
    def parked(self, c: Any) -> set[str]: ...


Move = Callable[[Any, int, "dict[str, Head]", Head], None]
"""(transaction, partition, head of each table before, head after): moves all or raises that this projector is stale."""


class LiveView:
    """One view being kept current: its table, its heads, the groups in memory, what is parked."""

    def __init__(self, table: Table, c: Any, partitions: int) -> None:
        self.table = table
        self.parked = Parked(table.parked(c))
        self.heads = {p: table.head(c, p)[1] for p in range(partitions)}
        self._groups: OrderedDict[str, Group] = OrderedDict()

    def apply(self, c: Any, partition: int, entries: Sequence[Entry]) -> None:
        """Fold a batch and write it in the open transaction."""
        view, before = self.table.view, self.heads[partition]
        fresh = [e for e in entries if e.pos > before.pos]
        groups = self._load(c, {g for e in fresh for g in view.groups(e)})
        changed = fold(view, groups, fresh, self.parked)
        self.table.write(c, changed_rows(changed, groups))
        self.table.park(c, partition, self.parked)

    def _load(self, c: Any, wanted: set[str]) -> dict[str, Group]:
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


def changed_rows(changed: dict[str, set[Key]], groups: dict[str, Group]) -> list[tuple[Any, ...]]:
    """The rows to write."""
    return [groups[g][key] for g, keys in changed.items() for key in keys]


def project(
    c: Any, views: Sequence[LiveView], partition: int, placed: Sequence[Placed], after: Head, *, move: Move
) -> None:
    """Apply a batch of one partition to all views in the open transaction.

    When the transaction fails, the views must be opened anew: what they hold in memory has then not happened. Raises
    `GapError` when entries between a view's head and the batch are missing.
    """
    entries = [read(p, partition) for p in placed]
    behind = [live for live in views if live.heads[partition].pos < after.pos]
    for live in behind:
        if live.heads[partition].pos < entries[0].pos - 1:
            raise GapError(f"{live.table.view.name}/{partition}")
        live.apply(c, partition, entries)
    move(c, partition, {live.table.table: live.heads[partition] for live in behind}, after)
    for live in behind:
        live.heads[partition] = after
