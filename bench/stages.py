"""Admission with all stages beside the registrar as it was when it had three: the same work, in turn, in one run.

The peer is the last commit with identification, consent and referral alone, taken out of the history into a folder of
its own and run there; a clone without history has no such figure. Each side has a broker and a database of its own.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

from bench.figures import Figure

THREE_STAGES = "aadb743e"
ROUNDS = 3
HERE = Path(__file__).parent.parent

_PROGRAM = """
import sys
import time
import psycopg
from bench.place import place, until
if __name__ == "__main__":
    with place() as here, psycopg.connect(here.settings.database_url, autocommit=True) as c:
        def judged():
            asked = "SELECT sum(src + 1) FROM log WHERE topic = %s"
            return int(c.execute(asked, (here.settings.topics.ledger,)).fetchone()[0] or 0)
        work = here.work(int(sys.argv[1]), seed=3)
        here.publish(work)
        with here.process("infra.entry.registrar"):
            until(judged)
            first, started = judged(), time.perf_counter()
            until(lambda: judged() >= len(work))
            print((len(work) - first) / (time.perf_counter() - started))
"""


def figures(count: int) -> list[Figure]:
    """The two in turn; the figure is the median of each."""
    with tempfile.TemporaryDirectory(prefix="three-stages-") as folder:
        if not _taken_out(Path(folder)):
            return []
        rates: dict[Path, list[float]] = {HERE: [], Path(folder): []}
        for _ in range(ROUNDS):
            for tree, found in rates.items():
                found.append(_admitted(tree, count))
    all_stages, three = (median(found) for found in rates.values())
    return [Figure("admission: all stages", all_stages, "submissions/s", "with three stages", three, ">= 0.85")]


def _taken_out(folder: Path) -> bool:
    """The tree of the commit, when the history holds it."""
    archive = subprocess.run(["git", "archive", THREE_STAGES], cwd=HERE, capture_output=True)
    if archive.returncode:
        return False
    subprocess.run(["tar", "x", "-C", str(folder)], input=archive.stdout, check=True)
    return True


def _admitted(tree: Path, count: int) -> float:
    """Submissions per second of a registrar of this tree."""
    environment = os.environ | {"PYTHONPATH": str(tree)}
    command = [sys.executable, "-c", _PROGRAM, str(count)]
    ran = subprocess.run(command, cwd=tree, env=environment, check=True, stdout=subprocess.PIPE, text=True)
    return float(ran.stdout)
