"""Signed submissions of any number, made by as many processes as there are cores and held a wave at a time.

A wave is signed before it is handed out, and nothing is signed while whoever took it works: publishing has the cores to
itself. Cases are seeded by wave and slice, so the same seed and count are the same cases, whatever the cores.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from itertools import chain
from typing import NamedTuple

from bench.workload import OF_A_CASE, Work, cases
from domain.record.signing import SeedSigner

WAVE = 10_000
"""Cases that are held in memory at once."""
SLICE = 500
"""Cases that a process signs at once."""


class _Slice(NamedTuple):
    ledger: str
    signers: dict[str, SeedSigner]
    time: str
    seed: str
    cases: int


def waves(count: int, *, ledger: str, signers: dict[str, SeedSigner], time: str, seed: int) -> Iterator[list[Work]]:
    """The submissions of `count` cases, case by case in order."""
    slices = [
        _Slice(ledger, signers, time, f"{seed}/{start}", min(SLICE, count - start)) for start in range(0, count, SLICE)
    ]
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(os.cpu_count(), context, initializer=_left_to_the_parent) as pool:
        for start in range(0, len(slices), WAVE // SLICE):
            yield list(chain.from_iterable(pool.map(_signed, slices[start : start + WAVE // SLICE])))


def _signed(part: _Slice) -> list[Work]:
    made = cases(part.cases, ledger=part.ledger, signers=part.signers, time=part.time, seed=part.seed)
    found = list(chain.from_iterable(made))
    assert len(found) == part.cases * OF_A_CASE
    return found


def _left_to_the_parent() -> None:
    """Ctrl-C goes to the whole terminal: the parent ends the pool."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
