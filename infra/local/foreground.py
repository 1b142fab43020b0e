"""A program in the foreground ends in order, whenever it is told to: Ctrl-C and SIGTERM are heard once.

While something is under way, being told interrupts it (`KeyboardInterrupt`); a wait ends. What comes after that is not
heard, so that nothing disturbs the orderly end. Used by `tamga up` and the demo.
"""

from __future__ import annotations

import signal
import time
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Foreground:
    """`with Foreground() as foreground: …; foreground.wait()`."""

    def __init__(self) -> None:
        self._told = self._waiting = False

    def __enter__(self) -> Foreground:
        self._before = {number: signal.signal(number, self._heard) for number in SIGNALS}
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def wait(self) -> None:
        """Until told to end."""
        self._waiting = True
        while not self._told:
            time.sleep(0.1)

    def _heard(self, number: int, frame: FrameType | None) -> None:
        if self._told:
            return
        self._told = True
        if not self._waiting:
            raise KeyboardInterrupt
