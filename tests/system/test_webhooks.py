"""Webhooks on a real ledger: whatever befalls, a receiver that follows the position rule takes each message once.

The record is made once; each test subscribes to it from its start, so that everybody is due the same messages.
"""

from __future__ import annotations

import itertools
import os
import random
import secrets
import threading
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psycopg
import pytest

from infra import bootstrap, founding
from infra.entry.service import STOPPED
from infra.settings import Settings
from receiver import Receiver, Request, receiving
from system.conftest import Services
from system.filled import enrolled, generated, publish_all, wait_level
from system.running import Child, Tamga, rows, running, until

REGISTRAR, PROJECTOR, WEBHOOKS = "infra.entry.registrar", "infra.entry.projector", "infra.entry.webhooks"
QUICK = {"TAMGA_WEBHOOK_NETWORKS": "127.0.0.0/8", "TAMGA_WEBHOOK_SCHEDULE": "0,0,0"}


@pytest.fixture(scope="module")
def ledger(services: Services, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A ledger whose agencies have been told something."""
    folder, name = tmp_path_factory.mktemp("webhooks"), f"t{uuid.uuid4().hex}"
    with psycopg.connect(services.url, autocommit=True) as c:
        c.execute(f'CREATE DATABASE "{name}"'.encode())
    url = services.url.rsplit("/", 1)[0] + f"/{name}"
    settings = Settings(kafka_bootstrap=services.bootstrap, database_url=url, topic_prefix=name[:12], data=folder)
    settings = founding.found(settings, folder)
    cases = generated(settings, enrolled(settings), seed=11, count=12)
    world = bootstrap.open_world(settings)
    with running(REGISTRAR, settings, folder / "r.log"), running(PROJECTOR, settings, folder / "p.log"):
        publish_all(world, cases)
        wait_level(world)
    world.close()
    return settings


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch, tamga: Tamga) -> None:
    """The commands of a test may lead to loopback, as its senders may."""
    monkeypatch.setenv("TAMGA_WEBHOOK_NETWORKS", QUICK["TAMGA_WEBHOOK_NETWORKS"])


def due(ledger: Settings, agency: str, kind: str = "") -> list[str]:
    """The ids of what the agency is due, by the views: everything, or what is in the timeline (`told`)."""
    sql = "SELECT partition, pos, n FROM timeline WHERE agency = %s" + (
        "" if kind else " UNION ALL SELECT partition, pos, 0 FROM submissions WHERE agency = %s"
    )
    found = rows(ledger.database_url, f"{sql} ORDER BY 1, 2, 3", *[agency] * (1 if kind else 2))
    return ["-".join(map(str, each)) for each in found]


def busiest(ledger: Settings) -> list[str]:
    """Agencies by how much they were told."""
    found = rows(ledger.database_url, "SELECT agency FROM timeline GROUP BY 1 ORDER BY count(*) DESC, 1")
    return [agency for (agency,) in found]


def taken(receiver: Receiver) -> list[str]:
    """What a receiver takes that follows the position rule, partition by partition."""
    last: dict[int, tuple[int, int]] = {}
    found = []
    for request in receiver.got:
        partition, *place = map(int, request.id.split("-"))
        if tuple(place) > last.get(partition, (-1, -1)):
            last[partition] = (place[0], place[1])
            found.append((partition, *place))
    return ["-".join(map(str, each)) for each in sorted(found)]


def all_due_came(ledger: Settings, receiver: Receiver, agency: str) -> bool:
    return set(due(ledger, agency)) <= set(receiver.ids)


@contextmanager
def subscribed(tamga: Tamga, receiver: Receiver, agency: str, *options: str) -> Iterator[int]:
    """A subscription from the start of the record, for the length of a block."""
    code, made = tamga("webhook", "add", agency, receiver.url, "--from-start", *options)
    assert code == 0, made
    receiver.secrets.append(made["secret"])
    try:
        yield made["webhook"]
    finally:
        tamga("webhook", "remove", made["webhook"])


def test_each_message_is_sent_once_in_order_and_signed_with_two_senders_beside_a_receiver_that_hangs(
    ledger: Settings, tamga: Tamga, tmp_path: Path
) -> None:
    (agency, other, third), over = busiest(ledger)[:3], threading.Event()
    hang = lambda handler: over.wait(60) and None  # noqa: E731
    with ExitStack() as stack:
        good, stuck, some = (
            stack.enter_context(receiving(answer=a)) for a in (lambda _: 204, lambda _: hang, lambda _: 200)
        )
        stack.callback(over.set)
        stack.enter_context(subscribed(tamga, stuck, other))
        stack.enter_context(subscribed(tamga, good, agency))
        stack.enter_context(subscribed(tamga, some, third, "--only", "event"))
        for name in ("1", "2"):
            stack.enter_context(running(WEBHOOKS, ledger, tmp_path / f"w{name}.log", **QUICK, TAMGA_INSTANCE=name))
        until(lambda: all_due_came(ledger, good, agency), what="every message")
        until(lambda: len(some.got) == len({r.id for r in some.got}) > 0, what="some messages")
        states = rows(ledger.database_url, "SELECT state FROM process WHERE role = 'webhooks'")
        assert states == [("ready",), ("ready",)]
    assert len(good.ids) == len(set(good.ids)), "nobody sends for another"
    assert taken(good) == due(ledger, agency)
    assert {request.signed_by for request in good.got} == {tuple(good.secrets)}
    assert all(f"{r.said['partition']}-{r.said['pos']}-{r.said['n']}" == r.id for r in good.got)
    assert {request.said["agency"] for request in good.got} == {agency}
    assert {request.said["kind"] for request in some.got} == {"event"}
    assert len(set(stuck.ids)) <= 1


@pytest.mark.chaos
def test_a_sender_killed_at_random_and_a_receiver_that_fails_at_random(
    ledger: Settings, tamga: Tamga, tmp_path: Path
) -> None:
    seed = int(os.environ.get("SEED") or secrets.randbelow(10**6))
    print(f"SEED={seed}")
    chance, kills = random.Random(seed), 15 if os.environ.get("CHAOS") == "full" else 4
    agency, moody = busiest(ledger)[0], random.Random(seed + 1)

    def drop(handler: object) -> None:
        """Took it, and was killed before it said so."""

    def answer(_: Request) -> object:
        time.sleep(0.02)
        return moody.choice([204, 204, 204, 500, 503, drop])

    endless = QUICK | {"TAMGA_WEBHOOK_SCHEDULE": ",".join(["0.01"] * 200)}
    with receiving(answer=answer) as receiver, subscribed(tamga, receiver, agency):
        for _ in range(kills):
            seen = len(receiver.got)
            child = Child(WEBHOOKS, ledger, tmp_path / "w.log", **endless)
            until(
                lambda seen=seen: len(receiver.got) > seen or all_due_came(ledger, receiver, agency), what="a request"
            )
            time.sleep(chance.random() * 0.3)
            child.kill()
        with running(WEBHOOKS, ledger, tmp_path / "w.log", **endless):
            until(lambda: _is_level(ledger), seconds=180, what="the end")
    assert taken(receiver) == due(ledger, agency)
    assert all(request.signed_by for request in receiver.got)
    assert tamga("webhook", "dead", "list") == (0, {"dead": []})


def _is_level(ledger: Settings) -> bool:
    """Has the one subscription come to the last message of each partition?"""
    sql = (
        "SELECT partition, pos, n FROM webhook_position JOIN webhook ON id = webhook WHERE pos >= 0"
        " EXCEPT SELECT * FROM (SELECT DISTINCT ON (partition) partition, pos, n FROM ("
        " SELECT agency, partition, pos, n FROM timeline UNION ALL SELECT agency, partition, pos, 0 FROM submissions"
        ") AS every WHERE agency = (SELECT agency FROM webhook) ORDER BY partition, pos DESC, n DESC) AS last"
    )
    return not rows(ledger.database_url, sql)


def test_dead_letters_are_kept_listed_and_sent_again_by_command_and_the_feed_goes_on(
    ledger: Settings, tamga: Tamga, tmp_path: Path
) -> None:
    agency = busiest(ledger)[0]
    messages = due(ledger, agency)
    # Behind each of them one is taken: an error is no more what stands last.
    last = {message.partition("-")[0]: message for message in messages}
    bad = [message for message in messages[1::7] if message not in last.values()]
    with (
        receiving(answer=lambda r: 500 if r.id in bad else 204) as receiver,
        subscribed(tamga, receiver, agency) as webhook,
        running(WEBHOOKS, ledger, tmp_path / "w.log", **QUICK),
    ):
        until(lambda: all_due_came(ledger, receiver, agency), what="every message")
        until(lambda: len(_dead(ledger)) == len(bad), what="dead letters")
        counted = Counter(receiver.ids)
        assert {id for id, count in counted.items() if count == 4} == set(bad), "once, and three times again"
        (listed,) = tamga("webhook", "list", agency)[1]["webhooks"]
        assert (listed["dead"], listed["error"], listed["state"]) == (len(bad), "", "active")
        dead = tamga("webhook", "dead", "list", webhook)[1]["dead"]
        assert [(d["message"], d["tries"], d["error"]) for d in dead] == [(id, 4, "http.500") for id in bad]

        assert tamga("webhook", "dead", "retry", webhook, "--message", "9-9-9")[0] == 1
        assert tamga("webhook", "dead", "retry", webhook, "--message", bad[0])[1] == {
            "webhook": webhook,
            "again": 1,
        }
        until(lambda: 5 in _dead(ledger), what="one more try")
        receiver.answer = lambda _: 204
        seen = len(receiver.got)
        assert tamga("webhook", "dead", "retry", webhook)[1]["again"] == len(bad)
        until(lambda: not _dead(ledger), what="no dead letter")
    late = receiver.got[seen:]
    assert [request.id for request in late] == bad
    assert {request.headers["tamga-late"] for request in late} == {"true"}
    assert all("tamga-late" not in request.headers for request in receiver.got[: seen - 1])


def test_secrets_are_replaced_without_a_gap_and_a_subscription_is_paused_resumed_and_ended(
    ledger: Settings, tamga: Tamga, tmp_path: Path
) -> None:
    agency = busiest(ledger)[0]
    answers = itertools.chain([204, 204], itertools.repeat(500))
    patient = QUICK | {"TAMGA_WEBHOOK_SCHEDULE": "3600"}
    with receiving(answer=lambda _: next(answers)) as receiver, subscribed(tamga, receiver, agency) as webhook:
        (old,) = receiver.secrets
        with running(WEBHOOKS, ledger, tmp_path / "w.log", **patient):
            until(lambda: _error(ledger) == "http.500", what="a failure")
            assert {request.signed_by for request in receiver.got} == {(old,)}

            code, made = tamga("webhook", "rotate", webhook)
            receiver.secrets.append(made["secret"])
            assert (code, made["secret"] == old) == (0, False)
            assert tamga("webhook", "rotate", webhook)[0] == 1, "two at a time"
            before = len(receiver.got)
            tamga("webhook", "resume", webhook)
            until(lambda: len(receiver.got) > before, what="a try at once")
            assert receiver.got[before].signed_by == (old, made["secret"])

            with psycopg.connect(ledger.database_url) as c:
                c.execute("UPDATE webhook_secret SET ends_at = now() WHERE ends_at < 'infinity'")
            assert tamga("webhook", "pause", webhook)[1]["state"] == "paused"
            receiver.answer = lambda r: 410 if r.id == due(ledger, agency)[-1] else 204
            before = len(receiver.got)
            tamga("webhook", "resume", webhook)
            until(lambda: not _active(ledger), what="the end")
            assert {request.signed_by for request in receiver.got[before:]} == {(made["secret"],)}
            (listed,) = tamga("webhook", "list")[1]["webhooks"]
            assert (listed["state"], listed["reason"]) == ("ended", "gone")


def _active(ledger: Settings) -> bool:
    return bool(rows(ledger.database_url, "SELECT 1 FROM webhook WHERE state = 'active'"))


def _error(ledger: Settings) -> str:
    """What was wrong with the last try."""
    return "".join(row[0] for row in rows(ledger.database_url, "SELECT max(error) FROM webhook_position"))


def _dead(ledger: Settings) -> list[int]:
    """How often each dead letter was tried."""
    return [tries for (tries,) in rows(ledger.database_url, "SELECT tries FROM webhook_dead")]


def test_a_receiver_that_was_away_gets_what_it_missed(ledger: Settings, tamga: Tamga, tmp_path: Path) -> None:
    agency = busiest(ledger)[0]
    endless = QUICK | {"TAMGA_WEBHOOK_SCHEDULE": ",".join(["0.1"] * 2_000)}
    with receiving() as receiver:
        port = int(receiver.url.rpartition(":")[2].partition("/")[0])
    with subscribed(tamga, receiver, agency), running(WEBHOOKS, ledger, tmp_path / "w.log", **endless):
        until(lambda: _error(ledger) == "unreachable", what="nobody there")
        with receiving(port=port, secrets=receiver.secrets) as back:
            until(lambda: all_due_came(ledger, back, agency), what="every message")
    assert taken(back) == due(ledger, agency)


def test_what_cannot_be_subscribed_is_said_and_how_to_put_it_right(
    ledger: Settings, tamga: Tamga, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    agency = busiest(ledger)[0]
    for arguments, code, said in (
        (("add", agency, "http://system.example/"), 2, "https"),
        (("add", agency, "https://10.0.0.1/"), 2, "TAMGA_WEBHOOK_NETWORKS"),
        (("add", "mn.nobody", "https://system.example/"), 2, "tamga agency list"),
        (("add", agency, "https://system.example/", "--only", "case.Nothing"), 1, "case.Nothing"),
        (("pause", "9999"), 1, "tamga webhook list"),
        (("dead", "retry", "9999"), 1, "tamga webhook list"),
    ):
        found = tamga("webhook", *arguments)
        assert found[0] == code
        assert said in found[1]["error"]
    assert tamga("webhook", "list")[1] == {"webhooks": []}
    code, made = tamga("webhook", "add", agency, "https://name.invalid/")
    assert code == 0
    try:
        nowhere = tmp_path / "nowhere.json"
        with running(WEBHOOKS, ledger, tmp_path / "w.log", **QUICK, TAMGA_WEBHOOK_KEY=str(nowhere)) as child:
            assert child.process.wait(30) == STOPPED
        (stopped,) = rows(ledger.database_url, "SELECT code FROM process WHERE name = 'webhooks-1'")
        assert stopped == ("webhook.no_key",)
    finally:
        tamga("webhook", "remove", made["webhook"])
