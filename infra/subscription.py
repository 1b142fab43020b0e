"""A subscription wakes when the index says that a batch was added; it never polls a quiet log in a busy loop.

Used through `LedgerRecorder.subscribe`, by the library's `ProjectionRunner` for instance.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any

import psycopg
from eventsourcing.persistence import ListenNotifySubscription

from infra.index import CHANNEL


class IndexSubscription(ListenNotifySubscription[Any]):
    """Listens on the index's channel and lets the library's puller read."""

    def __init__(self, recorder: Any, url: str, gt: int | None = None, topics: Sequence[str] = ()) -> None:
        self._url = url
        self._listening = threading.Thread(target=self._listen, name="tamga-listen", daemon=True)
        super().__init__(recorder=recorder, gt=gt, topics=topics)
        self._listening.start()

    def __exit__(self, *args: object, **kwargs: Any) -> None:
        super().__exit__(*args, **kwargs)
        self._listening.join()

    def _listen(self) -> None:
        while not self._has_been_stopped:
            try:
                with psycopg.connect(self._url, autocommit=True) as connection:
                    connection.execute(f"LISTEN {CHANNEL}".encode())
                    self._has_been_notified.set()
                    while not self._has_been_stopped:
                        for _ in connection.notifies(timeout=0.2, stop_after=1):
                            self._has_been_notified.set()
            except psycopg.OperationalError:
                threading.Event().wait(0.5)
