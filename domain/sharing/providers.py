"""Who is a care provider to others: a shelter's name is an address, so a case gives it an alias.

Asked by `projections.room` for whoever is no party to a care event.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from domain.catalogue import by_name

_CARE = frozenset(name for name, known in by_name.items() if known.stage == "protection" and "shelter" in known.mandate)

AGENCY_FIELDS: Final[Mapping[str, tuple[str, ...]]] = {
    name: tuple(field.name for field in known.clear if field.kind == "agency") for name, known in by_name.items()
}
"""The fields of each type that name agencies."""


def is_care(event_type: str) -> bool:
    """Is its publisher a care provider to others than its two sides?"""
    return event_type in _CARE


def is_provider(categories: frozenset[str]) -> bool:
    """Does an agency of these categories provide care, so that its name is an address? Child protection does not."""
    return "shelter" in categories and "child_protection" not in categories
