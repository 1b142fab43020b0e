"""Who may withdraw a transfer, lift a hold or dispose: the rules by which an authority over exhibits is refused.

A fact of custody is never refused for its relation: who is not custodian, or not the receiver that the release names,
gets a break of the chain beside the act (`handover`, `handling`), so the relations of facts hold here. Called by
`domain.stream` through `RULES` and `RELATIONS`, by the names that the catalogue uses.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.catalogue import EventType
from domain.event import Event
from domain.stages.custody.breaks import exhibit, numbers
from domain.stages.rules import HOLDS, Broken, Context, Rules

if TYPE_CHECKING:
    from domain.case import Case


def on_record(case: Case, event: Event, event_type: EventType, context: Context) -> Broken:
    """Check `exhibit on record`: its custody is kept here, and it has not been disposed of."""
    for number in numbers(event):
        match exhibit(case, number).state:
            case "referenced":
                return ("custody.exhibit_elsewhere", "data.exhibit_number")
            case "disposed":
                return ("custody.exhibit_not_on_record", "data.exhibit_number")
    return HOLDS


def held(case: Case, event: Event, event_type: EventType, context: Context) -> Broken:
    """Check `exhibit held`, each of those named."""
    if all(exhibit(case, number).state == "held" for number in numbers(event)):
        return HOLDS
    return ("custody.exhibit_not_held", "data.exhibit_number")


def in_transit(case: Case, event: Event, event_type: EventType, context: Context) -> Broken:
    """Check `transfer in transit`: something of the transfer is under way to its receiver.

    Of an event that names exhibits and no transfer: each is held or under way, so that one order may name both.
    """
    if "transfer_id" not in event.data:
        fit = all(exhibit(case, number).state in ("held", "in_transit") for number in numbers(event))
        return HOLDS if fit else ("custody.exhibit_not_held", "data.exhibit_number")
    return _under_way(case, event, "outward", "custody.not_in_transit")


def return_open(case: Case, event: Event, event_type: EventType, context: Context) -> Broken:
    """Check `return leg open`."""
    return _under_way(case, event, "return", "custody.no_return_leg")


def _under_way(case: Case, event: Event, leg: str, code: str) -> Broken:
    transfer = case.transfers.get(event.data["transfer_id"])
    return HOLDS if transfer is not None and transfer.under_way(leg) else (code, "data.transfer_id")


def hold_in_place(case: Case, event: Event, event_type: EventType, context: Context) -> Broken:
    """Check `hold in place`: the one that is named."""
    hold = case.holds.get(event.data["hold_id"])
    return HOLDS if hold is not None and hold.is_open else ("custody.hold_not_in_place", "data.hold_id")


def not_under_hold(case: Case, event: Event, event_type: EventType, context: Context) -> Broken:
    """Check `not hold in place`, on any of the exhibits named."""
    return ("custody.under_hold", "data.exhibit_number") if under_hold(case, numbers(event)) else HOLDS


def under_hold(case: Case, named: list[str]) -> bool:
    """Whether a hold lies on one of the exhibits."""
    return any(hold.is_open and not hold.exhibits.isdisjoint(named) for hold in case.holds.values())


def produced(case: Case, event: Event, event_type: EventType, context: Context) -> Broken:
    """Check `exhibit produced`, in this hearing and not decided there yet."""
    hearings = exhibit(case, event.data["exhibit_number"]).hearings
    return HOLDS if hearings.get(event.data["hearing_id"]) == "produced" else ("custody.not_produced",)


def releaser(case: Case, event: Event, event_type: EventType, context: Context) -> Broken:
    """Check the relation `releaser of the transfer`; a receipt alone has none."""
    transfer = case.transfers.get(event.data["transfer_id"])
    return HOLDS if transfer is None or transfer.from_agency == event.publisher else ("custody.not_releaser",)


def placed_it(case: Case, event: Event, event_type: EventType, context: Context) -> Broken:
    """Check the relation `the agency that placed it, or a court`."""
    hold = case.holds.get(event.data["hold_id"])
    if hold is None or hold.agency == event.publisher or "court" in context.partners.categories(event.publisher):
        return HOLDS
    return ("custody.not_placer", "data.hold_id")


def may_explain(case: Case, event: Event, event_type: EventType, context: Context) -> Broken:
    """Check the relation `custodian then or now, or whose act it was`; the break is one of this exhibit."""
    found = case.breaks.get(event.data["break_id"])
    number = event.data["exhibit_number"]
    if found is None or found.exhibit_number != number:
        return ("custody.not_of_this_exhibit", "data.break_id")
    if event.publisher in (found.custodian, found.by, exhibit(case, number).custodian):
        return HOLDS
    return ("custody.not_concerned", "data.break_id")


def _stated_as_break(case: Case, event: Event, event_type: EventType, context: Context) -> Broken:
    return HOLDS


RULES: Rules = {
    "exhibit on record": on_record,
    "exhibit held": held,
    "transfer in transit": in_transit,
    "return leg open": return_open,
    "hold in place": hold_in_place,
    "not hold in place": not_under_hold,
    "exhibit produced": produced,
}
RELATIONS: Rules = {
    "custodian": _stated_as_break,
    "custodian; for the defence the court or the prosecutor states it": _stated_as_break,
    "custodian of the parent": _stated_as_break,
    "recipient named in the transfer": _stated_as_break,
    "recipient named in the transfer, or the sender on the return leg": _stated_as_break,
    "releaser of the transfer": releaser,
    "the agency that placed it, or a court": placed_it,
    "custodian then or now, or whose act it was": may_explain,
}
