"""An agency is enrolled once and for ever; its categories, units, standing and recused officers change by records.

An agency without units in the registry names its units as it likes. From its first unit on, only units that are open
and not suspended publish. A unit's own categories narrow the agency's, they never widen them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from domain.registry import forms
from domain.registry.history import History
from domain.registry.keys import key_of
from domain.registry.mandates import Mandate

if TYPE_CHECKING:
    from domain.registry.fold import Registry, Said

UnitStanding = Literal["active", "unknown", "closed", "suspended"]


@dataclass(slots=True)
class Unit:
    """A unit of an agency. `categories` is None where it has those of its agency."""

    id: str
    name: str
    categories: frozenset[str] | None
    is_open: History[bool]
    suspended: History[bool] = field(default_factory=History)


@dataclass(slots=True)
class Agency:
    """An enrolled agency. `mandates` holds what was granted and withdrawn, in order; `recused` is by pseudonym."""

    id: str
    name: str
    categories: History[frozenset[str]]
    since: int
    suspended: History[bool] = field(default_factory=History)
    successor: History[str] = field(default_factory=History)
    units: dict[str, Unit] = field(default_factory=dict)
    mandates: list[Mandate] = field(default_factory=list)
    recused: dict[str, History[bool]] = field(default_factory=dict)

    def unit_standing(self, unit: str, reg: int) -> UnitStanding:
        """Whether the unit publishes at `reg`, and if not, why."""
        if not self.units:
            return "active"
        known = self.units.get(unit)
        if known is not None and known.is_open.at(reg) is not None:
            if not known.is_open.at(reg):
                return "closed"
            return "suspended" if known.suspended.at(reg) else "active"
        has_units = any(each.is_open.at(reg) is not None for each in list(self.units.values()))
        return "unknown" if has_units else "active"

    def unit_categories(self, unit: str, reg: int) -> frozenset[str]:
        """The categories under which the unit publishes at `reg`."""
        mine = self.categories.at(reg) or frozenset()
        known = self.units.get(unit) if self.units else None
        if known is None or known.categories is None or known.is_open.at(reg) is None:
            return mine
        return mine & known.categories


def enrolled(registry: Registry, said: Said) -> None:
    """`agency_enrolled.v1`: an agency, its categories, and its first key."""
    name, categories = forms.text(said.data["name"]), forms.texts(said.data["categories"])
    if said.subject in registry.agencies:
        raise ValueError("enrolled already")
    key = key_of(registry, said.data, said.subject, said.reg)
    registry.keys[key.kid] = key
    registry.agencies[said.subject] = Agency(said.subject, name, History.of(said.reg, categories), said.reg)


def categories_changed(registry: Registry, said: Said) -> None:
    """`agency_categories_changed.v1`: all its categories from now on."""
    agency, categories = registry.agencies[said.subject], forms.texts(said.data["categories"])
    if categories == agency.categories.last:
        raise ValueError("the same categories")
    agency.categories.say(said.reg, categories)


def successor_named(registry: Registry, said: Said) -> None:
    """`agency_successor_named.v1`: the enrolled agency that has taken over its duties."""
    agency, successor = registry.agencies[said.subject], forms.text(said.data["successor"])
    heir: str | None = successor
    while heir is not None:
        if heir == agency.id:
            raise ValueError("its own successor")
        heir = registry.agencies[heir].successor.last
    if successor == agency.successor.last:
        raise ValueError("the same successor")
    agency.successor.say(said.reg, successor)


def unit_added(registry: Registry, said: Said) -> None:
    """`unit_added.v1`: a unit of the agency; its categories, if it has its own, are among the agency's."""
    agency, unit = registry.agencies[said.subject], forms.token(said.data["unit"])
    name = forms.text(said.data["name"])
    categories = forms.texts(said.data["categories"]) if "categories" in said.data else None
    if unit in agency.units:
        raise ValueError("a unit's id is never used again")
    if categories is not None and not (categories and categories <= (agency.categories.last or frozenset())):
        raise ValueError("categories that its agency does not have")
    agency.units[unit] = Unit(unit, name, categories, History.of(said.reg, True))


def unit_closed(registry: Registry, said: Said) -> None:
    """`unit_closed.v1`: the unit publishes no more, for ever."""
    unit = _open_unit(registry.agencies[said.subject], said.data["unit"])
    unit.is_open.say(said.reg, False)


def suspended(registry: Registry, said: Said) -> None:
    """`agency_suspended.v1`: its submissions are refused from now."""
    _switch(registry.agencies[said.subject].suspended, said.reg, True)


def reinstated(registry: Registry, said: Said) -> None:
    """`agency_reinstated.v1`: ends a suspension."""
    _switch(registry.agencies[said.subject].suspended, said.reg, False)


def unit_suspended(registry: Registry, said: Said) -> None:
    """`unit_suspended.v1`: what names this unit is refused from now."""
    _switch(_open_unit(registry.agencies[said.subject], said.data["unit"]).suspended, said.reg, True)


def unit_reinstated(registry: Registry, said: Said) -> None:
    """`unit_reinstated.v1`: ends a unit's suspension."""
    _switch(_open_unit(registry.agencies[said.subject], said.data["unit"]).suspended, said.reg, False)


def officer_recused(registry: Registry, said: Said) -> None:
    """`officer_recused.v1`: the agency's officer takes no decision in any case from now."""
    agency, actor = registry.agencies[said.subject], forms.token(said.data["actor"])
    history = agency.recused.get(actor, History())
    _switch(history, said.reg, True)
    agency.recused[actor] = history


def recusal_ended(registry: Registry, said: Said) -> None:
    """`recusal_ended.v1`: the officer may decide again."""
    _switch(registry.agencies[said.subject].recused[forms.token(said.data["actor"])], said.reg, False)


def _open_unit(agency: Agency, unit: object) -> Unit:
    found = agency.units[forms.token(unit)]
    if not found.is_open.last:
        raise ValueError("closed")
    return found


def _switch(history: History[bool], reg: int, on: bool) -> None:
    """What is on goes off and the other way round; a record that says what holds already breaks the rule."""
    if bool(history.last) is on:
        raise ValueError("so already")
    history.say(reg, on)


RECORDS = {
    "agency_enrolled.v1": enrolled,
    "agency_categories_changed.v1": categories_changed,
    "agency_successor_named.v1": successor_named,
    "agency_suspended.v1": suspended,
    "agency_reinstated.v1": reinstated,
    "unit_added.v1": unit_added,
    "unit_closed.v1": unit_closed,
    "unit_suspended.v1": unit_suspended,
    "unit_reinstated.v1": unit_reinstated,
    "officer_recused.v1": officer_recused,
    "recusal_ended.v1": recusal_ended,
}
