"""Whatever is admitted, no desk of proceedings fails on it; who is told all of it sees what the ledger's state says."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any

import orjson
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.case import Case
from domain.catalogue import by_name
from domain.event import Recorded
from domain.refusals import Refusal
from domain.stages.custody.authority import lineage
from domain.stream import admit, evolve
from projections.desks.custody import CustodyRow
from projections.desks.investigation import InvestigationRow
from projections.desks.prosecution import NONE, ProsecutionRow
from projections.engine import Row
from projections.entry import Entry
from unit.domain.story import AT, CONTEXT, INDICATED, SHELTER, STREAM, event
from unit.domain.test_random_cases import TYPES, _event
from unit.projections.told_by import desk_rows, entry, told, view_rows

DESKS = ("custody", "exhibits_by_defendant", "investigation", "prosecution", "board")
STAGES = ("custody", "investigation", "prosecution")
CONDUCTING = ("mn.npa", "mn.opg", "mn.courts")
"""Who is told all of the proceedings while in the case."""


def played(seed: int, length: int, stages: tuple[str, ...]) -> tuple[Case, list[Recorded], list[Entry]]:
    """A case of random events of these stages, any where there are none; what was admitted, and its entries."""
    chance = random.Random(seed)
    known = [each for each in TYPES if each.stream in ("case", "any") and (not stages or each.stage in stages)]
    picks = [_event(each, number, chance) for number, each in enumerate(chance.choices(known, k=length))]
    case, admitted = Case.new(STREAM), list[Recorded]()
    for submitted in [event(INDICATED), *picks]:
        try:
            stated = admit(case, submitted, by_name[submitted.type], CONTEXT)
        except Refusal:
            continue
        admitted.append(Recorded(submitted, AT, case.version + 1, stated))
        case = evolve(case, admitted[-1])
    return case, admitted, [entry(pos, STREAM, each) for pos, each in enumerate(admitted, 1)]


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**32), length=st.integers(0, 120))
def test_no_desk_fails_on_what_is_admitted(seed: int, length: int) -> None:
    for desk in DESKS:
        desk_rows(desk, played(seed, length, ())[2])


@settings(max_examples=100, deadline=None)
@given(seed=st.integers(0, 2**32), length=st.integers(20, 120))
def test_who_is_told_all_of_the_proceedings_sees_what_the_ledger_says(seed: int, length: int) -> None:
    case, admitted, entries = played(seed, length, STAGES)
    rows = {desk: view_rows(desk, entries) for desk in ("custody", "investigation", "prosecution")}
    for agency in CONDUCTING:
        heard = [each for each in told(entries, agency) if each.type.split(".")[0] in STAGES and each.data]
        if len(heard) < sum(each.event.type.split(".")[0] in STAGES for each in admitted):
            continue
        mine = {desk: [each for each in found if each[0] == agency] for desk, found in rows.items()}
        assert _exhibits(case, mine["custody"]) == {key: _exhibit(case, key) for key in _named(case, mine["custody"])}
        assert _investigations(mine["investigation"]) == {key: each.state for key, each in case.investigations.items()}
        assert _charges(mine["prosecution"]) == {
            key: (each.defendant_id, each.state, each.result or "", list(each.articles))
            for key, each in case.charges.items()
        }


def _exhibits(case: Case, rows: list[Row]) -> Mapping[str, Any]:
    """What the desk says of each exhibit; a break whose id somebody gave to another one's as well is that one's."""
    return {
        row.exhibit_number: {
            "state": row.state, "custodian": _provider(row.custodian), "holder": row.holder, "seal": row.seal,
            "tag": row.tag, "parent": row.parent, "root": _root(case, row.exhibit_number, row.root),
            "hearings": orjson.loads(row.hearings),
            "legs": {key: each["leg"] for key, each in orjson.loads(row.transfers).items()},
            "breaks": {key: len(each["explanations"]) for key, each in orjson.loads(row.broken).items()
                       if case.breaks[key].exhibit_number == row.exhibit_number},
            "holds": orjson.loads(row.holds),
        }
        for row in map(CustodyRow._make, rows)
    }  # fmt: skip


def _named(case: Case, rows: list[Row]) -> set[str]:
    """Exhibits on record or on the desk: one that an act only names is on record once the act says something of it."""
    return {*case.exhibits, *(row[2] for row in rows)}


def _exhibit(case: Case, number: str) -> dict[str, Any]:
    """The same by the ledger's own state."""
    of = case.exhibits.get(number)
    transfers = {key: each.items[number].state for key, each in case.transfers.items() if number in each.items}
    fields = ("custodian", "holder", "seal", "tag", "parent")
    return {
        "root": _root(case, number, of.root if of is not None else None),
        "state": of.state if of is not None else "unrecorded",
        **{name: (getattr(of, name) if of is not None else None) or "" for name in fields},
        "hearings": dict(of.hearings) if of is not None else {},
        "legs": transfers,
        "breaks": {key: len(each.explanations) for key, each in case.breaks_of(number)},
        "holds": sorted(key for key, each in case.holds.items() if each.is_open and number in each.exhibits),
    }


def _root(case: Case, number: str, root: str | None) -> str:
    """Of what was derived from nothing on record, the ledger's state and the desk may differ on the line."""
    codes = {each.code for one in lineage(case, number) for _, each in case.breaks_of(one)}
    return "" if "DERIVED_WITHOUT_PARENT" in codes else root or ""


def _provider(custodian: str) -> str:
    """A shelter's name is an address: others see an alias."""
    return SHELTER if custodian.startswith("care-provider") else custodian


def _investigations(rows: list[Row]) -> Mapping[str, Any]:
    found = map(InvestigationRow._make, rows)
    # One of which no opening is on record stays off the ledger's state.
    return {row.investigation_id: row.state for row in found if row.opened_on}


def _charges(rows: list[Row]) -> Mapping[str, Any]:
    found = [row for row in map(ProsecutionRow._make, rows) if row.charge_id != NONE]
    return {row.charge_id: (row.defendant_id, row.stage, row.result, orjson.loads(row.articles)) for row in found}
