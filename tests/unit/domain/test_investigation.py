"""Police propose, the prosecutor decides, and nobody investigates an official of the own agency."""

from __future__ import annotations

from dataclasses import replace

import pytest

from domain.case import Case
from domain.event import Event, Recorded
from domain.stages.investigation import FOLDS
from domain.stages.investigation.joined import joined_with
from domain.stages.investigation.state import Counterpart
from domain.stages.rules import NOWHERE, Context
from unit.domain.custody.acts import KEPT, LAB, LOST, RELEASED
from unit.domain.proceedings import (
    DEFENDANT,
    HANDED_OVER,
    INVESTIGATION,
    OPENED,
    RECEIVED,
    SECOND,
    TO_CHARGE,
    TO_COURT,
    TO_FILE,
    TO_INVESTIGATION,
    TO_SUSPECT,
)
from unit.domain.story import (
    CHILD_PROTECTION,
    CONTEXT,
    HOTLINE,
    INDICATED,
    POLICE,
    PROSECUTOR,
    SHELTER,
    STREAM,
    SUSPENDED,
    Act,
    act,
    given,
    outcome,
    uid,
)

ACCUSES_POLICE = act(INDICATED.type, HOTLINE, accused_agencies=[POLICE])
ASSIGNED = act("investigation.JurisdictionAssigned", PROSECUTOR, to_agency=PROSECUTOR)
PROPOSED = act("investigation.ProposalMade", POLICE, actor="investigator-1", proposal="close")
CLOSED = act("investigation.InvestigationClosed", PROSECUTOR, outcome="no_crime", reason="no_crime")
SUSPENDED_FOR_NOW = act("investigation.InvestigationSuspended", PROSECUTOR, reason="suspect_abroad")
REOPENED = act("investigation.InvestigationReopened", PROSECUTOR, reason="new_evidence")
PERMITTED = act(
    "investigation.AuthorizationIssued",
    PROSECUTOR,
    authorization_type="arrest",
    valid_from="2026-03-01T00:00:00.000000Z",
    valid_to="2026-03-02T00:00:00.000000Z",
)
CLEARED = act("investigation.SuspectCleared", PROSECUTOR, reason="not_involved")
ASKED = act("investigation.MutualAssistanceRequested", PROSECUTOR)
ANSWERED = act("investigation.MutualAssistanceAnswered", PROSECUTOR)
OTHER = {"other_case": uid("other case"), "other_investigation": uid("other investigation")}
JOINED = act("investigation.ProceedingsJoined", PROSECUTOR, leading=True, **OTHER)
SEVERED = act("investigation.ProceedingsSevered", PROSECUTOR, defendants=[DEFENDANT], **OTHER)
ORDERED = "investigation.ExaminationOrdered"
EXAMINATION = act(ORDERED, PROSECUTOR, to_agency=LAB)
COLLECTED = [*TO_INVESTIGATION, *KEPT]
SENT = [*COLLECTED, RELEASED]
LEADS, SEQUENCE = ("LeadsAssigned",), ("OUT_OF_SEQUENCE",)


def reclassified(left: list[str], taken: list[str], **data: object) -> Act:
    """The prosecutor puts the investigation, or a person in it, under other articles."""
    fields = {"from_articles": left, "to_articles": taken, "reason": "evidence", **data}
    return act("investigation.OffenceReclassified", PROSECUTOR, **fields)


PROPOSAL = uid("proposal_id")

