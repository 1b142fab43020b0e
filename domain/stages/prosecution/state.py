"""What is on record of a prosecution: charges, hearings, complaints, appeals, and per person what the courts decided.

A person is before the court while one of her charges is. Each instance that decided on her stands in `instances`, in
order, with who decided; a charge keeps its result. Prosecutions and convictions are counted over persons
(`domain.stages.prosecution.counts`). Built by the folds of this stage, read by its rules, the views and the clock.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from domain.stages.rules import Officer

ChargeStage = Literal["accused", "declined", "returned", "resting", "dropped", "before_court", "judged"]


@dataclass(frozen=True)
class Charge:
    """A charge against a person. `result` is the last court's (`charge_result`), None before and when it was quashed;
    `decided_by` is the id of the event that last decided on it."""

    defendant_id: str
    articles: tuple[str, ...]
    state: ChargeStage
    decided_by: str
    result: str | None = None


@dataclass(frozen=True)
class Hearing:
    """A hearing. `measures` holds the special measures ordered for each child before it was held."""

    hearing_type: str
    on: str
    defendants: frozenset[str]
    witnesses: frozenset[str] = frozenset()
    state: Literal["scheduled", "held", "adjourned"] = "scheduled"
    measures: Mapping[str, frozenset[str]] = field(default_factory=dict)
    scheduled_by: str | None = None


@dataclass(frozen=True, slots=True)
class Complaint:
    """A complaint against the event `of`; `decision` is None while it is open."""

    of: str
    by: str
    filed_by: str
    decision: str | None = None

    @property
    def is_open(self) -> bool:
        """Whether it waits for a decision."""
        return self.decision is None


@dataclass(frozen=True, slots=True)
class Appeal:
    """An appeal at one instance; `result` is None while it is pending, `filed_by` the id of the event that filed it."""

    defendant_id: str
    by: str
    instance: str
    filed_by: str
    result: str | None = None

    @property
    def is_open(self) -> bool:
        """Whether it is pending."""
        return self.result is None


class Decided(NamedTuple):
    """What one instance decided on a person: `result` of the appeal, or None for a verdict; `charges` with results.
    `time` is that of the event, from which periods run, `decided_on` the day that the court states."""

    instance: str
    result: str | None
    charges: tuple[tuple[str, str], ...]
    decided_on: str
    time: str
    by: Officer
    event_id: str


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence as imposed last; the fine is in tugrik."""

    months_imprisonment: int
    suspended: bool
    fine_mnt: int
    additional: tuple[str, ...] = ()

    @property
    def is_served_in_prison(self) -> bool:
        """Whether the person is imprisoned for it."""
        return self.months_imprisonment > 0 and not self.suspended


@dataclass(frozen=True)
class Judgment:
    """What the courts have decided on one person. `state` is where that stands, `lapsed` whether the period for an
    appeal against the last decision is over, `final_on` the day on which it became final."""

    instances: tuple[Decided, ...] = ()
    state: Literal["none", "verdict", "appeal_decided", "final"] = "none"
    trial_held: bool = False
    lapsed: bool = False
    sentence: Sentence | None = None
    final_on: str | None = None

    @property
    def deciders(self) -> frozenset[Officer]:
        """The officers of the courts who decided on the person, at any instance."""
        return frozenset(decided.by for decided in self.instances)


@dataclass(frozen=True)
class ToDefence:
    """What the defence of a person has been given, over all disclosures."""

    exhibits: frozenset[str] = frozenset()
    events: frozenset[str] = frozenset()
    compartments: frozenset[str] = frozenset()


@dataclass(frozen=True)
class ProsecutionState:
    """Charges, hearings, complaints and appeals by id, judgments and disclosures by defendant, and `notices`: to whom a
    dismissal was notified, by the id of the event that dismissed."""

    charges: Mapping[str, Charge] = field(default_factory=dict)
    hearings: Mapping[str, Hearing] = field(default_factory=dict)
    complaints: Mapping[str, Complaint] = field(default_factory=dict)
    appeals: Mapping[str, Appeal] = field(default_factory=dict)
    judgments: Mapping[str, Judgment] = field(default_factory=dict)
    to_defence: Mapping[str, ToDefence] = field(default_factory=dict)
    notices: Mapping[str, frozenset[str]] = field(default_factory=dict)
