"""A number that its publisher corrects counts anew, and an item that is corrected waits for the other party again.

What was agreed is never changed behind the back of who agreed to it. A misfiled event counts in its right stream only.
Folds of two types of the ledger, which are about entries of any stream; called by `domain.stream`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from domain.event import Recorded
from domain.stages.change import changed
from domain.stages.rules import Changes
from domain.stages.taskforce.state import Body, Commitment, DialogueItem, Disbursement, Funding, Snapshot, Target

Thing = Target | Commitment | Funding | Snapshot


def counted(body: Body, key: tuple[str, str], disbursed: Disbursement) -> Changes:
    """The disbursement `key` (publisher, event id) counts in place of what the same event counted for before."""
    disbursements = {**body.disbursements, key: disbursed}
    line = _summed(body.fundings[disbursed.funding_id], disbursed.funding_id, disbursements)
    return {"fundings": {**body.fundings, disbursed.funding_id: line}, "disbursements": disbursements}


def _summed(line: Funding, funding_id: str, disbursements: Mapping[tuple[str, str], Disbursement]) -> Funding:
    """The line with what was disbursed of it in its own currency."""
    paid = [each.amount for each in disbursements.values() if (each[0], each[2]) == (funding_id, line.currency)]
    return changed(line, disbursed=sum(paid))


def _with(thing: Thing, values: Mapping[str, Any]) -> Thing:
    """The thing with those corrected values that it keeps, under the names of the event's fields."""
    kept: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in values.items()}
    if isinstance(thing, Target | Snapshot):
        return thing._replace(**{name: value for name, value in kept.items() if name in thing._fields})
    return changed(thing, **{name: value for name, value in kept.items() if name in vars(thing)})


def _item(body: Any, recorded: Recorded) -> DialogueItem | None:
    """The item that the entry corrects or misfiles, if it is one of the publisher's."""
    item: DialogueItem | None = getattr(body, "items", {}).get(recorded.event.data["of"])
    return item if item is not None and item.publisher == recorded.event.publisher else None


def event_corrected(body: Any, recorded: Recorded) -> Changes:
    """A corrected disbursement counts anew; a corrected item takes its new values and is open again."""
    event = recorded.event
    of, values = event.data["of"], event.data.get("clear_values", {})
    disbursed = getattr(body, "disbursements", {}).get((event.publisher, of))
    if disbursed is not None:
        amount, currency = values.get("amount", disbursed.amount), values.get("currency", disbursed.currency)
        return counted(body, (event.publisher, of), disbursed._replace(amount=max(amount, 0), currency=currency))
    item = _item(body, recorded)
    if item is None:
        return {}
    things = getattr(body, item.kind)
    thing = _with(things[item.thing_id], values)
    if isinstance(thing, Funding):
        thing = _summed(thing, item.thing_id, body.disbursements)
    return {
        item.kind: {**things, item.thing_id: thing},
        "items": {**body.items, of: changed(item, state="open", dispute=None, replayed=())},
    }


def event_misfiled(body: Any, recorded: Recorded) -> Changes:
    """A misfiled disbursement counts for nothing here, and a misfiled item waits for nobody."""
    event = recorded.event
    of = event.data["of"]
    disbursed = getattr(body, "disbursements", {}).get((event.publisher, of))
    if disbursed is not None:
        return counted(body, (event.publisher, of), disbursed._replace(amount=0))
    item = _item(body, recorded)
    return {} if item is None else {"items": {**body.items, of: changed(item, state="misfiled")}}
