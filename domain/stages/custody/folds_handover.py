"""How custody moves: with the receiver's acknowledgement of a release that names it, and in no other way but a find.

Whether a receipt moved custody is read from the breaks that the ledger stated of it. When custody has moved, every
other release of the exhibit that is still under way is superseded: nobody can acknowledge it any more. Called through
`domain.stages.custody.folds`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from domain.event import Event, Recorded
from domain.stages.change import changed
from domain.stages.custody.breaks import began, breached, broke, ended, exhibit, numbers, one, stated
from domain.stages.custody.handover import checked, claim_of
from domain.stages.custody.state import Claim, Exhibit, Item, ItemState, Transfer
from domain.stages.rules import Changes

if TYPE_CHECKING:
    from domain.case import Case

_NO_CUSTODY = ("RECEIPT_WITHOUT_RELEASE", "RECEIVER_NOT_NAMED_RECIPIENT")


def after(before: Exhibit, number: str, at: str, /, **changes: Any) -> dict[str, Exhibit]:
    """The exhibit after an act at the instant `at`."""
    return {number: changed(before, last_at=max(before.last_at, at), **changes)}


def _superseded(transfers: Mapping[str, Transfer], number: str, but: str | None = None) -> dict[str, Transfer]:
    """The transfers once custody of the exhibit has moved otherwise."""
    return {
        key: _item(transfer, number, "superseded")
        if key != but and number in (*transfer.under_way("outward"), *transfer.under_way("return"))
        else transfer
        for key, transfer in transfers.items()
    }


def _item(transfer: Transfer, number: str, state: ItemState, **changes: Any) -> Transfer:
    item = changed(transfer.items[number], state=state, **changes)
    return changed(transfer, items={**transfer.items, number: item})


def released(case: Case, recorded: Recorded) -> Changes:
    """A transfer under way; where its receiver has acknowledged before, custody moves with the release."""
    event, data = recorded.event, recorded.event.data
    transfer_id = data["transfer_id"]
    exhibits, transfers, claims = dict(case.exhibits), dict(case.transfers), case.custody_claims
    items: dict[str, Item] = {}
    for index, number in enumerate(numbers(event)):
        before, claim = exhibit(case, number), claim_of(case, event, number)
        seal, tag = stated(data.get("seals"), index), stated(data.get("tags"), index)
        state: ItemState = "outward" if claim is None else "received"
        excused = "integrity_reason" in data
        items[number] = Item(state, before.holder, began(event), seal or before.seal, tag, excused)
        known: dict[str, Any] = {"tag": before.tag or tag, "seal": before.seal or seal}
        known |= {"last_seal": known["seal"] or before.last_seal}
        if claim is None:
            exhibits |= after(before, number, began(event), state="in_transit", **known)
            continue
        taken = {"state": "held", "custodian": claim.agency, "holder": claim.holder}
        exhibits |= after(before, number, claim.received_at, **taken, **known)
        transfers = _superseded(transfers, number)
        claims = tuple(each for each in claims if each != claim)
    transfers[transfer_id] = Transfer(event.publisher, data["to_agency"], data["to_holder"], data["purpose"], items)
    return {"exhibits": exhibits, "transfers": transfers, "custody_claims": claims}


def received(case: Case, recorded: Recorded) -> Changes:
    """Custody moves to the receiver, or goes on with the sender on the return leg; a claim moves nothing."""
    event, data = recorded.event, recorded.event.data
    transfer_id, outward = data["transfer_id"], data["leg"] == "outward"
    exhibits, transfers, claims = dict(case.exhibits), dict(case.transfers), list(case.custody_claims)
    for number in numbers(event):
        before, transfer = exhibit(case, number), transfers.get(transfer_id)
        barred = any(broke(recorded, number, code) for code in _NO_CUSTODY)
        if barred or transfer is None or number not in transfer.items:
            claims.append(Claim(number, transfer_id, event.publisher, data["holder"], data["received_at"]))
            exhibits.setdefault(number, before)
            continue
        transfers[transfer_id] = _item(transfer, number, "received" if outward else "returned")
        transfers = _superseded(transfers, number, but=transfer_id)
        taken = {"state": "held", "custodian": event.publisher, "holder": data["holder"]}
        exhibits |= after(before, number, data["received_at"], **taken, **_seal_after(before, event, number))
    return {"exhibits": exhibits, "transfers": transfers, "custody_claims": tuple(claims)}


def _seal_after(before: Exhibit, event: Event, number: str) -> dict[str, str | None]:
    """The seal that is on the exhibit as its receiver has it."""
    said = checked(event, number)
    if said.seal is not None:
        return {"seal": said.seal, "last_seal": said.seal}
    return {"seal": before.seal if said.check == "intact" else None}


def refused(case: Case, recorded: Recorded) -> Changes:
    """What the receiver refuses is on its way back, and still the sender's."""
    event = recorded.event
    transfer = case.transfers.get(event.data["transfer_id"])
    exhibits = dict(case.exhibits)
    for number in numbers(event):
        exhibits |= after(exhibit(case, number), number, ended(event))
        wrong = broke(recorded, number, "RECEIVER_NOT_NAMED_RECIPIENT")
        if transfer is not None and number in transfer.under_way("outward") and not wrong:
            transfer = _item(transfer, number, "return", leg_from=began(event))
    if transfer is None:
        return {"exhibits": exhibits}
    return {"exhibits": exhibits, "transfers": {**case.transfers, event.data["transfer_id"]: transfer}}


