"""A generated file is checked in, so that a reader needs no tool and `make check` sees when it is stale.

Each generator beside this module makes the texts and hands them to `settle`, which writes them or compares them. Python
puts a script's own folder first on its path; importing this module puts the project's root there too.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))


def settle(tool: str, files: Mapping[str, str], *, check: bool, only: str | None = None) -> int:
    """Write `files` (path below the root to text), or compare them; the exit status, 1 when one is stale.

    `only` is a pattern of paths below the root: files there that are not among `files` are removed, or are stale.
    """
    stale = [path for path, text in files.items() if _read(path) != text]
    left = [str(p.relative_to(ROOT)) for p in sorted(ROOT.glob(only))] if only else []
    left = [path for path in left if path not in files]
    if check:
        for path in [*stale, *left]:
            print(f"{path} is stale; run: python tools/{tool}.py", file=sys.stderr)
        return 1 if stale or left else 0
    for path in stale:
        target = ROOT / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(files[path], encoding="utf-8")
    for path in left:
        (ROOT / path).unlink()
    return 0


def cell(text: str) -> str:
    """Text as it may stand in a cell of a Markdown table."""
    return text.replace("|", "\\|").replace("\n", " ")


def between(path: str, name: str, text: str) -> str:
    """The file with `text` between the marks `<!-- name:begin -->` and `<!-- name:end -->`. Raises ValueError."""
    head, begin, rest = (_read(path) or "").partition(f"<!-- {name}:begin -->\n")
    _, end, tail = rest.partition(f"<!-- {name}:end -->")
    if not begin or not end:
        raise ValueError(f"{path} has no place marked {name}")
    return f"{head}{begin}{text}{end}{tail}"


def _read(path: str) -> str | None:
    file = ROOT / path
    return file.read_text(encoding="utf-8") if file.exists() else None
