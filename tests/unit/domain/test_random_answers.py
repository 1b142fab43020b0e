"""Whatever agencies submit about each other's acts: nothing takes effect without its approvals, no link without two."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.catalogue import by_name
from domain.event import Recorded
from domain.party import Party
from domain.refusals import Refusal
from domain.stages.rules import Context
from domain.stages.state import StreamState
from domain.stream import admit, evolve
from unit.domain.story import (
    AT,
    CHILD_PROTECTION,
    CONTEXT,
    HOTLINE,
    INDICATED,
    OVERSIGHT,
    POLICE,
    SHELTER,
    STREAM,
    Act,
    act,
    event,
    uid,
)
from unit.domain.test_party import BOTH, CONFIRMED, DISSOLVED, LINKED, PROPOSED, A, B, proposed

AGENCIES = [CHILD_PROTECTION, POLICE, HOTLINE, OVERSIGHT]
ROLES = ["case_closure", "other_lead", "erasure", "correction"]
Step = tuple[StreamState, Recorded, StreamState]
REQUESTS = [uid(f"request {number}") for number in range(4)]


def _answer(chance: random.Random, state: Any) -> Act:
    """One act of one of few officers, so that they meet; mostly about an event that waits, where one does."""
    by, actor = chance.choice(AGENCIES), f"officer-{chance.randrange(3)}"
    past = sorted(state.events) or [uid("nothing")]
    of = chance.choice(sorted(state.awaiting) if state.awaiting and chance.random() < 0.8 else past)
    role = chance.choice(ROLES)
    request = chance.choice(REQUESTS)
    acts: list[tuple[str, dict[str, Any]]] = [
        ("case.Closed", {}),
        ("case.Reopened", {}),
        ("case.OfficerRecused", {"officer": "officer-1"}),
        ("case.OfficerAssigned", {"officer": "officer-1", "role": "investigator"}),
        ("privacy.DataSubjectRequestReceived", {"kind": "erasure", "request_id": request}),
        *[("privacy.DataSubjectRequestAnswered", {"answer": "erased", "request_id": request})] * 2,
        ("identification.IndicatorReported", {}),
        ("ledger.EventCorrected", {"of": of, "replaces": ["aimag"], "clear_values": {"aimag": "MN-047"}}),
        ("ledger.EventMisfiled", {"of": of, "right_stream": uid("elsewhere")}),
        ("ledger.ApprovalRefused", {"of": of, "role": role, "reason": "incomplete"}),
        *[("ledger.ApprovalGiven", {"of": of, "role": each}) for each in ROLES * 2],
    ]
    name, data = chance.choice(acts)
    identity = chance.choice(past) if chance.random() < 0.1 else uid(repr(chance.random()))
    return act(name, by, actor=actor, id=identity, **data)


def _story(chance: random.Random, length: int) -> list[Callable[[Any], Act]]:
    return [lambda _: INDICATED, *[partial(_answer, chance)] * length]


def _run(
    acts: Iterable[Callable[[Any], Act]], state: Any, context: Context
) -> list[tuple[StreamState, Recorded, StreamState]]:
    """Each admitted entry between the states before and after it."""
    steps: list[Step] = []
    taken = set()
    for done in acts:
        submitted = event(done(state))
        if (submitted.publisher, submitted.id) in taken:
            continue
        try:
            stated = admit(state, submitted, by_name[submitted.type], context)
        except Refusal:
            continue
        taken.add((submitted.publisher, submitted.id))
        recorded = Recorded(submitted, AT, state.version + 1, stated)
        after = evolve(state, recorded)
        steps.append((state, recorded, after))
        state = after
    return steps


@settings(max_examples=150, deadline=None)
@given(seed=st.integers(0, 2**32), length=st.integers(0, 120))
def test_nothing_takes_effect_without_its_approvals(seed: int, length: int) -> None:
    chance = random.Random(seed)
    given_by: dict[str, list[tuple[str, str]]] = {}
    steps = _run(_story(chance, length), StreamState(STREAM), CONTEXT)
    for before, recorded, after in steps:
        submitted, stated = recorded.event, {effect.type: effect.data for effect in recorded.effects}
        assert (after.version, after.events[submitted.id][-1].n) == (recorded.n, recorded.n)
        assert all(len(held.given) < len(held.slots) for held in after.awaiting.values())
        if submitted.type == "ledger.ApprovalGiven":
            given_by.setdefault(submitted.data["of"], []).append((submitted.publisher, submitted.actor))
        if "ledger.ApprovalAwaited" in stated:
            given_by[submitted.id] = []
            assert submitted.id in after.awaiting
        completed = stated.get("ledger.ApprovalCompleted")
        if completed is not None:
            held, officers = before.awaiting[completed["of"]], given_by[completed["of"]]
            assert len(officers) == len(set(officers)) == len(held.slots)
            assert (held.event.publisher, held.event.actor) not in officers
            assert completed["of"] not in after.awaiting
        if (getattr(before, "status", ""), after.status) == ("open", "closed"):  # type: ignore[attr-defined]
            assert completed is not None
            assert completed["approved"] == "case.Closed"
    replayed = StreamState(STREAM)
    for _, recorded, _ in steps:
        replayed = evolve(replayed, recorded)
    assert not steps or replayed == steps[-1][2]


def test_each_kind_of_approval_is_completed_by_some_story() -> None:
    completed = {
        effect.data["approved"]
        for seed in range(30)
        for _, recorded, _ in _run(_story(random.Random(seed), 200), StreamState(STREAM), CONTEXT)
        for effect in recorded.effects
        if effect.type == "ledger.ApprovalCompleted"
    }
    assert completed == {
        "case.Closed",
        "case.OfficerAssigned",
        "ledger.EventCorrected",
        "privacy.DataSubjectRequestAnswered",
    }


@settings(max_examples=150, deadline=None)
@given(seed=st.integers(0, 2**32), length=st.integers(0, 40))
def test_a_link_is_confirmed_by_another_agency_that_takes_part(seed: int, length: int) -> None:
    chance = random.Random(seed)
    context = chance.choice([LINKED, BOTH])
    ids = [uid(f"link {number}") for number in range(3)]

    def answer(state: Any) -> Act:
        done, by = (
            chance.choice([PROPOSED, proposed(case_b=A), CONFIRMED, DISSOLVED]),
            chance.choice([*AGENCIES, SHELTER]),
        )
        return act(done.type, by, id=uid(repr(chance.random())), **{**done.data, "link_id": chance.choice(ids)})

    for before, recorded, after in _run([answer] * length, Party(STREAM), context):
        link_id, agency = recorded.event.data["link_id"], recorded.event.publisher
        assert isinstance(after, Party)
        link = after.links[link_id]
        assert any(agency in context.elsewhere.stream(case_id).agencies for case_id in (A, B))
        if link.state == "confirmed":
            assert agency != link.proposer
        assert isinstance(before, Party)
        was = before.links.get(link_id)
        assert was is None or (was.state, link.state) in {
            ("proposed", "confirmed"),
            ("proposed", "dissolved"),
            ("confirmed", "dissolved"),
        }
