"""Whatever agencies send, in whatever order: what must always hold of a case holds after every submission.

A machine sends random submissions of random agencies to one case after another, mostly about what is on record. A plain
run takes 2,000 steps, `CHAOS=full` 20,000.
"""

from __future__ import annotations

import os
import random
from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from domain.case import Case
from domain.catalogue import STREAM_ID, ClearField, EventType, by_name, check
from domain.event import Event, Recorded
from domain.profile import AGENCIES
from domain.refusals import Refusal
from domain.stages.rules import Context
from domain.stages.state import StreamState
from domain.stream import admit, evolve
from unit.domain.story import AT, INDICATED, STREAM, Registry, event, sample, uid

FULL = os.environ.get("CHAOS") == "full"
AT_LEAST = 20_000 if FULL else 2_000
STORIES = AT_LEAST // 50

TYPES = [known for known in by_name.values() if known.kind != "effect" and known.stream in ("case", "any")]
PROTECTIVE = [known for known in TYPES if known.protective]
HOLDERS = {known.name: sorted(a.id for a in AGENCIES.values() if a.categories & known.mandate) for known in TYPES}
OFFICERS = [f"officer-{number}" for number in range(5)]

# What may refuse a protective act: that it contradicts itself, that there is no case or no such thing, or that nobody
# can take it. Never a status of the child, the case or anything in it.
NO_STATUS = {
    "case.not_open",
    "case.reference",
    "consent.missing",
    "id.already_minted",
    "referral.addressee_inactive",
    "referral.addressee_lacks_mandate",
}
sent: Counter[str] = Counter()
ACKNOWLEDGING = {"custody.CustodyReceived", "custody.ExhibitFound"}


