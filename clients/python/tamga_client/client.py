"""One event is signed, handed in and followed to its outcome; what is unknown on the way is asked or sent again.

For a program that can wait, and may be started again by whoever ran it. What must reach the ledger whatever befalls the
program goes through the outbox (`outbox`, `sender`), which keeps the signed bytes.
"""

from __future__ import annotations

import time
from datetime import datetime

from tamga_client.errors import NotJudgedError, ProblemError, UnreachableError
from tamga_client.event import Event
from tamga_client.ids import instant, new_id
from tamga_client.outcomes import Judged, Lost, Outcomes, Pending, Submitter
from tamga_client.signing import Signed, Signer
from tamga_client.values import EventData

SHORTEST_PAUSE, LONGEST_PAUSE = 0.05, 1.0
UNSEEN_SECONDS = 5.0
"""How long a place that Kafka has just named may be unknown to the API."""


class Client:
    """Signs with `signer`, hands in through `submitter`, and reads `outcomes` where the submitter does not answer with
    the outcome. `Http` is both. `patience` is how many seconds a submission may take."""

    def __init__(self, signer: Signer, submitter: Submitter, outcomes: Outcomes, *, patience: float = 60.0) -> None:
        self._signer, self._submitter, self._outcomes, self._patience = signer, submitter, outcomes, patience

    def submit(
        self,
        data: EventData,
        *,
        stream: str,
        unit: str,
        actor: str,
        time: str | datetime | None = None,
        event_id: str | None = None,
    ) -> Judged:
        """Sign an event of a stream (the id of its case) and wait for its outcome.

        `unit` and `actor` say who acted within the agency, `time` when it happened (default: now). Raises
        `InvalidEventError` before anything is sent; `NotJudgedError`, `UnreachableError`, `AccessDeniedError`,
        `ProblemError`.
        """
        at, event = time or instant(), event_id or new_id()
        return self.send(self._signer.sign(Event(data=data, stream=stream, unit=unit, actor=actor, time=at, id=event)))

    def send(self, signed: Signed) -> Judged:
        """The outcome of signed bytes, sent again while it is unknown whether they were taken. Raises as `submit`."""
        until, pause = time.monotonic() + self._patience, SHORTEST_PAUSE
        while True:
            try:
                found = self._submitter.submit(signed)
            except UnreachableError as away:
                if time.monotonic() + pause > until:
                    raise
                time.sleep(min(away.retry_after or pause, LONGEST_PAUSE * 5))
            else:
                if isinstance(found, Pending):
                    found = wait_for(self._outcomes, found.submission, until)
                if isinstance(found, Pending) or (isinstance(found, Lost) and time.monotonic() > until):
                    raise NotJudgedError(
                        found.submission, "no outcome yet: ask for it later, or send the same bytes again"
                    )
                if not isinstance(found, Lost):
                    return found
            pause = min(pause * 2, LONGEST_PAUSE)

    def wait(self, submission: str) -> Judged:
        """The outcome of a submission, `<partition>-<offset>`, that was handed in before. Raises as `submit`."""
        found = wait_for(self._outcomes, submission, time.monotonic() + self._patience)
        if isinstance(found, Lost):
            raise NotJudgedError(submission, "it was lost before it was judged: send the same bytes again")
        if isinstance(found, Pending):
            raise NotJudgedError(submission, "no outcome yet: ask for it later")
        return found


def wait_for(outcomes: Outcomes, submission: str, until: float) -> Judged | Pending | Lost:
    """Ask until there is something to say, at most until this moment of the monotonic clock.

    Raises `AccessDeniedError`, and `ProblemError` when the submission stays unknown.
    """
    pause, seen_until = SHORTEST_PAUSE, time.monotonic() + UNSEEN_SECONDS
    while True:
        try:
            found = outcomes.find(submission)
        except UnreachableError:
            found = Pending(submission)
        except ProblemError as problem:
            if problem.code != "submission.unknown" or time.monotonic() > seen_until:
                raise
            found = Pending(submission)
        if not isinstance(found, Pending) or time.monotonic() + pause > until:
            return found
        time.sleep(pause)
        pause = min(pause * 2, LONGEST_PAUSE)
