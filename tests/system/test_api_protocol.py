"""What every route of the API shares, on real servers: versions, positions, repetition, exports, rates, whose reads."""

from __future__ import annotations

import json
import re
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from infra.api import position
from infra.kafka.log import PartitionLog
from infra.settings import Settings
from system.running import rows, running, until
from system.serving import (
    HOTLINE,
    JOSE,
    NO_TLS,
    POLICE,
    SECRET,
    STRANGER,
    TABLES,
    Api,
    Log,
    Server,
    indicator,
    problem,
    serving,
)

REGISTRAR, PROJECTOR = "infra.entry.registrar", "infra.entry.projector"


def place_of(place: str) -> tuple[int, int]:
    """(partition, position)."""
    partition, _, pos = place.partition("-")
    return int(partition), int(pos)


# -- versions and positions, through the real registrar and projector ------------------------------------------------


def test_who_submits_reads_his_own_write_and_a_stale_view_is_told_so(api: Api, tmp_path: Path) -> None:
    with running(REGISTRAR, api.ledger, tmp_path / "r.log"), running(PROJECTOR, api.ledger, tmp_path / "p.log"):
        until(lambda: api.get("/readyz").status_code == 200, what="readiness")
        for _ in range(5):
            _own_write_is_read(api)
        _stale_is_told(api)
        _what_is_known_is_304(api)


def _own_write_is_read(api: Api) -> None:
    event = indicator(HOTLINE)
    admitted = api.post(api.signed(HOTLINE, **event), HOTLINE)
    assert admitted.status_code == 201, admitted.text
    partition, pos = place_of(admitted.json()["position"])
    read = api.get(f"/v1/cases/{event['subject']}?min_position={partition}-{pos}", HOTLINE)
    assert read.status_code == 200, read.text
    stands = dict(place_of(place) for place in read.headers["ledger-position"].split(","))
    assert set(stands) == {0, 1, 2, 3}
    assert stands[partition] >= pos
    assert read.headers["etag"].startswith(f'"{partition}-{pos}.')


def _stale_is_told(api: Api) -> None:
    subject = str(uuid.uuid4())
    first = api.post(api.signed(HOTLINE, subject=subject), HOTLINE).json()["position"]
    seen = api.get(f"/v1/cases/{subject}?min_position={first}", HOTLINE).headers["etag"]
    second = api.post(api.signed(HOTLINE, subject=subject), HOTLINE, headers=JOSE | {"If-Match": seen})
    assert second.status_code == 201, second.text
    path = f"/v1/cases/{subject}?min_position={second.json()['position']}"
    assert api.get(path, HOTLINE).headers["etag"] != seen
    for stale in (seen, f'"{first}"', f'"x", {seen}', "x"):
        late = problem(
            api.post(api.signed(HOTLINE, subject=subject), HOTLINE, headers=JOSE | {"If-Match": stale}),
            412,
            "request.stale_case",
        )
        assert late["position"] == second.json()["position"]
    good = JOSE | {"If-Match": f'"x", "{late["position"]}"'}
    assert api.post(api.signed(HOTLINE, subject=subject), HOTLINE, headers=good).status_code == 201
    unknown = api.signed(HOTLINE)
    assert "position" not in problem(
        api.post(unknown, HOTLINE, headers=JOSE | {"If-Match": "*"}), 412, "request.stale_case"
    )


def _what_is_known_is_304(api: Api) -> None:
    until(lambda: api.get("/readyz").json()["partitions"][0]["submissions"] == 0, what="quiet")
    for path in ("/v1/cases", "/v1/referrals", "/v1/refusals", "/v1/reference"):
        tag = api.get(path, HOTLINE).headers["etag"]
        known = api.get(path, HOTLINE, headers={"If-None-Match": f'"x", {tag}'})
        assert (known.status_code, known.content) == (304, b""), path
        assert known.headers["etag"] == tag
        assert known.headers["ledger-position"]
        assert api.get(path, HOTLINE, headers={"If-None-Match": '"x"'}).status_code == 200


