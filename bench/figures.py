"""A figure stands next to its peer's, measured in the same run on the same work, and as a ratio to it."""

from __future__ import annotations

from typing import NamedTuple


class Figure(NamedTuple):
    """`aim` is the ratio (or for latencies the value) that is aimed at, as text."""

    what: str
    value: float
    unit: str
    peer: str = ""
    peer_value: float | None = None
    aim: str = ""

    @property
    def ratio(self) -> float | None:
        """Our value over the peer's."""
        return self.value / self.peer_value if self.peer_value else None
