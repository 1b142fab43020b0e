"""The sheets of an .xlsx workbook, row by row from the top, and the cells that others cover.

Whatever made the file, it is read or refused with one `ImportFileError` `import.not_a_workbook`: the library raises
many kinds of exception over a damaged part, a password, an odd style. Called by `htcds`.
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

import openpyxl
from openpyxl.utils import range_boundaries
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.xml.functions import iterparse

from infra.importers.record import ImportFileError

_DAMAGED = (
    InvalidFileException, zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, LookupError, SyntaxError, TypeError,
    ValueError, ArithmeticError, AttributeError,
)  # fmt: skip
"""SyntaxError is what each XML parser's error is; RuntimeError a password or an unknown compression."""


@dataclass(frozen=True)
class Area:
    """Merged cells by first and last row and column, from 1; the value stands in the first cell of the first row."""

    first_column: int
    first_row: int
    last_column: int
    last_row: int

    def covers(self, line: int, column: int) -> bool:
        """Whether the cell is one of the area and not the one that holds its value."""
        inside = self.first_row <= line <= self.last_row and self.first_column <= column <= self.last_column
        return inside and (line, column) != (self.first_row, self.first_column)


@dataclass(frozen=True)
class Sheet:
    """A sheet by its title; `open` reads its rows from the top, `merged` its merged cells."""

    title: str
    open: Callable[[], Iterator[Sequence[Any]]]
    merged: Callable[[], list[Area]]


@contextmanager
def opened(path: Path) -> Iterator[list[Sheet]]:
    """The sheets of the file, closed at the end. Raises ImportFileError `import.not_a_workbook`, or OSError."""
    with path.open("rb") as file, closing(_book(file)) as book:
        yield [Sheet(sheet.title, partial(_rows, sheet), partial(_merged, sheet)) for sheet in book.worksheets]


def _book(file: BinaryIO) -> Any:
    try:
        book = openpyxl.load_workbook(file, read_only=True)
    except (*_DAMAGED, OSError):
        reason = "the file is no .xlsx workbook, is damaged or has a password; open it and save it anew as .xlsx"
        raise ImportFileError("import.not_a_workbook", reason) from None
    for sheet in book.worksheets:
        sheet.reset_dimensions()  # a wrong size stated in the file would cut rows off unseen
    return book


def _rows(sheet: Any) -> Iterator[Sequence[Any]]:
    try:
        yield from sheet.iter_rows()
    except _DAMAGED:
        raise ImportFileError("import.not_a_workbook", f"the sheet {sheet.title} is damaged") from None


def _merged(sheet: Any) -> list[Area]:
    try:
        with sheet._get_source() as source:  # a streamed sheet tells of its merged cells in no other way
            return [Area(*range_boundaries(ref)) for ref in _references(source)]
    except _DAMAGED:
        raise ImportFileError("import.not_a_workbook", f"the sheet {sheet.title} is damaged") from None


def _references(source: Any) -> Iterator[str]:
    """The areas of merged cells. ValueError where rows are out of order: openpyxl would leave them out unseen."""
    last = 0
    for _, element in iterparse(source):
        if element.tag.endswith("}row"):
            line = int(element.get("r", last + 1))
            if line <= last:
                raise ValueError(line)
            last = line
        if element.tag.endswith("}mergeCell"):
            yield element.get("ref", "")
        if element.tag.endswith(("}row", "}mergeCell")):
            element.clear()
