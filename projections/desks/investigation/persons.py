"""What each event about a person does to the investigation in which she stands, from suspicion to the final judgment.

One id names her all the way. An official is one once somebody has said so; a measure ends with a release or with the
final judgment. Used by the table of steps.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from projections.desks.investigation.inquiry import Inquiry, Step
from projections.told import Told

_LEAVING = frozenset({"upheld", "withdrawn"})
"""A decision on appeal that leaves a final judgment final."""


def _person(of: Inquiry, told: Told) -> dict[str, Any]:
    return of.suspect(told.data["defendant_id"])


def _identified(of: Inquiry, told: Told) -> None:
    person = _person(of, told)
    person["suspected"], person["cleared"] = True, ""
    person["roles"] = list(told.data.get("role_in_process", person["roles"]))
    person["official"] = person["official"] or bool(told.data.get("official_complicity"))


def _arrested(of: Inquiry, told: Told) -> None:
    _person(of, told).update(detained=True, arrested_at=told.data.get("arrested_at", ""))


def _measure(of: Inquiry, told: Told) -> None:
    person, measure = _person(of, told), told.data.get("measure", "")
    person.update(measure=measure, measure_to=told.data.get("valid_to", ""))
    person["detained"] = person["detained"] or measure == "pre_trial_detention"


def _released(of: Inquiry, told: Told) -> None:
    said = {"released_at": told.data.get("released_at", ""), "ground": told.data.get("ground", "")}
    _person(of, told).update(detained=False, measure="", measure_to="", **said)


def _cleared(of: Inquiry, told: Told) -> None:
    _person(of, told).update(suspected=False, cleared=told.data.get("reason", ""))


def _indicted(of: Inquiry, told: Told) -> None:
    _person(of, told).update(in_court=True, final=False)
    of.is_now("before_court", told)


def _final(of: Inquiry, told: Told) -> None:
    """The measure ends with the judgment, the proceedings with the last of the persons in them."""
    _person(of, told).update(final=True, measure="", measure_to="")
    tried = [person for person in of.suspects.values() if person["in_court"]]
    if of.state == "before_court" and all(person["final"] for person in tried):
        of.is_now("judged", told)


def _appeal_decided(of: Inquiry, told: Told) -> None:
    """A final judgment that is overturned is before the court again."""
    person = _person(of, told)
    if person["final"] and told.data.get("result") not in _LEAVING:
        person["final"] = False
        of.is_now("before_court", told)


STEPS: Mapping[str, Step] = {
    "investigation.SuspectIdentified": _identified,
    "investigation.SuspectArrested": _arrested,
    "investigation.PreventiveMeasureOrdered": _measure,
    "investigation.SuspectReleased": _released,
    "investigation.SuspectCleared": _cleared,
    "prosecution.ChargeDecided": lambda of, told: None,
    "prosecution.IndictmentFiled": _indicted,
    "prosecution.VerdictRendered": lambda of, told: None,
    "prosecution.AppealFiled": lambda of, told: None,
    "prosecution.AppealDecided": _appeal_decided,
    "prosecution.JudgmentBecameFinal": _final,
}
"""A decision that changes nothing here stands as the last event, and may end what was due."""
