"""`tamga rebuild`: a view from zero beside the live one, then a switch that no reader notices."""

from __future__ import annotations

from typing import Annotated

import typer

from infra import rebuild as rebuilding
from infra.cli.output import Json, MistakeError, opened, progress, result
from projections.all_views import VIEWS


def rebuild(
    view: Annotated[str, typer.Argument(help=f"One of {', '.join(VIEWS)}.")] = "",
    everything: Annotated[bool, typer.Option("--all", help="Every view.")] = False,
    as_json: Json = False,
) -> None:
    """Rebuild a view from the record."""
    if everything == bool(view) or (view and view not in VIEWS):
        raise MistakeError(f"name one of {', '.join(VIEWS)}, or --all")
    with opened() as world, progress("folding the record") as step:
        found = rebuilding.rebuild(world, tuple(VIEWS) if everything else (view,), step)
    lines = [f"{one.view}: {one.rows} rows from {one.entries} entries, now {one.table}" for one in found]
    result({"rebuilt": found}, as_json, lines)
