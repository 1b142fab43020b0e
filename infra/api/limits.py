"""An agency submits at most 200 a second over HTTP, 400 in a burst: a token bucket each, in this process's memory.

It keeps one agency's loop from taking the service away from the others. Imports go to Kafka and are not limited.
"""

from __future__ import annotations

import math
from collections.abc import Callable

RATE = 200.0
BURST = 400.0


class Limits:
    """Token buckets by agency, full at first."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._buckets: dict[str, tuple[float, float]] = {}

    def take(self, agency: str) -> int:
        """Take a token: 0, or the whole seconds after which there is one."""
        now = self._clock()
        tokens, at = self._buckets.get(agency, (BURST, now))
        tokens = min(BURST, tokens + (now - at) * RATE)
        granted = tokens >= 1
        self._buckets[agency] = (tokens - 1 if granted else tokens, now)
        return 0 if granted else max(1, math.ceil((1 - tokens) / RATE))
