"""Rows of elsewhere become reference records, once, whatever interrupts their import."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

import pytest

from infra import importing
from infra.bootstrap import World
from infra.importers import ctdc
from infra.publishing import NotJudgedError
from infra.settings import Settings
from system.filled import enrolled, wait_level
from system.running import Child, rows, running

REGISTRAR, PROJECTOR = "infra.entry.registrar", "infra.entry.projector"
FILE = Path(__file__).parents[2] / "examples" / "data" / "ctdc_14k.csv"
IMPORTER = "ctdc.import"


@pytest.fixture
def some(tmp_path: Path) -> Path:
    """Three hundred rows of the real file, and one that names an exploitation that nobody knows."""
    with FILE.open(encoding="utf-8") as file:
        lines = list(islice(file, 301))
    path = tmp_path / "some.csv"
    path.write_text(
        "".join(lines) + lines[-1].replace("Sexual Exploitation", "Unheard Of").replace("Forced Labor", "Unheard Of")
    )
    return path


def reference(url: str) -> int:
    return int(rows(url, "SELECT coalesce(sum(records), 0) FROM reference WHERE field = 'records'")[0][0])


def test_a_second_import_records_nothing_twice_and_a_bad_row_is_named(
    ledger: Settings, world: World, tmp_path: Path, some: Path
) -> None:
    signer = enrolled(ledger)[IMPORTER]
    world.registry.refresh()
    with running(REGISTRAR, ledger, tmp_path / "r.log"), running(PROJECTOR, ledger, tmp_path / "p.log"):
        first = importing.run(world, ctdc.read(some), IMPORTER, signer)
        wait_level(world)
        assert reference(ledger.database_url) == 300
        told: list[int] = []
        second = importing.run(world, ctdc.read(some), IMPORTER, signer, progress=told.append)
        wait_level(world)
    assert (first.outcomes, second.outcomes) == ({"admitted": 300}, {"duplicate": 300})
    assert told == list(range(1, 301))
    assert reference(ledger.database_url) == 300
    (error,) = (p for p in first.problems if p.severity == "error")
    assert (error.line, error.column, error.code) == (302, "ExploitType", "import.unmapped_value")
    assert (first.errors, first.whole) == (1, False)
    assert rows(ledger.database_url, "SELECT count(*) FROM caseload") == [(0,)], "history is on nobody's desk"


def test_an_import_survives_kill_9_of_the_registrar(ledger: Settings, world: World, tmp_path: Path, some: Path) -> None:
    signer = enrolled(ledger)[IMPORTER]
    world.registry.refresh()
    killed = Child(REGISTRAR, ledger, tmp_path / "1.log")
    successors: list[Child] = []

    def kill_once(judged: int) -> None:
        if not successors:
            killed.kill()
            successors.append(Child(REGISTRAR, ledger, tmp_path / "2.log"))

    try:
        report = importing.run(world, ctdc.read(some), IMPORTER, signer, progress=kill_once)
    finally:
        for child in (killed, *successors):
            child.stop()
    assert report.outcomes["admitted"] == 300
    sql = "SELECT count(*), count(DISTINCT stream) FROM entry WHERE type = 'mn.tamga.case.record_imported.v1'"
    assert rows(ledger.database_url, sql) == [(300, 300)]


def test_refusals_are_counted_by_code_with_their_lines(
    ledger: Settings, world: World, tmp_path: Path, some: Path
) -> None:
    signers = enrolled(ledger)
    world.registry.refresh()
    with running(REGISTRAR, ledger, tmp_path / "r.log"):
        report = importing.run(world, islice(ctdc.read(some), 5), "mn.cccp", signers["mn.cccp"])
    assert report.outcomes == {"mandate.type": 5}
    assert sorted(report.refused) == [(line, "mandate.type") for line in (2, 3, 4, 5, 6)]


def test_without_a_registrar_it_says_so_instead_of_waiting_for_ever(ledger: Settings, world: World, some: Path) -> None:
    signer = enrolled(ledger)[IMPORTER]
    world.registry.refresh()
    with pytest.raises(NotJudgedError, match="tamga up"):
        importing.run(world, ctdc.read(some), IMPORTER, signer, patience=1.0)
