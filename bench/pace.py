"""How fast something goes, from what it has done at each moment: a rate over all of it, and the cost of one at the end.

What is measured is looked at twenty times a second and costs it no more than that. Cost is compared between two windows
of equal size: behind the first ten thousand, when the process has started, and at the end. The last 2 % are in neither:
there one partition after the other runs out of work. Work comes in batches, so the cost is the slope of a line through
all looks of a window, and not what lies between its ends.
"""

from __future__ import annotations

import time
from bisect import bisect_left
from collections.abc import Callable
from statistics import linear_regression
from typing import NamedTuple

from bench.figures import Figure
from infra.cli.output import progress

FIRST = 10_000
LARGEST_WINDOW = 100_000
LEAST_LOOKS = 10
LOOK_SECONDS = 0.05
STALLED_SECONDS = 180.0


class Pace(NamedTuple):
    """The moments (seconds) at which more was seen to be done, and how much it was then."""

    moments: list[float]
    done: list[int]

    @property
    def rate(self) -> float:
        """So many a second, from the first that was seen to the last."""
        return (self.done[-1] - self.done[0]) / (self.moments[-1] - self.moments[0])

    def growth(self, what: str) -> list[Figure]:
        """Microseconds that one costs at the end, beside those behind the first ten thousand; none of a short run."""
        end = self.done[-1] * 98 // 100
        size = min(LARGEST_WINDOW, (end - FIRST) // 2)
        early, late = (self._within(start, start + size) for start in (FIRST, end - size))
        if min(len(early.done), len(late.done)) < LEAST_LOOKS:
            return []
        name = f"{what}: an entry at {self.done[-1]:,}"
        return [Figure(name, late.cost, "us", f"at {FIRST:,}", early.cost, "<= 1.10")]

    @property
    def cost(self) -> float:
        """Microseconds for one: the line that all looks are nearest to."""
        return linear_regression(self.done, self.moments).slope * 1e6

    def _within(self, start: int, end: int) -> Pace:
        first, last = bisect_left(self.done, start), bisect_left(self.done, end)
        return Pace(self.moments[first:last], self.done[first:last])


def pace(count: Callable[[], int], goal: int, label: str) -> Pace:
    """Watch `count` until it has come to the goal; raises `TimeoutError` when it stands still for three minutes."""
    found = Pace([], [])
    moved = time.perf_counter()
    with progress(label) as step:
        while not found.done or found.done[-1] < goal:
            done, now = count(), time.perf_counter()
            if done > (found.done[-1] if found.done else 0):
                found.moments.append(now)
                found.done.append(done)
                step(done, goal)
                moved = now
            if now - moved > STALLED_SECONDS:
                raise TimeoutError(f"{label}: it stands still at {done} of {goal}")
            time.sleep(LOOK_SECONDS)
    return found
