"""Two agencies make one person of two records, either of them makes them two again, and nobody else."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from domain.elsewhere import Brought, asked
from domain.event import Recorded
from domain.judge import Stream
from domain.party import Party
from domain.stages.party import Link, members
from domain.stages.rules import Context
from domain.stages.state import StreamState
from domain.stream import evolve
from unit.domain.story import (
    AT,
    CHILD_PROTECTION,
    CONTEXT,
    COURT,
    HOTLINE,
    INDICATED,
    POLICE,
    SHELTER,
    Act,
    act,
    event,
    given,
    outcome,
    uid,
)

A, B, C = uid("case a"), uid("case b"), uid("case c")
ANN, BEA = uid("ann"), uid("bea")


def case_of(stream: str, person: str, publisher: str, *more: str) -> StreamState:
    """A case with one victim, in which these agencies published; the default leads take part in every case."""
    state = StreamState(stream)
    for n, agency in enumerate((publisher, *more), 1):
        told = event(act("identification.IndicatorReported", agency, id=uid(f"{stream}{agency}"), victim_id=person))
        state = evolve(state, Recorded(told._replace(stream=stream), AT, n, ()))
    return state


# The hotline takes part in the one case, the shelter in the other, the court in none; no leads are stated here.
CASES = {A: case_of(A, ANN, HOTLINE), B: case_of(B, BEA, SHELTER)}
LINKED = Context(AT, CONTEXT.partners, Brought(CASES, {}, frozenset()))
BOTH = Context(AT, CONTEXT.partners, Brought({A: CASES[A], B: case_of(B, BEA, SHELTER, HOTLINE)}, {}, frozenset()))


def proposed(by: str = HOTLINE, **data: Any) -> Act:
    """A link between the two records."""
    records = {"case_a": A, "person_a": ANN, "case_b": B, "person_b": BEA, "party_kind": "victim"}
    return act("party.LinkProposed", by, **{**records, **data})


PROPOSED = proposed()
CONFIRMED = act("party.LinkConfirmed", SHELTER)
DISSOLVED = act("party.LinkDissolved", SHELTER, reason="not_same_person")
ROWS: list[tuple[str, list[Act], Act, str | tuple[str, ...]]] = [
    ("a member of the one case proposes", [], PROPOSED, ()),
    ("a member of the other case proposes", [], proposed(SHELTER), ()),
    ("who takes part in neither case does not", [], proposed(POLICE), "party.not_member"),
    ("a case must be known", [], proposed(case_b=C), "party.case_unknown"),
    ("a person must be on record there", [], proposed(person_b=ANN), "party.person_unknown"),
    ("as that kind of person", [], proposed(party_kind="suspect"), "party.person_unknown"),
    ("a record is not linked to itself", [], proposed(case_b=A, person_b=ANN), "party.same_record"),
    ("the other holder confirms", [PROPOSED], CONFIRMED, ()),
    ("the proposer does not confirm", [PROPOSED], act(CONFIRMED.type, HOTLINE), "party.not_other_holder"),
    ("who holds neither does not confirm", [PROPOSED], act(CONFIRMED.type, POLICE), "party.not_other_holder"),
    ("confirmed once", [PROPOSED, CONFIRMED], CONFIRMED, "party.not_proposed"),
    ("an unknown link", [], CONFIRMED, "link.unknown"),
    ("a proposal is declined", [PROPOSED], DISSOLVED, ()),
    ("the proposer takes it back", [PROPOSED], act(DISSOLVED.type, HOTLINE), ()),
    ("a confirmed link is dissolved", [PROPOSED, CONFIRMED], DISSOLVED, ()),
    ("only by a holder", [PROPOSED, CONFIRMED], act(DISSOLVED.type, POLICE), "party.not_holder"),
    ("dissolved once", [PROPOSED, DISSOLVED], DISSOLVED, "party.not_proposed"),
    ("what is dissolved is not confirmed", [PROPOSED, DISSOLVED], CONFIRMED, "party.not_proposed"),
    ("the same records are linked anew", [PROPOSED, DISSOLVED], proposed(link_id=uid("second")), ()),
    ("a link id is minted once", [PROPOSED], PROPOSED, "id.already_minted"),
    ("a party is no case", [PROPOSED], INDICATED, "stream.other_kind"),
]


@pytest.mark.parametrize(("before", "when", "then"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])
def test_party(before: list[Act], when: Act, then: str | tuple[str, ...]) -> None:
    assert outcome(given(before, kind=Party, context=LINKED), when, LINKED) == then


HOLDS_BOTH: list[tuple[str, list[Act], Act, str | tuple[str, ...]]] = [
    ("who holds both records does not confirm", [PROPOSED], act(CONFIRMED.type, HOTLINE), "record.own_agency"),
    ("a second agency confirms although one holds both", [PROPOSED], CONFIRMED, ()),
]


@pytest.mark.parametrize(
    ("before", "when", "then"), [row[1:] for row in HOLDS_BOTH], ids=[row[0] for row in HOLDS_BOTH]
)
def test_linking_takes_two_agencies(before: list[Act], when: Act, then: str | tuple[str, ...]) -> None:
    assert outcome(given(before, kind=Party, context=BOTH), when, BOTH) == then


def test_nothing_is_linked_while_the_cases_are_not_known() -> None:
    assert outcome(Party(uid("party")), PROPOSED) == "party.not_member"


def test_members_publish_lead_or_are_addressed() -> None:
    referred = act("referral.ReferralRequested", HOTLINE, to_agency=SHELTER, urgency="urgent")
    assert members(given([INDICATED, referred])) == {HOTLINE, CHILD_PROTECTION, POLICE, SHELTER}
    assert members(None) == frozenset()


def linked(*ends: tuple[str, str]) -> dict[str, Link]:
    """One link between two records, by label of case and person."""
    return {uid(repr(ends)): Link(ends[0], ends[1], HOTLINE, "confirmed")}


def test_the_same_person_is_found_over_a_chain_of_confirmed_links() -> None:
    one, two = (
        Party(uid("one"), 1, links=linked((A, ANN), (B, BEA))),
        Party(uid("two"), 1, links=linked((B, BEA), (C, ANN))),
    )
    streams = {**CASES, C: case_of(C, ANN, COURT), one.stream: one, two.stream: two}
    found = Brought(streams, {}, frozenset()).same_person(A, ANN)
    assert sorted((case.stream, person) for case, person in found) == sorted([(B, BEA), (C, ANN)])
    own = {two.stream: Stream(Party(uid("two"), 2))}
    assert [case.stream for case, _ in Brought(streams, own, frozenset()).same_person(A, ANN)] == [B]
    assert Brought(CASES, {}, frozenset()).same_person(A, ANN) == []


def test_a_fresh_stream_of_the_partition_is_not_known() -> None:
    assert Brought({}, {A: Stream(StreamState(A))}, frozenset()).stream(A) is None


def test_only_what_asks_elsewhere_costs_a_query() -> None:
    party = given([PROPOSED], kind=Party, context=LINKED)
    assert asked(Party(uid("party")), event(PROPOSED)) == {A, B}
    assert asked(party, event(CONFIRMED)) == {A, B}
    assert asked(Party(uid("party")), event(DISSOLVED)) == frozenset()
    assert asked(given([INDICATED]), event(INDICATED)) == frozenset()
    interview = event(INDICATED)._replace(type="protection.ForensicInterviewConducted")
    assert asked(given([INDICATED]), interview) == {interview.stream}
    joined = event(INDICATED)._replace(type="investigation.ProceedingsJoined", data={"other_case": B})
    assert asked(given([INDICATED]), joined) == {B}


def test_the_clock_asks_for_the_streams_of_the_halves_that_are_awaited() -> None:
    case = given([INDICATED])
    mark = event(INDICATED)._replace(type="ledger.DutyOverdueMarked", data={"duty": "other_half"})
    assert asked(case, mark) == frozenset()
    halves = {
        "one": SimpleNamespace(deadline="other_half", subject={"other_case": A}),
        "two": SimpleNamespace(deadline="other_half", subject={"home_case": [B]}),
        "three": SimpleNamespace(deadline="reroute", subject={"other_case": C}),
    }
    case.__dict__["duties"] = SimpleNamespace(open=halves)
    assert asked(case, mark) == {A, B}
