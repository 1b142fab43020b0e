"""Writes `docs/reference/cli.md` from the commands of `tamga`, with every argument and option.

python tools/cli_page.py [--check]
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from generated import cell, settle

PAGE = "docs/reference/cli.md"

HEAD = """<!-- Written by tools/cli_page.py from infra/cli. -->
# The command line

`tamga COMMAND --help` says the same. Results go to stdout, one JSON document with `--json`; progress and messages go to
stderr. Exit code 0: it is so; 1: a check failed or something was refused; 2: usage or environment, and the message says
what to put right; 130: interrupted.
"""


def commands() -> dict[str, Any]:
    """Every command by its words (`agency add`), from the typer app."""
    from typer.main import get_command

    from infra.cli.main import app

    return dict(_walk(get_command(app), ()))


def _walk(command: Any, words: tuple[str, ...]) -> Iterator[tuple[str, Any]]:
    nested = getattr(command, "commands", None)
    if nested is None:
        yield " ".join(words), command
        return
    for name, found in nested.items():
        if not found.hidden:
            yield from _walk(found, (*words, name))


def page() -> str:
    """The page."""
    known = commands()
    contents = "".join(_line(words, command) for words, command in known.items())
    return f"{HEAD}\n{contents}\n" + "\n".join(_command(words, command) for words, command in known.items())


def _line(words: str, command: Any) -> str:
    first = _help(command).partition("\n")[0]
    return f"- [`tamga {words}`](#tamga-{words.replace(' ', '-')}): {first}\n"


def _help(command: Any) -> str:
    return inspect.cleandoc(command.help or "").replace("\b", "").replace("\f", "").strip()


def _command(words: str, command: Any) -> str:
    shown = [p for p in command.params if not getattr(p, "hidden", False) and p.name != "help"]
    arguments = [p for p in shown if p.param_type_name == "argument"]
    options = ["[OPTIONS]"] if len(arguments) < len(shown) else []
    usage = " ".join(["tamga", words, *options, *map(_argument, arguments)])
    rows = "".join(f"| {_names(p)} | {cell(_said(p))} |\n" for p in shown)
    table = f"\n| | |\n|---|---|\n{rows}" if rows else ""
    return f"## tamga {words}\n\n```\n{usage}\n```\n\n{_help(command)}\n{table}"


def _argument(parameter: Any) -> str:
    name = (parameter.metavar or parameter.name).upper().strip("[]")
    name = f"{name}..." if parameter.nargs == -1 else name
    return name if parameter.required else f"[{name}]"


def _names(parameter: Any) -> str:
    if parameter.param_type_name == "argument":
        return f"`{_argument(parameter)}`"
    names = "/".join([*parameter.opts, *parameter.secondary_opts])
    return f"`{names}`" if parameter.is_flag else f"`{names} {_metavar(parameter)}`"


def _metavar(parameter: Any) -> str:
    """What an option takes, as `--help` says it."""
    if parameter.metavar:
        return str(parameter.metavar).upper()
    kind = parameter.type_descriptor.annotation
    words = {str: "TEXT", int: "NUMBER", float: "NUMBER", Path: "PATH", list[str]: "TEXT"}
    return words.get(kind, "VALUE")


def _said(parameter: Any) -> str:
    text = (getattr(parameter, "help", None) or "").replace("<", "\\<")
    shown = parameter.default
    plain = not parameter.required and not callable(shown) and shown not in (None, False, "", (), [])
    flags = f" (default `{shown}`)" if plain and shown is not True else ""
    needed = " Required." if parameter.required and parameter.param_type_name == "option" else ""
    return f"{text}{needed}{flags}".strip()


if __name__ == "__main__":
    raise SystemExit(settle("cli_page", {PAGE: page()}, check="--check" in sys.argv[1:]))
