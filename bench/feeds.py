"""Feeds: how fast one feeder tells what the ledger holds, and milliseconds from a submission to its sender's feed.

The latency is the difference of the broker's own stamps, at a steady rate, with registrar, projector and feeder running
on the same cores; only what the run itself has added is read back.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from statistics import quantiles

import orjson

from bench.figures import Figure
from bench.latency import RATE, WARM_UP, send
from bench.pace import pace
from bench.place import Place, until
from bench.workload import AGENCIES, OF_A_CASE
from infra import founding
from infra.kafka.log import PartitionLog, Record

Ends = Mapping[tuple[str, int], int]


def told(place: Place) -> list[Figure]:
    """One feeder from nothing over all that the views hold."""
    entries = place.recorded()
    with place.process("infra.entry.feeder"):
        found = pace(lambda: place.scalar("SELECT sum(pos) FROM feed_position"), entries, "feeding")
    return [Figure("feeds: one feeder, all agencies", found.rate, "entries/s"), *found.growth("feeds")]


def figures(place: Place, seconds: int) -> list[Figure]:
    """Send at a steady 200 a second with registrar, projector and feeder running, then read what the broker stamped."""
    count = RATE * (WARM_UP + seconds)
    work = place.work(count // OF_A_CASE + 1, seed=5)[:count]
    topics = place.settings.topics
    read = [topics.submissions, *(topics.feed(agency) for agency in AGENCIES)]
    modules = ("infra.entry.registrar", "infra.entry.projector", "infra.entry.feeder")
    with place.process(modules[0]), place.process(modules[1]), place.process(modules[2]):
        until(lambda: place.scalar("SELECT count(*) FROM process WHERE state = 'ready'") >= 3)
        until(lambda: _level(place))
        before = _ends(place, read)
        sent = list(send(place, [(w.stream, w.record) for w in work]))[RATE * WARM_UP :]
        until(lambda: _level(place))
    submitted = {(p, r.offset): r.timestamp for p, r in _records(place, topics.submissions, before)}
    told = {key: at for topic in read[1:] for key, at in _outcomes(place, topic, before)}
    cuts = quantiles([told[key] - submitted[key] for key in sent], n=100)
    return [
        Figure(f"latency submission -> feed, p50 at {RATE}/s", cuts[49], "ms"),
        Figure(f"latency submission -> feed, p99 at {RATE}/s", cuts[98], "ms", aim="<= 250"),
    ]


_BEHIND = "SELECT sum(log.pos - coalesce(feed_position.pos, -1)) FROM log LEFT JOIN feed_position USING (partition)"


def _level(place: Place) -> bool:
    """Is everything judged, and everything on the feeds?"""
    topics = place.settings.topics
    return (
        place.judged() == sum(_ends(place, [topics.submissions]).values())
        and place.scalar(_BEHIND + " WHERE topic = %s", topics.ledger) == 0
    )


def _ends(place: Place, topics: list[str]) -> Ends:
    """The offset behind the last record of each topic and partition."""
    found: dict[tuple[str, int], int] = {}
    for topic in topics:
        log = PartitionLog(place.settings.brokers, topic, 0)
        found |= {(topic, partition): end for partition, end in log.ends(founding.PARTITIONS).items()}
        log.close()
    return found


def _records(place: Place, topic: str, after: Ends) -> Iterator[tuple[int, Record]]:
    """What has come behind these offsets, with its partition."""
    for partition in range(founding.PARTITIONS):
        log = PartitionLog(place.settings.brokers, topic, partition)
        yield from ((partition, record) for record in log.read(after[(topic, partition)], log.end()))
        log.close()


def _outcomes(place: Place, topic: str, after: Ends) -> Iterator[tuple[tuple[int, int], int]]:
    for _, record in _records(place, topic, after):
        said = orjson.loads(record.value or b"{}")
        if said["kind"] == "outcome":
            partition, _, offset = said["outcome"]["submission"].partition("-")
            yield (int(partition), int(offset)), record.timestamp
