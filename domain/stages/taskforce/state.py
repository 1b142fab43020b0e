"""What a task force and the two governments keep count of: meetings, operations, targets, commitments, money, numbers.

A target, commitment, funding line or snapshot is an item of the dialogue: proposed by one government, agreed when the
other acknowledges it. Reviews and tasks of a case stand in the case. Built by the folds of this stage, read by its
rules, by the stage that closes a case and by the views.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from domain.stages.state import StreamState


class Review(NamedTuple):
    """A review of a case by the task force; `decisions` are codes, days YYYY-MM-DD."""

    at: str
    decisions: tuple[str, ...]
    next_review_on: str


@dataclass(frozen=True)
class Action:
    """A task on its owner's worklist; `outcome` is the code of its end."""

    owner: str
    action: str
    due_at: str
    outcome: str | None = None

    @property
    def is_open(self) -> bool:
        """Whether it waits for its owner."""
        return self.outcome is None


@dataclass(frozen=True)
class ReviewState:
    """What the task force has done about a case: how often it was reviewed, the last review, tasks by id."""

    reviews: int = 0
    last_review: Review | None = None
    actions: Mapping[str, Action] = field(default_factory=dict)


class Meeting(NamedTuple):
    """A meeting, who took part and how many cases it looked at: never which."""

    kind: str
    members: tuple[str, ...]
    cases_reviewed: int
    held_on: str


class Operation(NamedTuple):
    """An announced operation: when, and whom shelters should make ready for. It is over when its window ends."""

    window_from: str
    window_to: str
    expected_victims: int
    gender_mix: str
    languages: tuple[str, ...]
    minors: str


class Target(NamedTuple):
    """A number that an indicator should reach in a period."""

    indicator: str
    period_from: str
    period_to: str
    target: int
    unit: str


class Report(NamedTuple):
    """What an agency reported last on a commitment; `percent` is how much of it is done."""

    status: str
    percent: int
    reported_on: str


@dataclass(frozen=True)
class Commitment:
    """What a party has committed to by a day, and each agency's last report; `met` and `dropped` end it."""

    party: str
    objective: str
    due_on: str
    reports: Mapping[str, Report] = field(default_factory=dict)
    ended: Literal["met", "dropped"] | None = None

    @property
    def running(self) -> bool:
        """Whether it is neither met nor dropped."""
        return self.ended is None


@dataclass(frozen=True)
class Funding:
    """A funding line: obligated by one agency for another, disbursed in parts. Amounts are whole units of currency."""

    from_agency: str
    to_agency: str
    objective: str
    currency: str
    amount: int
    commitment_id: str | None = None
    disbursed: int = 0

    @property
    def balance(self) -> int:
        """What is obligated and not disbursed yet."""
        return max(self.amount - self.disbursed, 0)


class Disbursement(NamedTuple):
    """What one event of disbursement says was paid; it lessens a line of its own currency alone."""

    funding_id: str
    amount: int
    currency: str


class Snapshot(NamedTuple):
    """Indicators of a period as one party replayed them: at these heads (`<partition>-<pos>-<entry id>`), under these
    definitions, with these values (`<indicator>[/<cell>]=<number or suppressed>`)."""

    period_from: str
    period_to: str
    definitions_version: str
    heads: tuple[str, ...]
    values: tuple[str, ...]


Kind = Literal["targets", "commitments", "fundings", "snapshots"]


@dataclass(frozen=True)
class DialogueItem:
    """What one government proposed, and how the other answered. `kind` is the field of the state that holds the thing,
    `dispute` the event that disputes it, `replayed` the values that the other party has instead, `answered` whether a
    new item answers the dispute."""

    kind: Kind
    thing_id: str
    publisher: str
    state: Literal["open", "agreed", "disputed", "misfiled"] = "open"
    dispute: str | None = None
    replayed: tuple[str, ...] = ()
    answered: bool = False


@dataclass(frozen=True)
class TaskforceState:
    """Things by id, items of the dialogue by the id of the event that proposed them, `disbursements` by publisher and
    event id; `agency` is whose body it is, once that agency has published in it."""

    agency: str | None = None
    meetings: Mapping[str, Meeting] = field(default_factory=dict)
    operations: Mapping[str, Operation] = field(default_factory=dict)
    targets: Mapping[str, Target] = field(default_factory=dict)
    commitments: Mapping[str, Commitment] = field(default_factory=dict)
    fundings: Mapping[str, Funding] = field(default_factory=dict)
    disbursements: Mapping[tuple[str, str], Disbursement] = field(default_factory=dict)
    snapshots: Mapping[str, Snapshot] = field(default_factory=dict)
    items: Mapping[str, DialogueItem] = field(default_factory=dict)


@dataclass(frozen=True)
class Body(TaskforceState, StreamState):
    """The state of a body stream: a task force, a council, or the dialogue as one party keeps it."""
