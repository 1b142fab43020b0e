"""What a defendant owes to a victim: awards less payments, never below 0, and nothing once a judgment is overturned.

Amounts are whole tugrik. A payment that its publisher corrected is told as corrected, so each payment counts as told.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from projections.told import Told

TYPES = ("redress.RestitutionOrdered", "redress.RestitutionPaid")
_OVERTURNED = ("quashed", "remitted")

Awards = dict[str, dict[str, Any]]


def after(awards: Awards, told: Told) -> None:
    """The awards after an order or a payment; a payment on an award of which the agency is not told counts nowhere."""
    data = told.data
    key = data.get("award_id", "")
    if told.type == "redress.RestitutionOrdered" and key:
        awards[key] = {
            "victim_id": data.get("victim_id", ""), "defendant_id": data.get("defendant_id", ""),
            "head": data.get("head", ""), "basis": data.get("basis", ""), "ordered": data.get("amount_mnt", 0),
            "paid": 0, "quashed": False,
        }  # fmt: skip
    elif key in awards:
        awards[key]["paid"] += max(data.get("amount_mnt", 0), 0)


def overturned(awards: Awards, told: Told) -> None:
    """A judgment that is overturned orders nothing any more; a settlement that a court confirmed stands."""
    if told.data.get("result") in _OVERTURNED:
        for award in awards.values():
            if award["defendant_id"] == told.data["defendant_id"] and award["basis"] != "settlement_confirmed":
                award["quashed"] = True


def owed(awards: Mapping[str, Mapping[str, Any]], defendant: str) -> list[dict[str, Any]]:
    """What the defendant owes, victim by victim."""
    by_victim: dict[str, dict[str, Any]] = {}
    for key, award in sorted(awards.items()):
        if award["defendant_id"] == defendant:
            blank = {"victim_id": award["victim_id"], "ordered_mnt": 0, "paid_mnt": 0, "balance_mnt": 0, "awards": []}
            sums = by_victim.setdefault(award["victim_id"], blank)
            sums["ordered_mnt"] += award["ordered"]
            sums["paid_mnt"] += award["paid"]
            sums["balance_mnt"] += 0 if award["quashed"] else max(award["ordered"] - award["paid"], 0)
            sums["awards"].append(key)
    return [by_victim[victim] for victim in sorted(by_victim)]
