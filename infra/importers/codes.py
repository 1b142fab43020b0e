"""The codes that an imported record may hold: fields of `case.RecordImported`, their lists, and countries.

A mapping table is checked against these lists before the first row is read, so that a mistyped code is a message to
who changed the table and never 14,000 refused submissions. Lists are read from `domain/data`, countries (ISO 3166-1)
from `countries.toml`. Called by `table`, `ctdc` and `htcds`.
"""

from __future__ import annotations

import json
import re
import tomllib
from functools import cache
from importlib import resources
from typing import Any

from infra.importers.record import CellError, ImportFileError

_CLEAR = re.compile(r"(?P<name>\w+)(?P<list>\[\])?(?P<optional>\?)?:(?P<kind>\w+)")
_NOT_A_LIST = {"year", "int", "country"}


def _data(name: str) -> Any:
    return json.loads((resources.files("domain") / "data" / name).read_bytes())


@cache
def fields() -> dict[str, tuple[str, bool, bool]]:
    """Each clear field of `case.RecordImported`: (kind, whether a list, whether required), as the catalogue says."""
    (event,) = (t for t in _data("event_catalogue.json")["types"] if t["type"] == "case.RecordImported")
    found = (_CLEAR.fullmatch(text) for text in event["clear"])
    return {m["name"]: (m["kind"], bool(m["list"]), not m["optional"]) for m in found if m}


@cache
def labels(kind: str) -> dict[str, str]:
    """A code list as {code: label}; `kind` is a list of HTCDS or of the project. ImportFileError when there is none."""
    htcds = _data("htcds_v2.json")["code_lists"]
    if kind in htcds:
        return {entry["code"]: entry["label"] for entry in htcds[kind]}
    own = _data("codelists_other.json")["tamga"]["lists"]
    if kind in own:
        return {code: code for code in own[kind]}
    raise ImportFileError("import.bad_mapping", f"there is no code list {kind!r}")


@cache
def htcds_fields() -> dict[str, str]:
    """The fields of HTCDS 2.0 as {field: label}."""
    return {entry["field"]: entry["label"] for entry in _data("htcds_v2.json")["fields"]}


def is_list(field: str) -> bool:
    """Whether the field holds a list of codes."""
    return fields()[field][1]


def check(field: str, code: str) -> tuple[str, str]:
    """(field, code), or ImportFileError `import.bad_mapping` when the field or the code does not exist."""
    if field not in fields():
        raise ImportFileError("import.bad_mapping", f"case.RecordImported has no field {field!r}")
    kind = fields()[field][0]
    if kind in _NOT_A_LIST:
        raise ImportFileError("import.bad_mapping", f"{field} is a {kind}: give the column this kind instead of codes")
    if code not in labels(kind):
        raise ImportFileError("import.bad_mapping", f"{code!r} is no code of {kind}")
    return field, code


@cache
def _countries() -> dict[str, str]:
    text = (resources.files("infra.importers") / "countries.toml").read_text(encoding="utf-8")
    pairs = tomllib.loads(text)
    return {**{alpha2: alpha2 for alpha2 in pairs}, **{alpha3: alpha2 for alpha2, alpha3 in pairs.items()}}


def country(text: str) -> str:
    """The ISO 3166-1 alpha-2 code of an alpha-2 or alpha-3 code, whatever its case; CellError if not assigned."""
    code = _countries().get(text.strip().upper())
    if code is None:
        raise CellError("import.unmapped_value", "is no officially assigned code of ISO 3166-1")
    return code


def citizenship_group(alpha2: str) -> str:
    """The group that a country falls in where the country itself must not be recorded."""
    return "mongolian" if alpha2 == "MN" else "other"
