"""What is on record of a possible victim: each state of the catalogue is one field, entered and left by itself.

An age that is unknown, disputed or assessed as anything but adult is a child's. No charge, dismissal or acquittal has a
field here: they never change who is a victim. Built by the folds of this stage, read by its rules and by the views.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from domain.stages.rules import Officer

NOT_A_VICTIM = "NotAVictimOfTrafficking"
A_VICTIM = "ActualVictimOfTrafficking"


@dataclass(frozen=True)
class Victim:
    """A person who may be a victim. `negative` and `reconsidering` hold the event id of the decision concerned,
    `deciders` the officers who took it, `recovery_ends_on` the last day (YYYY-MM-DD) while the period runs."""

    indicated: bool = False
    presumed: bool = False
    grounds_positive: bool = False
    conclusion: str | None = None
    negative: str | None = None
    reconsidering: str | None = None
    deciders: frozenset[Officer] = frozenset()
    recovery_ends_on: str | None = None
    age_band: str | None = None
    age_result: str | None = None
    age_assessor: Officer | None = None
    age_disputed: bool = False
    non_punishment: bool = False

    @property
    def is_child(self) -> bool:
        """Whether the person is treated as a child."""
        if self.age_disputed:
            return True
        if self.age_result is not None:
            return self.age_result != "adult"
        return self.age_band != "18+"

    @property
    def is_possible(self) -> bool:
        """Whether the person may be a victim: any indicator or decision that no standing conclusion has ended."""
        return self.reconsidering is not None or (self.indicated and self.conclusion != NOT_A_VICTIM)


@dataclass(frozen=True, slots=True)
class Flag:
    """A non-punishment flag: open until the prosecutor answers it."""

    victim_id: str
    is_open: bool = True


@dataclass(frozen=True)
class Detention:
    """A detention of a child, with the flag that it raised by itself."""

    victim_id: str
    flag_id: str
    ended: bool = False


@dataclass(frozen=True)
class Penalty:
    """A penalty on a possible victim, with the flag that it raised by itself."""

    victim_id: str
    flag_id: str
    state: Literal["in_force", "stayed", "quashed"] = "in_force"


@dataclass(frozen=True)
class IdentificationState:
    """Persons, flags, detentions and penalties by id, and the officers who reported or screened."""

    reporters: frozenset[Officer] = frozenset()
    victims: Mapping[str, Victim] = field(default_factory=dict)
    flags: Mapping[str, Flag] = field(default_factory=dict)
    detentions: Mapping[str, Detention] = field(default_factory=dict)
    penalties: Mapping[str, Penalty] = field(default_factory=dict)
