"""`tamga up` owns what it starts: nothing outlives it, even by kill -9, and the next start goes on."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from infra.local.folders import LocalServiceError
from infra.local.processes import start_time
from infra.local.supervisor import Supervisor
from system.running import rows, until


class Up:
    """`tamga up` on a data folder, ready."""

    def __init__(self, data: Path) -> None:
        self.data = data
        env = {k: v for k, v in os.environ.items() if not k.startswith("TAMGA_")} | {"TAMGA_DATA": str(data)}
        self.errors = (data.parent / "up.err").open("ab")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "infra.cli.main", "up", "--json"],
            env=env,
            stdout=subprocess.PIPE,
            stderr=self.errors,
            text=True,
        )
        assert self.process.stdout is not None
        lines = [self.process.stdout.readline()]
        while lines[-1] not in ("}\n", ""):
            lines.append(self.process.stdout.readline())
        assert lines[-1], (data.parent / "up.err").read_text()
        self.said: dict[str, Any] = json.loads("".join(lines))

    def children(self) -> dict[str, int]:
        found = {}
        for folder in ("run", "kafka", "postgres"):
            for row in json.loads((self.data / folder / "pids.json").read_text()):
                found[row["name"]] = row["pid"]
        return found

    def settings(self) -> dict[str, str]:
        lines = (self.data / "tamga.env").read_text().splitlines()
        return {name: value.strip('"') for name, _, value in (line.partition("=") for line in lines)}

    def end(self, number: int) -> int:
        self.process.send_signal(number)
        code = self.process.wait(60)
        assert self.process.stdout is not None
        self.process.stdout.close()
        self.errors.close()
        return code


@pytest.fixture
def data() -> Iterator[Path]:
    """A data folder that the unprivileged user of the services can reach, not made yet."""
    folder = Path(tempfile.mkdtemp(prefix="tamga-test-"))
    folder.chmod(0o755)
    yield folder / "data"
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def ups(data: Path) -> Iterator[list[Up]]:
    """What was started; ended when the test is."""
    started: list[Up] = []
    yield started
    for up in started:
        if up.process.poll() is None:
            up.end(signal.SIGKILL)


def gone(children: dict[str, int]) -> bool:
    return all(start_time(pid) is None for pid in children.values())


def test_kill_9_ends_every_child_and_the_next_start_goes_on(data: Path, ups: list[Up]) -> None:
    ups.append(first := Up(data))
    children, identity = first.children(), first.settings()["TAMGA_LEDGER_ID"]
    ours = {f"{name}-1" for name in ("registrar", "projector", "clock", "feeder", "webhooks", "api")}
    assert set(children) == {*ours, "kafka-0", "postgres"}
    with urllib.request.urlopen(f"{first.said['api']}/readyz", timeout=10) as answer:
        assert json.load(answer)["ready"]
    os.kill(children["projector-1"], signal.SIGKILL)
    until(lambda: first.children().get("projector-1", 0) not in (0, children["projector-1"]), what="restart")
    children = first.children()
    assert first.end(signal.SIGKILL) == -signal.SIGKILL
    until(lambda: gone(children), seconds=20, what="the end of every child")

    ups.append(second := Up(data))
    assert second.settings()["TAMGA_LEDGER_ID"] == identity
    url = second.settings()["TAMGA_DATABASE_URL"]
    assert rows(url, "SELECT count(*) FROM log WHERE pos = 0") == [(4,)], "founded once"
    keys = [*(data / "keys").rglob("*"), *(data / "api-keys").iterdir(), data / "tamga.env"]
    assert {path.stat().st_mode & 0o777 for path in keys if path.is_file()} == {0o600}
    assert {path.stat().st_mode & 0o777 for path in keys if path.is_dir()} == {0o700}
    children = second.children()
    with pytest.raises(LocalServiceError, match="in use by process"):
        Supervisor(data, print)
    assert second.end(signal.SIGTERM) == 0
    assert gone(children)


def test_a_process_that_stopped_for_good_is_not_started_again(tmp_path: Path) -> None:
    said: list[str] = []
    with Supervisor(tmp_path, said.append) as supervisor:
        supervisor.start("alarmed", "tests.system.stops_for_good", dict(os.environ))
        supervisor.start("broken", "no_such_module", dict(os.environ))
        until(lambda: supervisor.alarms and sum("broken ended" in line for line in said) >= 2, what="both seen")
    assert supervisor.alarms == ["alarmed"]
    assert sum("ALARM: alarmed" in line for line in said) == 1
