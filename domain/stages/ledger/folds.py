"""What an entry about another entry leaves: marks beside the event, never a change of what it did.

State and rules go on by what an event first said; a correction names the fields that views read anew (`corrected`), a
misfiled event stands in `misfiled` and what waited for approval is dropped. Called by `domain.stream`, which lets an
approved event take effect after these.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from domain.event import Event, Recorded
from domain.stages.ledger.approvals import GIVEN, completed
from domain.stages.rules import Changes, Folds
from domain.stages.state import Held, StreamState


def _without(state: StreamState, event_id: str) -> Mapping[str, Held]:
    return {key: held for key, held in state.awaiting.items() if key != event_id}


def _given(state: StreamState, recorded: Recorded) -> Changes:
    event = recorded.event
    waiting = state.awaiting[event.data["of"]]
    given = (*waiting.given, (event.publisher, event.actor))
    if completed(state, recorded) is not None:
        return {"awaiting": _without(state, event.data["of"])}
    return {"awaiting": {**state.awaiting, event.data["of"]: waiting._replace(given=given)}}


def _refused(state: StreamState, recorded: Recorded) -> Changes:
    """What waited is dropped; a proposal of the police that was refused is no longer open."""
    of = recorded.event.data["of"]
    if of in state.awaiting:
        return {"awaiting": _without(state, of)}
    proposals: Mapping[str, Any] = getattr(state, "proposals", {})
    return {
        "proposals": {
            key: replace(proposal, is_open=False) if proposal.event_id == of else proposal
            for key, proposal in proposals.items()
        }
    }


def _disputed(state: StreamState, recorded: Recorded) -> Changes:
    event = recorded.event
    dispute, of = (event.publisher, event.id), event.data["of"]
    others = [past.publisher for past in state.events.get(of, ()) if past.publisher != event.publisher]
    marks = {(agency, of): state.disputed.get((agency, of), frozenset()) | {dispute} for agency in others}
    return {"disputed": {**state.disputed, **marks}}


def _publisher(state: StreamState, event: Event) -> str:
    """Whose event is corrected: the publisher's own, or the only other one's that it has succeeded."""
    if not event.data["successor"]:
        return event.publisher
    return next(past.publisher for past in state.events[event.data["of"]] if past.publisher != event.publisher)


def _corrected(state: StreamState, recorded: Recorded) -> Changes:
    """The disputes beside the event end; where the event is a dispute itself, it ends."""
    event: Event = recorded.event
    own = (_publisher(state, event), event.data["of"])
    fields = state.corrected.get(own, frozenset()) | frozenset(event.data["replaces"])
    left = {key: disputes - {own} for key, disputes in state.disputed.items() if key != own}
    return {
        "corrected": {**state.corrected, own: fields},
        "disputed": {key: disputes for key, disputes in left.items() if disputes},
    }


def _misfiled(state: StreamState, recorded: Recorded) -> Changes:
    event, of = recorded.event, recorded.event.data["of"]
    changes: Changes = {"misfiled": state.misfiled | {(event.publisher, of)}}
    waiting = state.awaiting.get(of)
    if waiting is not None and waiting.event.publisher == event.publisher:
        changes["awaiting"] = _without(state, of)
    return changes


FOLDS: Folds = {
    GIVEN: _given,
    "ledger.ApprovalRefused": _refused,
    "ledger.EventCorrected": _corrected,
    "ledger.EventDisputed": _disputed,
    "ledger.EventMisfiled": _misfiled,
}
