"""Who may publish what: an agency's categories say so by default, and the last record that covers the question decides.

The catalogue gives each type to categories of agencies. A mandate that is granted or withdrawn is for an agency or one
of its units, for named types or all of its categories', on a legal basis, for a period of the entry's `at`. The latest
record about this unit, this type and this instant is the answer; where there is none, the categories are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from domain.registry import forms
from domain.registry.forms import Basis, Period

if TYPE_CHECKING:
    from domain.registry.fold import Registry, Said


class Mandate(NamedTuple):
    """What one record says: granted or withdrawn, for a unit or (None) the agency, for types or (None) all of them."""

    reg: int
    granted: bool
    unit: str | None
    types: frozenset[str] | None
    basis: Basis
    period: Period

    def covers(self, unit: str, type: str, at: str | None, *, by_category: bool) -> bool:
        """Is the record about this question? A grant without types is about those that the categories give."""
        if self.unit not in (None, unit) or not self.period.holds(at):
            return False
        if self.types is None:
            return by_category or not self.granted
        return type in self.types


def _said(registry: Registry, said: Said, *, granted: bool) -> None:
    agency, data = registry.agencies[said.subject], said.data
    unit = forms.token(data["unit"]) if "unit" in data else None
    if unit is not None and not agency.units[unit].is_open.last:
        raise ValueError("closed")
    types = forms.types(data["types"]) if "types" in data else None
    period = forms.period(data, "valid_from", "valid_to")
    agency.mandates.append(Mandate(said.reg, granted, unit, types, forms.basis(data["basis"]), period))


def mandate_granted(registry: Registry, said: Said) -> None:
    """`mandate_granted.v1`: the agency or unit may publish the types, whatever its categories."""
    _said(registry, said, granted=True)


def mandate_withdrawn(registry: Registry, said: Said) -> None:
    """`mandate_withdrawn.v1`: the agency or unit may not publish the types, whatever its categories."""
    _said(registry, said, granted=False)


RECORDS = {"mandate_granted.v1": mandate_granted, "mandate_withdrawn.v1": mandate_withdrawn}
