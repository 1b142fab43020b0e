"""Whatever is sent to an operation, and whoever sends it, the answer is one that the OpenAPI document describes.

Every operation of the document is called with what schemathesis makes of its parameters, valid and not, as each kind of
caller. There is no 5xx: Kafka, PostgreSQL, a registrar and the views are there.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as examples
from schemathesis import Case
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    allow_header_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from infra.settings import Settings
from issuer import AUDIENCE, Issuer
from system.running import running, until
from system.serving import POLICE, TABLES, Api, serving

CHECKS: list[Any] = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    response_headers_conformance,
    allow_header_conformance,
]
CALLERS = {"key": 40, "officer": 15, "auditor": 10, "operator": 10, "nobody": 5, "forger": 5}
"""Who asks, and how many examples of each operation."""

SUBMISSIONS = """
CREATE TABLE submissions (agency text, partition bigint, pos bigint, src bigint, event_id text, case_id text, type text,
    outcome text, code text, actor text, at text);
INSERT INTO view (name, table_name) SELECT name, name || '_1'
    FROM unnest(ARRAY['access', 'caseload', 'referrals', 'refusals', 'timeline', 'reference', 'submissions']) AS name;
INSERT INTO view_head SELECT table_name, partition, 't', 0, 10000000000000000, '', 0, ''
    FROM view, generate_series(0, 3) AS partition;
INSERT INTO process (name, role, state, seen_at) VALUES ('projector-1', 'projector', 'ready', now() + interval '1 day');
"""
"""Views that stand beyond any position that can be asked for, and a projector that is heard of."""


@schemathesis.serializer("application/jose")
def _as_it_is(_: Any, value: Any) -> bytes:
    return value.encode() if isinstance(value, str) else bytes(value or b"")


@pytest.fixture
def served(ledger: Settings, tmp_path: Path) -> Iterator[tuple[Api, dict[str, dict[str, str]]]]:
    """The API with everything behind it, and the headers of each caller."""
    with Issuer() as issuer:
        changes = {"oidc_issuer": issuer.url, "oidc_audience": AUDIENCE, "read_burst": 100_000, "submit_burst": 100_000}
        ready = ledger.model_copy(update=changes)
        with running("infra.entry.registrar", ledger, tmp_path / "r.log"), serving(ready) as api:
            api.sql(TABLES + SUBMISSIONS)
            until(lambda: api.get("/readyz").status_code == 200, what="readiness")
            yield api, dict(_callers(api, issuer))


def _callers(api: Api, issuer: Issuer) -> Iterator[tuple[str, dict[str, str]]]:
    now = int(time.time())
    for role in ("officer", "auditor", "operator"):
        token = issuer.token("ES256", tamga_roles=[role], iat=now, exp=now + 3600)
        yield role, {"Authorization": f"Bearer {token}"}
    yield "key", {"X-API-Key": api.keys[POLICE], "Authorization": ""}
    yield "nobody", {"X-API-Key": "", "Authorization": ""}
    yield "forger", {"Authorization": f"Bearer {issuer.token('ES256', sub='x')[:-8]}AAAAAAAA"}


def _briefly(case: Case) -> None:
    """Nothing waits longer than it must: streams end with what there is."""
    if case.operation.path == "/v1/events":
        case.query = {**(case.query or {}), "seconds": 0}
    if case.operation.path == "/v1/submissions":
        case.query = {**(case.query or {}), "wait": 1}


def _called(case: Case, headers: dict[str, str], who: str) -> None:
    _briefly(case)
    case.headers = {**(case.headers or {}), **headers}
    response = case.call()
    case.validate_response(response, checks=CHECKS)
    if case.operation.path.startswith("/v1/"):
        assert (response.status_code == 401) == (who in ("nobody", "forger")), response.status_code
        assert response.headers["cache-control"] == ["no-store"]


def _fuzz(operation: Any, count: int, test: Callable[[Case], None]) -> None:
    strategy = operation.as_strategy()
    run = given(case=strategy)(lambda case: test(case))
    examples(
        max_examples=count,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )(run)()


def test_every_operation_answers_as_its_document_says(served: tuple[Api, dict[str, dict[str, str]]]) -> None:
    api, callers = served
    schema = schemathesis.openapi.from_url(f"{api.url}/openapi.json")
    called = set()
    for found in schema.get_all_operations():
        operation = found.ok()
        for who, count in CALLERS.items():
            headers = callers[who]
            _fuzz(operation, count, lambda case, headers=headers, who=who: _called(case, headers, who))
        called.add((operation.method.upper(), operation.path))
    document = api.get("/openapi.json").json()
    assert called == {(m.upper(), path) for path, methods in document["paths"].items() for m in methods}
    seen = {(line["route"], line["status"]) for line in api.log.lines if line["event"] == "request"}
    assert {status for _, status in seen} >= {200, 401, 403, 404, 412, 422}, "the examples reach into the operations"
