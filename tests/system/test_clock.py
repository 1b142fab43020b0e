"""What falls due becomes one entry, however many clocks there are and however often they die."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from domain.partition import partition_of
from domain.record.signing import SeedSigner
from domain.submission import sign
from infra import bootstrap, enrolment
from infra.bootstrap import World
from infra.check_views import check_views
from infra.kafka.append import Appender
from infra.settings import Settings
from projections.all_views import VIEWS
from system.filled import wait_level
from system.running import Child, rows, running, until
from system.test_spine import REGISTRAR, enrolled, indicator

HOTLINE, SHELTER, CLOCK = "mn.hotline108", "mn.mgec", "mn.clock"
PROJECTOR, SERVICE = "infra.entry.projector", "infra.entry.clock"
LONG_OVER = "2026-03-01T09:00:00.000000Z"
CASES = 20
MARKED = (
    "SELECT stream, count(*) FROM entry JOIN log ON log.id = log WHERE topic = %s"
    " AND type = 'mn.tamga.referral.referral_overdue_marked.v1' GROUP BY stream"
)


@pytest.fixture
def signers(ledger: Settings, tmp_path: Path) -> dict[str, SeedSigner]:
    """The keys of two agencies and of the clock."""
    return {
        HOTLINE: enrolled(ledger, tmp_path, HOTLINE, ["hotline"]),
        SHELTER: enrolled(ledger, tmp_path, SHELTER, ["shelter"]),
        CLOCK: enrolled(ledger, tmp_path, CLOCK, ["clock"]),
    }


@pytest.fixture
def settings(ledger: Settings, tmp_path: Path) -> Settings:
    """The ledger's settings with the clock's key."""
    return ledger.model_copy(update={"clock_key": tmp_path / f"{CLOCK}.json"})


@pytest.fixture
def spine(settings: Settings, tmp_path: Path) -> Iterator[None]:
    """A registrar and a projector."""
    with (
        running(REGISTRAR, settings, tmp_path / "registrar.log"),
        running(PROJECTOR, settings, tmp_path / "projector.log"),
    ):
        yield


def send(settings: Settings, signer: SeedSigner, *events: dict[str, Any]) -> None:
    """Publish events, each on its stream's partition."""
    appender = Appender(settings.brokers)
    for event in events:
        record = sign(event, ledger=settings.ledger_id, signer=signer)
        appender.append(settings.topics.submissions, partition_of(event["subject"], 4), [record])
    appender.close()


def of_case(first: dict[str, Any], agency: str, name: str, **data: Any) -> dict[str, Any]:
    """A later event in the case of an indicator."""
    changes = {"id": str(uuid.uuid4()), "source": agency, "type": f"mn.tamga.{name}.v1", "data": data}
    return first | changes


def referral(first: dict[str, Any], **earlier: str) -> dict[str, Any]:
    """A referral, with the instant by which its sender wants the answer."""
    return of_case(
        first,
        HOTLINE,
        "referral.referral_requested",
        victim_id=first["data"]["victim_id"],
        referral_id=str(uuid.uuid4()),
        to_agency=SHELTER,
        service_type="safehouse_service",
        urgency="urgent",
        reason="AdditionalServicesRequired",
        compartments_shared=[],
        **earlier,
    )


def clock(settings: Settings, tmp_path: Path, name: str) -> Child:
    """A clock that looks often."""
    more = {"TAMGA_INSTANCE": name, "TAMGA_CLOCK_KEY": str(settings.clock_key), "TAMGA_CLOCK_INTERVAL": "0.1"}
    return Child(SERVICE, settings, tmp_path / f"clock-{name}.log", **more)


def count(settings: Settings) -> int:
    """Entries in the ledger."""
    sql = "SELECT count(*) FROM entry JOIN log ON log.id = log WHERE topic = %s"
    return int(rows(settings.database_url, sql, settings.topics.ledger)[0][0])


