"""A mapping table of columns: read from TOML, checked against the code lists, and fitted to a file's header.

The table is the whole of the mapping: no code of a list stands in a program, and a mistake in the table is an
`ImportFileError` `import.bad_mapping` that names it before any row is read. `ctdc_mapping.toml` says how it is
written. Called by `ctdc`.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from infra.importers import codes
from infra.importers.record import FILE, CellError, ImportFileError, Problem

Codes = tuple[tuple[str, str], ...]
"""What a cell says: (field, code) pairs."""

_YEAR = re.compile(r"((?:19|20)[0-9]{2})(?:\.0)?")


def normal(text: str) -> str:
    """A cell or column name as it is looked up: outer blanks and case do not count."""
    return " ".join(text.split()).casefold()


@dataclass(frozen=True)
class Rule:
    """What the cells of one column say. `kind` is codes, year, citizenship or citizenship_group."""

    column: str
    cells: Mapping[str, Codes]
    kind: str = "codes"
    separator: str | None = None
    unless_column: str | None = None
    unless_stated: tuple[str, ...] = ()

    def read(self, cell: str) -> Codes:
        """The cell's codes, none if it states nothing; CellError if the table does not know it."""
        known = self.cells.get(normal(cell))
        if known is not None:
            return known
        match self.kind:
            case "year":
                year = _YEAR.fullmatch(cell.strip())
                if year is None:
                    raise CellError("import.bad_year", "is no year of four digits")
                return (("year", year[1]),)
            case "citizenship":
                return (("citizenship", codes.country(cell)),)
            case "citizenship_group":
                return (("citizenship_group", codes.citizenship_group(codes.country(cell))),)
        if self.separator and self.separator in cell:
            return tuple(code for part in cell.split(self.separator) for code in self.read(part))
        raise CellError("import.unmapped_value", "stands for nothing in the mapping table")

    def fields(self) -> set[str]:
        """The fields that the column can fill."""
        return {self.kind} if self.kind != "codes" else {field for row in self.cells.values() for field, _ in row}


@dataclass(frozen=True)
class Dataset:
    """A dataset of the table: the columns that it must have, and what holds for each of its rows."""

    name: str
    required: tuple[str, ...]
    citizenship: str
    always: Codes


@dataclass(frozen=True)
class Table:
    """The mapping table. Column names are `normal`; `weak` are (field, code) pairs that give way to others."""

    datasets: tuple[Dataset, ...]
    rules: Mapping[str, tuple[Rule, ...]]
    row_numbers: frozenset[str]
    not_recorded: Mapping[str, str]
    derived: Mapping[str, str]
    weak: frozenset[tuple[str, str]]

    def dataset(self, header: Sequence[str], name: str | None) -> Dataset:
        """The dataset called `name`, else the first one whose required columns all stand in the header."""
        present = {normal(column) for column in header}
        wanted = [d for d in self.datasets if name in (None, d.name)]
        if not wanted:
            raise ImportFileError("import.unknown_dataset", f"the mapping table has no dataset {name!r}")
        missing = [[column for column in d.required if normal(column) not in present] for d in wanted]
        for candidate, gap in zip(wanted, missing, strict=True):
            if not gap:
                return candidate
        gaps = "; ".join(f"{d.name}: {', '.join(gap)}" for d, gap in zip(wanted, missing, strict=True))
        how = "are the columns separated by commas, tabs or semicolons?"
        raise ImportFileError("import.missing_column", f"required columns are missing ({gaps}); {how}")

    def steps(self, header: Sequence[str], dataset: Dataset) -> list[tuple[int, Rule]]:
        """(position, rule) of each column that is read; rules that yield to other columns come last."""
        present = {normal(column) for column in header}
        found = [
            (index, replace(rule, kind=dataset.citizenship) if rule.kind == "citizenship" else rule)
            for index, column in enumerate(header)
            for rule in self.rules.get(normal(column), ())
            if rule.unless_column is None or normal(rule.unless_column) not in present
        ]
        return sorted(found, key=lambda step: bool(step[1].unless_stated))

    def notices(self, header: Sequence[str]) -> Iterator[Problem]:
        """One warning for each column that is not recorded, and why."""
        present = {normal(column) for column in header}
        for column in header:
            name = normal(column)
            if name in self.not_recorded:
                reason = f"not recorded: {self.not_recorded[name]}"
                yield Problem(FILE, column, reason, "warning", "import.column_not_recorded")
            elif name not in self.rules and name not in self.row_numbers and self.derived.get(name) not in present:
                yield Problem(FILE, column, "column not mapped", "warning", "import.column_not_mapped")


