"""The pages for people on real servers: they show what their JSON twins say, and nobody's case to others."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest

from html_page import Page
from infra import bootstrap, founding, view_tables
from infra.api import keys as api_keys
from infra.api.pages import session
from infra.api.pages.render import POLICY, shown, texts
from infra.bootstrap import World
from infra.rebuild import REBUILD_LOCK, beside
from infra.settings import Settings
from projections.all_views import VIEWS
from system import filled
from system.conftest import Services
from system.running import running, until
from system.serving import NO_TLS, Log, Server

POLICE, CARE, OUTSIDE = "mn.npa", "mn.cfdpa", "us.tip_office"
TABLES = ("partitions", "processes", "views", "places", "refusals", "parked", "rebuilds")
ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass(frozen=True)
class Desk:
    """A ledger with cases, its API, and a key for each of three agencies."""

    url: str
    world: World
    keys: dict[str, str]

    def get(self, path: str, agency: str | None = None, **headers: str) -> httpx.Response:
        given = {"Authorization": f"Bearer {self.keys[agency]}"} if agency else {}
        return httpx.get(self.url + path, headers=given | headers, timeout=20, verify=NO_TLS)

    def browser(self) -> httpx.Client:
        return httpx.Client(base_url=self.url, timeout=20, verify=NO_TLS, follow_redirects=True)


@pytest.fixture(scope="module")
def desk(services: Services, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A few generated cases, judged and folded; registrar and projector have ended, so that nothing moves."""
    folder = tmp_path_factory.mktemp("pages")
    prefix = f"t{uuid.uuid4().hex[:12]}"
    with psycopg.connect(services.url, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{prefix}"'.encode())
    url = services.url.rsplit("/", 1)[0] + f"/{prefix}"
    settings = Settings(kafka_bootstrap=services.bootstrap, database_url=url, topic_prefix=prefix, data=folder)
    ledger = founding.found(settings, folder)
    world = bootstrap.open_world(ledger)
    try:
        _fill(ledger, world, folder)
        keys = {agency: api_keys.create(url, agency) for agency in (POLICE, CARE, OUTSIDE)}
        with Server(ledger, Log()) as address:
            yield Desk(address, world, keys)
    finally:
        world.close()


def _fill(ledger: Settings, world: World, folder: Path) -> None:
    signers = filled.enrolled(ledger)
    with (
        running("infra.entry.registrar", ledger, folder / "registrar.log"),
        running("infra.entry.projector", ledger, folder / "projector.log"),
    ):
        answers = filled.publish_all(world, filled.generated(ledger, signers, seed=7, count=25))
        filled.wait_level(world)
    assert any(outcome not in ("admitted", "duplicate") for _, outcome in answers)


def cells(rows: list[dict[str, Any]], columns: list[str]) -> list[list[str]]:
    """The rows of a JSON document as a page in English shows them."""
    return [[shown(row.get(name), texts()["en"]) for name in columns] for row in rows]


def same(page: Page, document: dict[str, Any]) -> None:
    """Every table and number of the operations page stands in its twin, and the other way round."""
    assert set(page.tables) == set(TABLES)
    for name in TABLES:
        columns = list(texts()["en"]["tables"][name]["columns"])
        assert page.tables[name] == (cells(document[name], columns) or [["Nothing."]]), name
        assert all(set(columns) == row.keys() for row in document[name])
    assert page.texts["clock_due"] == str(document["clock_due"])
    assert {name: page.texts[f"webhooks-{name}"] for name in document["webhooks"]} == {
        name: str(count) for name, count in document["webhooks"].items()
    }
    assert not page.mismatched
    assert not page.open


def settled(desk: Desk) -> tuple[Page, dict[str, Any]]:
    """Page and twin of one moment: the same look answers both, unless it is a second old."""
    for _ in range(20):
        before, html, after = desk.get("/operations"), desk.get("/"), desk.get("/operations")
        if before.json() == after.json():
            assert html.status_code == before.status_code == 200
            return Page(html.text), before.json()
    raise AssertionError("it never stood still")


def test_every_number_of_the_operations_page_is_that_of_its_twin_and_of_the_record(desk: Desk) -> None:
    page, document = settled(desk)
    same(page, document)
    with desk.world.pool.connection() as c:
        logs = c.execute('SELECT partition, pos, "offset" - pos FROM log ORDER BY partition').fetchall()
        found = [(p["partition"], p["position"], p["void"]) for p in document["partitions"]]
        assert found == [row for row in logs if row[0] in {f[0] for f in found}][: len(found)]
        refused = dict(
            c.execute(
                "SELECT substr(type, 17), count(*) FROM entry WHERE type LIKE 'outcome.refused.%' GROUP BY type"
            ).fetchall()
        )
        assert {row["code"]: row["submissions"] for row in document["refusals"]} == refused != {}
        live = {table: c.execute(f"SELECT count(*) FROM {table}".encode()).fetchone() for table in VIEWS}
    assert {row["view"] for row in document["views"]} == set(VIEWS)
    assert all(row["rows"] > 0 for row in document["views"] if live[row["view"]] != (0,))
    assert all((row["entries"], row["seconds"]) == (0, 0) for row in document["places"])
    assert {row["view"] for row in document["places"]} == set(VIEWS)
    assert "registrar-1" in {row["name"] for row in document["processes"]}


def test_what_is_parked_rebuilt_or_behind_stands_on_the_page_as_a_count(desk: Desk) -> None:
    stream = "6f6b7d0e-95d6-4c0e-9d61-6c8b7a1d0001"
    facts = desk.world.topics.facts(desk.world.settings.topics.ledger)
    with desk.world.pool.connection() as c, desk.world.pool.connection() as rebuilding:
        caseload = view_tables.live(c, VIEWS["caseload"])
        assert caseload is not None
        for pos in (3, 5):
            c.execute(
                "INSERT INTO parked (table_name, stream, partition, pos, reason) VALUES (%s, %s, 1, %s, 'SECRET')",
                (caseload.table, stream, pos),
            )
        moved = "UPDATE view_head SET pos = pos + %s WHERE table_name = %s AND partition = 1"
        c.execute(moved, (-2, caseload.table))
        c.commit()
        with beside(c, ["referrals"], facts):
            c.commit()
            rebuilding.execute("SELECT pg_advisory_lock(%s, hashtext('referrals'))", (REBUILD_LOCK,))
            until(lambda: desk.get("/operations").json()["rebuilds"], what="the rebuild on the page")
            page, document = settled(desk)
            same(page, document)
            rebuilding.execute("SELECT pg_advisory_unlock_all()")
            rebuilding.commit()
            assert document["rebuilds"] == [
                {
                    "view": "referrals",
                    "state": "running",
                    "entries": 0,
                    "of_entries": sum(p["position"] + 1 for p in document["partitions"]),
                }
            ]
        c.execute(moved, (2, caseload.table))
        c.execute("DELETE FROM parked WHERE table_name = %s", (caseload.table,))
        text = desk.get("/").text
    assert document["parked"] == [{"view": "caseload", "cases": 1, "entries": 2}]
    (behind,) = [row for row in document["places"] if row["entries"]]
    assert (behind["view"], behind["partition"], behind["entries"]) == ("caseload", 1, 2)
    assert stream not in text
    assert "SECRET" not in text


def test_without_a_key_no_page_holds_a_case_an_agency_or_a_person(desk: Desk) -> None:
    with desk.world.pool.connection() as c:
        cases = {row[0] for row in c.execute("SELECT DISTINCT case_id FROM caseload").fetchall()}
    assert cases
    for path in ("/", "/operations", "/desk/sign-in", "/style.css"):
        text = desk.get(path).text.replace(desk.world.settings.ledger_id, "")
        assert not ID.search(text), path
        assert not re.search(r"\bmn\.(?!tamga)[a-z0-9]+", text), path
    for path in ("/desk", "/desk/cases", "/desk/worklist", f"/desk/cases/{min(cases)}/timeline", "/desk/nothing"):
        answer = desk.get(path)
        assert (answer.status_code, answer.headers["location"], answer.content) == (303, "/desk/sign-in", b""), path
        refused = desk.get(path, Authorization="Bearer tamga_nobody")
        assert refused.status_code in (401, 404), path
        assert not ID.search(refused.text)


def test_each_table_of_a_desk_is_its_twin_and_holds_the_own_rows_alone(desk: Desk) -> None:
    page = Page(desk.get("/desk", CARE).text)
    names = [link for link in page.links if link.startswith("/desk/")]
    assert {"/desk/cases", "/desk/referrals", "/desk/worklist", "/desk/care", "/desk/refusals"} <= set(names)
    document = desk.get("/openapi.json").json()
    filled_ = set()
    for path in names:
        twin = path.replace("/desk/", "/v1/")
        for agency in (CARE, POLICE, OUTSIDE):
            shown_, said = desk.get(path, agency), desk.get(twin, agency)
            assert shown_.status_code == said.status_code == 200, path
            if path == "/desk/reference":
                continue
            ((member, rows),) = said.json().items()
            listed = Page(shown_.text)
            ref = document["paths"][twin]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
            columns = columns_of(document, ref, member)
            assert listed.tables["rows"] == (cells(rows, columns) or [["Nothing."]]), (path, agency)
            assert listed.texts["position"] == said.headers["ledger-position"]
            assert not listed.mismatched
            if rows and agency == CARE:
                filled_.add(path)
    assert {"/desk/cases", "/desk/referrals"} <= filled_


def columns_of(document: dict[str, Any], schema: dict[str, Any], member: str) -> list[str]:
    named = next(each["$ref"] for each in (schema, *schema.get("anyOf", ())) if "$ref" in each)
    items = document["components"]["schemas"][named.rpartition("/")[2]]["properties"][member]["items"]["$ref"]
    return list(document["components"]["schemas"][items.rpartition("/")[2]]["properties"])


def test_pages_lead_on_and_to_the_timeline_of_a_case_of_ones_own(desk: Desk) -> None:
    first = Page(desk.get("/desk/cases?limit=2", CARE).text)
    (following,) = [link for link in first.links if link.startswith("/desk/cases?")]
    second = Page(desk.get(following, CARE).text)
    assert len(first.tables["rows"]) == len(second.tables["rows"]) == 2
    assert first.tables["rows"] != second.tables["rows"]
    case = first.tables["rows"][0][0]
    path = f"/desk/cases/{case}/timeline"
    assert path in first.links
    events = desk.get(path.replace("/desk/", "/v1/"), CARE).json()["events"]
    page = Page(desk.get(path, CARE).text)
    assert [row[0] for row in page.tables["rows"]] == [event["position"] for event in events]
    assert desk.get("/desk/cases?at=2026-01-01T00:00:00Z", CARE).status_code == 422
    strange = desk.get(path, OUTSIDE)
    assert strange.status_code == 404
    assert "case.unknown" in strange.text
    assert not ID.search(strange.text)


def test_who_signs_in_reads_as_her_agency_until_she_signs_out_or_her_key_ends(desk: Desk) -> None:
    with desk.browser() as browser:
        assert str(browser.get("/desk").url).endswith("/desk/sign-in")
        wrong = browser.post("/desk/sign-in", data={"credential": "tamga_wrong"})
        assert wrong.status_code == 401
        assert "auth.unknown_key" in wrong.text
        assert session.COOKIE not in browser.cookies
        answer = browser.post("/desk/sign-in", data={"credential": desk.keys[CARE]}, follow_redirects=False)
        cookie = answer.headers["set-cookie"]
        assert re.fullmatch(rf"{session.COOKIE}=[\w-]{{43}}; HttpOnly; Path=/desk; SameSite=strict", cookie)
        assert desk.keys[CARE] not in cookie
        assert CARE in browser.get("/desk").text
        assert (
            Page(browser.get("/desk/cases").text).tables["rows"]
            == Page(desk.get("/desk/cases", CARE).text).tables["rows"]
        )
        assert browser.get("/v1/cases").status_code == 401, "the cookie is for pages alone"
        token = browser.cookies[session.COOKIE]
        assert browser.post("/desk/sign-out").url.path == "/desk/sign-in"
        back = httpx.get(f"{desk.url}/desk", cookies={session.COOKIE: token}, timeout=20, verify=NO_TLS)
        assert back.status_code == 303, "what the cookie stood for is forgotten"
        database = desk.world.settings.database_url
        key = api_keys.create(database, CARE)
        assert browser.post("/desk/sign-in", data={"credential": key}).url.path == "/desk"
        api_keys.revoke(database, CARE, key)
        ended = browser.get("/desk/cases")
        assert ended.status_code == 401
        assert not ID.search(ended.text)


def test_a_key_is_taken_from_a_form_of_this_site_alone(desk: Desk) -> None:
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "http://elsewhere.example"}):
        answer = httpx.post(
            f"{desk.url}/desk/sign-in", data={"credential": desk.keys[CARE]}, headers=headers, timeout=20
        )
        assert answer.status_code == 403
        assert "set-cookie" not in answer.headers
    # A proxy on this machine says that the browser came in the clear, from elsewhere.
    away = {"X-Forwarded-For": "192.0.2.7", "X-Forwarded-Proto": "http"}
    answer = httpx.post(
        f"{desk.url}/desk/sign-in", data={"credential": desk.keys[CARE]}, headers=away, timeout=20, verify=NO_TLS
    )
    assert answer.status_code == 403
    assert "<input" not in answer.text
    safe = {"X-Forwarded-For": "192.0.2.7", "X-Forwarded-Proto": "https"}
    answer = httpx.post(
        f"{desk.url}/desk/sign-in", data={"credential": desk.keys[CARE]}, headers=safe, timeout=20, verify=NO_TLS
    )
    assert "; Secure" in answer.headers["set-cookie"]


