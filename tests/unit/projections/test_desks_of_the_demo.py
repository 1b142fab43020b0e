"""What stands on the desks after the scripted case and generated ones is what a naive fold of the record gives."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import orjson
import pytest

from infra.demo import naive_referrals
from naive import care, worklist
from player import Player
from projections.all_views import DESKS
from projections.desks.care import CareRow
from projections.desks.links import LinkRow
from projections.desks.referrals import ReferralRow
from projections.desks.worklist import WorkRow
from projections.duties import DutyRow
from projections.engine import Row
from projections.entry import Entry, read_body
from projections.told import Told
from simulator import BASE_TIME, LEDGER, cases, enrolled, fixed_signers, publishers, steps
from unit.projections.told_by import desk_rows, in_the_room, view_rows

SIGNERS = fixed_signers()
REGISTRY = enrolled(SIGNERS)


@cache
def bodies() -> tuple[bytes, ...]:
    """Every outcome of the script and of forty generated cases."""
    player, people = Player(REGISTRY, SIGNERS["mn.clock"]), publishers(SIGNERS, ledger=LEDGER)
    player.play(steps(people, ledger=LEDGER, base_time=BASE_TIME))
    for sent in cases(3, 40, people, ledger=LEDGER, base_time=player.at):
        player.send(sent.record)
    return tuple(player.bodies)


def entries() -> list[Entry]:
    """As the projections read them."""
    return [read_body(body, pos, 0, REGISTRY) for pos, body in enumerate(bodies(), 1)]


@pytest.mark.parametrize("desk", sorted(DESKS))
def test_a_desk_is_a_fold_of_what_each_agency_is_told(desk: str) -> None:
    assert desk_rows(desk, entries())


def test_referrals_are_those_of_a_naive_fold() -> None:
    columns = ("agency", "direction", "referral_id", "case_id", "from_agency", "to_agency", "victim_id")
    found = {_columns(row, *columns, "service_type", "urgency", "state") for row in desk_rows("referrals", entries())}
    expected = naive_referrals.fold(bodies())
    assert found - expected == set()
    assert expected - found == set()


def _columns(row: Row, *names: str) -> tuple[object, ...]:
    return tuple(getattr(ReferralRow._make(row), name) for name in names)


def heard() -> Iterator[tuple[str, str, list[Told]]]:
    """What each agency is told of each stream in the end."""
    found: dict[tuple[str, str], list[Told]] = {}
    seen = entries()
    in_the_room(seen)
    for each in seen:
        for telling in each.tellings:
            known = found.setdefault((telling.agency, each.case), [])
            known[:] = [*([] if telling.anew else known), *telling.told]
    for (agency, stream), told in found.items():
        yield agency, stream, told


def test_a_worklist_is_that_of_a_naive_fold() -> None:
    rows = map(WorkRow._make, desk_rows("worklist", entries()))
    found = {
        (row.agency, row.case_id, row.kind, row.what, row.pos, row.state, row.due_at)
        for row in rows
        if row.kind != "responsible"
    }
    expected = {(agency, stream, *one) for agency, stream, told in heard() for one in worklist.fold(told)}
    assert found - expected == set()
    assert expected - found == set()
    assert {kind for _, _, kind, *_ in found} == {"duty", "half", "approval", "refusal"}


def test_care_is_that_of_a_naive_fold() -> None:
    found = {}
    for row in map(CareRow._make, desk_rows("care", entries())):
        by_service = {kind: said["times"] for kind, said in orjson.loads(row.services_by).items()}
        found[row.agency, row.case_id, row.victim_id] = {
            "interviews": row.interviews, "examinations": row.examinations, "services": row.services,
            "by_service": by_service, "stays": sorted(stay["care_episode_id"] for stay in orjson.loads(row.stays)),
            "risk_level": row.risk_level, "missing": row.missing, "review_on": row.review_on,
        }  # fmt: skip
    expected = {
        (agency, stream, victim): said for agency, stream, told in heard() for victim, said in care.fold(told).items()
    }
    assert found == expected
    assert any(said["interviews"] > 1 and said["examinations"] > 1 for said in found.values())


def test_a_link_stands_as_it_was_said_last() -> None:
    found = {(row.agency, row.link_id, row.state) for row in map(LinkRow._make, desk_rows("links", entries()))}
    states = {"LinkProposed": "proposed", "LinkConfirmed": "confirmed", "LinkDissolved": "dissolved"}
    last: dict[tuple[str, str], str] = {}
    for agency, _, told in heard():
        for each in told:
            if each.type.startswith("party.") and not each.code:
                last[agency, each.data["link_id"]] = states[each.type.partition(".")[2]]
    assert found == {(*link, state) for link, state in last.items()}
    assert {state for _, _, state in found} == {"confirmed", "dissolved"}


def test_what_waits_is_what_the_ledger_says_is_owed() -> None:
    owed = {
        (row.owner, row.stream, row.of_event, row.duty): (row.due_at, row.state == "marked")
        for row in map(DutyRow._make, view_rows("duties", entries()))
        if row.duty not in ("", "dormancy") and row.state in ("open", "marked")
    }
    waits = {
        (row.agency, row.case_id, row.of_event, row.what): (row.due_at, row.state == "late")
        for row in map(WorkRow._make, desk_rows("worklist", entries()))
        if row.kind == "duty" and row.waits and row.what != "dormancy"
    }
    assert {key: owed[key] for key in owed.keys() & waits.keys()} == {
        key: waits[key] for key in owed.keys() & waits.keys()
    }
    # Answered in another stream: it shows when the clock says that it was not.
    assert {duty for *_, duty in owed.keys() - waits.keys()} == {"other_half"}
    # The court is not told that the child was informed.
    assert {(agency, duty) for agency, _, _, duty in waits.keys() - owed.keys()} == {("mn.courts", "victim_notice")}
    assert len(owed.keys() & waits.keys()) > 50
