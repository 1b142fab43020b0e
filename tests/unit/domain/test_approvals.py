"""An event that needs an approval takes effect on the last of them, by other officers, or never."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from domain.catalogue import by_name, read
from domain.stages.ledger import RULES
from domain.stages.ledger.approvals import NEEDED
from unit.domain.story import (
    CHILD_PROTECTION,
    CONTEXT,
    HOTLINE,
    INDICATED,
    OVERSIGHT,
    POLICE,
    PROSECUTOR,
    SHELTER,
    STREAM,
    Act,
    act,
    event,
    given,
    outcome,
    take,
    uid,
)

OF = uid("waiting")
CLOSED = act("case.Closed", CHILD_PROTECTION, id=OF)
RECUSED = act("case.OfficerRecused", SHELTER, officer="officer-7")
BACK = act("case.OfficerAssigned", SHELTER, id=OF, officer="officer-7", role="interviewer")
ASKED = act("privacy.DataSubjectRequestReceived", CHILD_PROTECTION, kind="erasure")
ERASED = act("privacy.DataSubjectRequestAnswered", CHILD_PROTECTION, id=OF, answer="erased")
CORRECTED = act(
    "ledger.EventCorrected", HOTLINE, id=OF, of=uid("told"), replaces=["aimag"], clear_values={"aimag": "MN-047"}
)
TOLD = act("identification.IndicatorReported", HOTLINE, id=uid("told"))
REFERRED = act("referral.ReferralRequested", HOTLINE, to_agency=SHELTER, urgency="urgent")


EPISODE = {"care_episode_id": uid("episode")}
PLANNED = act("protection.CarePlanAgreed", SHELTER, id=OF, setting="community", **EPISODE)
AGREED = act("ledger.ApprovalGiven", SHELTER, actor="officer-2", of=OF, role="care_plan")
ENDED = act("protection.CareEpisodeClosed", SHELTER, id=OF, **EPISODE)
ADMITTED = act("protection.ShelterAdmitted", SHELTER, **EPISODE)


def yes(by: str, role: str, actor: str = "officer-2") -> Act:
    """An approval of the event that waits."""
    return act("ledger.ApprovalGiven", by, actor=actor, of=OF, role=role)


def no(by: str, role: str, actor: str = "officer-2") -> Act:
    """Its refusal."""
    return act("ledger.ApprovalRefused", by, actor=actor, of=OF, role=role, reason="incomplete")


CLOSING, BACKING, ERASING, CORRECTING = (
    [INDICATED, CLOSED],
    [INDICATED, RECUSED, BACK],
    [INDICATED, ASKED, ERASED],
    [TOLD, CORRECTED],
)
TAKES_EFFECT = ("ApprovalCompleted",)
DONE = [*CLOSING, yes(POLICE, "case_closure")]
REOPENED = act("case.Reopened", CHILD_PROTECTION)
MISSING = act("protection.ChildReportedMissing", SHELTER)
ROWS: list[tuple[str, list[Act], Act, str | tuple[str, ...]]] = [
    ("a closing is approved by the other lead", CLOSING, yes(POLICE, "case_closure"), TAKES_EFFECT),
    ("what was closed is reopened", DONE, REOPENED, ()),
    ("a report has reopened it", [*DONE, INDICATED], REOPENED, "opening.not_closed"),
    ("a missing child has reopened it", [*DONE, MISSING], REOPENED, "opening.not_closed"),
    (
        "a closing is not approved by the same lead",
        CLOSING,
        yes(CHILD_PROTECTION, "case_closure"),
        "approval.wrong_agency",
    ),
    (
        "a closing is not approved by who leads nothing",
        CLOSING,
        yes(PROSECUTOR, "case_closure"),
        "approval.wrong_agency",
    ),
    ("a closing is approved in its role", CLOSING, yes(POLICE, "closure"), "approval.wrong_role"),
    (
        "an own act is not approved by its officer",
        CLOSING,
        yes(CHILD_PROTECTION, "case_closure", "officer-1"),
        "approval.same_officer",
    ),
    (
        "another agency's officer of the same name is another",
        CLOSING,
        yes(POLICE, "case_closure", "officer-1"),
        TAKES_EFFECT,
    ),
    ("the other lead refuses", CLOSING, no(POLICE, "case_closure"), ()),
    ("who may not approve may not refuse", CLOSING, no(SHELTER, "case_closure"), "approval.wrong_agency"),
    ("what does not wait is not approved", [INDICATED], yes(POLICE, "case_closure"), "approval.not_awaited"),
    ("what does not wait is not refused", [INDICATED], no(POLICE, "case_closure"), "approval.not_awaited"),
    (
        "it is approved once",
        [*CLOSING, yes(POLICE, "case_closure")],
        yes(POLICE, "case_closure", "officer-3"),
        "approval.not_awaited",
    ),
    (
        "what was refused waits no more",
        [*CLOSING, no(POLICE, "case_closure")],
        yes(POLICE, "case_closure"),
        "approval.not_awaited",
    ),
    (
        "what was refused may be submitted again",
        [*CLOSING, no(POLICE, "case_closure")],
        act("case.Closed", CHILD_PROTECTION),
        ("ApprovalAwaited",),
    ),
    (
        "two events do not wait under one id",
        CORRECTING,
        act(CORRECTED.type, HOTLINE, id=OF, **CORRECTED.data),
        "approval.id_taken",
    ),
    ("a recused officer's return is approved by a lead", BACKING, yes(POLICE, "other_lead"), TAKES_EFFECT),
    ("not by the officer's own agency", BACKING, yes(SHELTER, "other_lead"), "approval.wrong_agency"),
    ("an erasure is approved by the agency", ERASING, yes(CHILD_PROTECTION, "erasure"), ()),
    ("and by oversight", [*ERASING, yes(CHILD_PROTECTION, "erasure")], yes(OVERSIGHT, "erasure"), TAKES_EFFECT),
    ("in any order", [*ERASING, yes(OVERSIGHT, "erasure")], yes(CHILD_PROTECTION, "erasure"), TAKES_EFFECT),
    (
        "not twice by the agency",
        [*ERASING, yes(CHILD_PROTECTION, "erasure")],
        yes(CHILD_PROTECTION, "erasure", "officer-3"),
        "approval.wrong_agency",
    ),
    (
        "not twice by one officer",
        [*ERASING, yes(OVERSIGHT, "erasure")],
        yes(OVERSIGHT, "erasure"),
        "approval.same_officer",
    ),
    ("not by others", ERASING, yes(POLICE, "erasure"), "approval.wrong_agency"),
    ("a correction is approved by the same agency", CORRECTING, yes(HOTLINE, "correction"), TAKES_EFFECT),
    ("not by another one", CORRECTING, yes(CHILD_PROTECTION, "correction"), "approval.wrong_agency"),
    (
        "much may have happened meanwhile",
        [*CLOSING, REFERRED],
        yes(POLICE, "case_closure"),
        "approval.no_longer_possible",
    ),
    ("what is no longer possible can be refused", [*CLOSING, REFERRED], no(POLICE, "case_closure"), ()),
    (
        "an officer recused meanwhile decides nothing",
        [*CLOSING, act("case.OfficerRecused", CHILD_PROTECTION, actor="officer-3", officer="officer-1")],
        yes(POLICE, "case_closure"),
        "approval.no_longer_possible",
    ),
]


@pytest.mark.parametrize(("before", "when", "then"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])
def test_approval(before: list[Act], when: Act, then: str | tuple[str, ...]) -> None:
    assert outcome(given(before), when) == then


def test_every_type_with_an_approval_has_its_row() -> None:
    assert {entry["type"] for entry in read()["types"] if "approval" in entry} == NEEDED.keys()
    assert set(by_name["ledger.ApprovalAwaited"].stated_in) == NEEDED.keys()


def test_nothing_takes_effect_before_the_last_approval_and_then_under_its_n() -> None:
    case = given([*ERASING, yes(OVERSIGHT, "erasure")])
    assert case.data_requests[uid("request_id")].is_open
    assert not case.erasure_orders
    assert case.awaiting[OF].given == ((OVERSIGHT, "officer-2"),)
    case, _ = take(case, yes(CHILD_PROTECTION, "erasure"))
    assert not case.data_requests[uid("request_id")].is_open
    assert case.erasure_orders[uid("request_id")].person_id == uid("person_id")
    assert not case.awaiting
    assert case.version == 5


def test_a_plan_opens_its_episode_on_approval_and_care_ends_on_approval() -> None:
    case = given([INDICATED, PLANNED])
    assert not case.care_episodes
    case, _ = take(case, AGREED)
    assert case.care_episodes[uid("episode")].is_open
    case, _ = take(case, act(ENDED.type, SHELTER, id=uid("end"), **EPISODE))
    assert case.care_episodes[uid("episode")].is_open
    case, _ = take(case, act("ledger.ApprovalGiven", SHELTER, actor="officer-2", of=uid("end"), role="closure"))
    assert not case.care_episodes[uid("episode")].is_open


def test_the_ids_of_what_was_refused_are_free() -> None:
    case = given([INDICATED, PLANNED, no(SHELTER, "care_plan")])
    assert uid("episode") not in case.ids
    assert outcome(case, act(PLANNED.type, SHELTER, id=uid("again"), **PLANNED.data)) == ("ApprovalAwaited",)


def test_what_was_refused_never_takes_effect() -> None:
    case = given([*ERASING, no(OVERSIGHT, "erasure")])
    assert case.data_requests[uid("request_id")].is_open
    assert not case.awaiting


def test_an_answer_that_erases_nothing_needs_no_approval() -> None:
    given_out = act("privacy.DataSubjectRequestAnswered", CHILD_PROTECTION, answer="refused")
    case, stated = take(given([INDICATED, ASKED]), given_out)
    assert stated == ()
    assert not case.data_requests[uid("request_id")].is_open


def test_the_approvals_that_are_awaited_are_stated_once() -> None:
    _, (stated,) = take(given([INDICATED, ASKED]), ERASED)
    assert stated.data == {"roles": ["erasure", "erasure"], "approvers": ["same_agency", "oversight"]}


def test_an_open_proposal_of_the_police_is_refused_by_a_prosecutor() -> None:
    made = event(act("identification.IndicatorReported", POLICE, id=OF))
    past = given([act("identification.IndicatorReported", POLICE, id=OF)])
    noted = past.events[OF][0]._replace(type="investigation.ProposalMade")
    state: Any = SimpleNamespace(
        stream=STREAM,
        awaiting={},
        events={OF: (noted,)},
        proposals={uid("proposal"): SimpleNamespace(event_id=made.id, is_open=True)},
    )
    rules = [rule for name, rule in RULES.items() if name in ("approval awaited", "other officer")]

    def says(by: str, role: str) -> list[str]:
        refused = event(no(by, role))
        return [broken[0] for rule in rules if (broken := rule(state, refused, by_name[refused.type], CONTEXT))]

    assert says(PROSECUTOR, "prosecutor") == []
    assert says(SHELTER, "prosecutor") == ["approval.wrong_agency"]
    assert says(PROSECUTOR, "closure") == ["approval.wrong_role"]
    state.proposals[uid("proposal")].is_open = False
    assert says(PROSECUTOR, "prosecutor") == ["approval.not_awaited"]
