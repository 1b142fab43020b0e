"""Who asks: one object for API key and token alike, which every route is handed and every statement is run under.

`settings` is what row-level security goes by, set for the transaction of each statement (`infra.api.database`). Lists
are written `|a|b|`, as the view `access` writes them, so that one name can be searched.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

from domain.roles import SYSTEM, Act, may

EVERY_UNIT = "*"


class Caller(NamedTuple):
    """An agency's system, or one of its people. `officer` is the pseudonym (`actor` in events); '' for a system.

    `units` holds `*` where the caller acts for every unit. `subject` keeps callers of an agency apart for rate limits:
    it leads back to no key and no token.
    """

    agency: str
    how: Literal["key", "token"]
    roles: frozenset[str]
    units: frozenset[str]
    officer: str = ""
    subject: str = ""

    def may(self, act: Act) -> bool:
        """Does one of the caller's roles allow the act?"""
        return may(self.roles, act)

    @staticmethod
    def under(agency: str, unit: str, role: str, officer: str) -> Caller:
        """Whoever asks under these `settings`; how he has come is not among them, and changes nothing that is read."""
        return Caller(agency, "key", _read(role), _read(unit), officer)

    @property
    def settings(self) -> tuple[str, str, str, str]:
        """The values of `tamga.agency`, `tamga.unit`, `tamga.role` and `tamga.officer`."""
        return self.agency, _written(self.units), _written(self.roles), self.officer


def system(agency: str, subject: str = "") -> Caller:
    """The agency's own system, as an API key stands for it."""
    return Caller(agency, "key", frozenset({SYSTEM}), frozenset({EVERY_UNIT}), subject=subject)


def _read(text: str) -> frozenset[str]:
    return frozenset(text.strip("|").split("|")) if text else frozenset()


def _written(names: frozenset[str]) -> str:
    return f"|{'|'.join(sorted(names))}|" if names else ""