ROWS: list[tuple[str, list[Act], Act, str | tuple[str, ...]]] = [
    ("opened by the lead", [INDICATED], OPENED, ()),
    ("who opens it leads the proceedings", [INDICATED], replace(OPENED, by=PROSECUTOR), LEADS),
    ("opened once under an id", TO_INVESTIGATION, replace(OPENED, by=PROSECUTOR), "investigation.opened_before"),
    ("opened under an article", [INDICATED], act(OPENED.type, POLICE), "investigation.no_article"),
    ("not by the accused official's agency", [ACCUSES_POLICE], OPENED, "investigation.own_official"),
    ("by another than the accused official's", [ACCUSES_POLICE], replace(OPENED, by=PROSECUTOR), ()),
    ("in an open case", [], OPENED, "case.not_open"),
    ("jurisdiction is the prosecutor's to assign", TO_INVESTIGATION, ASSIGNED, ()),
    ("of a suspended one too", [*TO_INVESTIGATION, SUSPENDED_FOR_NOW], ASSIGNED, ()),
    ("not of a closed one", [*TO_INVESTIGATION, CLOSED], ASSIGNED, "investigation.not_open"),
    (
        "not to the accused official's agency",
        [ACCUSES_POLICE, replace(OPENED, by=PROSECUTOR)],
        act(ASSIGNED.type, PROSECUTOR, to_agency=POLICE),
        "investigation.own_official",
    ),
    (
        "to an agency that may investigate",
        TO_INVESTIGATION,
        act(ASSIGNED.type, PROSECUTOR, to_agency=SHELTER),
        "referral.addressee_lacks_mandate",
    ),
    (
        "to an active agency",
        TO_INVESTIGATION,
        act(ASSIGNED.type, PROSECUTOR, to_agency=SUSPENDED),
        "referral.addressee_inactive",
    ),
    ("of an investigation on record", [INDICATED], ASSIGNED, "investigation.unknown"),
    ("police propose", TO_INVESTIGATION, PROPOSED, ()),
    ("a proposal on nothing stands with its breach", [INDICATED], PROPOSED, SEQUENCE),
    ("an examination of what is held is ordered", COLLECTED, EXAMINATION, ()),
    ("of what is under way too", SENT, EXAMINATION, ()),
    ("an exhibit on record", TO_INVESTIGATION, EXAMINATION, "exhibit.unknown"),
    ("not of what is lost", [*COLLECTED, LOST], EXAMINATION, "custody.exhibit_not_held"),
    (
        "an examination by an active agency",
        COLLECTED,
        replace(EXAMINATION, data={**EXAMINATION.data, "to_agency": SUSPENDED}),
        "referral.addressee_inactive",
    ),
    (
        "an examination by a laboratory",
        COLLECTED,
        replace(EXAMINATION, data={**EXAMINATION.data, "to_agency": SHELTER}),
        "referral.addressee_lacks_mandate",
    ),
    ("reclassified", TO_INVESTIGATION, reclassified(["13.1"], ["12.3"]), ()),
    ("reclassified with the file", TO_FILE, reclassified(["13.1"], ["12.3"], defendant_id=DEFENDANT), ()),
    (
        "what is left is on record",
        TO_INVESTIGATION,
        reclassified(["16.1"], ["16.4"]),
        "investigation.article_not_on_record",
    ),
    (
        "a person of this investigation",
        TO_INVESTIGATION,
        reclassified([], ["16.4"], defendant_id=SECOND),
        "investigation.other_defendant",
    ),
    (
        "not while the file is on its way",
        [*TO_SUSPECT, HANDED_OVER],
        reclassified(["13.1"], ["12.3"]),
        "investigation.not_open",
    ),
    (
        "a decision answers the proposal that it names",
        [*TO_INVESTIGATION, PROPOSED],
        replace(CLOSED, data={**CLOSED.data, "proposal_id": PROPOSAL}),
        (),
    ),
    (
        "no proposal is answered that nobody made",
        TO_INVESTIGATION,
        replace(CLOSED, data={**CLOSED.data, "proposal_id": PROPOSAL}),
        "investigation.proposal_not_open",
    ),
    (
        "a proposal is answered once",
        [
            *TO_INVESTIGATION,
            PROPOSED,
            replace(SUSPENDED_FOR_NOW, data={**SUSPENDED_FOR_NOW.data, "proposal_id": PROPOSAL}),
        ],
        replace(CLOSED, data={**CLOSED.data, "proposal_id": PROPOSAL}),
        "investigation.proposal_not_open",
    ),
    (
        "jurisdiction answers no proposal that nobody made",
        TO_INVESTIGATION,
        replace(ASSIGNED, data={**ASSIGNED.data, "proposal_id": PROPOSAL}),
        "investigation.proposal_not_open",
    ),
    (
        "a reclassification answers no proposal that nobody made",
        TO_INVESTIGATION,
        reclassified(["13.1"], ["12.3"], proposal_id=PROPOSAL),
        "investigation.proposal_not_open",
    ),
    (
        "a suspension answers no proposal that nobody made",
        TO_INVESTIGATION,
        replace(SUSPENDED_FOR_NOW, data={**SUSPENDED_FOR_NOW.data, "proposal_id": PROPOSAL}),
        "investigation.proposal_not_open",
    ),
    ("permits are issued", TO_INVESTIGATION, PERMITTED, ()),
    ("with the file too", TO_FILE, PERMITTED, ()),
    ("not after the investigation", [*TO_INVESTIGATION, CLOSED], PERMITTED, "investigation.not_open"),
    (
        "a permit ends after it begins",
        TO_INVESTIGATION,
        replace(PERMITTED, data={**PERMITTED.data, "valid_to": "2026-02-01T00:00:00.000000Z"}),
        "data.invalid_value",
    ),
    ("assistance requested", TO_INVESTIGATION, ASKED, ()),
    ("assistance requested with the file", TO_FILE, ASKED, ()),
    ("no assistance without an investigation", [*TO_INVESTIGATION, CLOSED], ASKED, "investigation.not_open"),
    ("assistance answered", [*TO_INVESTIGATION, ASKED], ANSWERED, ()),
    (
        "a second answer is out of sequence",
        [*TO_INVESTIGATION, ASKED, ANSWERED],
        replace(ANSWERED, id=uid("x")),
        SEQUENCE,
    ),
    ("joined", TO_INVESTIGATION, JOINED, ()),
    ("joined with the file", TO_FILE, JOINED, ()),
    ("joined before the court", TO_COURT, JOINED, ()),
    ("not joined when closed", [*TO_INVESTIGATION, CLOSED], JOINED, "investigation.not_open"),
    (
        "joined with another case",
        TO_INVESTIGATION,
        replace(JOINED, data={**JOINED.data, "other_case": STREAM}),
        "record.counterpart_here",
    ),
    ("severed", [*TO_SUSPECT, JOINED], SEVERED, ()),
    ("severed is what was joined", TO_SUSPECT, SEVERED, "investigation.not_joined"),
    (
        "severed from what it was joined with",
        [*TO_SUSPECT, JOINED],
        replace(SEVERED, data={**SEVERED.data, "other_case": uid("a third case")}),
        "investigation.not_joined",
    ),
    ("severed once", [*TO_SUSPECT, JOINED, SEVERED], SEVERED, "investigation.not_joined"),
    ("suspended", TO_INVESTIGATION, SUSPENDED_FOR_NOW, ()),
    ("suspended once", [*TO_INVESTIGATION, SUSPENDED_FOR_NOW], SUSPENDED_FOR_NOW, "investigation.not_open"),
    (
        "`other` says nothing by itself",
        TO_INVESTIGATION,
        replace(SUSPENDED_FOR_NOW, data={**SUSPENDED_FOR_NOW.data, "reason": "other"}),
        "reason.other_needs_disclosure",
    ),
    ("closed", TO_INVESTIGATION, CLOSED, ()),
    ("closed when suspended", [*TO_INVESTIGATION, SUSPENDED_FOR_NOW], CLOSED, ()),
    ("closed by the prosecutor who has the file", TO_FILE, CLOSED, ()),
    ("not closed before the court", TO_COURT, CLOSED, "investigation.not_open"),
    ("closed once", [*TO_INVESTIGATION, CLOSED], CLOSED, "investigation.not_open"),
    ("a dismissed one is reopened", [*TO_INVESTIGATION, CLOSED], REOPENED, ()),
    ("a suspended one is reopened", [*TO_INVESTIGATION, SUSPENDED_FOR_NOW], REOPENED, ()),
    ("an open one is not reopened", TO_INVESTIGATION, REOPENED, "investigation.not_closed"),
    ("handed over by who investigates", TO_INVESTIGATION, HANDED_OVER, ()),
    (
        "not by others",
        [*TO_INVESTIGATION, ASSIGNED],
        HANDED_OVER,
        "investigation.not_investigating",
    ),
    (
        "a prosecutor who investigates hands over too",
        [*TO_INVESTIGATION, ASSIGNED],
        replace(HANDED_OVER, by=PROSECUTOR),
        (),
    ),
    ("handed over when open", [*TO_INVESTIGATION, HANDED_OVER], HANDED_OVER, "investigation.not_open"),
    (
        "handed over to a prosecutor",
        TO_INVESTIGATION,
        replace(HANDED_OVER, data={**HANDED_OVER.data, "to_agency": CHILD_PROTECTION}),
        "referral.addressee_lacks_mandate",
    ),
]


