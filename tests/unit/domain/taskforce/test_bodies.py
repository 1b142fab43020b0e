"""Two governments propose, acknowledge and dispute; money falls to a balance of 0; no case id stands in a body."""

from __future__ import annotations

from typing import Any
from uuid import NAMESPACE_URL, uuid5

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from domain.catalogue import by_name
from domain.profile import AGENCIES
from domain.stages.streams import NAMESPACE, body_id
from domain.stages.taskforce.state import Body, Meeting, Operation, Report, Snapshot, Target
from domain.stream import KINDS
from unit.domain.story import (
    AT,
    CONTEXT,
    COURT,
    POLICE,
    SHELTER,
    TASK_FORCE,
    Act,
    Registry,
    act,
    given,
    outcome,
    take,
    uid,
)

HERE, THERE, MINISTRY, COUNCIL = "mn.cccp", "us.tip_office", "mn.mflsp", "mn.subcouncil"
IMPLEMENTER = "mn.worldvision"
DIALOGUE = body_id(HERE)
HEADS = [f"{partition}-9-{'h' * 43}" for partition in range(2)]
VALUES = ["P1=40", "P1/MN-1=suppressed", "P1/abroad=29"]
EARLIER = {"period_from": "2026-03-02", "period_to": "2026-03-01"}

MET = act("taskforce.MeetingHeld", HERE, kind="dialogue", members=[HERE, THERE], cases_reviewed=0)
ANNOUNCED = act("taskforce.OperationAnnounced", POLICE, expected_victims=4, languages=["mon"])
TARGET = act("taskforce.TargetSet", THERE, indicator="P1", target=60, unit="persons", id=uid("target set"))
COMMITTED = act("taskforce.CommitmentRecorded", MINISTRY, party=MINISTRY, objective="protection", id=uid("committed"))
REPORTED = act("taskforce.CommitmentReported", MINISTRY, status="on_track", percent=40)
OBLIGATED = act(
    "taskforce.FundingObligated",
    THERE,
    amount=1000,
    currency="USD",
    from_agency=THERE,
    to_agency=IMPLEMENTER,
    id=uid("obligated"),
)
SNAPSHOT = act("taskforce.DialogueSnapshotPublished", HERE, heads=HEADS, values=VALUES, id=uid("published"))


def of(done: Act, **data: Any) -> Act:
    """The same act with other data, or by another agency."""
    by = data.pop("by", done.by)
    return act(done.type, by, id=data.pop("id", done.id), **{**done.data, **data})


def acknowledged(item: Act, by: str) -> Act:
    """The item is agreed."""
    return act("taskforce.DialogueItemAcknowledged", by, of=item.id)


def disputed(item: Act, by: str, **data: Any) -> Act:
    """The item is not agreed."""
    data = {"of": item.id, "reason": "wrong_amount", **data}
    return act("taskforce.DialogueItemDisputed", by, id=uid("dispute"), **data)


def disbursed(amount: int, currency: str = "USD") -> Act:
    """Money of the line."""
    return act("taskforce.FundingDisbursed", IMPLEMENTER, amount=amount, currency=currency)


NUMBERS = disputed(SNAPSHOT, THERE, reason="numbers_do_not_replay", replayed=["P1=41"])
AGAIN = of(SNAPSHOT, snapshot_id=uid("again"), answers=uid("dispute"), id=uid("published again"))
CORRECTION = {"of": TARGET.id, "replaces": ["target"], "clear_values": {"target": 70}}
CORRECTED = [
    TARGET,
    acknowledged(TARGET, HERE),
    act("ledger.EventCorrected", THERE, id=uid("correction"), **CORRECTION),
]
APPROVED = act("ledger.ApprovalGiven", THERE, actor="officer-2", of=uid("correction"), role="correction")
MISFILED = act("ledger.EventMisfiled", THERE, of=TARGET.id, right_stream=uid("elsewhere"))
SENT = ("OUT_OF_SEQUENCE",)

