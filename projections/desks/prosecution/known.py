"""What is known of the proceedings of a case, as the desk `prosecution` keeps it, and the namings of articles in it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from projections.told import Told

Known = dict[str, Any]
"""`investigations`, `persons`, `charges`, `hearings`, `appeals`, `awards` by id; `orders`: id → answered; `history` in
order; `held` as `charging` has it; `leads`: whether the agency does."""

BLANK: Known = {
    "investigations": {}, "persons": {}, "charges": {}, "hearings": {}, "appeals": {}, "awards": {}, "orders": {},
    "history": [], "held": {}, "leads": False,
}  # fmt: skip

Fact = Callable[[Known, Told], None]
"""Changes what is known by an event."""


def person_of(known: Known, defendant: str) -> dict[str, Any]:
    """The person; a blank one when nobody has named her before."""
    blank = {
        "investigation": "", "suspected": False, "cleared": False, "articles": None, "judgment": "", "sentence": {},
        "final_on": "",
    }  # fmt: skip
    found: dict[str, Any] = known["persons"].setdefault(defendant, blank)
    return found


def articles_of(known: Known, defendant: str) -> list[str]:
    """The articles under which the person is investigated: her own where she has some, else the investigation's."""
    person = person_of(known, defendant)
    own: list[str] | None = person["articles"]
    theirs: list[str] = known["investigations"].get(person["investigation"], {}).get("articles", [])
    return theirs if own is None else own


def names(known: Known, told: Told, before: Iterable[str], after: Iterable[str], **about: str) -> None:
    """A naming of articles, in the history."""
    whose = {"investigation_id": "", "defendant_id": "", "charge_id": ""} | about
    said = {"at": told.time, "step": told.type, "by": told.publisher, "reason": told.data.get("reason", "")}
    known["history"].append({**said, **whose, "before": list(before), "after": list(after)})
