"""The read API on real servers: an agency sees its own view alone, and a submission's answer is its outcome."""

from __future__ import annotations

import asyncio
import re
import subprocess
import sys
import threading
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from domain import outcome
from domain.event import Effect
from domain.partition import partition_of
from domain.record.chain import Head
from domain.record.entry import Said
from domain.record.signing import SeedSigner
from domain.refusals import MEMBERS, explain
from domain.submission import sign
from infra import clock, founding
from infra.api import keys as api_keys
from infra.api import outcomes, reference
from infra.api.caller import system
from infra.api.metrics import Metrics
from infra.api.problems import TABLE
from infra.api.service import assemble
from infra.api.service import running as service_running
from infra.bootstrap import World
from infra.index import Index, Row
from infra.kafka.append import Appender
from infra.settings import Settings
from projections.all_views import VIEWS
from system.running import rows, running, until
from system.serving import HOTLINE, JOSE, NO_TLS, POLICE, SECRET, STRANGER, TABLES, Api, Log, Server, indicator, problem

ROOT = Path(__file__).parents[2]


# -- submissions, through the real registrar and projector -----------------------------------------------------------


def test_a_submission_is_answered_by_its_outcome_and_read_by_its_publisher_alone(api: Api, tmp_path: Path) -> None:
    ledger = api.ledger
    with (
        running("infra.entry.registrar", ledger, tmp_path / "registrar.log"),
        running("infra.entry.projector", ledger, tmp_path / "projector.log"),
    ):
        until(lambda: api.get("/readyz").status_code == 200, what="readiness")
        event = indicator(HOTLINE)
        signed = sign(event, ledger=ledger.ledger_id, signer=api.signers[HOTLINE])
        _admitted_then_duplicate(api, signed)
        _refused(api)
        _asynchronous(api)
        _own_view(api, event)


def _admitted_then_duplicate(api: Api, signed: bytes) -> None:
    admitted = api.post(signed, HOTLINE)
    assert admitted.status_code == 201, admitted.text
    found = admitted.json()
    assert admitted.headers["location"] == f"/v1/submissions/{found['submission']}"
    assert (found["outcome"], found["version"]) == ("admitted", 1)
    assert "case.LeadsAssigned" in {effect["type"] for effect in found["effects"]}
    again = api.post(signed + b"\r\n", HOTLINE, headers={"Content-Type": "text/plain; charset=utf-8"})
    assert (again.status_code, again.json()["of"]) == (200, found["position"])
    assert api.get(admitted.headers["location"], HOTLINE).json() == found
    stranger = problem(api.get(admitted.headers["location"], POLICE), 404, "submission.unknown")
    assert stranger == problem(api.get("/v1/submissions/0-999999", POLICE), 404, "submission.unknown")


def _refused(api: Api) -> None:
    forged = sign(
        indicator(HOTLINE, actor=SECRET), ledger=api.ledger.ledger_id, signer=SeedSigner(f"{HOTLINE}-1", b"x" * 32)
    )
    found = problem(api.post(forged, HOTLINE), 422, "jws.signature")
    assert found["position"]
    assert found["digest"] == outcome.salted(forged, found["salt"])
    location = f"/v1/submissions/{found['submission']}"
    # Whose it was is unknown, as its signature does not hold; its outcome holds no content, so any agency may read it.
    assert api.get(location, POLICE).json()["code"] == "jws.signature"
    refused = problem(api.post(api.signed(HOTLINE, unit=SECRET + "!"), HOTLINE), 422, "envelope.invalid_attribute")
    assert refused["paths"] == ["unit"]
    location = f"/v1/submissions/{refused['submission']}"
    assert api.get(location, HOTLINE).json()["outcome"] == "refused"
    problem(api.get(location, POLICE), 404, "submission.unknown")
    mongolian = api.post(SECRET.encode(), HOTLINE, headers=JOSE | {"Accept-Language": "mn"})
    malformed = explain("jws.malformed", "mn")
    found = problem(mongolian, 422, "jws.malformed")
    assert (found["detail"], found["do"], found["officer"]) == tuple(malformed[member] for member in MEMBERS)
    assert mongolian.headers["content-language"] == "mn"
    problem(api.post(api.signed(HOTLINE, subject=SECRET), HOTLINE), 422, "envelope.invalid_attribute")


def _asynchronous(api: Api) -> None:
    for query, headers in (("?wait=0", JOSE), ("", JOSE | {"Prefer": "respond-async"})):
        pending = api.post(api.signed(POLICE), POLICE, query, headers)
        assert (pending.status_code, pending.json()["outcome"]) == (202, "pending")
        location = pending.headers["location"]
        until(lambda at=location: api.get(at, POLICE).json()["outcome"] == "admitted", what="the outcome")
    text = api.get("/metrics").text
    assert 'tamga_submission_outcomes_total{code="jws.signature",outcome="refused"} 1.0' in text
    assert 'tamga_submission_outcomes_total{code="",outcome="pending"} 2.0' in text