def load(path: Path) -> Table:
    """The table in a TOML file. ImportFileError `import.bad_mapping` for what it cannot mean."""
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
        missing = [normal(cell) for cell in raw["missing"]]
        rules: dict[str, tuple[Rule, ...]] = {}
        for rule in (*_columns(raw, missing), *_flags(raw, missing)):
            rules[normal(rule.column)] = (*rules.get(normal(rule.column), ()), rule)
        return Table(
            datasets=tuple(_dataset(name, entry) for name, entry in raw["dataset"].items()),
            rules=rules,
            row_numbers=frozenset(map(normal, raw["row_numbers"])),
            not_recorded={normal(column): reason for column, reason in raw["not_recorded"].items()},
            derived={normal(column): normal(other) for column, other in raw["derived"].items()},
            weak=frozenset(codes.check(field, code) for field, code in raw["weak"].items()),
        )
    except (KeyError, AttributeError, TypeError, tomllib.TOMLDecodeError) as error:
        raise ImportFileError("import.bad_mapping", f"{path.name}: {error!r}") from error


def _dataset(name: str, entry: Mapping[str, Any]) -> Dataset:
    codes.check("dataset", name)
    if entry["citizenship"] not in ("citizenship", "citizenship_group"):
        raise ImportFileError("import.bad_mapping", f"dataset {name}: citizenship is no field of that kind")
    always = tuple(codes.check(field, code) for field, code in entry.get("always", {}).items())
    return Dataset(name=name, required=tuple(entry["required"]), citizenship=entry["citizenship"], always=always)


def _meaning(field: str | None, value: str | Mapping[str, str]) -> Codes:
    pairs = {str(field): value} if isinstance(value, str) else value
    return tuple(codes.check(name, code) for name, code in pairs.items())


def _columns(raw: Mapping[str, Any], missing: Sequence[str]) -> Iterator[Rule]:
    for column, entry in raw["column"].items():
        field = entry.get("field")
        nothing = _meaning(field, entry["when_missing"]) if "when_missing" in entry else ()
        blank = [*missing, *map(normal, entry.get("missing", ()))]
        cells = {normal(cell): _meaning(field, value) for cell, value in entry.get("values", {}).items()}
        kind = {"year": "year", "country": "citizenship"}[entry["kind"]] if "kind" in entry else "codes"
        yield Rule(
            column=column,
            cells={**dict.fromkeys(blank, nothing), **cells},
            kind=kind,
            separator=entry.get("separator"),
            unless_column=entry.get("unless_column"),
            unless_stated=tuple(entry.get("unless_stated", ())),
        )


def _flags(raw: Mapping[str, Any], missing: Sequence[str]) -> Iterator[Rule]:
    yes, no = ([normal(cell) for cell in raw["flag_cells"][answer]] for answer in ("yes", "no"))
    for field, columns in raw["flag"].items():
        for column, value in columns.items():
            stated = tuple(codes.check(field, code) for code in ([value] if isinstance(value, str) else value))
            cells: dict[str, Codes] = {**dict.fromkeys([*missing, *no], ()), **dict.fromkeys(yes, stated)}
            yield Rule(column=column, cells=cells, unless_column=raw["flag_unless_column"].get(column))
