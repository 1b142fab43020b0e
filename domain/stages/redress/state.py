"""What is owed to a victim, by whom, for which loss, and how much of it she has: nothing here is ever a person's name.

An award is one victim, one defendant and one head of loss; its balance is what was ordered less what was paid, never
below 0, and 0 is satisfied. Amounts are whole tugrik (MNT). Built by the folds of this stage, read by its rules, by
the stage that closes a case and by the views.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple


@dataclass(frozen=True)
class Representative:
    """Who speaks for a victim in the proceedings, until replaced."""

    victim_id: str
    kind: str
    replaced: bool = False


@dataclass(frozen=True, slots=True)
class Harm:
    """The grade of one kind of harm as last assessed."""

    grade: str
    assessed_on: str


@dataclass(frozen=True)
class Claim:
    """A civil claim. `awarded` is what the civil judgment grants, `ordered` how much of it stands in awards."""

    victim_id: str
    defendant_id: str
    amount: int
    heads: tuple[str, ...]
    state: Literal["filed", "granted", "granted_in_part", "refused", "withdrawn", "quashed"] = "filed"
    awarded: int = 0
    ordered: int = 0

    @property
    def left(self) -> int:
        """What the judgment grants and no award orders yet."""
        return self.awarded - self.ordered


@dataclass(frozen=True)
class Freeze:
    """Assets of a defendant that are frozen, up to an amount and to `valid_to` (YYYY-MM-DD) if that was set."""

    defendant_id: str
    amount: int
    valid_to: str | None = None
    released: bool = False

    def in_force(self, at: str) -> bool:
        """Whether the assets are frozen at an instant."""
        return not self.released and (self.valid_to is None or self.valid_to >= at[:10])


@dataclass(frozen=True)
class Award:
    """Restitution to one victim from one defendant for one head of loss."""

    victim_id: str
    defendant_id: str
    head: str
    basis: str
    ordered: int
    paid: int = 0
    quashed: bool = False

    @property
    def balance(self) -> int:
        """What is still owed."""
        return 0 if self.quashed else max(self.ordered - self.paid, 0)

    @property
    def satisfied(self) -> bool:
        """Whether she has all that was ordered."""
        return not self.quashed and self.paid >= self.ordered


class Payment(NamedTuple):
    """What one event of payment counts for; corrected to another amount, or to 0 where it was misfiled."""

    award_id: str
    amount: int


@dataclass(frozen=True)
class Compensation:
    """An application to a fund; what it grants does not lessen the restitution owed."""

    victim_id: str
    fund: str
    state: Literal["applied", "granted", "granted_in_part", "refused", "withdrawn"] = "applied"
    granted: int = 0


@dataclass(frozen=True)
class Enforcement:
    """An enforcement of an award; `ended` is the code of its end."""

    award_id: str
    ended: str | None = None

    @property
    def is_open(self) -> bool:
        """Whether it runs."""
        return self.ended is None


@dataclass(frozen=True)
class RedressState:
    """Redress by id; `harms` by victim and kind of harm, `statements` how many impact statements a victim gave,
    `payments` by publisher and event id."""

    representatives: Mapping[str, Representative] = field(default_factory=dict)
    statements: Mapping[str, int] = field(default_factory=dict)
    harms: Mapping[str, Mapping[str, Harm]] = field(default_factory=dict)
    claims: Mapping[str, Claim] = field(default_factory=dict)
    freezes: Mapping[str, Freeze] = field(default_factory=dict)
    awards: Mapping[str, Award] = field(default_factory=dict)
    payments: Mapping[tuple[str, str], Payment] = field(default_factory=dict)
    compensations: Mapping[str, Compensation] = field(default_factory=dict)
    enforcements: Mapping[str, Enforcement] = field(default_factory=dict)
