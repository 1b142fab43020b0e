"""Two children's case, scripted: what each agency does from the hotline's call until restitution is paid.

The script stands in chapters, one file each in `story/`, sent in the order of `CHAPTERS`. Steps are back-dated, so that
periods have run; a step may wait for what the ledger's clock has to say first. A refused step stays refused whenever it
is sent again, so a demo that was interrupted may send the whole script once more and records nothing twice. Called by
the demo and its tests.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Any, NamedTuple

from domain.stages.streams import body_id, programme_id
from infra.demo.publisher import Publisher, moved
from infra.demo.scenario_values import Ids, Labelled, event_id, minutes, value

CHAPTERS = (
    "hotline_call_and_identification",
    "protection_and_care",
    "missing_and_found",
    "investigation",
    "custody",
    "joined_proceedings",
    "second_child",
    "prosecution_and_trial",
    "appeal_and_final_judgment",
    "redress",
    "task_force_and_dialogue",
    "prevention",
    "party",
    "privacy_and_ledger",
)
"""The files of the script, in the order in which they are sent."""

PACE = 10
"""Minutes from one step to the next, where none are given."""


@dataclass(frozen=True)
class Step:
    """What one agency sends: `expect` is `admitted`, `duplicate` or the refusal's code, `minute` its time from the base
    time, `effects` what the ledger states beside it but that it came late (a type, or the code of a breach or break).

    Steps with the same `label` have the same event id; `forger` signs in the publisher's name; `stream` is a label too,
    or `body <agency>` or `programme <agency>`; `wait` (`type`, `about`) is an entry of the clock that must stand there
    first; `disclosure` is sent behind the event.
    """

    chapter: str
    minute: int
    publisher: str
    type: str
    data: Mapping[str, Any]
    note: str
    expect: str = "admitted"
    effects: Sequence[str] = ()
    label: str = ""
    forger: str = ""
    actor: str = "officer-1"
    unit: str = "unit-1"
    stream: str = "case"
    wait: Mapping[str, Any] | None = None
    disclosure: str = ""


class Wait(NamedTuple):
    """An entry of the clock: of this type in this stream, with these values among its data."""

    stream: str
    type: str
    about: Mapping[str, Any]


class Submission(NamedTuple):
    """A step as it is sent, to the partition of `stream`, once the clock has said what it waits for."""

    stream: str
    record: bytes
    expect: str
    event_id: str
    publisher: str
    type: str
    note: str
    chapter: str = ""
    effects: Sequence[str] = ()
    wait: Wait | None = None


def _read() -> Iterator[Step]:
    folder = resources.files("infra.demo").joinpath("story")
    for chapter in CHAPTERS:
        minute = 0
        for step in tomllib.loads(folder.joinpath(f"{chapter}.toml").read_text(encoding="utf-8"))["step"]:
            time = step.pop("time", None)
            minute = minutes(time) if time is not None else minute + PACE
            yield Step(chapter=chapter, minute=minute, **step)


STEPS = tuple(_read())
"""The script, in the order in which it is sent."""

_LABELLED = {step.label: Labelled(step.stream, step.publisher) for step in STEPS if step.label}


def steps(
    publishers: Mapping[str, Publisher], *, ledger: str, base_time: str, seed: int = 0, heads: Sequence[str] = ()
) -> list[Submission]:
    """The script as signed submissions; the same arguments and keys give the same bytes.

    `base_time` (UTC, six decimals) is when the demo of this ledger began; hand in the same one when it resumes. `heads`
    are those of the ledger's partitions that both sides of the dialogue replay to (`<partition>-<pos>-<entry id>`).
    """
    ids = Ids(seed, ledger, _LABELLED, tuple(heads) or (f"0-0-{'A' * 43}",))
    return [_sent(step, number, publishers, ids, base_time) for number, step in enumerate(STEPS)]


def segments(script: Sequence[Submission]) -> Iterator[list[Submission]]:
    """The script in parts that may be sent at once: of one stream, as order holds within a stream alone and one may
    ask another, and with a step that waits only at the beginning."""
    part: list[Submission] = []
    for step in script:
        if part and (step.wait is not None or step.stream != part[-1].stream):
            yield part
            part = []
        part.append(step)
    if part:
        yield part


def _stream(label: str, ids: Ids, time: str) -> str:
    kind, _, agency = label.partition(" ")
    if agency:
        return body_id(agency) if kind == "body" else programme_id(agency, time[:4])
    return ids.of(label)


def _sent(step: Step, number: int, publishers: Mapping[str, Publisher], ids: Ids, base_time: str) -> Submission:
    publisher, time = publishers[step.publisher], moved(base_time, minutes=step.minute)
    stream, id_ = _stream(step.stream, ids, time), event_id(ids, step.label or str(number))
    event = publisher.event(
        step.type,
        stream,
        {name: value(said, ids, time) for name, said in step.data.items()},
        time=time,
        actor=step.actor,
        unit=step.unit,
        event_id=id_,
    )
    record = publishers[step.forger].forge(event, publisher) if step.forger else publisher.sign(event)
    if step.disclosure:
        record += f"~{step.disclosure}~".encode()
    wait = None
    if step.wait is not None:
        about = {name: value(said, ids, time) for name, said in step.wait["about"].items()}
        wait = Wait(stream, step.wait["type"], about)
    return Submission(
        stream, record, step.expect, id_, step.publisher, step.type, step.note, step.chapter, tuple(step.effects), wait
    )
