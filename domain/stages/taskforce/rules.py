"""Who may speak in the dialogue and for whom, what may still be answered, and who owns a task.

A party signs for itself alone, and only the other government answers it. The form of a snapshot is checked here, its
numbers by either side's replay. Called by `domain.stream` through the tables, by the names that the catalogue uses.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from domain.catalogue import EventType, by_name
from domain.codes import codes
from domain.event import Event
from domain.stages.rules import HOLDS, Broken, Context, Rules
from domain.stages.taskforce.state import Body

if TYPE_CHECKING:
    from domain.case import Case

_PARTIES = frozenset({"dialogue", "ministry"})
_SIGNED_FOR = ("party", "from_agency")
_INDICATORS = codes("indicator_id") or frozenset()
# Numbers first, like 1, 2.0 or 2026-1: a version that a reader can put in order.
_VERSION = re.compile(r"[0-9]+(?:[.-][0-9A-Za-z]+)*")
_MAY_COMPLETE = by_name["taskforce.ActionCompleted"].mandate


def government(agency: str) -> str:
    """Whose government an agency belongs to: what stands before the dot of its id, the country's code."""
    return agency.partition(".")[0]


def party_to_the_dialogue(body: Body, event: Event, event_type: EventType, context: Context) -> Broken:
    """Check `party to the dialogue`: of category dialogue or ministry, and signing for itself."""
    if context.partners.categories(event.publisher).isdisjoint(_PARTIES):
        return ("dialogue.not_a_party",)
    for name in _SIGNED_FOR:
        if event.data.get(name, event.publisher) != event.publisher:
            return ("dialogue.signs_for_another", f"data.{name}")
    return HOLDS


def _one_head_a_partition(heads: list[str]) -> bool:
    partitions = [head.partition("-")[0] for head in heads]
    return bool(heads) and len(set(partitions)) == len(partitions)


def _each_value_once(values: list[str]) -> bool:
    cells = [value.partition("=")[0] for value in values]
    known = all(cell.partition("/")[0] in _INDICATORS for cell in cells)
    return bool(values) and known and len(set(cells)) == len(cells)


def replays(body: Body, event: Event, event_type: EventType, context: Context) -> Broken:
    """Check `replays to the same numbers`, its form: one head a partition, each indicator and cell once, a version."""
    data = event.data
    if not _one_head_a_partition(data["heads"]):
        return ("dialogue.snapshot_form", "data.heads")
    if not _each_value_once(data["values"]):
        return ("dialogue.snapshot_form", "data.values")
    if not _VERSION.fullmatch(data["definitions_version"]):
        return ("dialogue.snapshot_form", "data.definitions_version")
    return HOLDS


def item_open(body: Body, event: Event, event_type: EventType, context: Context) -> Broken:
    """Check `dialogue item open`: the event that `of` names proposed one, and nobody has answered it."""
    item = body.items.get(event.data["of"])
    return HOLDS if item is not None and item.state == "open" else ("dialogue.not_open", "data.of")


def other_party(body: Body, event: Event, event_type: EventType, context: Context) -> Broken:
    """Check the relation `the other party of the dialogue`: of the other government, whichever of its agencies signs.

    An item that is not on record, or is the publisher's own, is for `dialogue item open` and `second agency` to refuse.
    """
    item = body.items.get(event.data["of"])
    if item is None or item.publisher == event.publisher or government(item.publisher) != government(event.publisher):
        return HOLDS
    return ("dialogue.not_the_other_party", "data.of")


def second_agency(body: Body, event: Event, event_type: EventType, context: Context) -> Broken:
    """Check `second agency`: nobody answers what she herself proposed."""
    item = body.items.get(event.data["of"])
    return HOLDS if item is None or item.publisher != event.publisher else ("dialogue.own_item", "data.of")


def commitment_running(body: Body, event: Event, event_type: EventType, context: Context) -> Broken:
    """Check `commitment running`: neither met nor dropped. One that is not on record is told already."""
    commitment = body.commitments.get(event.data["commitment_id"])
    return HOLDS if commitment is None or commitment.running else ("dialogue.commitment_over", "data.commitment_id")


def committed(body: Body, event: Event, event_type: EventType, context: Context) -> Broken:
    """Check the relation `who committed, or an implementer`: no party reports another party's commitment."""
    commitment = body.commitments.get(event.data["commitment_id"])
    party = not context.partners.categories(event.publisher).isdisjoint(_PARTIES)
    if commitment is None or not party or commitment.party == event.publisher:
        return HOLDS
    return ("dialogue.signs_for_another", "data.commitment_id")


def funding_obligated(body: Body, event: Event, event_type: EventType, context: Context) -> Broken:
    """Check `funding obligated`: in this currency, with a balance. One that is not on record is told already."""
    funding = body.fundings.get(event.data["funding_id"])
    if funding is None or (funding.currency == event.data["currency"] and funding.balance > 0):
        return HOLDS
    return ("dialogue.nothing_obligated", "data.funding_id")


def owner_active(case: Case, event: Event, event_type: EventType, context: Context) -> Broken:
    """Check `addressee active` of a task: its owner is enrolled, not suspended, and of a category that may end it."""
    owner = event.data["owner_agency"]
    if not context.partners.is_active(owner):
        return ("action.owner_inactive", "data.owner_agency")
    if context.partners.categories(owner).isdisjoint(_MAY_COMPLETE):
        return ("action.owner_lacks_mandate", "data.owner_agency")
    return HOLDS


def action_open(case: Case, event: Event, event_type: EventType, context: Context) -> Broken:
    """Check `action open`."""
    return HOLDS if case.actions[event.data["action_id"]].is_open else ("action.not_open", "data.action_id")


def owner(case: Case, event: Event, event_type: EventType, context: Context) -> Broken:
    """Check the relation `owner of the action`."""
    return HOLDS if case.actions[event.data["action_id"]].owner == event.publisher else ("action.not_owner",)


RULES: Rules = {
    "second agency": second_agency,
    "addressee active": owner_active,
    "party to the dialogue": party_to_the_dialogue,
    "replays to the same numbers": replays,
    "dialogue item open": item_open,
    "commitment running": commitment_running,
    "funding obligated": funding_obligated,
    "action open": action_open,
}
RELATIONS: Rules = {
    "the other party of the dialogue": other_party,
    "who committed, or an implementer": committed,
    "owner of the action": owner,
}
