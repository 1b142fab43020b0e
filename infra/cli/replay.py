"""`tamga replay`: effective entries of a range of positions, read from Kafka and printed as they stand, one a line."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from typing import Annotated

import orjson
import typer

from domain.record.chain import ORIGIN
from infra import bootstrap
from infra.cli.output import Json, MistakeError, opened, result

_POSITION = re.compile(r"(\d{1,4})-(\d{1,18})\Z")
END = 10**18


def replay(
    start: Annotated[str, typer.Option("--from", help="First position, such as 0-17.")] = "",
    end: Annotated[str, typer.Option("--to", help="Last position, of the same partition.")] = "",
    partition: Annotated[int, typer.Option(help="This partition alone.")] = -1,
    as_json: Json = False,
) -> None:
    """Print entries of the record as JSON lines (with --json as one array)."""
    chosen, first, last = _range(start, end, partition)
    with opened() as world:
        count = world.registry.registry.partitions
        if chosen is not None and chosen >= count:
            raise MistakeError(f"there is no partition {chosen}: they count from 0 to {count - 1}")
        partitions = range(count) if chosen is None else (chosen,)
        entries = (raw for p in partitions for raw in _entries(world, p, first, last))
        if as_json:
            result([orjson.loads(raw) for raw in entries], True)
            return
        for raw in entries:
            sys.stdout.buffer.write(raw + b"\n")
        sys.stdout.buffer.flush()


def _range(start: str, end: str, partition: int) -> tuple[int | None, int, int]:
    """(partition or None for all, first, last)."""
    first, last = _position(start, "--from"), _position(end, "--to")
    named = {p for p in (first[0] if first else None, last[0] if last else None) if p is not None}
    if partition >= 0:
        named.add(partition)
    if len(named) > 1:
        raise MistakeError("--from, --to and --partition name different partitions: replay one after the other")
    return (named.pop() if named else None), (first[1] if first else 0), (last[1] if last else END)


def _position(text: str, option: str) -> tuple[int, int] | None:
    if not text:
        return None
    found = _POSITION.match(text)
    if found is None:
        raise MistakeError(f"{option} is a position such as 0-17: partition, hyphen, position")
    return int(found[1]), int(found[2])


def _entries(world: bootstrap.World, partition: int, first: int, last: int) -> Iterator[bytes]:
    reader = bootstrap.open_reader(world, partition)
    try:
        reader.start(ORIGIN, world.topics.facts(world.settings.topics.ledger))
        for placed in reader.catch_up():
            for one in placed:
                if one.entry.pos > last:
                    return
                if one.entry.pos >= first:
                    yield one.entry.raw
    finally:
        reader.log.close()