def _own_view(api: Api, event: dict[str, Any]) -> None:
    """Columns of the real views, through every route."""
    path = f"/v1/cases/{event['subject']}"
    until(lambda: api.get(path, HOTLINE).status_code == 200, what="the view")
    row = api.get(path, HOTLINE).json()
    assert row["position"].startswith(f"{partition_of(event['subject'], 4)}-")
    assert (row["events"], row["victims"], row["open_referrals"]) == (1, 1, 0)
    (own,) = api.get(f"{path}/timeline", HOTLINE).json()["events"]
    assert (own["event_id"], own["data"]["aimag"]) == (event["id"], "MN-1")
    (others,) = api.get(f"{path}/timeline", POLICE).json()["events"]  # police leads the proceedings
    assert (others["event_id"], others["relation"]) == (event["id"], "proceedings_lead")
    assert not {"actor", "unit"} & set(others)
    unknown = problem(api.get(f"/v1/cases/{uuid.uuid4()}", STRANGER), 404, "case.unknown")
    assert problem(api.get(path, STRANGER), 404, "case.unknown") == unknown
    assert problem(api.get(f"{path}/timeline", STRANGER), 404, "case.unknown") == unknown
    assert api.get("/v1/cases", STRANGER).json() == {"cases": []}
    assert api.get("/v1/referrals", HOTLINE).json() == {"referrals": []}
    (work,) = api.get("/v1/worklist?unit=duty", HOTLINE).json()["worklist"]
    assert (work["kind"], work["care_lead"], work["overdue"]) == ("responsible", "mn.cfdpa", False)
    assert api.get("/v1/worklist", STRANGER).json() == {"worklist": []}
    (cared,) = api.get("/v1/care", HOTLINE).json()["care"]
    assert (cared["victim_id"], cared["interviews_of_person"]) == (event["data"]["victim_id"], 0)
    assert api.get("/v1/reference", HOTLINE).json() == {"datasets": []}
    ready = api.get("/readyz").json()
    assert set(ready["partitions"][0]["views"]) == set(VIEWS)


# -- submissions, with outcomes written by hand ----------------------------------------------------------------------


def write(world: World, partition: int, *bodies: tuple[int, bytes]) -> None:
    """Put entries (submission offset, body) into the index."""
    index = Index(world.pool, world.settings.topics.ledger, partition)
    before = index.head().head
    after = Head(before.offset + len(bodies), before.pos + len(bodies), f"hand-{uuid.uuid4()}", before.reg, clock.now())
    found = []
    for number, (src, body) in enumerate(bodies, 1):
        at = before.pos + number
        found.append(Row(at, before.offset + number, f"desk/{partition}", at, "outcome", src, body))
    assert index.advance(before, after, found)


LOOK = b"COMMIT"
"""Ends what is read as a caller."""


def said(src: int) -> Said:
    return Said(clock.now(), 1, "desk/0", 1, (0, src))


def test_an_outcome_is_read_as_its_entry_says(api: Api, world: World) -> None:
    appender = Appender(api.ledger.brokers)
    appender.append(api.ledger.topics.submissions, 0, [b"x"] * 12)
    appender.close()
    late = api.get("/v1/submissions/0-11", POLICE)
    assert (late.status_code, late.json()) == (202, {"submission": "0-11", "outcome": "pending"})
    known = {"publisher": POLICE, "event": str(uuid.uuid4())}
    effect = Effect("case.LeadsAssigned", {"care": "a", "proceedings": "b"})
    refusal = {"record": b"x", "salt": b"s" * 16}
    write(
        world,
        0,
        (0, outcome.admitted(api.signed(POLICE).decode(), said(0), [effect])),
        (1, outcome.duplicate(1, known, said(1))),
        (2, outcome.refused("case.closed", ["data.victim_id"], known, said(2), **refusal)),
        (3, outcome.refused("jws.malformed", [], {}, said(3), **refusal)),
        (8, outcome.intake(4, 8, "deleted unread", said(8))),
        (9, outcome.refused("code.without_sentence", [], {}, said(9), **refusal)),
    )
    admitted, duplicate, refused = (api.get(f"/v1/submissions/0-{n}", POLICE).json() for n in range(3))
    assert (admitted["outcome"], admitted["position"], len(admitted["effects"])) == ("admitted", "0-1", 1)
    assert (duplicate["outcome"], duplicate["position"], duplicate["of"]) == ("duplicate", "0-2", "0-1")
    assert (refused["code"], refused["paths"]) == ("case.closed", ["data.victim_id"])
    assert explain("case.closed").items() <= refused.items()
    said_in = api.get("/v1/submissions/0-2", POLICE, headers={"Accept-Language": "mn-MN, en;q=0.5"})
    assert explain("case.closed", "mn").items() <= said_in.json().items()
    assert (said_in.headers["content-language"], said_in.headers["vary"]) == ("mn", "Accept-Language")
    for number in (0, 1, 2):
        problem(api.get(f"/v1/submissions/0-{number}", HOTLINE), 404, "submission.unknown")
    assert api.get("/v1/submissions/0-3", HOTLINE).json()["code"] == "jws.malformed"
    for number in (4, 8):
        assert api.get(f"/v1/submissions/0-{number}", HOTLINE).json()["outcome"] == "lost"
    assert api.get("/v1/submissions/0-9", HOTLINE).json()["do"]
    for unknown in ("0-12", "7-0", "0-01", "0", SECRET, "0-99999999999999999999"):
        problem(api.get(f"/v1/submissions/{unknown}", POLICE), 404, "submission.unknown")


