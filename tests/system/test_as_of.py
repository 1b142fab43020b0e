"""What an agency's view was: through the API as of any point, in lists as a job, and entry by entry by `tamga diff`."""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import orjson
import pytest

from domain.submission import sign
from infra import bootstrap, case_history, clock, moment
from infra.api import keys as api_keys
from infra.bootstrap import World
from infra.case_history import CaseFold
from infra.settings import Settings
from projections import as_of
from projections.all_views import DESKS
from system.conftest import Services, founded
from system.filled import enrolled, generated, publish_all, wait_level
from system.running import Tamga, rows, running, until
from system.serving import Api, Log, Server, indicator, problem

REGISTRAR, PROJECTOR = "infra.entry.registrar", "infra.entry.projector"
CARE = "mn.cfdpa"
OPEN = ("waiting", "running")


@dataclass
class Filled:
    """A ledger with cases of many agencies, whose views are level, and its API."""

    api: Api
    world: World
    asked: list[tuple[str, str]]
    """(agency, case) of everybody who has a case on the desk."""


@pytest.fixture(scope="module")
def ledger(services: Services, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """One ledger for all: no test changes what another reads of its cases."""
    return founded(services, tmp_path_factory.mktemp("ledger"))


@pytest.fixture(scope="module")
def filled(ledger: Settings) -> Iterator[Filled]:
    signers, world, folder = enrolled(ledger), bootstrap.open_world(ledger), ledger.data
    with running(REGISTRAR, ledger, folder / "r.log"), running(PROJECTOR, ledger, folder / "p.log"):
        publish_all(world, generated(ledger, signers, seed=11, count=8))
        wait_level(world)
        asked = rows(ledger.database_url, "SELECT agency, case_id FROM caseload ORDER BY 1, 2")
        keys = {agency: api_keys.create(ledger.database_url, agency) for agency in signers}
        log = Log()
        with Server(ledger, log) as url:
            yield Filled(Api(url, ledger, log, keys, signers), world, [(str(a), str(c)) for a, c in asked])
    world.close()


def found(response: httpx.Response) -> Any:
    assert response.status_code == 200, response.text
    return response.json()


def last_position(filled: Filled) -> str:
    return filled.api.get("/v1/cases", filled.asked[0][0]).headers["Ledger-Position"]


def of_partition(positions: str, partition: str) -> str:
    return next(each for each in positions.split(",") if each.startswith(f"{partition}-"))


def test_as_of_the_last_position_is_the_live_view_of_every_agency(filled: Filled) -> None:
    positions, now = last_position(filled), clock.now()
    for agency, case in filled.asked[:: max(1, len(filled.asked) // 24)]:
        path = f"/v1/cases/{case}"
        live = found(filled.api.get(path, agency))
        last = of_partition(positions, live["position"].partition("-")[0])
        for at in (last, now, live["position"]):
            assert found(filled.api.get(path, agency, params={"at": at})) == live
        timeline = found(filled.api.get(f"{path}/timeline?limit=200", agency))
        assert found(filled.api.get(f"{path}/timeline", agency, params={"at": last, "limit": 200})) == timeline
        for desk in DESKS:
            here = f"{path}/desks/{desk}"
            assert found(filled.api.get(here, agency, params={"at": last})) == found(filled.api.get(here, agency))


def test_as_of_any_position_is_the_fold_of_the_record_cut_off_there(filled: Filled) -> None:
    of_instants = itertools.cycle(DESKS)
    for agency, case in filled.asked[:: max(1, len(filled.asked) // 8)]:
        said = case_history.said_of(filled.world, case)
        for pos, body in said.entries:
            place, instant = f"{said.partition}-{pos}", case_history.recorded_at(body)
            for at, desks in ((place, tuple(DESKS)), (instant, (next(of_instants),))):
                folded = CaseFold(case, desks)
                folded.take_all(case_history.entries_of(filled.world, said.until(moment.parse(at))))
                for desk in desks:
                    expected = [as_of.document(DESKS[desk], r) for r in folded.rows(desk) if r[0] == agency]
                    answer = filled.api.get(f"/v1/cases/{case}/desks/{desk}", agency, params={"at": at})
                    if answer.status_code == 404:
                        assert expected == []
                    else:
                        assert found(answer)["rows"] == expected


def test_what_is_no_point_of_the_case_is_a_problem(filled: Filled) -> None:
    agency, case = filled.asked[0]
    path = f"/v1/cases/{case}"
    partition = int(found(filled.api.get(path, agency))["position"].partition("-")[0])

    def ask(at: str) -> httpx.Response:
        return filled.api.get(path, agency, params={"at": at})

    problem(ask(f"{(partition + 1) % 4}-1"), 422, "moment.other_partition")
    problem(ask("0-1,1-1,2-1,3-1"), 422, "moment.other_partition")
    problem(ask(f"{partition}-999999999"), 422, "moment.not_yet")
    problem(ask("2999-01-01T00:00:00Z"), 422, "moment.not_yet")
    assert problem(ask("yesterday"), 422, "moment.not_a_moment")["paths"] == ["query.at"]
    problem(ask(f"{partition}-0"), 404, "case.unknown")
    problem(ask("2020-01-01T00:00:00Z"), 404, "case.unknown")
    problem(filled.api.get(f"{path}/desks/nothing", agency), 404, "desk.unknown")
    stranger = next(a for a in filled.api.keys if (a, case) not in filled.asked)
    problem(filled.api.get(path, stranger, params={"at": clock.now()}), 404, "case.unknown")


def test_whether_it_may_ask_is_asked_today_and_what_it_sees_is_what_it_saw(filled: Filled) -> None:
    api, world = filled.api, filled.world
    first = indicator("mn.hotline108")
    case, victim = first["subject"], first["data"]["victim_id"]

    def event(agency: str, name: str, **data: Any) -> bytes:
        said = indicator(agency, subject=case, type=f"mn.tamga.{name}.v1", data=data)
        return sign(said, ledger=api.ledger.ledger_id, signer=api.signers[agency])

    def sent(agency: str, body: bytes) -> str:
        answer = api.post(body, agency)
        assert answer.status_code == 201, answer.text
        position: str = answer.json()["position"]
        wait_level(world)
        return position

    sent("mn.hotline108", sign(first, ledger=api.ledger.ledger_id, signer=api.signers["mn.hotline108"]))
    before = sent("mn.hotline108", event("mn.hotline108", "identification.indicator_reported",
        victim_id=victim, report_channel="hotline_108", indicator_codes=["debt_bondage"],
        reporter_role="hotline_operator", aimag="MN-1"))  # fmt: skip
    path = f"/v1/cases/{case}/timeline"
    seen = found(api.get(path, "mn.hotline108"))
    shut = sent(CARE, event(CARE, "case.restricted", level="named_agencies", reason="threat",
        excluded_agencies=["mn.hotline108"]))  # fmt: skip
    problem(api.get(path, "mn.hotline108"), 404, "case.unknown")
    problem(api.get(path, "mn.hotline108", params={"at": before}), 404, "case.unknown")
    assert found(api.get(path, CARE, params={"at": shut})) == found(api.get(path, CARE))
    sent(CARE, event(CARE, "case.restricted", level="none", reason="over"))
    assert found(api.get(path, "mn.hotline108", params={"at": before})) == seen
    problem(api.get(path, "mn.hotline108", params={"at": shut}), 404, "case.unknown")


def job(filled: Filled, path: str, agency: str, **params: Any) -> dict[str, Any]:
    """Ask for a list as it was, and wait for its job."""
    begun = filled.api.get(path, agency, params=params)
    assert begun.status_code == 202, begun.text
    assert begun.headers["Location"] == f"/v1/jobs/{begun.json()['id']}"
    ended: dict[str, Any] = until(
        lambda: (s := found(filled.api.get(begun.headers["Location"], agency)))["state"] not in OPEN and s, what="job"
    )
    assert (ended["state"], ended["code"]) == ("done", None), filled.api.log.lines[-3:]
    return ended


def result(filled: Filled, agency: str, done: dict[str, Any], limit: int = 3) -> list[dict[str, Any]]:
    """Every page of it."""
    path, listed = f"{done['result']}?limit={limit}", list[dict[str, Any]]()
    while path:
        page = filled.api.get(path, agency)
        listed += found(page)["rows"]
        path = page.links.get("next", {}).get("url", "")
    return listed


def test_a_list_as_of_now_is_the_live_list(filled: Filled) -> None:
    agency = max({a for a, _ in filled.asked}, key=[a for a, _ in filled.asked].count)
    for path, name, key in (("/v1/cases", "cases", "case_id"), ("/v1/referrals", "referrals", "referral_id")):
        live = found(filled.api.get(f"{path}?limit=200", agency))[name]
        for at in (clock.now(), last_position(filled)):
            done = job(filled, path, agency, at=at)
            assert (done["done"], done["total"], done["rows"]) == (done["total"], done["total"], len(live))
            listed = result(filled, agency, done)
            assert sorted(listed, key=lambda row: row[key]) == sorted(live, key=lambda row: row[key])
    some = found(filled.api.get("/v1/referrals?limit=200&direction=in", agency))["referrals"]
    done = job(filled, "/v1/referrals", agency, at=clock.now(), direction="in")
    assert done["rows"] == len(some)
    problem(filled.api.get("/v1/cases?at=0-1", agency), 422, "moment.incomplete")
    early = job(filled, "/v1/cases", agency, at="2020-01-01T00:00:00Z")
    assert result(filled, agency, early) == []


def test_a_job_answers_who_began_it_and_can_be_given_up(filled: Filled) -> None:
    (agency, _), other = filled.asked[0], next(a for a in filled.api.keys if a != filled.asked[0][0])
    at = clock.now()
    done = job(filled, "/v1/cases", agency, at=at)
    path = f"/v1/jobs/{done['id']}"
    assert job(filled, "/v1/cases", agency, at=at)["id"] == done["id"], "the same question is the same job"
    for ask in (path, f"{path}/result"):
        problem(filled.api.get(ask, other), 404, "job.unknown")
    problem(filled.api.ask("DELETE", path, other), 404, "job.unknown")
    assert filled.api.ask("DELETE", path, agency).status_code == 204
    assert found(filled.api.get(path, agency))["state"] == "cancelled"
    problem(filled.api.get(f"{path}/result", agency), 409, "job.not_done")
    assert rows(filled.api.ledger.database_url, "SELECT * FROM job_row WHERE job::text = %s", done["id"]) == []
    assert job(filled, "/v1/cases", agency, at=at)["id"] != done["id"], "asked again, it is found again"
    problem(filled.api.get(f"/v1/jobs/{uuid.uuid4()}", agency), 404, "job.unknown")


def test_a_job_of_a_process_that_died_is_gone_on_with_where_it_was(filled: Filled) -> None:
    agency = max({a for a, _ in filled.asked}, key=[a for a, _ in filled.asked].count)
    at = clock.now()
    done = job(filled, "/v1/cases", agency, at=at)
    whole = result(filled, agency, done)
    kept = len(whole) // 2
    last = whole[kept - 1]["case_id"]
    filled.api.sql("DELETE FROM job_row WHERE job::text = %s AND n > %s", done["id"], kept)
    filled.api.sql(
        "UPDATE job SET state = 'running', worker = 'gone', done = %s, rows = %s, last_case = %s,"
        " beat_at = now() - interval '1 minute' WHERE id::text = %s", kept, kept, last, done["id"])  # fmt: skip
    again = job(filled, "/v1/cases", agency, at=at)
    assert again["id"] == done["id"]
    assert result(filled, agency, again) == whole


def test_what_changed_between_two_points_is_said_entry_by_entry(filled: Filled, tamga: Tamga) -> None:
    agency, case = filled.asked[0]
    said = case_history.said_of(filled.world, case)
    places = [f"{said.partition}-{pos}" for pos, _ in said.entries]
    code, whole = tamga("diff", case)
    assert code == 0
    assert [each["position"] for each in whole["entries"]] == places
    assert all(each["type"] and each["publisher"] and each["at"] for each in whole["entries"])
    folded: dict[Any, dict[str, Any]] = {}
    for entry in whole["entries"]:
        for row in entry["rows"]:
            at = (row["view"], *row["key"])
            then = folded.setdefault(at, {})
            assert {name: then.get(name) for name in row["fields"]} == {n: b for n, (b, _) in row["fields"].items()}
            then.update({name: after for name, (_, after) in row["fields"].items()})
            if row["change"] == "gone":
                del folded[at]
    live = rows(filled.api.ledger.database_url, "SELECT * FROM caseload WHERE case_id = %s", case)
    assert sorted(tuple(row.values()) for (view, *_), row in folded.items() if view == "caseload") == sorted(live)
    code, part = tamga("diff", case, "--from", places[0], "--to", places[1], "--agency", agency, "--view", "caseload")
    assert [each["position"] for each in part["entries"]] == places[1:2]
    assert {row["agency"] for each in part["entries"] for row in each["rows"]} <= {agency}
    # The first that was said of it may be a refusal of somebody who came too early, by which no case is opened.
    opened = next(n for n, (_, body) in enumerate(said.entries) if "jws" in orjson.loads(body))
    code, shown = tamga("show", case, "--at", places[opened])
    assert [each["position"] for each in shown["entries"]] == places[: opened + 1]
    assert {row["events"] for row in shown["desks"]["caseload"]} == {1}
    for wrong in ([case, "--to", f"{(said.partition + 1) % 4}-1"], [case, "--from", "x"], [case, "--view", "x"]):
        assert tamga("diff", *wrong)[0] == 2
    assert tamga("diff", str(uuid.uuid4()))[0] == 2