ROWS: list[tuple[str, list[Act], Act, str | tuple[str, ...]]] = [
    ("the dialogue meets", [], MET, ()),
    ("a count is never below 0", [], of(MET, cases_reviewed=-1), "data.invalid_value"),
    ("a task force does not meet as the dialogue", [], of(MET, by=TASK_FORCE), "body.other_category"),
    ("an operation is announced to no dialogue", [], ANNOUNCED, "body.other_category"),
    ("a target is set", [], TARGET, ()),
    ("party to the dialogue", [], of(TARGET, by=POLICE), "dialogue.not_a_party"),
    ("a period ends after it starts", [], of(TARGET, **EARLIER), "data.invalid_value"),
    ("a target is no debt", [], of(TARGET, target=-1), "data.invalid_value"),
    ("a target id is minted once", [TARGET], of(TARGET, id=uid("other event")), "id.already_minted"),
    ("an event id names one item", [TARGET], of(TARGET, target_id=uid("other")), "dialogue.event_id_taken"),
    ("a commitment is recorded", [], COMMITTED, ()),
    ("a party commits itself", [], of(COMMITTED, party=HERE), "dialogue.signs_for_another"),
    ("progress is reported by who committed", [COMMITTED], REPORTED, ()),
    ("progress is reported by an implementer", [COMMITTED], of(REPORTED, by=IMPLEMENTER), ()),
    ("who committed, or an implementer", [COMMITTED], of(REPORTED, by=THERE), SENT),
    ("commitment running", [COMMITTED, of(REPORTED, status="met", percent=100)], REPORTED, SENT),
    ("what was dropped is over", [COMMITTED, of(REPORTED, status="dropped")], REPORTED, SENT),
    ("a report of no commitment", [], REPORTED, SENT),
    ("no more than all is done", [COMMITTED], of(REPORTED, percent=101), "data.invalid_value"),
    ("no less than nothing is done", [COMMITTED], of(REPORTED, percent=-1), "data.invalid_value"),
    ("funding is obligated", [], OBLIGATED, ()),
    ("funding for a commitment", [COMMITTED], of(OBLIGATED, commitment_id=uid("commitment_id")), ()),
    ("funding for no commitment", [], of(OBLIGATED, commitment_id=uid("none")), "commitment.unknown"),
    ("a party gives its own money", [], of(OBLIGATED, from_agency=HERE), "dialogue.signs_for_another"),
    ("funding is of something", [], of(OBLIGATED, amount=0), "data.invalid_value"),
    ("disbursed in part", [OBLIGATED], disbursed(400), ()),
    ("disbursed to the last", [OBLIGATED, disbursed(400)], disbursed(600), ()),
    ("PAID_BEYOND_BALANCE", [OBLIGATED, disbursed(400)], disbursed(601), ("PAID_BEYOND_BALANCE",)),
    ("funding obligated", [OBLIGATED, disbursed(1000)], disbursed(1), (*SENT, "PAID_BEYOND_BALANCE")),
    ("funding obligated in this currency", [OBLIGATED], disbursed(1, "MNT"), SENT),
    ("money of no line", [], disbursed(1), SENT),
    ("a disbursement is of something", [OBLIGATED], disbursed(0), "data.invalid_value"),
    ("a snapshot is published", [], SNAPSHOT, ()),
    ("a snapshot is a party's", [], of(SNAPSHOT, by=POLICE), "dialogue.not_a_party"),
    ("replays to the same numbers", [], of(SNAPSHOT, heads=[]), "dialogue.snapshot_form"),
    ("one head a partition", [], of(SNAPSHOT, heads=[HEADS[0], f"0-10-{'i' * 43}"]), "dialogue.snapshot_form"),
    ("a snapshot has numbers", [], of(SNAPSHOT, values=[]), "dialogue.snapshot_form"),
    ("each cell once", [], of(SNAPSHOT, values=["P1=1", "P1=suppressed"]), "dialogue.snapshot_form"),
    ("each number is an indicator's", [], of(SNAPSHOT, values=["Z9=1"]), "dialogue.snapshot_form"),
    ("definitions have a version", [], of(SNAPSHOT, definitions_version="latest"), "dialogue.snapshot_form"),
    ("a snapshot's period ends after it starts", [], of(SNAPSHOT, **EARLIER), "data.invalid_value"),
    ("the other party agrees", [TARGET], acknowledged(TARGET, HERE), ()),
    ("any agency of the other government agrees", [TARGET], acknowledged(TARGET, MINISTRY), ()),
    ("a commitment is agreed", [COMMITTED], acknowledged(COMMITTED, THERE), ()),
    ("funding is agreed", [OBLIGATED], acknowledged(OBLIGATED, HERE), ()),
    ("the other party of the dialogue", [COMMITTED], acknowledged(COMMITTED, HERE), "dialogue.not_the_other_party"),
    ("second agency", [TARGET], acknowledged(TARGET, THERE), "dialogue.own_item"),
    ("dialogue item open", [TARGET, acknowledged(TARGET, HERE)], disputed(TARGET, HERE), "dialogue.not_open"),
    ("an agreed item that is corrected is open again", [*CORRECTED, APPROVED], acknowledged(TARGET, HERE), ()),
    ("not before the correction is approved", CORRECTED, acknowledged(TARGET, HERE), "dialogue.not_open"),
    ("a misfiled item waits for nobody", [TARGET, MISFILED], acknowledged(TARGET, HERE), "dialogue.not_open"),
    ("an unknown item", [], acknowledged(TARGET, HERE), "dialogue.not_open"),
    ("the other party disputes", [SNAPSHOT], NUMBERS, ()),
    ("no agency of the same government disputes", [SNAPSHOT], of(NUMBERS, by=MINISTRY), "dialogue.not_the_other_party"),
    ("nobody disputes her own", [SNAPSHOT], of(NUMBERS, by=HERE), "dialogue.own_item"),
    ("what is disputed is not agreed", [SNAPSHOT, NUMBERS], acknowledged(SNAPSHOT, THERE), "dialogue.not_open"),
    ("a dispute is answered by a new item", [SNAPSHOT, NUMBERS], AGAIN, ()),
    ("a dispute that nobody raised", [SNAPSHOT], AGAIN, "dialogue.no_dispute"),
    (
        "a dispute is answered once",
        [SNAPSHOT, NUMBERS, AGAIN],
        of(AGAIN, snapshot_id=uid("third"), id=uid("third event")),
        "dialogue.no_dispute",
    ),
]


