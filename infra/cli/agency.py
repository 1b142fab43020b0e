"""`tamga agency`: who may publish, and with which key; every change is a registry record signed by the root keys."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

import typer

from domain.catalogue import by_name
from infra import bootstrap, enrolment
from infra.cli.changes import Propose, changed, moment, outcome
from infra.cli.output import Json, MistakeError, reachable, result, table
from infra.settings import load

app = typer.Typer(no_args_is_help=True, help="Agencies, their units, keys and mandates.")
Id = Annotated[str, typer.Argument(help="The agency's id, such as mn.npa.")]
Kid = Annotated[str, typer.Argument(help="The key's id.")]
OfUnit = Annotated[str, typer.Option(help="One of its units; by default the whole agency.")]
Begins = Annotated[str, typer.Option("--not-before", help="The first moment at which it signs, such as 2026-09-01.")]
Ends = Annotated[str, typer.Option("--not-after", help="The moment from which on it signs no more.")]

_ID = re.compile(r"[a-z0-9][a-z0-9.-]{0,63}\Z")


def categories_of(named: list[str]) -> list[str]:
    """The categories, if the catalogue knows them all."""
    known = sorted(set().union(*(t.mandate for t in by_name.values())))
    if not named or not set(named) <= set(known):
        raise MistakeError(f"--category is one of {', '.join(known)}")
    return sorted(set(named))


@app.command()
def add(
    agency: Id,
    name: Annotated[str, typer.Option(help="Its name; by default the profile's.")] = "",
    category: Annotated[list[str] | None, typer.Option(help="What it is, such as police; once for each.")] = None,
    propose: Propose = None,
    as_json: Json = False,
) -> None:
    """Enrol an agency; draws its key and an API key into files of the data folder."""
    if _ID.match(agency) is None:
        raise MistakeError("an agency's id has lower-case letters, digits, dots and hyphens")
    proposed_name, proposed = enrolment.proposed(agency)
    categories = categories_of(category or proposed)
    made = enrolment.add(reachable(load()), agency, name or proposed_name or agency, categories, proposal=propose)
    lines = [outcome(f"{agency} is enrolled with key {made.kid}: {made.key_file}", propose)]
    result(made, as_json, [*lines, f"its API key: {made.api_key_file}"])


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
            ", ".join(a.units),
        )
        for a in found
    ]
    columns = ("id", "name", "categories", "state", "keys", "units")
    result({"agencies": found}, as_json, table("agencies", columns, rows))


@app.command("add-key")
def add_key(
    agency: Id, not_before: Begins = "", not_after: Ends = "", propose: Propose = None, as_json: Json = False
) -> None:
    """Give the agency one more key, beside those that it has."""
    dates = {"not_before": not_before, "not_after": not_after}
    chosen = {name: moment(text) for name, text in dates.items() if text}
    made = enrolment.add_key(reachable(load()), agency, chosen, proposal=propose)
    result(made, as_json, [outcome(f"{agency} has the key {made.kid}: {made.key_file}", propose)])


@app.command("rotate-key")
def rotate_key(agency: Id, propose: Propose = None, as_json: Json = False) -> None:
    """Give the agency a new key; the one before is no longer valid."""
    made = enrolment.rotate(reachable(load()), agency, proposal=propose)
    result(made, as_json, [outcome(f"{agency} signs with {made.kid} from now on: {made.key_file}", propose)])


@app.command("revoke-key")
def revoke_key(
    agency: Id,
    kid: Annotated[str, typer.Option(help="The key's id; by default the valid one.")] = "",
    propose: Propose = None,
    as_json: Json = False,
) -> None:
    """End a key of the agency."""
    ended = enrolment.revoke(reachable(load()), agency, kid, proposal=propose)
    told = outcome(f"{ended} of {agency} is no longer valid", propose)
    result({"agency": agency, "revoked": ended}, as_json, [told])


@app.command("mark-compromised")
def mark_compromised(
    agency: Annotated[str, typer.Argument(help="The key's agency; the ledger's id for a registrar's key.")],
    kid: Kid,
    since: Annotated[str, typer.Argument(help="From when others may have signed with it, such as 2026-09-01T08:00Z.")],
    propose: Propose = None,
    as_json: Json = False,
) -> None:
    """End a key that others may have used; what it signed since then is shown as disputed, and stays."""
    data = {"kid": kid, "since": moment(since)}
    told = f"{kid} is no longer valid, and what it signed since {data['since']} is disputed"
    changed("key_compromised.v1", agency, data, told, propose=propose, as_json=as_json)


@app.command()
def suspend(agency: Id, unit: OfUnit = "", propose: Propose = None, as_json: Json = False) -> None:
    """Refuse what the agency, or one of its units, submits from now on."""
    _switched("suspended", agency, unit, propose, as_json)


@app.command()
def reinstate(agency: Id, unit: OfUnit = "", propose: Propose = None, as_json: Json = False) -> None:
    """End a suspension."""
    _switched("reinstated", agency, unit, propose, as_json)


def _switched(how: str, agency: str, unit: str, propose: Path | None, as_json: bool) -> None:
    name = f"unit_{how}.v1" if unit else f"agency_{how}.v1"
    told = f"{unit + ' of ' if unit else ''}{agency} is {'active' if how == 'reinstated' else how}"
    changed(name, agency, {"unit": unit} if unit else {}, told, propose=propose, as_json=as_json)


def _key(key: enrolment.KeyLine) -> str:
    return key.kid if key.valid else f"{key.kid} (ended)"
