"""What each agency is told is what the record and the table's file alone say, field by field; its rows are the same
whatever stands in the fields that it is not told."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

import pytest

from domain.catalogue import by_name
from domain.codes import codes
from domain.event import Effect
from domain.profile import AGENCIES
from marked_script import marked
from naive.need_to_know import Record, is_shelter
from player import Player
from projections import access
from projections.all_views import DESKS
from projections.entry import Entry, read_body
from projections.told import Told
from simulator import BASE_TIME, LEDGER, cases, enrolled, fixed_signers, publishers, steps
from unit.projections.told_by import in_the_room, view_rows

SIGNERS = fixed_signers()
REGISTRY = enrolled(SIGNERS)
PEOPLES = sorted(name for name, agency in AGENCIES.items() if not agency.system)


@cache
def bodies() -> tuple[bytes, ...]:
    """Every outcome of the marked script and of twenty generated cases."""
    player, people = Player(REGISTRY, SIGNERS["mn.clock"]), publishers(SIGNERS, ledger=LEDGER)
    player.play(marked(steps(people, ledger=LEDGER, base_time=BASE_TIME), people))
    for sent in cases(5, 20, people, ledger=LEDGER, base_time=player.at):
        player.send(sent.record)
    return tuple(player.bodies)


@cache
def _read() -> tuple[Entry, ...]:
    return tuple(read_body(body, pos, 0, REGISTRY) for pos, body in enumerate(bodies(), 1))


def entries() -> list[Entry]:
    """As they are before any room has read them."""
    return [entry._replace(tellings=[], access=[]) for entry in _read()]


@cache
def record() -> Record:
    found = Record()
    for entry in entries():
        if entry.recorded is not None:
            found.add((0, entry.pos), entry.recorded)
        elif entry.refused is not None and entry.refused.stream and entry.refused.type:
            found.refused(entry.refused.stream, entry.refused.publisher)
    return found


@cache
def told() -> Mapping[tuple[str, str], tuple[list[Told], list[Told]]]:
    """(agency, stream) → what it is told in the end, and all that it was ever told."""
    return _told(entries())


def _told(seen: list[Entry]) -> Mapping[tuple[str, str], tuple[list[Told], list[Told]]]:
    found: dict[tuple[str, str], tuple[list[Told], list[Told]]] = defaultdict(lambda: ([], []))
    in_the_room(seen)
    for each in seen:
        for telling in each.tellings:
            now, ever = found[telling.agency, each.case]
            now[:] = [*([] if telling.anew else now), *telling.told]
            ever.extend(telling.told)
    return found


def test_the_script_is_judged_with_its_marks_as_it_is_without() -> None:
    people = publishers(SIGNERS, ledger=LEDGER)
    script = steps(people, ledger=LEDGER, base_time=BASE_TIME)
    plain = Player(REGISTRY, SIGNERS["mn.clock"]).play(script)
    found = Player(REGISTRY, SIGNERS["mn.clock"]).play(marked(script, people))
    assert [(said.code, [each.type for each in said.effects]) for said in plain] == [
        (said.code, [each.type for each in said.effects]) for said in found
    ]


@pytest.mark.parametrize("agency", PEOPLES)
def test_an_agency_is_told_what_the_record_and_the_table_say_and_no_field_more(agency: str) -> None:
    now: dict[tuple[str, str, int], Any] = {}
    ever = set()
    for known in record().told(agency):
        act = known.act
        ever.add((act.stream, act.id))
        if known.now is not None:
            now[act.stream, act.id, act.at[1]] = (known.now & act.values[-1].keys(), known.effects_now)
    found = {}
    for (reader, stream), (in_the_end, of_all) in told().items():
        if reader != agency:
            continue
        assert {(stream, each.event_id) for each in of_all if not each.code} <= ever
        for each in in_the_end:
            if not each.code:
                effects = {said.type: frozenset(said.data) for said in each.effects}
                found[stream, each.event_id, each.pos] = (frozenset(each.data), effects)
    assert found.keys() == now.keys()
    for at, (fields, effects) in found.items():
        assert fields == now[at][0], at
        assert effects.keys() == now[at][1].keys(), at
        assert all(said <= now[at][1][name] for name, said in effects.items()), at


def test_who_may_read_a_case_is_what_the_record_says() -> None:
    rows = {(row[0], row[1]): access.AccessRow._make(row) for row in view_rows("access", entries())}
    for stream, case in record().cases.items():
        for agency in AGENCIES:
            row = rows.get((agency, stream))
            assert (row is not None) == case.hears(agency), (agency, stream)
            if row is None:
                continue
            assert bool(row.open) is not (case.acts and case.is_shut(agency, len(case.acts) - 1)), (agency, stream)
            assert row.restricted == case.restricted
            assert _names(row.units) == case.units.get(agency, set())
            assert _names(row.assigned) == {name for holder, name in case.assigned.values() if holder == agency}
            assert _names(row.recused) == {name for holder, name in case.recused if holder == agency}


def _names(text: str) -> set[str]:
    return {*text.strip("|").split("|")} - {""}


STEERING = frozenset(
    {"to_agency", "owner_agency", "care", "proceedings", "level", "excluded_agencies", "admitted_agencies", "officer",
     "accused_agencies", "accused_agency", "official_complicity", "officer_agency", "role", "of", "clear_values",
     "replaces", "successor"}
)  # fmt: skip
"""Fields by which it is decided who is told at all: what they hold shows in who is told, as the table wants it."""


@pytest.mark.parametrize("agency", PEOPLES)
def test_no_row_of_an_agency_changes_with_what_it_is_not_told(agency: str) -> None:
    granted: dict[tuple[str, str], set[str]] = defaultdict(set)
    effects: dict[tuple[str, str, str], set[str]] = defaultdict(set)
    for known in record().told(agency):
        granted[known.act.stream, known.act.id] |= known.ever or set()
        for name, fields in known.effects_ever.items():
            effects[known.act.stream, known.act.id, name] |= fields
    changed, others = [], 0
    for entry in entries():
        recorded = entry.recorded
        if recorded is not None and recorded.event.publisher != agency:
            event, at = recorded.event, (recorded.event.stream, recorded.event.id)
            data = _other(event.type, event.data, granted[at])
            said = tuple(
                Effect(each.type, _other(each.type, each.data, effects[*at, each.type])) for each in recorded.effects
            )
            others += data != event.data
            event = event._replace(data=data, unit="another-unit", actor="another-officer")
            entry = entry._replace(recorded=recorded._replace(event=event, effects=said))
        changed.append(entry)
    assert others > 100
    before, after = _rows(agency, told()), _rows(agency, _told(changed))
    for view, rows in before.items():
        assert after[view] == rows, view


def _rows(agency: str, said_to: Mapping[tuple[str, str], tuple[list[Told], list[Told]]]) -> dict[str, list[Any]]:
    heard = {stream: now for (reader, stream), (now, _) in said_to.items() if reader == agency}
    rows: dict[str, list[Any]] = {"timeline": [each for said in heard.values() for each in said]}
    for name, desk in DESKS.items():
        rows[name] = [
            row
            for said in heard.values()
            for row in desk.fold({}, [each for each in said if desk.hears(each)])[0].values()
        ]
    return rows


def _other(type_: str, data: Mapping[str, Any], told: Iterable[str]) -> dict[str, Any]:
    """The data with another value in every field that is not told."""
    known = by_name[type_]
    kinds = {each.name: each.kind for each in known.clear}
    ids = {*known.subject, *known.mints}
    kept = {*told} | STEERING | ids
    return {name: value if name in kept else _another(value, kinds.get(name, "")) for name, value in data.items()}


def _another(value: Any, kind: str) -> Any:
    """A value that is as good as this one, and is not."""
    if isinstance(value, list):
        return [_another(each, kind) for each in value]
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    if kind in ("date", "month", "time", "year"):
        return str(int(value[:4]) - 7) + value[4:]
    if kind == "agency":
        return next(name for name in PEOPLES if name != value and not is_shelter(name))
    listed = codes(kind)
    if listed is not None:
        return next(iter(sorted({*listed} - {value})), value)
    return f"{value}-another" if isinstance(value, str) else value
