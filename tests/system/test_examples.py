"""The examples run as they stand, as a stranger would run them, against the product's own processes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from infra.api import keys as api_keys
from infra.settings import Settings
from system.running import environment, rows, running, until
from system.test_spine import enrolled

ROOT = Path(__file__).parents[2]
AGENCY = "mn.hotline108"


class Served(NamedTuple):
    """A ledger with its processes up, and what an agency of it holds."""

    settings: Settings
    api: str
    key_file: Path
    api_key_file: Path


@pytest.fixture
def served(ledger: Settings, tmp_path: Path) -> Iterator[Served]:
    """Registrar, projector and API of one ledger, one agency enrolled."""
    enrolled(ledger, tmp_path, AGENCY, ["hotline"])
    api_key = tmp_path / "api-key"
    api_key.write_text(api_keys.create(ledger.database_url, AGENCY) + "\n", encoding="utf-8")
    with (
        running("infra.entry.registrar", ledger, tmp_path / "registrar.log"),
        running("infra.entry.projector", ledger, tmp_path / "projector.log"),
        running("infra.api", ledger, tmp_path / "api.log") as api,
    ):
        first = until(lambda: next((line for line in api.text().splitlines() if '"listening"' in line), ""), what="api")
        yield Served(ledger, json.loads(first)["url"], tmp_path / f"{AGENCY}.json", api_key)


def client(served: Served, *more: str) -> list[str]:
    """The command line of the agency's client."""
    return [
        sys.executable, str(ROOT / "examples" / "agency_client.py"), "--ledger", served.settings.ledger_id,
        "--agency", AGENCY, "--kid", f"{AGENCY}-1", "--key-file", str(served.key_file),
        "--bootstrap", served.settings.kafka_bootstrap, "--topic", served.settings.topics.submissions,
        "--api", served.api, "--api-key-file", str(served.api_key_file), *more,
    ]  # fmt: skip


@pytest.mark.parametrize("library", [[], ["--sd-jwt"]], ids=["joserfc", "sd-jwt"])
def test_an_agency_publishes_over_kafka_with_a_public_library_and_reads_its_outcome(
    served: Served, library: list[str]
) -> None:
    done = subprocess.run(client(served, *library), capture_output=True, text=True, timeout=90)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["outcome"] == "admitted"


def test_an_agency_publishes_over_http_with_curl(served: Served) -> None:
    arguments = [served.api, str(served.api_key_file), served.settings.ledger_id, AGENCY, f"{AGENCY}-1"]
    command = ["sh", str(ROOT / "examples" / "curl.sh"), *arguments, str(served.key_file)]
    env = dict(os.environ) | {"PYTHON": sys.executable}
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, env=env)
    assert done.returncode == 0, done.stdout + done.stderr
    assert json.loads(done.stdout)["outcome"] == "admitted"


def test_the_librarys_projection_runner_counts_the_ledgers_entries(served: Served) -> None:
    assert subprocess.run(client(served), capture_output=True, timeout=90).returncode == 0
    sql = "SELECT partition FROM log WHERE topic = %s AND pos > 0"
    ((partition,),) = rows(served.settings.database_url, sql, served.settings.topics.ledger)
    program = ROOT / "examples" / "eventsourcing_projection.py"
    env = environment(served.settings) | {"PYTHONPATH": str(ROOT)}
    del env["TAMGA_REGISTRAR_KEY"]
    command = [sys.executable, str(program), "--partition", str(partition), "--seconds", "2"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, env=env)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {"identification.IndicatorReported": 1}
