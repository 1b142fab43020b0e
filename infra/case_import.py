"""A CASE/UCO bundle's plan is submitted act by act and judged like any other event; what the ledger finds is shown.

The same bundle gives the same bytes, so an import that was interrupted is run again and records nothing twice; the
breaks of what was recorded before are shown again. Used by `tamga import case`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from domain.catalogue import by_name
from domain.record.signing import Signer
from domain.submission import sign
from infra.bootstrap import World
from infra.importers.case_uco import Act, Plan
from infra.importers.case_uco.bundle import Finding
from infra.publishing import PATIENCE, Answer, Item, publish

_BODY = "SELECT body FROM entry JOIN log ON log.id = log WHERE topic = %s AND partition = %s AND entry.pos = %s"


@dataclass(frozen=True)
class Told:
    """An act with its outcome; `exhibits` are the numbers it is about, `breaks` and `breaches` what the ledger found:
    breaks as (exhibit, code), breaches as codes."""

    action: str
    type: str
    publisher: str
    exhibits: list[str]
    outcome: str
    position: str
    breaks: list[tuple[str, str]]
    breaches: list[str]


@dataclass
class CaseReport:
    """What became of a bundle: acts with their outcomes in order, findings of the bundle, and who signed for whom."""

    case: str
    told: list[Told] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    performers: dict[str, tuple[str, str, str]] = field(default_factory=dict)

    @property
    def whole(self) -> bool:
        """Is every action of the bundle told, and every act on record?"""
        said = {told.outcome for told in self.told} <= {"admitted", "duplicate"}
        return said and not any(finding.severity == "error" for finding in self.findings)

    @property
    def outcomes(self) -> Counter[str]:
        """How many acts by outcome."""
        return Counter(told.outcome for told in self.told)

    @property
    def breaks(self) -> Counter[str]:
        """How many breaks by code."""
        return Counter(code for told in self.told for _, code in told.breaks)


def submission(act: Act, case: str, *, ledger: str, signer: Signer) -> bytes:
    """The act as its publisher signs it."""
    event = {
        "specversion": "1.0",
        "id": act.event_id,
        "source": act.publisher,
        "type": by_name[act.type].wire,
        "subject": case,
        "time": act.time,
        "unit": "import",
        "actor": act.actor,
        "data": act.data,
    }
    return sign(event, ledger=ledger, signer=signer)


def run(
    world: World,
    plan: Plan,
    signers: Mapping[str, Signer],
    *,
    progress: Callable[[int], None] = lambda _: None,
    patience: float = PATIENCE,
) -> CaseReport:
    """Submit the plan in order, one stream, and read what the ledger stated beside each act.

    Raises `infra.publishing.NotJudgedError`.
    """
    report = CaseReport(plan.case, findings=plan.findings, performers=plan.performers)
    for answer in publish(world, _items(world, plan, signers), patience=patience):
        report.told.append(_told(world, plan.acts[answer.tag], answer))
        progress(len(report.told))
    return report


def _items(world: World, plan: Plan, signers: Mapping[str, Signer]) -> Iterator[Item[int]]:
    ledger = world.settings.ledger_id
    for number, act in enumerate(plan.acts):
        record = submission(act, plan.case, ledger=ledger, signer=signers[act.publisher])
        yield Item(plan.case, record, number)


def _told(world: World, act: Act, answer: Answer[int]) -> Told:
    body = _body(world, answer.partition, answer.pos)
    if answer.outcome == "duplicate":
        body = _body(world, answer.partition, body["outcome"]["duplicate"]["of"])
    stated = body.get("ledger", {}).get("effects", [])
    breaks = [(e["data"]["exhibit_number"], e["data"]["break_code"]) for e in stated if "break_code" in e["data"]]
    breaches = [e["data"]["breach"] for e in stated if "breach" in e["data"]]
    named = act.data.get("exhibit_number", [])
    exhibits = named if isinstance(named, list) else [named]
    position = f"{answer.partition}-{answer.pos}"
    return Told(act.action, act.type, act.publisher, exhibits, answer.outcome, position, breaks, breaches)


def _body(world: World, partition: int, pos: int) -> dict[str, Any]:
    with world.pool.connection() as c:
        row = c.execute(_BODY, (world.settings.topics.ledger, partition, pos)).fetchone()
    parsed: dict[str, Any] = orjson.loads(bytes(row[0])) if row is not None else {}
    return parsed