def test_a_submission_is_answered_by_what_comes_while_it_waits(api: Api, world: World) -> None:
    signed = api.signed(POLICE, subject="not an id")  # goes to partition 0, as its first submission
    entry = (0, outcome.admitted(signed.decode(), said(0), []))
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(api.post, signed, POLICE, "?wait=10")
        until(lambda: api.has_looked(LOOK), what="a first look")
        write(world, 0, entry)
        answer = waiting.result()
    assert (answer.status_code, answer.json()["submission"]) == (201, "0-0")
    assert api.post(api.signed(POLICE), POLICE, "?wait=0.5").status_code == 202


def test_a_waiter_is_woken_by_the_batch_that_judges_its_submission(
    api: Api, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outcomes, "LOOK_SECONDS", 3600.0)  # nobody looks by himself

    async def woken() -> int:
        service = assemble(api.ledger, Metrics())
        async with service_running(service):
            waiting = asyncio.create_task(service.outcomes.wait(system(POLICE), 0, 0, 3600))
            await asyncio.to_thread(until, lambda: api.has_looked(LOOK), what="a first look")
            await asyncio.to_thread(write, world, 0, (0, outcome.admitted(api.signed(POLICE).decode(), said(0), [])))
            found = await asyncio.wait_for(waiting, 60)
            assert found is not None
            return found.last

    assert asyncio.run(woken()) == 0


def test_a_submission_for_another_agency_is_not_taken(api: Api) -> None:
    problem(api.post(api.signed(POLICE), HOTLINE), 403, "auth.other_agency")
    ends = api.get("/readyz").json()["partitions"]
    assert [p["submissions"] for p in ends] == [0, 0, 0, 0]


FORM = {"Content-Type": "application/x-www-form-urlencoded"}
AT_THE_DOOR: list[tuple[bytes, dict[str, str], int, str]] = [
    (b"x" * 65_536, JOSE, 413, "request.too_large"),
    (b"\n", JOSE, 422, "request.empty"),
    (SECRET.encode(), {"Content-Type": "application/json"}, 415, "request.media_type"),
    (SECRET.encode(), FORM, 415, "request.media_type"),
]


def test_what_is_no_submission_is_refused_at_the_door(api: Api) -> None:
    for body, headers, status, code in AT_THE_DOOR:
        problem(api.post(body, POLICE, headers=headers), status, code)
    chunks = (b"x" * 8192 for _ in range(9))  # no Content-Length
    problem(api.ask("POST", "/v1/submissions", POLICE, content=chunks, headers=JOSE), 413, "request.too_large")
    problem(api.post(b"x", POLICE, "?wait=11"), 422, "request.invalid")


def test_an_agency_that_sends_too_fast_waits_and_the_others_do_not(api: Api) -> None:
    headers = {"Authorization": f"Bearer {api.keys[POLICE]}", "Content-Type": "application/json"}

    def burst() -> None:
        with httpx.Client(base_url=api.url, headers=headers, timeout=20) as client:
            for _ in range(260):
                answers.append(client.post("/v1/submissions", content=b"x"))

    answers: list[httpx.Response] = []
    threads = [threading.Thread(target=burst) for _ in range(4)]
    started = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.monotonic() - started
    granted = [a for a in answers if a.status_code == 415]
    assert len(granted) <= 400 + 200 * seconds + 1
    if len(answers) > 400 + 200 * seconds:
        held = next(a for a in answers if a.status_code == 429)
        problem(held, 429, "request.too_many")
        assert held.headers["retry-after"] == "1"
    problem(api.post(b"x", HOTLINE, headers={"Content-Type": "application/json"}), 415, "request.media_type")


