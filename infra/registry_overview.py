"""The registry as it stands, as one document: what `tamga registry show` prints.

Agencies and their keys have a listing of their own (`infra.enrolment`); here is what holds for the whole ledger, and
the mandates, in the order in which they were said: of two that cover the same question, the later one decides.
"""

from __future__ import annotations

from datetime import timedelta
from typing import NamedTuple

from domain.record.entry import b64u
from domain.registry import Registry, Roots


class DeadlineLine(NamedTuple):
    """A deadline that the registry sets: `after` in seconds, `grade` None for all grades."""

    deadline: str
    grade: str | None
    after: int


class MandateLine(NamedTuple):
    """A mandate that was granted or withdrawn; None stands for the whole agency, all types, no bound."""

    agency: str
    granted: bool
    unit: str | None
    types: list[str] | None
    basis: str
    valid_from: str | None
    valid_to: str | None


class KeyLine(NamedTuple):
    """A key that was compromised, and since when."""

    kid: str
    since: str


class Overview(NamedTuple):
    """How many records there are and were ignored, the root keys, and what holds for the whole ledger."""

    records: int
    ignored: int
    roots: Roots | None
    deadlines: list[DeadlineLine]
    witnesses: dict[str, str]
    mandates: list[MandateLine]
    recused: list[tuple[str, str]]
    successors: dict[str, str]
    compromised: list[KeyLine]


def overview(registry: Registry) -> Overview:
    """The registry as read."""
    view, agencies = registry.view(), registry.agencies.values()
    set_ = {named: history.last for named, history in registry.deadlines.items()}
    deadlines = [_deadline(name, grade, after) for (name, grade), after in set_.items() if after is not None]
    mandates = [
        MandateLine(
            agency.id,
            said.granted,
            said.unit,
            sorted(said.types) if said.types is not None else None,
            f"{said.basis.text} {said.basis.article}",
            said.period.begins,
            said.period.ends,
        )
        for agency in agencies
        for said in agency.mandates
    ]
    return Overview(
        records=registry.count,
        ignored=registry.ignored,
        roots=registry.roots,
        deadlines=deadlines,
        witnesses={name: b64u(key) for name, key in view.witnesses().items()},
        mandates=mandates,
        recused=[(a.id, actor) for a in agencies for actor in a.recused if view.is_recused(a.id, actor)],
        successors={a.id: heir for a in agencies if (heir := view.successor(a.id)) is not None},
        compromised=[KeyLine(k.kid, k.compromised.last) for k in registry.keys.values() if k.compromised.last],
    )


def _deadline(name: str, grade: str | None, after: timedelta) -> DeadlineLine:
    return DeadlineLine(name, grade, int(after.total_seconds()))
