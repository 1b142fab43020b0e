"""What is on record of a case as such: whether it is open, who leads it, who may not act in it, who is assigned to it.

A role is one officer's at a time. Built by the folds of this stage and of those that open a case, read by every stage.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, NamedTuple

from domain.catalogue import EventType
from domain.stages.rules import Officer

if TYPE_CHECKING:
    from domain.case import Case

DUTY = "-"
"""Who answers for an agency that has assigned nobody: its officer on duty."""

_KEYRING = frozenset({"keyring"})
_RESPONSIBLE = ("responsible_caseworker", "duty_caseworker")


class Restriction(NamedTuple):
    """A restriction by decision: its level, agencies shut out and agencies let in."""

    level: str
    excluded: frozenset[str]
    admitted: frozenset[str]


@dataclass(frozen=True)
class CaseState:
    """The case as such.

    `accused` holds the agencies whose official is accused: the case is restricted while there is one that no decision
    has `cleared`, or by a decision. `assigned` is the officer of each role, `assigned_until` the last day (YYYY-MM-DD)
    of those that end.
    """

    status: Literal["new", "reference", "open", "closed"] = "new"
    care_lead: str | None = None
    proceedings_lead: str | None = None
    accused: frozenset[str] = frozenset()
    cleared: frozenset[str] = frozenset()
    restriction: Restriction | None = None
    recused: frozenset[Officer] = frozenset()
    assigned: Mapping[str, Officer] = field(default_factory=dict)
    assigned_until: Mapping[str, str] = field(default_factory=dict)

    @property
    def restricted(self) -> bool:
        """Whether access is narrowed: by a decision, or because an agency's own official is accused."""
        return self.restriction is not None or not self.accused <= self.cleared


def reopens(event_type: EventType) -> bool:
    """Whether an event of this type opens a closed case again: a reopening, any fact, any protective act.

    A key that is destroyed gives nobody anything to do: what the keyring reports reopens nothing.
    """
    if event_type.name == "case.Reopened":
        return True
    return (event_type.protective or event_type.kind == "fact") and event_type.mandate != _KEYRING


def responsible(case: Case, on: str) -> Officer:
    """Who is responsible for the child on the day `on` (YYYY-MM-DD): always one name.

    The care lead's responsible caseworker, else its duty caseworker, else its officer on duty (`DUTY`). An officer of
    another agency answers for nothing once the lead has moved, however long the assignment runs.
    """
    lead = case.care_lead or ""
    for role in _RESPONSIBLE:
        officer = case.assigned.get(role)
        if officer is not None and officer[0] == lead and case.assigned_until.get(role, on) >= on:
            return officer
    return (lead, DUTY)
