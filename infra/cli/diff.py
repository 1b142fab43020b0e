"""`tamga diff`: what changed in each agency's views of a case between two points, entry by entry, and who caused it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

import typer

from infra import case_diff, case_history, moment
from infra.case_diff import EntryChanges, RowChange
from infra.cli.output import Json, MistakeError, opened, result, say
from infra.cli.show import Case, moment_of
from infra.moment import MomentError
from projections import timeline
from projections.told import Told

INTERNAL = ("rooms", "duties")
"""Views that are no agency's: shown when they are asked for."""


def diff(
    case: Case,
    begin: Annotated[
        str, typer.Option("--from", help="From behind this position or instant; else the beginning.")
    ] = "",
    end: Annotated[str, typer.Option("--to", help="Up to this position or instant; else the end.")] = "",
    agency: Annotated[str, typer.Option(help="Only this agency's rows.")] = "",
    view: Annotated[str, typer.Option(help="Only this view.")] = "",
    as_json: Json = False,
) -> None:
    """Show what changed in each view of a case between two points, and which entry of whom changed it."""
    views = _views(view)
    first = moment_of(begin, "--from") if begin else moment.Moment({}, "")
    last = moment_of(end, "--to") if end else moment.END
    with opened() as world:
        said = case_history.said_of(world, case)
        if not said.entries:
            raise MistakeError(f"there is no case {case} in the record")
        try:
            found = case_diff.diff(world, said, first, last, views=views, agency=agency)
        except MomentError as error:
            raise MistakeError(str(error)) from None
    if not found:
        say("tamga: nothing was recorded of this case between the two points")
    document = {"case": case, "from": begin or None, "to": end or None, "entries": found}
    result(document, as_json, [line for each in found for line in _lines(each)])


def _views(name: str) -> tuple[str, ...]:
    every = case_history.views_of_a_case()
    if name and name not in every:
        raise MistakeError(f"--view is one of {', '.join(every)}")
    return (name,) if name else tuple(each for each in every if each not in INTERNAL)


def _lines(each: EntryChanges) -> Iterator[str]:
    refused = f" refused {each.code}" if each.code else ""
    yield f"{each.position}  {each.at}  {each.type} by {each.publisher}{refused}"
    if not each.rows:
        yield "    changes nothing here"
    for row in sorted(each.rows, key=lambda row: (row.agency, row.view, str(row.key))):
        yield f"    {row.agency or 'nobody'}: {row.view} {row.change}: {_row(row)}"


def _row(row: RowChange) -> str:
    if row.view == "timeline":
        return f"is told {_told(row)}"
    fields = {name: pair for name, pair in row.fields.items() if name not in _KEYS}
    key = "/".join(str(part) for part in row.key[1:])
    if row.change == "gone":
        return key
    return f"{key}: " + "; ".join(_field(name, *pair, new=row.change == "new") for name, pair in fields.items())


_KEYS = frozenset(("agency", "case_id"))


def _field(name: str, before: Any, after: Any, *, new: bool) -> str:
    return f"{name} {_text(after)}" if new else f"{name} {_text(before)} → {_text(after)}"


def _text(value: Any) -> str:
    return "-" if value in (None, "") else str(value)


def _told(row: RowChange) -> str:
    """Which event, and why; the data stand in --json."""
    told = row.fields["told"][1]
    read = timeline.read(row.agency, "", told)
    anew = ", all anew" if row.fields.get("anew", [0, 0])[1] else ""
    if read is None:
        return "nothing any more"
    return f"{_event(read)}{anew}"


def _event(told: Told) -> str:
    marks = f" ({', '.join(told.marks)})" if told.marks else ""
    return f"{told.partition}-{told.pos} {told.type}{marks} as {told.relation}"
