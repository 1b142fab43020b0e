"""Writes `docs/schemas/<wire type>.json`, the JSON Schema (2020-12) of the `data` of every known type.

python tools/schemas.py [--check]
"""

from __future__ import annotations

import json
import sys

from generated import settle

from domain.catalogue import by_name, json_schema

FOLDER = "docs/schemas"


def files() -> dict[str, str]:
    """Path to text, one a type."""
    return {f"{FOLDER}/{known.wire}.json": _text(json_schema(known)) for known in by_name.values()}


def _text(schema: dict[str, object]) -> str:
    return json.dumps(schema, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    raise SystemExit(settle("schemas", files(), check="--check" in sys.argv[1:], only=f"{FOLDER}/*.json"))
