"""Custody, investigation, prosecution and the board, story by story: given acts, this stands on this agency's desk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import orjson
import pytest

from domain.case import Case
from domain.catalogue import by_name
from projections.all_views import DESKS
from projections.desks.custody.acts import ACTS
from projections.desks.prosecution.charging import NEEDS
from unit.domain.story import (
    CHILD_PROTECTION,
    CLOCK,
    COURT,
    HOTLINE,
    INDICATED,
    POLICE,
    PROSECUTOR,
    SHELTER,
    STREAM,
    TASK_FORCE,
    Act,
    act,
    approved,
    uid,
)
from unit.projections.told_by import desk_rows, story

LAB, T9, T10, T11 = (
    "mn.nifs",
    "2026-03-02T07:09:00.000000Z",
    "2026-03-02T07:10:00.000000Z",
    "2026-03-02T07:11:00.000000Z",
)
PROPOSAL_DUE = "2026-03-09T09:00:00.000000Z"
CLOSING = approved(act("case.Closed", CHILD_PROTECTION), "case_closure", POLICE)
COLLECTED = act("custody.ExhibitCollected", POLICE, method="handed_in", collected_at=T9, time=T9)
RELEASED = act("custody.CustodyReleased", POLICE, to_agency=LAB, to_holder="lab-1", released_at=T10, time=T10)
_CHECKED = {"seal_checks": ["none_used"], "conditions": ["good"], "holder": "lab-1", "received_at": T11}
RECEIVED = act("custody.CustodyReceived", LAB, leg="outward", time=T11, **_CHECKED)
REFUSED = act("custody.CustodyRefused", LAB, time=T11)
HELD = act("custody.HoldPlaced", PROSECUTOR)
OPENED = act("investigation.InvestigationOpened", POLICE, articles=["13.1"], victims=[uid("victim_id")])
SECOND = act("investigation.InvestigationOpened", POLICE, investigation_id=uid("second"), articles=["12.3"])
SUSPECTED = act("investigation.SuspectIdentified", POLICE)
PROPOSED = act("investigation.ProposalMade", POLICE, id=uid("proposed"))
ORDERED = act("investigation.ExaminationOrdered", PROSECUTOR, to_agency=LAB)
REPORTED = act("custody.LabReportIssued", LAB, kind="opinion", order_id=uid("order_id"), reviewed_by="officer-2")
HANDED = act("investigation.InvestigationTransferredToProsecutor", POLICE, to_agency=PROSECUTOR, articles=["13.1"])
FILE = act("prosecution.CaseFileReceived", PROSECUTOR)
CHARGED = act("prosecution.ChargeDecided", PROSECUTOR, decision="accuse", articles=["16.1"])
INDICTED = act("prosecution.IndictmentFiled", PROSECUTOR, articles=["16.1"], to_agency=COURT)
HEARING = act("prosecution.HearingHeld", COURT, hearing_type="main", defendants=[uid("defendant_id")])
VERDICT = act("prosecution.VerdictRendered", COURT, results=["convicted"], articles=["16.1"], instance="first")
APPEAL = act("prosecution.AppealFiled", COURT, instance="appeal")
QUASHED = act("prosecution.AppealDecided", COURT, actor="officer-5", instance="appeal", result="quashed")
AWARD = act("redress.RestitutionOrdered", COURT, amount_mnt=900, basis="criminal_judgment")
PAID = act("redress.RestitutionPaid", COURT, amount_mnt=400)
ASSIGNED = act("taskforce.ActionAssigned", TASK_FORCE, owner_agency=SHELTER)
DONE = act("taskforce.ActionCompleted", SHELTER, outcome="done")
DORMANT = act("case.DormancyMarked", CLOCK)
TRIED = [OPENED, SUSPECTED, HANDED, FILE, CHARGED, INDICTED, HEARING, VERDICT]


class Row(NamedTuple):
    """Given these acts, the agency has this on the desk in its only row, or in the one with this key."""

    rule: str
    desk: str
    agency: str
    acts: Sequence[Act]
    says: Mapping[str, Any]
    key: Mapping[str, str] = {}


ROWS = [
    Row("what is collected is its collector's", "custody", POLICE, [INDICATED, COLLECTED],
        {"state": "held", "custodian": POLICE, "origin": "collected", "breaks": 0}),
    Row("a release moves nothing", "custody", LAB, [INDICATED, COLLECTED, RELEASED],
        {"state": "in_transit", "custodian": POLICE, "under_way": 1, "since": T10}),
    Row("the receiver's acknowledgement moves custody", "custody", POLICE, [INDICATED, COLLECTED, RELEASED, RECEIVED],
        {"state": "held", "custodian": LAB, "holder": "lab-1", "under_way": 0}),
    Row("a refusal opens the return leg, the sender stays custodian", "custody", POLICE,
        [INDICATED, COLLECTED, RELEASED, REFUSED], {"custodian": POLICE, "under_way": 1, "since": T11}),
    Row("a receipt that no release names is a claim", "custody", POLICE, [INDICATED, COLLECTED, RECEIVED],
        {"custodian": POLICE, "breaks": 1, "claims": [
            {"transfer_id": uid("transfer_id"), "agency": LAB, "holder": "lab-1", "at": T11}]}),
    Row("custody moves when the release follows", "custody", POLICE, [INDICATED, COLLECTED, RECEIVED, RELEASED],
        {"custodian": LAB, "claims": [], "under_way": 0}),
    Row("a withdrawn hand-over never took place", "custody", POLICE,
        [INDICATED, COLLECTED, RELEASED, act("custody.TransferWithdrawn", POLICE)],
        {"state": "held", "custodian": POLICE, "under_way": 0}),
    Row("a number that is taken changes nothing but the breaks", "custody", POLICE,
        [INDICATED, COLLECTED, act("custody.ExhibitCollected", LAB, method="handed_in", exhibit_kind="vehicle")],
        {"custodian": POLICE, "breaks": 1}),
    Row("a hold is lifted by itself", "custody", POLICE,
        [INDICATED, COLLECTED, HELD, act("custody.HoldPlaced", PROSECUTOR, hold_id=uid("other")),
         act("custody.HoldLifted", PROSECUTOR)], {"holds": [uid("other")]}),
    Row("what was derived has its parent and the root of its line", "custody", POLICE,
        [INDICATED, COLLECTED,
         act("custody.DerivedExhibitCreated", POLICE, exhibit_number="E-2", parent_exhibit="E-1", root_exhibit="E-9")],
        {"parent": "E-1", "root": "E-1", "custodian": POLICE}, {"exhibit_number": "E-2"}),
    Row(
        "a copy that another takes breaks the chain of what is copied",
        "custody",
        POLICE,
        [
            INDICATED,
            COLLECTED,
            act("custody.DerivedExhibitCreated", LAB, exhibit_number="E-2", parent_exhibit="E-1", root_exhibit="E-1"),
        ],
        {"custodian": POLICE, "breaks": 1},
        {"exhibit_number": "E-1"},
    ),
    Row("a break that somebody declares stands, explained", "custody", PROSECUTOR,
        [INDICATED, COLLECTED, HELD, act("custody.CustodyBreakDeclared", PROSECUTOR),
         act("custody.BreakExplained", POLICE)], {"breaks": 1, "unexplained": 0}),
    Row("an exhibit of nobody", "exhibits_by_defendant", POLICE, [INDICATED, COLLECTED],
        {"total": 1}, {"defendant_id": "-"}),
    Row("what stands in the file is each suspect's", "exhibits_by_defendant", POLICE,
        [INDICATED, COLLECTED, OPENED, SUSPECTED,
         act("investigation.InvestigationTransferredToProsecutor", POLICE, to_agency=PROSECUTOR, exhibits=["E-1"])],
        {"total": 1}, {"defendant_id": uid("defendant_id")}),
    Row("a list stands since the last event that changed it", "exhibits_by_defendant", POLICE,
        [INDICATED, COLLECTED, OPENED, SUSPECTED], {"total": 1, "last_pos": 2}, {"defendant_id": "-"}),
    Row("an investigation is its opener's", "investigation", POLICE, [INDICATED, OPENED],
        {"state": "open", "investigator": POLICE, "articles": ["13.1"], "proposals_open": 0}),
    Row("a proposal waits for the prosecutor", "investigation", POLICE, [INDICATED, OPENED, PROPOSED],
        {"proposals_open": 1}),
    Row("closing answers every proposal", "investigation", POLICE,
        [INDICATED, OPENED, PROPOSED,
         act("investigation.InvestigationClosed", PROSECUTOR, reason="no_crime", outcome="dismissed")],
        {"proposals_open": 0, "state": "closed"}),
    Row("what closes another investigation leaves a proposal to be answered", "investigation", POLICE,
        [INDICATED, OPENED, PROPOSED, SECOND,
         act("investigation.InvestigationClosed", PROSECUTOR, investigation_id=uid("second"), reason="no_crime",
             outcome="dismissed")],
        {"next_due_at": PROPOSAL_DUE}, {"investigation_id": uid("investigation_id")}),
    Row("an order stands in each investigation until an opinion answers it", "investigation", POLICE,
        [INDICATED, COLLECTED, OPENED, ORDERED, SECOND], {"reports_awaited": 1}, {"investigation_id": uid("second")}),
    Row("an opinion answers an order", "investigation", POLICE,
        [INDICATED, COLLECTED, OPENED, SECOND, ORDERED, RELEASED, RECEIVED, REPORTED],
        {"reports_awaited": 0}, {"investigation_id": uid("second")}),
    Row("the laboratory sees what it is asked, and no investigation", "investigation", LAB,
        [INDICATED, COLLECTED, OPENED, ORDERED], {"investigation_id": "-", "reports_awaited": 1, "state": ""}),
    Row("who is arrested before anybody suspects her comes with her arrest", "investigation", POLICE,
        [INDICATED, OPENED, act("investigation.SuspectArrested", POLICE), SUSPECTED],
        {"detained": 1}, {"investigation_id": uid("investigation_id")}),
    Row("and is nowhere else then", "investigation", POLICE,
        [INDICATED, OPENED, act("investigation.SuspectArrested", POLICE), SUSPECTED],
        {"detained": 0, "suspects": {}}, {"investigation_id": "-"}),
    Row("a suspect stays where she is suspected", "investigation", POLICE,
        [INDICATED, OPENED, SECOND, SUSPECTED,
         act("investigation.SuspectIdentified", PROSECUTOR, investigation_id=uid("second"))],
        {"suspects": {}}, {"investigation_id": uid("second")}),
    Row("a charge lacks what it needs", "prosecution", POLICE, [INDICATED, OPENED, SUSPECTED],
        {"stage": "suspected",
         "missing": ["file_received", "interview_recorded", "victim_status_decided", "age_assessed"]},
        {"charge_id": "-", "defendant_id": uid("defendant_id")}),
    Row("nobody is said to lack what one may not see", "prosecution", PROSECUTOR,
        [INDICATED, OPENED, SUSPECTED, HANDED, FILE],
        {"missing": [], "untold": ["interview_recorded", "victim_status_decided", "age_assessed"]},
        {"charge_id": "-", "defendant_id": uid("defendant_id")}),
    Row("a drift to lesser articles is visible", "prosecution", POLICE, [INDICATED, *TRIED],
        {"stage": "judged", "result": "convicted", "articles": ["16.1"], "drifted": 1, "judgment": "verdict"},
        {"charge_id": uid("charge_id")}),
    Row("a quashed judgment owes nothing", "prosecution", POLICE,
        [INDICATED, *TRIED, AWARD, PAID, APPEAL, QUASHED],
        {"result": "", "balance_mnt": 0, "judgment": "appeal_decided"}, {"charge_id": uid("charge_id")}),
    Row("a payment lessens the balance", "prosecution", POLICE, [INDICATED, *TRIED, AWARD, PAID],
        {"balance_mnt": 500}, {"charge_id": uid("charge_id")}),
    Row("the owner of an action sees it, and nothing of the case", "board", SHELTER, [INDICATED, ASSIGNED],
        {"status": "", "care_lead": "", "actions_open": 1, "next_deadline": "action", "next_owner": SHELTER}),
    Row("an action that is done is open no more", "board", SHELTER, [INDICATED, ASSIGNED, DONE],
        {"actions_open": 0, "next_deadline": ""}),
    Row("the task force that takes part sees where the case stands", "board", TASK_FORCE, [INDICATED, ASSIGNED],
        {"status": "open", "care_lead": CHILD_PROTECTION, "last_type": "taskforce.ActionAssigned", "actions_open": 1}),
    Row("the task force sees when it looks at the case again", "board", TASK_FORCE,
        [INDICATED, ASSIGNED, DONE, act("taskforce.CaseReviewed", TASK_FORCE, next_review_on="2026-04-01")],
        {"status": "open", "next_review_on": "2026-04-01", "actions_open": 0}),
    Row("a closing that waits for its approval closes nothing, and is an act", "board", TASK_FORCE,
        [INDICATED, ASSIGNED, DONE, CLOSING[0]], {"status": "open", "last_type": "case.Closed"}),
    Row("a closing that is approved closes the case", "board", TASK_FORCE,
        [INDICATED, ASSIGNED, DONE, *CLOSING], {"status": "closed", "last_type": "case.Closed"}),
]  # fmt: skip


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.rule.replace(" ", "-"))
def test_a_desk(row: Row) -> None:
    found = [each for each in _rows(row.desk, row.agency, row.acts) if row.key.items() <= each.items()]
    assert len(found) == 1
    assert {name: found[0][name] for name in row.says} == row.says


def _rows(desk: str, agency: str, acts: Sequence[Act]) -> list[dict[str, Any]]:
    """The agency's rows after the acts, JSON parsed."""
    names = DESKS[desk].row._fields  # type: ignore[attr-defined]
    rows = [dict(zip(names, each, strict=True)) for each in desk_rows(desk, story(acts, Case(STREAM)))]
    return [{name: _read(value) for name, value in each.items()} for each in rows if each["agency"] == agency]


def _read(value: Any) -> Any:
    return orjson.loads(value) if isinstance(value, str) and value[:1] in ("{", "[") else value


def test_exhibits_are_not_the_care_lead_s() -> None:
    assert _rows("custody", CHILD_PROTECTION, [INDICATED, COLLECTED, RELEASED, RECEIVED]) == []


def test_a_hotline_hears_of_no_investigation() -> None:
    assert _rows("investigation", HOTLINE, [INDICATED, OPENED, SUSPECTED]) == []
    assert _rows("board", HOTLINE, [INDICATED, ASSIGNED]) == []


def test_every_type_of_custody_has_its_act() -> None:
    effects = {"custody.CustodyBreakFound"}
    assert {each.name for each in by_name.values() if each.stage == "custody"} - effects <= ACTS.keys()


def test_the_rules_that_a_charge_needs_are_the_catalogue_s() -> None:
    rules = {need.rule for need in NEEDS if need.rule}
    assert rules
    assert rules <= set(by_name["prosecution.ChargeDecided"].requires)
