"""A person from first suspicion to release: no arrest without a warrant is silent, no accused agency keeps the lead."""

from __future__ import annotations

from dataclasses import replace

import pytest

from unit.domain.proceedings import (
    DEFENDANT,
    HANDED_OVER,
    INVESTIGATION,
    OPENED,
    SUSPECTED,
    TO_INVESTIGATION,
    TO_SUSPECT,
    TO_VERDICT,
    suspected,
)
from unit.domain.story import COURT, INDICATED, POLICE, PROSECUTOR, Act, act, given, outcome, take, uid
from unit.domain.test_investigation import CLEARED, LEADS, PERMITTED, SEQUENCE

IN_TIME, TOO_EARLY, TOO_LATE = (
    "2026-03-01T12:00:00.000000Z",
    "2026-02-28T12:00:00.000000Z",
    "2026-03-02T00:00:00.000001Z",
)
RELEASED = act("investigation.SuspectReleased", POLICE, ground="no_grounds")


def arrested(*, urgent: bool = False, at: str = IN_TIME, **data: object) -> Act:
    """An arrest by the police."""
    return act("investigation.SuspectArrested", POLICE, actor="arresting", urgent=urgent, arrested_at=at, **data)


def measure(kind: str = "pre_trial_detention") -> Act:
    """A preventive measure of the court."""
    return act("investigation.PreventiveMeasureOrdered", COURT, measure=kind)


WARRANT = uid("authorization_id")
COMPLICIT = suspected(official_complicity=True, accused_agency=POLICE)

ROWS: list[tuple[str, list[Act], Act, str | tuple[str, ...]]] = [
    ("a suspect", TO_INVESTIGATION, SUSPECTED, ()),
    ("a suspect of no investigation on record", [INDICATED], SUSPECTED, SEQUENCE),
    ("an accused lead leads no longer", TO_INVESTIGATION, COMPLICIT, LEADS),
    ("another lead stays", [INDICATED, replace(OPENED, by=PROSECUTOR)], COMPLICIT, ()),
    ("arrested with a warrant", [*TO_SUSPECT, PERMITTED], arrested(authorization_id=WARRANT), ()),
    ("arrested in urgency", TO_SUSPECT, arrested(urgent=True), ()),
    ("arrested without a warrant", TO_SUSPECT, arrested(), ("ARRESTED_WITHOUT_AUTHORIZATION",)),
    (
        "arrested before the warrant",
        [*TO_SUSPECT, PERMITTED],
        arrested(at=TOO_EARLY, authorization_id=WARRANT),
        ("ARRESTED_WITHOUT_AUTHORIZATION",),
    ),
    (
        "arrested after the warrant's end",
        [*TO_SUSPECT, PERMITTED],
        arrested(at=TOO_LATE, authorization_id=WARRANT),
        ("AUTHORIZATION_EXPIRED",),
    ),
    (
        "arrested on a permit to search",
        [*TO_SUSPECT, replace(PERMITTED, data={**PERMITTED.data, "authorization_type": "search"})],
        arrested(authorization_id=WARRANT),
        ("ARRESTED_WITHOUT_AUTHORIZATION",),
    ),
    ("an arrest of somebody unknown", TO_INVESTIGATION, arrested(urgent=True), SEQUENCE),
    ("a measure against a suspect", TO_SUSPECT, measure(), ()),
    ("no measure against somebody cleared", [*TO_SUSPECT, CLEARED], measure(), "defendant.not_suspected"),
    ("no measure against somebody unknown", TO_INVESTIGATION, measure(), "defendant.unknown"),
    ("released after an arrest", [*TO_SUSPECT, arrested(urgent=True)], RELEASED, ()),
    ("released from a measure", [*TO_SUSPECT, measure("travel_ban")], RELEASED, ()),
    ("a release of somebody free is out of sequence", TO_SUSPECT, RELEASED, SEQUENCE),
    (
        "released after the sentence",
        [*TO_VERDICT, act("prosecution.SentenceImposed", COURT, months_imprisonment=60)],
        RELEASED,
        (),
    ),
    ("cleared", TO_SUSPECT, CLEARED, ()),
    ("cleared once", [*TO_SUSPECT, CLEARED], CLEARED, "defendant.not_suspected"),
    ("suspected anew", [*TO_SUSPECT, CLEARED], SUSPECTED, ()),
]


@pytest.mark.parametrize(("before", "when", "then"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])
def test_suspects(before: list[Act], when: Act, then: str | tuple[str, ...]) -> None:
    assert outcome(given(before), when) == then


def test_an_accused_agency_loses_the_lead_and_the_investigation_and_the_case_is_restricted() -> None:
    case = given([*TO_INVESTIGATION, COMPLICIT])
    assert (case.proceedings_lead, case.restricted) == (PROSECUTOR, True)
    assert case.investigations[INVESTIGATION].agency == PROSECUTOR
    assert outcome(case, HANDED_OVER) == "investigation.not_investigating"


def test_the_prosecutors_official_leaves_the_lead_with_the_police() -> None:
    case = given(
        [
            INDICATED,
            replace(OPENED, by=PROSECUTOR),
            suspected(official_complicity=True, accused_agency=PROSECUTOR),
        ]
    )
    assert (case.proceedings_lead, case.investigations[INVESTIGATION].agency) == (POLICE, POLICE)


def test_who_investigates_or_arrests_decides_on_no_victim() -> None:
    case = given([*TO_SUSPECT, arrested(urgent=True)])
    assert {(POLICE, "investigator-1"), (POLICE, "arresting")} <= case.reporters


def test_detention_lasts_until_the_release() -> None:
    held = [*TO_SUSPECT, arrested(urgent=True), measure()]
    assert given(held).defendants[DEFENDANT].detained
    free = given([*held, RELEASED]).defendants[DEFENDANT]
    assert (free.detained, free.measure) == (False, None)
    assert not given([*TO_SUSPECT, measure("bail")]).defendants[DEFENDANT].detained


def test_a_fact_about_nobody_on_record_is_kept() -> None:
    case, _ = take(given([INDICATED]), arrested(urgent=True))
    assert (case.defendants[DEFENDANT].detained, case.defendants[DEFENDANT].suspected) == (True, False)
