"""Who reads which rows within an agency: the part `roles` of `domain/data/sharing.toml`, read once and checked.

What a role lets its holder do is another question (`domain.roles`). Row-level security is generated from this
(`infra.row_security`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Literal, NamedTuple, get_args

from domain.sharing.table import FILE

Cases = Literal["every", "own", "none"]


class Role(NamedTuple):
    """`text` for people; `cases`: `every` case of the agency, the officer's `own`, or `none`; `held`: the levels of
    restriction under which only who holds a role in the case reads; `views`: the only ones, empty: all of them."""

    text: str
    cases: Cases
    held: tuple[str, ...]
    views: tuple[str, ...]

    def reads(self, view: str) -> bool:
        """May a holder read any row of the view?"""
        return self.cases != "none" and (not self.views or view in self.views)


def _role(said: dict[str, Any]) -> Role:
    cases: Cases = said.get("cases", "none")
    if cases not in get_args(Cases):
        raise ValueError(f"the table of need to know: no role reads {cases} cases")
    text = " ".join(said["text"].split())
    return Role(text, cases, tuple(said.get("held", "").split()), tuple(said.get("views", "").split()))


ROLES: Final[Mapping[str, Role]] = {name: _role(said) for name, said in FILE["roles"].items()}
"""Who reads what within an agency."""
