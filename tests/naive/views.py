"""Every view that somebody reads, by name: its rows, made anew of the entries of a ledger and of nothing else.

A row is an object of its columns, JSON as what it says; columns that serve a desk's own fold are in none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import chain
from typing import Any

from naive import board, care, caseload, exhibit_lists, exhibits, inquiries, outcomes, told, trials, worklist
from naive.record import Said, read
from naive.told import Told

Row = dict[str, Any]

DESKS: Mapping[str, Callable[[Sequence[Told]], Iterable[Row]]] = {
    "caseload": caseload.fold,
    "referrals": caseload.referrals,
    "worklist": worklist.fold,
    "care": care.fold,
    "links": caseload.links,
    "custody": exhibits.custody,
    "exhibits_by_defendant": exhibit_lists.fold,
    "investigation": inquiries.fold,
    "prosecution": trials.fold,
    "board": board.fold,
}
"""Of what one agency is told of one stream."""

CASES: Mapping[str, Callable[[Sequence[told.Case]], Iterable[Row]]] = {"access": told.access, "timeline": told.timeline}
"""Of what everybody is told."""

OUTCOMES: Mapping[str, Callable[[Sequence[Said]], Iterable[Row]]] = {
    "submissions": outcomes.submissions,
    "reference": outcomes.reference,
    "refusals": outcomes.refusals,
}
"""Of the entries."""

NAMES = frozenset((*DESKS, *CASES, *OUTCOMES))


def fold(entries: Iterable[tuple[int, int, bytes]], names: Iterable[str] = NAMES) -> dict[str, list[Row]]:
    """The rows of each view, from entries or bodies with partition and position, in the order of each partition."""
    ledger = [read(raw, pos, partition) for partition, pos, raw in entries]
    cases = told.cases(ledger)
    heard = [case.heard(agency) for case in cases for agency in case.members]
    found: dict[str, list[Row]] = {}
    for name in names:
        if name in DESKS:
            found[name] = list(chain.from_iterable(map(DESKS[name], heard)))
        else:
            found[name] = list(CASES[name](cases) if name in CASES else OUTCOMES[name](ledger))
    return found
