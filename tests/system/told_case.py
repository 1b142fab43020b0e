"""The demo's scripted case, marked, on a real ledger with every process up, and what each reader may be shown of it.

What a reader may be shown is worked out from the record and the table's file (`naive.need_to_know`), by no code that
tells or answers: the values of the fields that its agency is granted, in the cases that its role lets it read.
"""

from __future__ import annotations

import json
import re
import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import httpx
import orjson

from domain import outcome
from domain.profile import AGENCIES
from domain.record.signing import SeedSigner
from infra import bootstrap, clock, founding
from infra.api import keys as api_keys
from infra.demo import playing, publisher, scenario
from infra.demo.publisher import Publisher
from infra.publishing import Item, publish
from infra.settings import Settings
from issuer import AUDIENCE, Issuer
from marked_script import marked, officer
from naive.need_to_know import Known, Person, Record, may_read
from system.filled import enrolled, wait_level
from system.marks import Answer, Marks
from system.running import rows, running, until

POLICE, BORDER, OVERSIGHT = "mn.npa", "mn.gabp", "mn.nhrcm"
RECUSED = officer("officer-8", POLICE)
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
AGENCY = re.compile("|".join(re.escape(name) for name in sorted(AGENCIES, key=len, reverse=True)))
_WORDS = re.compile(r"[A-Za-z0-9_.:-]+")
_TIMES = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z")
PROCESSES = ("registrar", "projector", "clock", "feeder")
Row = dict[str, Any]


Reader = Person
"""`system` asks by key, people by a token."""


@dataclass(frozen=True)
class Played:
    """The ledger after the script: where its API answers, and every row as its owner reads it."""

    settings: Settings
    url: str
    folder: Path
    issuer: Issuer
    keys: dict[str, str]
    case: str
    views: dict[str, list[Row]]
    record: Record
    marks: Marks
    signers: Mapping[str, SeedSigner]
    client: httpx.Client
    known: dict[str, dict[str, list[Known]]] = field(default_factory=dict)
    allowed: dict[tuple[Reader, str, str], bool] = field(default_factory=dict)
    answers: dict[Reader, dict[str, Answer]] = field(default_factory=dict)

    def ask(
        self, reader: Reader, path: str, accept: str = "application/json", method: str = "GET", **more: Any
    ) -> httpx.Response:
        """What the reader is answered."""
        headers = {"Accept": accept} | self._bearer(reader) | more.pop("headers", {})
        return self.client.request(method, self.url + path, headers=headers, **more)

    def may_read(self, reader: Reader, view: str, case: str) -> bool:
        """May the reader see a row of its agency of this case in the view?"""
        if (reader, view, case) not in self.allowed:
            self.allowed[reader, view, case] = may_read(self.record, reader, view, case)
        return self.allowed[reader, view, case]

    def _bearer(self, reader: Reader) -> dict[str, str]:
        if reader.role == "system":
            return {"Authorization": f"Bearer {self.keys[reader.agency]}"}
        now = int(time.time())
        claims = {"tamga_agency": reader.agency, "tamga_roles": [reader.role], "tamga_units": list(reader.units)}
        claims |= {"tamga_officer": reader.officer or None, "sub": f"{reader}", "iat": now, "exp": now + 600}
        return {"Authorization": f"Bearer {self.issuer.token('Ed25519', **claims)}"}

    def logs(self) -> str:
        """All that the processes have logged."""
        return "\n".join((self.folder / f"{name}.log").read_text(encoding="utf-8") for name in (*PROCESSES, "api"))


@contextmanager
def played(settings: Settings, folder: Path) -> Iterator[Played]:
    """Play the script, and what leaves the case restricted and an officer recused; every view is level."""
    ledger = founding.found(settings, folder)
    signers = enrolled(ledger)
    world = bootstrap.open_world(ledger)
    with ExitStack() as stack:
        stack.callback(world.close)
        for name in PROCESSES:
            stack.enter_context(running(f"infra.entry.{name}", ledger, folder / f"{name}.log"))
        issuer = stack.enter_context(Issuer())
        more = {"OIDC_ISSUER": issuer.url, "OIDC_AUDIENCE": AUDIENCE, "READ_RATE": "1e6", "READ_BURST": "1000000"}
        taking = {f"TAMGA_{name}": value for name, value in more.items()}
        api = stack.enter_context(running("infra.api", ledger, folder / "api.log", TAMGA_API_PORT="0", **taking))
        people = publisher.publishers(signers, ledger=ledger.ledger_id, seed=1)
        case = _play(ledger, world, people)
        wait_level(world)
        record, marks = _record(ledger)
        first = until(lambda: next((line for line in api.text().splitlines() if '"listening"' in line), ""), what="api")
        views = {name: _rows(ledger, name) for (name,) in rows(ledger.database_url, "SELECT name FROM view")}
        keys = {name: api_keys.create(ledger.database_url, name) for name in AGENCIES}
        client = stack.enter_context(httpx.Client(timeout=60))
        yield Played(
            ledger, json.loads(first)["url"], folder, issuer, keys, case, views, record, marks, signers, client
        )


