"""A feed is a function of the ledger: whoever follows the position rule takes every message once, whatever befell."""

from __future__ import annotations

import json
import os
import random
import secrets
import time
from pathlib import Path
from typing import Any

import psycopg
import pytest

from infra import rebuild
from infra.bootstrap import World
from infra.entry.service import STOPPED
from infra.kafka.errors import LogFault
from infra.kafka.log import PartitionLog
from infra.kafka.topics import FEED_MS
from infra.settings import Settings
from system.filled import enrolled, generated, publish_all, wait_level
from system.running import Child, rows, running, until

REGISTRAR, PROJECTOR, FEEDER = "infra.entry.registrar", "infra.entry.projector", "infra.entry.feeder"

Message = dict[str, Any]
Place = tuple[int, int, int]


def published(settings: Settings, agency: str) -> list[Message]:
    """Everything on the agency's feed, partition by partition, as it stands there."""
    found = []
    for partition in range(4):
        log = PartitionLog(settings.brokers, settings.topics.feed(agency), partition)
        end, log_at = log.end(), 0
        log.seek(0)
        while log_at < end:
            for record in log.next(500, 5000):
                found.append(json.loads(record.value))
                assert found[-1]["partition"] == partition
            log_at = log.position()
        log.close()
    return found


def taken(messages: list[Message]) -> list[Message]:
    """What a reader takes: per partition only what is above the last that it took."""
    last: dict[int, tuple[int, int]] = {}
    found = []
    for message in messages:
        place = (message["pos"], message["n"])
        if place > last.get(message["partition"], (-1, -1)):
            last[message["partition"]] = place
            found.append(message)
    return found


def places(messages: list[Message]) -> list[Place]:
    """(partition, position, number) of each."""
    return [(each["partition"], each["pos"], each["n"]) for each in messages]


def due(settings: Settings, agency: str) -> list[Place]:
    """What the agency's views say that its feed must hold."""
    sql = (
        "SELECT partition, pos, n FROM timeline WHERE agency = %s"
        " UNION ALL SELECT partition, pos, 0 FROM submissions WHERE agency = %s ORDER BY 1, 2, 3"
    )
    return rows(settings.database_url, sql, agency, agency)


def agencies(settings: Settings) -> list[str]:
    """Those that were told anything."""
    return [row[0] for row in rows(settings.database_url, "SELECT DISTINCT agency FROM timeline ORDER BY 1")]


def sent(settings: Settings) -> bool:
    """Has a feeder come to where the views stand?"""
    kept = dict(rows(settings.database_url, "SELECT partition, pos FROM feed_position"))
    heads = rows(
        settings.database_url,
        "SELECT partition, pos FROM view_head JOIN view USING (table_name) WHERE name = 'timeline'",
    )
    return bool(heads) and all(kept.get(partition, -1) >= pos for partition, pos in heads)


def change(settings: Settings, sql: str, *values: Any) -> None:
    """Do something to the database."""
    with psycopg.connect(settings.database_url) as c:
        c.execute(sql.encode(), values)


