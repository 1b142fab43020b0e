"""The tutorial's commands run as they stand in it, one after the other, and say what it shows (`…` is anything)."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest

from system.conftest import Services
from system.running import until

ROOT = Path(__file__).parents[2]
TUTORIAL = ROOT / "docs" / "tutorial.md"
MARK = "=== end of step"

pytestmark = pytest.mark.skipif(shutil.which("curl") is None, reason="the tutorial reads the API with curl")


class Step(NamedTuple):
    """Commands, and what the tutorial shows of their output (None: nothing is shown)."""

    commands: str
    shown: str | None


def steps() -> list[Step]:
    """The `sh` blocks in order, each with the `text` block that follows it directly."""
    found = re.findall(r"^```sh\n(.*?)^```\n(?:\n```text\n(.*?)^```\n)?", TUTORIAL.read_text("utf-8"), re.M | re.S)
    return [Step(commands, shown or None) for commands, shown in found]


def as_pattern(shown: str) -> str:
    """Shown output as a pattern: a line that is `…` stands for any lines, `…` within one for any text."""
    lines = [r"(?:.*\n)*?" if line == "…" else re.escape(line).replace("…", ".*") + "\n" for line in shown.splitlines()]
    return "".join(lines) + (r"(?:.*\n)*" if shown.endswith("…\n") else "")


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder that services of another user could pass through."""
    path = Path(tempfile.mkdtemp(prefix="tamga-tutorial-"))
    path.chmod(0o755)
    yield path
    shutil.rmtree(path)


def environment(place: Path) -> dict[str, str]:
    """What the reader's terminal has: `tamga` and `python` on the path, and the data folder."""
    shims = place / "bin"
    shims.mkdir()
    for name, arguments in (("tamga", "-m infra.cli.main "), ("python", "")):
        shim = shims / name
        shim.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} {arguments}"$@"\n', encoding="utf-8")
        shim.chmod(0o755)
    mine = {name: value for name, value in os.environ.items() if not name.startswith("TAMGA_")}
    path = f"{shims}:{os.environ['PATH']}"
    return mine | {"PATH": path, "PYTHONPATH": str(ROOT), "TAMGA_DATA": str(place / "data")}


@contextmanager
def ledger(place: Path, env: dict[str, str], **more: str) -> Iterator[None]:
    """`tamga up` until the block ends."""
    log = place / "up.log"
    with log.open("wb") as out:
        up = subprocess.Popen(["tamga", "up"], cwd=place, env=env | more, stdout=out, stderr=out)
    try:
        until(lambda: up.poll() is not None or "the API answers" in log.read_text("utf-8"), 120, "tamga up")
        assert up.poll() is None, log.read_text("utf-8")
        yield
    finally:
        up.terminate()
        up.wait(60)


def test_the_commands_of_the_tutorial_work_and_say_what_it_shows(
    services: Services, database: str, place: Path
) -> None:
    env, found = environment(place), steps()
    folder = place / "empty"
    folder.mkdir()
    script = "set -eu\n" + "".join(f"{step.commands}echo '{MARK}'\n" for step in found)
    outside = {"TAMGA_KAFKA_BOOTSTRAP": services.bootstrap, "TAMGA_DATABASE_URL": database}
    with ledger(place, env, **outside, TAMGA_TOPIC_PREFIX=f"t{uuid.uuid4().hex[:12]}"):
        ran = subprocess.run(["sh"], input=script, cwd=folder, env=env, capture_output=True, text=True, timeout=120)
    outputs = ran.stdout.split(f"{MARK}\n")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert len(outputs) == len(found) + 1
    for step, output in zip(found, outputs, strict=False):
        if step.shown is not None:
            assert re.fullmatch(as_pattern(step.shown), output), f"{step.commands}\n{output}\n{ran.stderr}"
