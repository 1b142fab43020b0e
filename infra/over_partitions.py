"""Work that reads the whole record runs partition by partition, in several processes where the record is long.

A job is a function of a partition's world, number and argument, and gives back something that pickles; it calls `tick`
with the entries that it has read. The processes end with their parent, and with its Ctrl-C. Used by `verify`, rebuilds
and checks of views.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from functools import partial
from typing import Any, NamedTuple, TypeVar

from infra import bootstrap, memory
from infra.kafka.log import PartitionsLog
from infra.local.child import end_with_parent
from infra.settings import Settings

PROCESSES = max(2, os.cpu_count() or 1)
SHORT = 50_000
"""A record of fewer Kafka records is read in this process: starting others takes longer."""

T = TypeVar("T")
A = TypeVar("A")
Tick = Callable[[int], None]
Job = Callable[[bootstrap.World, int, A, Tick], T]


class InterruptedWorkError(Exception):
    """The parent was told to stop."""


def over_partitions(
    world: bootstrap.World,
    job: Job[A, T],
    argument: A,
    progress: Callable[[int, int], None] | None = None,
    *,
    short: int = SHORT,
) -> list[T]:
    """The job's result for each partition, in order. `progress` is told (records read, records in all)."""
    memory.settle()
    tell = progress or (lambda read, total: None)
    total = _length(world)
    partitions = world.registry.registry.partitions
    tell(0, total)
    if total < short:
        found = _here(world, job, argument, partitions, lambda read: tell(read, total))
    else:
        found = _there(world, job, argument, partitions, lambda read: tell(read, total))
    tell(total, total)
    return found


def _length(world: bootstrap.World) -> int:
    settings = world.settings
    log = PartitionsLog(settings.brokers, settings.topics.ledger)
    try:
        return sum(log.ends(world.registry.registry.partitions).values())
    finally:
        log.close()


def _here(world: bootstrap.World, job: Job[A, T], argument: A, partitions: int, tell: Tick) -> list[T]:
    done = 0

    def tick(read: int) -> None:
        nonlocal done
        done += read
        tell(done)

    return [job(world, partition, argument, tick) for partition in range(partitions)]


def _there(world: bootstrap.World, job: Job[A, T], argument: A, partitions: int, tell: Tick) -> list[T]:
    """This process and others take partitions in turn until none is left."""
    context = multiprocessing.get_context("spawn")
    shared = _Shared(context.Array("q", partitions, lock=False), context.Value("q", 0), context.Event())
    others = min(PROCESSES, partitions) - 1
    with ProcessPoolExecutor(
        others, mp_context=context, initializer=_begin, initargs=(world.settings, shared, os.getpid())
    ) as pool:
        try:
            futures = [pool.submit(_others_turn, job, argument) for _ in range(others)]

            def tick(partition: int, read: int) -> None:
                shared.counts[partition] += read
                tell(sum(shared.counts))
                for future in futures:
                    # What another process failed with ends this one's work too.
                    if future.done():
                        future.result()

            found = _in_turn(world, job, argument, shared, tick)
            left = set(futures)
            while left:
                done, left = wait(left, timeout=0.2, return_when=FIRST_COMPLETED)
                tell(sum(shared.counts))
                for future in done:
                    found |= future.result()
        except BaseException:
            shared.stop.set()
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return [found[partition] for partition in range(partitions)]


class _Shared(NamedTuple):
    """Between the processes: entries read by partition, the next partition to be taken, and whether to stop."""

    counts: Any
    following: Any
    stop: Any


def _in_turn(
    world: bootstrap.World, job: Job[A, T], argument: A, shared: _Shared, tick: Callable[[int, int], None]
) -> dict[int, T]:
    found: dict[int, T] = {}
    while True:
        with shared.following.get_lock():
            partition = shared.following.value
            shared.following.value += 1
        if partition >= len(shared.counts):
            return found
        found[partition] = job(world, partition, argument, partial(tick, partition))


_process: dict[str, Any] = {}


def _begin(settings: Settings, shared: _Shared, parent: int) -> None:
    memory.settle()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    end_with_parent(parent, signal.SIGKILL)
    _process.update(settings=settings, shared=shared)


def _others_turn(job: Job[A, T], argument: A) -> dict[int, T]:
    shared: _Shared = _process["shared"]
    world = bootstrap.open_world(_process["settings"], pool_size=1)

    def tick(partition: int, read: int) -> None:
        shared.counts[partition] += read
        if shared.stop.is_set():
            raise InterruptedWorkError

    try:
        return _in_turn(world, job, argument, shared, tick)
    finally:
        world.close()
