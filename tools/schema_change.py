"""A published schema changes only in ways that break neither its writers nor its readers: docs/adr/0014 says which.

`broken` compares two JSON Schemas of `data` as `domain.catalogue.json_schema` makes them; `shape` is what of a schema
counts. Called by `tools/schemas.py` before it writes, and by the tests.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import Any

Schema = Mapping[str, Any]

PROSE = frozenset(("$schema", "title", "description"))
"""Keywords that say nothing of what is valid."""

_COMPARED = frozenset(("properties", "required", "items", "enum", "const"))


def shape(schema: Schema) -> dict[str, Any]:
    """The schema without its prose, codes and required names in order: equal shapes take and promise the same."""
    made: dict[str, Any] = {}
    for keyword, value in schema.items():
        if keyword in PROSE:
            continue
        if keyword == "properties":
            value = {name: shape(field) for name, field in value.items()}
        elif keyword == "items":
            value = shape(value)
        elif keyword in ("enum", "required"):
            value = sorted(value)
        made[keyword] = value
    return made


def digest(schema: Schema) -> str:
    """SHA-256 of the shape, hexadecimal: what the registry of published versions holds."""
    return sha256(json.dumps(shape(schema), sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def broken(before: Schema, after: Schema) -> list[str]:
    """Each change that breaks a writer or a reader of the schema `before`, in words; empty when none does."""
    return list(_object(before, after))


def _object(before: Schema, after: Schema) -> Iterator[str]:
    old, new = before["properties"], after["properties"]
    was, now = frozenset(before.get("required", ())), frozenset(after.get("required", ()))
    for name in sorted(old.keys() - new.keys()):
        yield f"field {name} was removed"
    for name in sorted(now - was):
        yield f"field {name} became required"
    for name in sorted((was - now) & new.keys()):
        yield f"field {name} became optional"
    for name in sorted(old.keys() & new.keys()):
        yield from _value(name, old[name], new[name])
    yield from _others("data", before, after)


def _value(name: str, before: Schema, after: Schema) -> Iterator[str]:
    """A field's value, or the items of a list."""
    if ("items" in before) != ("items" in after):
        yield f"{name}: a list became one value, or one value a list"
    elif "items" in before:
        yield from _value(f"items of {name}", before["items"], after["items"])
    was, now = _codes(before), _codes(after)
    if was is None and now is not None:
        yield f"{name}: any value became a list of codes"
    elif was is not None and now is None:
        yield f"{name}: a list of codes became any value"
    elif was is not None and now is not None:
        yield from (f"{name}: code {code} was removed" for code in sorted(was - now))
    yield from _others(name, before, after)


def _codes(schema: Schema) -> frozenset[str] | None:
    """The codes of a value; a list of one code is written as `const`."""
    if "const" in schema:
        return frozenset((schema["const"],))
    return frozenset(schema["enum"]) if "enum" in schema else None


def _others(name: str, before: Schema, after: Schema) -> Iterator[str]:
    """Every other keyword must stand as it stood: type, pattern, bounds, and whatever else comes to be used."""
    for keyword in sorted((before.keys() | after.keys()) - PROSE - _COMPARED):
        if before.get(keyword) != after.get(keyword):
            yield f"{name}: {keyword} was {before.get(keyword)} and became {after.get(keyword)}"
