"""Writes `docs/openapi.json` from the API's routes, byte for byte the same each time; `--check` fails when it is stale.

python tools/openapi.py [--check]
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FILE = ROOT / "docs" / "openapi.json"


def document() -> str:
    """The OpenAPI document as it is checked in."""
    sys.path.insert(0, str(ROOT))
    from infra.api.app import build
    from infra.settings import Settings

    return json.dumps(build(Settings(data=ROOT)).openapi(), indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def main(arguments: list[str]) -> int:
    """Write, or compare; the exit status."""
    fresh = document()
    if arguments == ["--check"]:
        if FILE.exists() and FILE.read_text(encoding="utf-8") == fresh:
            return 0
        print("docs/openapi.json is stale; run: python tools/openapi.py", file=sys.stderr)
        return 1
    FILE.parent.mkdir(exist_ok=True)
    FILE.write_text(fresh, encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