# -- who is let in ---------------------------------------------------------------------------------------------------

GUARDED = ["/v1/cases", f"/v1/cases/{uuid.uuid4()}", f"/v1/cases/{uuid.uuid4()}/timeline", "/v1/referrals",
           "/v1/reference", "/v1/submissions/0-0"]  # fmt: skip


def test_every_route_but_health_needs_a_live_key_of_an_active_agency(views: Api) -> None:
    api = views
    revoked = api_keys.create(api.ledger.database_url, POLICE)
    assert api_keys.revoke(api.ledger.database_url, POLICE, revoked) == 1
    unenrolled = api_keys.create(api.ledger.database_url, "mn.nobody")
    for path in GUARDED:
        assert "Bearer" in api.get(path).headers["www-authenticate"]
        problem(api.get(path), 401, "auth.missing_key")
        problem(api.get(path, headers={"Authorization": f"Basic {SECRET}"}), 401, "auth.missing_key")
        problem(api.get(path, headers={"Authorization": f"Bearer {SECRET}"}), 401, "auth.unknown_key")
        problem(api.get(path, headers={"X-API-Key": revoked}), 401, "auth.unknown_key")
        problem(api.get(path, headers={"X-API-Key": unenrolled}), 403, "auth.agency_suspended")
        assert api.get(path, headers={"X-API-Key": api.keys[POLICE]}).status_code in (200, 404)
    problem(api.ask("POST", "/v1/submissions", content=b"x", headers=JOSE), 401, "auth.missing_key")
    stored = rows(api.ledger.database_url, "SELECT digest::text, agency FROM api_key")
    assert not any(api.keys[POLICE] in text or api.keys[POLICE].encode().hex() in text for text, _ in stored)


def test_a_suspended_agency_is_shut_out_within_seconds_and_let_in_again(views: Api) -> None:
    api = views
    assert api.get("/v1/cases", POLICE).status_code == 200
    registrations = founding.Registrations(api.ledger, founding.root_signers(api.ledger))
    registrations.publish("agency_suspended.v1", POLICE, {})
    until(lambda: api.get("/v1/cases", POLICE).status_code == 403, what="the suspension")
    problem(api.get("/v1/cases", POLICE), 403, "auth.agency_suspended")
    problem(api.post(api.signed(POLICE), POLICE), 403, "auth.agency_suspended")
    assert api.get("/v1/cases", HOTLINE).status_code == 200
    registrations.publish("agency_reinstated.v1", POLICE, {})
    registrations.close()
    until(lambda: api.get("/v1/cases", POLICE).status_code == 200, what="the reinstatement")


# -- views -----------------------------------------------------------------------------------------------------------


def add_case(api: Api, agency: str, case_id: str, status: str = "open") -> None:
    at = clock.now()
    api.sql(
        "INSERT INTO caseload VALUES (%s, %s, %s, 'mn.cfdpa', '', %s, %s, 'x', 3, 2, 1, 0)",
        agency, case_id, status, at, at,
    )  # fmt: skip


def pages(api: Api, path: str, agency: str, member: str) -> list[list[dict[str, Any]]]:
    """Every page of a list, by its `Link`."""
    found = []
    following: str | None = path
    while following:
        answer = api.get(following, agency)
        assert answer.status_code == 200, answer.text
        found.append(answer.json()[member])
        link = answer.links.get("next")
        following = link["url"] if link else None
    return found


def test_cases_are_the_agencys_own_page_by_page(views: Api) -> None:
    mine = sorted(str(uuid.uuid4()) for _ in range(7))
    for number, case in enumerate(mine):
        add_case(views, POLICE, case, "closed" if number == 2 else "open")
    theirs = str(uuid.uuid4())
    add_case(views, HOTLINE, theirs)
    add_case(views, HOTLINE, mine[0])
    found = pages(views, "/v1/cases?limit=3", POLICE, "cases")
    assert [len(page) for page in found] == [3, 3, 1]
    assert [row["case_id"] for page in found for row in page] == mine
    assert found[0][0]["position"] == f"{partition_of(mine[0], 4)}-3"
    assert found[0][0]["proceedings_lead"] is None
    opened = pages(views, "/v1/cases?limit=2&status=open", POLICE, "cases")
    assert [row["case_id"] for page in opened for row in page] == [c for c in mine if c != mine[2]]
    problem(views.get(f"/v1/cases/{theirs}", POLICE), 404, "case.unknown")
    assert views.get(f"/v1/cases/{theirs}", HOTLINE).status_code == 200


