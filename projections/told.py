"""What one agency is told by one entry, as `domain.sharing` shows it to that agency: desks fold this and nothing else.

A field that the agency is not granted is not here, so that no desk can show it. Made by `projections.room`, folded by
the desks, kept in the timeline, sent by the feed: rows, answers, exports and messages are functions of what was told.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, NamedTuple

from domain.event import Effect

JSON = "json"
Json = Annotated[str, JSON]
"""A text column that holds a JSON document; answers show it parsed."""

REFUSED = "refused"
"""In a desk's `types`: it also folds refusals of the agency's own submissions."""


CORRECTED, DISPUTED, MISFILED, HELD = "corrected", "disputed", "misfiled", "held"
"""What `Told.marks` says of an event: its data are as corrected; another agency disputes it; it belongs to another
case; it waits for an approval and has no effect yet."""


class Told(NamedTuple):
    """An event of a stream, or with `code` a refusal of the agency's own submission, as `agency` may see it.

    `type` is the short name; `publisher` an agency's id, or `care-provider-<n>` where the provider is not to be known;
    `unit` and `actor` stand at the agency's own events alone. `data` and `effects` hold what is granted: both are empty
    where the agency may know no more than that it happened. `time` is as signed, `at` the registrar's clock, UTC with
    six decimals. `relation` is why the agency is told (`domain.sharing.RELATIONS`); `marks` what is to be
    known of the event besides: `corrected`, `disputed`, `misfiled`, `held`.
    """

    agency: str
    stream: str
    partition: int
    pos: int
    type: str
    event_id: str
    publisher: str
    unit: str
    actor: str
    time: str
    at: str
    data: Mapping[str, Any]
    effects: tuple[Effect, ...]
    relation: str
    marks: tuple[str, ...] = ()
    code: str = ""

    @property
    def is_own(self) -> bool:
        """Did the agency publish it?"""
        return self.publisher == self.agency


class Telling(NamedTuple):
    """What an agency is told by one entry, in order; `anew`: all that it may see of the stream, in place of all that it
    was told before. `epoch` counts how often it was told anew; `types` are those of events and effects of which this is
    what it may see, `REFUSED` among them where there are refusals: a desk that folds none of them need not look."""

    agency: str
    epoch: int
    anew: bool
    told: tuple[Told, ...]
    types: frozenset[str]
