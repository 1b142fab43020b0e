"""Every route by every role of every agency: what nobody granted stands in no row, answer, export, feed, log and error.

What may stand there is worked out from the record and the table's file alone (`naive.need_to_know`): each value of the
played case that is like no other is looked for in every text, and every event in an answer is compared field by field.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest

from domain.profile import AGENCIES
from domain.submission import sign
from infra import clock
from infra.api.caller import EVERY_UNIT, Caller
from infra.kafka.log import PartitionLog
from infra.settings import Settings
from naive.need_to_know import Known
from projections.all_views import DESKS, VIEWS
from system.marks import Answer
from system.running import rows, until
from system.serving import indicator
from system.told_case import AGENCY, BORDER, POLICE, RECUSED, UUID, Played, Reader, played, readers, words

PEOPLES = sorted(name for name, agency in AGENCIES.items() if not agency.system)
SHOWN = [name for name, view in VIEWS.items() if getattr(view, "reads", "nobody") in ("case", "access", "agency")]
LINES, ANYTHING, PAGE = "application/x-ndjson", "*/*", "text/html"
UNKNOWN = str(uuid.uuid4())
SETTINGS = ("tamga.agency", "tamga.unit", "tamga.role", "tamga.officer")
Document = Mapping[str, Any]
Knows = Mapping[str, Sequence[Known]]


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
    case = told.record.cases[told.case]
    assert {agency for agency in PEOPLES if case.hears(agency) and case.is_shut(agency, len(case.acts) - 1)} == {BORDER}
    assert case.restricted == "named_officers"
    assert (POLICE, RECUSED) in case.recused
    assert case.assigned
    assert len(case.acts) > 200
    assert len({act.type for each in told.record.cases.values() for act in each.acts}) > 150
    assert len(told.marks.all) > 1_000
    relations = {json.loads(row["told"]).get("relation") for row in told.views["timeline"]}
    assert relations >= {"publisher", "counterpart", "care_lead", "proceedings_lead", "in_case", "category"}
    roles = {reader.role for agency in PEOPLES for reader in readers(told, agency)}
    assert roles == {"system", "supervisor", "auditor", "officer", "duty", "operator"}


# -- what is asked ---------------------------------------------------------------------------------------------------


def gets(told: Played) -> list[str]:
    """Every GET route of the OpenAPI document, and every page."""
    document = told.client.get(f"{told.url}/openapi.json").json()
    routes = [path for path, methods in document["paths"].items() if "get" in methods]
    assert {"/v1/cases", "/v1/worklist", "/v1/events", "/v1/cases/{case_id}/desks/{desk}"} <= {*routes}
    pages = ["/", "/desk", "/desk/sign-in", "/desk/cases/{case_id}/timeline", "/openapi.json"]
    lists = [path.removeprefix("/v1") for path in routes if _is_list(path)]
    return [*routes, *pages, *(f"/desk{path}" for path in lists)]


def asked(told: Played, reader: Reader, routes: Iterable[str]) -> Iterator[tuple[str, str, bool]]:
    """(path, accept, of another point than now) of all that the reader asks: each route, of its own cases and others.

    Of the case in which all have a part every desk is asked, now and as it was; of others, each route. What needs no
    key is asked once for an agency, and so are its lists as pages, which show the answers of their routes.
    """
    own = [case for case in told.record.cases if told.may_read(reader, "caseload", case)]
    if reader.role != "system":
        own = [case for case in own if case == told.case]
    others = [case for case in told.record.cases if case not in own and told.record.cases[case].acts]
    chosen = [(case, case == told.case) for case in own]
    chosen += [(case, False) for case in (told.case, *others[:1], UNKNOWN) if case not in own]
    places = [f"{row['partition']}-{row['src']}" for row in told.views["submissions"]]
    for route in routes:
        if reader.role != "system" and not route.startswith(("/v1/", "/desk/worklist", "/desk/cases/")):
            continue
        if "{case_id}" in route:
            for case, mine in dict(chosen).items():
                yield from _of_case(told, route.replace("{case_id}", case), case, mine=mine)
        elif "{submission}" in route:
            every = 7 if reader.role == "system" else 97
            yield from ((route.replace("{submission}", place), ANYTHING, False) for place in places[::every])
        elif "{job}" in route:
            yield route.replace("{job}", UNKNOWN), ANYTHING, False
        elif route == "/v1/events":
            yield "/v1/events?seconds=0&after=0-0-0", ANYTHING, True
        else:
            for accept in ("application/json", LINES) if _is_list(route) else (ANYTHING,):
                yield route, accept, False


def _of_case(told: Played, path: str, case: str, *, mine: bool) -> Iterator[tuple[str, str, bool]]:
    names = [*DESKS] if mine else ["caseload"]
    for each in [path.replace("{desk}", name) for name in names] if "{desk}" in path else [path]:
        yield each, ANYTHING, False
        if mine and not path.startswith("/desk/"):
            acts = told.record.cases[case].acts
            partition, pos = acts[len(acts) // 2].at
            yield f"{each}?at={partition}-{pos}", ANYTHING, True
            if path.endswith("/timeline"):
                yield f"{each}?limit=200", ANYTHING, False


def _is_list(path: str) -> bool:
    return path.startswith("/v1/") and path.count("/") == 2 and path.split("/")[2] not in (
        "events", "reference", "whoami", "parked", "submissions"
    )  # fmt: skip


def answers(told: Played, agency: str) -> dict[Reader, dict[str, Answer]]:
    """All that each reader of the agency is answered, asked once: path and form → answer."""
    everybody = readers(told, agency)
    missing = [reader for reader in everybody if reader not in told.answers]
    routes = gets(told) if missing else []

    def collected(reader: Reader) -> dict[str, Answer]:
        found = {}
        for path, accept, past in asked(told, reader, routes):
            answer = told.ask(reader, path, accept)
            assert answer.status_code in (200, 202, 403, 404, 422), (path, answer.status_code, answer.text[:300])
            assert answer.status_code != 422 or past, path
            found[f"{path} {accept}"] = Answer(answer.status_code, str(answer.headers), answer.text, past)
        return found

    with ThreadPoolExecutor(3) as pool:
        told.answers.update(zip(missing, pool.map(collected, missing), strict=True))
    return {reader: told.answers[reader] for reader in everybody}


def known(told: Played, agency: str) -> Knows:
    """What the agency may know, of the record alone, by the event's id."""
    if agency not in told.known:
        told.known[agency] = {}
        for each in told.record.told(agency):
            told.known[agency].setdefault(each.act.id, []).append(each)
    return told.known[agency]


