"""`tamga park`: the cases that stand still in a view, trying them again, and leaving out an entry by decision."""

from __future__ import annotations

from typing import Annotated

import typer

from infra import parking
from infra.cli.output import FAILED, Json, MistakeError, opened, result, table
from infra.cli.show import Case
from infra.parking import Retried
from projections.all_views import VIEWS

app = typer.Typer(no_args_is_help=True, help="Cases that stand still in a view, since an entry could not be folded.")
OneView = Annotated[str, typer.Option("--view", help="Only in this view.")]


@app.command("list")
def list_(as_json: Json = False) -> None:
    """The cases that stand still, and the entries that are left out by decision."""
    with opened() as world, world.pool.connection() as c:
        parked, skipped = parking.parked_cases(c), parking.skipped_entries(c)
    lines = [*table("parked", parking.ParkedCase._fields, parked)]
    lines += table("skipped", parking.SkippedEntry._fields, skipped) if skipped else []
    result({"parked": parked, "skipped": skipped}, as_json, lines)


@app.command()
def show(case: Case, as_json: Json = False) -> None:
    """The entries of a case that are not in a view, and why."""
    with opened() as world, world.pool.connection() as c:
        parked, skipped = parking.parked_entries(c, case), parking.skipped_entries(c, case)
    lines = [*table(f"case {case}", parking.ParkedEntry._fields, parked)]
    lines += table("skipped", parking.SkippedEntry._fields, skipped) if skipped else []
    result({"case": case, "parked": parked, "skipped": skipped}, as_json, lines)


@app.command()
def retry(case: Case, view: OneView = "", as_json: Json = False) -> None:
    """Fold a case again in the views in which it stands still. Exit code 1 when it still does."""
    _checked(view)
    with opened() as world:
        found = parking.retry(world, case, view=view)
    _ended(case, found, as_json)


@app.command()
def skip(
    case: Case,
    reason: Annotated[str, typer.Option(help="Why it is left out; kept with the decision.")],
    by: Annotated[str, typer.Option(help="Who decides so; kept with the decision.")],
    view: OneView = "",
    as_json: Json = False,
) -> None:
    """Leave out the entry at which a case stands still, and go on behind it. The record keeps it all the same."""
    _checked(view)
    if not reason.strip() or not by.strip():
        raise MistakeError("--reason and --by say why and who, in words")
    with opened() as world:
        found = parking.skip(world, case, reason=reason.strip(), by=by.strip(), view=view)
    _ended(case, found, as_json)


def _checked(view: str) -> None:
    if view and view not in VIEWS:
        raise MistakeError(f"--view is one of {', '.join(VIEWS)}")


def _ended(case: str, found: list[Retried], as_json: bool) -> None:
    lines = [
        f"{one.view}: still stands still at {one.parked} ({one.reason})" if one.parked else f"{one.view}: goes on"
        for one in found
    ]
    result({"case": case, "views": found}, as_json, lines)
    if any(one.parked for one in found):
        raise typer.Exit(FAILED)
