"""A number that its publisher corrects counts anew; an item that is corrected waits for the other party again."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from domain.event import Event, Recorded
from domain.stages import taskforce
from domain.stages.state import StreamState
from domain.stages.streams import body_id
from domain.stages.taskforce.state import Body
from unit.domain.story import AT, STREAM, Act, act, given, outcome, take, uid

HERE, THERE, MINISTRY, IMPLEMENTER = "mn.cccp", "us.tip_office", "mn.mflsp", "mn.worldvision"
DIALOGUE = body_id(HERE)
TARGET = act("taskforce.TargetSet", HERE, indicator="P1", target=60, unit="persons", id=uid("target set"))
COMMITTED = act("taskforce.CommitmentRecorded", MINISTRY, party=MINISTRY, objective="protection", id=uid("committed"))
OBLIGATED = act(
    "taskforce.FundingObligated",
    HERE,
    amount=1000,
    currency="USD",
    from_agency=HERE,
    to_agency=IMPLEMENTER,
    id=uid("obligated"),
)
SNAPSHOT = act(
    "taskforce.DialogueSnapshotPublished",
    HERE,
    heads=[f"0-9-{'h' * 43}"],
    values=["P1=40"],
    id=uid("published"),
)
ITEMS = [TARGET, COMMITTED, OBLIGATED, SNAPSHOT]


def agreed(item: Act) -> Act:
    """The other party's acknowledgement."""
    return act("taskforce.DialogueItemAcknowledged", THERE, of=item.id)


def disbursed(amount: int, currency: str, number: str) -> Act:
    """Money of the line."""
    return act("taskforce.FundingDisbursed", IMPLEMENTER, amount=amount, currency=currency, id=number)


def about(body: Any, type: str, by: str, of: str, **values: Any) -> Any:
    """The body after an entry about the event `of`."""
    data = {"of": of, "clear_values": values} if values else {"of": of}
    entry = Event(uid("about"), by, DIALOGUE, type, AT, "unit-1", "officer-1", data)
    return replace(body, **taskforce.FOLDS[type](body, Recorded(entry, AT, 9, ())))


@pytest.mark.parametrize(
    ("item", "kind", "values", "kept"),
    [
        (TARGET, "targets", {"target": 70}, ("target", 70)),
        (COMMITTED, "commitments", {"due_on": "2026-09-01"}, ("due_on", "2026-09-01")),
        (OBLIGATED, "fundings", {"amount": 800}, ("amount", 800)),
        (SNAPSHOT, "snapshots", {"values": ["P1=41", "P2=suppressed"]}, ("values", ("P1=41", "P2=suppressed"))),
    ],
)
def test_what_was_agreed_is_never_changed_behind_the_other_partys_back(
    item: Act, kind: str, values: dict[str, Any], kept: tuple[str, Any]
) -> None:
    body = given([*ITEMS, agreed(item)], kind=Body, stream=DIALOGUE)
    assert outcome(body, agreed(item)) == "dialogue.not_open"
    body = about(body, "ledger.EventCorrected", item.by, item.id, **values)
    assert body.items[item.id].state == "open"
    assert getattr(getattr(body, kind)[body.items[item.id].thing_id], kept[0]) == kept[1]
    assert outcome(body, agreed(item)) == ()


def test_a_disputed_item_that_is_corrected_waits_for_a_new_answer() -> None:
    disputed = act("taskforce.DialogueItemDisputed", THERE, of=TARGET.id, reason="definition_differs", id=uid("no"))
    body = given([TARGET, disputed], kind=Body, stream=DIALOGUE)
    body = about(body, "ledger.EventCorrected", HERE, TARGET.id, target=50)
    assert (body.items[TARGET.id].state, body.items[TARGET.id].dispute) == ("open", None)


def test_nobody_else_corrects_an_item() -> None:
    body = given([TARGET, agreed(TARGET)], kind=Body, stream=DIALOGUE)
    assert about(body, "ledger.EventCorrected", THERE, TARGET.id, target=1) == body
    assert about(body, "ledger.EventMisfiled", THERE, TARGET.id) == body


def test_a_misfiled_item_waits_for_nobody() -> None:
    body = about(given([TARGET], kind=Body, stream=DIALOGUE), "ledger.EventMisfiled", HERE, TARGET.id)
    assert outcome(body, agreed(TARGET)) == "dialogue.not_open"


def test_a_disbursement_counts_for_what_its_publisher_says_last() -> None:
    body, balances = given([OBLIGATED], kind=Body, stream=DIALOGUE), []
    for done in (disbursed(400, "USD", "a"), disbursed(90, "MNT", "b")):
        body, _ = take(body, done)
    for type, by, of, values in (
        ("ledger.EventCorrected", IMPLEMENTER, "a", {"amount": 300}),
        ("ledger.EventCorrected", HERE, "a", {"amount": 1}),
        ("ledger.EventCorrected", IMPLEMENTER, "b", {"currency": "USD"}),
        ("ledger.EventCorrected", IMPLEMENTER, "a", {"amount": -300}),
        ("ledger.EventCorrected", HERE, OBLIGATED.id, {"currency": "EUR"}),
        ("ledger.EventCorrected", HERE, OBLIGATED.id, {"currency": "USD", "amount": 100}),
        ("ledger.EventMisfiled", IMPLEMENTER, "b", {}),
    ):
        body = about(body, type, by, of, **values)
        balances.append(body.fundings[uid("funding_id")].balance)
    assert balances == [700, 700, 610, 910, 1000, 10, 100]


def test_a_correction_of_anything_else_changes_nothing_here() -> None:
    for state in (StreamState(STREAM), given([])):
        assert about(state, "ledger.EventCorrected", HERE, TARGET.id, target=1) == state
        assert about(state, "ledger.EventMisfiled", HERE, TARGET.id) == state


def test_an_agreed_target_that_is_corrected_waits_for_the_other_party_again() -> None:
    correction = act(
        "ledger.EventCorrected",
        HERE,
        of=TARGET.id,
        replaces=["target"],
        clear_values={"target": 70},
        id=uid("correction"),
    )
    body = given([TARGET, agreed(TARGET), correction], kind=Body, stream=DIALOGUE)
    assert body.items[TARGET.id].state == "agreed"
    approval = act("ledger.ApprovalGiven", HERE, of=correction.id, role="correction", actor="officer-2")
    body, _ = take(body, approval)
    assert (body.items[TARGET.id].state, body.targets[uid("target_id")].target) == ("open", 70)