def every(knows: Knows) -> list[Known]:
    """All of it."""
    return [each for of in knows.values() for each in of]


# -- what is found ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("agency", PEOPLES)
def test_nothing_stands_in_any_answer_that_the_reader_may_not_be_shown(told: Played, agency: str) -> None:
    knows = known(told, agency)
    for reader, found in answers(told, agency).items():
        may = {past: told.marks.allowed(told.record, every(knows), reader, past=past) for past in (False, True)}
        for path, answer in found.items():
            if path.startswith("/openapi"):
                continue
            strange = (words(answer.headers) | words(answer.text)) & told.marks.all - may[answer.past] - words(path)
            assert strange == set(), (reader, path)
            ids = {*UUID.findall(answer.all)} - words(path) - {told.settings.ledger_id}
            assert ids <= may[answer.past], (reader, path)
            assert "Traceback" not in answer.text
            assert "postgresql://" not in answer.text


@pytest.mark.parametrize("agency", PEOPLES)
def test_every_event_in_an_answer_has_the_fields_that_the_table_grants(told: Played, agency: str) -> None:
    knows, events = known(told, agency), 0
    for reader, found in answers(told, agency).items():
        for path, answer in found.items():
            for document in documents(answer.text):
                for event in said_in(document):
                    compare(event, knows, past=answer.past, where=(reader, path))
                    events += 1
    assert events or not any(each.now for each in every(knows) if told.case == each.act.stream)


def documents(text: str) -> Iterator[Any]:
    """The JSON documents of an answer, of lines and of events of a stream."""
    for line in text.splitlines() if text[:1] != "{" or "}\n{" in text else [text]:
        line = line.removeprefix("data: ")
        if line[:1] == "{":
            yield json.loads(line)


def said_in(document: Any) -> Iterator[Document]:
    """Every event, wherever it stands in a document."""
    if isinstance(document, dict):
        if "event_id" in document and "relation" in document:
            yield document
        for each in document.values():
            yield from said_in(each)
    elif isinstance(document, list):
        for each in document:
            yield from said_in(each)


def compare(event: Document, knows: Knows, *, past: bool, where: Any) -> None:
    """Field by field: each is granted, and holds what the record holds."""
    if event.get("code"):
        return
    of = [each for each in knows.get(event["event_id"], ()) if each.act.type == event["type"]]
    of = [each for each in of if (each.ever if past else each.now) is not None]
    assert of, (where, event["type"])
    granted = frozenset[str]().union(*((each.ever if past else each.now) or () for each in of))
    for name, value in (event.get("data") or {}).items():
        assert name in granted, (where, event["type"], name)
        held = [data[name] for each in of for data in each.act.values if name in data]
        assert value in held or _is_alias(value), (where, event["type"], name)
    for effect in event.get("effects") or ():
        told_of = [(each.effects_ever if past else each.effects_now).get(effect["type"]) for each in of]
        assert effect["data"].keys() <= frozenset[str]().union(*(names or () for names in told_of)), where
        assert any(names is not None for names in told_of), (where, effect["type"])
    own = any(each.own for each in of)
    assert own or not (event.get("unit") or event.get("actor")), (where, event["type"])


