"""An event stream says what the agency's feed says, each message once, goes on where its reader stood, and ends."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest

from infra.api import event_stream
from infra.api import keys as api_keys
from infra.bootstrap import World
from infra.feed_source import following
from infra.settings import Settings
from system.filled import enrolled, generated, publish_all, wait_level
from system.running import Child, rows, running, until
from system.serving import HOTLINE, NO_TLS, POLICE, STRANGER, TABLES, Api, Log, Server, problem, serving

REGISTRAR, PROJECTOR = "infra.entry.registrar", "infra.entry.projector"
BEGINNING = "0-0-0"

Event = tuple[str, str, dict[str, Any]]
"""(id, event, data)"""


def events(text: str) -> list[Event]:
    """The events of a stream's text that a reader dispatches."""
    found = []
    for block in text.split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.split("\n") if ": " in line)
        if "data" in fields:
            found.append((fields["id"], fields["event"], json.loads(fields["data"])))
    return found


def last_id(text: str) -> str:
    """Where the reader of a stream's text stands."""
    return [line[4:] for line in text.split("\n") if line.startswith("id: ")][-1]


def places(found: list[Event]) -> list[tuple[int, int, int]]:
    """(partition, position, number) of each, in order."""
    return sorted((data["partition"], data["pos"], data["n"]) for _, _, data in found)


def due(settings: Settings, agency: str) -> list[tuple[int, int, int]]:
    """What the agency's views say that it must be told."""
    sql = (
        "SELECT partition, pos, n FROM timeline WHERE agency = %s"
        " UNION ALL SELECT partition, pos, 0 FROM submissions WHERE agency = %s ORDER BY 1, 2, 3"
    )
    return rows(settings.database_url, sql, agency, agency)


def fed(settings: Settings, agency: str) -> list[tuple[str, dict[str, Any]]]:
    """(event, data) of what the agency's feed and webhooks send, in the order of places."""
    with psycopg.connect(settings.database_url) as c:
        found = [following(c, agency, partition, (-1, 0), 10_000) for partition in range(4)]
    return [(message.kind, json.loads(message.body)) for messages in found for message in messages]


def in_places(found: list[Event]) -> list[tuple[str, dict[str, Any]]]:
    """(event, data) of a stream's events, in the order of places."""
    told = [(event, data) for _, event, data in found]
    return sorted(told, key=lambda each: (each[1]["partition"], each[1]["pos"], each[1]["n"]))


