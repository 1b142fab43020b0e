"""Every route by every role of every agency: what nobody granted stands in no answer, export, feed, log and error."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest

from domain import sharing
from domain.profile import AGENCIES
from domain.sharing.providers import is_provider
from infra.kafka.log import PartitionLog
from infra.settings import Settings
from system.running import rows, until
from system.told_case import AGENCY, BORDER, POLICE, RECUSED, UUID, Played, Reader, allowed, may_read, played, readers

PEOPLES = sorted(name for name, agency in AGENCIES.items() if not agency.system)
LISTS = {"cases": "caseload"}
"""Route → the view behind it, where they are not of one name."""
LINES = "application/x-ndjson"
UNKNOWN = str(uuid.uuid4())


@pytest.fixture(scope="module")
def told(services: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    """One ledger for all of them."""
    folder, name = tmp_path_factory.mktemp("told"), f"t{uuid.uuid4().hex[:12]}"
    with psycopg.connect(services.url, autocommit=True) as c:
        c.execute(f"CREATE DATABASE {name}".encode())
    url = services.url.rsplit("/", 1)[0] + f"/{name}"
    settings = Settings(kafka_bootstrap=services.bootstrap, database_url=url, topic_prefix=name, data=folder)
    with played(settings, folder) as found:
        yield found


def test_the_case_has_whatever_the_rules_tell_apart(told: Played) -> None:
    access = told.views["access"]
    of_case = [row for row in access if row["case_id"] == told.case]
    assert {row["agency"] for row in of_case if not row["open"]} == {BORDER}
    assert {row["restricted"] for row in of_case} == {"named_officers"}
    assert any(f"|{RECUSED}|" in row["recused"] for row in of_case)
    assert any(row["assigned"] for row in of_case)
    assert {row["standing"].partition("+")[0] for row in access} >= {"in_case", "care_lead", "category", "denied"}
    assert len({row["agency"] for row in access}) > 20


def paths(told: Played, reader: Reader) -> list[str]:
    """Every GET route of the OpenAPI document, with ids of all cases and of submissions, of others too."""
    document = told.ask(reader, "/openapi.json").json()
    cases = [*dict.fromkeys(row["case_id"] for row in told.views["access"]), UNKNOWN]
    if reader.role != "system":
        cases = [told.case, UNKNOWN]
    every = 7 if reader.role == "system" else 97
    places = [f"{row['partition']}-{row['src']}" for row in told.views["submissions"]][::every]
    found = []
    for path, methods in document["paths"].items():
        if "get" in methods and (reader.role == "system" or path.startswith("/v1/")):
            ids = cases if "{case_id}" in path else places if "{submission}" in path else [""]
            found += [path.replace("{case_id}", each).replace("{submission}", each) for each in ids]
    assert {"/v1/cases", "/v1/worklist", "/v1/events"} <= {*found}
    return [f"{path}?seconds=0&after=0-0-0" if path == "/v1/events" else path for path in found]


def collected(told: Played, reader: Reader) -> dict[str, str]:
    """All that the reader is answered on every route, as a page and as lines: path → text with headers."""
    found = {}
    for path in paths(told, reader):
        for accept in ("application/json", LINES) if _is_list(path) else ("*/*",):
            answer = told.ask(reader, path, accept)
            assert answer.status_code in (200, 202, 403, 404), (path, answer.status_code, answer.text[:300])
            found[f"{path} {accept}"] = f"{answer.status_code} {answer.headers} {answer.text}"
    return found


def _is_list(path: str) -> bool:
    return path.startswith("/v1/") and path.count("/") == 2 and path.split("/")[2].partition("?")[0] not in (
        "events", "reference", "whoami"
    )  # fmt: skip


@pytest.mark.parametrize("agency", PEOPLES)
def test_nothing_stands_in_any_answer_that_the_reader_may_not_be_shown(told: Played, agency: str) -> None:
    everybody = readers(told, agency)
    with ThreadPoolExecutor(3) as pool:
        answers = list(pool.map(lambda reader: collected(told, reader), everybody))
    for reader, found in zip(everybody, answers, strict=True):
        may = json.dumps(allowed(told, reader))
        ids, names = {*UUID.findall(may), told.settings.ledger_id}, {*AGENCY.findall(may), agency}
        for path, text in found.items():
            asked = {*UUID.findall(path)}
            assert {*UUID.findall(text)} - ids - asked == set(), (reader, path)
            if not path.startswith("/openapi"):
                assert {*AGENCY.findall(text)} - names == set(), (reader, path)
            assert "Traceback" not in text
            assert "postgresql://" not in text


@pytest.mark.parametrize("agency", PEOPLES)
def test_a_list_has_every_row_that_the_reader_may_see_and_no_other(told: Played, agency: str) -> None:
    for reader in readers(told, agency):
        for route, view in (("cases", "caseload"), ("referrals", "referrals"), ("care", "care")):
            answer = told.ask(reader, f"/v1/{route}", LINES)
            if reader.role == "operator":
                assert answer.status_code == 403
                continue
            listed = sorted(json.loads(line)["case_id"] for line in answer.text.splitlines())
            held = [row["case_id"] for row in told.views[view] if row["agency"] == agency]
            assert listed == sorted(case for case in held if may_read(told, reader, view, case)), (reader, route)


@pytest.mark.parametrize("agency", PEOPLES)
def test_a_case_that_is_not_ones_business_is_as_one_that_is_not_there(told: Played, agency: str) -> None:
    for reader in readers(told, agency):
        if reader.role == "operator" or may_read(told, reader, "caseload", told.case):
            continue
        for path in ("/v1/cases/{}", "/v1/cases/{}/timeline"):
            there, nowhere = told.ask(reader, path.format(told.case)), told.ask(reader, path.format(UNKNOWN))
            assert (there.status_code, there.content) == (404, nowhere.content), (reader, path)
            assert there.headers.keys() == nowhere.headers.keys()


@pytest.mark.parametrize("agency", PEOPLES)
def test_a_timeline_holds_what_the_table_grants(told: Played, agency: str) -> None:
    categories = AGENCIES[agency].categories
    stands = {row["case_id"]: row["standing"] for row in told.views["access"] if row["agency"] == agency}
    providers = {name for name, each in AGENCIES.items() if is_provider(each.categories)} - {agency}
    for row in told.views["timeline"]:
        said = json.loads(row["told"])
        if row["agency"] != agency or not said or said["relation"] == "publisher":
            continue
        every = ("care_lead", "proceedings_lead", "in_case", "category")
        # An earlier epoch was told under another standing: whatever leads are told is the most that it can hold.
        relations = every if stands[row["case_id"]] == "denied" else _relations(stands[row["case_id"]])
        relations = every if row["epoch"] < _last(told, agency, row["case_id"]) else relations
        relations = ("counterpart", *relations) if said["relation"] == "counterpart" else relations
        granted = sharing.granted(said["type"], relations, categories)
        assert granted is not None, said["type"]
        assert said["data"].keys() <= granted, said["type"]
        assert not said["unit"]
        assert not said["actor"]
        if said["relation"] != "counterpart":
            assert not providers & {*AGENCY.findall(row["told"])}, said["type"]


def _relations(standing: str) -> tuple[str, ...]:
    if standing == "category":
        return ("category",)
    return (*(each for each in standing.split("+") if each != "in_case"), "in_case", "category")


def _last(told: Played, agency: str, case: str) -> int:
    return max(row["epoch"] for row in told.views["access"] if (row["agency"], row["case_id"]) == (agency, case))


@pytest.mark.parametrize("agency", PEOPLES)
def test_a_feed_says_what_its_agency_was_told_and_nothing_else(told: Played, agency: str) -> None:
    until(lambda: _fed(told), what="the feeds")
    held = [*told.views["timeline"], *told.views["submissions"]]
    may = json.dumps([row for row in held if row["agency"] == agency])
    ids, names = {*UUID.findall(may)}, {*AGENCY.findall(may), agency}
    for partition in range(4):
        log = PartitionLog(told.settings.brokers, told.settings.topics.feed(agency), partition)
        end, at = log.end(), 0
        log.seek(0)
        while at < end:
            for record in log.next(500, 5000):
                text = record.value.decode()
                assert json.loads(text)["agency"] == agency
                assert {*UUID.findall(text)} <= ids
                assert {*AGENCY.findall(text)} <= names
            at = log.position()
        log.close()


def _fed(told: Played) -> bool:
    sql = (
        "SELECT count(*) FROM view_head JOIN view USING (table_name) LEFT JOIN feed_position USING (partition)"
        " WHERE name = 'timeline' AND view_head.pos > coalesce(feed_position.pos, -1)"
    )
    return rows(told.settings.database_url, sql) == [(0,)]


def test_an_agency_whose_official_is_accused_is_shown_nothing_of_the_case(told: Played) -> None:
    for reader in readers(told, BORDER):
        for path, text in collected(told, reader).items():
            if told.case not in path and reader.role != "system":
                assert told.case not in text, (reader, path)
            assert "accused" not in text or path.startswith(("/openapi", "/v1/refusals")), (reader, path)


def test_logs_hold_no_case_no_person_and_no_officer(told: Played) -> None:
    text = told.logs()
    known = {row["case_id"] for row in told.views["access"]}
    known |= {*UUID.findall(json.dumps(told.views["timeline"]))}
    assert {*UUID.findall(text)} & known == set()
    assert RECUSED not in text
    assert "Traceback" not in text


def test_the_outcome_of_a_colleagues_submission_is_shown_to_who_reads_the_case(told: Played) -> None:
    mine = [row for row in told.views["submissions"] if (row["agency"], row["case_id"]) == (POLICE, told.case)]
    for reader in readers(told, POLICE):
        for row in mine[:: len(mine) // 3]:
            answer = told.ask(reader, f"/v1/submissions/{row['partition']}-{row['src']}")
            shown = may_read(told, reader, "submissions", told.case)
            assert answer.status_code == (403 if reader.role == "operator" else 200 if shown else 404), reader


def test_who_may_not_read_is_told_the_same_whatever_there_is(told: Played) -> None:
    operator = Reader(POLICE, "operator")
    tried = ("/v1/cases", f"/v1/cases/{told.case}", f"/v1/cases/{UNKNOWN}")
    answers = {told.ask(operator, path).text for path in tried}
    assert len(answers) == 1
