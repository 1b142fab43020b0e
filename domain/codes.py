"""A code list is one closed set under one name, and only the data files say what stands in it.

Names are those that the catalogue uses: `tamga` lists plainly (`referral_urgency`), IOM HTCDS 2.0 lists by field
(`vic_TraffickingStatus`), others with their source before the dot (`primero.risk_level`). Read once at import; called
by `domain.values` for the models and by whoever prints or checks a code.
"""

from __future__ import annotations

import json
from importlib import resources
from typing import Any


def _file(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(resources.files("domain.data").joinpath(name).read_text(encoding="utf-8"))
    return loaded


def _code(code: str) -> str:
    # The research marks a source's own misspelling with "(sic)"; the mark is not part of the code.
    return code.removesuffix("(sic)")


def _dotted(source: str, lists: dict[str, Any]) -> dict[str, frozenset[str]]:
    return {
        f"{source}.{name}": frozenset(map(_code, values))
        for name, values in lists.items()
        if isinstance(values, list) and all(isinstance(value, str) for value in values)
    }


def _read() -> dict[str, frozenset[str]]:
    other, htcds = _file("codelists_other.json"), _file("htcds_v2.json")
    found = {name: frozenset(map(_code, values)) for name, values in other["tamga"]["lists"].items()}
    for field, values in htcds["code_lists"].items():
        found[field] = frozenset(value["code"] for value in values)
    for source in ("primero", "uk_nrm", "uco"):
        found |= _dotted(source, other[source])
    for name in ("custody_break_codes", "rule_breach_codes"):
        found[name] = frozenset(other[name]["codes"])
    found["breach_code"] = found["custody_break_codes"] | found["rule_breach_codes"]
    return found


_LISTS = _read()


def codes(kind: str) -> frozenset[str] | None:
    """The codes of the list `kind`, or None when no list has this name."""
    return _LISTS.get(kind)


def names() -> frozenset[str]:
    """The names of every code list."""
    return frozenset(_LISTS)
