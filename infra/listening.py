"""Notifications of PostgreSQL are heard on a connection of their own; when it is lost, nothing heard counts as heard.

A listener says something for every notification, and once whenever it has (re)connected, since some may then have been
missed. Used by the feeder and the webhooks.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

import psycopg

AGAIN_SECONDS = 1.0


class Listener:
    """A daemon thread that calls `heard` with the channel's name, '' after it has connected."""

    def __init__(self, url: str, channels: Sequence[str], heard: Callable[[str], None]) -> None:
        self._url, self._channels, self._heard = url, channels, heard
        self._thread = threading.Thread(target=self._run, name="listener", daemon=True)

    def start(self) -> None:
        """Listen until the process ends."""
        self._thread.start()

    def _run(self) -> None:
        ended = threading.Event()
        while True:
            try:
                self._listen()
            except psycopg.Error:
                ended.wait(AGAIN_SECONDS)

    def _listen(self) -> None:
        with psycopg.connect(self._url, autocommit=True, connect_timeout=5) as c:
            for channel in self._channels:
                c.execute(f"LISTEN {channel}".encode())
            self._heard("")
            for notified in c.notifies():
                self._heard(notified.channel)
