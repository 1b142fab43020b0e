"""An amount or a count is never less than it can be, and a period never ends before it starts.

The kind `int` of the catalogue is any whole number; what a number counts is known to the stage alone. Called by the
stages' `admit`, before anything is stated, so that no fold ever adds a sum that would turn a balance round.
"""

from __future__ import annotations

from domain.event import Event
from domain.refusals import Refusal


def at_least(least: int, event: Event, *names: str) -> None:
    """Each field that is there holds `least` or more, in a list each member. Raises Refusal `data.invalid_value`."""
    for name in names:
        value = event.data.get(name, least)
        if any(each < least for each in (value if isinstance(value, list) else [value])):
            raise Refusal("data.invalid_value", f"data.{name}")


def in_order(event: Event, first: str, last: str) -> None:
    """The day `last` is not before the day `first`. Raises Refusal `data.invalid_value`."""
    if event.data[last] < event.data[first]:
        raise Refusal("data.invalid_value", f"data.{last}")