def test_a_view_that_does_not_come_there_in_time_is_503(ledger: Settings) -> None:
    with serving(ledger.model_copy(update={"min_position_wait": 0.2})) as api:
        api.sql(TABLES)
        api.sql("INSERT INTO view (name, table_name) VALUES ('caseload', 'caseload_1')")
        api.sql("INSERT INTO view_head VALUES ('caseload_1', 1, 't', 0, 7, '', 0, '')")
        until(lambda: api.get("/readyz").json()["kafka"], what="Kafka")
        behind = api.get("/v1/cases?min_position=1-8", POLICE)
        problem(behind, 503, "service.behind")
        assert behind.headers["retry-after"] == "1"
        assert problem(api.get("/v1/cases?min_position=9-1", POLICE), 422, "request.invalid")["paths"] == [
            "query.min_position"
        ]
        for form in ("1", "1-", "-1-1", "1-8,", "1-8;2-1", SECRET):
            problem(api.get(f"/v1/cases?min_position={form}", POLICE), 422, "request.invalid")


def test_a_read_waits_for_the_position_and_goes_on_when_the_view_moves(
    ledger: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(position, "LOOK_SECONDS", 3600.0)  # nobody looks by himself
    with serving(ledger.model_copy(update={"min_position_wait": 3600})) as api, ThreadPoolExecutor(1) as pool:
        api.sql(TABLES)
        api.sql("INSERT INTO view (name, table_name) VALUES ('caseload', 'caseload_1')")
        api.sql("INSERT INTO view_head VALUES ('caseload_1', 1, 't', 0, 7, '', 0, '')")
        until(lambda: api.get("/readyz").json()["kafka"], what="Kafka")
        reading = pool.submit(api.get, "/v1/cases?min_position=1-8,1-3", POLICE)
        until(lambda: api.has_looked(position.statement(("caseload",))), what="a first look")
        assert not reading.done()
        api.sql("UPDATE view_head SET pos = 8")
        api.sql("SELECT pg_notify('tamga_views', '1:8')")
        answer = reading.result()
    assert (answer.status_code, answer.headers["ledger-position"]) == (200, "1-8")


# -- the same submission, however often it is sent -------------------------------------------------------------------


def ends(settings: Settings) -> int:
    """How many submissions stand on Kafka."""
    logs = [PartitionLog(settings.brokers, settings.topics.submissions, p) for p in range(4)]
    found = sum(log.end() for log in logs)
    for log in logs:
        log.close()
    return found


def keyed(key: str) -> dict[str, str]:
    return JOSE | {"Idempotency-Key": key}


def test_one_key_is_one_submission_and_one_answer(api: Api, tmp_path: Path) -> None:
    with running(REGISTRAR, api.ledger, tmp_path / "r.log"), running(PROJECTOR, api.ledger, tmp_path / "p.log"):
        until(lambda: api.get("/readyz").status_code == 200, what="readiness")
        body, key = api.signed(POLICE), str(uuid.uuid4())
        with ThreadPoolExecutor(6) as pool:
            at_once = list(pool.map(lambda _: api.post(body, POLICE, headers=keyed(key)), range(6)))
        assert {answer.status_code for answer in at_once} <= {201, 409}
        for answer in at_once:
            if answer.status_code == 409:
                problem(answer, 409, "request.in_flight")
                assert answer.headers["retry-after"]
        first = next(answer for answer in at_once if answer.status_code == 201)
        again = api.post(body, POLICE, headers=keyed(f'"{key}"'))
        assert (again.status_code, again.json()) == (201, first.json())
        assert again.headers["location"] == first.headers["location"]
        assert ends(api.ledger) == 1
        assert api.post(body, POLICE).status_code == 200  # without the key it is another submission: a duplicate
        refused = api.signed(POLICE, unit="no unit!")
        other = str(uuid.uuid4())
        answers = [api.post(refused, POLICE, headers=keyed(other)).json() for _ in range(2)]
        assert answers[0] == answers[1]
        assert ends(api.ledger) == 3


def test_a_key_goes_with_its_bytes_and_its_agency_alone(views: Api) -> None:
    api, key = views, SECRET
    body = api.signed(POLICE)
    first = api.post(body, POLICE, "?wait=0", keyed(key))
    assert first.status_code == 202
    other = problem(api.post(api.signed(POLICE), POLICE, "?wait=0", keyed(key)), 422, "request.key_reused")
    assert other["paths"] == ["header.idempotency-key"]
    theirs = api.post(api.signed(HOTLINE), HOTLINE, "?wait=0", keyed(key))
    assert theirs.status_code == 202
    assert ends(api.ledger) == 2
    held = rows(api.ledger.database_url, "SELECT agency, key::text, body::text FROM idempotency ORDER BY agency")
    assert [row[0] for row in held] == [HOTLINE, POLICE]
    assert SECRET not in str(held)
    assert SECRET.encode().hex() not in str(held)
    for form in ("", "a b", '"', '"open', "x" * 200, "é"):
        headers = JOSE | {"Idempotency-Key": form.encode()}
        answer = api.ask("POST", "/v1/submissions", POLICE, content=b"x", headers=headers)
        assert problem(answer, 422, "request.invalid")["paths"] == ["header.Idempotency-Key"], form


def test_a_key_is_free_again_when_its_submission_was_not_sent_or_its_time_is_over(views: Api, services: Any) -> None:
    api = views
    problem(api.post(api.signed(POLICE), HOTLINE, "?wait=0", keyed("k1")), 403, "auth.other_agency")
    assert api.post(api.signed(HOTLINE), HOTLINE, "?wait=0", keyed("k1")).status_code == 202
    body = api.signed(POLICE)
    services.kafka.pause(0)
    try:
        problem(api.post(body, POLICE, "?wait=0", keyed("k2")), 503, "service.kafka_away")
    finally:
        services.kafka.resume(0)
    until(lambda: api.post(body, POLICE, "?wait=0", keyed("k2")).status_code == 202, what="Kafka")
    api.sql('UPDATE idempotency SET partition = NULL, "offset" = NULL WHERE agency = %s', POLICE)
    problem(api.post(body, POLICE, "?wait=0", keyed("k2")), 409, "request.in_flight")
    problem(api.post(api.signed(POLICE), POLICE, "?wait=0", keyed("k2")), 422, "request.key_reused")
    api.sql("UPDATE idempotency SET claimed_at = now() - interval '31 seconds'")
    assert api.post(body, POLICE, "?wait=0", keyed("k2")).status_code == 202
    problem(api.post(api.signed(POLICE), POLICE, "?wait=0", keyed("k2")), 422, "request.key_reused")
    api.sql("UPDATE idempotency SET expires_at = now()")
    assert api.post(api.signed(POLICE), POLICE, "?wait=0", keyed("k2")).status_code == 202


# -- exports ---------------------------------------------------------------------------------------------------------


def fill_cases(api: Api, agency: str, count: int) -> list[str]:
    """Cases in the agency's view; their ids in order."""
    ids = sorted(str(uuid.uuid4()) for _ in range(count))
    api.sql(
        "INSERT INTO caseload SELECT %s, id, 'open', '', '', 'a', 'b', 'x', 3, 2, 1, 0 FROM unnest(%s::text[]) AS id",
        agency,
        ids,
    )
    return ids


def test_an_export_holds_every_row_that_the_pages_hold(views: Api) -> None:
    mine = fill_cases(views, POLICE, 2_345)
    fill_cases(views, HOTLINE, 3)
    lines = views.get("/v1/cases", POLICE, headers={"Accept": "application/x-ndjson"})
    assert lines.headers["content-type"] == "application/x-ndjson"
    assert "etag" not in lines.headers
    found = [json.loads(line) for line in lines.text.splitlines()]
    assert [row["case_id"] for row in found] == mine
    assert found[:200] == views.get("/v1/cases?limit=200", POLICE).json()["cases"]
    none = views.get("/v1/cases?status=closed", POLICE, headers={"Accept": "application/x-ndjson"})
    assert (none.status_code, none.text) == (200, "")
    problem(views.get("/v1/cases", POLICE, headers={"Accept": "text/html"}), 406, "request.not_acceptable")


# -- rates -----------------------------------------------------------------------------------------------------------


def test_who_asks_too_often_waits_and_the_others_do_not(ledger: Settings) -> None:
    now = [1_000.0]
    with serving(ledger.model_copy(update={"read_rate": 2, "read_burst": 3}), clock=lambda: now[0]) as api:
        left = [api.get("/v1/whoami", POLICE).headers["ratelimit"] for _ in range(3)]
        assert left == ['"read";r=2;t=1', '"read";r=1;t=1', '"read";r=0;t=2']
        held = api.get("/v1/cases", POLICE)
        problem(held, 429, "request.too_many")
        assert held.headers["retry-after"] == "1"
        assert held.headers["ratelimit-policy"] == '"read";q=3;w=2'
        assert api.get("/v1/whoami", HOTLINE).headers["ratelimit"] == '"read";r=2;t=1'
        now[0] += 1
        assert [api.get("/v1/whoami", POLICE).status_code for _ in range(3)] == [200, 200, 429]
        now[0] += 0.25
        assert api.get("/v1/whoami", POLICE).status_code == 429
        now[0] += 0.25
        assert api.get("/v1/whoami", POLICE).status_code == 200
        assert api.post(api.signed(POLICE), POLICE, "?wait=0").headers["ratelimit-policy"] == '"submit";q=400;w=2'


# -- whose reads -----------------------------------------------------------------------------------------------------

MIRROR = """
DROP TABLE caseload;
CREATE VIEW caseload AS SELECT current_setting('tamga.agency') AS agency, '{case}' AS case_id,
    current_setting('tamga.role') AS status, current_setting('tamga.unit') AS care_lead,
    current_setting('tamga.officer') AS proceedings_lead, 'a' AS opened_at, 'b' AS last_at, 'x' AS last_type,
    0::bigint AS last_pos, 1::bigint AS events, 0::bigint AS victims, 0::bigint AS open_referrals
"""


def test_each_read_runs_under_its_callers_settings_and_leaves_none_in_the_pool(views: Api) -> None:
    api = views
    api.sql(MIRROR.format(case=uuid.uuid4()))

    def asked(number: int) -> tuple[str, str]:
        agency = (POLICE, HOTLINE, STRANGER)[number % 3]
        (row,) = api.get("/v1/cases", agency).json()["cases"]
        assert (row["status"], row["care_lead"], row["proceedings_lead"]) == ("|system|", "|*|", None)
        return agency, "seen"

    with ThreadPoolExecutor(12) as pool:
        assert len(list(pool.map(asked, range(120)))) == 120
    left = "SELECT coalesce(current_setting('tamga.agency', true), '') AS agency"
    # Readiness is nobody's read: whatever connection it gets knows no caller.
    api.sql("DROP TABLE duties, refusals")
    api.sql(f"CREATE VIEW duties AS SELECT 'x' AS next_at FROM ({left}) AS l WHERE agency <> ''")
    api.sql("CREATE VIEW refusals AS SELECT 'x' AS next_at WHERE false")
    for name in ("duties", "refusals"):
        api.sql("INSERT INTO view (name, table_name) VALUES (%s, %s)", name, name)
    api.sql("UPDATE log SET pos = 0 WHERE topic = %s", api.ledger.topics.ledger)
    for _ in range(10):
        assert api.get("/readyz").json()["clock_due"] == 0


POLICIES = """
DROP TABLE reference;
CREATE ROLE {role} LOGIN PASSWORD 'x' NOSUPERUSER NOBYPASSRLS;
CREATE TABLE reference_1 (partition int, dataset text, field text, code text, records bigint);
INSERT INTO reference_1 SELECT 0, agency, 'records', 'all', 99 FROM unnest(ARRAY['{agencies}']) AS agency;
ALTER TABLE reference_1 ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON reference_1 USING (dataset = nullif(current_setting('tamga.agency', true), ''));
CREATE VIEW reference WITH (security_invoker) AS SELECT * FROM reference_1;
INSERT INTO view (name, table_name) VALUES ('reference', 'reference_1');
INSERT INTO view_head VALUES ('reference_1', 1, 't', 0, 7, '', 0, '');
GRANT SELECT ON ALL TABLES IN SCHEMA public TO {role};
GRANT INSERT, UPDATE, DELETE ON idempotency TO {role};
GRANT EXECUTE ON FUNCTION agency_of_key(bytea) TO {role};
"""


def test_a_policy_in_the_database_holds_through_the_pool(views: Api) -> None:
    """The route's own statement names no agency: what each sees is what the policy lets it see."""
    api = views
    role, agencies = f"api_{uuid.uuid4().hex[:12]}", (POLICE, HOTLINE, STRANGER)
    api.sql(POLICIES.format(role=role, agencies="','".join(agencies)))
    url = re.sub(r"//[^@]*@", f"//{role}:x@", api.ledger.database_url)
    with Server(api.ledger.model_copy(update={"api_database_url": url}), Log()) as served:

        def seen(number: int) -> tuple[str, list[str], str]:
            agency = agencies[number % 3]
            answer = httpx.get(
                f"{served}/v1/reference", headers={"X-API-Key": api.keys[agency]}, timeout=20, verify=NO_TLS
            )
            found = [each["dataset"] for each in answer.json()["datasets"]]
            return agency, found, answer.headers["ledger-position"]

        with ThreadPoolExecutor(12) as pool:
            for agency, found, stands in pool.map(seen, range(150)):
                assert (found, stands) == ([agency], "1-7")
        until(lambda: httpx.get(f"{served}/readyz", timeout=20, verify=NO_TLS).json()["kafka"], what="Kafka")
        key = {"X-API-Key": api.keys[POLICE]} | keyed("once")
        for _ in range(2):
            sent = httpx.post(f"{served}/v1/submissions?wait=0", content=b"x", headers=key, timeout=20, verify=NO_TLS)
            assert sent.status_code == 202, sent.text


def test_a_session_of_the_api_writes_nothing_by_itself(views: Api) -> None:
    views.sql(
        "CREATE FUNCTION wrote() RETURNS text LANGUAGE plpgsql AS"
        " $$ BEGIN INSERT INTO api_key VALUES ('x', 'y'); RETURN 'open'; END $$"
    )
    views.sql("DROP TABLE reference")
    views.sql("CREATE VIEW reference AS SELECT wrote() AS dataset, 'f' AS field, 'c' AS code, 1 AS records")
    problem(views.get("/v1/reference", POLICE), 500, "service.fault")
    assert rows(views.ledger.database_url, "SELECT 1 FROM api_key WHERE agency = 'y'") == []


@pytest.mark.parametrize("path", ["/v1/cases", "/v1/events?seconds=0", "/v1/whoami"])
def test_secrets_of_a_request_are_in_no_log_and_no_metric(views: Api, path: str) -> None:
    sent = {"Authorization": f"Bearer {SECRET}.{SECRET}.{SECRET}", "Idempotency-Key": SECRET, "If-Match": f'"{SECRET}"'}
    views.get(path, headers=sent | {"If-None-Match": f'"{SECRET}"', "Last-Event-ID": SECRET, "Accept": SECRET})
    views.get(path, POLICE, headers={"If-None-Match": f'"{SECRET}"'})
    until(lambda: len(views.log.lines) >= 2, what="log lines")
    assert SECRET not in str(views.log.lines)
    assert views.keys[POLICE] not in str(views.log.lines)
    metrics = views.get("/metrics").text
    assert SECRET not in metrics
    assert views.keys[POLICE] not in metrics
