"""The sender brings what waits in the outbox to an outcome: sign, keep, send, keep the place, ask, keep the outcome.

Each step is committed before the next, so a sender that dies goes on where it was, or repeats a step that may be
repeated. Any number may run; two send the same bytes. Of a stream, an event is sent once those before it have outcomes.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping

from tamga_client.client import LONGEST_PAUSE, SHORTEST_PAUSE
from tamga_client.errors import ProblemError, UnreachableError
from tamga_client.outbox import Outbox, Waiting
from tamga_client.outcomes import Judged, Lost, Outcomes, Pending, Submitter
from tamga_client.signing import Signed, Signer

AT_ONCE = 100


class Sender:
    """Sends the outbox's events. `outbox` is on a connection of its own, in the thread that runs the sender.

    `outcomes` may be None where the API is out of reach: then the agency takes its outcomes from its feed
    (`Outbox.take`), and bytes without one are sent again after `again_after` seconds.
    """

    def __init__(
        self,
        outbox: Outbox,
        signer: Signer,
        submitter: Submitter,
        outcomes: Outcomes | None,
        *,
        again_after: float = 600.0,
    ) -> None:
        self._outbox, self._signer, self._submitter, self._outcomes = outbox, signer, submitter, outcomes
        self._again_after = again_after
        self._sent_at: dict[str, float] = {}

    def step(self) -> int:
        """One step of the first event of each stream; how many moved on.

        Raises `UnreachableError` (call it again), `AccessDeniedError`, `ProblemError`, and the database's errors.
        """
        items = self._outbox.next(AT_ONCE)
        self._sent_at = {item.event_id: self._sent_at.get(item.event_id, time.monotonic()) for item in items}
        signed = {item.event_id: self._signed(item) for item in items}
        return sum([self._step(item, signed) for item in items])

    def run(self, stop: threading.Event) -> None:
        """Step until told to stop; waits with backoff while the ledger is away. Raises what `step` raises else."""
        pause = SHORTEST_PAUSE
        while not stop.is_set():
            try:
                moved = self.step()
            except UnreachableError as away:
                stop.wait(min(away.retry_after or pause, LONGEST_PAUSE * 5))
                moved = 0
            pause = SHORTEST_PAUSE if moved else min(pause * 2, LONGEST_PAUSE)
            if not moved:
                stop.wait(pause)

    def _signed(self, item: Waiting) -> Signed:
        """The bytes that are kept: whoever signed first, decided them."""
        jws = item.jws.encode() if item.jws is not None else self._sign(item)
        return Signed(jws, item.event_id, item.stream)

    def _sign(self, item: Waiting) -> bytes:
        return self._outbox.keep_signed(item.event_id, self._signer.sign_payload(item.payload.encode()).jws)

    def _step(self, item: Waiting, signed: Mapping[str, Signed]) -> bool:
        if item.submission is None or self._must_send_again(item):
            found = self._submitter.submit(signed[item.event_id])
            self._sent_at[item.event_id] = time.monotonic()
        else:
            found = self._asked(item.submission)
        match found:
            case Pending(submission) if submission == item.submission:
                return False
            case Pending(submission):
                self._outbox.keep_submission(item.event_id, submission)
            case Lost():
                self._outbox.keep_submission(item.event_id, None)
            case _:
                self._outbox.keep_outcome(item.event_id, found)
        return True

    def _must_send_again(self, item: Waiting) -> bool:
        return time.monotonic() - self._sent_at[item.event_id] > self._again_after

    def _asked(self, submission: str) -> Judged | Pending | Lost:
        """A place that the API does not know (yet) is pending: in the end its bytes are sent again."""
        if self._outcomes is None:
            return Pending(submission)
        try:
            return self._outcomes.find(submission)
        except ProblemError as problem:
            if problem.code != "submission.unknown":
                raise
            return Pending(submission)