def add_told(api: Api, agency: str, case: str, *told: dict[str, Any], pos: int, epoch: int) -> None:
    """What an agency is told of a case by the entry at `pos`."""
    for n, one in enumerate(told or ({},), 1):
        api.sql(
            "INSERT INTO timeline VALUES (%s, 1, %s, %s, %s, %s, 0, %s, %s)",
            agency, pos, n, case, epoch, clock.now(), outcome.canonical(one).decode(),
        )  # fmt: skip


def told_at(pos: int, publisher: str) -> dict[str, Any]:
    """An event as its publisher is told it, else as one who may know that it happened."""
    plain = {"partition": 1, "pos": pos, "type": "t", "time": clock.now(), "at": clock.now(), "event_id": f"e{pos}"}
    own = publisher == POLICE
    said = {"actor": "a", "unit": "u", "data": {"note": SECRET}} if own else {"actor": "", "unit": "", "data": {}}
    relation = "publisher" if own else "in_case"
    return plain | said | {"publisher": publisher, "relation": relation, "effects": [], "marks": [], "code": ""}


def test_a_timeline_is_what_the_agency_was_told_last(views: Api) -> None:
    case = str(uuid.uuid4())
    events = [told_at(pos, POLICE if pos % 2 else HOTLINE) for pos in (3, 4, 5, 5, 6, 7)]
    add_told(views, POLICE, case, told_at(3, POLICE), pos=3, epoch=0)
    add_told(views, POLICE, case, *events[:3], pos=5, epoch=1)
    for event in events[3:]:
        add_told(views, POLICE, case, event, pos=event["pos"] + 1, epoch=1)
    found = pages(views, f"/v1/cases/{case}/timeline?limit=3", POLICE, "events")
    assert [[event["position"] for event in page] for page in found] == [["1-3", "1-4", "1-5", "1-5"], ["1-6", "1-7"]]
    own, others, *_ = found[0]
    assert (own["data"], own["actor"], own["relation"]) == ({"note": SECRET}, "a", "publisher")
    assert set(others) == {"position", "type", "publisher", "time", "at", "event_id", "relation"}
    problem(views.get(f"/v1/cases/{case}/timeline", HOTLINE), 404, "case.unknown")


def test_an_agency_that_is_shut_out_of_a_case_finds_none(views: Api) -> None:
    case = str(uuid.uuid4())
    add_told(views, POLICE, case, told_at(3, POLICE), pos=3, epoch=0)
    assert views.get(f"/v1/cases/{case}/timeline", POLICE).status_code == 200
    add_told(views, POLICE, case, pos=4, epoch=1)
    problem(views.get(f"/v1/cases/{case}/timeline", POLICE), 404, "case.unknown")


def test_referrals_are_the_agencys_own_and_overdue_is_asked_of_the_clock(views: Api) -> None:
    past, future = "2026-01-01T00:00:00.000000Z", "2199-01-01T00:00:00.000000Z"
    states = [("requested", past), ("requested", future), ("unavailable", past), ("accepted", past), ("requested", "")]
    for number, (state, due) in enumerate(states):
        for agency, direction in ((POLICE, "out"), (HOTLINE, "in")):
            views.add(
                "referrals", agency=agency, referral_id=f"r{number}", case_id="c", direction=direction, from_agency="f",
                to_agency="t", victim_id="v", service_type="s", urgency="routine", state=state, requested_at=past,
                due_at=due, last_pos=1,
            )  # fmt: skip

    def ids(query: str, agency: str = POLICE) -> list[str]:
        found = pages(views, f"/v1/referrals?limit=2{query}", agency, "referrals")
        return [row["referral_id"] for page in found for row in page]

    assert ids("") == ["r0", "r1", "r2", "r3", "r4"]
    assert ids("&overdue=true") == ["r0", "r2"]
    assert ids("&overdue=false") == ["r1", "r3", "r4"]
    assert ids("&state=requested") == ["r0", "r1", "r4"]
    assert ids("&direction=in") == []
    assert ids("&direction=in", HOTLINE) == ["r0", "r1", "r2", "r3", "r4"]
    assert ids("", STRANGER) == []
    last = views.get("/v1/referrals?limit=1&direction=in&state=accepted", HOTLINE).json()["referrals"][0]
    assert (last["overdue"], last["answered_at"], last["direction"]) == (False, None, "in")


