"""What is done to an exhibit is done by its custodian, in the order of time, with its seal and content accounted for.

Here stand the breaks of every act but a hand-over. Each function gives the breaks by exhibit; `domain.stages.custody`
states them beside the fact.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.event import Event
from domain.stages.custody import authority
from domain.stages.custody.breaks import Gap, began, ended, exhibit, numbers, one
from domain.stages.custody.rules import under_hold
from domain.stages.custody.state import Exhibit
from domain.stages.rules import Context

if TYPE_CHECKING:
    from domain.case import Case

HASH, SEAL, OPENED = Gap("HASH_MISMATCH"), Gap("SEAL_MISMATCH"), Gap("SEAL_OPENED_UNRECORDED")

# States of which the custodian can say that she has the exhibit in hand.
IN_HAND = frozenset({"held", "unrecorded"})

WORK = frozenset({"custody.ExhibitExamined", "custody.DerivedExhibitCreated"})

BY_CUSTODIAN = frozenset(
    {
        "custody.ExhibitSealed",
        "custody.ExhibitUnsealed",
        "custody.ExhibitStored",
        "custody.ExhibitAccessed",
        "custody.ExhibitExamined",
        "custody.UnavoidableChangeRecorded",
        "custody.ExhibitLost",
        "custody.ExhibitProducedInCourt",
        "custody.ExhibitDisposed",
    }
)
"""The facts whose publisher must be custodian."""


def of_act(case: Case, event: Event, context: Context) -> list[Gap]:
    """The breaks of one act on one exhibit that is on record or should be."""
    before = exhibit(case, event.data["exhibit_number"])
    return [*_hands(before, event, context), *_order(before, event), *_own(case, before, event, context)]


def _hands(before: Exhibit, event: Event, context: Context) -> list[Gap]:
    if event.type not in BY_CUSTODIAN or before.custodian == event.publisher:
        return []
    if event.type == "custody.ExhibitAccessed" and authority.by_leave(event, context):
        return []
    return [Gap("HANDLER_NOT_CUSTODIAN")]


def _order(before: Exhibit, event: Event) -> list[Gap]:
    # Two examiners may work at the same time; a release or a seal lies outside their work.
    after = before.last_at if event.type in WORK else before.latest
    reversed_ = began(event) < after or ended(event) < began(event)
    return [Gap("TIME_REVERSAL")] if reversed_ else []


def _own(case: Case, before: Exhibit, event: Event, context: Context) -> list[Gap]:
    data = event.data
    match event.type:
        case "custody.ExhibitSealed":
            return _sealed(before, one(data, "seal_number"), one(data, "previous_seal"))
        case "custody.ExhibitUnsealed":
            mismatch = [SEAL] if one(data, "old_seal") != before.seal else []
            return mismatch + authority.to_open(case, event)
        case "custody.ExhibitStored":
            return [SEAL] if one(data, "seal_number") not in (None, before.seal) else []
        case "custody.ExhibitAccessed":
            return authority.to_access(case, event, context)
        case "custody.ExhibitExamined":
            sealed = before.seal is not None and not data["working_copy"]
            opened = [Gap("EXAMINED_WHILE_SEALED")] if sealed else []
            return authority.to_examine(case, event) + opened + _differs(before, one(data, "input_tag"))
        case "custody.IntegrityVerified":
            return [HASH] if not data["match"] else _differs(before, one(data, "tag"))
        case "custody.UnavoidableChangeRecorded":
            return _differs(before, one(data, "tag_before"))
        case "custody.ExhibitLost":
            return [Gap("LOCATION_UNKNOWN", data.get("last_seen", before.latest), data["noticed_at"])]
        case "custody.ExhibitDisposed":
            held = [Gap("DISPOSED_UNDER_HOLD")] if under_hold(case, numbers(event)) else []
            return held + authority.to_dispose(case, event)
        case _:
            return []


def _sealed(before: Exhibit, new: str | None, previous: str | None) -> list[Gap]:
    """A seal replaces the one on record and says so; one that was opened before may be named or not."""
    if previous is not None:
        return [SEAL] if previous != (before.seal or before.last_seal) else []
    return [OPENED] if before.seal not in (None, new) else []


def _differs(before: Exhibit, tag: str | None) -> list[Gap]:
    return [HASH] if tag is not None and before.tag is not None and tag != before.tag else []


def of_new(case: Case, event: Event) -> list[Gap]:
    """A number names one exhibit of the case for ever, whatever was collected, derived, recorded or referenced."""
    reused = exhibit(case, event.data["exhibit_number"]).origin is not None
    return [Gap("EXHIBIT_NUMBER_REUSED")] if reused else []


def of_derived(case: Case, event: Event) -> dict[str, list[Gap]]:
    """What is derived has its parent on record, under the parent's root, and the parent's custodian made it."""
    number, data = event.data["exhibit_number"], event.data
    parent_number = data["parent_exhibit"]
    parent = case.exhibits.get(parent_number)
    if parent is None or parent.origin is None:
        return {number: [*of_new(case, event), Gap("DERIVED_WITHOUT_PARENT")]}
    own = parent_number == number or data["root_exhibit"] != (parent.root or parent_number)
    root = [Gap("DERIVED_WITHOUT_PARENT")] if own else []
    hands = [] if parent.custodian == event.publisher else [Gap("HANDLER_NOT_CUSTODIAN")]
    found = {number: [*of_new(case, event), *root, *_order(parent, event)]}
    found[parent_number] = found.get(parent_number, []) + hands
    return found


def not_in_hand(case: Case, event: Event) -> bool:
    """Whether the custodian does something to an exhibit that is under way, lost, disposed of or kept elsewhere."""
    lost = event.type == "custody.ExhibitLost"
    handled = event.type in BY_CUSTODIAN or event.type == "custody.CustodyReleased"
    allowed = IN_HAND | ({"in_transit"} if lost or event.type == "custody.CustodyReleased" else frozenset())
    return handled and any(exhibit(case, number).state not in allowed for number in numbers(event))
