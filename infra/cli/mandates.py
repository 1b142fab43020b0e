"""`tamga agency`, second part: units, categories and mandates of agencies, and officers recused from every case.

How a mandate that is granted or withdrawn combines with the categories is said in `docs/reference/registry.md`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from domain.catalogue import read as catalogue
from infra.cli.agency import Id, OfUnit, app, categories_of
from infra.cli.changes import Propose, changed, moment
from infra.cli.output import Json, MistakeError

__all__ = ["app"]

Unit = Annotated[str, typer.Argument(help="The unit, as events name it in `unit`.")]
Officer = Annotated[str, typer.Argument(help="The officer's pseudonym, as events name it in `actor`.")]
Categories = Annotated[list[str] | None, typer.Option("--category", help="What it is, such as police; once for each.")]
Types = Annotated[
    list[str] | None,
    typer.Option("--type", help="A type, such as referral.ReferralAccepted; once for each. By default all."),
]
Text = Annotated[str, typer.Option(help="The law that it rests on, such as law_on_combating_tip_2012.")]
Article = Annotated[str, typer.Option(help="The article of that law, such as 9.4.")]
From = Annotated[str, typer.Option("--from", help="When it begins, such as 2026-09-01; by default at once.")]
To = Annotated[str, typer.Option("--to", help="When it is over; by default never.")]


@app.command("add-unit")
def add_unit(
    agency: Id,
    unit: Unit,
    name: Annotated[str, typer.Option(help="Its name; by default its id.")] = "",
    category: Categories = None,
    propose: Propose = None,
    as_json: Json = False,
) -> None:
    """Add a unit; from an agency's first unit on, only its units publish. Its categories narrow the agency's."""
    data: dict[str, Any] = {"unit": unit, "name": name or unit}
    if category:
        data["categories"] = categories_of(category)
    changed("unit_added.v1", agency, data, f"{agency} has the unit {unit}", propose=propose, as_json=as_json)


@app.command("close-unit")
def close_unit(agency: Id, unit: Unit, propose: Propose = None, as_json: Json = False) -> None:
    """Close a unit for ever."""
    told = f"{unit} of {agency} is closed"
    changed("unit_closed.v1", agency, {"unit": unit}, told, propose=propose, as_json=as_json)


@app.command("set-categories")
def set_categories(agency: Id, category: Categories = None, propose: Propose = None, as_json: Json = False) -> None:
    """Give the agency other categories; those named are all that it has from now on."""
    data = {"categories": categories_of(category or [])}
    told = f"{agency} is {', '.join(data['categories'])}"
    changed("agency_categories_changed.v1", agency, data, told, propose=propose, as_json=as_json)


@app.command("name-successor")
def name_successor(
    agency: Id,
    successor: Annotated[str, typer.Argument(help="The agency that takes over, enrolled before.")],
    propose: Propose = None,
    as_json: Json = False,
) -> None:
    """Name the agency that has taken over another one's duties."""
    told = f"{successor} has taken over from {agency}"
    changed(
        "agency_successor_named.v1", agency, {"successor": successor}, told, propose=propose, as_json=as_json
    )  # fmt: skip


@app.command()
def grant(
    agency: Id,
    text: Text,
    article: Article,
    type: Types = None,
    unit: OfUnit = "",
    begins: From = "",
    ends: To = "",
    propose: Propose = None,
    as_json: Json = False,
) -> None:
    """Let an agency or a unit publish types, whatever its categories; without --type, all that they give."""
    _mandate("granted", agency, _data(text, article, type, unit, begins, ends), propose, as_json)


@app.command()
def withdraw(
    agency: Id,
    text: Text,
    article: Article,
    type: Types = None,
    unit: OfUnit = "",
    begins: From = "",
    ends: To = "",
    propose: Propose = None,
    as_json: Json = False,
) -> None:
    """Let an agency or a unit publish types no more, whatever its categories; without --type, none at all."""
    _mandate("withdrawn", agency, _data(text, article, type, unit, begins, ends), propose, as_json)


@app.command()
def recuse(agency: Id, officer: Officer, propose: Propose = None, as_json: Json = False) -> None:
    """Keep an officer from deciding in any case."""
    told = f"{officer} of {agency} decides nothing"
    changed("officer_recused.v1", agency, {"actor": officer}, told, propose=propose, as_json=as_json)


@app.command("end-recusal")
def end_recusal(agency: Id, officer: Officer, propose: Propose = None, as_json: Json = False) -> None:
    """Let the officer decide again."""
    told = f"{officer} of {agency} may decide"
    changed("recusal_ended.v1", agency, {"actor": officer}, told, propose=propose, as_json=as_json)


def _data(text: str, article: str, types: list[str] | None, unit: str, begins: str, ends: str) -> dict[str, Any]:
    unknown = set(types or []) - {entry["type"] for entry in catalogue()["types"]}
    if unknown:
        raise MistakeError(f"the catalogue has no type {min(unknown)}: see docs/reference/events.md")
    data: dict[str, Any] = {"basis": {"text": text, "article": article}}
    data |= {name: moment(said) for name, said in (("valid_from", begins), ("valid_to", ends)) if said}
    return data | ({"unit": unit} if unit else {}) | ({"types": sorted(set(types))} if types else {})


def _mandate(how: str, agency: str, data: dict[str, Any], propose: Path | None, as_json: bool) -> None:
    what = ", ".join(data.get("types", ["all types of its categories" if how == "granted" else "all types"]))
    who = f"{data['unit']} of {agency}" if "unit" in data else agency
    told = f"{what}: {how} for {who} by {data['basis']['text']} {data['basis']['article']}"
    changed(f"mandate_{how}.v1", agency, data, told, propose=propose, as_json=as_json)
