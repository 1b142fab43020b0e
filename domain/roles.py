"""What a role lets its holder do, as a closed table; which rows a role reads is said by `domain.sharing.ROLES`.

An officer holds one role or several, given by the agency's identity provider; an agency's own system is `system`. What
no role of a caller allows is refused. Asked by the API for every request.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final, Literal

Act = Literal["read", "submit", "operate"]
"""read: the desks of the own agency; submit: signed events; operate: park, rebuild, status, and no row of any case."""

SYSTEM: Final = "system"
OFFICER: Final = "officer"

ACTS: Final[Mapping[str, frozenset[Act]]] = {
    SYSTEM: frozenset({"read", "submit"}),
    "supervisor": frozenset({"read", "submit"}),
    "auditor": frozenset({"read"}),
    OFFICER: frozenset({"read", "submit"}),
    "duty": frozenset({"read", "submit"}),
    "operator": frozenset({"operate"}),
}
"""Role → what it may do."""

PERSONAL: Final = frozenset({OFFICER, "duty", "supervisor"})
"""Roles that read by who the person is: recusals and assignments name officers by their pseudonyms."""


def may(roles: Collection[str], act: Act) -> bool:
    """Does one of the roles allow the act?"""
    return any(act in ACTS.get(role, ()) for role in roles)
