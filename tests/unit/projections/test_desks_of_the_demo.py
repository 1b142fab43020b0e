"""What stands on the desks after the scripted case and generated ones is what a naive fold of the record gives."""

from __future__ import annotations

from functools import cache

import pytest

from infra.demo import naive_referrals
from player import Player
from projections.all_views import DESKS
from projections.desks.referrals import ReferralRow
from projections.engine import Row
from projections.entry import Entry, read_body
from simulator import BASE_TIME, LEDGER, cases, enrolled, fixed_signers, publishers, steps
from unit.projections.told_by import desk_rows

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
