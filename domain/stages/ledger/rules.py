"""Who may answer for an event on record: its own agency corrects it, another disputes it, another officer approves it.

`of` names an event of the same stream. An event id is one publisher's own, so an answer about an own event means the
publisher's, or that of an agency which it has succeeded by the registry, and an answer to another agency means that of
any other. Called by `domain.stream` through the tables, by the catalogue's names.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from domain.catalogue import EventType
from domain.event import Event
from domain.stages.ledger import approvals, correction
from domain.stages.rules import HOLDS, Broken, Context, Rules
from domain.stages.state import Held, StreamState
from domain.stages.trail import Past

if TYPE_CHECKING:
    from domain.case import Case

_UNKNOWN = ("record.event_unknown", "data.of")


def own(state: StreamState, event: Event, context: Context) -> Past | None:
    """The event that `of` names, as the publisher's own: its own act, or one of an agency that it has taken over from.

    A successor says so (`successor`), and speaks for the only other publisher of that id.
    """
    pasts = state.events.get(event.data["of"], ())
    if not event.data.get("successor"):
        return next((past for past in pasts if past.publisher == event.publisher), None)
    others = [past for past in pasts if past.publisher != event.publisher]
    inherited = len(others) == 1 and context.partners.successor(others[0].publisher) == event.publisher
    return others[0] if inherited else None


def own_event(state: StreamState, event: Event, event_type: EventType, context: Context) -> Broken:
    """Check `own event`, and the relations of the same meaning."""
    if event.data["of"] not in state.events:
        return _UNKNOWN
    if own(state, event, context) is not None:
        return HOLDS
    return (
        ("record.no_successor", "data.successor")
        if event.data.get("successor")
        else ("record.not_own_event", "data.of")
    )


def correctable_event(state: StreamState, event: Event, event_type: EventType, context: Context) -> Broken:
    """Check `correctable event`."""
    past = own(state, event, context)
    return correction.correctable(past.type) if past is not None else _UNKNOWN


def _answered(state: Any, event: Event) -> Sequence[str]:
    """The agencies whose act the event answers: of a link, of a reading in danger, or of the event that `of` names."""
    data = event.data
    if "link_id" in data:
        return [state.links[data["link_id"]].proposer]
    if "breakglass_id" in data:
        return [state.breakglass[data["breakglass_id"]].agency]
    return [past.publisher for past in state.events.get(data["of"], ())]


def second_agency(state: StreamState, event: Event, event_type: EventType, context: Context) -> Broken:
    """Check `second agency`: the publisher is not the agency whose act it answers."""
    agencies = _answered(state, event)
    if not agencies:
        return _UNKNOWN
    return HOLDS if any(agency != event.publisher for agency in agencies) else ("record.own_agency",)


def may_read(state: StreamState, event: Event, event_type: EventType, context: Context) -> Broken:
    """Check `an agency other than the event's publisher that may read it`: it takes part, or it oversees."""
    if event.data["of"] not in state.events:
        return _UNKNOWN
    if event.publisher in state.agencies or "oversight" in context.partners.categories(event.publisher):
        return HOLDS
    return ("record.may_not_read", "data.of")


def open_proposal(state: Any, event: Event) -> Held | None:
    """An open proposal of the police that `of` names, as an event that waits for a prosecutor."""
    of = event.data["of"]
    for past in state.events.get(of, ()):
        proposed = any(
            getattr(proposal, "event_id", None) == of and proposal.is_open
            for proposal in getattr(state, "proposals", {}).values()
        )
        if past.type == "investigation.ProposalMade" and proposed:
            made = event._replace(id=of, publisher=past.publisher, actor=past.actor)
            return Held(made, approvals.PROPOSAL)
    return None


def _waiting(state: StreamState, event: Event) -> Held | None:
    waiting = state.awaiting.get(event.data["of"])
    if waiting is None and event.type == "ledger.ApprovalRefused":
        return open_proposal(state, event)
    return waiting


def approval_awaited(state: StreamState, event: Event, event_type: EventType, context: Context) -> Broken:
    """Check `approval awaited`: a proposal of the police waits too, but only for a refusal."""
    return HOLDS if _waiting(state, event) is not None else ("approval.not_awaited", "data.of")


def other_officer(state: Case, event: Event, event_type: EventType, context: Context) -> Broken:
    """Check `other officer`: not the actor of the event, in the role asked for, of the agency asked for."""
    waiting = _waiting(state, event)
    return approvals.other_officer(state, waiting, event, context) if waiting is not None else HOLDS


RULES: Rules = {
    "approval awaited": approval_awaited,
    "correctable event": correctable_event,
    "other officer": other_officer,
    "own event": own_event,
    "second agency": second_agency,
}
RELATIONS: Rules = {
    "an agency other than the event's publisher that may read it": may_read,
    "publisher of the event": own_event,
    "publisher of the event, or its successor agency by registry": own_event,
}
