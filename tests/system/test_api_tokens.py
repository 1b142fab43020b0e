"""People come with tokens of their identity provider: what their roles allow, and what the ledger takes them for."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from infra import founding
from infra.settings import Settings
from issuer import AUDIENCE, Issuer
from system.running import Child, until
from system.serving import HOTLINE, JOSE, POLICE, SECRET, TABLES, Api, indicator, problem, serving
from system.test_api_protocol import MIRROR


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    with Issuer() as found:
        yield found


@pytest.fixture
def taking(ledger: Settings, issuer: Issuer) -> Iterator[Api]:
    """An API that takes the issuer's tokens."""
    changes = {"oidc_issuer": issuer.url, "oidc_audience": AUDIENCE, "require_if_match": True}
    with serving(ledger.model_copy(update=changes)) as api:
        until(lambda: api.get("/readyz").json()["kafka"], what="Kafka")
        yield api


def bearer(issuer: Issuer, *roles: str, alg: str = "ES256", **changes: Any) -> dict[str, str]:
    """A token of the moment for an officer of the police with these roles."""
    now = int(time.time())
    token = issuer.token(alg, **{"iat": now, "exp": now + 600, "tamga_roles": list(roles)} | changes)
    return {"Authorization": f"Bearer {token}"}


def test_the_ledger_says_for_whom_it_takes_a_caller(taking: Api, issuer: Issuer) -> None:
    found = taking.get("/v1/whoami", headers=bearer(issuer, "officer", "auditor", "unheard-of"))
    assert found.json() == {
        "agency": POLICE,
        "how": "token",
        "roles": ["auditor", "officer"],
        "units": ["duty"],
        "officer": "officer-1",
        "may": ["read", "submit"],
    }
    key = taking.get("/v1/whoami", HOTLINE).json()
    assert (key["how"], key["roles"], key["units"], key["officer"]) == ("key", ["system"], ["*"], None)


READS = ["/v1/cases", "/v1/referrals", "/v1/refusals", f"/v1/cases/{uuid.uuid4()}", "/v1/submissions/0-999"]
ROLES: list[tuple[str, bool, bool]] = [
    ("system", True, True),
    ("supervisor", True, True),
    ("officer", True, True),
    ("duty", True, True),
    ("auditor", True, False),
    ("operator", False, False),
]


def test_each_role_reads_and_submits_what_the_table_allows(taking: Api, issuer: Issuer) -> None:
    taking.sql(TABLES)
    for role, reads, submits in ROLES:
        who = bearer(issuer, role)
        for path in READS:
            answer = taking.get(path, headers=who)
            if reads:
                assert answer.status_code in (200, 404), (role, path, answer.text)
            else:
                problem(answer, 403, "auth.role")
        sent = taking.ask("POST", "/v1/submissions?wait=0", content=taking.signed(POLICE), headers=who | JOSE)
        if submits:
            assert sent.status_code == 202, (role, sent.text)
        else:
            problem(sent, 403, "auth.role")
        assert taking.get("/v1/reference", headers=who).status_code == 200
        assert taking.get("/v1/whoami", headers=who).status_code == 200


def test_a_read_runs_under_the_officers_settings(taking: Api, issuer: Issuer) -> None:
    taking.sql(TABLES + MIRROR.format(case=uuid.uuid4()))
    who = bearer(issuer, "officer", "duty", tamga_units=["b", "a"])
    (row,) = taking.get("/v1/cases", headers=who).json()["cases"]
    assert (row["status"], row["care_lead"], row["proceedings_lead"]) == ("|duty|officer|", "|a|b|", "officer-1")


def test_a_token_that_does_not_hold_is_a_401_that_repeats_nothing(taking: Api, issuer: Issuer) -> None:
    expired = taking.get("/v1/cases", headers=bearer(issuer, "officer", exp=int(time.time()) - 60))
    problem(expired, 401, "auth.expired_token")
    assert 'error="invalid_token"' in expired.headers["www-authenticate"]
    forged = bearer(issuer, "officer", sub=SECRET)["Authorization"].removeprefix("Bearer ")
    head, body, _ = forged.split(".")
    problem(taking.get("/v1/cases", headers={"Authorization": f"Bearer {head}.{body}.AAAA"}), 401, "auth.invalid_token")
    problem(taking.get("/v1/cases", headers=bearer(issuer, "root")), 403, "auth.no_role")
    said = problem(
        taking.get("/v1/cases", headers=bearer(issuer, "officer", tamga_officer=SECRET * 9)), 403, "auth.claims"
    )
    assert said["paths"] == ["tamga_officer"]
    problem(taking.get("/v1/cases", headers=bearer(issuer, "officer", tamga_agency="mn.nobody")), 403,
            "auth.agency_suspended")  # fmt: skip
    mongolian = taking.get("/v1/cases", headers=bearer(issuer, "root") | {"Accept-Language": "mn"})
    assert mongolian.headers["content-language"] == "mn"
    assert body not in str(taking.log.lines)