@pytest.mark.parametrize(("before", "when", "then"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])
def test_investigation(before: list[Act], when: Act, then: str | tuple[str, ...]) -> None:
    assert outcome(given(before), when) == then


def test_who_opens_an_investigation_leads_and_the_care_lead_stays() -> None:
    case = given([INDICATED, replace(OPENED, by=PROSECUTOR)])
    assert (case.care_lead, case.proceedings_lead) == (CHILD_PROTECTION, PROSECUTOR)


def test_a_proposal_is_open_until_its_decision() -> None:
    assert given([*TO_INVESTIGATION, PROPOSED]).proposals[PROPOSAL].is_open
    assert given([*TO_INVESTIGATION, PROPOSED, SUSPENDED_FOR_NOW]).proposals[PROPOSAL].is_open
    assert not given([*TO_INVESTIGATION, PROPOSED, CLOSED]).proposals[PROPOSAL].is_open


def test_a_proposal_that_the_prosecutor_refuses_is_answered() -> None:
    proposed = replace(PROPOSED, id=uid("proposed"))
    refused = act("ledger.ApprovalRefused", PROSECUTOR, actor="prosecutor-1", of=proposed.id, role="prosecutor")
    case = given([*TO_INVESTIGATION, proposed, refused])
    assert not case.proposals[PROPOSAL].is_open
    assert outcome(case, replace(refused, id=uid("again"))) == "approval.not_awaited"


