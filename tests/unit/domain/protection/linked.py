"""Cases that a confirmed link joins: the same person has another id in another case."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from domain.stages.rules import Context
from unit.domain.story import AT, Registry


@dataclass(frozen=True)
class Linked:
    """Another case in which the person `here` is on record as `there`."""

    case: Any
    here: str
    there: str

    def stream(self, stream: str) -> Any:
        """The linked case, by its id."""
        return self.case if stream == self.case.stream else None

    def same_person(self, stream: str, person_id: str) -> Sequence[tuple[Any, str]]:
        """Her other record, if it is she who is asked about."""
        return [(self.case, self.there)] if person_id == self.here else []


def linked(case: Any, *, here: str, there: str) -> Context:
    """What a decision knows when `here` is the same person as `there` in `case`."""
    return Context(AT, Registry(), Linked(case, here, there))