def test_a_suspended_agencys_people_are_shut_out(taking: Api, issuer: Issuer) -> None:
    taking.sql(TABLES)
    who = bearer(issuer, "supervisor")
    assert taking.get("/v1/cases", headers=who).status_code == 200
    registrations = founding.Registrations(taking.ledger, founding.root_signers(taking.ledger))
    registrations.publish("agency_suspended.v1", POLICE, {})
    registrations.close()
    until(lambda: taking.get("/v1/cases", headers=who).status_code == 403, what="the suspension")


def test_while_the_issuer_is_away_tokens_wait_and_keys_are_taken(taking: Api, issuer: Issuer) -> None:
    taking.sql(TABLES)
    issuer.away = True
    away = taking.get("/v1/cases", headers=bearer(issuer, "officer"))
    problem(away, 503, "service.issuer_away")
    assert away.headers["retry-after"]
    assert taking.get("/v1/cases", POLICE).status_code == 200


def test_where_it_is_required_people_say_which_case_they_saw_but_for_protective_acts(
    taking: Api, issuer: Issuer
) -> None:
    taking.sql(TABLES)
    case, stranger = str(uuid.uuid4()), str(uuid.uuid4())
    taking.sql("INSERT INTO timeline VALUES (%s, 1, 7, 1, %s, 0, 0, 'a', '{}')", POLICE, case)
    who = bearer(issuer, "officer") | JOSE

    def send(subject: str, kind: str, **headers: str) -> httpx.Response:
        wire = f"mn.tamga.{kind}.v1"
        event = indicator(POLICE, subject=subject, type=wire)
        return taking.ask(
            "POST", "/v1/submissions?wait=0", content=taking.signed(POLICE, **event), headers=who | headers
        )

    problem(send(case, "case.closed"), 428, "request.if_match_required")
    assert send(case, "case.closed", **{"If-Match": '"1-7"'}).status_code == 202
    assert problem(send(case, "case.closed", **{"If-Match": '"1-6"'}), 412, "request.stale_case")["position"] == "1-7"
    assert send(case, "case.closed", **{"If-Match": "*"}).status_code == 202
    assert send(case, "protection.risk_assessed").status_code == 202
    assert send(stranger, "case.closed").status_code == 202
    by_system = taking.post(taking.signed(POLICE, subject=case, type="mn.tamga.case.closed.v1"), POLICE, "?wait=0")
    assert by_system.status_code == 202


@pytest.mark.parametrize(
    ("setting", "value"),
    [("TAMGA_OIDC_ISSUER", "http://login.example"), ("TAMGA_OIDC_ISSUER", "https://login.example")],
)
def test_a_process_that_would_take_tokens_for_anybody_does_not_start(
    ledger: Settings, tmp_path: Any, setting: str, value: str
) -> None:
    child = Child("infra.api", ledger, tmp_path / "api.log", TAMGA_API_PORT="0", **{setting: value})
    assert child.process.wait(30) == 2
    assert "tamga api: TAMGA_OIDC_" in child.text()
    assert "Traceback" not in child.text()


def test_the_pages_show_each_role_what_the_routes_answer_it(taking: Api, issuer: Issuer) -> None:
    taking.sql(TABLES)
    for role, reads, _ in ROLES:
        who = bearer(issuer, role)
        desk, cases = taking.get("/desk", headers=who), taking.get("/desk/cases", headers=who)
        assert desk.status_code == 200
        assert ('href="/desk/cases"' in desk.text) == reads, role
        assert (cases.status_code == 200) == reads, role
        assert ("auth.role" in cases.text) == (not reads), role
    token = bearer(issuer, "officer")["Authorization"].removeprefix("Bearer ")
    with httpx.Client(base_url=taking.url, timeout=20, follow_redirects=True) as browser:
        desk = browser.post("/desk/sign-in", data={"credential": token})
        assert (desk.url.path, desk.status_code) == ("/desk", 200)
        assert "officer-1" in desk.text
