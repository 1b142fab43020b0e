"""The clock submits what has fallen due, and remembers what it sent: one submission, one look for its outcome.

What it submits is made by the views from what it is about (id, time, data), so any number of clocks, restarted however
often, submit the same bytes, and the registrar admits one of them. A repeat would still be an entry of its own
(`duplicate`); so a row that is listed again is sent again only when the registrar has refused it since, or nothing was
heard of it for a minute. Called by `infra.entry.clock`, which hands in the views, the sender and the clocks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

RESEND_SECONDS = 60.0
KEEP_SECONDS = 3600.0
_SETTLED = frozenset({"admitted", "duplicate", "clock.moot"})
_ANSWERED = float("inf")


class Due(NamedTuple):
    """An event that the clock has to submit; `refusals` counts how often the registrar has refused it."""

    event_id: str
    stream: str
    type: str
    time: str
    data: dict[str, Any]
    refusals: int = 0


Source = Callable[[str], Sequence[Due]]
"""What is due at an instant, the earliest first."""

Send = Callable[[Sequence[Due]], Iterable[tuple[Due, str]]]
"""Submits and yields each with its outcome (`admitted`, `duplicate` or a refusal's code), as far as it came in time."""


class Clock:
    """The clock's loop: `step` as often as is wanted."""

    def __init__(
        self,
        *,
        source: Source,
        send: Send,
        now: Callable[[], str],
        monotonic: Callable[[], float],
        alarm: Callable[[str, str], None],
    ) -> None:
        self._source, self._send, self._now = source, send, now
        self._monotonic, self._alarm = monotonic, alarm
        self._sent: dict[tuple[str, int], tuple[float, float]] = {}

    def step(self) -> int:
        """Submit what is due and was not sent yet; returns how many were answered."""
        listed = self._source(self._now())
        self._forget({_key(due) for due in listed})
        fresh = [due for due in listed if self._may_send(due)]
        if not fresh:
            return 0
        sent_at = self._monotonic()
        self._sent |= {_key(due): (sent_at, sent_at + RESEND_SECONDS) for due in fresh}
        answered = 0
        for due, outcome in self._send(fresh):
            answered += 1
            self._sent[_key(due)] = (sent_at, _ANSWERED)
            if outcome not in _SETTLED:
                self._alarm("clock.refused", f"{due.type} {due.event_id}: {outcome}")
        return answered

    def _may_send(self, due: Due) -> bool:
        sent = self._sent.get(_key(due))
        return sent is None or self._monotonic() > sent[1]

    def _forget(self, listed: set[tuple[str, int]]) -> None:
        """What the views list no more is recorded, or over."""
        limit = self._monotonic() - KEEP_SECONDS
        self._sent = {key: sent for key, sent in self._sent.items() if key in listed or sent[0] > limit}


def _key(due: Due) -> tuple[str, int]:
    return (due.event_id, due.refusals)
