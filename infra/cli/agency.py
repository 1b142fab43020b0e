"""`tamga agency`: who may publish, and with which key; every change is a registry record signed by the root key."""

from __future__ import annotations

import re
from typing import Annotated

import typer

from domain.catalogue import by_name
from infra import bootstrap, enrolment
from infra.cli.output import Json, MistakeError, reachable, result, table
from infra.settings import load

app = typer.Typer(no_args_is_help=True, help="Agencies and their keys.")
Id = Annotated[str, typer.Argument(help="The agency's id, such as mn.npa.")]

_ID = re.compile(r"[a-z0-9][a-z0-9.-]{0,63}\Z")


@app.command()
def add(
    agency: Id,
    name: Annotated[str, typer.Option(help="Its name; by default the profile's.")] = "",
    category: Annotated[list[str] | None, typer.Option(help="What it is, such as police; once for each.")] = None,
    as_json: Json = False,
) -> None:
    """Enrol an agency; draws its key and an API key into files of the data folder."""
    if _ID.match(agency) is None:
        raise MistakeError("an agency's id has lower-case letters, digits, dots and hyphens")
    proposed_name, proposed = enrolment.proposed(agency)
    categories = category or proposed
    known = sorted(set().union(*(t.mandate for t in by_name.values())))
    if not categories or not set(categories) <= set(known):
        raise MistakeError(f"--category is one of {', '.join(known)}")
    made = enrolment.add(reachable(load()), agency, name or proposed_name or agency, categories)
    lines = [f"{agency} is enrolled with key {made.kid}: {made.key_file}", f"its API key: {made.api_key_file}"]
    result(made, as_json, lines)


@app.command("list")
def list_(as_json: Json = False) -> None:
    """The enrolled agencies."""
    settings = reachable(load())
    registry = bootstrap.open_registry(settings)
    registry.log.close()
    found = enrolment.listing(registry.registry)
    rows = [
        (
            a.id,
            a.name,
            ", ".join(a.categories),
            "active" if a.active else "suspended",
            ", ".join(_key(k) for k in a.keys),
        )
        for a in found
    ]
    result({"agencies": found}, as_json, table("agencies", ("id", "name", "categories", "state", "keys"), rows))


@app.command("rotate-key")
def rotate_key(agency: Id, as_json: Json = False) -> None:
    """Give the agency a new key; the one before is no longer valid."""
    made = enrolment.rotate(reachable(load()), agency)
    result(made, as_json, [f"{agency} signs with {made.kid} from now on: {made.key_file}"])


@app.command("revoke-key")
def revoke_key(
    agency: Id,
    kid: Annotated[str, typer.Option(help="The key's id; by default the valid one.")] = "",
    as_json: Json = False,
) -> None:
    """End a key of the agency."""
    ended = enrolment.revoke(reachable(load()), agency, kid)
    result({"agency": agency, "revoked": ended}, as_json, [f"{ended} of {agency} is no longer valid"])


@app.command()
def suspend(agency: Id, as_json: Json = False) -> None:
    """Refuse what the agency submits from now on."""
    enrolment.suspend(reachable(load()), agency)
    result({"agency": agency, "active": False}, as_json, [f"{agency} is suspended"])


@app.command()
def reinstate(agency: Id, as_json: Json = False) -> None:
    """End a suspension."""
    enrolment.reinstate(reachable(load()), agency)
    result({"agency": agency, "active": True}, as_json, [f"{agency} is active"])


def _key(key: enrolment.KeyLine) -> str:
    return key.kid if key.valid else f"{key.kid} (ended)"
