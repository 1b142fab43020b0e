"""What the pages say of feeds and webhooks is enough to read them: their code runs, their tables are whole."""

from __future__ import annotations

import base64
import hashlib
import hmac
import itertools
import json
import random
import re
import time
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from consumers import webhooks
from consumers.feeds import KINDS, Message, event_message, outcome_message, parked_message
from infra.settings import Settings
from infra.webhooks import post, worker
from projections.told import Told
from unit.docs.test_asyncapi import payload

REFERENCE = Path(__file__).parents[3] / "docs" / "reference"
FEED = (REFERENCE / "feed.md").read_text(encoding="utf-8")
WEBHOOKS = (REFERENCE / "webhooks.md").read_text(encoding="utf-8")
AT = "2026-09-01T08:00:00.000000Z"
EXAMPLE = json.loads(re.findall(r"```json\n(.*?)```", FEED, re.S)[0])
TOLD = json.dumps(EXAMPLE["told"])
MADE = {
    "outcome": outcome_message("mn.npa", 1, 7, "s", "case.Opened", 9, "e", "admitted", "", AT),
    "event": event_message("mn.npa", 2, 41, 1, "s", 0, 0, AT, TOLD),
    "refused": event_message("mn.npa", 2, 41, 1, "s", 0, 0, AT, TOLD.replace('"code": ""', '"code": "case.closed"')),
    "withdrawn": event_message("mn.npa", 2, 41, 1, "s", 1, 1, AT, "{}"),
    "parked": parked_message("mn.npa", 2, 41, "s"),
}


def code(page: str, **known: Any) -> dict[str, Any]:
    """What the page's Python defines."""
    (text,) = re.findall(r"```python\n(.*?)```", page, re.S)
    exec(text, known)
    return known


def documented(page: str, row: str = r"^\| `([a-z_<>.]+)` \|") -> set[str]:
    return set(re.findall(row, page, re.M))


def test_the_pages_reader_takes_each_message_once_in_order_however_often_it_comes() -> None:
    is_new = code(FEED)["is_new"]
    sent = [{"partition": p, "pos": pos, "n": n} for p in range(2) for pos in range(0, 30, 3) for n in range(2)]
    for seed in range(50):
        # Two feeders beside one another; each is killed at random and goes on from what one of them had kept.
        chance, came, kept, at = random.Random(seed), list[dict[str, int]](), 0, [0, 0]
        while kept < len(sent):
            feeder = chance.randrange(2)
            came += sent[at[feeder] : at[feeder] + 1]
            at[feeder] += 1
            if chance.random() < 0.2:
                kept = max(kept, at[feeder])
            if chance.random() < 0.1:
                at[feeder] = kept
        last: dict[int, tuple[int, int]] = {}
        taken = [message for message in came if is_new(message, last)]
        for partition in range(2):
            assert [m for m in taken if m["partition"] == partition] == [m for m in sent if m["partition"] == partition]


def test_the_pages_receiver_knows_what_is_ours_and_what_is_not() -> None:
    is_ours = code(WEBHOOKS, base64=base64, hashlib=hashlib, hmac=hmac, time=time)["is_ours"]
    message, now = MADE["event"], int(time.time())
    old, new = (webhooks.secret_text(secret) for secret in (b"o" * 32, b"n" * 32))
    said, body = webhooks.headers(message, now, [b"n" * 32, b"o" * 32]), message.body.encode()
    assert is_ours(old, said, body)
    assert is_ours(new, said, body)
    assert not is_ours(webhooks.secret_text(b"x" * 32), said, body)
    assert not is_ours(new, said, body + b" ")
    assert not is_ours(new, said | {"webhook-id": "0-0-0"}, body)
    late = webhooks.headers(message, now - 600, [b"n" * 32])
    assert not is_ours(new, late, body)


@pytest.mark.parametrize("kind", KINDS)
def test_a_message_is_valid_by_its_schema_and_by_no_others(kind: str) -> None:
    message = MADE[kind]
    assert message.kind == kind
    said = json.loads(message.body)
    assert [each for each in KINDS if payload(f"feed{each.title()}").is_valid(said)] == [kind]
    assert payload(f"feed{kind.title()}").is_valid(said | {"member_that_is_yet_to_come": 1})
    for member in said:
        assert not payload(f"feed{kind.title()}").is_valid({k: v for k, v in said.items() if k != member})


def test_every_kind_and_member_is_on_the_page() -> None:
    assert set(KINDS) <= documented(FEED)
    members = set(itertools.chain.from_iterable(json.loads(message.body) for message in MADE.values()))
    assert {member for member in members if f"`{member}`" not in FEED} == set()
    told = set(Told._fields) - {"agency", "stream"}
    assert set(EXAMPLE["told"]) == told
    assert {member for member in told if f"`{member}`" not in FEED} == set()
    assert isinstance(payload("feedEvent"), jsonschema_rs.Draft202012Validator)
    assert payload("feedEvent").is_valid(EXAMPLE)


def test_every_error_and_header_of_webhooks_is_on_the_page() -> None:
    source = Path(post.__file__).read_text(encoding="utf-8")
    codes = set(re.findall(r'return "([a-z_]+)"', source)) | {"tls", "unreachable", worker.NO_LONGER_TOLD}
    page = documented(WEBHOOKS)
    assert codes <= page
    message = Message("a", 0, 1, 1, "event", "", "", "{}")
    names = set(webhooks.headers(message, 0, [b"k"], late=True)) - {"content-type"}
    assert names <= documented(WEBHOOKS, r"^\| `([a-z-]+)` \|")


def test_the_page_says_the_schedule_that_the_settings_have() -> None:
    said = re.search(r"by default after (.*?), each", WEBHOOKS.replace("\n", " "))
    assert said is not None
    units = {"s": 1, "min": 60, "h": 3600}
    waits = [int(each.split()[0]) * units[each.split()[1]] for each in said[1].split(", ")]
    assert ",".join(map(str, waits)) == Settings.model_fields["webhook_schedule"].default