def test_every_page_forbids_scripts_and_loads_its_style_from_here(desk: Desk) -> None:
    for path in ("/", "/desk", "/desk/cases", "/desk/sign-in", "/desk/nothing"):
        answer = desk.get(path, CARE, **{"Accept-Language": "mn"})
        assert answer.headers["content-security-policy"] == POLICY
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["content-language"] == "mn"
        assert '<html lang="mn">' in answer.text
        assert not re.search(r"<script|<style|style=|\son\w+=|https?://", answer.text), path
        assert not Page(answer.text).mismatched
    assert desk.get("/style.css").headers["content-type"].startswith("text/css")


def test_with_the_database_away_the_operations_page_says_so(desk: Desk) -> None:
    settings = desk.world.settings.model_copy(update={"api_database_url": "postgresql://127.0.0.1:1/none"})
    with Server(settings, Log()) as url:
        page, twin = httpx.get(url, timeout=20), httpx.get(f"{url}/operations", timeout=20, verify=NO_TLS).json()
    assert page.status_code == 200
    assert (twin["ready"], twin["database"], twin["views"]) == (False, False, [])
    assert "database.away" in twin["reasons"]
    assert "database.away" in page.text


def test_the_views_that_it_names_are_read_where_it_says(desk: Desk) -> None:
    paths = desk.get("/openapi.json").json()["paths"]
    named = [row["read_at"] for row in settled(desk)[1]["views"] if row["read_at"]]
    assert len(named) >= 8
    assert set(named) <= paths.keys()
