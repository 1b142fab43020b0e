"""Work that reads the whole record runs partition by partition, in two processes where the record is long.

A job is a function of a partition's world, number and argument, and gives back something that pickles; it calls `tick`
with the entries that it has read. The processes end with their parent, and with its Ctrl-C. Used by `verify`, rebuilds
and checks of views.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from typing import Any, TypeVar

from infra import bootstrap, memory
from infra.local.child import end_with_parent
from infra.settings import Settings

PROCESSES = 2
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
        found = _there(world.settings, job, argument, partitions, lambda read: tell(read, total))
    tell(total, total)
    return found


def _length(world: bootstrap.World) -> int:
    total = 0
    for partition in range(world.registry.registry.partitions):
        reader = bootstrap.open_reader(world, partition)
        total += reader.log.end()
        reader.log.close()
    return total


def _here(world: bootstrap.World, job: Job[A, T], argument: A, partitions: int, tell: Tick) -> list[T]:
    done = 0

    def tick(read: int) -> None:
        nonlocal done
        done += read
        tell(done)

    return [job(world, partition, argument, tick) for partition in range(partitions)]


def _there(settings: Settings, job: Job[A, T], argument: A, partitions: int, tell: Tick) -> list[T]:
    context = multiprocessing.get_context("spawn")
    counts, stop = context.Array("q", partitions, lock=False), context.Event()
    start = (settings, counts, stop, os.getpid())
    with ProcessPoolExecutor(PROCESSES, mp_context=context, initializer=_begin, initargs=start) as pool:
        try:
            futures: list[Future[T]] = [pool.submit(_work, job, p, argument) for p in range(partitions)]
            left = set(futures)
            while left:
                done, left = wait(left, timeout=0.2, return_when=FIRST_COMPLETED)
                tell(sum(counts))
                for future in done:
                    future.result()
            return [future.result() for future in futures]
        except BaseException:
            stop.set()
            pool.shutdown(wait=False, cancel_futures=True)
            raise


_process: dict[str, Any] = {}


def _begin(settings: Settings, counts: Any, stop: Any, parent: int) -> None:
    memory.settle()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    end_with_parent(parent, signal.SIGKILL)
    _process.update(settings=settings, counts=counts, stop=stop)


def _work(job: Job[A, T], partition: int, argument: A) -> T:
    world = bootstrap.open_world(_process["settings"], pool_size=1)

    def tick(read: int) -> None:
        _process["counts"][partition] += read
        if _process["stop"].is_set():
            raise InterruptedWorkError

    try:
        return job(world, partition, argument, tick)
    finally:
        world.close()
