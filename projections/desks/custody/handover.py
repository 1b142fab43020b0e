"""How a hand-over changes an exhibit: two phases, and custody moves with the receiver's acknowledgement alone.

A receipt beside which a break says that no release named the receiver is a claim, until that release follows; a refusal
opens the return leg; whatever is under way when custody moves is superseded.
"""

from __future__ import annotations

from typing import Any

from projections.desks.custody.exhibit import UNDER_WAY, Exhibit, Other, broke, item, one
from projections.told import Told

_NO_CUSTODY = frozenset({"RECEIPT_WITHOUT_RELEASE", "RECEIVER_NOT_NAMED_RECIPIENT"})
_NOT_LOST = {"breach": "OUT_OF_SEQUENCE", "rule": "exhibit lost"}


def released(exhibit: Exhibit, told: Told, i: int, other: Other) -> None:
    """Under way; where its receiver has acknowledged before, custody moves with the release."""
    key = one(told, "transfer_id")
    transfer = {
        "from": told.publisher, "to": one(told, "to_agency"), "to_holder": one(told, "to_holder"),
        "purpose": one(told, "purpose"), "leg": "outward", "released_at": one(told, "released_at"), "refused_at": "",
        "received_at": "", "overdue": [],
    }  # fmt: skip
    exhibit.tag = exhibit.tag or item(told, "tags", i)
    exhibit.seal = exhibit.seal or item(told, "seals", i)
    wanted = (key, transfer["to"], transfer["to_holder"])
    claim = next((one for one in exhibit.claims if (one["transfer_id"], one["agency"], one["holder"]) == wanted), None)
    if claim is None:
        exhibit.state = "in_transit"
    else:
        transfer |= {"leg": "received", "received_at": claim["at"]}
        exhibit.claims.remove(claim)
        exhibit.is_held_by(claim["agency"], claim["holder"])
    exhibit.transfers[key] = transfer


def received(exhibit: Exhibit, told: Told, i: int, other: Other) -> None:
    """Custody moves, unless the ledger says that no release named the receiver."""
    key = one(told, "transfer_id")
    if not _NO_CUSTODY.isdisjoint(broke(told, i)):
        exhibit.claims.append(_claim(told, key, "received_at"))
        return
    if key in exhibit.transfers:
        leg = "received" if one(told, "leg") == "outward" else "returned"
        exhibit.transfers[key] |= {"leg": leg, "received_at": one(told, "received_at")}
    exhibit.is_held_by(told.publisher, one(told, "holder"))
    seal = item(told, "seals", i)
    if seal or item(told, "seal_checks", i) != "intact":
        exhibit.seal = seal


def _claim(told: Told, transfer_id: str, at: str) -> dict[str, Any]:
    return {"transfer_id": transfer_id, "agency": told.publisher, "holder": one(told, "holder"), "at": one(told, at)}


def refused(exhibit: Exhibit, told: Told, i: int, other: Other) -> None:
    """What the receiver refuses is on its way back, and still the sender's."""
    transfer = exhibit.transfers.get(one(told, "transfer_id"))
    wrong = "RECEIVER_NOT_NAMED_RECIPIENT" in broke(told, i)
    if transfer is not None and transfer["leg"] == "outward" and not wrong:
        transfer |= {"leg": "return", "refused_at": told.time}


def withdrawn(exhibit: Exhibit, told: Told, i: int, other: Other) -> None:
    """What is under way never left: it is held by its custodian again."""
    transfer = exhibit.transfers.get(one(told, "transfer_id"))
    if transfer is None or transfer["leg"] != "outward":
        return
    transfer["leg"] = "withdrawn"
    elsewhere = any(one["leg"] in UNDER_WAY for one in exhibit.transfers.values())
    if exhibit.state == "in_transit" and not elsewhere:
        exhibit.state = "held" if exhibit.custodian else "unrecorded"


def overdue(exhibit: Exhibit, told: Told, i: int, other: Other) -> None:
    """The leg is marked; it can still be acknowledged."""
    transfer = exhibit.transfers.get(one(told, "transfer_id"))
    if transfer is not None:
        transfer["overdue"] = sorted({*transfer["overdue"], one(told, "leg")})


def found(exhibit: Exhibit, told: Told, i: int, other: Other) -> None:
    """Held again by its finder; where nothing was lost, a claim."""
    if any(effect.type == "ledger.BreachRecorded" and effect.data == _NOT_LOST for effect in told.effects):
        if exhibit.custodian != told.publisher:
            exhibit.claims.append(_claim(told, "", "found_at"))
        return
    exhibit.is_held_by(told.publisher, one(told, "holder"))
    exhibit.seal = one(told, "seal_number")
