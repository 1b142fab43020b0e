"""What a row of the table of duties says; `domain.stages.ledger.duties_table` holds the rows, `duties` acts by them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

Done = tuple[str, ...]
"""A type that discharges the duty, then what must be equal: a field, or `<field of the duty>=<field of the event>`.
`of_event` is the id of the event that opened the duty."""

OVERDUE = "ledger.DutyOverdueMarked"


@dataclass(frozen=True)
class Row:
    """A duty that events of the type `opened_by` start.

    `owner`: publisher, care, proceedings, oversight, a field of the event, or a category (`category prosecutor`: whom
    the event is addressed to, else the profile's first agency of it).
    `runs`: `time`, `at`, or a field that holds an instant. `grade`: the profile's grade, or the field that holds it.
    `stated`: the field that states when it is due, in the event or in the effect `effect`; `day`: a date is over at the
    end of the day, or has come at its start. `only`: a field with its values, when not every such event starts it.
    `each`: the list and the field that discharges one of it; `sum`: the amount that payments discharge; `by_other`:
    discharged by another agency only; `renews`: replaces one of the same kind about the same subject; `half`: the type
    in another stream that answers it, the field that names that stream, and the subject there.
    """

    opened_by: str
    deadline: str
    owner: str
    done: tuple[Done, ...] = ()
    runs: str = "time"
    grade: str = ""
    stated: str = ""
    effect: str = ""
    day: str = "end"
    only: tuple[str, ...] = ()
    each: tuple[str, str] | None = None
    sum: str = ""
    by_other: bool = False
    renews: str = ""
    half: tuple[str, str, str] | None = None
    clock: str = OVERDUE
    leg: str = ""

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The fields of the opening event that its discharge, or its other half, is known by."""
        fields = {pair.partition("=")[0] for done in self.done for pair in done[1:]} | {self.renews}
        return tuple(sorted(fields | set(self.half[1:] if self.half else ())))


ELSEWHERE = frozenset(
    {
        ("case.DormancyMarked", "dormancy"),
        ("ledger.RefusalUnresolvedMarked", "refusal_unresolved"),
    }
)
"""Not opened by one type: dormancy by any event of an agency (`duties_dormancy`), an unresolved refusal by a
refused outcome, which is no event (the view `refusals`)."""

NOT_COMPUTED = frozenset({("investigation.InvestigationOpened", "limitation"), ("consent.MajorityReached", "majority")})
"""Limitation runs by the article of the law, which the profile does not hold; a birth date is sealed."""
