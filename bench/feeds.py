"""Milliseconds from a submission to its outcome on the sender's feed, by the broker's own stamps, at a steady rate."""

from __future__ import annotations

from collections.abc import Iterator
from statistics import quantiles

import orjson

from bench.figures import Figure
from bench.latency import RATE, WARM_UP, send
from bench.place import Place, until
from bench.workload import AGENCIES
from infra import founding
from infra.kafka.log import PartitionLog, Record


def figures(place: Place, seconds: int) -> list[Figure]:
    """Send at a steady 200 a second with registrar, projector and feeder running, then read what the broker stamped."""
    count = RATE * (WARM_UP + seconds)
    work = place.work(count // 6 + 1, seed=5)[:count]
    modules = ("infra.entry.registrar", "infra.entry.projector", "infra.entry.feeder")
    with place.process(modules[0]), place.process(modules[1]), place.process(modules[2]):
        until(lambda: place.scalar("SELECT count(*) FROM process WHERE state = 'ready'") >= 3)
        until(lambda: _level(place))
        sent = list(send(place, [(w.stream, w.record) for w in work]))[RATE * WARM_UP :]
        until(lambda: _level(place))
    topics = place.settings.topics
    submitted = {(p, r.offset): r.timestamp for p, r in _records(place, topics.submissions)}
    told = {key: at for agency in AGENCIES for key, at in _outcomes(place, topics.feed(agency))}
    cuts = quantiles([told[key] - submitted[key] for key in sent], n=100)
    return [
        Figure(f"latency submission -> feed, p50 at {RATE}/s", cuts[49], "ms"),
        Figure(f"latency submission -> feed, p99 at {RATE}/s", cuts[98], "ms", aim="<= 250"),
    ]


_BEHIND = "SELECT sum(log.pos - coalesce(feed_position.pos, -1)) FROM log LEFT JOIN feed_position USING (partition)"


def _level(place: Place) -> bool:
    """Is everything judged, and everything on the feeds?"""
    return (
        place.judged() == _submitted(place)
        and place.scalar(_BEHIND + " WHERE topic = %s", place.settings.topics.ledger) == 0
    )


def _submitted(place: Place) -> int:
    """How many submissions there are."""
    log = PartitionLog(place.settings.brokers, place.settings.topics.submissions, 0)
    try:
        return sum(log.ends(founding.PARTITIONS).values())
    finally:
        log.close()


def _records(place: Place, topic: str) -> Iterator[tuple[int, Record]]:
    for partition in range(founding.PARTITIONS):
        log = PartitionLog(place.settings.brokers, topic, partition)
        yield from ((partition, record) for record in log.read(*log.bounds()))
        log.close()


def _outcomes(place: Place, topic: str) -> Iterator[tuple[tuple[int, int], int]]:
    for _, record in _records(place, topic):
        said = orjson.loads(record.value or b"{}")
        if said["kind"] == "outcome":
            partition, _, offset = said["outcome"]["submission"].partition("-")
            yield (int(partition), int(offset)), record.timestamp
