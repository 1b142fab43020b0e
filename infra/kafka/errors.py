"""What can go wrong with a log, in two kinds: it is away (wait and try again) or it is not the log it was (stop).

A `LogFault` is an alarm: nothing may be read or written until a person has looked. A `LogAway` passes by itself.
"""

from __future__ import annotations


class LogFault(Exception):
    """The log was truncated, forked, recreated or reconfigured, or a clock is wrong. `code` is stable."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message


class LogAway(Exception):
    """The broker did not answer in time; the caller tries again."""
