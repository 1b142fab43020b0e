"""What a command says: its result on stdout (one JSON document with `--json`), everything else on stderr.

Exit codes: 0 it is so, 1 a check failed or something was refused, 2 usage or environment. Every command of `infra.cli`
speaks through these functions.
"""

from __future__ import annotations

import dataclasses
import socket
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from infra import bootstrap
from infra.settings import Settings, load

FAILED = 1
USAGE = 2
KNOCK_SECONDS = 3.0

Json = Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")]
Step = Callable[[int, int], None]

_errors = Console(stderr=True, highlight=False)


class MistakeError(Exception):
    """Something that the caller can put right; the message is one line that says how."""


def say(message: str) -> None:
    """One line on stderr."""
    _errors.print(message, markup=False, soft_wrap=True)


def result(document: Any, as_json: bool, lines: Iterable[str] = ()) -> None:
    """The result: the document as JSON, or the lines for people."""
    if as_json:
        sys.stdout.write(orjson.dumps(plain(document), option=orjson.OPT_INDENT_2).decode() + "\n")
    else:
        for line in lines:
            sys.stdout.write(line + "\n")
    sys.stdout.flush()


def visible(text: str) -> str:
    """Text of a file on one line: what is not printable, which could pass for a line of ours, stands as an escape."""
    return "".join(each if each.isprintable() else ascii(each)[1:-1] for each in text)


def table(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """A table as lines; as wide as the terminal, or as it needs when nobody watches."""
    shown = Table(*columns, title=title, title_justify="left", title_style="bold")
    for row in rows:
        shown.add_row(*(str(cell) for cell in row))
    console = Console(file=None, highlight=False) if sys.stdout.isatty() else Console(width=160, highlight=False)
    with console.capture() as captured:
        console.print(shown)
    yield from captured.get().rstrip("\n").split("\n")


@contextmanager
def progress(label: str) -> Iterator[Step]:
    """A bar on stderr, one line where nobody watches: the function handed out takes (done, of how many; 0: unknown)."""
    if not _errors.is_terminal:
        with _line(label) as step:
            yield step
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=_errors) as shown:
        task = shown.add_task(label, total=None)
        yield lambda done, total: shown.update(task, completed=done, total=total or None)


@contextmanager
def _line(label: str) -> Iterator[Step]:
    began, last = time.monotonic(), 0

    def step(done: int, total: int) -> None:
        nonlocal last
        last = done

    yield step
    say(f"{label}: {last} in {time.monotonic() - began:.1f} s")


def plain(value: Any) -> Any:
    """A value as JSON knows it: named tuples and dataclasses become objects, sets lists, other keys strings.

    What a dataclass keeps for itself (`repr=False`) is left out.
    """
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: plain(getattr(value, f.name)) for f in dataclasses.fields(value) if f.repr}
    if isinstance(value, tuple) and hasattr(value, "_asdict"):
        return {name: plain(member) for name, member in value._asdict().items()}
    if isinstance(value, Mapping):
        return {str(name): plain(member) for name, member in value.items()}
    if isinstance(value, AbstractSet):
        return sorted((plain(member) for member in value), key=str)
    if isinstance(value, (list, tuple)):
        return [plain(member) for member in value]
    return str(value) if isinstance(value, Path) else value


@contextmanager
def opened(**changes: Any) -> Iterator[bootstrap.World]:
    """The ledger that the settings name, for the length of a command."""
    world = bootstrap.open_world(reachable(load(**changes)))
    try:
        yield world
    finally:
        world.close()


def reachable(settings: Settings) -> Settings:
    """The settings, if something listens where they say that Kafka is: its clients would try for half a minute."""
    bootstrap.require(settings, "kafka_bootstrap", "ledger_id", "roots_digest")
    for address in settings.kafka_bootstrap.split(","):
        host, _, port = address.rpartition(":")
        try:
            socket.create_connection((host.strip("[]"), int(port)), timeout=KNOCK_SECONDS).close()
        except (OSError, ValueError):
            continue
        return settings
    raise MistakeError("Kafka does not answer: see TAMGA_KAFKA_BOOTSTRAP, or start `tamga up`")


def fail_unless(holds: bool) -> None:
    """End with exit code 1 unless it holds."""
    if not holds:
        raise typer.Exit(FAILED)
