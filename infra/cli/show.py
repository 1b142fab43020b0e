"""`tamga show`: a case as the record has it, for operators: its entries, and the state that they make.

An entry whose key was compromised by then is marked as disputed; it stays what it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import orjson
import typer

from domain import outcome
from domain.judge import Stream
from domain.partition import partition_of
from domain.registry import View
from domain.submission import kid_of
from infra.cli.output import FAILED, Json, opened, plain, result, say, table
from infra.index import Index


def show(case: Annotated[str, typer.Argument(help="The case's id.")], as_json: Json = False) -> None:
    """Show a case: entries and state."""
    with opened() as world:
        view = world.registry.registry.view()
        partition = partition_of(case, world.registry.registry.partitions)
        index = Index(world.pool, world.settings.topics.ledger, partition)
        index.head()
        found = index.streams([case]).get(case, [])
    if not found:
        say(f"tamga: there is no case {case} in the record")
        result({"case": case, "entries": []}, as_json)
        raise typer.Exit(FAILED)
    state = Stream.of(case, found).state
    entries = [_entry(partition, pos, orjson.loads(body), view) for pos, body in found]
    columns = ("position", "n", "at", "publisher", "type", "effects")
    rows = [[_cell(e, name) for name in columns] for e in entries]
    lines = [*table(f"case {case}", columns, rows), *_state(plain(state))]
    result({"case": case, "entries": entries, "state": state}, as_json, lines)


def _entry(partition: int, pos: int, body: Mapping[str, Any], view: View) -> dict[str, Any]:
    recorded = outcome.recorded(body)
    member = body["ledger"]
    found = {
        "position": f"{partition}-{pos}",
        "n": member["n"],
        "at": member["at"],
        "effects": member.get("effects", []),
        "disputed": "jws" in body and view.is_disputed(kid_of(body["jws"]), member["at"]),
    }
    if recorded is None:
        return found | {"publisher": "", "type": outcome.describe(body).type}
    event = recorded.event
    said = {"publisher": event.publisher, "type": event.type, "event_id": event.id, "time": event.time}
    return found | said | {"unit": event.unit, "actor": event.actor, "data": dict(event.data)}


def _cell(entry: Mapping[str, Any], name: str) -> str:
    """A disputed entry says so beside its position: others than the key's holder may have made it."""
    if name == "effects":
        return ", ".join(effect["type"] for effect in entry[name])
    return f"{entry[name]} (disputed)" if name == "position" and entry["disputed"] else str(entry[name])


def _state(state: Mapping[str, Any]) -> list[str]:
    """What is not empty, a line each."""
    lines = []
    for name, value in state.items():
        if isinstance(value, dict) and value:
            lines.append(f"{name}:")
            lines += [f"  {id_}: {orjson.dumps(thing).decode()}" for id_, thing in value.items()]
        elif value not in (None, "", [], {}, ()):
            lines.append(f"{name}: {value if isinstance(value, (str, int)) else orjson.dumps(value).decode()}")
    return lines
