"""The registry at one `reg`, and at one instant where dates are compared: what a submission is judged under.

A view asks only for what held at its `reg`, so it stays true while the registry is read on. Satisfies
`domain.event.Partners`. Made by the fold; asked by the parser of submissions, the rules, verifiers and the API.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from domain import profile
from domain.registry.agencies import Agency, UnitStanding
from domain.registry.keys import Key, Standing

if TYPE_CHECKING:
    from domain.registry.fold import Registry


class View(NamedTuple):
    """`at` (UTC, six decimals) is the entry's own time; without it, dates of keys and mandates are not asked."""

    registry: Registry
    reg: int
    at: str | None = None

    def key(self, kid: str) -> tuple[Key, Standing] | None:
        """An agency's key and whether it is valid; None when no agency ever had it by now."""
        key = self.registry.keys.get(kid)
        if key is None or key.agency is None or key.since > self.reg:
            return None
        return key, key.standing(self.reg, self.at)

    def is_disputed(self, kid: str, at: str) -> bool:
        """Is what this key signed or sealed at `at` disputed, because it was compromised by then?"""
        key = self.registry.keys.get(kid)
        return key is not None and key.is_disputed(self.reg, at)

    def categories(self, agency: str) -> frozenset[str]:
        """The agency's categories; empty when it is not enrolled."""
        known = self.registry.agencies.get(agency)
        return (known.categories.at(self.reg) if known is not None else None) or frozenset()

    def holding(self, categories: frozenset[str]) -> tuple[str, ...]:
        """The active agencies that hold one of these categories, by id."""
        known = list(self.registry.agencies)
        return tuple(sorted(a for a in known if self.is_active(a) and not categories.isdisjoint(self.categories(a))))

    def is_active(self, agency: str) -> bool:
        """Enrolled and not suspended."""
        known = self._agency(agency)
        return known is not None and not known.suspended.at(self.reg)

    def unit_standing(self, agency: str, unit: str) -> UnitStanding:
        """Whether this unit of the agency publishes, and if not, why."""
        known = self._agency(agency)
        return "unknown" if known is None else known.unit_standing(unit, self.reg)

    def may_publish(self, agency: str, unit: str, type: str, mandate: frozenset[str]) -> bool:
        """Has this unit of the agency the mandate for a type that the catalogue gives to the categories `mandate`?"""
        known = self._agency(agency)
        if known is None:
            return False
        by_category = not mandate.isdisjoint(known.unit_categories(unit, self.reg))
        for said in reversed(known.mandates):
            if said.reg <= self.reg and said.covers(unit, type, self.at, by_category=by_category):
                return said.granted
        return by_category

    def is_recused(self, agency: str, actor: str) -> bool:
        """Does the registry keep this officer from deciding in any case?"""
        known = self._agency(agency)
        recused = known.recused.get(actor) if known is not None else None
        return recused is not None and bool(recused.at(self.reg))

    def successor(self, agency: str) -> str | None:
        """The agency that has taken over, at the end of the line; None when there is none."""
        heir: str | None = None
        while (known := self._agency(heir or agency)) is not None and (next_ := known.successor.at(self.reg)):
            heir = next_
        return heir

    def deadline(self, name: str, grade: str | None = None) -> timedelta:
        """How long the duty has: as the registry sets it for the grade, or for all grades, else as the profile does.

        Raises KeyError and ValueError as `domain.profile.deadline`.
        """
        for named in ((name, grade), (name, None)):
            history = self.registry.deadlines.get(named)
            after = history.at(self.reg) if history is not None else None
            if after is not None:
                return after
        return profile.deadline(name, grade)

    def witnesses(self) -> Mapping[str, bytes]:
        """The public keys of the witnesses by name."""
        known = {name: history.at(self.reg) for name, history in list(self.registry.witnesses.items())}
        return {name: key for name, key in known.items() if key is not None}

    def _agency(self, agency: str) -> Agency | None:
        known = self.registry.agencies.get(agency)
        return known if known is not None and known.since <= self.reg else None
