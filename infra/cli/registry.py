"""`tamga registry`: proposals that several holders of root keys sign, and what the registry sets for the whole ledger.

A proposal is a file with one record: `propose` writes it, `sign` adds a signature (the ledger's id is all that it
needs: no Kafka, no database), `publish` appends it once enough root keys have signed.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer

from domain.profile import DEADLINES
from domain.registry import RECORDS, sign_record, statement
from infra import bootstrap, clock, keys, registrations
from infra.cli.changes import Propose, changed
from infra.cli.output import Json, MistakeError, reachable, result, table
from infra.registrations import Proposal
from infra.registry_overview import MandateLine, Overview, overview
from infra.settings import load

app = typer.Typer(no_args_is_help=True, help="Root keys, proposals, registrars, deadlines, witnesses.")
File = Annotated[Path, typer.Argument(help="The proposal.")]
Deadline = Annotated[str, typer.Argument(help="The deadline's name, such as referral_response.")]
Grade = Annotated[str, typer.Option(help="The urgency or risk level that it is for; by default all.")]
Witness = Annotated[str, typer.Argument(help="The witness's name.")]


@app.command()
def show(as_json: Json = False) -> None:
    """The registry as it stands: root keys, deadlines, witnesses, mandates, recusals, compromised keys."""
    settings = reachable(load())
    log = bootstrap.open_registry(settings)
    log.log.close()
    found = overview(log.registry)
    result(found, as_json, [_head(found), *table("registry", ("what", "value"), _rows(found))])


@app.command()
def propose(
    record: Annotated[str, typer.Argument(help="The record's type, such as agency_suspended.v1.")],
    subject: Annotated[str, typer.Argument(help="What it is about: an agency's id, or the ledger's.")],
    file: Annotated[Path, typer.Argument(help="The file to write.")],
    data: Annotated[str, typer.Option(help="The record's data as a JSON object.")] = "{}",
    key: Annotated[list[Path] | None, typer.Option(help="Key file to sign it with; once for each.")] = None,
    as_json: Json = False,
) -> None:
    """Write a record to a file, signed by the keys named, for others to sign."""
    if record not in RECORDS:
        raise MistakeError(f"a record's type is one of {', '.join(RECORDS)}")
    settings = load()
    bootstrap.require(settings, "ledger_id")
    event = statement(record, subject, _object(data), id=str(uuid.uuid4()), time=clock.now())
    signed = sign_record(event, ledger=settings.ledger_id, signers=[keys.load(one) for one in key or []])
    registrations.write(file, signed)
    _told(registrations.opened(signed), file, as_json)


@app.command()
def sign(file: File, key: Annotated[Path, typer.Option(help="Key file of a root key.")], as_json: Json = False) -> None:
    """Add a signature to a proposal; shows what is signed."""
    settings = load()
    bootstrap.require(settings, "ledger_id")
    _told(registrations.sign(settings, file, keys.load(key)), file, as_json)


@app.command()
def publish(file: File, as_json: Json = False) -> None:
    """Publish a proposal that enough root keys have signed."""
    settings, found = reachable(load()), registrations.read(file)
    opened = registrations.Registrations(settings, [])
    try:
        reg = opened.append(found.record)
    finally:
        opened.close()
    result({**_document(found), "reg": reg}, as_json, [f"{found.statement['type']} is record {reg} of the registry"])


@app.command("new-key")
def new_key(
    file: Annotated[Path, typer.Argument(help="The file to write.")],
    kid: Annotated[str, typer.Option(help="The key's id; by default the file's name.")] = "",
    as_json: Json = False,
) -> None:
    """Draw a key, for a root key's holder; the file holds the secret, the result what others may know."""
    signer = keys.create(file, kid or file.stem)
    document = {"kid": signer.kid, "key": signer.public_b64u, "key_file": file}
    result(document, as_json, [f"{signer.kid}={signer.public_b64u}"])


@app.command("change-roots")
def change_roots(
    threshold: Annotated[int, typer.Option(min=1, help="How many of them must sign.")],
    root: Annotated[
        list[str], typer.Option(help="A root key as <kid>=<public key>; once for each that there will be.")
    ],
    propose: Propose = None,
    as_json: Json = False,
) -> None:
    """Give the ledger other root keys; as many of the old and of the new ones must sign as each threshold says."""
    named = dict(one.partition("=")[::2] for one in root)
    told = f"{threshold} of {len(named)} root keys must sign: {', '.join(named)}"
    data = {"keys": named, "threshold": threshold}
    changed("roots_changed.v1", "", data, told, propose=propose, as_json=as_json)


