"""A case that cannot be folded stands still, is named where it matters, and goes on when tried again or skipped."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest

from infra.api import keys as api_keys
from infra.bootstrap import World
from infra.check_views import check_views
from infra.ledger_status import look
from infra.settings import Settings
from projections.all_views import NEEDS_ROOMS, ROOMS, VIEWS
from system.filled import enrolled, generated, publish_all, wait_level
from system.running import Tamga, rows, running, until
from system.serving import Api, Log, Server

REGISTRAR, PROJECTOR = "infra.entry.registrar", "infra.entry.projector"
STANDS_STILL = {ROOMS, *NEEDS_ROOMS}


@dataclass
class Stuck:
    """A case that stands still behind a position, though more of it is on record; and a lead of it."""

    api: Api
    case: str
    lead: str
    position: str


def change(settings: Settings, sql: str, *values: Any) -> None:
    with psycopg.connect(settings.database_url) as c:
        c.execute(sql.encode(), values)


@pytest.fixture
def stuck(ledger: Settings, world: World, tmp_path: Path) -> Iterator[Stuck]:
    """The row of one case's room is damaged between two halves of what is published."""
    signers = enrolled(ledger)
    sent = generated(ledger, signers, seed=7, count=6)
    half = len(sent) // 2
    with running(REGISTRAR, ledger, tmp_path / "r.log"):
        with running(PROJECTOR, ledger, tmp_path / "p.log"):
            publish_all(world, sent[:half])
            wait_level(world)
            known = dict(rows(ledger.database_url, "SELECT case_id, agency FROM access WHERE standing LIKE '%%lead'"))
            # What comes first to the damaged room is an event and no refusal.
            at, case = next(
                (at, s.stream) for at, s in enumerate(sent[half:], half) if s.expect == "admitted" and s.stream in known
            )
            publish_all(world, sent[half:at])
            wait_level(world)
        (table,) = rows(ledger.database_url, "SELECT table_name FROM view WHERE name = 'rooms'")[0]
        change(ledger, f"UPDATE {table} SET kept = '?' WHERE stream = %s AND pos = -1", case)
        with running(PROJECTOR, ledger, tmp_path / "p.log"):
            publish_all(world, sent[at:])
            wait_level(world)
            ((place,),) = rows(
                ledger.database_url, "SELECT partition || '-' || min(pos) FROM parked WHERE stream = %s"
                " GROUP BY partition", case)  # fmt: skip
            lead, log = known[case], Log()
            keys = {agency: api_keys.create(ledger.database_url, agency) for agency in signers}
            with Server(ledger, log) as url:
                yield Stuck(Api(url, ledger, log, keys, signers), case, lead, place)


def test_every_answer_that_it_touches_names_it_and_its_leads_are_told(stuck: Stuck, world: World) -> None:
    api, case, lead = stuck.api, stuck.case, stuck.lead
    one = api.get(f"/v1/cases/{case}", lead)
    assert one.json()["parked"] == stuck.position
    for path in (f"/v1/cases/{case}", f"/v1/cases/{case}/timeline", f"/v1/cases/{case}/desks/referrals", "/v1/cases"):
        assert api.get(path, lead).headers["Ledger-Parked"] == f"{case}={stuck.position}"
    lines = api.get("/v1/cases", lead, headers={"Accept": "application/x-ndjson"})
    assert lines.headers["Ledger-Parked"] == f"{case}={stuck.position}"
    assert [c["case_id"] for c in api.get("/v1/cases?limit=200", lead).json()["cases"] if c["parked"]] == [case]
    (said,) = api.get("/v1/parked", lead).json()["parked"]
    assert (said["case_id"], said["position"], said["leads"]) == (case, stuck.position, True)
    assert set(said["views"]) == NEEDS_ROOMS
    others = {a for a in api.keys if not rows(
        api.ledger.database_url, "SELECT FROM access WHERE agency = %s AND case_id = %s", a, case)}  # fmt: skip
    for agency in others:
        assert "Ledger-Parked" not in api.get("/v1/cases", agency).headers
        assert api.get("/v1/parked", agency).json()["parked"] == []
    found = api.get("/readyz").json()
    assert found["parked_cases"] == dict.fromkeys(STANDS_STILL, 1)
    assert look(world).parked_cases == found["parked_cases"]
    assert 'tamga_parked_cases{view="timeline"} 1.0' in api.get("/metrics").text
    assert "view.parked" in (api.ledger.data / "p.log").read_text()


