"""What a value of the script means: ids that the story calls by a label, and instants told from the step's own time.

`@id x` is the id of the thing x, `@event x` that of the event of the step labelled x, `@break x NUMBER CODE` that of
the break which that event made; `@at +2h` is an instant, `@day +30d` a day and `@month` a month from the step's time;
`@tag x` is the tag of a content, `@head 0` the head of a partition. Anything else is what it says. Called by
`infra.demo.scenario`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any, NamedTuple

from domain.event import Event
from domain.record.entry import b64u
from domain.stages.custody.breaks import break_id
from infra.demo.publisher import drawn_id, draws, moved

_TERM = re.compile(r"([+-]?[0-9]+)([dhm])")
_MINUTES = {"d": 1440, "h": 60, "m": 1}


class Labelled(NamedTuple):
    """A step that others name: in which stream it stands, who publishes it."""

    stream: str
    publisher: str


class Ids(NamedTuple):
    """Where the ids of one play of the script come from."""

    seed: int
    ledger: str
    labelled: Mapping[str, Labelled]
    heads: Sequence[str]

    def of(self, label: str) -> str:
        """The id of what the story calls by this label."""
        return drawn_id(draws(self.seed, self.ledger, "scenario", label))


def event_id(ids: Ids, label: str) -> str:
    """The event id of the step with this label."""
    return ids.of(f"event {label}")


def minutes(text: str) -> int:
    """`-20d +3h` in minutes. Raises ValueError for anything else."""
    terms = text.split()
    found = [_TERM.fullmatch(term) for term in terms]
    if not all(found):
        raise ValueError(f"no span of time: {text}")
    return sum(int(term[1]) * _MINUTES[term[2]] for term in found if term is not None)


def value(said: Any, ids: Ids, time: str) -> Any:
    """What a value of the script stands for, at a step's time."""
    if isinstance(said, list):
        return [value(each, ids, time) for each in said]
    if isinstance(said, dict):
        return {name: value(each, ids, time) for name, each in said.items()}
    if not isinstance(said, str) or not said.startswith("@"):
        return said
    kind, _, rest = said.partition(" ")
    match kind:
        case "@id":
            return ids.of(rest)
        case "@event":
            return event_id(ids, rest)
        case "@break":
            return _break(*rest.split(" "), ids=ids)
        case "@at" | "@day" | "@month":
            return moved(time, minutes=minutes(rest))[: {"@at": None, "@day": 10, "@month": 7}[kind]]
        case "@tag":
            return b64u(sha256("/".join((str(ids.seed), ids.ledger, rest)).encode()).digest())
        case "@head":
            return ids.heads[int(rest) % len(ids.heads)]
        case _:
            raise ValueError(f"nothing is meant by {said}")


def _break(label: str, number: str, code: str, *, ids: Ids) -> str:
    """The id that the ledger derives for the break, from stream, publisher and event."""
    stream, publisher = ids.labelled[label]
    event = Event(event_id(ids, label), publisher, ids.of(stream), "", "", "", "", {})
    return break_id(event, number, code)
