"""Whatever is admitted evolves: no fold fails, versions are dense, and a replay gives the same state."""

from __future__ import annotations

import random
from dataclasses import FrozenInstanceError, fields, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.case import Case
from domain.catalogue import STREAM_ID, ClearField, EventType, by_name, check
from domain.codes import codes
from domain.elsewhere import asked
from domain.event import Event, Recorded
from domain.profile import AGENCIES, DEADLINES
from domain.refusals import Refusal
from domain.stages.change import changed
from domain.stages.identification.state import Victim
from domain.stages.rules import Context, Nowhere
from domain.stages.streams import body_id, programme_id
from domain.stream import KINDS, admit, evolve
from unit.domain.story import AT, CONTEXT, INDICATED, PANEL, STREAM, event, uid

TYPES = [known for known in by_name.values() if known.kind != "effect"]
# Few agencies, ids and officers, so that they meet again in one story.
AGENTS = [
    "mn.cfdpa",
    "mn.mgec",
    "mn.npa",
    "mn.opg",
    "mn.courts",
    "mn.clock",
    "ctdc.import",
    "mn.health",
    "mn.nhrcm",
    "mn.nifs",
    "mn.keyring",
]
HOLDERS = {
    known.name: [agent for agent in AGENTS if AGENCIES[agent].categories & known.mandate]
    or [agency.id for agency in AGENCIES.values() if agency.categories & known.mandate]
    for known in TYPES
}
# One stream of each kind; two agencies may publish in the body and one in the programme.
STREAMS = {"case": STREAM, "body": body_id("mn.cccp"), "programme": programme_id("mn.gabp", "2026")}
EVENTS = [uid(f"event {number}") for number in range(8)]
DAYS = ["2026-01-05", "2026-03-01", "2026-06-01"]
ANSWERS = {"referral.ReferralAccepted", "referral.ReferralRejected", "referral.ReferralCompleted"}


def _value(field: ClearField, chance: random.Random) -> object:
    if field.is_list:
        return [_value(field._replace(is_list=False), chance) for _ in range(chance.randrange(4))]
    if field.kind in ("id", "event"):
        return chance.choice(EVENTS)
    if field.name == "panel_agencies":
        return chance.choice(PANEL)
    listed = codes(field.kind)
    if listed:
        return chance.choice(sorted(listed))
    return {
        "date": chance.choice(DAYS),
        "time": f"{chance.choice(DAYS)}T00:00:00.000000Z",
        "month": "2026-01",
        "year": "2018",
        "int": chance.randrange(100),
        "bool": chance.random() < 0.5,
        "country": "MN",
        "language": "mon",
        "version": "2.0",
        "article": "13.1",
        "actor": f"officer-{chance.randrange(3)}",
        "agency": chance.choice(AGENTS[:4]),
        "unit": "unit-1",
        "number": f"E-{chance.randrange(4)}",
        "tag": chance.choice("TU") * 43,
        "seal": f"S-{chance.randrange(3)}",
        "indicator_value": f"P{chance.randrange(1, 4)}=11",
        "ledger_head": f"{chance.randrange(4)}-1-{'h' * 43}",
        "type_name": "identification.IndicatorReported",
        "refusal_code": "data.missing_field",
        "rule_name": "open case",
        "field_name": "aimag",
        "fields": {"aimag": "MN-1"} if chance.random() < 0.5 else {},
        "deadline": chance.choice(sorted(DEADLINES)),
    }[field.kind]


def _id(name: str, chance: random.Random) -> str:
    """One of the victims, or of the few things of the kind; seldom an id of another kind."""
    if name == "exhibit_number":
        return f"E-{chance.randrange(4)}"
    kind = chance.choice(["victim_id", "flag_id"]) if chance.random() < 0.02 else name
    return uid(f"{kind} {chance.randrange(2 if kind == 'victim_id' else 4)}")


def _event(known: EventType, number: int, chance: random.Random, stream: str = STREAM) -> Event:
    names = [name for name in (*known.subject, *known.mints) if name != STREAM_ID.get(known.stream)]
    data: dict[str, object] = {name: _id(name, chance) for name in names}
    data |= {name: [data[name]] for name in names if name in known.listed}
    for field in known.clear:
        if not field.optional or chance.random() < 0.5:
            data[field.name] = _value(field, chance)
    identity = EVENTS[number % len(EVENTS)]
    publisher, actor = chance.choice(HOLDERS[known.name]), f"officer-{chance.randrange(9)}"
    time = chance.choice([AT, "2026-01-05T00:00:00.000000Z"])
    return Event(identity, publisher, stream, known.name, time, "unit-1", actor, data)


