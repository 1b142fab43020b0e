"""Filled-in HTCDS workbooks (IOM, Human Trafficking Case Data Standard 2.0): an agency's own legacy records.

One record per filled row, by the table `htcds_mapping.toml`. Personal data never enters a record, an id that anybody
could try guesses against, or a problem's text: it is reported once per column as not recorded. Sheets and columns are
found by the names or labels of HTCDS, in any order. Called by `tamga import htcds`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import partial
from itertools import islice, zip_longest
from pathlib import Path
from typing import Any, TypeVar

from openpyxl.utils import get_column_letter

from infra.importers import codes
from infra.importers import htcds_cells as cells
from infra.importers.record import CellError, Identities, ImportedRecord, ImportFileError, Problem
from infra.importers.table import normal
from infra.importers.workbook import Area, Sheet, opened

MAPPING = Path(__file__).with_name("htcds_mapping.toml")
DATASET = "htcds_workbook"
_HEADER_WITHIN = 20  # rows from the top in which a header is looked for
_HEADER_NAMES = 3  # names of HTCDS that make a row a header
_BLANK = ("", None)
_FIRST_YEAR = 1900

T = TypeVar("T")


def read(
    path: Path,
    *,
    agency: str,
    key: bytes,
    default_year: int | None = None,
    this_year: int | None = None,
    mapping: Path = MAPPING,
) -> Iterator[ImportedRecord | Problem]:
    """Yield the workbook's records and problems, sheet by sheet; reports about columns follow each sheet.

    `key` (at least 16 bytes, the agency's own and always the same) keys the ids, as rows hold names. `default_year` is
    the year of rows that state none. `this_year` is the last year that a row may name, by default the present one.
    Raises ImportFileError (`import.not_a_workbook`, `import.missing_column`, `import.duplicate_column`,
    `import.bad_mapping`, `import.bad_year` for a default out of range), ValueError for a short key, or OSError.
    """
    if len(key) < 16:
        raise ValueError("the key of an agency's ids has at least 16 bytes")
    columns = cells.load(mapping)
    identities = Identities(dataset=DATASET, scope=f"{DATASET}/{agency}", key=key)
    last_year = this_year or datetime.now(UTC).year
    if default_year is not None and not _FIRST_YEAR <= default_year <= last_year:
        raise ImportFileError("import.bad_year", f"the year of rows that state none is {_FIRST_YEAR} to {last_year}")
    with opened(path) as sheets:
        for sheet, header in zip(sheets, _headers(sheets, columns), strict=True):
            if header is None:
                yield from _without_header(sheet)
            else:
                merged = [area for area in sheet.merged() if area.last_row > header.last_line]
                reader = _Reader(sheet.title, header, columns, default_year, last_year, identities, merged)
                yield from reader.rows(sheet)


@dataclass(frozen=True)
class _Header:
    """The header's first and last line, its positions of HTCDS fields, and those of other names."""

    line: int
    last_line: int
    fields: Mapping[int, str]
    unknown: Mapping[int, str]


def _names(columns: cells.Columns) -> dict[str, str]:
    fields = codes.htcds_fields()
    labels = [normal(label) for label in fields.values()]
    unique = {normal(label): name for name, label in fields.items() if labels.count(normal(label)) == 1}
    return {**unique, **{normal(name): name for name in fields}, **columns.aliases}


def _headers(sheets: Sequence[Sheet], columns: cells.Columns) -> list[_Header | None]:
    found = [_header(sheet, columns) for sheet in sheets]
    if not any(found):
        raise ImportFileError("import.missing_column", "no sheet has a header of HTCDS field names or labels")
    return found


def _header(sheet: Sheet, columns: cells.Columns) -> _Header | None:
    """The header: one row of names or labels, or two rows of both as in IOM's template. The upper one counts."""
    names = _names(columns)
    top = [[cells.text(cell.value) for cell in row] for row in islice(sheet.open(), _HEADER_WITHIN)]
    known = [sum(normal(cell) in names for cell in row) >= _HEADER_NAMES for row in top]
    if not any(known):
        return None
    first = known.index(True)
    rows = top[first : first + 2] if known[first + 1 : first + 2] == [True] else [top[first]]
    fields: dict[int, str] = {}
    unknown: dict[int, str] = {}
    for index, written in enumerate(zip_longest(*rows, fillvalue="")):
        meant = [names[normal(name)] for name in written if normal(name) in names]
        if meant:
            fields[index] = meant[0]
        elif any(written):
            unknown[index] = next(filter(None, written))
    if not any(name.startswith(("prs_", "vic_")) for name in fields.values()):
        return None
    _refuse_doubles(sheet.title, {**fields, **unknown})
    return _Header(first + 1, first + len(rows), fields, unknown)


def _refuse_doubles(title: str, columns: Mapping[int, str]) -> None:
    names = [normal(name) for name in columns.values()]
    for index, name in columns.items():
        if names.count(normal(name)) > 1:
            at = f"{title}!{get_column_letter(index + 1)}"
            raise ImportFileError("import.duplicate_column", f"a column stands twice; one is {at}")


def _without_header(sheet: Sheet) -> Iterator[Problem]:
    if any(cell.value not in _BLANK for row in sheet.open() for cell in row):
        reason = "the sheet has no header of HTCDS fields of a person: none of it is recorded"
        yield Problem(1, f"{sheet.title}!A1", reason, "warning", "import.sheet_not_read")


@dataclass
class _Reader:
    """Reads the rows of one sheet; counts the rows in which each column that is not recorded holds something."""

    title: str
    header: _Header
    columns: cells.Columns
    default_year: int | None
    this_year: int
    identities: Identities
    merged: Sequence[Area]
    _filled: dict[int, int] = field(default_factory=dict)

    def rows(self, sheet: Sheet) -> Iterator[ImportedRecord | Problem]:
        """Everything that the rows below the header give, then the reports about columns."""
        for line, row in islice(enumerate(sheet.open(), start=1), self.header.last_line, None):
            yield from self.row(line, row)
        yield from self.summary()

    def row(self, line: int, row: Sequence[Any]) -> Iterator[ImportedRecord | Problem]:
        """The row's record, or everything that is wrong with it; nothing for a row that is not filled in."""
        filled = {index: cell for index, cell in enumerate(row) if cells.text(cell.value)}
        named = {**self.header.unknown, **self.header.fields}
        for index, cell in filled.items():
            # A column without a name that holds whole numbers numbers the rows, as in IOM's template.
            if index in named or not isinstance(cell.value, int):
                self._filled[index] = self._filled.get(index, 0) + 1
        content = {named[index]: cells.text(cell.value) for index, cell in filled.items() if index in named}
        if not content:
            return
        one = _Row(self, line, {name: row[i] for i, name in self.header.fields.items() if i in filled})
        one.covered()
        data = one.data()
        if one.problems:
            yield from one.problems
        else:
            yield self.identities.record(line=line, row=content, data=data)

    def at(self, name: str, line: int) -> str:
        """The cell `sheet!A1` of a field in a line."""
        index = next(index for index, field in self.header.fields.items() if field == name)
        return f"{self.title}!{get_column_letter(index + 1)}{line}"

    def summary(self) -> Iterator[Problem]:
        """One warning for each column that holds something that is not recorded."""
        for index, rows in sorted(self._filled.items()):
            name = self.header.fields.get(index)
            code, reason = self.columns.left_out.get(name or "", ("import.column_not_mapped", "column not mapped"))
            if name is None or name in self.columns.left_out:
                column = f"{self.title}!{get_column_letter(index + 1)}{self.header.line}"
                yield Problem(self.header.line, column, f"{reason} ({rows} rows)", "warning", code)


@dataclass
class _Row:
    """One filled row: its cells by HTCDS field, and the problems found on the way."""

    reader: _Reader
    line: int
    cells: Mapping[str, Any]
    problems: list[Problem] = field(default_factory=list)

    def covered(self) -> None:
        """Report the fields whose cells are merged with others: which rows the value is of, nobody can tell."""
        for index, name in self.reader.header.fields.items():
            if any(area.covers(self.line, index + 1) for area in self.reader.merged):
                reason = "is merged with other cells; unmerge them and fill in each"
                self._problem(name, CellError("import.merged_cells", reason))

    def data(self) -> dict[str, Any]:
        """The event's fields, complete only when no problem was found."""
        columns = self.reader.columns
        data: dict[str, Any] = {"source_kind": "own_register"}
        for name, (target, choices) in columns.choices.items():
            several = codes.is_list(target)
            chosen = self._read(name, partial(cells.choose, cells=choices, several=several))
            if chosen:
                data[target] = chosen if several else chosen[0]
        group = self._read(columns.citizenship, partial(cells.citizenship_group, values=columns.citizenship_values))
        registered = self._registered()
        data["year"] = self._year(registered)
        found = {"citizenship_group": group, "age_band": self._age_band(registered)}
        return {**columns.otherwise, **data, **{name: code for name, code in found.items() if code is not None}}

    def _registered(self) -> date | None:
        """The first date that says when the row was registered; every other one is looked at for errors only."""
        days = {name: self._read(name, cells.day) for name in self.reader.columns.year_from}
        name, found = next(((name, day) for name, day in days.items() if day), ("", None))
        if found and not _FIRST_YEAR <= found.year <= self.reader.this_year:
            self._problem(name, CellError("import.bad_year", "lies in the future or before 1900"))
        return found

    def _year(self, registered: date | None) -> str:
        year = registered.year if registered else self.reader.default_year
        if year is None and not any(name in self.cells for name in self.reader.columns.year_from):
            reason = "states no year of registration; fill in a referral date, or name a year for such rows"
            at = f"{self.reader.title}!A{self.line}"
            self.problems.append(Problem(self.line, at, reason, "error", "import.missing_year"))
        return f"{year or 0:04d}"

    def _age_band(self, registered: date | None) -> str | None:
        columns, year = self.reader.columns, self.reader.default_year
        born = self._read(columns.birthdate, cells.day)
        age = self._read(columns.age, cells.years)
        known = None
        if born and (registered or year):
            first, last = (registered, registered) if registered else (date(year or 1, 1, 1), date(year or 1, 12, 31))
            known = self._read(columns.birthdate, lambda _: cells.band_on(born, first, last))
        return known or (None if age is None else cells.band(age))

    def _read(self, name: str, parse: Callable[[Any], T]) -> T | None:
        cell = self.cells.get(name)
        if cell is None:
            return None
        try:
            if cell.data_type in ("f", "e"):
                raise CellError("import.wrong_kind", "holds a formula or an error; put its value there")
            return parse(cell.value)
        except CellError as error:
            self._problem(name, error)
            return None

    def _problem(self, name: str, error: CellError) -> None:
        at = self.reader.at(name, self.line)
        self.problems.append(Problem(self.line, at, error.reason, "error", error.code))
