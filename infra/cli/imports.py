"""`tamga import`: records of elsewhere as reference records, and bundles of custody.

Run again when interrupted: nothing is recorded twice. Exit code 1 when a row could not be read or was refused; each is
named with line, column and reason.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain, islice
from pathlib import Path
from typing import Annotated

import typer

from infra import importing, keys
from infra.cli.id_keys import default_key, secret
from infra.cli.import_case import case
from infra.cli.output import Json, fail_unless, opened, progress, result, visible
from infra.importers import ctdc as ctdc_files
from infra.importers import htcds as workbooks
from infra.importers.record import ImportedRecord, Problem

IMPORTER = "ctdc.import"

app = typer.Typer(no_args_is_help=True, help="Import records of elsewhere.")
app.command()(case)
KeyFile = Annotated[Path | None, typer.Option(help="Key file of who signs; by default <data>/keys/<agency>.json.")]


@app.command()
def ctdc(
    file: Annotated[Path, typer.Argument(help="A file of the Counter-Trafficking Data Collaborative (CSV).")],
    dataset: Annotated[str, typer.Option(help="Name of the dataset, if the columns don't tell.")] = "",
    key: KeyFile = None,
    as_json: Json = False,
) -> None:
    """Import a CTDC file, signed by the importer ctdc.import."""
    total = max(0, lines_of(file) - 1)
    _run(ctdc_files.read(file, dataset=dataset or None), IMPORTER, key, total, as_json)


@app.command()
def htcds(
    file: Annotated[Path, typer.Argument(help="A filled-in HTCDS workbook (XLSX).")],
    agency: Annotated[str, typer.Option(help="The agency whose records they are, such as mn.npa.")],
    key: KeyFile = None,
    id_key: Annotated[Path | None, typer.Option(help="Secret that keys the ids; made beside the key file.")] = None,
    year: Annotated[int | None, typer.Option(help="Year of rows that state none.")] = None,
    as_json: Json = False,
) -> None:
    """Import an agency's own legacy records, signed by the agency."""
    signing = key or default_key(agency)
    keys.load(signing)
    own = secret(id_key or signing.with_suffix(".ids"))
    _run(workbooks.read(file, agency=agency, key=own, default_year=year), agency, signing, 0, as_json)


def lines_of(file: Path) -> int:
    """How many lines, for a progress bar."""
    with file.open("rb") as handle:
        return sum(chunk.count(b"\n") for chunk in iter(lambda: handle.read(1 << 20), b""))


def _run(read: Iterable[ImportedRecord | Problem], publisher: str, key: Path | None, total: int, as_json: bool) -> None:
    signer = keys.load(key or default_key(publisher))
    rows = iter(read)
    first = list(islice(rows, 1))  # a file that can't be read is told before anything is asked of Kafka
    with opened() as world, progress(f"importing as {publisher}") as step:
        report = importing.run(world, chain(first, rows), publisher, signer, progress=lambda done: step(done, total))
    result({"whole": report.whole, **vars(report)}, as_json, map(visible, _lines(report)))
    fail_unless(report.whole)


def _lines(report: importing.ImportReport) -> list[str]:
    lines = [_problem(problem) for problem in report.problems]
    lines += [f"line {line}: refused: {code}" for line, code in report.refused]
    counts = (
        ", ".join(f"{count} {outcome}" for outcome, count in sorted(report.outcomes.items())) or "nothing to record"
    )
    return [*lines, f"{report.rows} rows: {counts}; {report.errors} errors, {report.warnings} warnings"]


def _problem(problem: Problem) -> str:
    column = f", {problem.column}" if problem.column else ""
    return f"line {problem.line}{column}: {problem.severity}: {problem.reason} ({problem.code})"
