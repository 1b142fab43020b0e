"""Who keeps a child tonight: the last shelter, plan or placement that an agency is told of; and whether she is missing.

A note by victim: `by` (an agency or the alias of a care provider), `how` (`shelter`, `community` or the kind of
placement), `since`, `care_episode_id` where there is one, and `missing` since when. The desk `worklist` shows it with
each case.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from projections.told import Told

Notes = dict[str, dict[str, Any]]


def _admitted(notes: Notes, told: Told) -> Notes:
    return _kept_by(notes, told, "shelter", told.time)


def _planned(notes: Notes, told: Told) -> Notes:
    """A plan for care in the community begins an episode; elsewhere an admission does."""
    return _kept_by(notes, told, "community", told.time) if told.data.get("setting", "") == "community" else notes


def _placed(notes: Notes, told: Told) -> Notes:
    return _kept_by(notes, told, told.data.get("placement", ""), told.data.get("placed_on", ""))


def _kept_by(notes: Notes, told: Told, how: str, since: str) -> Notes:
    victim = told.data.get("victim_id", "")
    note = {"by": told.publisher, "how": how, "since": since}
    if "care_episode_id" in told.data:
        note["care_episode_id"] = told.data["care_episode_id"]
    missing = {name: value for name, value in notes.get(victim, {}).items() if name == "missing"}
    return {**notes, victim: note | missing}


def _closed(notes: Notes, told: Told) -> Notes:
    victim = told.data.get("victim_id", "")
    note = notes.get(victim, {})
    if "care_episode_id" not in note or note["care_episode_id"] != told.data.get("care_episode_id"):
        return notes
    return _with(notes, victim, {name: value for name, value in note.items() if name == "missing"})


def _missing(notes: Notes, told: Told) -> Notes:
    victim = told.data.get("victim_id", "")
    return {**notes, victim: {**notes.get(victim, {}), "missing": told.data.get("missing_since", "")}}


def _located(notes: Notes, told: Told) -> Notes:
    victim = told.data.get("victim_id", "")
    return _with(notes, victim, {name: value for name, value in notes.get(victim, {}).items() if name != "missing"})


def _died(notes: Notes, told: Told) -> Notes:
    return _with(notes, told.data.get("victim_id", ""), {})


def _with(notes: Notes, victim: str, note: dict[str, Any]) -> Notes:
    left = {each: one for each, one in notes.items() if each != victim}
    return {**left, victim: note} if note else left


_AFTER = {
    "protection.ShelterAdmitted": _admitted,
    "protection.CarePlanAgreed": _planned,
    "protection.ChildPlaced": _placed,
    "protection.CareEpisodeClosed": _closed,
    "protection.ChildReportedMissing": _missing,
    "protection.ChildLocated": _located,
    "protection.ChildDied": _died,
}
TYPES = frozenset(_AFTER)


def after(notes: Mapping[str, Any], told: Told) -> Notes:
    """The notes after an event of one of `TYPES` of which more is told than that it happened."""
    return _AFTER[told.type](dict(notes), told)
