"""`tamga intake`: what to do when submissions were deleted before a registrar read them."""

from __future__ import annotations

import typer

from infra import intake
from infra.cli.output import Json, opened, result

app = typer.Typer(no_args_is_help=True, help="Submissions that were lost unread.")


@app.command()
def reset(as_json: Json = False) -> None:
    """Write into the record which submissions were lost, so that a registrar can go on behind them."""
    with opened() as world:
        written = intake.reset(world)
    lines = [
        f"{w.partition}-{w.pos}: submissions {w.partition}-{w.first} to {w.partition}-{w.last} are lost"
        for w in written
    ]
    result({"written": written}, as_json, lines)


@app.callback()
def _group() -> None:
    """One command today; the group keeps its name."""