def test_a_refusal_stands_with_its_sender_and_later_on_the_duty_desk(views: Api) -> None:
    past, future = "2026-01-01T00:00:00.000000Z", "2199-01-01T00:00:00.000000Z"
    told = [
        (POLICE, "sender", "c1", POLICE, past, "open"),
        (POLICE, "sender", "c2", POLICE, past, "resolved"),
        (POLICE, "sender", "c3", POLICE, past, "marked"),
        (HOTLINE, "desk", "c1", POLICE, past, "marked"),
        (HOTLINE, "desk", "c4", POLICE, future, "open"),
    ]
    for agency, role, case, by, shown, state in told:
        views.sql(
            "INSERT INTO refusals VALUES (%s, %s, %s, 't', %s, 'case.closed', %s, %s, %s, 2, %s, '', 0, '', '')",
            agency, role, case, by, "e" if role == "sender" else "", past, shown, state,
        )  # fmt: skip

    def found(agency: str, query: str = "") -> list[tuple[str, str]]:
        listed = pages(views, f"/v1/refusals?limit=1{query}", agency, "refusals")
        return [(row["case_id"], row["role"]) for page in listed for row in page]

    assert found(POLICE) == [("c1", "sender"), ("c3", "sender")]
    assert found(HOTLINE) == [("c1", "desk")]
    assert found(HOTLINE, "&role=sender") == []
    assert found(STRANGER) == []
    row = views.get("/v1/refusals?limit=1", HOTLINE).json()["refusals"][0]
    assert (row["event_id"], row["code"], row["times"]) == (None, "case.closed", 2)
    assert row["what"] == explain("case.closed")["what"]


# -- reference: what leaves is counts --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("counts", "hidden"),
    [
        ({"a": 11, "b": 40}, ""),
        ({"a": 10, "b": 40, "c": 90}, "ab"),
        ({"a": 10, "b": 9, "c": 90}, "ab"),
        ({"a": 9, "b": 11, "c": 90}, "ab"),
        ({"a": 3, "b": 4, "c": 5, "d": 90}, "abc"),
        ({"a": 1, "b": 1, "c": 90}, "abc"),
        ({"a": 10, "b": 10, "c": 12, "d": 90}, "abc"),
        ({"a": 4}, "a"),
        ({}, ""),
    ],
)
def test_a_small_cell_is_hidden_and_can_not_be_derived(counts: dict[str, int], hidden: str) -> None:
    assert reference.suppressed(counts) == frozenset(hidden)


def test_reference_counts_add_partitions_up_and_hide_small_cells(views: Api) -> None:
    cells = [
        (0, "ctdc", "sex", "female", 30),
        (1, "ctdc", "sex", "female", 25),
        (2, "ctdc", "sex", "male", 12),
        (3, "ctdc", "sex", "other", 4),
        (0, "ctdc", "year", "2016", 71),
        (0, "ctdc", "records", "all", 40),
        (1, "ctdc", "records", "all", 31),
        (1, "few", "records", "all", 10),
        (1, "few", "sex", "male", 10),
    ]
    for partition, name, field, code, records in cells:
        said = {"partition": partition, "dataset": name, "field": field, "code": code, "records": records}
        views.add("reference", cell=f"{partition}/{name}", **said)
    ctdc, few = views.get("/v1/reference", STRANGER).json()["datasets"]
    assert (ctdc["dataset"], ctdc["records"]) == ("ctdc", 71)
    assert [f["field"] for f in ctdc["fields"]] == ["sex", "year"]
    assert ctdc["fields"][0]["cells"] == [
        {"code": "female", "records": 55, "suppressed": False},
        {"code": "male", "records": None, "suppressed": True},
        {"code": "other", "records": None, "suppressed": True},
    ]
    assert (few["records"], few["suppressed"], few["fields"][0]["cells"][0]["records"]) == (None, True, None)


# -- problems --------------------------------------------------------------------------------------------------------


BAD_REQUESTS: list[tuple[str, int, str, list[str] | None]] = [
    (f"/{SECRET}", 404, "request.not_found", None),
    ("/v1/cases/", 404, "request.not_found", None),
    (f"/v1/cases/{SECRET}", 404, "case.unknown", None),
    ("/v1/cases/%00", 404, "case.unknown", None),
    (f"/v1/cases?limit={SECRET}", 422, "request.invalid", ["query.limit"]),
    ("/v1/cases?limit=201", 422, "request.invalid", ["query.limit"]),
    (f"/v1/cases?status={SECRET}", 422, "request.invalid", ["query.status"]),
    ("/v1/cases?status=%00", 422, "request.invalid", ["query.status"]),
    (f"/v1/cases?after={SECRET}", 422, "request.invalid", ["query.after"]),
    ("/v1/cases?after=WyJcdTAwMDAiXQ", 422, "request.invalid", ["query.after"]),
    ("/v1/referrals?after=WyJhIl0", 422, "request.invalid", ["query.after"]),
    (f"/v1/referrals?direction={SECRET}", 422, "request.invalid", ["query.direction"]),
    (f"/v1/referrals?state={SECRET}&overdue={SECRET}", 422, "request.invalid", ["query.overdue", "query.state"]),
    (f"/v1/cases/{uuid.uuid4()}/timeline?after={SECRET}", 422, "request.invalid", ["query.after"]),
]


