"""A token bucket for each caller, in this process's memory: one agency's loop takes the service away from nobody else.

Reads are counted by key or person, submissions by agency; imports go to Kafka and are not limited. What is left stands
in `RateLimit` and `RateLimit-Policy` (draft-ietf-httpapi-ratelimit-headers) of every answer to a known caller.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable
from typing import NamedTuple

MOST_BUCKETS = 10_000


class Taken(NamedTuple):
    """Whether a request was granted; `wait`: whole seconds after which there is a token again, 0 when granted."""

    wait: int
    headers: dict[str, str]


class Limits:
    """Buckets of `burst` tokens, full at first, that fill by `rate` a second. `name` is the policy's."""

    def __init__(self, name: str, rate: float, burst: int, clock: Callable[[], float]) -> None:
        self._name, self._rate, self._burst, self._clock = name, rate, burst, clock
        self._policy = f'"{name}";q={burst};w={max(1, math.ceil(burst / rate))}'
        self._buckets: dict[Hashable, tuple[float, float]] = {}

    def take(self, caller: Hashable) -> Taken:
        """Take a token."""
        now = self._clock()
        if caller not in self._buckets and len(self._buckets) >= MOST_BUCKETS:
            self._forget(now)
        tokens = self._tokens(caller, now)
        granted = tokens >= 1
        left = tokens - 1 if granted else tokens
        self._buckets[caller] = (left, now)
        wait = 0 if granted else max(1, math.ceil((1 - tokens) / self._rate))
        full = max(1, math.ceil((self._burst - left) / self._rate))
        return Taken(
            wait, {"RateLimit-Policy": self._policy, "RateLimit": f'"{self._name}";r={math.floor(left)};t={full}'}
        )

    def _tokens(self, caller: Hashable, now: float) -> float:
        tokens, at = self._buckets.get(caller, (float(self._burst), now))
        return min(float(self._burst), tokens + (now - at) * self._rate)

    def _forget(self, now: float) -> None:
        """Drop what is full again: it is as if it had never been there."""
        self._buckets = {c: b for c, b in self._buckets.items() if self._tokens(c, now) < self._burst}
