"""What is on record of an investigation: who investigates, where its file is, whom it is about, what was permitted.

One id names a person from the first suspicion to the judgment, and every naming of articles stands in
`article_history`, so that nothing drifts unseen. Nothing here touches a victim: her status depends on no investigation.
Built by the folds of this stage and of prosecution, read by the rules, the views and the clock.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from domain.stages.rules import Officer

State = Literal["open", "suspended", "closed", "handed_over", "with_prosecutor", "before_court", "judged"]


class Counterpart(NamedTuple):
    """The other half of joined proceedings: an investigation of another case."""

    case_id: str
    investigation_id: str


class ArticleChange(NamedTuple):
    """One naming of articles. `at` is the time of the act, `step` its type, `defendant_id` None when it is about the
    whole investigation, `charge_id` None before there is a charge; `reason` is a code where the act has one."""

    at: str
    by: Officer
    step: str
    investigation_id: str | None
    defendant_id: str | None
    charge_id: str | None
    before: tuple[str, ...]
    after: tuple[str, ...]
    reason: str | None


@dataclass(frozen=True)
class Investigation:
    """An investigation and the proceedings from it. `since` is the id of the event that brought `state`, `addressee`
    the prosecutor to whom the file was last handed, `joined` maps counterparts to whether this half leads, `apart`
    holds the defendants whose proceedings went on apart when joined ones were severed."""

    agency: str
    unit: str
    since: str
    articles: tuple[str, ...] = ()
    state: State = "open"
    addressee: str | None = None
    victims: frozenset[str] = frozenset()
    joined: Mapping[Counterpart, bool] = field(default_factory=dict)
    apart: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Defendant:
    """A person from first suspicion to judgment. `articles` are hers where they differ from the investigation's;
    `detained_by` and `released_by` are ids of the last such events, `measure_to` is a day (YYYY-MM-DD)."""

    investigation_id: str | None = None
    suspected: bool = False
    official: bool = False
    articles: tuple[str, ...] | None = None
    detained: bool = False
    detained_by: str | None = None
    released_by: str | None = None
    measure: str | None = None
    measure_to: str | None = None


@dataclass(frozen=True, slots=True)
class Proposal:
    """A proposal of the police, open until the prosecutor answers it; `event_id` is the event that made it."""

    investigation_id: str
    proposal: str
    event_id: str
    is_open: bool = True


@dataclass(frozen=True, slots=True)
class Authorization:
    """A warrant or order: it permits acts from `valid_from` to `valid_to` (UTC, six decimals), both included."""

    investigation_id: str
    authorization_type: str
    valid_from: str
    valid_to: str

    def permits(self, authorization_type: str, investigation_id: str | None) -> bool:
        """Whether it is of this type and, as far as that is known, of this investigation."""
        same = investigation_id is None or investigation_id == self.investigation_id
        return self.authorization_type == authorization_type and same


@dataclass(frozen=True)
class ExaminationOrder:
    """An order to examine exhibits; the reports that answer it are kept with the exhibits."""

    exhibits: frozenset[str]
    kind: str
    to_agency: str
    question_count: int
    event_id: str
    due_at: str | None = None


@dataclass(frozen=True, slots=True)
class Assistance:
    """A request to another country; `result` is None while it is open."""

    investigation_id: str
    country: str
    event_id: str
    result: str | None = None

    @property
    def is_open(self) -> bool:
        """Whether it waits for an answer."""
        return self.result is None


@dataclass(frozen=True)
class InvestigationState:
    """Investigations, persons, proposals, permits, orders and requests by id, and every naming of articles in order."""

    investigations: Mapping[str, Investigation] = field(default_factory=dict)
    defendants: Mapping[str, Defendant] = field(default_factory=dict)
    proposals: Mapping[str, Proposal] = field(default_factory=dict)
    authorizations: Mapping[str, Authorization] = field(default_factory=dict)
    orders: Mapping[str, ExaminationOrder] = field(default_factory=dict)
    assistance: Mapping[str, Assistance] = field(default_factory=dict)
    article_history: tuple[ArticleChange, ...] = ()
