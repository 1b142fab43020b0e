"""What is on record of care and protection: who keeps the child, how often she was asked, what is decided for her.

A determination of best interests is used up by the placement or return that it is for, an authorised repeat by the next
occasion. Built by the folds of this stage, read by its rules, by other stages' and by the views.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from domain.stages.guardianship import Guardian


class Occasion(NamedTuple):
    """One occasion on which a person was asked about the events: `purpose` is what for (`interview_purpose`), `kind`
    how (`interview_occasion`), `at` the instant of the event that reports it."""

    victim_id: str
    purpose: str
    kind: str
    at: str


class Examination(NamedTuple):
    """A forensic examination of a person, which is counted by its purpose."""

    victim_id: str
    purpose: str


@dataclass(frozen=True)
class Interview:
    """An interview under its id, scheduled or held."""

    victim_id: str
    is_held: bool = False


@dataclass(frozen=True)
class CareEpisode:
    """A stay, or care in the community; `agency` keeps it, and still does when it is closed."""

    victim_id: str
    agency: str
    is_open: bool = True


@dataclass(frozen=True)
class Missing:
    """One time missing, open until the child is located."""

    victim_id: str
    is_open: bool = True


@dataclass(frozen=True)
class Measure:
    """A protection measure; a request that an order answers is `answered`, the order is a measure of its own."""

    victim_id: str
    state: Literal["requested", "answered", "in_force", "ended"]


@dataclass(frozen=True)
class Repatriation:
    """A repatriation; a later determination of best interests replaces a plan."""

    victim_id: str
    state: Literal["planned", "replaced", "under_way", "over"]


@dataclass(frozen=True)
class ProtectionState:
    """The stage's part of a case. `assessed` and `died` hold victims, `determinations` the option determined for each,
    `repeats` how many authorised occasions are unused by victim and purpose."""

    assessed: frozenset[str] = frozenset()
    determinations: Mapping[str, str] = field(default_factory=dict)
    guardians: Mapping[str, Guardian] = field(default_factory=dict)
    interviews: Mapping[str, Interview] = field(default_factory=dict)
    occasions: tuple[Occasion, ...] = ()
    repeats: Mapping[tuple[str, str], int] = field(default_factory=dict)
    examinations: tuple[Examination, ...] = ()
    care_episodes: Mapping[str, CareEpisode] = field(default_factory=dict)
    missing: Mapping[str, Missing] = field(default_factory=dict)
    measures: Mapping[str, Measure] = field(default_factory=dict)
    repatriations: Mapping[str, Repatriation] = field(default_factory=dict)
    died: frozenset[str] = frozenset()
