"""What the registry sets for the whole ledger: how long a duty may take, and who cosigns its checkpoints.

A deadline that the registry sets stands in place of the profile's, for one grade of it (an urgency, a risk level) or
for all that have none of their own. A witness has a name and a key; a name may come back with another key.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.registry import forms
from domain.registry.history import History

if TYPE_CHECKING:
    from domain.registry.fold import Registry, Said


def deadline_set(registry: Registry, said: Said) -> None:
    """`deadline_set.v1`: the duty's time from now on, `grade` by `grade` where one is named."""
    _of_ledger(registry, said)
    named, after = _deadline(said), forms.duration(said.data["after"])
    history = registry.deadlines.get(named, History())
    if history.last == after:
        raise ValueError("the same time")
    history.say(said.reg, after)
    registry.deadlines[named] = history


def deadline_reset(registry: Registry, said: Said) -> None:
    """`deadline_reset.v1`: the duty's time is the profile's again."""
    _of_ledger(registry, said)
    history = registry.deadlines[_deadline(said)]
    if history.last is None:
        raise ValueError("not set")
    history.say(said.reg, None)


def witness_added(registry: Registry, said: Said) -> None:
    """`witness_added.v1`: a witness and its key."""
    _of_ledger(registry, said)
    name, key = forms.text(said.data["name"]), forms.public_key(said.data["key"])
    history = registry.witnesses.get(name, History())
    if history.last is not None:
        raise ValueError("a witness already")
    history.say(said.reg, key)
    registry.witnesses[name] = history


def witness_removed(registry: Registry, said: Said) -> None:
    """`witness_removed.v1`: its signatures count no more."""
    _of_ledger(registry, said)
    history = registry.witnesses[forms.text(said.data["name"])]
    if history.last is None:
        raise ValueError("no witness")
    history.say(said.reg, None)


def _of_ledger(registry: Registry, said: Said) -> None:
    if said.subject != registry.ledger:
        raise ValueError("another ledger")


def _deadline(said: Said) -> tuple[str, str | None]:
    return forms.name(said.data["deadline"]), forms.name(said.data["grade"]) if "grade" in said.data else None


RECORDS = {
    "deadline_set.v1": deadline_set,
    "deadline_reset.v1": deadline_reset,
    "witness_added.v1": witness_added,
    "witness_removed.v1": witness_removed,
}
