"""No protective act is refused for a status: whatever has happened in a case, a child in danger is reported and helped.

Asked of the rules that the catalogue names, and of every case that the stages' tables tell of, open and closed.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from domain.case import Case
from domain.catalogue import EventType, by_name
from unit.domain.story import Act, Recused, act, outcome, uid
from unit.domain.tables import rows

PROTECTIVE = [known for known in by_name.values() if known.protective]
NO_STATUS = {
    "open case": "a case must have been opened once; one that is closed is reopened",
    "addressee active": "a referral needs an addressee who can take it",
    "consent for an optional service": "asked for a routine referral alone, to a service that the child may do without",
}
"""The only rules that bind a protective act, and why none of them is a status."""

CASES = {id(row.before): row.before for row in rows() if isinstance(row.before, Case) and row.before.version}.values()


_RECUSED = "ACTED_WHILE_RECUSED"


def accepted(known: EventType) -> Act:
    """An act of the type as some table has it admitted, under new ids."""
    for row in rows():
        if row.when.type == known.name and isinstance(outcome(row.before, row.when, row.context), tuple):
            new = {name: uid(f"new {name}") for name in known.mints if name not in ("case_id", *known.subject)}
            return replace(row.when, data={**row.when.data, **new})
    raise AssertionError(known.name)


@pytest.mark.parametrize("known", PROTECTIVE, ids=lambda known: known.name)
def test_no_rule_that_a_protective_type_names_is_a_status(known: EventType) -> None:
    assert {*known.requires} <= NO_STATUS.keys()
    assert known.relation in (None, "any holder of the mandate; the publisher is the sender")


@pytest.mark.parametrize("known", PROTECTIVE, ids=lambda known: known.name)
def test_who_is_recused_may_protect(known: EventType) -> None:
    told = ((row, outcome(*row[1:4])) for row in rows() if row.when.type == known.name)
    row, before = next((row, said) for row, said in told if isinstance(said, tuple) and _RECUSED not in said)
    recused = replace(row.context, partners=Recused())
    beside = (_RECUSED,) if known.kind == "fact" else ()
    assert outcome(row.before, row.when, recused) == (*before, *beside)


@pytest.mark.parametrize("known", PROTECTIVE, ids=lambda known: known.name)
def test_no_protective_act_is_refused_for_what_has_happened_in_the_case(known: EventType) -> None:
    when = accepted(known)
    if known.name == "referral.ReferralRequested":
        when = act(when.type, when.by, **{**when.data, "urgency": "emergency"})
    for case in CASES:
        for status in ("open", "closed"):
            assert isinstance(outcome(replace(case, status=status), when), tuple), (case.events, status)
