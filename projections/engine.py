"""A view is a keyed fold: rows of one group change by one entry, purely; one fold serves live, rebuild and tests.

A group is what must be loaded together, mostly a case: its rows are a function of that case's entries alone. `fold`
runs a batch over groups in memory and says which rows changed; who calls it (the projector, a rebuild, a check) loads
and writes. No column depends on the present moment or on the moment of insertion.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256
from typing import Any, NamedTuple, Protocol, get_type_hints

from projections.entry import Entry

Row = tuple[Any, ...]
Key = tuple[Any, ...]
Group = dict[Key, Row]


class Document(NamedTuple):
    """How a column that holds an immutable object is written as text and read back: `Annotated[Kind, Document(…)]`.

    While its group is in memory a fold sees the object, and nobody parses what a fold has just made.
    """

    write: Callable[[Any], str]
    read: Callable[[str], Any]


class Gone(NamedTuple):
    """Said by a fold in place of a row: the row of this key is no longer there."""

    key: Key


class View(Protocol):
    """One view: its row model and its fold.

    Where a view has them: `indexed` names columns that are searched; `appends` says that its rows only come and are
    folded from nothing; `reads` says who may read it (`case`, `agency`, `access`, `everyone`; else nobody), `always`
    which rows the agency's own system reads also of a case that is closed to it (SQL); `version` grows when the same
    entries give other rows in the same model.
    """

    name: str
    row: type[Row]
    """A NamedTuple class; its first `keys` fields are the primary key."""
    keys: int
    group: str
    """The field by whose value rows are loaded together."""

    def groups(self, entry: Entry) -> Iterable[str]:
        """The groups that the entry touches; empty when it is nothing to this view."""
        ...

    def evolve(self, rows: Mapping[Key, Row], entry: Entry) -> Iterable[Row | Gone]:
        """The rows of one group that are new or changed by the entry."""
        ...


SQL_TYPES = {str: "text", int: "bigint"}


def columns(view: View) -> list[tuple[str, str]]:
    """(name, SQL type) of the view's table, in order."""
    return [(name, SQL_TYPES.get(kind, "text")) for name, kind in get_type_hints(view.row).items()]


@cache
def _documents(row: type[Row]) -> tuple[tuple[int, Document], ...]:
    """The columns of a row model that hold documents."""
    hints = get_type_hints(row, include_extras=True).values()
    return tuple(
        (at, said)
        for at, kind in enumerate(hints)
        for said in getattr(kind, "__metadata__", ())
        if type(said) is Document
    )


def written(view: View, rows: Sequence[Row]) -> Sequence[Row]:
    """Rows as a table holds them: documents as text."""
    for at, document in _documents(view.row):
        write = document.write
        rows = [(*row[:at], write(row[at]), *row[at + 1 :]) for row in rows]
    return rows


def parsed(view: View, rows: Group) -> Group:
    """Rows as folds see them. What cannot be read stays a text, on which the fold of its case fails, and no other."""
    for at, document in _documents(view.row):
        rows = {key: (*row[:at], _object(document, row[at]), *row[at + 1 :]) for key, row in rows.items()}
    return rows


def _object(document: Document, text: str) -> Any:
    try:
        return document.read(text)
    except (ValueError, TypeError, KeyError, IndexError):
        return text


def model_hash(view: View) -> str:
    """Eight characters that change when the row model does."""
    model = (columns(view), view.keys, view.group, getattr(view, "version", 1))
    return sha256(repr(model).encode()).hexdigest()[:8]


BEHIND = "behind a parked entry"
"""The reason of an entry that is parked since an earlier one of its stream is."""


@dataclass
class Parked:
    """Streams that a view could not fold: (stream, position, reason) of this batch, and all streams parked so far."""

    streams: set[str] = field(default_factory=set)
    fresh: list[tuple[str, int, str]] = field(default_factory=list)

    def take(self, entry: Entry, reason: str) -> None:
        """Put an entry aside."""
        self.streams.add(entry.case)
        self.fresh.append((entry.case, entry.pos, reason))


class CannotFoldError(Exception):
    """An entry that a rebuild could not fold; the message names its place and the exception's class, no content."""


@dataclass
class Changed:
    """The rows that a batch has made, changed and removed: (group, key) in the order of their first change. A row that
    was removed and made again is in `gone` and in `made`: removals are written first."""

    made: dict[tuple[str, Key], None] = field(default_factory=dict)
    other: dict[tuple[str, Key], None] = field(default_factory=dict)
    gone: dict[tuple[str, Key], None] = field(default_factory=dict)

    def remove(self, name: str, group: Group, key: Key) -> None:
        """The row of this key is no longer there."""
        at = (name, key)
        if group.pop(key, None) is not None and at not in self.made:
            self.gone[at] = None
        self.made.pop(at, None)
        self.other.pop(at, None)


def fold(
    view: View,
    groups: dict[str, Group],
    entries: Iterable[Entry],
    parked: Parked | None,
    skipped: Container[int] = frozenset(),
) -> Changed:
    """Fold entries into `groups`, which must hold every row of every group that they touch.

    With `parked`, an entry that cannot be folded parks its stream; without, it raises `CannotFoldError`. The positions
    `skipped` are left out: somebody has decided so.
    """
    changed = Changed()
    made, other = changed.made, changed.other
    size, evolve, touched = view.keys, view.evolve, view.groups
    for entry in entries:
        if parked is not None and entry.case in parked.streams:
            parked.take(entry, BEHIND)
            continue
        if entry.pos in skipped:
            continue
        try:
            for name in touched(entry):
                group = groups[name]
                rows = list(evolve(group, entry))
                for row in rows:
                    if type(row) is Gone:
                        changed.remove(name, group, row.key)
                        continue
                    key = row[:size]
                    at = (name, key)
                    if key not in group:
                        made[at] = None
                    elif at not in made:
                        other[at] = None
                    group[key] = row
        except Exception as error:
            if parked is None:
                place = f"{view.name}: entry {entry.partition}-{entry.pos}"
                raise CannotFoldError(f"{place}: {type(error).__name__}") from error
            parked.take(entry, type(error).__name__)
    return changed
