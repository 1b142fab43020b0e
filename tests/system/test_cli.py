"""The command line: what it answers, with which exit code, and one line instead of a traceback for every mistake."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from consumers.ports import OutcomeEvent
from domain import outcome
from domain.record.entry import Said, b64u
from domain.record.signing import SeedSigner
from domain.refusals import explain
from infra import bootstrap, clock, keys
from infra.bootstrap import World
from infra.cli.main import app, guarded
from infra.demo import publisher
from infra.kafka.append import Appender
from infra.settings import Settings
from projections.all_views import VIEWS
from system.conftest import Services, configure, founded
from system.filled import enrolled, generated, publish_all, wait_level
from system.ledger_checks import submitted
from system.running import Child, Tamga, environment, rows, running, until

REGISTRAR, PROJECTOR = "infra.entry.registrar", "infra.entry.projector"
FILE = Path(__file__).parents[2] / "examples" / "data" / "ctdc_14k.csv"
BUNDLE = FILE.with_name("case_uco_example.jsonld")
CASE = "6f1c7a52-2f0e-4a86-9a52-9c3a6f4c1d11"
HOTLINE = "mn.hotline108"


def event(**changes: object) -> dict[str, object]:
    """An indicator that opens a case."""
    hotline = publisher.Publisher(HOTLINE, SeedSigner("none", b"k" * 32), ledger="none")
    data = {
        "victim_id": "0b7e7f0e-6c43-4a8e-8f4e-0d6d1f9c2a77",
        "report_channel": "hotline_108",
        "indicator_codes": ["debt_bondage"],
        "reporter_role": "hotline_operator",
        "aimag": "MN-1",
    }
    made = hotline.event(
        "identification.IndicatorReported", CASE, data, time=clock.now(), actor="officer-1", unit="duty",
        event_id="4f0c7a52-2f0e-4a86-9a52-9c3a6f4c1d11",
    )  # fmt: skip
    return made | changes


def test_submit_show_and_replay(ledger: Settings, tamga: Tamga, tmp_path: Path) -> None:
    enrolled(ledger)
    file, key = tmp_path / "event.json", ledger.data / "keys" / f"{HOTLINE}.json"
    file.write_text(json.dumps(event()))
    with running(REGISTRAR, ledger, tmp_path / "r.log"):
        code, first = tamga("submit", file, "--key", key)
        assert (code, first["outcome"]) == (0, "admitted")
        code, again = tamga("submit", file, "--key", key)
        assert (code, again["outcome"], again["of"]) == (0, "duplicate", first["position"])
        file.write_text(json.dumps(event(actor="officer-2")))
        code, refused = tamga("submit", file, "--key", key)
        assert (code, refused["code"]) == (1, "event.id_reused")
        assert refused["officer"] == explain("event.id_reused")["officer"]
        assert (
            tamga("submit", file, "--key", key, "--language", "mn")[1]["do"] == explain("event.id_reused", "mn")["do"]
        )
        file.write_text("no JWS at all")
        assert tamga("submit", file)[1]["code"] == "jws.malformed"
    code, shown = tamga("show", CASE)
    assert (code, shown["state"]["status"], [e["publisher"] for e in shown["entries"]]) == (0, "open", [HOTLINE])
    assert tamga("show", "0b7e7f0e-6c43-4a8e-8f4e-0d6d1f9c2a78")[0] == 1
    position = first["position"]
    code, entries = tamga("replay", "--from", position, "--to", position)
    assert (code, [e["pos"] for e in entries]) == (0, [int(position.partition("-")[2])])
    assert len(tamga("replay")[1]) == 4 + 5, "a genesis in each partition, and five outcomes"


def test_a_case_bundle_is_imported_with_its_breaks_and_its_exhibit_has_a_history(
    ledger: Settings, tamga: Tamga, tmp_path: Path
) -> None:
    enrolled(ledger)
    file, key = tmp_path / "event.json", ledger.data / "keys" / f"{HOTLINE}.json"
    file.write_text(json.dumps(event()))
    with running(REGISTRAR, ledger, tmp_path / "r.log"):
        assert tamga("submit", file, "--key", key)[0] == 0
        code, first = tamga("import", "case", BUNDLE, "--case", CASE)
        assert (code, first["whole"], first["outcomes"]) == (1, False, {"admitted": 6})
        assert first["breaks"] == {
            "ACCESS_WITHOUT_AUTHORITY": 1,
            "HANDLER_NOT_CUSTODIAN": 1,
            "DERIVED_WITHOUT_PARENT": 1,
        }
        assert [f["node"] for f in first["findings"] if f["severity"] == "error"] == ["kb:action-7"]
        code, again = tamga("import", "case", BUNDLE, "--case", CASE)
        assert (again["outcomes"], again["breaks"]) == ({"duplicate": 6}, first["breaks"])
        code, own = tamga("import", "case", BUNDLE)
        assert (own["outcomes"], own["breaks"]) == ({"admitted": 7}, first["breaks"]), "in a case of its own"
    code, told = tamga("exhibit", CASE, "EX-1")
    assert (code, [line["type"] for line in told["lines"]]) == (0, [
        "custody.ExhibitCollected", "custody.ExhibitSealed", "custody.CustodyReleased", "custody.CustodyReceived",
        "custody.DerivedExhibitCreated",
    ])  # fmt: skip
    assert told["lines"][0]["position"] == first["told"][0]["position"]
    assert len(tamga("exhibit", CASE, "EX-1", "--language", "mn")[1]["breaks"]) == 3
    assert tamga("exhibit", CASE, "EX-9")[0] == 1
    assert tamga("exhibit", CASE, "EX-1", "--language", "xx")[0] == 2


def _status_when_ready(tamga: Tamga) -> tuple[int, Any] | None:
    code, status = tamga("status")
    states = {p["name"]: p["state"] for p in status["processes"]}
    return (code, status) if states["registrar-1"] == "ready" else None


def test_status_verify_check_views_and_rebuild(ledger: Settings, world: World, tamga: Tamga, tmp_path: Path) -> None:
    sent = generated(ledger, enrolled(ledger), seed=7, count=8)
    assert tamga("check-views")[0] == 2, "there are no views yet"
    with running(REGISTRAR, ledger, tmp_path / "r.log"), running(PROJECTOR, ledger, tmp_path / "p.log"):
        publish_all(world, sent)
        wait_level(world)
        # A process says how it stands a moment after it has come to stand so.
        code, status = until(lambda: _status_when_ready(tamga), what="a registrar that is ready")
    refused = [s for s in sent if s.expect not in ("admitted", "duplicate")]
    assert (code, sum(status["refusals"].values())) == (0, len(refused))
    assert all(p["views"].keys() == VIEWS.keys() for p in status["partitions"])
    code, record = tamga("verify")
    assert (code, record["holds"], record["entries"], record["void"]) == (0, True, 4 + len(sent), 0)
    assert tamga("check-views")[0] == 0
    code, rebuilt = tamga("rebuild", "referrals")
    assert (code, [one["view"] for one in rebuilt["rebuilt"]]) == (0, ["rooms", "referrals"])
    assert tamga("check-views")[1]["holds"]
    assert tamga("migrate") == (0, {"ran": []})


def test_verify_names_what_does_not_hold_with_its_position(ledger: Settings, world: World, tamga: Tamga) -> None:
    signers = enrolled(ledger)
    world.registry.refresh()
    recorder = bootstrap.open_recorder(world, 0)
    opened = recorder.open()
    people = publisher.publishers(signers, ledger=ledger.ledger_id)
    forged = people[HOTLINE].forge(event(), people["mn.npa"]).decode()
    reg, at = world.registry.registry.count, opened.head.at
    wrong = [
        (Said(at, 1, CASE, reg, (0, 0)), lambda said: outcome.admitted(forged, said, ())),
        (Said(at, 3, "desk/0", reg, (0, 1)), lambda said: outcome.duplicate(99, {}, said)),
        (Said(at, 4, "desk/0", reg, (0, 1)), lambda said: outcome.intake(0, 1, "x", said)),
    ]
    for said, make in wrong:
        body = make(said)
        recorder.insert_events([OutcomeEvent(said.stream, said.n, "x", body, at, reg, None)], head=recorder.head)
    recorder.settle()
    recorder.close()
    code, found = tamga("verify")
    codes = {(f["partition"], f["pos"], f["code"]) for f in found["failures"]}
    assert (code, found["holds"]) == (1, False)
    assert codes == {
        (0, 1, "event.jws.signature"),
        (0, 2, "entry.version"),
        (0, 2, "outcome.duplicate"),
        (0, 3, "entry.src_decreased"),
    } | ({(0, 1, "event.wrong_partition")} & codes)


def test_verify_counts_void_and_finds_a_record_that_the_index_remembers_longer(
    ledger: Settings, world: World, tamga: Tamga
) -> None:
    appender = Appender(ledger.brokers)
    appender.append(ledger.topics.ledger, 2, [b"garbage", b"{}"])
    appender.close()
    code, found = tamga("verify")
    assert (code, found["void"]) == (0, 2)
    with world.pool.connection() as c:
        c.execute(
            "UPDATE log SET pos = pos + 5, entry_id = %s WHERE partition = 2 AND topic = %s",
            (b64u(b"x" * 32), ledger.topics.ledger),
        )
    code, found = tamga("verify")
    assert (code, [(f["partition"], f["pos"], f["code"]) for f in found["failures"]]) == (
        1, [(2, 1, "record.shorter_than_index")],
    )  # fmt: skip


def test_an_agency_and_its_keys(ledger: Settings, tamga: Tamga) -> None:
    code, made = tamga("agency", "add", "mn.npa")
    assert (code, made["kid"]) == (0, "mn.npa-1")
    assert Path(made["api_key_file"]).stat().st_mode & 0o777 == 0o600
    assert tamga("agency", "add", "mn.npa")[0] == 1
    assert tamga("agency", "add", "mn.stranger", "--name", "S", "--category", "wizard")[0] == 2
    assert tamga("agency", "add", "mn.stranger", "--name", "S", "--category", "shelter")[0] == 0
    code, rotated = tamga("agency", "rotate-key", "mn.npa")
    assert (code, rotated["kid"], keys.load(Path(rotated["key_file"])).kid) == (0, "mn.npa-2", "mn.npa-2")
    assert tamga("agency", "suspend", "mn.npa")[0] == 0
    assert tamga("agency", "suspend", "mn.npa")[0] == 1
    listed = {a["id"]: a for a in tamga("agency", "list")[1]["agencies"]}
    assert [(k["kid"], k["valid"]) for k in listed["mn.npa"]["keys"]] == [("mn.npa-1", False), ("mn.npa-2", True)]
    assert not listed["mn.npa"]["active"]
    assert tamga("agency", "reinstate", "mn.npa")[0] == 0
    assert tamga("agency", "revoke-key", "mn.npa") == (0, {"agency": "mn.npa", "revoked": "mn.npa-2"})
    assert tamga("agency", "rotate-key", "mn.npa")[0] == 1, "a revoked key has no successor"
    assert tamga("agency", "add-key", "mn.npa")[1]["kid"] == "mn.npa-3"


def test_lost_submissions_are_named_before_a_registrar_goes_on(
    ledger: Settings, world: World, tamga: Tamga, tmp_path: Path
) -> None:
    enrolled(ledger)
    assert tamga("intake", "reset")[0] == 1, "nothing is lost"
    appender = Appender(ledger.brokers)
    appender.append(ledger.topics.submissions, 1, [b"one", b"two", b"three"])
    appender.close()
    world.topics.delete_before({(ledger.topics.submissions, 1): 2})
    stopped = Child(REGISTRAR, ledger, tmp_path / "1.log")
    assert stopped.process.wait(30) == 3, stopped.text()
    code, found = tamga("intake", "reset")
    assert (code, found["written"]) == (0, [{"partition": 1, "pos": 1, "first": 0, "last": 1}])
    with running(REGISTRAR, ledger, tmp_path / "2.log"):
        sql = "SELECT type FROM entry JOIN log ON log.id = log WHERE partition = 1 AND entry.pos > 0 ORDER BY entry.pos"
        deadline = time.monotonic() + 30
        while len(rows(ledger.database_url, sql)) < 2 and time.monotonic() < deadline:
            time.sleep(0.1)
        assert tamga("intake", "reset")[0] == 1, "a registrar is running"
    assert [r[0] for r in rows(ledger.database_url, sql)] == ["outcome.intake", "outcome.refused.jws.malformed"]
    assert tamga("verify")[0] == 0


def test_an_import_that_is_interrupted_goes_on(ledger: Settings, world: World, tamga: Tamga, tmp_path: Path) -> None:
    enrolled(ledger)
    lines = FILE.read_text(encoding="utf-8").splitlines(keepends=True)[:1001]
    file = tmp_path / "thousand.csv"
    file.write_text("".join(lines))
    argv = [sys.executable, "-m", "infra.cli.main", "import", "ctdc", str(file)]
    with subprocess.Popen(argv, env=environment(ledger), stderr=subprocess.PIPE, text=True) as interrupted:
        until(lambda: sum(submitted(world)) > 0, 60, "the first rows on the topic")
        interrupted.send_signal(signal.SIGINT)
        assert interrupted.stderr is not None
        told = interrupted.stderr.read()
    assert (interrupted.returncode, told) == (130, "")
    with running(REGISTRAR, ledger, tmp_path / "r.log"):
        code, report = tamga("import", "ctdc", file)
        assert (code, report["whole"], sum(report["outcomes"].values())) == (0, True, 1000)
        file.write_text("".join([*lines, lines[-1].replace("Female", "Nobody").replace("Male", "Nobody")]))
        code, report = tamga("import", "ctdc", file)
    assert (code, report["outcomes"], report["errors"]) == (1, {"duplicate": 1000}, 1)
    sql = "SELECT count(*) FROM entry WHERE type = 'mn.tamga.case.record_imported.v1'"
    assert rows(ledger.database_url, sql) == [(1000,)]


MISTAKES = {
    "no such command": ["bogus"],
    "no such option": ["verify", "--bogus"],
    "no such file": ["submit", "missing.json"],
    "an unsigned event without a key": ["submit", "event.json"],
    "a key file that is none": ["submit", "event.json", "--key", "event.json"],
    "broken JSON": ["submit", "broken.json", "--key", "event.json"],
    "no such import file": ["import", "ctdc", "missing.csv"],
    "a file that is no dataset": ["import", "ctdc", "event.json", "--key", "key.json"],
    "a file that is no workbook": ["import", "htcds", "event.json", "--agency", "mn.npa", "--key", "key.json"],
    "a position that is none": ["replay", "--from", "x"],
    "two partitions": ["replay", "--from", "0-1", "--to", "1-2"],
    "no such partition": ["replay", "--partition", "77"],
    "no such view": ["rebuild", "bogus"],
    "no view": ["rebuild"],
    "an agency id that is none": ["agency", "add", "Not An Id"],
}


@pytest.fixture(scope="module")
def untouched(services: Services, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """One ledger for all mistakes: none of them comes as far as changing it."""
    return founded(services, tmp_path_factory.mktemp("ledger"))


@pytest.mark.parametrize("arguments", MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_told_in_a_line_and_ends_with_2(
    untouched: Settings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
) -> None:
    configure(untouched, monkeypatch)
    monkeypatch.chdir(tmp_path)
    Path("event.json").write_text(json.dumps(event()))
    Path("event.json").chmod(0o600)
    Path("broken.json").write_text('{"id":')
    keys.create(Path("key.json"), "k-1")
    assert guarded(app, arguments) == 2
    told = capsys.readouterr()
    assert "Traceback" not in told.err
    assert told.err.strip()
    assert told.out == ""


@pytest.mark.parametrize("changes", [{}, {"TAMGA_KAFKA_BOOTSTRAP": "127.0.0.1:9"}], ids=["nothing set", "Kafka away"])
@pytest.mark.parametrize("command", ["status", "verify", "show x", "agency list", "intake reset"])
def test_without_a_ledger_it_says_what_to_do(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    command: str,
    changes: dict[str, str],
) -> None:
    for name in [name for name in os.environ if name.startswith("TAMGA_")]:
        monkeypatch.delenv(name)
    known = {"TAMGA_LEDGER_ID": "x", "TAMGA_ROOTS_DIGEST": "x", "TAMGA_DATABASE_URL": "postgresql://127.0.0.1:9/x"}
    for name, value in ({"TAMGA_DATA": str(tmp_path)} | ({**known, **changes} if changes else {})).items():
        monkeypatch.setenv(name, value)
    assert guarded(app, [*command.split(), "--json"]) == 2
    told = capsys.readouterr()
    assert len(told.err.strip().splitlines()) == 1
    assert "tamga up" in told.err
    assert "error" in json.loads(told.out)
