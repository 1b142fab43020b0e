"""The table of need to know as it stands in `domain/data/sharing.toml`, read once and checked: no name without meaning.

Used by `grants`, which answers from it, and by the page that prints it.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from importlib import resources
from typing import Any, Final, NamedTuple

from domain.catalogue import by_name

ALL, HAPPENED, NOTHING = "all", "happened", "nothing"


class Grant(NamedTuple):
    """A row: agencies in one of the relations `to` (and of one of the `categories`, of any where there are none) are
    told of such events `all` clear fields, that they `happened`, `nothing`, or the named fields; `why`, for people."""

    section: str
    types: tuple[str, ...]
    to: tuple[str, ...]
    fields: tuple[str, ...]
    why: str
    categories: frozenset[str]

    def names(self, event_type: str) -> bool:
        """Is the row about this type?"""
        return any(
            pattern in ("*", event_type) or (pattern.endswith(".*") and event_type.startswith(pattern[:-1]))
            for pattern in self.types
        )


def _grants(rows: list[dict[str, str]], relations: Mapping[str, str]) -> Iterator[Grant]:
    """The rows in order. Raises `ValueError` for a row that names what is not there."""
    section = ""
    for row in rows:
        section = row.get("section", section)
        types, to, fields = (tuple(row[member].split()) for member in ("types", "to", "fields"))
        grant = Grant(section, types, to, fields, row["why"], frozenset(row.get("categories", "").split()))
        if not all(any(Grant.names(grant._replace(types=(each,)), name) for name in by_name) for each in grant.types):
            raise ValueError(f"the table of need to know: no type is {row['types']}")
        if not set(grant.to) <= relations.keys():
            raise ValueError(f"the table of need to know: no relation is {row['to']}")
        yield grant


FILE: Final[dict[str, Any]] = tomllib.loads(
    resources.files("domain.data").joinpath("sharing.toml").read_text(encoding="utf-8")
)
"""The file as it stands; `roles` reads its own part."""

RELATIONS: Final[Mapping[str, str]] = FILE["relations"]
"""How an agency can stand to an event, the nearest first, and what that means."""

LEADS_ONLY: Final[frozenset[str]] = frozenset(FILE["leads_only"])
"""Fields that only the publisher and the leads are ever told, whatever a row says by `all`."""

TABLE: Final[tuple[Grant, ...]] = tuple(_grants(FILE["grant"], RELATIONS))
