"""Writes `docs/reference/views.md`: each view's rule from its module's docstring, its columns from its row model.

python tools/views_page.py [--check]
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator
from typing import Annotated, Any, get_args, get_origin, get_type_hints

from generated import cell, settle

from projections.all_views import DESKS, VIEWS
from projections.engine import View

PAGE = "docs/reference/views.md"

HEAD = """<!-- Written by tools/views_page.py from projections/. -->
# Views

A view is a fold of the record into rows, pure and without a clock; `tamga check-views` says whether the rows equal a
fresh fold, and `tamga rebuild` makes them anew beside the live ones. Each is a table in PostgreSQL whose name holds a
hash of its columns, behind an SQL view of the name below. Times are UTC with six decimals, as text; JSON is text too.
The API is the way in: an agency reads its own rows and no other's.

`rooms` decides what each agency is told by each entry, from the [table of need to know](sharing.md). `timeline` keeps
that, and each desk is a fold of it: what an agency is not told is not there to be shown. When its standing in a case
changes, when a case is restricted, or an event that it was told of is corrected, disputed or misfiled, the case is
told to it anew, and its desks are folded again from what it may see now; of a case from which it is shut out no row is
left.

An agency is *in a case* from the first event on that it publishes there, that makes it a lead (effect
`case.LeadsAssigned`), that is addressed to it (`to_agency`), or that gives it an action (`owner_agency`). The clock
is a service and in no case. Imported reference records stand in `reference` and in no other view.
"""

TABLE = """| column | what it holds |
|---|---|
"""

READERS = {
    "case": "Read by the agency, while it is in the case",
    "agency": "Read by the agency",
    "access": "Read by the agency; row-level security asks it",
    "everyone": "Read by everybody",
    "nobody": "Internal: no agency reads it",
}


def page() -> str:
    """The page."""
    return HEAD + "".join(_section(view) for view in VIEWS.values())


def _section(view: View) -> str:
    key = ", ".join(f"`{name}`" for name in view.row._fields[: view.keys])  # type: ignore[attr-defined]
    kind = "A desk. " if view.name in DESKS else ""
    reads = READERS[getattr(view, "reads", "nobody")]
    about = f"{kind}Key: {key}; folded by `{view.group}`. {reads}."
    return (
        f"\n## {view.name}\n\n{_rule(view)}\n\n{about}\n\n| column | what it holds |\n|---|---|\n{''.join(_rows(view))}"
    )


def _rule(view: Any) -> str:
    """The module's docstring, without the name that begins it."""
    text = inspect.getdoc(view.file if view.name in DESKS else view) or ""
    rule = text.removeprefix(f"`{view.name}`: ")
    return rule[:1].upper() + rule[1:]


def _rows(view: View) -> Iterator[str]:
    for name, kind in get_type_hints(view.row, include_extras=True).items():
        said = get_args(kind)[1:] if get_origin(kind) is Annotated else ()
        yield f"| `{name}` | {cell(', '.join(_said(said)))} |\n"


def _said(extras: tuple[Any, ...]) -> Iterator[str]:
    """`Annotated[Json, "…"]` is flat: ("json", "…")."""
    texts = [extra for extra in extras if isinstance(extra, str)]
    yield texts[-1]
    if "json" in texts[:-1]:
        yield "JSON"


if __name__ == "__main__":
    raise SystemExit(settle("views_page", {PAGE: page()}, check="--check" in sys.argv[1:]))
