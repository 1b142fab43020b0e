"""A guardian who is implicated consents to nothing, is appointed for nobody and gets no child back, in any linked case.

Holds what is on record of guardians, and the questions about them that more than one stage asks. Once implicated, a
guardian stays so; her child's next guardian is another person. Called by the stages consent and protection.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from domain.stages.rules import Context

if TYPE_CHECKING:
    from domain.case import Case


@dataclass(frozen=True)
class Guardian:
    """A guardian, natural or appointed: `kind` is her relation to the child, `children` are those for whom she is on
    record, `wards` those for whom an appointment is in place."""

    kind: str
    children: frozenset[str] = frozenset()
    wards: frozenset[str] = frozenset()
    implicated: bool = False


def _implicated_here(case: Case, guardian_id: str) -> bool:
    guardian = case.guardians.get(guardian_id)
    return guardian is not None and guardian.implicated


def is_implicated(case: Case, guardian_id: str, context: Context) -> bool:
    """Whether this person is implicated as a guardian, in this case or in one that a confirmed link joins to it."""
    linked = context.elsewhere.same_person(case.stream, guardian_id)
    return _implicated_here(case, guardian_id) or any(_implicated_here(other, there) for other, there in linked)


def in_place(case: Case, victim_id: str) -> bool:
    """The state `guardian in place`: an appointment for this child stands."""
    return any(victim_id in guardian.wards for guardian in case.guardians.values())


def implicated_kinds(case: Case, victim_id: str) -> frozenset[str]:
    """The state `guardian implicated`: the relations to this child of those of her guardians who are implicated."""
    return frozenset(
        guardian.kind for guardian in case.guardians.values() if guardian.implicated and victim_id in guardian.children
    )
