"""What one cell of an HTCDS workbook says in codes, and never more than codes.

A reason for refusing a cell never repeats the cell: an agency's register holds personal data in every column, also
where a code was meant. Dates and ages leave this module only as a year and as an age band. Called by `htcds`.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from infra.importers import codes
from infra.importers.record import CellError, ImportFileError
from infra.importers.table import normal

_SEPARATORS = re.compile(r"[;,\n]")
_BANDS = ((8, "0-8"), (13, "9-13"), (17, "14-17"), (120, "18+"))


@dataclass(frozen=True)
class Columns:
    """The mapping table `htcds_mapping.toml`.

    `choices` is {column: (field, {cell: code})} with cells `normal`; `left_out` is {column: (problem code, reason)}.
    """

    aliases: Mapping[str, str]
    choices: Mapping[str, tuple[str, Mapping[str, str]]]
    citizenship: str
    citizenship_values: Mapping[str, str]
    year_from: tuple[str, ...]
    birthdate: str
    age: str
    otherwise: Mapping[str, str]
    left_out: Mapping[str, tuple[str, str]]


def load(path: Path) -> Columns:
    """The mapping table in a TOML file, checked against the code lists; ImportFileError `import.bad_mapping`."""
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
        age, citizenship = raw["age"], raw["citizenship"]
        groups = {normal(cell): codes.check("citizenship_group", c)[1] for cell, c in citizenship["values"].items()}
        return Columns(
            aliases={normal(alias): column for alias, column in raw["aliases"].items()},
            choices=_choices(raw),
            citizenship=citizenship["column"],
            citizenship_values=groups,
            year_from=tuple(raw["year"]["from"]),
            birthdate=age["birthdate"],
            age=age["age"],
            otherwise=dict(codes.check(field, code) for field, code in raw["otherwise"].items()),
            left_out=_left_out(raw),
        )
    except (KeyError, AttributeError, TypeError, tomllib.TOMLDecodeError) as error:
        raise ImportFileError("import.bad_mapping", f"{path.name}: {error!r}") from error


def _choices(raw: Mapping[str, Any]) -> dict[str, tuple[str, Mapping[str, str]]]:
    found: dict[str, tuple[str, Mapping[str, str]]] = {}
    for column, field in raw["picklist"].items():
        pairs = codes.labels(codes.fields()[field][0]).items()
        spelled = {normal(cell): codes.check(field, c)[1] for cell, c in raw["spelling"].get(column, {}).items()}
        found[column] = (field, {**{normal(text): code for code, label in pairs for text in (code, label)}, **spelled})
    for column, entry in raw["values"].items():
        field = entry["field"]
        cells = {normal(cell): codes.check(field, code)[1] for cell, code in entry.items() if cell != "field"}
        found[column] = (field, cells)
    return found


def _left_out(raw: Mapping[str, Any]) -> dict[str, tuple[str, str]]:
    personal = "import.personal_data"
    needs = "personal data, needs disclosures"
    return {
        **dict.fromkeys(raw["personal"]["fields"], (personal, f"not recorded: {needs}")),
        **dict.fromkeys(raw["year"]["from"], (personal, f"only the year is recorded: {needs}")),
        **dict.fromkeys(raw["age"].values(), (personal, f"only the age band is recorded: {needs}")),
        raw["citizenship"]["column"]: (personal, f"only the group is recorded: {needs}"),
        **{c: ("import.column_not_recorded", f"not recorded: {reason}") for c, reason in raw["not_recorded"].items()},
    }


def text(value: object) -> str:
    """A cell's value as text: what a row is identified by, and looked up with. Blank is the empty string."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case float() if value.is_integer():
            return str(int(value))
        case date():
            return value.isoformat()
    return str(value).strip()


def choose(cell: object, cells: Mapping[str, str], *, several: bool) -> list[str]:
    """The codes of a picklist cell, sorted and without repeats; CellError if one part is no choice of the list."""
    if not isinstance(cell, str | bool | int) or isinstance(cell, date):
        raise CellError("import.wrong_kind", "holds no text where a choice of the list belongs")
    whole = cells.get(normal(text(cell)))
    if whole is not None:
        return [whole]
    parts = [part for part in _SEPARATORS.split(text(cell)) if part.strip()]
    if not parts or (len(parts) > 1 and not several) or any(normal(part) not in cells for part in parts):
        raise CellError("import.unmapped_value", "is no choice of the list; write HTCDS's code or label")
    return sorted({cells[normal(part)] for part in parts})


def citizenship_group(cell: object, values: Mapping[str, str]) -> str:
    """The group of all citizenships in a cell: Mongolian if one is, else another country's before none's."""
    if not isinstance(cell, str):
        raise CellError("import.wrong_kind", "holds no text where a citizenship belongs")
    parts = [part for part in _SEPARATORS.split(cell) if part.strip()]
    if not parts:
        raise CellError("import.unmapped_value", "names no citizenship")
    found = {values.get(normal(part)) or codes.citizenship_group(codes.country(part)) for part in parts}
    return next(group for group in ("mongolian", "other", "stateless", "unknown") if group in found)


def day(cell: object) -> date:
    """The date in a cell: a date of the workbook, or YYYY-MM-DD as text."""
    match cell:
        case datetime():
            return cell.date()
        case date():
            return cell
        case str():
            try:
                return date.fromisoformat(cell.strip())
            except ValueError:
                raise CellError("import.bad_date", "is no date; use the date format or YYYY-MM-DD") from None
    raise CellError("import.wrong_kind", "holds no date")


def years(cell: object) -> int:
    """The age in a cell, in whole years from 0 to 120."""
    whole = text(cell)
    if isinstance(cell, bool | date) or not whole.isascii() or not whole.isdigit():
        raise CellError("import.wrong_kind", "holds no whole number of years")
    if len(whole) > 3 or int(whole) > _BANDS[-1][0]:
        raise CellError("import.bad_age", "is no age of a person")
    return int(whole)


def band(age: int) -> str:
    """The age band of an age in years."""
    return next(name for last, name in _BANDS if age <= last)


def band_on(birth: date, first: date, last: date) -> str | None:
    """The age band of somebody born on `birth`, if it is the same on every day from `first` to `last`."""
    ages = [d.year - birth.year - ((d.month, d.day) < (birth.month, birth.day)) for d in (first, last)]
    if ages[1] < 0 or ages[0] > _BANDS[-1][0]:
        raise CellError("import.bad_date", "is no birth date of somebody registered then")
    bands = {band(max(age, 0)) for age in ages}
    return bands.pop() if len(bands) == 1 else None
