"""`tamga submit`: publishes one submission over Kafka and waits for its outcome. Exit code 1 when it was refused."""

from __future__ import annotations

import sys
from enum import Enum
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer

from domain.refusals import explain
from domain.submission import payload_of, sign
from infra import bootstrap, keys
from infra.cli.output import Json, MistakeError, fail_unless, opened, result
from infra.publishing import Answer, Item, publish


class Language(Enum):
    """The languages of `domain.refusals`."""

    en = "en"
    mn = "mn"


def submit(
    file: Annotated[str, typer.Argument(help="A signed JWS, or a CloudEvent as JSON with --key; - for stdin.")],
    key: Annotated[Path | None, typer.Option(help="Key file to sign the CloudEvent with.")] = None,
    language: Annotated[Language, typer.Option(help="Language of a refusal's sentences.")] = Language.en,
    as_json: Json = False,
) -> None:
    """Submit one event and wait for its outcome."""
    content = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    event = _event(content)
    if event is not None and key is None:
        raise MistakeError("the event is not signed: hand in its publisher's key file with --key")
    signer = keys.load(key) if key is not None and event is not None else None
    with opened() as world:
        if event is not None and signer is not None:
            content = sign(event, ledger=world.settings.ledger_id, signer=signer)
        record = content.strip()
        (answer,) = publish(world, [Item(_stream(record), record, None)])
        document = _document(world, answer, language)
    result(document, as_json, _lines(document))
    fail_unless(answer.outcome in ("admitted", "duplicate"))


def _event(content: bytes) -> dict[str, Any] | None:
    """The CloudEvent when the content is one, None when it is (or may be) a JWS."""
    if not content.lstrip().startswith(b"{"):
        return None
    try:
        event: dict[str, Any] = orjson.loads(content)
    except ValueError as error:
        raise MistakeError(f"the file is no JSON: {error}") from None
    return event


def _stream(record: bytes) -> str:
    """The stream whose partition it goes to; what cannot be read goes to any, and is refused there."""
    try:
        return str(payload_of(record.decode())["subject"])
    except (ValueError, KeyError, TypeError, IndexError):
        return ""


def _document(world: bootstrap.World, answer: Answer[None], language: Language) -> dict[str, Any]:
    refused = answer.outcome not in ("admitted", "duplicate", "lost")
    document: dict[str, Any] = {
        "submission": f"{answer.partition}-{answer.offset}",
        "position": f"{answer.partition}-{answer.pos}",
        "outcome": "refused" if refused else answer.outcome,
    }
    with world.pool.connection() as c:
        row = c.execute(
            "SELECT body FROM entry JOIN log ON log.id = log WHERE topic = %s AND partition = %s AND entry.pos = %s",
            (world.settings.topics.ledger, answer.partition, answer.pos),
        ).fetchone()
    said = orjson.loads(bytes(row[0])) if row is not None else {}
    if refused:
        document |= {"code": answer.outcome, "paths": said.get("outcome", {}).get("refused", {}).get("paths", [])}
        document |= explain(answer.outcome, language.value)
    if answer.outcome == "duplicate":
        document["of"] = f"{answer.partition}-{said['outcome']['duplicate']['of']}"
    return document | {"effects": said.get("ledger", {}).get("effects", [])}


def _lines(document: dict[str, Any]) -> list[str]:
    head = f"{document['outcome']}: submission {document['submission']}, position {document['position']}"
    match document["outcome"]:
        case "refused":
            paths = f" ({', '.join(document['paths'])})" if document["paths"] else ""
            return [head, f"{document['code']}{paths}: {document['what']}", document["do"], document["officer"]]
        case "duplicate":
            return [f"{head}, the same as {document['of']}"]
        case _:
            return [head, *(f"effect: {effect['type']}" for effect in document["effects"])]
