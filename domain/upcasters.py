"""Rules and folds see the newest version of an event only; what was signed under an older one is read as the newest.

A step turns the `data` of one version into that of the next, purely: it invents nothing that the sender did not say.
Steps are chained, so that each new version needs one. The signed bytes are never touched: upcasting happens in memory,
each time an entry or a submission of an older version is read. Called by `domain.submission`; `domain.catalogue` checks
at import that every earlier version leads to the newest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from itertools import pairwise
from typing import Any, NamedTuple

Data = Mapping[str, Any]


class Step(NamedTuple):
    """How `data` of one version becomes that of the next, whose CloudEvents type is `to`."""

    to: str
    change: Callable[[Data], Data]


def _accused_agencies(data: Data) -> Data:
    """One accused agency becomes a list of one."""
    changed = dict(data)
    if "accused_agency" in changed:
        changed["accused_agencies"] = [changed.pop("accused_agency")]
    return changed


STEPS: Mapping[str, Step] = {
    "mn.tamga.identification.indicator_reported.v1": Step(
        "mn.tamga.identification.indicator_reported.v2", _accused_agencies
    ),
}
"""One step for each version that is not the newest, by its CloudEvents type."""


def upcast(wire: str, data: Data, steps: Mapping[str, Step] = STEPS) -> Data:
    """`data` of the version `wire` as the newest version has it; the same object when `wire` is the newest."""
    step = steps.get(wire)
    while step is not None:
        data = step.change(data)
        step = steps.get(step.to)
    return data


def check_steps(wires: Iterable[str], steps: Mapping[str, Step] = STEPS) -> None:
    """Raise ValueError unless the versions of one type, oldest first, lead from one to the next and end there."""
    *_, last = ordered = list(wires)
    for wire, following in pairwise(ordered):
        if wire not in steps or steps[wire].to != following:
            raise ValueError(f"no upcaster leads from {wire} to {following}")
    if last in steps:
        raise ValueError(f"an upcaster leads on from {last}, which the catalogue calls the newest")
