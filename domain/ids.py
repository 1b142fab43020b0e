"""An id is minted once in a stream and never names two kinds of things, whatever kind of event puts it there.

Which ids an event puts on record follows from the catalogue: those that its type mints and, for a fact or a protective
act, those of its subject. An event that waits for approval reserves its ids. Called by `domain.stream`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from domain.catalogue import STREAM_ID, EventType, by_name
from domain.event import Event, Recorded
from domain.refusals import Refusal
from domain.stages.state import StreamState


def listed(value: Any) -> list[Any]:
    """The ids in a field, which holds one or a list of them."""
    return value if isinstance(value, list) else [value]


def _naming(event_type: EventType) -> tuple[tuple[str, bool], ...]:
    """The ids that the event may put on record, and whether each may stand there already as the same kind of thing.

    The number of an exhibit is given by hand: a second thing under it is a breach that stands beside the fact. Who
    protects a child may be the first who names it.
    """
    named = event_type.kind == "fact" or event_type.protective
    names = dict.fromkeys([*event_type.mints, *(event_type.subject if named else ())])
    return tuple(
        (name, name in event_type.subject or name == "exhibit_number")
        for name in names
        if name != STREAM_ID.get(event_type.stream)
    )


_NAMING = {name: _naming(known) for name, known in by_name.items()}


def _reserved(state: StreamState) -> Mapping[str, str]:
    """The ids that events which wait for approval will put on record: nobody else mints them meanwhile."""
    return {
        minted: id_field
        for held in state.awaiting.values()
        for id_field, _ in _NAMING[held.event.type]
        for minted in listed(held.event.data[id_field])
    }


def check_ids(state: StreamState, event: Event, event_type: EventType) -> None:
    """An id is minted once, and never names two kinds of things; a subject that is minted may be reported again.

    A fact is refused for it like an authority: the submission contradicts itself, whatever has happened.
    """
    seen, known = {state.stream}, {**state.ids, **_reserved(state)} if state.awaiting else state.ids
    for id_field, again in _NAMING[event_type.name]:
        for minted in listed(event.data[id_field]):
            if minted in seen or (minted in known and not (again and known[minted] == id_field)):
                raise Refusal("id.already_minted", f"data.{id_field}")
            seen.add(minted)


def named(state: StreamState, recorded: Recorded) -> Mapping[str, str]:
    """The ids on record after the entry: those that the event and what is stated beside it put there."""
    found: dict[str, str] = {}
    _put(found, state.ids, recorded.event.type, recorded.event.data)
    for effect in recorded.effects:
        _put(found, state.ids, effect.type, effect.data)
    return {**state.ids, **found} if found else state.ids


def _put(found: dict[str, str], known: Mapping[str, str], name: str, data: Mapping[str, Any]) -> None:
    for id_field, _ in _NAMING.get(name, ()):
        value = data[id_field]
        for each in value if isinstance(value, list) else (value,):
            if each not in known:
                found[each] = id_field