def _is_alias(value: Any) -> bool:
    return any(str(each).startswith("care-provider-") for each in (value if isinstance(value, list) else [value]))


@pytest.mark.parametrize("agency", PEOPLES)
def test_every_row_that_the_database_gives_a_reader_holds_what_the_reader_may_be_shown(
    told: Played, agency: str
) -> None:
    """As the API's role under the reader's settings, by no statement of the API's."""
    knows = known(told, agency)
    for reader in readers(told, agency):
        now, ever = (told.marks.allowed(told.record, every(knows), reader, past=past) for past in (False, True))
        units = reader.units if reader.role != "system" else (EVERY_UNIT,)
        caller = Caller(agency, "token", frozenset({reader.role}), frozenset(units), reader.officer)
        with psycopg.connect(told.settings.api_database_url) as c:
            for name, value in zip(SETTINGS, caller.settings, strict=True):
                c.execute("SELECT set_config(%s, %s, true)", (name, value))
            for view in SHOWN:
                found = c.execute(f"SELECT agency, case_id, row_to_json(v)::text FROM {view} v".encode()).fetchall()
                for _, case, text in found:
                    may = ever if view == "timeline" else now
                    assert words(text) & told.marks.all - may - {case} == set(), (reader, view)
                    if view == "timeline":
                        for event in said_in([json.loads(json.loads(text)["told"])]):
                            compare(event, knows, past=True, where=(reader, view))
                expected = sorted(
                    (row["agency"], row["case_id"])
                    for row in told.views[view]
                    if row["agency"] == agency
                    and (
                        told.may_read(reader, view, row["case_id"])
                        or (view == "timeline" and row["told"] == "{}" and reader.role == "system")
                    )
                )
                assert sorted(each[:2] for each in found) == expected, (reader, view)


@pytest.mark.parametrize("agency", PEOPLES)
def test_a_list_has_every_row_that_the_reader_may_see_and_no_other(told: Played, agency: str) -> None:
    for reader, found in answers(told, agency).items():
        for route, view in (("cases", "caseload"), ("referrals", "referrals"), ("care", "care")):
            answer = found[f"/v1/{route} {LINES}"]
            if reader.role == "operator":
                assert answer.status == 403
                continue
            listed = sorted(json.loads(line)["case_id"] for line in answer.text.splitlines())
            held = [row["case_id"] for row in told.views[view] if row["agency"] == agency]
            assert listed == sorted(case for case in held if told.may_read(reader, view, case)), (reader, route)


@pytest.mark.parametrize("agency", PEOPLES)
def test_a_case_that_is_not_ones_business_is_as_one_that_is_not_there(told: Played, agency: str) -> None:
    for reader, found in answers(told, agency).items():
        if reader.role == "operator" or told.may_read(reader, "access", told.case):
            continue
        for path in ("/v1/cases/{}", "/v1/cases/{}/timeline", "/v1/cases/{}/desks/caseload"):
            there, nowhere = (found[f"{path.format(case)} {ANYTHING}"] for case in (told.case, UNKNOWN))
            assert (there.status, there.text) == (404, nowhere.text), (reader, path)
        for path in ("/v1/cases/{}", "/v1/cases/{}/timeline"):
            there, nowhere = (told.ask(reader, path.format(case)) for case in (told.case, UNKNOWN))
            assert there.headers.keys() == nowhere.headers.keys()


# -- what is written -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("agency", PEOPLES)
def test_no_route_that_writes_does_anything_for_another_agency_or_tells_of_its_case(told: Played, agency: str) -> None:
    other = next(each for each in PEOPLES if each != agency and told.record.cases[told.case].hears(each))
    theirs = told.ask(Reader(other, "system"), f"/v1/cases?at={clock.now()}")
    assert theirs.status_code == 202, theirs.text
    job, knows = theirs.json()["id"], known(told, agency)
    signer = told.signers[other]
    for reader in readers(told, agency):
        may = told.marks.allowed(told.record, every(knows), reader, past=False)
        body = sign(indicator(other, subject=told.case), ledger=told.settings.ledger_id, signer=signer)
        tries = [
            ("POST", "/v1/submissions?wait=0", {"content": body, "headers": {"Content-Type": "application/jose"}}),
            ("DELETE", f"/v1/jobs/{job}", {}),
            ("GET", f"/v1/jobs/{job}", {}),
            ("GET", f"/v1/jobs/{job}/result", {}),
        ]
        for method, path, more in tries:
            answer = told.ask(reader, path, method=method, **more)
            assert answer.status_code in (403, 404), (reader, method, path, answer.text)
            text = f"{answer.headers} {answer.text}"
            assert words(text) & told.marks.all - may == set(), (reader, method, path)
            assert job not in text
    assert told.ask(Reader(other, "system"), f"/v1/jobs/{job}").json()["state"] != "cancelled"
    assert told.ask(Reader(other, "system"), f"/v1/jobs/{job}", method="DELETE").status_code == 204