def test_a_stream_is_the_feed_and_goes_on_where_its_reader_stood(
    ledger: Settings, world: World, tmp_path: Path
) -> None:
    cases = generated(ledger, enrolled(ledger), seed=3, count=8)
    half = len(cases) // 2
    with (
        running(REGISTRAR, ledger, tmp_path / "r.log"),
        running(PROJECTOR, ledger, tmp_path / "p.log"),
        Server(ledger, Log()) as url,
    ):
        publish_all(world, cases[:half])
        wait_level(world)
        agencies = [row[0] for row in rows(ledger.database_url, "SELECT DISTINCT agency FROM timeline ORDER BY 1")]
        known = {agency: {"X-API-Key": api_keys.create(ledger.database_url, agency)} for agency in agencies}
        first = {agency: _read(url, key, {"Last-Event-ID": BEGINNING}) for agency, key in known.items()}
        for agency in agencies:
            found = events(first[agency])
            assert places(found) == due(ledger, agency)
            _as_the_views_say(ledger, agency, found)
            assert in_places(found) == fed(ledger, agency)
            in_the_middle = found[len(found) // 2][0]
            rest = events(_read(url, known[agency], {"Last-Event-ID": in_the_middle}))
            assert rest == found[len(found) // 2 + 1 :]
        publish_all(world, cases[half:])
        wait_level(world)
        for agency in agencies:
            behind = events(_read(url, known[agency], {"Last-Event-ID": last_id(first[agency])}))
            assert places(events(first[agency]) + behind) == due(ledger, agency)
            assert _read(url, known[agency], {}).count("data:") == 0, "from now on"


def _read(url: str, key: dict[str, str], headers: dict[str, str]) -> str:
    answer = httpx.get(f"{url}/v1/events?seconds=0", headers=key | headers, timeout=20, verify=NO_TLS)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.headers["ledger-position"]
    return answer.text


def _as_the_views_say(settings: Settings, agency: str, found: list[Event]) -> None:
    sql = "SELECT partition, pos, n, told FROM timeline WHERE agency = %s ORDER BY 1, 2, 3"
    told = [(p, pos, n, json.loads(text)) for p, pos, n, text in rows(settings.database_url, sql, agency)]
    said = [data for _, _, data in found if data["n"]]
    said.sort(key=lambda data: (data["partition"], data["pos"], data["n"]))
    assert [(d["partition"], d["pos"], d["n"], d["told"]) for d in said] == told
    assert {data["agency"] for _, _, data in found} == {agency}
    assert all((event == "outcome") == (data["n"] == 0) for _, event, data in found)


# -- while it happens, with rows written by hand ---------------------------------------------------------------------

HEADS = """
INSERT INTO view (name, table_name) VALUES ('timeline', 't_1'), ('submissions', 's_1');
INSERT INTO view_head SELECT name, partition, 't', 0, 0, '', 0, '' FROM unnest(ARRAY['t_1', 's_1']) AS name,
    generate_series(0, 3) AS partition;
"""


def tell(api: Api, agency: str, partition: int, pos: int) -> None:
    """Put an outcome and what was told by it into the agency's views, rows and heads together as the projector does."""
    api.sql(
        "WITH told AS (INSERT INTO timeline VALUES (%s, %s, %s, 1, 'c', 0, 0, 'a', '{}')),"
        " judged AS (INSERT INTO submissions VALUES (%s, %s, %s, 9, 'e', 'c', 'x', 'admitted', '', '', 'a'))"
        " UPDATE view_head SET pos = %s WHERE partition = %s",
        agency, partition, pos, agency, partition, pos, pos, partition,
    )  # fmt: skip
    api.sql("SELECT pg_notify('tamga_views', '0:0')")


class Reader:
    """Reads a stream in a thread. `text` is what has come, `ended` is set at its end, `whole` unless it was cut off."""

    def __init__(self, api: Api, agency: str, query: str = "", key: str = "") -> None:
        self.text, self.whole, self.ended = "", False, threading.Event()
        headers = {"X-API-Key": key or api.keys[agency]}
        self._thread = threading.Thread(target=self._run, args=(f"{api.url}/v1/events{query}", headers))
        self._thread.start()
        until(lambda: "id: " in self.text, what="the stream")

    def _run(self, url: str, headers: dict[str, str]) -> None:
        try:
            with httpx.stream("GET", url, headers=headers, timeout=30) as answer:
                assert answer.status_code == 200
                for chunk in answer.iter_text():
                    self.text += chunk
            self.whole = True
        finally:
            self.ended.set()

    def join(self) -> list[Event]:
        """Wait for the end, which the stream made itself; what has come."""
        until(self.ended.is_set, what="the end")
        self._thread.join()
        assert self.whole, "cut off"
        return events(self.text)


@contextmanager
def streaming(ledger: Settings, **changes: Any) -> Iterator[Api]:
    """The API over views filled by hand."""
    with serving(ledger.model_copy(update=changes)) as api:
        api.sql(TABLES + HEADS)
        until(lambda: api.get("/readyz").json()["kafka"], what="Kafka")
        yield api


def test_what_happens_is_told_at_once_to_its_agency_alone_and_the_process_ends_its_streams(
    ledger: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(event_stream, "LOOK_SECONDS", 3600.0)  # nobody looks by himself
    with streaming(ledger, event_heartbeat=3600.0) as api:
        police, hotline = Reader(api, POLICE), Reader(api, HOTLINE)
        tell(api, POLICE, 2, 5)
        until(lambda: len(events(police.text)) == 2, what="the events")
        tell(api, POLICE, 1, 9)
        until(lambda: len(events(police.text)) == 4, what="the events")
        assert "tamga_event_streams 2.0" in api.get("/metrics").text
    found = police.join()
    assert places(found) == [(1, 9, 0), (1, 9, 1), (2, 5, 0), (2, 5, 1)]
    assert found[-1][0] == "0-0-999999,1-9-1,2-5-1,3-0-999999"
    assert hotline.join() == []


def test_a_stream_shows_signs_of_life_and_ends_when_its_key_or_its_time_does(ledger: Settings) -> None:
    with streaming(ledger, event_heartbeat=0.1) as api:
        key = api_keys.create(ledger.database_url, POLICE)
        reader = Reader(api, POLICE, key=key)
        until(lambda: reader.text.count("\n:\n") + reader.text.count("\n\n:\n\n") >= 1, what="signs of life")
        assert not reader.ended.is_set()
        assert api_keys.revoke(ledger.database_url, POLICE, key) == 1
        assert reader.join() == []
        assert Reader(api, POLICE, "?seconds=1").join() == []
        until(lambda: "tamga_event_streams 0.0" in api.get("/metrics").text, what="every stream to be over")


def test_an_agency_holds_so_many_streams_and_no_more(ledger: Settings) -> None:
    with streaming(ledger, event_streams=2) as api:
        readers = [Reader(api, POLICE), Reader(api, POLICE)]
        problem(api.get("/v1/events?seconds=0", POLICE), 429, "request.too_many")
        assert api.get("/v1/events?seconds=0", HOTLINE).status_code == 200
    for reader in readers:
        reader.join()


def test_what_could_not_be_folded_is_told_as_the_feed_tells_it(ledger: Settings) -> None:
    with streaming(ledger) as api:
        tell(api, POLICE, 0, 3)
        for agency, standing, is_open in (
            (POLICE, "participant", 1), (HOTLINE, "category", 1), (STRANGER, "participant", 0)
        ):  # fmt: skip
            api.add("access", agency=agency, case_id="c", standing=standing, open=is_open)
        for table in ("t_1", "s_1"):
            api.sql("INSERT INTO parked VALUES (%s, 'c', 0, 4, 'evolve.error')", table)
        api.sql("UPDATE view_head SET pos = 4 WHERE partition = 0")
        read = [
            events(api.get(f"/v1/events?seconds=0&after={BEGINNING}", agency).text)
            for agency in (POLICE, HOTLINE, STRANGER)
        ]
        assert [event for _, event, _ in read[0]] == ["outcome", "withdrawn", "parked"]
        assert in_places(read[0]) == fed(ledger, POLICE)
        assert read[1:] == [[], []]
        behind = f"/v1/events?seconds=0&after={read[0][-1][0]}"
        assert events(api.get(behind, POLICE).text) == []
        assert len(events(api.get(behind.replace("0-4-1", "0-3-1"), POLICE).text)) == 1


def test_what_one_view_has_not_folded_yet_waits(ledger: Settings) -> None:
    with streaming(ledger) as api:
        tell(api, POLICE, 0, 4)
        api.sql("UPDATE view_head SET pos = 3 WHERE partition = 0 AND table_name = 's_1'")
        assert events(api.get(f"/v1/events?seconds=0&after={BEGINNING}", POLICE).text) == []
        api.sql("UPDATE view_head SET pos = 4")
        assert len(events(api.get(f"/v1/events?seconds=0&after={BEGINNING}", POLICE).text)) == 2


BAD = ["x", "1-1", "0-0-0,", "9-0-0", "0-0-0;1-0-0"]


@pytest.mark.parametrize("place", BAD)
def test_a_place_that_is_none_is_refused(api: Api, place: str) -> None:
    api.sql(TABLES + HEADS)
    until(lambda: api.get("/readyz").json()["kafka"], what="Kafka")
    found = problem(api.get(f"/v1/events?seconds=0&after={place}", POLICE), 422, "request.invalid")
    assert found["paths"] == ["query.after"]
    answer = api.get("/v1/events?seconds=0", POLICE, headers={"Last-Event-ID": place})
    assert problem(answer, 422, "request.invalid")["paths"][0].lower() == "header.last-event-id"


def test_the_process_ends_with_a_stream_open(ledger: Settings, tmp_path: Path) -> None:
    key = api_keys.create(ledger.database_url, POLICE)
    with serving(ledger) as api:
        api.sql(TABLES + HEADS)
        child = Child("infra.api", ledger, tmp_path / "api.log", TAMGA_API_PORT="0")
        try:
            until(lambda: '"url"' in child.text(), what="the URL")
            url = child.text().split('"url": "')[1].split('"')[0]
            until(lambda: _ready(url), what="the process")
            api.url, api.keys["process"] = url, key
            reader = Reader(api, "process")
        finally:
            assert child.stop() == 0
        assert reader.join() == []
        assert "Traceback" not in child.text()


def _ready(url: str) -> bool:
    try:
        return bool(httpx.get(f"{url}/readyz", timeout=5, verify=NO_TLS).json()["kafka"])
    except httpx.TransportError:
        return False
