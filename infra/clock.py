"""The one clock format of the record: UTC, `Z`, six decimals."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

FUTURE = timedelta(minutes=5)
"""An event's `time` may be this far ahead of the registrar's clock."""


def stamp(moment: datetime) -> str:
    """A moment as the record writes it."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def now() -> str:
    """This machine's clock."""
    return stamp(datetime.now(UTC))


def latest() -> str:
    """The last `time` that is not in the future."""
    return stamp(datetime.now(UTC) + FUTURE)
