"""Files of the Counter-Trafficking Data Collaborative (CTDC): one record per row, by the table `ctdc_mapping.toml`.

Columns are found by name, so every published column set is read; the file is streamed and never held. A row that
states anything the table does not know is reported with line, column and reason and is not recorded: nothing is
dropped in silence and nothing is guessed. Called by `tamga import ctdc`.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from infra.importers import codes
from infra.importers.record import CellError, Identities, ImportedRecord, ImportFileError, Problem
from infra.importers.table import Codes, Dataset, Rule, Table, load, normal

MAPPING = Path(__file__).with_name("ctdc_mapping.toml")
_GIVEN = {"dataset", "row"}  # required fields that no column states


def read(
    path: Path, *, dataset: str | None = None, mapping: Path = MAPPING, this_year: int | None = None
) -> Iterator[ImportedRecord | Problem]:
    """Yield the file's records and problems in the order of its rows, reports about columns first.

    `dataset` is found from the columns unless given. `this_year` is the last year that a row may name, by default the
    present one. Raises ImportFileError (`import.empty_file`, `import.not_utf8`, `import.duplicate_column`,
    `import.missing_column`, `import.unknown_dataset`, `import.bad_mapping`) before the first row, or OSError.
    """
    table = load(mapping)
    with path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as file:
        rows = csv.reader(file, strict=True)
        header = _header(rows)
        found = table.dataset(header, dataset)
        yield from table.notices(header)
        reader = _Reader(table, header, found, this_year or datetime.now(UTC).year)
        for line, cells in _lines(rows):
            yield from [cells] if isinstance(cells, Problem) else reader.row(line, cells)
        yield from reader.summary()


def _header(rows: Iterator[list[str]]) -> list[str]:
    try:
        header = [column.strip() for column in next(rows, [])]
    except csv.Error as error:
        raise ImportFileError("import.missing_column", f"the first line is no header: {error}") from None
    if not any(header):
        raise ImportFileError("import.empty_file", "the file has no header line")
    if not all(_is_utf8(column) for column in header):
        raise ImportFileError("import.not_utf8", "the header is not UTF-8; save the file as UTF-8")
    names = [normal(column) for column in header]
    twice = sorted({column for column, name in zip(header, names, strict=True) if names.count(name) > 1})
    if twice:
        raise ImportFileError("import.duplicate_column", f"columns stand twice: {', '.join(twice)}")
    return header


def _lines(rows: Any) -> Iterator[tuple[int, list[str] | Problem]]:
    """(first line, cells) of each row; what is no CSV comes as a problem, and reading goes on behind it."""
    while True:
        line = rows.line_num + 1
        try:
            cells = next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            reason = f"no CSV from here to line {rows.line_num}: {error}"
            yield line, Problem(line, None, reason, "error", "import.bad_csv")
            continue
        if cells:
            yield line, cells


def _is_utf8(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


@dataclass
class _Reader:
    """Reads the rows of one file; keeps the count of equal rows and of values that a field had no room for."""

    table: Table
    header: Sequence[str]
    dataset: Dataset
    this_year: int
    _several: dict[str, tuple[int, int]] = field(default_factory=dict)
    _memo: dict[tuple[int, str], Codes] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._steps = self.table.steps(self.header, self.dataset)
        self._identities = Identities(dataset=self.dataset.name, scope=self.dataset.name)
        self._content = [i for i, column in enumerate(self.header) if normal(column) not in self.table.row_numbers]
        required = [name for name, (_, _, needed) in codes.fields().items() if needed and name not in _GIVEN]
        self._sources = {name: [rule.column for _, rule in self._steps if name in rule.fields()] for name in required}

    def row(self, line: int, cells: list[str]) -> list[ImportedRecord] | list[Problem]:
        """The row's record, or everything that is wrong with it."""
        if len(cells) != len(self.header):
            reason = f"has {len(cells)} fields where the header has {len(self.header)}"
            return [Problem(line, None, reason, "error", "import.row_length")]
        if not _is_utf8("".join(cells)):
            garbled = [column for column, cell in zip(self.header, cells, strict=True) if not _is_utf8(cell)]
            return [Problem(line, column, "is not UTF-8", "error", "import.not_utf8") for column in garbled]
        stated, problems = self._stated(line, cells)
        data, crowded = self._data(stated)
        problems += self._gaps(line, data, {problem.column for problem in problems})
        if problems:
            return problems
        for name in crowded:
            first, count = self._several.get(name, (line, 0))
            self._several[name] = (first, count + 1)
        content = {self.header[i]: cells[i] for i in self._content}
        return [self._identities.record(line=line, row=content, data=data)]

    def summary(self) -> Iterator[Problem]:
        """One warning for each field that could not hold all that rows said."""
        for name, (first, count) in sorted(self._several.items()):
            reason = f"{count} rows from here on state several codes for {name}, which holds one: left out of them"
            yield Problem(first, None, reason, "warning", "import.several_values")

    def _stated(self, line: int, cells: Sequence[str]) -> tuple[dict[str, set[str]], list[Problem]]:
        stated: dict[str, set[str]] = {}
        problems: dict[str, Problem] = {}
        for index, rule in self._steps:
            if any(name in stated for name in rule.unless_stated):
                continue
            try:
                for name, code in self._read(rule, cells[index]):
                    stated.setdefault(name, set()).add(code)
            except CellError as error:
                reason = f"{repr(cells[index])[:40]} {error.reason}"
                problems.setdefault(rule.column, Problem(line, rule.column, reason, "error", error.code))
        return stated, list(problems.values())

    def _read(self, rule: Rule, cell: str) -> Codes:
        key = (id(rule), cell)
        known = self._memo.get(key)
        if known is None:
            known = self._memo[key] = rule.read(cell)
        return known

    def _data(self, stated: dict[str, set[str]]) -> tuple[dict[str, Any], list[str]]:
        """The event's fields, and the fields of one code that several were stated for."""
        data: dict[str, Any] = dict(self.dataset.always)
        crowded = []
        for name, found in stated.items():
            if codes.is_list(name):
                data[name] = sorted(found)
                continue
            strong = {code for code in found if (name, code) not in self.table.weak} or found
            if len(strong) == 1:
                (data[name],) = strong
            else:
                crowded.append(name)
        return data, crowded

    def _gaps(self, line: int, data: dict[str, Any], reported: set[str | None]) -> list[Problem]:
        found = []
        for name, columns in self._sources.items():
            if name not in data and not reported & set(columns):
                column = columns[0] if columns else None
                found.append(Problem(line, column, f"states no {name}", "error", "import.missing_value"))
        if int(data.get("year", 0)) > self.this_year:
            found.append(Problem(line, self._sources["year"][0], "lies in the future", "error", "import.bad_year"))
        return found
