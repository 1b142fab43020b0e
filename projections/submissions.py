"""`submissions`: the outcome of every submission whose sender is known, for the sender.

A submission that was lost unread, or that names no known sender, has no row: who sent it asks by its place.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, NamedTuple

from projections.engine import Key, Row
from projections.entry import Entry


class SubmissionRow(NamedTuple):
    """What became of one submission. It never changes."""

    agency: Annotated[str, "the sender"]
    partition: Annotated[int, "partition of submission and entry"]
    pos: Annotated[int, "position of the entry that is its outcome"]
    src: Annotated[int, "offset of the submission in its partition"]
    event_id: Annotated[str, "the event's id; '' where it was not well-formed"]
    case_id: Annotated[str, "the stream that the event named; '' where it named none"]
    type: Annotated[str, "short type name; '' where it is not known"]
    outcome: Annotated[str, "admitted, refused or duplicate"]
    code: Annotated[str, "the refusal's code; '' otherwise"]
    actor: Annotated[str, "the officer who signed; '' when refused"]
    at: Annotated[str, "the registrar's clock, UTC, six decimals"]


name = "submissions"
row = SubmissionRow
keys = 3
group = "agency"
appends = True
reads = "agency"
always = "true"


def groups(entry: Entry) -> Iterable[str]:
    """The sender."""
    outcome = entry.outcome
    return (outcome.publisher,) if outcome is not None and outcome.publisher else ()


def evolve(rows: Mapping[Key, Row], entry: Entry) -> Iterable[Row]:
    """The outcome."""
    outcome, recorded, refused = entry.outcome, entry.recorded, entry.refused
    assert outcome is not None
    if recorded is not None:
        event = recorded.event
        what = (event.stream, event.type, "admitted", "", event.actor)
    elif outcome.code == "duplicate":
        what = ("", "", "duplicate", "", "")
    else:
        what = (refused.stream, refused.type, "refused", outcome.code, "") if refused else ("", "", "refused", "", "")
    place = (outcome.publisher, entry.partition, entry.pos, outcome.offset, outcome.event)
    yield SubmissionRow(*place, *what, outcome.at)