def test_a_retry_folds_the_case_anew_and_the_projector_goes_on(stuck: Stuck, world: World, tamga: Tamga) -> None:
    code, listed = tamga("park", "list")
    assert {(each["view"], each["case"]) for each in listed["parked"]} == {(view, stuck.case) for view in STANDS_STILL}
    assert {each["position"] for each in listed["parked"]} == {stuck.position}
    code, shown = tamga("park", "show", stuck.case)
    assert {each["view"] for each in shown["parked"]} == STANDS_STILL
    # What cannot be folded today either stays parked, and the exit code says so.
    url, pos = stuck.api.ledger.database_url, int(stuck.position.partition("-")[2])
    this = "WHERE pos = %s AND stream = %s"
    ((body,),) = rows(url, f"SELECT body FROM entry {this}", pos, stuck.case)
    damaged = json.loads(body)
    damaged["ledger"]["effects"] = [{"type": "case.LeadsAssigned", "data": {}}]
    change(stuck.api.ledger, f"UPDATE entry SET body = %s {this}", json.dumps(damaged).encode(), pos, stuck.case)
    code, retried = tamga("park", "retry", stuck.case)
    assert (code, {each["parked"] for each in retried["views"]}) == (1, {stuck.position})
    assert {each["reason"] for each in retried["views"] if each["view"] == ROOMS} == {"KeyError"}
    assert {each["position"] for each in tamga("park", "list")[1]["parked"]} == {stuck.position}
    change(stuck.api.ledger, f"UPDATE entry SET body = %s {this}", body, pos, stuck.case)
    code, retried = tamga("park", "retry", stuck.case, "--view", "timeline")
    assert (code, {each["view"]: each["parked"] for each in retried["views"]}) == (0, dict.fromkeys(STANDS_STILL, ""))
    until(lambda: look(world).views_are_level, what="views level")
    assert all(check.holds for check in check_views(world, tuple(VIEWS)))
    assert "Ledger-Parked" not in stuck.api.get("/v1/cases", stuck.lead).headers
    assert tamga("park", "retry", stuck.case)[0] == 1


def test_an_entry_is_left_out_by_decision_alone_and_for_good(stuck: Stuck, world: World, tamga: Tamga) -> None:
    assert tamga("park", "skip", stuck.case, "--reason", " ", "--by", "it")[0] == 2
    code, skipped = tamga("park", "skip", stuck.case, "--reason", "its room is damaged", "--by", "officer-9")
    assert code == 0
    assert {each["view"] for each in skipped["views"]} == STANDS_STILL
    code, listed = tamga("park", "list")
    assert listed["parked"] == []
    (decision,) = listed["skipped"]
    assert (decision["view"], decision["position"]) == (ROOMS, stuck.position)
    assert (decision["reason"], decision["said_by"]) == ("its room is damaged", "officer-9")
    pos = int(stuck.position.partition("-")[2])
    url = stuck.api.ledger.database_url
    assert rows(url, "SELECT FROM timeline WHERE case_id = %s AND pos = %s", stuck.case, pos) == []
    assert rows(url, "SELECT FROM timeline WHERE case_id = %s AND pos > %s", stuck.case, pos) != []
    wait_level(world)
    assert all(check.holds for check in check_views(world, tuple(VIEWS)))
