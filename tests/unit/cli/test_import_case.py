"""What `tamga import case` says of a file that somebody else wrote, before anything is submitted."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from infra.cli.main import app, guarded
from infra.cli.output import USAGE, visible

FORGED = "kb:1\n1 acts: 1 admitted\x1b[2J\u202e"


@pytest.fixture
def bundle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A bundle whose action has an id of several lines; and a data folder without keys."""
    monkeypatch.setenv("TAMGA_DATA", str(tmp_path / "data"))
    seized = {"@id": FORGED, "@type": "InvestigativeAction", "name": "seized", "performer": "kb:a"}
    record = {"@id": "kb:r", "@type": "ProvenanceRecord", "exhibitNumber": "E-1", "object": "kb:t"}
    file = tmp_path / "bundle.jsonld"
    file.write_text(json.dumps([{**seized, "endTime": "2026-02-03T09:00:00Z", "result": record}]), encoding="utf-8")
    return file


def test_a_name_in_the_file_cannot_pass_for_a_line_of_ours(bundle: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert guarded(app, ["import", "case", str(bundle), "--dry-run"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert any(r"kb:1\n1 acts: 1 admitted\x1b[2J\u202e: custody.ExhibitCollected E-1" in line for line in lines)
    assert all(line.isprintable() for line in lines)


def test_what_can_be_printed_is_shown_as_it_is() -> None:
    assert visible("kb:Бат 1\t") == r"kb:Бат 1\t"


def test_a_case_that_is_no_uuid_is_a_mistake(bundle: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert guarded(app, ["import", "case", str(bundle), "--dry-run", "--case", "nonsense"]) == USAGE
    assert "--case takes the id of a case, a UUID, not 'nonsense'" in " ".join(capsys.readouterr().err.split())


def test_without_a_key_nothing_is_made_and_the_key_is_named(bundle: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert guarded(app, ["import", "case", str(bundle)]) == USAGE
    assert "mn.npa.json" in capsys.readouterr().err


def test_a_bundle_without_actions_shows_why(bundle: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bundle.write_text('{"@id": "kb:1", "@type": "Investigation"}', encoding="utf-8")
    guarded(app, ["import", "case", str(bundle), "--dry-run"])
    assert "the bundle: error: no node is of type InvestigativeAction" in capsys.readouterr().out
