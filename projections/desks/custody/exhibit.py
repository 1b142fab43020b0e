"""An exhibit while an event is folded, what the event says of it, and its breaks, which only ever come to stand there.

Of a correction that withdraws a field nothing is known, so no field but the ids is taken for granted. Used by the acts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from projections.told import Told

FOUND = "custody.CustodyBreakFound"

UNDER_WAY = ("outward", "return")
"""Legs of a hand-over that nobody has acknowledged."""


@dataclass
class Exhibit:
    """Fields as in `CustodyRow`, JSON columns parsed."""

    state: str = "unrecorded"
    custodian: str = ""
    holder: str = ""
    kind: str = ""
    origin: str = ""
    parent: str = ""
    root: str = ""
    home_case: str = ""
    seal: str = ""
    tag: str = ""
    integrity: str = ""
    disposition: str = ""
    transfers: dict[str, dict[str, Any]] = field(default_factory=dict)
    claims: list[dict[str, Any]] = field(default_factory=list)
    broken: dict[str, dict[str, Any]] = field(default_factory=dict)
    holds: list[str] = field(default_factory=list)
    hearings: dict[str, str] = field(default_factory=dict)

    def is_held_by(self, agency: str, holder: str) -> None:
        """Custody has moved, and nobody can acknowledge a hand-over that is still under way."""
        self.state, self.custodian, self.holder = "held", agency, holder
        for transfer in self.transfers.values():
            if transfer["leg"] in UNDER_WAY:
                transfer["leg"] = "superseded"


Other = Callable[[str], Exhibit]
"""Another exhibit of the case, by number; a blank one where there is none."""

Act = Callable[[Exhibit, Told, int, Other], None]
"""Changes the exhibit by an event that names it at the place `i` of its list."""


def found_breaks(exhibit: Exhibit, told: Told, number: str) -> None:
    """The breaks that the ledger stated of the exhibit beside the event."""
    for effect in told.effects:
        if effect.type == FOUND and effect.data.get("exhibit_number") == number:
            add_break(exhibit, told, effect.data, declared=False)


def add_break(exhibit: Exhibit, told: Told, says: Mapping[str, Any], *, declared: bool) -> None:
    """The break that is found or declared, once."""
    if "break_id" not in says:
        return
    exhibit.broken.setdefault(
        says["break_id"],
        {
            "code": says.get("break_code", ""),
            "by": told.publisher,
            "custodian": exhibit.custodian,
            "time": told.time,
            "declared": declared,
            "gap_from": says.get("gap_from", ""),
            "gap_to": says.get("gap_to", ""),
            "explanations": [],
        },
    )


def broke(told: Told, i: int) -> set[str]:
    """The codes of the breaks that the ledger stated of the i-th exhibit."""
    named = told.data["exhibit_number"]
    number = named if isinstance(named, str) else named[i]
    stated = (effect.data for effect in told.effects if effect.type == FOUND)
    return {data["break_code"] for data in stated if data.get("exhibit_number") == number}


def one(told: Told, name: str) -> str:
    """What the event says in a field; '' where it says nothing or `-`."""
    said = told.data.get(name, "")
    return "" if said == "-" else str(said)


def item(told: Told, name: str, i: int) -> str:
    """The same of the i-th exhibit, in a list."""
    said = told.data.get(name) or ()
    return "" if i >= len(said) or said[i] == "-" else str(said[i])
