"""What a person needs to have on file before a charge, as one table: what the law asks, and what the evidence rests on.

`ChargeDecided` is refused without the first two, which are rules of the catalogue by the names that stand here. The
others are what a charge is sent back for. What is of victims is `missing` for an agency that leads, as the table of
need to know tells the leads of it; for others it is `untold`: nobody is said to lack what one may not see. Asked by the
desk `prosecution`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple

from projections.told import Told


class Need(NamedTuple):
    """`code` is what the desk shows. `of`: of the person, of each victim, or of each examination that was ordered.
    `rule` is the catalogue's name of the rule that asks for it. `held_by`: type → the field and the values by which
    such an event about a victim holds it; no values: any."""

    code: str
    of: str
    why: str
    rule: str = ""
    held_by: Mapping[str, tuple[str, tuple[Any, ...]]] = {}


NEEDS: Final[tuple[Need, ...]] = (
    Need("suspect_identified", "person", "a charge is against a suspect", rule="suspect identified"),
    Need("file_received", "person", "the prosecutor decides on a file that was received", rule="file with prosecutor"),
    Need("lab_report", "order", "each examination that was ordered has an opinion (ISO 21043-5)"),
    Need(
        "interview_recorded", "victim", "the recording is the child's testimony, so that she is not asked again",
        held_by={"protection.ForensicInterviewConducted": ("recorded", (True,))},
    ),
    Need(
        "victim_status_decided", "victim", "the elements of trafficking are decided on by a panel first",
        held_by={
            "identification.ReasonableGroundsDecided": ("decision", ()),
            "identification.ConclusiveGroundsDecided": ("decision", ()),
            "identification.ReconsiderationDecided": ("decision", ()),
        },
    ),
    Need(
        "age_assessed", "victim", "for a child the means do not matter (Palermo Protocol, article 3 c)",
        held_by={
            "identification.AgeAssessed": ("age_band", ("0-8", "9-13", "14-17", "18+")),
            "identification.VictimPresumed": ("age_band", ("0-8", "9-13", "14-17", "18+")),
        },
    ),
)  # fmt: skip

CHALLENGED = "identification.AgeAssessmentChallenged"
"""Takes from a victim the age that was assessed."""

HOLDING: Final = frozenset(kind for need in NEEDS for kind in need.held_by) | {CHALLENGED}
"""The types that hold something that a charge needs."""

Held = dict[str, list[str]]
"""By code of the need, the victims of whom it is held."""


def held_after(held: Held, told: Told) -> None:
    """What is held, after an event that may hold it."""
    victim = told.data.get("victim_id")
    if victim is None:
        return
    if told.type == CHALLENGED:
        held["age_assessed"] = [each for each in held.get("age_assessed", ()) if each != victim]
    for need in NEEDS:
        field, values = need.held_by.get(told.type, ("", ()))
        if field in told.data and (not values or told.data[field] in values):
            held[need.code] = sorted({*held.get(need.code, ()), victim})


def lacking(
    held: Held, *, person: Mapping[str, bool], victims: Iterable[str], leads: bool
) -> tuple[list[str], list[str]]:
    """Codes of what is missing, and of what the agency is not told enough of. `person`: code → whether it is there;
    `victims` whom the investigation names; where it names none, anybody's will do."""
    wanted = {*victims}
    there = {need.code: wanted <= {*held.get(need.code, ())} for need in NEEDS if need.of == "victim"}
    if not wanted:
        there = {code: bool(held.get(code)) for code in there}
    lacks = [need for need in NEEDS if not (there | dict(person))[need.code]]
    told = [need.code for need in lacks if need.of != "victim" or leads]
    return told, [need.code for need in lacks if need.code not in told]
