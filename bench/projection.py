"""Events per second into all views, live and rebuilt, beside the library's ProjectionRunner and the raw consumer.

All on the same ledger, one after the other. Live is one projector from an empty database over what the ledger holds;
the runner keeps one view of one partition, a count of events, for eight seconds. A rebuild is the whole command, its
start included; the raw consumer reads the same records without looking at them.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import psycopg

from bench.figures import Figure
from bench.pace import pace
from bench.place import Place, peak, until
from infra.kafka.log import PartitionsLog
from projections.all_views import VIEWS

RUNNER_SECONDS = 8


def figures(place: Place) -> list[Figure]:
    """All views from an empty database, then a rebuild, on what the ledger holds."""
    entries = place.recorded()
    raw = _raw(place, entries)
    _drop_views(place)
    with place.process("infra.entry.projector") as projector:
        live = pace(lambda: place.scalar("SELECT sum(pos) FROM view_head") // len(VIEWS), entries, "folding")
        memory = peak(projector)
    rebuilt = _rebuild(place, entries)
    runner = _runner(place)
    return [
        Figure(
            f"projection live: {len(VIEWS)} views", live.rate, "events/s", "ProjectionRunner, one view", runner, ">= 15"
        ),
        *live.growth("projection"),
        Figure(f"rebuild of {len(VIEWS)} views", rebuilt, "events/s", "raw consumer", raw, ">= 0.5"),
        Figure("projector, peak memory", memory, "MiB"),
    ]


def _raw(place: Place, entries: int) -> float:
    """Records per second that the client reads without looking at them."""
    log = PartitionsLog(place.settings.brokers, place.settings.topics.ledger)
    log.follow(dict.fromkeys(range(4), 0))
    until(lambda: log.poll(1000, 1))
    log.follow(dict.fromkeys(range(4), 0))
    started, seen = time.perf_counter(), 0
    while seen < entries:
        seen += sum(len(records) for records in log.poll(1000, 5000).values())
    seconds = time.perf_counter() - started
    log.close()
    return seen / seconds


def _drop_views(place: Place) -> None:
    with psycopg.connect(place.settings.database_url, autocommit=True) as c:
        for (table,) in c.execute("SELECT table_name FROM view").fetchall():
            c.execute(f"DROP TABLE {table} CASCADE".encode())
        c.execute("DELETE FROM view")
        c.execute("DELETE FROM view_head")


def _rebuild(place: Place, entries: int) -> float:
    """`tamga rebuild --all`, the whole command."""
    started = time.perf_counter()
    command = [sys.executable, "-m", "infra.cli.main", "rebuild", "--all", "--json"]
    subprocess.run(command, env=place.environment(), check=True, stdout=subprocess.DEVNULL)
    return entries / (time.perf_counter() - started)


def _runner(place: Place) -> float:
    """Events per second that the library's runner counts into one view on one partition."""
    program = Path(__file__).parent.parent / "examples" / "eventsourcing_projection.py"
    command = [sys.executable, str(program), "--seconds", str(RUNNER_SECONDS)]
    env = place.environment() | {"PYTHONPATH": os.pathsep.join(sys.path)}
    subprocess.run(command, env=env, check=True, capture_output=True)
    return place.scalar("SELECT sum(events) FROM event_counts") / RUNNER_SECONDS
