"""`tamga exhibit`: the history of an exhibit as it can be read out in court, from the record and nothing else."""

from __future__ import annotations

from typing import Annotated

import orjson
import typer

from domain import outcome
from domain.exhibit_history import history
from domain.exhibit_history.words import LANGUAGES
from domain.partition import partition_of
from infra.cli.output import FAILED, Json, MistakeError, opened, result, say
from infra.index import Index


def exhibit(
    case: Annotated[str, typer.Argument(help="The case's id.")],
    number: Annotated[str, typer.Argument(help="The exhibit's number in the case.")],
    language: Annotated[str, typer.Option(help="en or mn.")] = "en",
    as_json: Json = False,
) -> None:
    """Tell the history of an exhibit: hand-overs, seals, breaks and their explanations, in order."""
    if language not in LANGUAGES:
        raise MistakeError(f"--language is one of {', '.join(LANGUAGES)}")
    with opened() as world:
        partition = partition_of(case, world.registry.registry.partitions)
        index = Index(world.pool, world.settings.topics.ledger, partition)
        index.head()
        bodies = [(pos, orjson.loads(body)) for pos, body in index.streams([case]).get(case, [])]
    entries = [(pos, found) for pos, body in bodies if (found := outcome.recorded(body)) is not None]
    told = history((found for _, found in entries), number, language)
    if told is None:
        say(f"tamga: no entry of case {case} is about exhibit {number}")
        result({"case": case, "number": number, "lines": []}, as_json)
        raise typer.Exit(FAILED)
    positions = {found.n: f"{partition}-{pos}" for pos, found in entries}
    lines = [{"position": positions[line.n], **vars(line)} for line in told.lines]
    result({"case": case, **vars(told), "lines": lines}, as_json, told.text())
