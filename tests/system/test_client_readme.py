"""A stranger follows the client's README from an empty folder, with the wheel alone, against a running ledger."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

from infra.settings import Settings
from system.all_processes import AGENCY, Given, serving
from system.running import rows, until
from system.test_tutorial import as_pattern

ROOT = Path(__file__).parents[2]
CLIENT = ROOT / "clients" / "python"
BLOCK = re.compile(r"^```(python|sh|text)\n(.*?)^```\n", re.M | re.S)


class Step(NamedTuple):
    """Files that were written before, commands, and what the page shows of their output."""

    files: dict[str, str]
    commands: str
    shown: str | None


def steps() -> list[Step]:
    """The page's commands in order. A program's first line is its name, `# first.py`."""
    found: list[Step] = []
    files: dict[str, str] = {}
    for language, text in BLOCK.findall((CLIENT / "README.md").read_text(encoding="utf-8")):
        match language:
            case "python":
                files[text.splitlines()[0].removeprefix("# ")] = text
            case "sh":
                found.append(Step(files, text, None))
                files = {}
            case _:
                found[-1] = found[-1]._replace(shown=text)
    return found


def environment(given: Given, folder: Path) -> dict[str, str]:
    """What the stranger's terminal has: a Python, pip's own settings, and what the operator gave."""
    programs = folder / "bin"
    programs.mkdir()
    (programs / "python3").symlink_to(sys.executable)
    pins = folder / "tried.txt"
    pins.write_text("".join(f"{name}=={version(name)}\n" for name in ("PyNaCl", "kafka-python")), encoding="utf-8")
    theirs = {name: value for name, value in os.environ.items() if not name.startswith(("TAMGA_", "PYTHON"))}
    return theirs | {
        "PATH": f"{programs}:{os.environ['PATH']}",
        "PIP_CONSTRAINT": str(pins),
        "AGENCY": AGENCY,
        "LEDGER": given.settings.ledger_id,
        "KEY_FILE": str(given.key_file),
        "API": given.api,
        "API_KEY_FILE": str(given.api_key_file),
        "BROKERS": given.settings.kafka_bootstrap,
        "PREFIX": given.settings.topic_prefix,
    }


def is_level(given: Given) -> bool:
    """Has the feeder sent what is on record? Every entry here is the outcome of a submission of the agency."""
    sql = (
        "SELECT 1 FROM log LEFT JOIN feed_position AS fed ON fed.partition = log.partition"
        " WHERE topic = %s AND log.pos > 0 AND log.pos > coalesce(fed.pos, -1)"
    )
    return not rows(given.settings.database_url, sql, given.settings.topics.ledger)


def test_a_small_agency_system_is_built_by_following_the_page(ledger: Settings, tmp_path: Path) -> None:
    folder = tmp_path / "empty"
    folder.mkdir()
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder / "wheels")]
    subprocess.run(build, cwd=CLIENT, check=True, capture_output=True, timeout=120)
    with serving(ledger, tmp_path) as given:
        env = environment(given, tmp_path)
        for step in steps():
            for name, text in step.files.items():
                (folder / name).write_text(text, encoding="utf-8")
            if "hear.py" in step.commands:
                until(lambda: is_level(given), what="a level feed")
            ran = subprocess.run(
                ["sh", "-eu"], input=step.commands, cwd=folder, env=env, capture_output=True, text=True, timeout=300
            )
            assert ran.returncode == 0, f"{step.commands}{ran.stdout}{ran.stderr}"
            if step.shown is not None:
                assert re.fullmatch(as_pattern(step.shown), ran.stdout), f"{step.commands}{ran.stdout}{ran.stderr}"
    shutil.rmtree(folder / "venv")


def test_the_wheel_holds_the_client_and_nothing_else(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(build, cwd=CLIENT, check=True, capture_output=True, timeout=120)
    (wheel,) = tmp_path.glob("tamga_client-*.whl")
    listed = subprocess.run(
        [sys.executable, "-m", "zipfile", "-l", str(wheel)], check=True, capture_output=True, text=True, timeout=60
    )
    names = {line.split()[0] for line in listed.stdout.splitlines()[1:]}
    assert {name.partition("/")[0].partition("-")[0] for name in names} == {"tamga_client"}
    assert {"tamga_client/py.typed", "tamga_client/events/referral.py"} <= names
