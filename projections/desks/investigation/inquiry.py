"""An investigation while an event is folded: its fields as in the row, JSON columns parsed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from projections.desks import deadlines
from projections.desks.deadlines import Known
from projections.told import Told


def _suspect() -> dict[str, Any]:
    return {
        "suspected": False, "roles": [], "official": False, "detained": False, "arrested_at": "", "measure": "",
        "measure_to": "", "released_at": "", "ground": "", "cleared": "", "in_court": False, "final": False,
    }  # fmt: skip


@dataclass
class Inquiry:
    """Fields as in `InvestigationRow`."""

    state: str = ""
    since: str = ""
    investigator: str = ""
    unit: str = ""
    trafficking_type: str = ""
    opened_on: str = ""
    articles: list[str] = field(default_factory=list)
    history: list[dict[str, Any]] = field(default_factory=list)
    victims: list[str] = field(default_factory=list)
    suspects: dict[str, dict[str, Any]] = field(default_factory=dict)
    authorizations: dict[str, dict[str, Any]] = field(default_factory=dict)
    orders: dict[str, dict[str, Any]] = field(default_factory=dict)
    proposals: dict[str, dict[str, Any]] = field(default_factory=dict)
    assistance: dict[str, dict[str, Any]] = field(default_factory=dict)
    joined: list[dict[str, Any]] = field(default_factory=list)
    deadlines: list[dict[str, Any]] = field(default_factory=list)

    def is_now(self, state: str, told: Told) -> None:
        """The state that the event brings."""
        self.state, self.since = state, told.time

    def suspect(self, defendant_id: str) -> dict[str, Any]:
        """The person; a blank one when nobody has named her before."""
        return self.suspects.setdefault(defendant_id, _suspect())

    def names(self, articles: list[str], before: list[str], told: Told, defendant_id: str = "") -> None:
        """A naming of articles."""
        self.history.append(
            {
                "at": told.time, "step": told.type, "by": told.publisher, "before": before, "after": articles,
                "reason": told.data.get("reason", ""), "defendant_id": defendant_id,
            }
        )  # fmt: skip

    def is_due(self, key: str, told: Told) -> None:
        """What is due after an event about this investigation."""
        self._follow(told, {person: {"investigation_id": key} for person in self.suspects}, opens=True)

    def ends_by(self, told: Told, persons: Known) -> bool:
        """What is left after an event that is not about it: does it end or mark anything here? `persons`: by id, in
        which investigation each of them stands."""
        return bool(self.deadlines) and self._follow(told, persons, opens=False)

    def _follow(self, told: Told, known: Known, *, opens: bool) -> bool:
        before = deadlines.read(self.deadlines, known)
        after = deadlines.after(before, told, opens=opens)
        changed = after != before
        self.deadlines = deadlines.written(after)
        return changed


Step = Callable[[Inquiry, Told], None]
"""Changes the investigation by an event about it."""
