"""The table of need to know, looked up row by row: which fields of which event an agency may be told."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from naive.record import CATEGORIES, SHARING, ids


def granted(kind: str, data: dict[str, Any], relations: Sequence[str], agency: str) -> dict[str, Any] | None:
    """What the table lets an agency know that stands in these relations; None: not even that it happened."""
    found = [_fields(kind, relation, CATEGORIES[agency]) for relation in relations]
    told = [fields for fields in found if fields is not None]
    if not told:
        return None
    return {name: value for name, value in data.items() if any(_shows(fields, name) for fields in told)}


def _shows(fields: tuple[str, ...], name: str) -> bool:
    if name == "_sd":
        return False
    return name in fields or "all" in fields or ("most" in fields and name not in SHARING["leads_only"])


@cache
def _fields(kind: str, relation: str, categories: frozenset[str]) -> tuple[str, ...] | None:
    """By the first row that speaks of the type, the relation and one of the categories."""
    for row in SHARING["grant"]:
        wanted = row.get("categories", "").split()
        of_type = any(_is_named(kind, pattern) for pattern in row["types"].split())
        if of_type and relation in row["to"].split() and (not wanted or categories & {*wanted}):
            said = tuple(row["fields"].split())
            leads = relation in ("care_lead", "proceedings_lead", "publisher")
            special = {"nothing": None, "happened": (), "all": ("all",) if leads else ("most",)}
            return special[said[0]] if said[0] in special else (*said, *ids(kind))
    return None


def _is_named(kind: str, pattern: str) -> bool:
    return pattern in ("*", kind) or (pattern.endswith(".*") and kind.startswith(pattern[:-1]))


@cache
def told_anywhere(kind: str) -> frozenset[str]:
    """The categories that hear of such events without being in the case."""
    found = set[str]()
    for row in SHARING["grant"]:
        if "category" in row["to"].split() and any(_is_named(kind, pattern) for pattern in row["types"].split()):
            if row["fields"] == "nothing":
                break
            found |= {*row.get("categories", "").split()}
    return frozenset(found)
