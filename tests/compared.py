"""Rows of views beside those of the naive folds: column by column, JSON as what it says.

Used by the tests that fold in memory and by those that read PostgreSQL.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, get_type_hints

import orjson

from projections.all_views import VIEWS
from projections.engine import Row, View
from projections.told import JSON

INTERNAL = frozenset(name for name, view in VIEWS.items() if getattr(view, "reads", "nobody") == "nobody")
"""Views that nobody reads: the folds of others go on from them."""

READ = tuple(name for name in VIEWS if name not in INTERNAL)
SAYS = {"refusals": ("says",)}
"""Columns whose text is JSON and that no answer shows parsed."""


def hidden(view: View) -> tuple[str, ...]:
    """The columns that serve the view's own fold, and that nobody is shown."""
    listed = getattr(view, "listed", None)
    return listed.hidden if listed is not None else ()


def columns(name: str) -> tuple[str, ...]:
    """The columns of a view that somebody is shown."""
    view = VIEWS[name]
    return tuple(each for each in get_type_hints(view.row) if each not in hidden(view))


def shown(name: str, rows: Iterable[Row]) -> dict[tuple[Any, ...], dict[str, Any]]:
    """By key, each row as readers see it; rows that serve the fold alone are left out."""
    view = VIEWS[name]
    hints: Mapping[str, Any] = get_type_hints(view.row, include_extras=True)
    parsed = {field for field, hint in hints.items() if JSON in getattr(hint, "__metadata__", ())}
    parsed |= {*SAYS.get(name, ())}
    found = {}
    for row in rows:
        said = dict(zip(hints, row, strict=True))
        listed = getattr(view, "listed", None)
        if listed is not None and listed.shown_by and not said[listed.shown_by]:
            continue
        says = {field: orjson.loads(value) if field in parsed and value else value for field, value in said.items()}
        found[tuple(row[: view.keys])] = {field: each for field, each in says.items() if field not in hidden(view)}
    return found


def keyed(name: str, rows: Iterable[dict[str, Any]]) -> dict[tuple[Any, ...], dict[str, Any]]:
    """The rows of a naive fold by the key that the view has. Raises `AssertionError` for two of one key."""
    view = VIEWS[name]
    fields = tuple(get_type_hints(view.row))[: view.keys]
    found: dict[tuple[Any, ...], dict[str, Any]] = {}
    for row in rows:
        key = tuple(row[field] for field in fields)
        assert key not in found, f"{name}: two rows of {key}"
        found[key] = orjson.loads(orjson.dumps(row))
    return found


def differences(name: str, rows: Iterable[Row], naive: Iterable[dict[str, Any]]) -> list[str]:
    """What the view has and the naive fold has not, and the other way round; empty when they are the same."""
    mine, theirs = shown(name, rows), keyed(name, naive)
    found = [f"{name} {key}: only in the view" for key in mine.keys() - theirs.keys()]
    found += [f"{name} {key}: only in the naive fold" for key in theirs.keys() - mine.keys()]
    for key in mine.keys() & theirs.keys():
        for field in mine[key].keys() | theirs[key].keys():
            here, there = mine[key].get(field, "no such column"), theirs[key].get(field, "no such column")
            if here != there:
                found.append(f"{name} {key} {field}: {here!r} in the view, {there!r} in the naive fold")
    return sorted(found)