def _play(ledger: Settings, world: bootstrap.World, people: dict[str, Publisher] | Any) -> str:
    script = scenario.steps(people, ledger=ledger.ledger_id, base_time=clock.now(), seed=1, heads=playing.heads(world))
    with playing.refusals_soon(ledger, world):
        for step, outcome in playing.play(world, list(marked(script, people))):
            assert outcome == step.expect, step.note
    case = script[0].stream
    more = [
        (OVERSIGHT, "case.Restricted", {"level": "named_officers", "reason": "official_accused",
                                        "excluded_agencies": [BORDER]}),
        (POLICE, "case.OfficerRecused", {"officer": RECUSED, "reason": "relative"}),
        (POLICE, "investigation.InvestigationOpened", {"nothing": RECUSED}),
    ]  # fmt: skip
    sent = []
    for agency, type_, data in more:
        event = people[agency].event(type_, case, data, time=clock.now(), actor=officer("officer-1", agency),
                                     unit=officer("unit-1", agency), event_id=str(uuid.uuid4()))  # fmt: skip
        sent.append(Item(case, people[agency].sign(event), type_))
    outcomes = [answer.outcome for answer in publish(world, sent)]
    assert outcomes[:2] == ["admitted", "admitted"], outcomes
    assert outcomes[2] not in ("admitted", "duplicate")
    return case


def _record(ledger: Settings) -> tuple[Record, Marks]:
    """The record as the index has it, and every value in it that is found again."""
    record, marks = Record(), Marks()
    sql = (
        "SELECT partition, entry.pos, body FROM entry JOIN log ON log.id = log WHERE topic = %s ORDER BY partition, pos"
    )
    for partition, pos, body in rows(ledger.database_url, sql, ledger.topics.ledger):
        entry = orjson.loads(bytes(body))
        recorded = outcome.recorded(entry)
        if recorded is not None:
            record.add((partition, pos), recorded)
            continue
        for said in entry.get("outcome", {}).values():
            if isinstance(said, dict) and said.get("publisher"):
                marks.refused(said, entry["ledger"]["at"])
                system = AGENCIES[said["publisher"]].system
                if said.get("stream") and said.get("type") and not system:
                    record.refused(said["stream"], said["publisher"])
    marks.read(record)
    return record, marks


def _rows(ledger: Settings, view: str) -> list[Row]:
    return [json.loads(text) for (text,) in rows(ledger.database_url, f"SELECT row_to_json(v)::text FROM {view} v")]


def readers(played: Played, agency: str) -> list[Reader]:
    """Every role at the agency: people who hold a role in the case, whose unit acted, who are recused, and neither; of
    several to whom the record allows the same, one."""
    case = played.record.cases[played.case]
    held = sorted(name for holder, name in case.assigned.values() if holder == agency)
    unit = tuple(sorted(case.units.get(agency, ()))[:1])
    people = [("nobody-1", ()), ("nobody-2", unit), (RECUSED, unit), *((name, ()) for name in held[:1])]
    found = {("system", ()): Reader(agency, "system")}
    for role in ("supervisor", "auditor", "officer", "duty", "operator"):
        for name, units in people:
            reader = Reader(agency, role, name, units)
            found.setdefault((role, _rights(played, reader)), reader)
    return list(found.values())


def _rights(played: Played, reader: Reader) -> tuple[str, ...]:
    views = ("caseload", "worklist", "submissions")
    streams = played.record.cases
    return tuple(f"{view} {each}" for each in streams for view in views if played.may_read(reader, view, each))


@lru_cache(maxsize=4096)
def words(text: str) -> frozenset[str]:
    """All that stands in a text and could be a value: by words, and ids, agencies and instants wherever they stand."""
    found = {*_WORDS.findall(text)}
    found |= {word.strip(".:-_") for word in found}
    return frozenset(found).union(UUID.findall(text), AGENCY.findall(text), _TIMES.findall(text))
