"""`python -m infra.demo [--once]`: what `make demo` runs. Exit code 0 only if every check held.

`DEMO_ONCE=1` or `--once` ends it after the checks; `--clean` removes the demo's data folder instead.
"""

from __future__ import annotations

import logging
import os
import sys
from typing import Annotated

import typer

from infra.cli.main import guarded
from infra.cli.output import MistakeError, fail_unless, say
from infra.demo import run
from infra.settings import load

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def demo(
    once: Annotated[bool, typer.Option("--once", help="Stop after the checks.")] = False,
    clean: Annotated[bool, typer.Option("--clean", help="Remove the demo's data folder.")] = False,
) -> None:
    """Start everything, publish the demo, check it, stay up until Ctrl-C."""
    settings = load()
    folder = settings.data.absolute()
    if clean:
        say(f"the demo in {folder} is removed" if run.clean(folder) else f"there is no demo in {folder}")
        return
    flag = os.environ.get("DEMO_ONCE", "")
    if flag not in ("", "0", "1"):
        raise MistakeError("DEMO_ONCE is 0 or 1")
    fail_unless(run.run(settings.model_copy(update={"data": folder}), once=once or flag == "1"))


if __name__ == "__main__":
    logging.disable(logging.CRITICAL)
    sys.exit(guarded(app, sys.argv[1:]))
