"""Writes `docs/reference/sharing.md`: the table of need to know, and what follows from it for each type of event.

python tools/sharing_page.py [--check]
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from itertools import groupby

from generated import cell, settle

from domain import sharing
from domain.catalogue import by_name
from domain.profile import AGENCIES
from domain.sharing import Grant, Role

PAGE = "docs/reference/sharing.md"

HEAD = """<!-- Written by tools/sharing_page.py from domain/data/sharing.toml. -->
# Need to know

Which agency is told which field of which event, by its relation to the event. Everything that an agency is shown (its
views, the API, exports, its feed) is made of what this table grants and of nothing else ([views.md](views.md#rooms)).

The table is read from the top: the first row that names the type, the relation and one of the agency's categories
decides. Where an agency stands in several relations, it is told what they grant together. *all*: every field that
stands in clear; *happened*: only that it happened, when and by whom; *nothing*: not even that; names: these fields,
beside the ids that the event is about. What is sealed (names, places, statements) is never granted here: it is read
on record, through the keyring.

Before the table stand three rules. An agency whose own official is accused, or that a restriction of the case shuts
out, is told nothing of the case any more, and of the accusation never. A refusal is told to its sender alone. `unit`
and `actor` stand at the agency's own events alone. For whoever is no party to it, a care provider (a shelter, or who
published a care event) stands as `care-provider-<n>`, the same number throughout a case.
"""

TABLE = """
## The table

| events | told to | of these categories | fields | why |
|---|---|---|---|---|
"""

ROLES = """
## Within an agency

Who of an agency reads which of its rows. An agency's system asks with a key; its people with tokens that name roles,
units and the officer's pseudonym. Several roles add up; who is recused from a case reads nothing of it by any of them.
*Own* cases are those in which the officer holds a role, or one of the officer's units acted. Under the restrictions
named, only an officer who holds a role in the case reads it (`official_accused`: somebody of an agency is accused in
it). The database itself holds this, by policies that are generated from it, and reads nothing for nobody: see
[ADR 0029](../adr/0029-row-level-security-is-generated.md).

| role | reads | cases | of those, only with a role in it when restricted to | views |
|---|---|---|---|---|
"""

FOLLOWS = """
## What follows for each type

The publisher is told all of its own event. Where categories differ, each difference is named.

| type | counterpart | care lead | proceedings lead | in the case | not in the case | once it was told of it |
|---|---|---|---|---|---|---|
"""

_COLUMNS = ("counterpart", "care_lead", "proceedings_lead", "in_case", "category", "hears")
_CATEGORIES = sorted(set().union(*(agency.categories for agency in AGENCIES.values())))


def page() -> str:
    """The page."""
    relations = "".join(f"| `{name}` | {text} |\n" for name, text in sharing.RELATIONS.items())
    return "".join(
        [
            HEAD,
            f"\n## Relations\n\n| relation | the agency |\n|---|---|\n{relations}",
            f"\nWhatever a row says, only publisher and leads are told {_names(sorted(sharing.LEADS_ONLY))}.\n",
            TABLE,
            *_table(),
            ROLES,
            *(_role(name, role) for name, role in sharing.ROLES.items()),
            FOLLOWS,
            *(_type(name) for name in sorted(by_name)),
        ]
    )


def _table() -> Iterator[str]:
    for section, rows in groupby(sharing.TABLE, key=lambda grant: grant.section):
        yield f"| **{section}** | | | | |\n"
        yield from map(_row, rows)


def _row(grant: Grant) -> str:
    fields = grant.fields[0] if grant.fields[0] in ("all", "happened", "nothing") else _names(grant.fields)
    categories = _names(sorted(grant.categories)) or "any"
    told = (_names(grant.types), _names(grant.to), categories, fields, cell(grant.why))
    return f"| {' | '.join(told)} |\n"


def _role(name: str, role: Role) -> str:
    held, views = _names(role.held) or "", _names(role.views) or "all"
    return f"| `{name}` | {role.text} | {role.cases} | {held} | {views if role.cases != 'none' else 'none'} |\n"


def _names(names: list[str] | tuple[str, ...]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _type(name: str) -> str:
    return f"| `{name}` | {' | '.join(_told(name, relation) for relation in _COLUMNS)} |\n"


def _told(name: str, relation: str) -> str:
    """What any agency is told by the relation, and which categories are told something else."""
    said: dict[str, list[str]] = {}
    for category in _CATEGORIES:
        said.setdefault(_fields(name, relation, frozenset({category})), []).append(category)
    others = _fields(name, relation, frozenset())
    differing = [f"{', '.join(each)}: {fields}" for fields, each in said.items() if fields != others]
    return "; ".join([*differing, f"others: {others}"]) if differing else others


def _fields(name: str, relation: str, categories: frozenset[str]) -> str:
    found = sharing.fields(name, relation, categories)
    every = sharing.fields(name, "publisher", categories)
    if found is None or every is None:
        return "nothing"
    if not found:
        return "happened"
    return "all" if found == every else _names(sorted(found))


if __name__ == "__main__":
    raise SystemExit(settle("sharing_page", {PAGE: page()}, check="--check" in sys.argv[1:]))
