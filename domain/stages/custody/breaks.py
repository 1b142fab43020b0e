"""A break of custody is stated beside the fact that made it, once per exhibit and code, and is never cleared.

`break_id` is the UUIDv5 of the entry (stream, publisher, event id), the exhibit and the code, so whoever reads the
entry can derive it. Codes of custody are stated as `custody.CustodyBreakFound` here and nowhere as a breach; LATE_ENTRY
and OUT_OF_SEQUENCE are breaches of any fact and stated by `domain.stream`. Called by the modules of this stage.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from uuid import NAMESPACE_URL, uuid5

from domain.event import Effect, Event, Recorded
from domain.refusals import Refusal
from domain.stages.change import changed
from domain.stages.custody.state import CustodyState, Exhibit
from domain.stages.rules import Changes

NAMESPACE = uuid5(NAMESPACE_URL, "urn:tamga:custody-break")
FOUND = "custody.CustodyBreakFound"

# Effects of an entry take at most 8 KiB: so many breaks fit with the times of their gaps, and so many without.
WITH_GAPS = 20
MOST = 34

_BLANK = Exhibit()

_ACT_TIMES: Mapping[str, tuple[str, str]] = {
    "custody.ExhibitCollected": ("collected_at", "collected_at"),
    "custody.CustodyReleased": ("released_at", "released_at"),
    "custody.CustodyReceived": ("received_at", "received_at"),
    "custody.ExhibitExamined": ("started_at", "ended_at"),
    "custody.ExhibitLost": ("noticed_at", "noticed_at"),
    "custody.ExhibitFound": ("found_at", "found_at"),
}


class Gap(NamedTuple):
    """A break: its code, and the time that nobody accounts for."""

    code: str
    start: str | None = None
    end: str | None = None


def numbers(event: Event) -> list[str]:
    """The exhibits that the event is about, one or many."""
    named = event.data["exhibit_number"]
    return named if isinstance(named, list) else [named]


def exhibit(state: CustodyState, number: str) -> Exhibit:
    """The exhibit; a blank one when it is not on record."""
    return state.exhibits.get(number, _BLANK)


def stated(values: Sequence[str] | None, index: int) -> str | None:
    """What a list of the event says of the exhibit at `index`; `-` and a list that is too short say nothing."""
    if values is None or index >= len(values) or values[index] == "-":
        return None
    return values[index]


def one(data: Mapping[str, Any], name: str) -> str | None:
    """An optional field; `-` says nothing."""
    value = data.get(name)
    return None if value == "-" else value


def began(event: Event) -> str:
    """When the act began: the time that its type states, else the event's."""
    names = _ACT_TIMES.get(event.type)
    return str(event.data[names[0]]) if names else event.time


def ended(event: Event) -> str:
    """When the act ended."""
    names = _ACT_TIMES.get(event.type)
    return str(event.data[names[1]]) if names else event.time


def break_id(event: Event, number: str, code: str) -> str:
    """The id of the break with this code that the event made on this exhibit."""
    return str(uuid5(NAMESPACE, f"{event.stream}/{event.publisher}/{event.id}/{number}/{code}"))


def effects(event: Event, found: Mapping[str, Sequence[Gap]]) -> tuple[Effect, ...]:
    """The breaks by exhibit as effects, each code once per exhibit.

    Raises Refusal `custody.too_many_breaks` when they would not fit into one entry.
    """
    breaks: dict[tuple[str, str], Gap] = {}
    for number, gaps in found.items():
        for gap in gaps:
            breaks.setdefault((number, gap.code), gap)
    if len(breaks) > MOST:
        raise Refusal("custody.too_many_breaks", "data.exhibit_number")
    with_gaps = len(breaks) <= WITH_GAPS
    return tuple(_effect(event, number, gap, with_gaps) for (number, _), gap in breaks.items())


def _effect(event: Event, number: str, gap: Gap, with_gaps: bool) -> Effect:
    data = {"exhibit_number": number, "break_id": break_id(event, number, gap.code), "break_code": gap.code}
    if with_gaps and gap.start and gap.end:
        data |= {"gap_from": gap.start, "gap_to": gap.end}
    return Effect(FOUND, data)


def broke(recorded: Recorded, number: str, code: str) -> bool:
    """Whether the ledger stated this break of the exhibit in the entry."""
    return any(
        effect.type == FOUND and (effect.data["exhibit_number"], effect.data["break_code"]) == (number, code)
        for effect in recorded.effects
    )


def breached(recorded: Recorded, code: str, rule: str) -> bool:
    """Whether the ledger stated this breach of a rule in the entry."""
    said = {"breach": code, "rule": rule}
    return any(effect.type == "ledger.BreachRecorded" and effect.data == said for effect in recorded.effects)


def moved(state: CustodyState, number: str, at: str, /, **changes: Any) -> Changes:
    """The exhibits after an act on one of them at the instant `at`, with what it changes there."""
    before = exhibit(state, number)
    after = changed(before, last_at=max(before.last_at, at), **changes)
    return {"exhibits": {**state.exhibits, number: after}}
