"""What changed in each agency's views of a case between two points, and by which entry of whom: nothing unattributed.

Every entry between the points is folded by itself, so each difference belongs to one entry; a view changes by nothing
else. Used by `tamga diff`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from infra.bootstrap import World
from infra.case_history import CaseFold, Change, Said, entries_of, row_document, skipped_of
from infra.moment import Moment
from projections.all_views import VIEWS
from projections.entry import Entry


class RowChange(NamedTuple):
    """A row of an agency's view ('' where it is nobody's) that came, went, or changed: field → [before, after]."""

    view: str
    agency: str
    key: tuple[Any, ...]
    change: str
    fields: dict[str, list[Any]]


class EntryChanges(NamedTuple):
    """An entry between the points, and every row that it has changed."""

    position: str
    at: str
    type: str
    publisher: str
    code: str
    rows: list[RowChange]


def diff(
    world: World, said: Said, begin: Moment, end: Moment, *, views: Sequence[str], agency: str = ""
) -> list[EntryChanges]:
    """Entry by entry what changed in these views behind `begin`, up to `end`; of one agency's rows where one is named.

    Raises `MomentError` for a position of another partition, `CannotFoldError`.
    """
    known = {pos for pos, _ in said.until(begin).entries}
    folded = CaseFold(said.case, views, skipped_of(world, said.partition))
    found = []
    for entry in entries_of(world, said.until(end)):
        changes = folded.take(entry)
        if entry.pos not in known:
            rows = [_shown(change) for change in changes]
            found.append(_entry(entry, [row for row in rows if agency in ("", row.agency)]))
    return found


def _entry(entry: Entry, rows: list[RowChange]) -> EntryChanges:
    position = f"{entry.partition}-{entry.pos}"
    if entry.recorded is not None:
        event = entry.recorded.event
        return EntryChanges(position, entry.recorded.at, event.type, event.publisher, "", rows)
    if entry.refused is not None:
        refused = entry.refused
        return EntryChanges(position, refused.at, refused.type, refused.publisher, refused.code, rows)
    return EntryChanges(position, "", "", "", "", rows)


def _shown(change: Change) -> RowChange:
    view = VIEWS[change.view]
    was = row_document(view, change.before) if change.before is not None else {}
    now = row_document(view, change.after) if change.after is not None else {}
    kind = "changed" if was and now else "new" if now else "gone"
    names = dict.fromkeys((*was, *now))
    fields = {name: [was.get(name), now.get(name)] for name in names if was.get(name) != now.get(name)}
    return RowChange(change.view, (now or was).get("agency", ""), change.key, kind, fields)