def test_what_is_cleared_or_closed_drops_the_charges_and_no_victim_loses() -> None:
    for ending in (CLEARED, CLOSED):
        case = given([*TO_CHARGE, ending])
        assert {charge.state for charge in case.charges.values()} == {"dropped"}
        assert case.victims == given(TO_CHARGE).victims


def test_joined_proceedings_name_each_other_until_severed() -> None:
    other = Counterpart(OTHER["other_case"], OTHER["other_investigation"])
    assert given([*TO_INVESTIGATION, JOINED]).investigations[INVESTIGATION].joined == {other: True}
    severed = given([*TO_INVESTIGATION, JOINED, SEVERED]).investigations[INVESTIGATION]
    assert (severed.joined, severed.apart) == ({}, {DEFENDANT})


class OtherCase:
    """The other case is on record, with an investigation of its own."""

    def __init__(self, case: Case) -> None:
        self._case = case

    def stream(self, stream: str) -> object:
        """The one other case."""
        return self._case

    same_person = NOWHERE.same_person


@pytest.mark.parametrize(
    ("named", "then"), [(INVESTIGATION, ()), (uid("nothing there"), "investigation.counterpart_missing")]
)
def test_the_counterpart_is_on_record_where_the_ledger_knows_its_case(named: str, then: str | tuple[str, ...]) -> None:
    context = Context(CONTEXT.at, CONTEXT.partners, OtherCase(given(TO_INVESTIGATION)))
    joined = replace(JOINED, data={**JOINED.data, "other_investigation": named})
    assert outcome(given(TO_INVESTIGATION), joined, context) == then


@pytest.mark.parametrize("both", [True, False])
def test_proceedings_are_joined_when_both_halves_stand(both: bool) -> None:
    named = replace(JOINED, data={**JOINED.data, "other_investigation": INVESTIGATION})
    case = given([*TO_INVESTIGATION, named])
    other = given(TO_INVESTIGATION)
    half = {Counterpart(STREAM, INVESTIGATION): False} if both else {}
    there = {INVESTIGATION: replace(other.investigations[INVESTIGATION], joined=half)}
    assert bool(joined_with(case, INVESTIGATION, OtherCase(replace(other, investigations=there)))) is both


def test_an_order_to_examine_names_its_exhibits_and_the_laboratory() -> None:
    data = {"exhibit_number": ["E-1", "E-2"], "kind": "digital", "to_agency": "mn.nifs", "question_count": 3}
    ordered = Event(
        uid("order"), PROSECUTOR, STREAM, ORDERED, CONTEXT.at, "unit-1", "officer-1", {**data, "order_id": "o"}
    )
    changes = FOLDS[ORDERED](given(TO_INVESTIGATION), Recorded(ordered, CONTEXT.at, 3, ()))
    order = changes["orders"]["o"]
    assert (order.exhibits, order.to_agency, order.due_at) == ({"E-1", "E-2"}, "mn.nifs", None)


def test_a_file_that_is_received_is_with_the_prosecutor_only_then() -> None:
    assert given([*TO_SUSPECT, HANDED_OVER]).investigations[INVESTIGATION].state == "handed_over"
    assert given([*TO_SUSPECT, HANDED_OVER, RECEIVED]).investigations[INVESTIGATION].state == "with_prosecutor"
