"""An imported row becomes one signed `case.RecordImported`, submitted like any other event and judged like any other.

The same row gives the same bytes whenever and wherever it is imported, so an interrupted import is simply run again and
a second one records nothing twice. Used by `tamga import` and the demo.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from domain.catalogue import by_name
from domain.record.signing import Signer
from domain.submission import sign
from infra.bootstrap import World
from infra.importers.record import ImportedRecord, Problem
from infra.publishing import PATIENCE, Item, publish

SHOWN = 100
"""How many refused rows and problems a report lists; all are counted."""


@dataclass
class ImportReport:
    """What became of a file: rows by outcome, refused rows by code, and what could not be read."""

    rows: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    refused: list[tuple[int, str]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    errors: int = 0
    warnings: int = 0

    @property
    def whole(self) -> bool:
        """Was every row read, and is every row on record?"""
        return not self.errors and set(self.outcomes) <= {"admitted", "duplicate"}

    def note(self, problem: Problem) -> None:
        """Count a problem, and keep it while the list is short."""
        if problem.severity == "error":
            self.errors += 1
        else:
            self.warnings += 1
        if len(self.problems) < SHOWN:
            self.problems.append(problem)

    def answered(self, line: int, outcome: str) -> None:
        """Count a row's outcome."""
        self.rows += 1
        self.outcomes[outcome] += 1
        if outcome not in ("admitted", "duplicate") and len(self.refused) < SHOWN:
            self.refused.append((line, outcome))


def submission(record: ImportedRecord, publisher: str, *, ledger: str, signer: Signer) -> bytes:
    """The record as its importer signs it."""
    event = {
        "specversion": "1.0",
        "id": record.event_id,
        "source": publisher,
        "type": by_name["case.RecordImported"].wire,
        "subject": record.case_id,
        "time": record.time,
        "unit": "import",
        "actor": "importer",
        "data": record.data,
    }
    return sign(event, ledger=ledger, signer=signer)


def run(
    world: World,
    read: Iterable[ImportedRecord | Problem],
    publisher: str,
    signer: Signer,
    *,
    progress: Callable[[int], None] = lambda _: None,
    patience: float = PATIENCE,
) -> ImportReport:
    """Submit what was read and wait until all of it is judged; `progress` is told how many rows are judged.

    Raises `infra.publishing.NotJudgedError`, and what the reader raises.
    """
    report = ImportReport()
    items = _items(read, report, publisher, world.settings.ledger_id, signer)
    for answer in publish(world, items, patience=patience):
        report.answered(answer.tag, answer.outcome)
        progress(report.rows)
    return report


def _items(
    read: Iterable[ImportedRecord | Problem], report: ImportReport, publisher: str, ledger: str, signer: Signer
) -> Iterator[Item[int]]:
    for found in read:
        if isinstance(found, Problem):
            report.note(found)
        else:
            yield Item(found.case_id, submission(found, publisher, ledger=ledger, signer=signer), found.line)