@pytest.mark.chaos
def test_feeders_killed_at_random_a_lost_position_and_views_made_anew_in_the_middle(
    ledger: Settings, world: World, tmp_path: Path
) -> None:
    seed = int(os.environ.get("SEED") or secrets.randbelow(10**6))
    print(f"SEED={seed}")
    chance, kills = random.Random(seed), 12 if os.environ.get("CHAOS") == "full" else 5
    cases = generated(ledger, enrolled(ledger), seed=seed, count=20)
    size = -(-len(cases) // kills)
    with running(REGISTRAR, ledger, tmp_path / "r.log"), running(PROJECTOR, ledger, tmp_path / "p.log"):
        for kill in range(kills):
            child = Child(FEEDER, ledger, tmp_path / "f.log")
            publish_all(world, cases[kill * size : (kill + 1) * size])
            if kill == kills // 2:
                until(lambda: rows(ledger.database_url, "SELECT 1 FROM feed_position"), what="a first position")
                change(ledger, "DELETE FROM feed_position")
                rebuild.rebuild(world, ("timeline", "submissions"))
            time.sleep(chance.random() * 0.5)
            child.kill()
        with running(FEEDER, ledger, tmp_path / "f.log"):
            wait_level(world)
            until(lambda: sent(ledger), what="level feeds")
    for agency in agencies(ledger):
        assert places(taken(published(ledger, agency))) == due(ledger, agency)


@pytest.mark.chaos
def test_a_reader_takes_each_message_once_through_restarts_and_two_feeders(
    ledger: Settings, world: World, tmp_path: Path
) -> None:
    cases = generated(ledger, enrolled(ledger), seed=11, count=40)
    third = len(cases) // 3
    with running(REGISTRAR, ledger, tmp_path / "r.log"), running(PROJECTOR, ledger, tmp_path / "p.log"):
        one = Child(FEEDER, ledger, tmp_path / "one.log", TAMGA_INSTANCE="1")
        publish_all(world, cases[:third])
        until(lambda: rows(ledger.database_url, "SELECT 1 FROM feed_position"), what="a first message")
        one.kill()
        publish_all(world, cases[third : 2 * third])
        one, two = (Child(FEEDER, ledger, tmp_path / f"{n}.log", TAMGA_INSTANCE=n) for n in ("1", "2"))
        try:
            publish_all(world, cases[2 * third :])
            wait_level(world)
            until(lambda: sent(ledger), what="level feeds")
        finally:
            one.stop()
            two.stop()
    for agency in agencies(ledger):
        assert places(taken(published(ledger, agency))) == due(ledger, agency)


def test_a_message_says_what_the_agencys_timeline_says(ledger: Settings, world: World, tmp_path: Path) -> None:
    cases = generated(ledger, enrolled(ledger), seed=5, count=6)
    with (
        running(REGISTRAR, ledger, tmp_path / "r.log"),
        running(PROJECTOR, ledger, tmp_path / "p.log"),
        running(FEEDER, ledger, tmp_path / "f.log"),
    ):
        publish_all(world, cases)
        wait_level(world)
        until(lambda: sent(ledger), what="level feeds")
    for agency in agencies(ledger):
        sql = (
            "SELECT partition, pos, n, case_id, epoch, anew, at, told FROM timeline WHERE agency = %s ORDER BY 1, 2, 3"
        )
        held = [(*row[:7], json.loads(row[7])) for row in rows(ledger.database_url, sql, agency)]
        found = taken(published(ledger, agency))
        told = [message for message in found if message["kind"] != "outcome"]
        members = ("partition", "pos", "n", "stream", "epoch", "anew", "at")
        assert [(*(m[name] for name in members), m.get("told", {})) for m in told] == held
        sql = (
            "SELECT partition, pos, event_id, type, outcome, code, at FROM submissions WHERE agency = %s ORDER BY 1, 2"
        )
        outcomes = [(m["partition"], m["pos"], *list(m["outcome"].values())[1:], m["at"]) for m in found
                    if m["kind"] == "outcome"]  # fmt: skip
        assert outcomes == rows(ledger.database_url, sql, agency)
        assert {message["agency"] for message in found} == {agency}


def test_a_feed_has_the_ledgers_partitions_is_kept_30_days_and_a_feeder_stops_on_another(
    ledger: Settings, world: World, tmp_path: Path
) -> None:
    enrolled(ledger)
    topic = ledger.topics.feed("mn.npa")
    world.topics.ensure_feed(topic, like=ledger.topics.ledger)
    assert world.topics.facts(topic).partitions == world.topics.facts(ledger.topics.ledger).partitions
    world.topics.ensure(
        ledger.topics.feed("mn.hotline108"), partitions=4, replication=1, settings={"retention.ms": str(FEED_MS - 1)}
    )
    feeder = Child(FEEDER, ledger, tmp_path / "f.log")
    assert feeder.process.wait(30) == STOPPED
    (said,) = rows(ledger.database_url, "SELECT state, code, message FROM process WHERE role = 'feeder'")
    assert said[:2] == ("stopped", "log.unsafe_setting")
    assert "mn.hotline108: retention.ms" in said[2]
    world.topics.ensure(ledger.topics.feed("mn.other"), partitions=3, replication=1)
    with pytest.raises(LogFault, match=r"log\.partitions_changed"):
        world.topics.ensure_feed(ledger.topics.feed("mn.other"), like=ledger.topics.ledger)


def test_an_entry_that_cannot_be_folded_is_said_to_who_takes_part_and_holds_up_no_other_case(
    ledger: Settings, world: World, tmp_path: Path
) -> None:
    cases = generated(ledger, enrolled(ledger), seed=7, count=6)
    half = len(cases) // 2
    with running(REGISTRAR, ledger, tmp_path / "r.log"):
        with running(PROJECTOR, ledger, tmp_path / "p.log"):
            publish_all(world, cases[:half])
            wait_level(world)
        later = [each.stream for each in cases[half:] if each.expect == "admitted"]
        known = {row[0] for row in rows(ledger.database_url, "SELECT case_id FROM access WHERE standing = 'in_case'")}
        broken = next(stream for stream in later if stream in known)
        (table,) = rows(ledger.database_url, "SELECT table_name FROM view WHERE name = 'rooms'")[0]
        change(ledger, f"UPDATE {table} SET kept = '?' WHERE stream = %s AND pos = -1", broken)
        with running(PROJECTOR, ledger, tmp_path / "p.log"), running(FEEDER, ledger, tmp_path / "f.log"):
            publish_all(world, cases[half:])
            wait_level(world)
            until(lambda: sent(ledger), what="level feeds")
    told_of = rows(
        ledger.database_url,
        "SELECT agency FROM access WHERE case_id = %s AND standing NOT IN ('category', 'refused') ORDER BY 1",
        broken,
    )
    lost = rows(ledger.database_url, "SELECT partition, pos, 1 FROM parked JOIN view USING (table_name)"
                " WHERE name = 'timeline' AND stream = %s ORDER BY 1, 2", broken)  # fmt: skip
    assert told_of
    assert lost
    for agency in agencies(ledger):
        found = taken(published(ledger, agency))
        said = [message for message in found if message["kind"] == "parked"]
        assert {message["stream"] for message in said} <= {broken}
        assert places(said) == (lost if (agency,) in told_of else [])
        assert places([message for message in found if message["kind"] != "parked"]) == due(ledger, agency)
