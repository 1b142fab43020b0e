"""The demo's scripted case on a real ledger with every process up, and what each of its readers may be shown of it.

What a reader may be shown is said here in words of its own, from the rows as their owner reads them: the text of what
its agency was told, of the cases that its role lets it read.
"""

from __future__ import annotations

import json
import re
import time
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import httpx

from domain.profile import AGENCIES
from infra import bootstrap, clock, founding
from infra.api import keys as api_keys
from infra.demo import playing, publisher, scenario
from infra.demo.publisher import Publisher
from infra.publishing import Item, publish
from infra.settings import Settings
from issuer import AUDIENCE, Issuer
from system.filled import enrolled, wait_level
from system.running import rows, running, until

POLICE, BORDER, OVERSIGHT = "mn.npa", "mn.gabp", "mn.nhrcm"
RECUSED = "officer-8"
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
AGENCY = re.compile("|".join(re.escape(name) for name in sorted(AGENCIES, key=len, reverse=True)))
PROCESSES = ("registrar", "projector", "clock", "feeder")
Row = dict[str, Any]


class Reader(NamedTuple):
    """An agency's system (`role` system, by key), or one of its people by a token."""

    agency: str
    role: str
    officer: str = ""
    units: tuple[str, ...] = ()


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
    client: httpx.Client

    def ask(self, reader: Reader, path: str, accept: str = "application/json") -> httpx.Response:
        """What the reader is answered."""
        return self.client.get(self.url + path, headers={"Accept": accept} | self._bearer(reader))

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
        first = until(lambda: next((line for line in api.text().splitlines() if '"listening"' in line), ""), what="api")
        views = {name: _rows(ledger, name) for (name,) in rows(ledger.database_url, "SELECT name FROM view")}
        keys = {name: api_keys.create(ledger.database_url, name) for name in AGENCIES}
        client = stack.enter_context(httpx.Client(timeout=60))
        yield Played(ledger, json.loads(first)["url"], folder, issuer, keys, case, views, client)


def _play(ledger: Settings, world: bootstrap.World, people: dict[str, Publisher] | Any) -> str:
    script = scenario.steps(people, ledger=ledger.ledger_id, base_time=clock.now(), seed=1, heads=playing.heads(world))
    with playing.refusals_soon(ledger, world):
        for step, outcome in playing.play(world, script):
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
        event = people[agency].event(type_, case, data, time=clock.now(), actor="officer-1", unit="unit-1",
                                     event_id=str(uuid.uuid4()))  # fmt: skip
        sent.append(Item(case, people[agency].sign(event), type_))
    outcomes = [answer.outcome for answer in publish(world, sent)]
    assert outcomes[:2] == ["admitted", "admitted"], outcomes
    assert outcomes[2] not in ("admitted", "duplicate")
    return case


def _rows(ledger: Settings, view: str) -> list[Row]:
    return [json.loads(text) for (text,) in rows(ledger.database_url, f"SELECT row_to_json(v)::text FROM {view} v")]


def readers(played: Played, agency: str) -> list[Reader]:
    """Every role at the agency: people who hold a role in the case, whose unit acted, who are recused, and neither."""
    found = [Reader(agency, "system")]
    mine = [row for row in played.views["access"] if row["agency"] == agency]
    assigned = next((_names(row["assigned"])[0] for row in mine if row["assigned"]), "")
    unit = next((_names(row["units"])[0] for row in mine if row["units"]), "")
    people = [("nobody-1", ()), ("nobody-2", (unit,) if unit else ()), (assigned, ()), (RECUSED, (unit,))]
    for role in ("supervisor", "auditor", "officer", "duty", "operator"):
        chosen = people if role in ("officer", "duty") else [people[0], people[3]]
        some = [(name, units) for name, units in dict.fromkeys(chosen) if name and "" not in units]
        found += [Reader(agency, role, name, units) for name, units in some]
    return found


def _names(text: str) -> list[str]:
    return text.strip("|").split("|") if text else []


def may_read(played: Played, reader: Reader, view: str, case: str) -> bool:
    """May the reader see the agency's row of the case in this view? The rule in words of its own."""
    row = next((r for r in played.views["access"] if (r["agency"], r["case_id"]) == (reader.agency, case)), None)
    if reader.role == "operator":
        return False
    if row is None:
        return (view == "submissions" and reader.role != "duty" and reader.role != "officer") or (
            view == "refusals" and reader.role != "officer"
        )  # fmt: skip
    if not row["open"]:
        return view == "submissions" and reader.role == "system"
    if reader.role == "system":
        return True
    if reader.officer in _names(row["recused"]):
        return False
    holds, acted = reader.officer in _names(row["assigned"]), bool({*reader.units} & {*_names(row["units"])})
    match reader.role:
        case "supervisor" | "auditor":
            return True
        case "officer":
            return holds or (acted and row["restricted"] != "named_officers")
        case _:
            return view in ("worklist", "referrals", "refusals") and (holds or not row["restricted"])


def allowed(played: Played, reader: Reader) -> list[Row]:
    """The rows of every view that the reader may be shown."""
    return [
        row
        for view, held in played.views.items()
        for row in held
        if row.get("agency") == reader.agency and view != "access" and may_read(played, reader, view, row["case_id"])
    ]
