"""One child's case, scripted: what each agency does, and what the ledger answers, in `scenario.toml`.

About thirty events are admitted, and nine submissions are refused, each for another reason. A refused step stays
refused whenever it is sent again, so a demo that was interrupted may send the whole script once more and records
nothing twice. Called by the demo and its tests.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Any, NamedTuple

from infra.demo.publisher import Publisher, drawn_id, draws, moved


@dataclass(frozen=True)
class Step:
    """What one agency sends: `expect` is `admitted`, `duplicate` or the refusal's code, `minute` is its time from the
    base time. Steps with the same `label` have the same event id; `forger` signs in the publisher's name."""

    publisher: str
    type: str
    data: Mapping[str, Any]
    note: str
    minute: int
    expect: str = "admitted"
    label: str = ""
    forger: str = ""


class Submission(NamedTuple):
    """A step as it is sent, to the partition of `stream`."""

    stream: str
    record: bytes
    expect: str
    event_id: str
    publisher: str
    type: str
    note: str


def _read() -> tuple[Step, ...]:
    text = resources.files("infra.demo").joinpath("scenario.toml").read_text(encoding="utf-8")
    return tuple(Step(**step) for step in tomllib.loads(text)["step"])


STEPS = _read()
"""The script, in the order in which it is sent."""


def steps(publishers: Mapping[str, Publisher], *, ledger: str, base_time: str, seed: int = 0) -> list[Submission]:
    """The script as signed submissions; the same arguments and keys give the same bytes.

    `base_time` (UTC, six decimals) is when the demo of this ledger began; hand in the same one when it resumes.
    """
    return [_sent(step, number, publishers, (seed, ledger), base_time) for number, step in enumerate(STEPS)]


def _sent(
    step: Step, number: int, publishers: Mapping[str, Publisher], ids: tuple[int, str], base_time: str
) -> Submission:
    publisher = publishers[step.publisher]
    stream, event_id = _id(ids, "case"), _id(ids, f"event {step.label or number}")
    event = publisher.event(
        step.type,
        stream,
        {name: _value(value, ids, base_time) for name, value in step.data.items()},
        time=moved(base_time, minutes=step.minute),
        actor="officer-1",
        unit="unit-1",
        event_id=event_id,
    )
    record = publishers[step.forger].forge(event, publisher) if step.forger else publisher.sign(event)
    return Submission(stream, record, step.expect, event_id, step.publisher, step.type, step.note)


def _id(ids: tuple[int, str], label: str) -> str:
    return drawn_id(draws(*ids, "scenario", label))


def _value(value: Any, ids: tuple[int, str], base_time: str) -> Any:
    match value.split(" ", 1) if isinstance(value, str) else ():
        case ["@id", label]:
            return _id(ids, label)
        case ["@at", minutes]:
            return moved(base_time, minutes=int(minutes))
        case ["@day", minutes]:
            return moved(base_time, minutes=int(minutes))[:10]
        case _:
            return value