@pytest.mark.usefixtures("spine")
def test_an_overdue_referral_is_marked_once_by_two_clocks_that_die(
    settings: Settings, world: World, signers: dict[str, SeedSigner], tmp_path: Path
) -> None:
    cases = [indicator(HOTLINE) for _ in range(CASES)]
    patient = indicator(HOTLINE)
    clocks = {name: clock(settings, tmp_path, name) for name in ("a", "b")}
    try:
        send(settings, signers[HOTLINE], *cases, patient, referral(patient))
        send(settings, signers[HOTLINE], *(referral(case, due_at=LONG_OVER) for case in cases))
        for name in ("a", "b", "a", "b"):
            time.sleep(0.7)
            clocks[name].kill()
            clocks[name] = clock(settings, tmp_path, name)
        marked = lambda: rows(settings.database_url, MARKED, settings.topics.ledger)  # noqa: E731
        until(lambda: len(marked()) == CASES, what="a mark in each case")
        for child in clocks.values():
            child.stop()
        wait_level(world)
        before = count(settings)
        clocks = {name: clock(settings, tmp_path, name) for name in clocks}
        time.sleep(3)
        assert count(settings) == before
        assert dict(marked()) == {case["subject"]: 1 for case in cases}
        states = rows(settings.database_url, "SELECT state FROM duties WHERE duty = 'referral_response'")
        assert {row[0] for row in states} == {"marked", "open"}
    finally:
        for child in clocks.values():
            child.stop()
    holds(settings)


def holds(settings: Settings) -> None:
    """The views are what a fresh fold of the record gives."""
    world = bootstrap.open_world(settings)
    try:
        wait_level(world)
        checks = check_views(world, tuple(VIEWS))
    finally:
        world.close()
    assert {check.view: check.holds for check in checks} == dict.fromkeys(VIEWS, True)


@pytest.mark.usefixtures("spine")
def test_a_protective_refusal_stands_with_its_sender_and_on_the_duty_desk_until_it_is_put_right(
    settings: Settings, signers: dict[str, SeedSigner]
) -> None:
    good = indicator(HOTLINE)
    data = {**good["data"], "report_channel": "carrier_pigeon"}  # type: ignore[dict-item]
    bad = good | {"data": data}
    until(lambda: rows(settings.database_url, "SELECT 1 FROM pg_views WHERE viewname = 'refusals'"), what="views")
    send(settings, signers[HOTLINE], bad)
    sql = (
        "SELECT agency, role, type, code, event_id, state, next_at <> '' FROM refusals WHERE case_id = %s ORDER BY role"
    )
    found = until(lambda: rows(settings.database_url, sql, good["subject"]), what="an unresolved refusal")
    told = ("identification.IndicatorReported", "data.invalid_value")
    assert found == [
        ("mn.cfdpa", "desk", *told, "", "open", True),
        (HOTLINE, "sender", *told, good["id"], "open", False),
    ]
    send(settings, signers[HOTLINE], good)
    resolved = lambda: {row[5] for row in rows(settings.database_url, sql, good["subject"])} == {"resolved"}  # noqa: E731
    until(resolved, what="the resolution")
    assert not rows(settings.database_url, "SELECT 1 FROM refusals WHERE next_at <> ''")
    holds(settings)


@pytest.fixture
def soon(settings: Settings) -> None:
    """The registry gives a refusal a second, before a registrar reads it."""
    data = {"deadline": "refusal_unresolved", "after": "PT1S"}
    enrolment.change(settings, "deadline_set.v1", settings.ledger_id, data)


@pytest.mark.usefixtures("soon", "spine")
def test_the_registry_says_how_soon_a_refusal_stands_on_the_duty_desk(
    settings: Settings, signers: dict[str, SeedSigner], tmp_path: Path
) -> None:
    good = indicator(HOTLINE)
    bad = referral(good) | {"data": {"urgency": "soon"}}
    until(lambda: rows(settings.database_url, "SELECT 1 FROM pg_views WHERE viewname = 'refusals'"), what="views")
    one = clock(settings, tmp_path, "a")
    try:
        send(settings, signers[HOTLINE], good, bad)
        sql = "SELECT state FROM refusals WHERE role = 'desk' AND case_id = %s"
        marked = lambda: rows(settings.database_url, sql, good["subject"]) == [("marked",)]  # noqa: E731
        until(marked, what="a mark a second after the refusal")
    finally:
        one.stop()
    holds(settings)