@pytest.mark.parametrize(("before", "when", "then"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])
def test_dialogue(before: list[Act], when: Act, then: str | tuple[str, ...]) -> None:
    assert outcome(given(before, kind=Body, stream=DIALOGUE), when) == then


BODIES: list[tuple[str, str, Act, str | tuple[str, ...]]] = [
    ("the task force meets", TASK_FORCE, of(MET, by=TASK_FORCE, kind="task_force"), ()),
    ("the sub-council meets", COUNCIL, of(MET, by=COUNCIL, kind="sub_council"), ()),
    ("either government meets as the dialogue", THERE, of(MET, by=THERE), ()),
    ("a council does not meet as the dialogue", THERE, of(MET, by=COUNCIL), "body.other_category"),
    ("an operation is announced to the task force", TASK_FORCE, ANNOUNCED, ()),
    ("an operation is announced to the sub-council", COUNCIL, ANNOUNCED, ()),
    ("an operation is announced to no government", THERE, ANNOUNCED, "body.other_category"),
    ("no victims are fewer than 0", TASK_FORCE, of(ANNOUNCED, expected_victims=-1), "data.invalid_value"),
    ("a window ends after it starts", TASK_FORCE, of(ANNOUNCED, window_from="2026-03-09"), "data.invalid_value"),
    ("a target stands in the dialogue", TASK_FORCE, TARGET, "body.other_category"),
    ("of either government", THERE, TARGET, ()),
    ("a commitment stands in the dialogue", MINISTRY, of(COMMITTED), "body.other_category"),
    ("a body is an agency's", "mn.nobody", TARGET, "body.unknown"),
    ("a shelter is no body", SHELTER, ANNOUNCED, "body.other_category"),
]


@pytest.mark.parametrize(("agency", "when", "then"), [row[1:] for row in BODIES], ids=[row[0] for row in BODIES])
def test_a_body_is_an_agencys_of_the_category_that_fits(agency: str, when: Act, then: str | tuple[str, ...]) -> None:
    assert outcome(Body(body_id(agency)), when) == then


def test_an_agency_that_the_profile_does_not_name_has_its_body_once_it_has_published_there() -> None:
    newcomer = "xx.office"

    class Enrolled(Registry):
        def categories(self, agency: str) -> frozenset[str]:
            return frozenset({"dialogue"}) if agency == newcomer else super().categories(agency)

    context = CONTEXT.__class__(AT, Enrolled())
    body = Body(body_id(newcomer))
    assert outcome(body, TARGET, context) == "body.unknown"
    body, _ = take(body, of(TARGET, by=newcomer), context)
    assert body.agency == newcomer
    assert outcome(body, acknowledged(TARGET, HERE), context) == ()