class Agencies(RuleBasedStateMachine):
    """Agencies at work on one case."""

    def __init__(self) -> None:
        super().__init__()
        self.case: Any = StreamState(STREAM)
        self.ledger: list[Recorded] = []
        self.receivers: dict[str, set[str]] = {}
        self.now = datetime.fromisoformat(AT.removesuffix("Z"))

    @initialize()
    def open(self) -> None:
        """A hotline reports an indicator."""
        self.send(event(INDICATED))

    @rule(seed=st.integers(0, 2**64))
    def anybody(self, seed: int) -> None:
        """Agencies that hold the mandates send something about what is on record."""
        chance = random.Random(seed)
        for known in chance.choices(TYPES, k=5):
            self.send(self.drawn(known, chance))

    @rule(seed=st.integers(0, 2**64), known=st.sampled_from(PROTECTIVE))
    def protective(self, seed: int, known: EventType) -> None:
        """A protective act, which no status refuses."""
        code = self.send(self.drawn(known, random.Random(seed)))
        assert code in NO_STATUS or code == "admitted" or code.endswith(".unknown"), (known.name, code)

    @rule(days=st.integers(0, 40))
    def time_passes(self, days: int) -> None:
        """Deadlines come and go."""
        self.now += timedelta(days=days)

    def drawn(self, known: EventType, chance: random.Random) -> Event:
        """A submission of the type: ids mostly of what is on record, values of the right kinds."""
        names = [name for name in (*known.subject, *known.mints) if name != STREAM_ID.get(known.stream)]
        data: dict[str, Any] = {name: self.an_id(name, name in known.mints, chance) for name in names}
        data |= {name: [data[name]] for name in names if name in known.listed}
        for field in known.clear:
            if not field.optional or chance.random() < 0.5:
                data[field.name] = self.a_value(field, chance)
        publisher = chance.choice(HOLDERS[known.name] or ["mn.cfdpa"])
        time = self.now - timedelta(hours=chance.choice((0, 0, 0, 1, 48)))
        named = f"event {len(self.ledger)} {chance.random()}"
        return Event(uid(named), publisher, STREAM, known.name, written(time), "unit-1", chance.choice(OFFICERS), data)

    def an_id(self, name: str, minted: bool, chance: random.Random) -> str:
        """An id on record of that kind, or a new one."""
        on_record = [key for key, kind in self.case.ids.items() if kind == name]
        if on_record and chance.random() < (0.3 if minted else 0.9):
            return chance.choice(on_record)
        return f"E-{chance.randrange(100)}" if name == "exhibit_number" else uid(f"{name} {chance.random()}")

    def a_value(self, field: ClearField, chance: random.Random) -> Any:
        """A value of the field's kind."""
        if field.is_list:
            one = field._replace(is_list=False)
            return [self.a_value(one, chance) for _ in range(chance.randrange(3))]
        if field.kind == "event":
            return chance.choice([*self.case.events, uid("no event")])
        if field.kind == "number":
            return self.an_id("exhibit_number", False, chance)
        if field.kind == "id":
            return self.an_id(field.name.removesuffix("s") if field.name.endswith("s") else field.name, False, chance)
        if field.kind == "agency":
            return chance.choice(sorted(AGENCIES))
        if field.kind == "actor":
            return chance.choice(OFFICERS)
        return sample(field, chance)

    def send(self, submitted: Event) -> str:
        """`admitted`, or the code of the refusal; what must hold of every entry is asked here."""
        known = by_name[submitted.type]
        sent[known.name] += 1
        try:
            check(known, STREAM, dict(submitted.data))
            stated = admit(self.case, submitted, known, Context(written(self.now), Registry()))
        except Refusal as refusal:
            return refusal.code
        for effect in stated:
            check(by_name[effect.type], STREAM, effect.data)
        recorded = Recorded(submitted, written(self.now), self.case.version + 1, stated)
        before, self.case = self.case, evolve(self.case, recorded)
        self.ledger.append(recorded)
        assert self.case.version == before.version + 1
        if isinstance(before, Case):
            self.referrals_moved_only_by_their_sides(before, submitted)
            self.custodians_acknowledged(before, submitted)
        return "admitted"

    def referrals_moved_only_by_their_sides(self, before: Case, submitted: Event) -> None:
        """No referral moves without its addressee; only its sender takes it back, and after acceptance not alone."""
        for key, referral in self.case.referrals.items():
            was = before.referrals.get(key)
            if was is None or was.state == referral.state:
                continue
            if referral.state in ("accepted", "rejected", "completed") or was.state == "accepted":
                assert submitted.publisher == was.addressee, (key, was, referral)
            elif referral.state == "revoked":
                assert submitted.publisher == was.sender, (key, was, referral)

    def custodians_acknowledged(self, before: Case, submitted: Event) -> None:
        """The custodian is always the last who acknowledged the exhibit: nobody is made custodian by another's act."""
        if submitted.type in ACKNOWLEDGING:
            numbers = submitted.data["exhibit_number"]
            for number in numbers if isinstance(numbers, list) else [numbers]:
                self.receivers.setdefault(number, set()).add(submitted.publisher)
        was: Mapping[str, Any] = getattr(before, "exhibits", {})
        for number, exhibit in getattr(self.case, "exhibits", {}).items():
            held = was.get(number)
            if held is None or held.custodian is None or held.custodian == exhibit.custodian:
                continue
            assert exhibit.custodian in self.receivers.get(number, set()), (number, submitted.type)

    @invariant()
    def a_replay_gives_the_same_state(self) -> None:
        """Asked now and then: it takes as long as the story."""
        if len(self.ledger) % 50 == 0:
            self.replayed()

    @invariant()
    def what_is_paid_on_an_award_is_the_sum_of_its_payments(self) -> None:
        """Whatever was paid, corrected or misfiled; and an award is enforced once at a time."""
        for key, award in getattr(self.case, "awards", {}).items():
            assert award.paid == sum(paid.amount for paid in self.case.payments.values() if paid.award_id == key)
            assert sum(each.is_open and each.award_id == key for each in self.case.enforcements.values()) <= 1

    def teardown(self) -> None:
        """What chance has left out of all stories so far, and then the whole story once more."""
        for known in TYPES:
            if known.name not in sent:
                self.send(self.drawn(known, random.Random(known.name)))
        self.replayed()

    def replayed(self) -> None:
        """Fold the ledger anew."""
        state: StreamState = StreamState(STREAM)
        for recorded in self.ledger:
            state = evolve(state, recorded)
        assert state == self.case


def written(instant: datetime) -> str:
    """UTC, six decimals, Z."""
    return instant.isoformat(timespec="microseconds") + "Z"


@pytest.mark.chaos
def test_what_must_always_hold_holds_whatever_agencies_send() -> None:
    sent.clear()
    run_state_machine_as_test(
        Agencies,
        settings=settings(
            max_examples=STORIES,
            stateful_step_count=100,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
    assert sent.total() >= AT_LEAST
    assert sent.keys() == {known.name for known in TYPES}
