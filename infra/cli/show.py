"""`tamga show`: a case as the record has it, for operators: its entries, and the state that they make.

An entry whose key was compromised by then is marked as disputed; it stays what it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any

import orjson
import typer

from domain import outcome
from domain.judge import Stream
from domain.partition import partition_of
from domain.registry import View
from domain.submission import kid_of
from infra import case_history, moment
from infra.bootstrap import World
from infra.case_history import CaseFold, Said
from infra.cli.output import FAILED, Json, MistakeError, opened, plain, result, say, table
from infra.index import Index
from infra.moment import Moment, MomentError
from projections.all_views import DESKS

Case = Annotated[str, typer.Argument(help="The case's id.")]


def show(
    case: Case,
    at: Annotated[str, typer.Option(help="As it was at this position or instant.")] = "",
    as_json: Json = False,
) -> None:
    """Show a case: entries and state; with --at, as they were, and what each agency's desks were."""
    asked = moment_of(at, "--at") if at else moment.END
    with opened() as world:
        view = world.registry.registry.view()
        partition = partition_of(case, world.registry.registry.partitions)
        index = Index(world.pool, world.settings.topics.ledger, partition)
        index.head()
        found = _until(Said(case, partition, index.streams([case]).get(case, [])), asked)
        desks = _desks(world, case, asked) if at and found else {}
    if not found:
        say(f"tamga: there is no case {case} in the record" + (f" at {at}" if at else ""))
        result({"case": case, "entries": []}, as_json)
        raise typer.Exit(FAILED)
    state = Stream.of(case, found).state
    entries = [_entry(partition, pos, orjson.loads(body), view) for pos, body in found]
    columns = ("position", "n", "at", "publisher", "type", "effects")
    rows = [[_cell(e, name) for name in columns] for e in entries]
    document = {"case": case, "entries": entries, "state": state}
    lines = [*table(f"case {case}", columns, rows), *_state(plain(state))]
    if at:
        document |= {"at": at, "desks": desks}
        lines += [line for name, rows in desks.items() for line in _desk(name, rows)]
    result(document, as_json, lines)


def moment_of(text: str, option: str) -> Moment:
    """The point of the record that an option names."""
    try:
        return moment.parse(text)
    except MomentError as error:
        raise MistakeError(f"{option}: {error}") from None


def _until(said: Said, asked: Moment) -> list[tuple[int, bytes]]:
    try:
        return said.until(asked).entries
    except MomentError as error:
        raise MistakeError(str(error)) from None


def _desks(world: World, case: str, asked: Moment) -> dict[str, list[dict[str, Any]]]:
    """The rows of every agency's desks as they were."""
    said = case_history.said_of(world, case).until(asked)
    folded = CaseFold(case, tuple(DESKS), case_history.skipped_of(world, said.partition))
    folded.take_all(case_history.entries_of(world, said))
    return {name: [case_history.row_document(DESKS[name], row) for row in folded.rows(name)] for name in DESKS}


def _desk(name: str, rows: list[dict[str, Any]]) -> Iterator[str]:
    if rows:
        columns = [column for column in rows[0] if column != "case_id"]
        yield from table(name, columns, [[row[column] for column in columns] for row in rows])


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
