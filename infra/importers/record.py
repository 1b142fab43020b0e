"""What an importer yields: a record ready to be signed, or a problem; and how a row gets its ids.

A row is identified by what it says and by nothing else: dataset, all its cells by column name, and its ordinal among
equal rows. A second import of a file, re-ordered or not, therefore gives byte for byte the same data under the same
ids, and the registrar answers `duplicate`. Called by `ctdc` and `htcds`.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal
from uuid import NAMESPACE_URL, uuid5

NAMESPACE = uuid5(NAMESPACE_URL, "urn:tamga:import")
FILE = 1
"""The line that a problem of the whole file is reported with: its header's."""


@dataclass(frozen=True)
class ImportedRecord:
    """One row as a `case.RecordImported`.

    `data` is the event's `data`; `line` is the row's line in the file (1-based, the header counts) and stands in no id
    and in no data; `ordinal` counts equal rows from 1; `time` is 1 January of the year of registration.
    """

    line: int
    case_id: str
    victim_id: str
    event_id: str
    time: str
    data: dict[str, Any]
    ordinal: int


@dataclass(frozen=True)
class Problem:
    """What could not be recorded, and where. An `error` row is not recorded; a `warning` stops no row.

    `code` is stable (`import.what`). `column` is a column name, or `sheet!cell` in a workbook. `reason` never holds a
    cell's value from a workbook; from a k-anonymised or synthetic file at most 40 characters of it.
    """

    line: int
    column: str | None
    reason: str
    severity: Literal["error", "warning"]
    code: str


class ImportFileError(ValueError):
    """A file, or a mapping table, that no row can be read with. `code` is stable (`import.what`)."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code = code


class CellError(ValueError):
    """A cell that says nothing the mapping table knows; its reader turns it into a `Problem`."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


def canonical(row: Mapping[str, str]) -> str:
    """A row as JSON: [lower-case column, trimmed cell] pairs sorted by column, so that column order does not count."""
    pairs = sorted([column.strip().lower(), cell.strip()] for column, cell in row.items())
    return json.dumps(pairs, ensure_ascii=False, separators=(",", ":"))


@dataclass
class Identities:
    """Gives the rows of one file their ids, and counts equal rows (16 bytes kept for each distinct one).

    `scope` is the dataset, for a workbook with its agency. The name of an id is the JSON array [scope, canonical row,
    ordinal]; with `key` it is the HMAC-SHA-256 of that, so that nobody without the key can try names and birth dates
    against an id that stands in clear.
    """

    dataset: str
    scope: str
    key: bytes | None = None
    _seen: Counter[bytes] = field(default_factory=Counter)

    def record(self, *, line: int, row: Mapping[str, str], data: Mapping[str, Any]) -> ImportedRecord:
        """The record of one row whose mapped fields are `data`; `data["year"]` gives its time.

        The catalogue's `row` is the ordinal among equal rows, not the line: a line would change with the file's order,
        and a second import would be refused as another content under the same id.
        """
        text = canonical(row)
        digest = hashlib.sha256(text.encode()).digest()[:16]
        self._seen[digest] += 1
        ordinal = self._seen[digest]
        case = uuid5(NAMESPACE, self._name(text, ordinal))
        victim = str(uuid5(case, "victim"))
        ids: dict[str, Any] = {"case_id": str(case), "victim_id": victim, "dataset": self.dataset, "row": ordinal}
        return ImportedRecord(
            line=line,
            case_id=str(case),
            victim_id=victim,
            event_id=str(uuid5(case, "event")),
            time=f"{data['year']}-01-01T00:00:00.000000Z",
            data=dict(sorted({**data, **ids}.items())),
            ordinal=ordinal,
        )

    def _name(self, row: str, ordinal: int) -> str:
        name = f"[{json.dumps(self.scope)},{row},{ordinal}]"
        return name if self.key is None else hmac.new(self.key, name.encode(), hashlib.sha256).hexdigest()