def test_a_bad_request_is_a_problem_without_what_was_sent(views: Api) -> None:
    for path, status, code, paths in BAD_REQUESTS:
        assert problem(views.get(path, POLICE), status, code).get("paths") == paths, path
    answer = views.ask("DELETE", "/v1/cases", POLICE)
    problem(answer, 405, "request.method")
    assert answer.headers["allow"] == "GET"


def test_a_view_that_is_not_built_is_503_and_a_fault_is_a_500_that_tells_nothing(api: Api) -> None:
    away = api.get("/v1/cases", POLICE)
    problem(away, 503, "service.view_not_built")
    assert away.headers["retry-after"]
    api.sql(TABLES)
    add_told(api, POLICE, case := str(uuid.uuid4()), {"pos": 1, "note": SECRET}, pos=1, epoch=0)
    problem(api.get(f"/v1/cases/{case}/timeline", POLICE), 500, "service.fault")
    assert [line for line in api.log.lines if line["event"] == "fault"]


def test_the_access_log_names_routes_by_template_and_holds_no_content(views: Api) -> None:
    views.get(f"/v1/cases/{uuid.uuid4()}?status={SECRET}", POLICE)
    views.get(f"/{SECRET}")
    views.post(SECRET.encode(), POLICE, "?wait=0")
    until(lambda: len(views.log.lines) >= 3, what="log lines")
    routes = [(line["method"], line["route"], line["status"]) for line in views.log.lines if line["event"] == "request"]
    assert routes == [("GET", "/v1/cases/{case_id}", 404), ("GET", "unmatched", 404), ("POST", "/v1/submissions", 202)]
    assert SECRET not in str(views.log.lines)
    metrics = views.get("/metrics").text
    assert 'tamga_http_requests_total{method="GET",route="/v1/cases/{case_id}",status="404"} 1.0' in metrics
    assert SECRET not in metrics


# -- away ------------------------------------------------------------------------------------------------------------

NOWHERE = "127.0.0.1:9"


def test_without_a_database_everything_is_503_and_the_process_lives(api: Api) -> None:
    settings = api.ledger.model_copy(update={"api_database_url": f"postgresql://tamga@{NOWHERE}/none"})
    with Server(settings, Log()) as url:
        away = httpx.get(f"{url}/v1/cases", headers={"X-API-Key": api.keys[POLICE]}, timeout=20, verify=NO_TLS)
        problem(away, 503, "service.database_away")
        assert away.headers["retry-after"] == "2"
        assert httpx.get(f"{url}/healthz", timeout=20, verify=NO_TLS).json() == {"status": "alive"}
        ready = httpx.get(f"{url}/readyz", timeout=20, verify=NO_TLS)
        assert (ready.status_code, ready.json()["database"]) == (503, False)
        assert "tamga_database_up 0.0" in httpx.get(f"{url}/metrics", timeout=20, verify=NO_TLS).text


def test_connections_that_the_database_ended_are_nobodys_error(views: Api) -> None:
    assert views.get("/v1/cases", POLICE).status_code == 200
    views.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
              " WHERE datname = current_database() AND pid <> pg_backend_pid()")  # fmt: skip
    for _ in range(12):
        assert views.get("/v1/cases", POLICE).status_code == 200


def test_while_the_broker_hangs_a_submission_is_503_and_reading_goes_on(views: Api, services: Any) -> None:
    assert views.get("/v1/cases", POLICE).status_code == 200
    assert views.post(views.signed(POLICE), POLICE, "?wait=0").status_code == 202
    services.kafka.pause(0)
    try:
        away = views.post(views.signed(POLICE), POLICE, "?wait=0")
        problem(away, 503, "service.kafka_away")
        assert away.headers["retry-after"]
        assert views.get("/v1/cases", POLICE).status_code == 200
        until(lambda: "kafka.away" in views.get("/readyz").json()["reasons"], seconds=20, what="readiness to end")
    finally:
        services.kafka.resume(0)
    until(lambda: views.post(views.signed(POLICE), POLICE, "?wait=0").status_code == 202, what="Kafka")


# -- operation -------------------------------------------------------------------------------------------------------