@app.command("add-registrar")
def add_registrar(
    kid: Annotated[str, typer.Argument(help="The key's id.")],
    key: Annotated[str, typer.Argument(help="The public key: 32 bytes, base64url.")],
    propose: Propose = None,
    as_json: Json = False,
) -> None:
    """Let one more registrar's key seal entries."""
    data = {"kid": kid, "key": key}
    changed("registrar_enrolled.v1", "", data, f"{kid} seals from now on", propose=propose, as_json=as_json)


@app.command("revoke-registrar")
def revoke_registrar(
    kid: Annotated[str, typer.Argument(help="The key's id.")], propose: Propose = None, as_json: Json = False
) -> None:
    """Let a registrar's key seal no more."""
    changed("key_revoked.v1", "", {"kid": kid}, f"{kid} seals no more", propose=propose, as_json=as_json)


@app.command("set-deadline")
def set_deadline(
    deadline: Deadline,
    after: Annotated[str, typer.Argument(help="How long the duty has, as ISO 8601: PT30M, P5D.")],
    grade: Grade = "",
    propose: Propose = None,
    as_json: Json = False,
) -> None:
    """Set how long a duty has, in place of the profile."""
    data = {"after": after, **_deadline(deadline, grade)}
    told = f"{deadline} {grade}".rstrip() + f" is due after {after}"
    changed("deadline_set.v1", "", data, told, propose=propose, as_json=as_json)


@app.command("reset-deadline")
def reset_deadline(deadline: Deadline, grade: Grade = "", propose: Propose = None, as_json: Json = False) -> None:
    """Let a duty have the profile's time again."""
    told = f"{deadline} {grade}".rstrip() + " is due as the profile has it"
    changed("deadline_reset.v1", "", _deadline(deadline, grade), told, propose=propose, as_json=as_json)


@app.command("add-witness")
def add_witness(
    name: Witness,
    key: Annotated[str, typer.Argument(help="Its public key: 32 bytes, base64url.")],
    propose: Propose = None,
    as_json: Json = False,
) -> None:
    """Add a witness, who cosigns checkpoints."""
    changed(
        "witness_added.v1", "", {"name": name, "key": key}, f"{name} is a witness", propose=propose, as_json=as_json
    )


@app.command("remove-witness")
def remove_witness(name: Witness, propose: Propose = None, as_json: Json = False) -> None:
    """Remove a witness."""
    changed("witness_removed.v1", "", {"name": name}, f"{name} is no witness", propose=propose, as_json=as_json)


def _deadline(name: str, grade: str) -> dict[str, str]:
    if name not in DEADLINES:
        raise MistakeError(f"a deadline is one of {', '.join(sorted(DEADLINES))}")
    return {"deadline": name, "grade": grade} if grade else {"deadline": name}


def _object(text: str) -> dict[str, Any]:
    try:
        found = orjson.loads(text)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise MistakeError("--data is one JSON object")
    return found


def _document(proposal: Proposal) -> dict[str, Any]:
    said = proposal.statement
    return {"type": said["type"], "subject": said.get("subject"), "data": said.get("data"), "signed_by": proposal.kids}


def _told(proposal: Proposal, file: Path, as_json: bool) -> None:
    document = {**_document(proposal), "proposal": file}
    signed = ", ".join(proposal.kids) or "nobody yet"
    about = f"{document['type']} of {document['subject']}: {json.dumps(document['data'], ensure_ascii=False)}"
    result(document, as_json, [about, f"{file}: signed by {signed}"])


def _head(found: Overview) -> str:
    roots = found.roots
    signing = f"{roots.threshold} of {len(roots.keys)} root keys must sign" if roots is not None else "no root keys"
    return f"{found.records} records, {found.ignored} ignored; {signing}"


def _rows(found: Overview) -> Iterator[tuple[str, str]]:
    for kid, key in found.roots.keys.items() if found.roots is not None else ():
        yield f"root key {kid}", key
    for due in found.deadlines:
        yield f"deadline {due.deadline} {due.grade or ''}".rstrip(), str(timedelta(seconds=due.after))
    yield from ((f"witness {name}", key) for name, key in found.witnesses.items())
    yield from ((f"mandate of {said.agency}", _mandate(said)) for said in found.mandates)
    yield from ((f"recused in {agency}", actor) for agency, actor in found.recused)
    yield from ((f"successor of {agency}", heir) for agency, heir in found.successors.items())
    yield from ((f"compromised {key.kid}", f"since {key.since}") for key in found.compromised)


def _mandate(said: MandateLine) -> str:
    what = f"{'granted' if said.granted else 'withdrawn'} {', '.join(said.types or ['all'])}"
    unit = f" for {said.unit}" if said.unit else ""
    begins = f" from {said.valid_from}" if said.valid_from else ""
    ends = f" to {said.valid_to}" if said.valid_to else ""
    return f"{what}{unit} by {said.basis}{begins}{ends}"
