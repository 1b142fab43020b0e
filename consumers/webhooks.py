"""A webhook is sent the agency's feed in order, each message until it is taken or its tries are over.

Requests are signed as Standard Webhooks has it (https://www.standardwebhooks.com, symmetric signatures); the id of a
message is its place in the feed, so it stays over retries. Order is kept per ledger partition: what is behind a message
waits for it. A message that is given up goes to the dead letters, and the next one has its turn. `410 Gone` ends the
subscription. Called by `infra.webhooks.worker`, which hands in the store and the request.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable, Collection, Sequence
from typing import NamedTuple, Protocol

from consumers.feeds import Message

PREFIX = "whsec_"
LATE = "tamga-late"
"""Header of a dead letter that is sent again: the position rule has passed it."""
GONE = "gone"
TAKEN = ""


def secret_text(secret: bytes) -> str:
    """A secret as receivers are given it."""
    return PREFIX + base64.b64encode(secret).decode()


def signature(secret: bytes, id: str, timestamp: int, body: bytes) -> str:
    """`v1,` and the base64 of HMAC-SHA256 over `<id>.<timestamp>.<body>`."""
    signed = b"%s.%d.%s" % (id.encode(), timestamp, body)
    return "v1," + base64.b64encode(hmac.new(secret, signed, hashlib.sha256).digest()).decode()


def headers(message: Message, timestamp: int, secrets: Sequence[bytes], *, late: bool = False) -> dict[str, str]:
    """The headers of one try; `timestamp` in Unix seconds. While a secret is being replaced, both of them sign."""
    body = message.body.encode()
    said = {
        "content-type": "application/json",
        "webhook-id": message.id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(signature(secret, message.id, timestamp, body) for secret in secrets),
    }
    return said | {LATE: "true"} if late else said


def wanted(message: Message, wants: Collection[str]) -> bool:
    """Is it of a kind or type that the subscription names? One that names none wants everything."""
    return not wants or message.kind in wants or message.type in wants


class Schedule(NamedTuple):
    """Seconds before each further try, and how long (seconds) a message is tried at most."""

    waits: tuple[float, ...]
    patience: float

    def wait(self, tries: int, waited: float, spread: float) -> float | None:
        """Seconds until the next try after so many, up to a fifth more or less by `spread` (0 to 1); None: give up."""
        if tries > len(self.waits) or waited >= self.patience:
            return None
        return self.waits[tries - 1] * (0.8 + 0.4 * spread)


class Progress(NamedTuple):
    """Where a subscription stands on a partition: the last message that is done with, how often the next was tried, in
    how many seconds it may be tried again, and for how many nothing was taken (0: it was)."""

    pos: int
    n: int
    tries: int
    wait: float
    failing: float


class Store(Protocol):
    """What is kept of one subscription. Each change is from where the progress stood; raises that others hold it."""

    def messages(self, partition: int, after: Progress) -> Sequence[Message]:
        """The agency's next messages, in order."""
        ...

    def age(self, message: Message) -> float:
        """Seconds since the ledger recorded what it tells."""
        ...

    def passed(self, partition: int, before: Progress, message: Message) -> Progress:
        """The message was taken, or is not wanted."""
        ...

    def failed(self, partition: int, before: Progress, error: str, wait: float) -> None:
        """The message behind `before` is tried again after `wait` seconds."""
        ...

    def given_up(self, partition: int, before: Progress, message: Message, error: str) -> None:
        """The message is a dead letter."""
        ...

    def ended(self, reason: str) -> None:
        """Nothing more is sent."""
        ...


Post = Callable[[Message], str]
"""One try: `TAKEN`, `GONE` or a code of what was wrong."""


class Ended(Exception):
    """The receiver has said that it is gone."""


def deliver(
    partition: int,
    before: Progress,
    store: Store,
    post: Post,
    *,
    wants: Collection[str],
    schedule: Schedule,
    spread: Callable[[], float],
) -> bool:
    """Send what a partition holds behind `before`, as far as it is taken; is there more to be sent at once?"""
    page, unwanted = store.messages(partition, before), None
    for message in page:
        if not wanted(message, wants):
            unwanted = message
            continue
        error = post(message)
        if error == GONE:
            store.ended(GONE)
            raise Ended
        if error != TAKEN:
            return _failed(partition, before, store, message, error, schedule, spread())
        before, unwanted = store.passed(partition, before, message), None
    if unwanted is not None:
        store.passed(partition, before, unwanted)
    return bool(page)


def _failed(
    partition: int, before: Progress, store: Store, message: Message, error: str, schedule: Schedule, spread: float
) -> bool:
    # A message that came while the receiver was away has its own time; one of long ago, from its first try on.
    waited = min(store.age(message), before.failing)
    wait = schedule.wait(before.tries + 1, waited, spread)
    if wait is None:
        store.given_up(partition, before, message, error)
        return True
    store.failed(partition, before, error, wait)
    return wait <= 0