def test_no_route_that_writes_has_been_left_out(told: Played) -> None:
    document = told.client.get(f"{told.url}/openapi.json").json()
    found = {
        (method, path) for path, each in document["paths"].items() for method in each if method not in ("get", "head")
    }
    assert found == {("post", "/v1/submissions"), ("delete", "/v1/jobs/{job}")}


@pytest.mark.parametrize("agency", PEOPLES)
def test_a_list_as_it_was_holds_what_its_reader_was_shown(told: Played, agency: str) -> None:
    knows, done = known(told, agency), 0
    for reader in readers(told, agency):
        begun = told.ask(reader, f"/v1/referrals?at={clock.now()}")
        if reader.role in ("operator", "duty"):
            # It is folded from the timeline, of which a duty officer reads nothing: no list rather than an empty one.
            assert begun.status_code == 403
            continue
        assert begun.status_code == 202, begun.text
        path = begun.headers["location"]
        until(lambda reader=reader, path=path: told.ask(reader, path).json()["state"] == "done", what="the job")
        result = told.ask(reader, f"{path}/result")
        may = told.marks.allowed(told.record, every(knows), reader, past=True)
        assert words(result.text) & told.marks.all - may == set(), reader
        held = [row["case_id"] for row in told.views["referrals"] if row["agency"] == agency]
        shown = sorted(row["case_id"] for row in result.json()["rows"])
        assert shown == sorted(case for case in held if told.may_read(reader, "timeline", case))[:50], reader
        done += 1
    assert done


# -- what is sent and written down -----------------------------------------------------------------------------------


@pytest.mark.parametrize("agency", PEOPLES)
def test_a_feed_says_what_its_agency_was_told_and_nothing_else(told: Played, agency: str) -> None:
    until(lambda: _fed(told), what="the feeds")
    knows = known(told, agency)
    may = told.marks.sent(told.record, every(knows), agency)
    for partition in range(4):
        log = PartitionLog(told.settings.brokers, told.settings.topics.feed(agency), partition)
        end, at = log.end(), 0
        log.seek(0)
        while at < end:
            for sent in log.next(500, 5000):
                message = json.loads(sent.value)
                assert message["agency"] == agency
                for event in said_in(message):
                    compare(event, knows, past=True, where=("feed", agency))
                assert words(sent.value.decode()) & told.marks.all - may == set()
            at = log.position()
        log.close()


def _fed(told: Played) -> bool:
    sql = (
        "SELECT count(*) FROM view_head JOIN view USING (table_name) LEFT JOIN feed_position USING (partition)"
        " WHERE name = 'timeline' AND view_head.pos > coalesce(feed_position.pos, -1)"
    )
    return rows(told.settings.database_url, sql) == [(0,)]


def test_an_agency_whose_official_is_accused_is_shown_nothing_of_the_case(told: Played) -> None:
    for reader, found in answers(told, BORDER).items():
        for path, answer in found.items():
            if told.case not in path and reader.role != "system":
                assert told.case not in answer.all, (reader, path)
            if path.startswith("/v1/") and not path.startswith("/v1/refusals"):
                assert "accused" not in answer.text, (reader, path)


def test_logs_hold_nothing_of_the_record_but_names_of_agencies(told: Played) -> None:
    text = told.logs()
    days = {each for each in told.marks.all if len(each) == 10 and each[4:5] == "-"}  # of the logs' own clocks
    assert {word for word in words(text) & told.marks.all - days if not AGENCY.fullmatch(word)} == set()
    assert RECUSED not in text
    assert "Traceback" not in text


def test_the_outcome_of_a_colleagues_submission_is_shown_to_who_reads_the_case(told: Played) -> None:
    mine = [row for row in told.views["submissions"] if (row["agency"], row["case_id"]) == (POLICE, told.case)]
    for reader in readers(told, POLICE):
        for row in mine[:: len(mine) // 3]:
            answer = told.ask(reader, f"/v1/submissions/{row['partition']}-{row['src']}")
            shown = told.may_read(reader, "submissions", told.case)
            assert answer.status_code == (403 if reader.role == "operator" else 200 if shown else 404), reader


def test_who_may_not_read_is_told_the_same_whatever_there_is(told: Played) -> None:
    operator = Reader(POLICE, "operator")
    tried = ("/v1/cases", f"/v1/cases/{told.case}", f"/v1/cases/{UNKNOWN}")
    answers = {told.ask(operator, path).text for path in tried}
    assert len(answers) == 1
