"""Writes `docs/reference/settings.md` from the fields of `infra.settings.Settings`.

python tools/settings_page.py [--check]
"""

from __future__ import annotations

import sys
from types import UnionType
from typing import Any, get_args

from generated import cell, settle
from pydantic.fields import FieldInfo

from infra.settings import Settings

PAGE = "docs/reference/settings.md"

HEAD = """<!-- Written by tools/settings_page.py from infra/settings.py. -->
# Settings

Every process takes its settings from the environment, then from `tamga.env` in the data folder (`tamga up` writes it),
then from the defaults. No setting holds a secret: keys are files with mode 0600, named by their path.

| variable | kind | default | what it is |
|---|---|---|---|
"""

ELSEWHERE = """
These are read outside `Settings`:

| variable | read by | what it is |
|---|---|---|
| `TAMGA_CACHE` | `tamga up`, `make demo`, `make test` | folder of downloads and runtimes |
| `TAMGA_FORCE_PARTITION` | the registrar | take this partition, whoever holds it: for tests of two registrars |
| `LEDGER_PARTITION` | applications of `eventsourcing` | ledger partition of `infra.recorder:LedgerFactory`; default 0 |

The data folder's default is `$XDG_DATA_HOME/tamga` (`~/.local/share/tamga`), for root `/var/tmp/tamga/data`; that of
the cache is `$XDG_CACHE_HOME/tamga` (`~/.cache/tamga`), for root `/var/tmp/tamga/cache`.
"""


def page() -> str:
    """The page."""
    rows = (
        f"| `TAMGA_{name.upper()}` | {_kind(field)} | {_default(field)} | {cell(field.description or '')} |\n"
        for name, field in Settings.model_fields.items()
    )
    return HEAD + "".join(rows) + ELSEWHERE


def _kind(field: FieldInfo) -> str:
    words = {str: "text", int: "number", float: "number", bool: "true or false"}
    known: Any = field.annotation
    if isinstance(known, UnionType):
        known = next(part for part in get_args(known) if part is not type(None))
    limits = [f"{word} {getattr(m, name)}" for m in field.metadata for word, name in _LIMITS if hasattr(m, name)]
    return " ".join([words.get(known, "path"), *limits])


_LIMITS = (("from", "ge"), ("above", "gt"), ("to", "le"))


def _default(field: FieldInfo) -> str:
    if field.default_factory is not None:
        return "see below"
    return "none" if field.default in ("", None) else f"`{field.default}`"


if __name__ == "__main__":
    raise SystemExit(settle("settings_page", {PAGE: page()}, check="--check" in sys.argv[1:]))