def test_readiness_names_what_is_not_ready(api: Api) -> None:
    until(lambda: api.get("/readyz").json()["kafka"], what="Kafka")

    def reasons() -> list[str]:
        answer = api.get("/readyz")
        found: dict[str, Any] = answer.json()
        assert (answer.status_code == 200) == found["ready"] == (not found["reasons"])
        return list(found["reasons"])

    def process(name: str, state: str, code: str = "", age: int = 0) -> None:
        api.sql(
            "INSERT INTO process (name, role, state, code, seen_at)"
            " VALUES (%s, %s, %s, %s, now() - %s * interval '1 s') ON CONFLICT (name)"
            " DO UPDATE SET state = excluded.state, code = excluded.code, seen_at = excluded.seen_at",
            name, name.split("-")[0], state, code, age,
        )  # fmt: skip

    assert reasons() == ["projector.absent", "registrar.absent"]
    process("registrar-1", "ready")
    process("projector-1", "ready", age=11)
    assert reasons() == ["projector.absent"]
    process("projector-1", "ready")
    assert reasons() == []
    process("registrar-2", "waiting", "no_partition")
    assert reasons() == []
    process("registrar-2", "waiting", "away")
    assert reasons() == ["registrar.waiting"]
    process("registrar-2", "stopped", "log.truncated", age=3600)
    assert reasons() == ["registrar.stopped"]
    process("registrar-2", "stopped", age=3600)
    assert reasons() == []
    api.sql('UPDATE log SET pos = 5, "offset" = 8 WHERE topic = %s AND partition = 2', api.ledger.topics.ledger)
    api.sql("INSERT INTO view (name, table_name) VALUES ('caseload', 'caseload_1')")
    api.sql("INSERT INTO view_head VALUES ('caseload_1', 2, 't', 0, 3, '', 0, '')")
    api.sql("INSERT INTO view (name, table_name) VALUES ('timeline', 'timeline_1')")
    api.sql("INSERT INTO view_head VALUES ('timeline_1', 2, 't', 0, 5, '', 0, '')")
    api.sql("INSERT INTO feed_position VALUES (2, 1)")
    for state in ("active", "active", "ended"):
        api.sql("INSERT INTO webhook (agency, url, wants, state) VALUES ('mn.npa', 'https://a', '{}', %s)", state)
    api.sql("INSERT INTO webhook_position (webhook, partition, pos, n, failing_since) VALUES (1, 2, 0, 0, now())")
    api.sql("INSERT INTO webhook_dead VALUES (1, 2, 0, 0, 4, 'timeout'), (3, 2, 0, 0, 4, 'timeout')")
    found = api.get("/readyz").json()
    views = {"caseload": 2, "timeline": 0}
    partition = found["partitions"][2]
    assert partition.pop("stalled")["caseload"] > 0
    assert partition == {
        "partition": 2, "position": 5, "void": 3, "submissions": 0, "views": views, "feeds": 4,
    }  # fmt: skip
    assert found["webhooks"] == {"active": 2, "paused": 0, "ended": 1, "failing": 1, "dead": 2}
    metrics = api.get("/metrics").text
    assert 'tamga_feed_lag{partition="2"} 4.0' in metrics
    assert 'tamga_webhooks{state="active"} 2.0' in metrics
    assert "tamga_webhooks_failing 1.0" in metrics
    assert "tamga_webhook_dead_letters 2.0" in metrics
    assert 'tamga_view_lag{partition="2",view="caseload"} 2.0' in metrics
    assert 'tamga_void_entries{partition="2"} 3.0' in metrics


def test_the_docs_load_nothing_from_elsewhere_and_the_openapi_file_is_fresh(api: Api) -> None:
    page = api.get("/docs")
    assert page.status_code == 200
    assert not re.search(r"<script|https?://|src=|@import", page.text)
    document = api.get("/openapi.json").json()
    for path, methods in document["paths"].items():
        for operation in methods.values():
            assert f'id="{operation["operationId"]}"' in page.text
            assert bool(operation.get("security")) == path.startswith("/v1/")
            for status, response in operation["responses"].items():
                assert status < "400" or path == "/readyz" or list(response["content"]) == ["application/problem+json"]
    done = subprocess.run([sys.executable, ROOT / "tools" / "openapi.py", "--check"], cwd=ROOT, check=False)
    assert done.returncode == 0


def test_every_problem_says_what_to_do() -> None:
    for code, sentences in TABLE.items():
        assert re.fullmatch(r"[a-z_]+\.[a-z_]+", code)
        assert all(sentences), code


def test_the_process_starts_by_itself_and_ends_when_told(ledger: Settings, tmp_path: Path) -> None:
    log = tmp_path / "api.log"
    with running("infra.api", ledger, log, TAMGA_API_PORT="0") as child:
        url = until(lambda: re.search(r'"url": "(http://127\.0\.0\.1:\d+)"', child.text()), what="the URL")[1]
        until(lambda: _alive(url), what="the API")
        httpx.get(f"{url}/v1/{SECRET}", timeout=20, verify=NO_TLS)
        assert child.stop() == 0
    assert SECRET not in child.text()


def _alive(url: str) -> bool:
    try:
        return httpx.get(f"{url}/healthz", timeout=5, verify=NO_TLS).status_code == 200
    except httpx.TransportError:
        return False
