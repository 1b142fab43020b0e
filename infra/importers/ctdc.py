"""Files of the Counter-Trafficking Data Collaborative (CTDC): one record per row, by the table `ctdc_mapping.toml`.

Columns are found by name, so every published column set is read, separated by commas, tabs or semicolons; the file is
streamed and never held. A row that
states anything the table does not know is reported with line, column and reason and is not recorded: nothing is
dropped in silence and nothing is guessed. Called by `tamga import ctdc`.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TextIO

from infra.importers import codes
from infra.importers.record import CellError, Identities, ImportedRecord, ImportFileError, Problem
from infra.importers.table import Codes, Dataset, Rule, Table, load, normal

MAPPING = Path(__file__).with_name("ctdc_mapping.toml")
_GIVEN = {"dataset", "row"}  # required fields that no column states
_QUOTED, _SEPARATOR = re.compile('"[^"]*"'), re.compile("[,\t;]")
_NUMBER = re.compile(r"\s*(?:[0-9]+(?:\.0)?)?\s*")


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
        rows = csv.reader(file, delimiter=_separator(file), strict=True)
        header = _header(rows)
        found = table.dataset(header, dataset)
        yield from table.notices(header)
        reader = _Reader(table, header, found, this_year or datetime.now(UTC).year)
        for line, cells in _lines(rows):
            yield from [cells] if isinstance(cells, Problem) else reader.row(line, cells)
        yield from reader.summary()


def _separator(file: TextIO) -> str:
    """What stands behind the header's first column: a comma, a tab or a semicolon. The file is at its start again."""
    header = next((line for line in file if line.strip()), "")
    file.seek(0)
    found = _SEPARATOR.search(_QUOTED.sub("", header))
    return found[0] if found else ","


def _header(rows: Iterator[list[str]]) -> list[str]:
    try:
        header = [column.strip() for column in next((row for row in rows if any(map(str.strip, row))), [])]
    except csv.Error as error:
        raise ImportFileError("import.missing_column", f"the first line is no header: {error}") from None
    if not any(header):
        raise ImportFileError("import.empty_file", "the file has no header line")
    if not all(_is_utf8(column) for column in header):
        raise ImportFileError("import.not_utf8", "the header is not UTF-8; save the file as UTF-8")
    names = [normal(column) for column in header]
    twice = sorted({column for column, name in zip(header, names, strict=True) if name and names.count(name) > 1})
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


def _count(counts: dict[Any, tuple[int, int]], key: object, line: int) -> None:
    """One more row, and the first line of them."""
    first, count = counts.get(key, (line, 0))
    counts[key] = (first, count + 1)


@dataclass
class _Reader:
    """Reads the rows of one file; keeps the count of equal rows, of values that a field had no room for, and of what
    stands where rows are numbered and is no number."""

    table: Table
    header: Sequence[str]
    dataset: Dataset
    this_year: int
    _several: dict[str, tuple[int, int]] = field(default_factory=dict)
    _unnumbered: dict[int, tuple[int, int]] = field(default_factory=dict)
    _memo: dict[tuple[int, str], Codes] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._steps = self.table.steps(self.header, self.dataset)
        self._identities = Identities(dataset=self.dataset.name, scope=self.dataset.name)
        self._content = [i for i, column in enumerate(self.header) if normal(column) not in self.table.row_numbers]
        self._numbers = [i for i in range(len(self.header)) if i not in self._content]
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
            _count(self._several, name, line)
        for index in self._numbers:
            if not _NUMBER.fullmatch(cells[index]):
                _count(self._unnumbered, index, line)
        content = {self.header[i]: cells[i] for i in self._content}
        return [self._identities.record(line=line, row=content, data=data)]

    def summary(self) -> Iterator[Problem]:
        """One warning for each field that could not hold all that rows said, and each column that numbers no rows."""
        for name, (first, count) in sorted(self._several.items()):
            reason = f"{count} rows from here on state several codes for {name}, which holds one: left out of them"
            yield Problem(first, None, reason, "warning", "import.several_values")
        for index, (first, count) in sorted(self._unnumbered.items()):
            name = self.header[index] or f"column {index + 1}"
            reason = f"has no name of its own, and {count} rows from here on hold no row number there: not recorded"
            yield Problem(first, name, reason, "warning", "import.column_not_mapped")

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
