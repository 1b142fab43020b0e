"""Milliseconds from submission to outcome and to view, at a steady rate, registrar and projector running."""

from __future__ import annotations

import threading
import time
from statistics import quantiles

import psycopg
from kafka import KafkaProducer

from bench.figures import Figure
from bench.place import Place, until
from domain.partition import partition_of
from infra import founding, view_tables
from infra.index import CHANNEL

RATE = 200
WARM_UP = 10
"""Seconds at the same rate that are not counted: the broker compiles itself meanwhile."""


def figures(place: Place, seconds: int) -> list[Figure]:
    """Send at a steady 200 a second and watch the index and the views."""
    count = RATE * (WARM_UP + seconds)
    work = place.work(count // 6 + 1, seed=2)[:count]
    with place.process("infra.entry.registrar"), place.process("infra.entry.projector"):
        until(lambda: place.scalar("SELECT count(*) FROM process WHERE state = 'ready'") >= 2)
        until(lambda: place.scalar("SELECT count(*) FROM view_head") > 0)
        until(lambda: place.scalar("SELECT min(pos) FROM view_head") > 0 or place.recorded() == 0)
        before = {p: place.scalar(_SRC, place.settings.topics.ledger, p) for p in range(founding.PARTITIONS)}
        watch = _Watch(place)
        sent = send(place, [(w.stream, w.record) for w in work])
        until(lambda: watch.complete(before, len(work)))
        watch.stop()
    steady = list(sent.items())[RATE * WARM_UP :]
    outcomes = [watch.outcome[key] - at for key, at in steady]
    views = [watch.view_of(key) - at for key, at in steady]
    found = []
    for name, values in (("outcome", outcomes), ("view", views)):
        cuts = quantiles([v * 1000 for v in values], n=100)
        aims = ("<= 10", "<= 50") if name == "outcome" else ("", "")
        found.append(Figure(f"latency submission -> {name}, p50 at {RATE}/s", cuts[49], "ms", aim=aims[0]))
        found.append(Figure(f"latency submission -> {name}, p99 at {RATE}/s", cuts[98], "ms", aim=aims[1]))
    return found


_SRC = "SELECT src FROM log WHERE topic = %s AND partition = %s"
Key = tuple[int, int]


class _Watch:
    """Notes when each submission's outcome is told, and when each position stands in every view."""

    def __init__(self, place: Place) -> None:
        self._url = place.settings.database_url
        with psycopg.connect(self._url) as c:
            rows = c.execute("SELECT id, partition, src FROM log").fetchall()
        self._partition = {row[0]: row[1] for row in rows}
        self._src = {row[1]: row[2] for row in rows}
        self.outcome: dict[Key, float] = {}
        self._pos: dict[Key, int] = {}
        self._views: dict[int, list[tuple[int, float]]] = {p: [] for p in range(founding.PARTITIONS)}
        self._running = True
        self._threads = [threading.Thread(target=f) for f in (self._listen, self._look)]
        for thread in self._threads:
            thread.start()
        time.sleep(0.5)

    def complete(self, before: dict[int, int], count: int) -> bool:
        """Has everything an outcome, and stands it in every view?"""
        return len(self.outcome) >= count and all(
            not pos or (self._views[p] and self._views[p][-1][0] >= pos) for (p, _), pos in self._pos.items()
        )

    def view_of(self, key: Key) -> float:
        """When the entry of a submission stood in every view."""
        return next(at for pos, at in self._views[key[0]] if pos >= self._pos[key])

    def stop(self) -> None:
        """End the threads."""
        self._running = False
        for thread in self._threads:
            thread.join()

    def _listen(self) -> None:
        with psycopg.connect(self._url, autocommit=True) as c:
            c.execute(f"LISTEN {CHANNEL}".encode())
            while self._running:
                for told in c.notifies(timeout=0.2, stop_after=1):
                    self._note(told.payload, time.perf_counter())

    def _note(self, payload: str, now: float) -> None:
        log, pos, src = (int(part) for part in payload.split(":"))
        partition = self._partition[log]
        last = self._src[partition]
        for offset in range(last + 1, src + 1):
            self.outcome[(partition, offset)] = now
            self._pos[(partition, offset)] = pos - (src - offset)
        self._src[partition] = max(last, src)

    def _look(self) -> None:
        """All views of a partition move in one transaction, which says so."""
        with psycopg.connect(self._url, autocommit=True) as c:
            c.execute(f"LISTEN {view_tables.CHANNEL}".encode())
            while self._running:
                for told in c.notifies(timeout=0.2, stop_after=1):
                    partition, _, pos = told.payload.partition(":")
                    self._views[int(partition)].append((int(pos), time.perf_counter()))


def send(place: Place, work: list[tuple[str, bytes]]) -> dict[Key, float]:
    """Send steadily; returns the moment of sending by (partition, offset)."""
    producer = KafkaProducer(bootstrap_servers=place.settings.kafka_bootstrap, acks="all")
    sent = []
    started = time.perf_counter()
    for number, (stream, record) in enumerate(work):
        time.sleep(max(0.0, started + number / RATE - time.perf_counter()))
        partition = partition_of(stream, founding.PARTITIONS)
        sent.append(
            (time.perf_counter(), producer.send(place.settings.topics.submissions, record, partition=partition))
        )
    found = {}
    for at, future in sent:
        metadata = future.get(timeout=30)
        found[(metadata.partition, metadata.offset)] = at
    producer.close()
    return found