def withdrawn(case: Case, recorded: Recorded) -> Changes:
    """What is under way never left: it is held by its custodian again."""
    transfer_id = recorded.event.data["transfer_id"]
    transfer = case.transfers.get(transfer_id)
    if transfer is None:
        return {}
    exhibits = dict(case.exhibits)
    for number in transfer.under_way("outward"):
        transfer = _item(transfer, number, "withdrawn")
        before = exhibit(case, number)
        elsewhere = any(
            key != transfer_id and number in (*other.under_way("outward"), *other.under_way("return"))
            for key, other in case.transfers.items()
        )
        if before.state == "in_transit" and not elsewhere:
            exhibits[number] = changed(before, state="held" if before.custodian is not None else "unrecorded")
    return {"exhibits": exhibits, "transfers": {**case.transfers, transfer_id: transfer}}


def overdue(case: Case, recorded: Recorded) -> Changes:
    """The leg is marked; the transfer can still be received."""
    transfer_id = recorded.event.data["transfer_id"]
    transfer = case.transfers.get(transfer_id)
    if transfer is None:
        return {}
    marked = changed(transfer, overdue=transfer.overdue | {recorded.event.data["leg"]})
    return {"transfers": {**case.transfers, transfer_id: marked}}


def found_again(case: Case, recorded: Recorded) -> Changes:
    """Held again by its finder; where nothing was lost, a claim only."""
    event, data = recorded.event, recorded.event.data
    number = data["exhibit_number"]
    before = exhibit(case, number)
    if breached(recorded, "OUT_OF_SEQUENCE", "exhibit lost"):
        if event.publisher == before.custodian:
            return {"exhibits": {**case.exhibits, **after(before, number, ended(event))}}
        claim = Claim(number, None, event.publisher, data["holder"], data["found_at"])
        return {"exhibits": {**case.exhibits, number: before}, "custody_claims": (*case.custody_claims, claim)}
    seal = one(data, "seal_number")
    taken: dict[str, Any] = {"state": "held", "custodian": event.publisher, "holder": data["holder"], "seal": seal}
    exhibits = {**case.exhibits, **after(before, number, ended(event), **taken)}
    return {"exhibits": exhibits, "transfers": _superseded(case.transfers, number)}
