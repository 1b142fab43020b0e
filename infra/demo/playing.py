"""The scripted case is sent in parts: a step that waits for the ledger's clock is sent when the clock has said it.

What the clock says stands in the index. A protective act that was refused is the duty desk's matter after a quarter of
an hour; so that nobody sits through it, the registry of a demo's ledger makes that a second for as long as the script
runs. Called by `infra.demo.run`.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import orjson

from domain.catalogue import by_name
from domain.record.chain import ORIGIN
from domain.submission import payload_of
from infra import bootstrap, enrolment
from infra.demo.scenario import Submission, Wait, segments
from infra.publishing import Item, NotJudgedError, publish
from infra.settings import Settings

PATIENCE = 60.0
"""Seconds that the clock has for an entry that a step waits for."""

LOOK_SECONDS = 0.1
DEADLINE, SOON = "refusal_unresolved", "PT1S"


def heads(world: bootstrap.World) -> list[str]:
    """The first head of each partition, which no later entry changes: `<partition>-0-<entry id>`."""
    return [_head(world, partition) for partition in range(world.registry.registry.partitions)]


def _head(world: bootstrap.World, partition: int) -> str:
    reader = bootstrap.open_reader(world, partition)
    try:
        reader.start(ORIGIN)
        first = next(one for placed in reader.catch_up() for one in placed)
        return f"{partition}-{first.entry.pos}-{first.entry.id}"
    finally:
        reader.log.close()


def play(world: bootstrap.World, script: Sequence[Submission]) -> Iterator[tuple[Submission, str]]:
    """Send the script part by part and yield each step with its outcome. Raises `NotJudgedError`."""
    for part in segments(script):
        wait = part[0].wait
        if wait is not None:
            _until_said(world, wait, part[0].note)
        for answer in publish(world, [Item(step.stream, step.record, step) for step in part]):
            yield answer.tag, answer.outcome


def _until_said(world: bootstrap.World, wait: Wait, note: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not said(world, wait):
        if time.monotonic() > deadline:
            raise NotJudgedError(
                f"the clock has not said {wait.type} ({note}): see `tamga status` and logs/clock-1.log"
            )
        time.sleep(LOOK_SECONDS)


def said(world: bootstrap.World, wait: Wait) -> bool:
    """Does the entry stand in the index?"""
    with world.pool.connection() as c:
        rows = c.execute(
            "SELECT body FROM entry JOIN log ON log.id = log WHERE topic = %s AND stream = %s AND type = %s",
            (world.settings.topics.ledger, wait.stream, by_name[wait.type].wire),
        ).fetchall()
    return any(wait.about.items() <= payload_of(orjson.loads(body)["jws"])["data"].items() for (body,) in rows)


@contextmanager
def refusals_soon(settings: Settings, world: bootstrap.World) -> Iterator[None]:
    """Unresolved refusals stand on the duty desk after a second, until the block ends."""
    _set(settings, world, "deadline_set.v1", {"deadline": DEADLINE, "after": SOON})
    try:
        yield
    finally:
        _set(settings, world, "deadline_reset.v1", {"deadline": DEADLINE})


def _set(settings: Settings, world: bootstrap.World, name: str, data: dict[str, str]) -> None:
    """One registry record, unless a demo that was interrupted has left it so."""
    world.registry.refresh()
    history = world.registry.registry.deadlines.get((DEADLINE, None))
    if (history is not None and history.last is not None) is not (name == "deadline_set.v1"):
        enrolment.change(settings, name, settings.ledger_id, data)
