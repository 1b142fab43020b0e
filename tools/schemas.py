"""Writes `docs/schemas/<wire type>.json`, the JSON Schema (2020-12) of the `data` of every version of every known type.

`docs/schemas/published.json` lists the versions that agencies may rely on, each with the digest of its shape. Nothing
is written while a published version would break (docs/adr/0014): make a new version of the type instead.

python tools/schemas.py [--check | --publish]

`--publish` adds every known version to the published ones.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from typing import Any

from generated import ROOT, settle
from schema_change import broken, digest

from domain.catalogue import by_wire, json_schema

FOLDER = "docs/schemas"
REGISTRY = f"{FOLDER}/published.json"
ABOUT = "Versions that no change may break, each with the SHA-256 of its schema's shape; written by tools/schemas.py."


def published() -> dict[str, str]:
    """Wire type to digest, as checked in."""
    file = ROOT / REGISTRY
    return dict(json.loads(file.read_text(encoding="utf-8"))["versions"]) if file.exists() else {}


def made() -> dict[str, dict[str, Any]]:
    """Wire type to schema, as the catalogue has it."""
    return {wire: json_schema(version) for wire, version in by_wire.items()}


def faults(wanted: Mapping[str, str], fresh: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """What of the published versions is lost, was changed by hand, or would break."""
    for wire, shape in sorted(wanted.items()):
        file = ROOT / FOLDER / f"{wire}.json"
        if wire not in fresh:
            yield f"{wire} is published and the catalogue has lost it"
        elif not file.exists():
            yield f"{wire} is published and its schema is not checked in"
        else:
            before = json.loads(file.read_text(encoding="utf-8"))
            if digest(before) != shape:
                yield f"{wire} is not the schema that was published: it was changed by hand"
            yield from (f"{wire}: {what}" for what in broken(before, fresh[wire]))


def files(wires: Mapping[str, str], fresh: Mapping[str, dict[str, Any]]) -> dict[str, str]:
    """Path to text, one a version, and the published ones with their digests."""
    said = {"about": ABOUT, "versions": {wire: digest(fresh[wire]) for wire in sorted(wires)}}
    return {f"{FOLDER}/{wire}.json": _text(schema) for wire, schema in fresh.items()} | {REGISTRY: _text(said)}


def _text(document: Mapping[str, object]) -> str:
    return json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def main(arguments: list[str]) -> int:
    """Write, or compare; the exit status."""
    known, fresh = published(), made()
    if found := list(faults(known, fresh)):
        print("\n".join([*found, "a published version never breaks (docs/adr/0014): make a new one"]), file=sys.stderr)
        return 1
    if arguments == ["--publish"]:
        known = dict.fromkeys(fresh, "") | known
    return settle("schemas", files(known, fresh), check="--check" in arguments, only=f"{FOLDER}/*.json")


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