class Asked(Nowhere):
    """Knows no other stream, and notes that a rule has asked for one."""

    def __init__(self) -> None:
        self.is_asked = False

    def stream(self, stream: str) -> None:
        """Nothing."""
        self.is_asked = True

    def same_person(self, stream: str, person_id: str) -> tuple[()]:
        """Nobody."""
        self.is_asked = True
        return ()


@settings(max_examples=200, deadline=None)
@given(seed=st.integers(0, 2**32), opened=st.booleans(), length=st.integers(0, 150))
def test_whatever_is_admitted_evolves(seed: int, opened: bool, length: int) -> None:
    chance = random.Random(seed)
    picks = chance.choices([known for known in TYPES if known.stream not in ("body", "programme")], k=length)
    case, ledger = Case.new(STREAM), list[Recorded]()
    submitted = [_event(known, number, chance) for number, known in enumerate(picks)]
    for submission in [event(INDICATED), *submitted] if opened else submitted:
        known = by_name[submission.type]
        check(known, STREAM, dict(submission.data))
        elsewhere = Asked()
        try:
            stated = admit(case, submission, known, Context(AT, CONTEXT.partners, elsewhere))
        except Refusal:
            continue
        finally:
            # A registrar brings other streams for those events only that say so.
            assert not elsewhere.is_asked or asked(case, submission)
        for effect in stated:
            check(by_name[effect.type], STREAM, effect.data)
        if submission.type in ANSWERS:
            assert case.referrals[submission.data["referral_id"]].addressee == submission.publisher
        recorded = Recorded(submission, AT, case.version + 1, stated)
        case, before = evolve(case, recorded), case
        assert case.version == before.version + 1
        ledger.append(recorded)
    replayed = Case.new(STREAM)
    for recorded in ledger:
        replayed = evolve(replayed, recorded)
    assert replayed == case
    names = {each.name for each in fields(Case)}
    # `changed` copies without a check, so a fold that invents a field would go unseen.
    assert set(vars(case)) == names
    assert all(set(vars(victim)) == {each.name for each in fields(Victim)} for victim in case.victims.values())
    assert (case.status in ("open", "closed")) is (case.care_lead is not None)


@settings(max_examples=100, deadline=None)
@given(seed=st.integers(0, 2**32), kind=st.sampled_from(["body", "programme"]), length=st.integers(0, 80))
def test_whatever_is_admitted_evolves_in_a_stream_that_is_no_case(seed: int, kind: str, length: int) -> None:
    chance, stream = random.Random(seed), STREAMS[kind]
    known = [each for each in TYPES if each.stream in (kind, "any")]
    state, ledger = KINDS[kind](stream), list[Recorded]()
    for number, picked in enumerate(chance.choices(known, k=length)):
        submission = _event(picked, number, chance, stream)
        check(picked, stream, dict(submission.data))
        try:
            stated = admit(state, submission, picked, CONTEXT)
        except Refusal:
            continue
        ledger.append(Recorded(submission, AT, state.version + 1, stated))
        state = evolve(state, ledger[-1])
    assert state.version == len(ledger)
    assert set(vars(state)) == {each.name for each in fields(KINDS[kind])}
    replayed = KINDS[kind](stream)
    for recorded in ledger:
        replayed = evolve(replayed, recorded)
    assert replayed == state


def test_a_type_that_is_not_known_only_moves_the_version() -> None:
    later = Event(uid("later"), "mn.npa", STREAM, "custody.ExhibitDreamtOf", AT, "unit-1", "officer-1", {})
    assert evolve(Case.new(STREAM), Recorded(later, AT, 1, ())) == Case(STREAM, version=1)


def test_a_changed_state_is_what_replace_makes_and_as_frozen() -> None:
    case = Case.new(STREAM)
    assert changed(case, version=3, status="open") == replace(case, version=3, status="open")
    assert case == Case.new(STREAM)
    with pytest.raises(FrozenInstanceError):
        changed(case, version=3).version = 4  # type: ignore[misc]
