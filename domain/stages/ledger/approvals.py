"""An event that needs an approval takes effect when other officers have given it, and not before.

Who approves what is the table `NEEDED`. The approvals that an event waits for are decided when it is admitted and
stated beside it (`ledger.ApprovalAwaited`), so a later change of the table moves no event that waits; the entry in
which it takes effect says so (`ledger.ApprovalCompleted`). Each approval is by another officer, and fills one slot.
Called by `domain.stream`, which holds events and lets them take effect, and by the rules of this stage.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import permutations
from typing import Any, NamedTuple

from domain.event import Effect, Event, Recorded
from domain.stages.rules import HOLDS, Broken, Context, Officer
from domain.stages.state import Held, Slot, StreamState

AWAITED = "ledger.ApprovalAwaited"
COMPLETED = "ledger.ApprovalCompleted"
GIVEN = "ledger.ApprovalGiven"


class Approval(NamedTuple):
    """What a type needs, and when: some events of a type take effect at once."""

    slots: tuple[Slot, ...]
    when: Callable[[Any, Event], bool]


def _always(state: Any, event: Event) -> bool:
    return True


def _recused(state: Any, event: Event) -> bool:
    return (event.publisher, event.data["officer"]) in state.recused


def _erases(state: Any, event: Event) -> bool:
    return bool(event.data["answer"] == "erased")


NEEDED: Mapping[str, Approval] = {
    "case.Closed": Approval((Slot("case_closure", "other_lead"),), _always),
    "case.OfficerAssigned": Approval((Slot("other_lead", "other_lead"),), _recused),
    "protection.CarePlanAgreed": Approval((Slot("care_plan", "same_agency"),), _always),
    "protection.CareEpisodeClosed": Approval((Slot("closure", "same_agency"),), _always),
    "privacy.DataSubjectRequestAnswered": Approval(
        (Slot("erasure", "same_agency"), Slot("erasure", "oversight")), _erases
    ),
    "ledger.EventCorrected": Approval((Slot("correction", "same_agency"),), _always),
}
"""The approvals of every type that the catalogue gives an `approval`, which says the same in words."""

PROPOSAL = (Slot("prosecutor", "prosecutor"),)
"""Who refuses an open proposal of the police; it is answered by the prosecutor's own events otherwise."""


def slots_of(state: StreamState, event: Event) -> tuple[Slot, ...]:
    """The approvals that the event needs; none when it takes effect at once."""
    needed = NEEDED.get(event.type)
    return needed.slots if needed is not None and needed.when(state, event) else ()


def awaited(slots: Sequence[Slot]) -> Effect:
    """`ledger.ApprovalAwaited`: the roles and approvers, in one order."""
    return Effect(AWAITED, {"roles": [slot.role for slot in slots], "approvers": [slot.approver for slot in slots]})


def held(recorded: Recorded) -> Held | None:
    """The event as one that waits, when the ledger stated so in this entry."""
    for effect in recorded.effects:
        if effect.type == AWAITED:
            return Held(recorded.event, tuple(map(Slot, effect.data["roles"], effect.data["approvers"])))
    return None


def last(state: StreamState, event: Event) -> Event | None:
    """The event whose last approval `event` would be."""
    waiting = state.awaiting.get(event.data["of"]) if event.type == GIVEN else None
    return waiting.event if waiting is not None and len(waiting.given) + 1 == len(waiting.slots) else None


def completion(approved: Event) -> Effect:
    """`ledger.ApprovalCompleted`: the event takes effect in the entry that states this."""
    return Effect(COMPLETED, {"of": approved.id, "approved": approved.type})


def completed(state: StreamState, recorded: Recorded) -> Event | None:
    """The event that takes effect in this entry, as the ledger stated; `state` is the stream before it."""
    for effect in recorded.effects:
        if effect.type == COMPLETED:
            return state.awaiting[effect.data["of"]].event
    return None


def _same_agency(state: Any, agency: str, held: Held, context: Context) -> bool:
    return agency == held.event.publisher


def _other_lead(state: Any, agency: str, held: Held, context: Context) -> bool:
    return agency in (state.care_lead, state.proceedings_lead) and agency != held.event.publisher


def _oversight(state: Any, agency: str, held: Held, context: Context) -> bool:
    return "oversight" in context.partners.categories(agency)


def _prosecutor(state: Any, agency: str, held: Held, context: Context) -> bool:
    return "prosecutor" in context.partners.categories(agency)


_APPROVERS: Mapping[str, Callable[[Any, str, Held, Context], bool]] = {
    "same_agency": _same_agency,
    "other_lead": _other_lead,
    "oversight": _oversight,
    "prosecutor": _prosecutor,
}


def other_officer(state: StreamState, held: Held, event: Event, context: Context) -> Broken:
    """Whether the actor may answer for the event that waits: another officer, in the role, of the right agency.

    Each officer fills one slot, so the officers so far and this one are matched with the slots in every order.
    """
    officer: Officer = (event.publisher, event.actor)
    if officer == (held.event.publisher, held.event.actor) or officer in held.given:
        return ("approval.same_officer", "actor")
    if event.data["role"] not in {slot.role for slot in held.slots}:
        return ("approval.wrong_role", "data.role")
    agencies = [agency for agency, _ in (*held.given, officer)]
    for chosen in permutations(held.slots, len(agencies)):
        filled = zip(chosen, agencies, strict=True)
        if all(_APPROVERS[slot.approver](state, agency, held, context) for slot, agency in filled):
            return HOLDS
    return ("approval.wrong_agency", "source")