def test_the_id_of_a_body_follows_from_its_agency() -> None:
    assert uuid5(NAMESPACE_URL, "urn:tamga:stream") == NAMESPACE
    assert body_id("mn.mdtf") == str(uuid5(NAMESPACE, "body/mn.mdtf"))
    assert len({body_id(agency) for agency in AGENCIES}) == len(AGENCIES)


def test_a_case_is_no_body_and_a_body_no_case() -> None:
    assert KINDS["body"] is Body
    assert outcome(given([]), MET) == "stream.other_kind"
    assert outcome(Body(DIALOGUE), act("taskforce.CaseReviewed", TASK_FORCE)) == "stream.other_kind"
    assert not any(field.kind == "id" and "case" in field.name for field in by_name[MET.type].clear)


def test_what_a_body_keeps() -> None:
    body = given([MET, TARGET, COMMITTED, OBLIGATED, SNAPSHOT], kind=Body, stream=DIALOGUE)
    day = "2026-03-01"
    assert body.agency == HERE
    assert body.meetings[uid("meeting_id")] == Meeting("dialogue", (HERE, THERE), 0, day)
    assert body.targets[uid("target_id")] == Target("P1", day, day, 60, "persons")
    assert body.snapshots[uid("snapshot_id")] == Snapshot(day, day, "2.0", tuple(HEADS), tuple(VALUES))
    assert {item.state for item in body.items.values()} == {"open"}
    announced = given([ANNOUNCED], kind=Body, stream=body_id(TASK_FORCE))
    assert announced.operations[uid("operation_id")] == Operation(day, day, 4, "female", ("mon",), "no")
    assert announced.agency is None


def test_progress_is_kept_per_party_and_ends_with_met_or_dropped() -> None:
    done = [COMMITTED, REPORTED, of(REPORTED, by=IMPLEMENTER, status="late", percent=20)]
    body = given(done, kind=Body, stream=DIALOGUE)
    commitment = body.commitments[uid("commitment_id")]
    assert commitment.reports == {
        MINISTRY: Report("on_track", 40, "2026-03-01"),
        IMPLEMENTER: Report("late", 20, "2026-03-01"),
    }
    assert commitment.running
    body, _ = take(body, of(REPORTED, by=THERE, status="met"))
    assert body.commitments[uid("commitment_id")].running
    body, _ = take(body, of(REPORTED, status="met", percent=100))
    assert body.commitments[uid("commitment_id")].ended == "met"


def test_a_funding_line_falls_to_0_in_its_own_currency_and_is_acknowledged() -> None:
    body, balances = given([OBLIGATED], kind=Body, stream=DIALOGUE), []
    for done in (disbursed(400), disbursed(70, "MNT"), acknowledged(OBLIGATED, HERE), disbursed(600)):
        body, _ = take(body, done)
        balances.append(body.fundings[uid("funding_id")].balance)
    assert balances == [600, 600, 600, 0]
    assert body.items[OBLIGATED.id].state == "agreed"


@for_all(st.lists(st.integers(1, 900), max_size=6))
def test_what_is_disbursed_beyond_a_line_is_always_said(amounts: list[int]) -> None:
    body = given([OBLIGATED], kind=Body, stream=DIALOGUE)
    for number, amount in enumerate(amounts):
        left = body.fundings[uid("funding_id")].balance
        body, stated = take(body, of(disbursed(amount), id=str(number)))
        assert ("PAID_BEYOND_BALANCE" in [effect.data["breach"] for effect in stated]) is (amount > left)
    assert body.fundings[uid("funding_id")].disbursed == sum(amounts)


def test_a_disputed_snapshot_keeps_what_the_other_party_replayed_and_whether_it_is_answered() -> None:
    body = given([SNAPSHOT, NUMBERS], kind=Body, stream=DIALOGUE)
    item = body.items[SNAPSHOT.id]
    assert (item.state, item.dispute, item.replayed, item.answered) == ("disputed", uid("dispute"), ("P1=41",), False)
    body, _ = take(body, AGAIN)
    assert (body.items[SNAPSHOT.id].answered, body.items[AGAIN.id].state) == (True, "open")


def test_a_court_is_no_party() -> None:
    assert outcome(Body(DIALOGUE), of(OBLIGATED, by=COURT, from_agency=COURT)) == "dialogue.not_a_party"
