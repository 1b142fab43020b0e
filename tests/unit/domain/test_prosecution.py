"""Per person and charge, from the file's receipt to the final judgment, and no victim loses by any of it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from domain.stages.prosecution.state import ToDefence
from unit.domain.proceedings import (
    ACCUSED,
    CHARGE,
    DEFENDANT,
    HANDED_OVER,
    HEARING,
    INDICTED,
    INVESTIGATION,
    RECEIVED,
    SCHEDULED,
    SECOND,
    SECOND_CHARGE,
    TO_APPEAL,
    TO_CHARGE,
    TO_COURT,
    TO_FILE,
    TO_FINAL,
    TO_INVESTIGATION,
    TO_SUSPECT,
    TO_TRIAL,
    TRIED,
    VICTIM,
    decided,
    heard,
    suspected,
)
from unit.domain.story import COURT, POLICE, PROSECUTOR, Act, act, given, outcome, uid

LEGAL_AID = "mn.legal_aid"
HANDED = [*TO_SUSPECT, HANDED_OVER]
CLEARED = act("investigation.SuspectCleared", PROSECUTOR, reason="not_involved")
REFUSED = act("prosecution.CaseFileRefused", PROSECUTOR)
RETURNED = act("prosecution.CaseReturnedForInvestigation", PROSECUTOR)
RETURNED_BY_COURT = act("prosecution.CaseReturnedForInvestigation", COURT)
DISMISSED = act(
    "investigation.InvestigationClosed", PROSECUTOR, id=uid("dismissal"), outcome="dismissed", reason="no_crime"
)
NOTIFIED = act("prosecution.DismissalNotified", PROSECUTOR, of=uid("dismissal"))
COMPLAINED = act("prosecution.ComplaintFiled", LEGAL_AID, of=uid("dismissal"))
ANSWERED = act("prosecution.ComplaintDecided", PROSECUTOR, actor="officer-2", decision="upheld")
MEASURES = act("prosecution.SpecialMeasuresOrdered", COURT, measures=["video_link"])
LONG_AGO = "2026-02-01T09:00:00.000000Z"
TESTIMONY = {"children_testified": [VICTIM], "measures": ["video_link"]}
TO_MEASURES = [*TO_COURT, SCHEDULED, MEASURES]
SEQUENCE = ("OUT_OF_SEQUENCE",)
SECOND_SUSPECT = suspected(defendant_id=SECOND)
SECOND_ACCUSED = decided(defendant_id=SECOND, charge_id=SECOND_CHARGE)


def scheduled(kind: str, *defendants: str, **data: object) -> Act:
    """A hearing of this kind on these persons."""
    return act("prosecution.HearingScheduled", COURT, hearing_type=kind, defendants=list(defendants), **data)


def disclosed(*compartments: str) -> Act:
    """What the defence is given."""
    return act("prosecution.DisclosureToDefenceMade", PROSECUTOR, compartments=list(compartments))


ROWS: list[tuple[str, list[Act], Act, str | tuple[str, ...]]] = [
    ("the addressee receives the file", HANDED, RECEIVED, ()),
    ("nobody else does", HANDED, replace(RECEIVED, by=COURT), "investigation.not_addressee"),
    ("received when handed over", TO_FILE, RECEIVED, "investigation.file_not_handed_over"),
    ("the addressee refuses the file", HANDED, REFUSED, ()),
    ("nobody else refuses it", HANDED, replace(REFUSED, by=COURT), "investigation.not_addressee"),
    ("refused before it was received", TO_FILE, REFUSED, "investigation.file_not_handed_over"),
    ("a refused file is handed over again", [*HANDED, REFUSED], replace(HANDED_OVER, id=uid("x")), ()),
    ("returned by the prosecutor", TO_FILE, RETURNED, ()),
    ("returned by the court", TO_COURT, RETURNED_BY_COURT, ()),
    ("nothing to return", TO_SUSPECT, RETURNED, "investigation.file_not_with_prosecutor"),
    ("accused", TO_FILE, ACCUSED, ()),
    ("declined", TO_FILE, decided("decline", reason="insufficient_evidence"), ()),
    ("declined needs no article", TO_FILE, decided("decline", articles=[]), ()),
    ("accused under an article", TO_FILE, decided(articles=[]), "investigation.no_article"),
    ("accused with the file", TO_SUSPECT, ACCUSED, "investigation.file_not_with_prosecutor"),
    ("accused is a suspect", TO_FILE, decided(defendant_id=SECOND), "defendant.unknown"),
    (
        "who was cleared is not accused",
        [*TO_FILE, act("investigation.SuspectCleared", PROSECUTOR)],
        ACCUSED,
        "defendant.not_suspected",
    ),
    ("decided again", TO_CHARGE, decided("decline"), ()),
    (
        "decided on the same person",
        [*TO_CHARGE, SECOND_SUSPECT],
        decided(defendant_id=SECOND),
        "charge.other_defendant",
    ),
    ("not decided again before the court", TO_COURT, decided("decline"), "investigation.file_not_with_prosecutor"),
    ("another is decided on when one is before the court", [*TO_COURT, SECOND_SUSPECT], SECOND_ACCUSED, ()),
    ("indicted", TO_CHARGE, INDICTED, ()),
    ("indicted of what she is accused of", [*TO_FILE, decided("decline")], INDICTED, "charge.not_accused"),
    ("indicted once", TO_COURT, INDICTED, "charge.not_accused"),
    ("nobody is indicted who was cleared", [*TO_CHARGE, CLEARED], INDICTED, "charge.not_accused"),
    ("nor after the file went back", [*TO_CHARGE, RETURNED], INDICTED, "charge.not_accused"),
    ("indicted of a charge on record", TO_FILE, INDICTED, "charge.unknown"),
    (
        "an article for each charge",
        TO_CHARGE,
        act(INDICTED.type, PROSECUTOR, articles=["13.1", "12.3"], to_agency=COURT),
        "prosecution.lists_differ",
    ),
    (
        "indicted before a court",
        TO_CHARGE,
        act(INDICTED.type, PROSECUTOR, articles=["13.1"], to_agency=POLICE),
        "referral.addressee_lacks_mandate",
    ),
    ("after a return the charge rests", [*TO_COURT, RETURNED_BY_COURT], INDICTED, "charge.not_accused"),
    (
        "a charge that rests is decided again",
        [*TO_COURT, RETURNED_BY_COURT, replace(HANDED_OVER, id=uid("x")), replace(RECEIVED, id=uid("y"))],
        decided(reason="other_offence"),
        (),
    ),
    ("a dismissal is notified", [*TO_FILE, DISMISSED], NOTIFIED, ()),
    (
        "notified to somebody unknown",
        [*TO_FILE, DISMISSED],
        replace(NOTIFIED, data={**NOTIFIED.data, "victim_id": uid("nobody")}),
        SEQUENCE,
    ),
    ("a complaint", [*TO_FILE, DISMISSED], COMPLAINED, ()),
    ("a late complaint is marked", [*TO_FILE, DISMISSED], replace(COMPLAINED, time=LONG_AGO), ("LATE_ENTRY",)),
    ("a complaint is decided by others", [*TO_FILE, DISMISSED, COMPLAINED], ANSWERED, ()),
    (
        "the maker of a decision answers no complaint against it",
        [*TO_FILE, DISMISSED, COMPLAINED],
        replace(ANSWERED, actor="officer-1"),
        "decider.same_as_before",
    ),
    ("a complaint is decided once", [*TO_FILE, DISMISSED, COMPLAINED, ANSWERED], ANSWERED, "complaint.not_open"),
    ("a complaint on record", TO_FILE, ANSWERED, "complaint.unknown"),
    ("disclosed to the defence", TO_COURT, disclosed("statement", "identity"), ()),
    ("never where she lives", TO_COURT, disclosed("statement", "location"), ("DISCLOSED_WITHOUT_BASIS",)),
    ("never her health", TO_COURT, disclosed("medical"), ("DISCLOSED_WITHOUT_BASIS",)),
    ("never her family", TO_COURT, disclosed("family"), ("DISCLOSED_WITHOUT_BASIS",)),
    ("scheduled before the court", TO_COURT, SCHEDULED, ()),
    ("scheduled on an appeal", TO_APPEAL, scheduled("appeal", DEFENDANT, hearing_id=uid("h2")), ()),
    ("not before the indictment", TO_CHARGE, SCHEDULED, "prosecution.not_before_court"),
    (
        "each person is before the court",
        [*TO_COURT, SECOND_SUSPECT],
        scheduled("main", DEFENDANT, SECOND),
        "prosecution.not_before_court",
    ),
    ("a hearing is about somebody", TO_COURT, scheduled("main"), "prosecution.not_before_court"),
    ("a measure is heard of a suspect", TO_SUSPECT, scheduled("preventive_measure", DEFENDANT), ()),
    (
        "and of nobody else",
        TO_INVESTIGATION,
        scheduled("preventive_measure", DEFENDANT),
        "prosecution.not_before_court",
    ),
    (
        "enforcement is heard of who was convicted",
        TO_FINAL,
        scheduled("enforcement", DEFENDANT, hearing_id=uid("h2")),
        (),
    ),
    ("and of nobody else then", TO_SUSPECT, scheduled("enforcement", DEFENDANT), "prosecution.not_before_court"),
    ("a hearing that was held is over", [*TO_COURT, TRIED], SCHEDULED, "hearing.held"),
    ("an adjourned one is scheduled again", [*TO_COURT, heard(adjourned=True)], SCHEDULED, ()),
    ("measures before the hearing", [*TO_COURT, SCHEDULED], MEASURES, ()),
    ("not after it", TO_TRIAL, MEASURES, "hearing.not_scheduled"),
    ("measures are some", [*TO_COURT, SCHEDULED], act(MEASURES.type, COURT, measures=[]), "hearing.no_measure"),
    ("measures at a hearing on record", TO_COURT, MEASURES, "hearing.unknown"),
    ("held", [*TO_COURT, SCHEDULED], TRIED, ()),
    ("held without a schedule", TO_COURT, TRIED, ()),
    ("a child testified as ordered", TO_MEASURES, heard(**TESTIMONY), ()),
    (
        "a child testified without measures ordered",
        [*TO_COURT, SCHEDULED],
        heard(**TESTIMONY),
        ("TESTIFIED_WITHOUT_SPECIAL_MEASURES",),
    ),
    (
        "measures were ordered for another child",
        TO_MEASURES,
        heard(children_testified=[VICTIM, uid("another child")], measures=["screen"]),
        ("TESTIFIED_WITHOUT_SPECIAL_MEASURES",),
    ),
    ("the child met the accused", TO_MEASURES, heard(children_testified=[VICTIM]), ("CHILD_CONFRONTED",)),
    (
        "a closed session keeps nobody apart",
        TO_MEASURES,
        heard(children_testified=[VICTIM], measures=["closed_session"]),
        ("CHILD_CONFRONTED",),
    ),
    ("a child meets nobody who is absent", TO_MEASURES, heard(children_testified=[VICTIM], defendants=[]), ()),
    (
        "a child is not asked twice for the court",
        [*TO_MEASURES, heard(**TESTIMONY, adjourned=True)],
        heard(**TESTIMONY, held_on="2026-03-02"),
        ("INTERVIEW_REPEATED_WITHOUT_AUTHORIZATION",),
    ),
    (
        "but when a prosecutor has authorised it",
        [
            *TO_MEASURES,
            heard(**TESTIMONY, adjourned=True),
            act("protection.RepeatInterviewAuthorized", PROSECUTOR, purpose="clarification_for_court"),
        ],
        heard(**TESTIMONY, held_on="2026-03-02"),
        (),
    ),
]


@pytest.mark.parametrize(("before", "when", "then"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])
def test_prosecution(before: list[Act], when: Act, then: str | tuple[str, ...]) -> None:
    assert outcome(given(before), when) == then


def test_a_complaint_is_open_until_it_is_decided() -> None:
    complaint_id = uid("complaint_id")
    assert given([*TO_FILE, DISMISSED, COMPLAINED]).complaints[complaint_id].decision is None
    assert given([*TO_FILE, DISMISSED, COMPLAINED, ANSWERED]).complaints[complaint_id].decision == "upheld"


def test_a_file_goes_to_and_fro_between_investigation_and_court() -> None:
    def state(acts: list[Act]) -> str:
        return str(given(acts).investigations[INVESTIGATION].state)

    assert [state(acts) for acts in (HANDED, TO_FILE, [*HANDED, REFUSED], [*TO_FILE, RETURNED])] == [
        "handed_over",
        "with_prosecutor",
        "open",
        "open",
    ]
    assert state(TO_COURT) == "before_court"
    assert state([*TO_COURT, RETURNED_BY_COURT]) == "open"
    assert given([*TO_COURT, RETURNED_BY_COURT]).charges[CHARGE].state == "resting"


def test_what_the_defence_has_adds_up() -> None:
    first, second = (
        disclosed("statement"),
        replace(disclosed("identity"), data={"compartments": ["identity"], "exhibits": ["E-1"]}),
    )
    case = given([*TO_COURT, first, second])
    assert case.to_defence[DEFENDANT] == ToDefence(
        frozenset({"E-1"}), frozenset(), frozenset({"statement", "identity"})
    )


def test_measures_stand_for_one_child_and_outlast_an_adjournment() -> None:
    case = given([*TO_MEASURES, heard(adjourned=True), replace(SCHEDULED, id=uid("again"))])
    assert case.hearings[HEARING].measures == {VICTIM: frozenset({"video_link"})}
    assert case.hearings[HEARING].state == "scheduled"


def test_a_testimony_is_an_occasion_of_being_asked_for_each_child() -> None:
    children = [VICTIM, uid("another child")]
    case = given([*TO_MEASURES, heard(children_testified=children, measures=["screen"])])
    assert [each.victim_id for each in case.occasions] == children


def test_a_notice_names_what_was_dismissed_and_who_knows() -> None:
    assert given([*TO_FILE, DISMISSED, NOTIFIED]).notices == {uid("dismissal"): frozenset({VICTIM})}
