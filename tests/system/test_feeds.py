"""A feed is a function of the ledger: whoever follows the position rule takes every message once, whatever befell."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from infra.bootstrap import World
from infra.kafka.log import PartitionLog
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
    ends = rows(
        settings.database_url,
        "SELECT partition, max(pos) FROM (SELECT partition, pos FROM timeline UNION ALL"
        " SELECT partition, pos FROM submissions) AS every GROUP BY partition",
    )
    return bool(ends) and all(kept.get(partition, -1) >= pos for partition, pos in ends)


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
        sql = "SELECT partition, pos, n, case_id, epoch, told FROM timeline WHERE agency = %s ORDER BY 1, 2, 3"
        held = [(*row[:5], json.loads(row[5])) for row in rows(ledger.database_url, sql, agency)]
        found = [message for message in taken(published(ledger, agency)) if message["kind"] != "outcome"]
        members = ("partition", "pos", "n", "stream", "epoch", "told")
        assert [tuple(message[name] for name in members) for message in found] == held
        assert {message["agency"] for message in found} == {agency}
