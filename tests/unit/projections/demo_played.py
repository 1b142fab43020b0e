"""The scripted case, generated cases and imported records, played without Kafka: every outcome, made once a run.

`MOMENTS` are points in the course of a stream at which something is under way that is done in the end.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from itertools import count, islice
from pathlib import Path
from typing import Any
from uuid import UUID

from consumers.clock import Due
from domain.event import Recorded
from infra.entry.clock import submission as clocked
from infra.importers import ctdc
from infra.importers.record import ImportedRecord
from infra.importing import submission
from naive import outcomes, views
from naive.record import read
from player import Player
from projections.all_views import VIEWS
from projections.engine import Group, Row, fold
from projections.entry import Entry, read_body
from simulator import BASE_TIME, LEDGER, Publisher, cases, enrolled, fixed_signers, publishers, steps

SIGNERS = fixed_signers()
REGISTRY = enrolled(SIGNERS)
FILE = Path(__file__).parents[3] / "examples" / "data" / "ctdc_14k.csv"
IMPORTER = "ctdc.import"

END = "the end"
MOMENTS = (
    *("case.OfficerRecused", "case.Closed", "approved case.Closed", "approved protection.CareEpisodeClosed"),
    "approved protection.CarePlanAgreed",
    *("accused investigation.SuspectIdentified", "prosecution.ComplaintDecided"),
    *("custody.CustodyReleased", "custody.CustodyRefused", "investigation.ProposalMade"),
    *("investigation.ExaminationOrdered", "investigation.ProceedingsJoined", "taskforce.ActionAssigned"),
    *("redress.RestitutionOrdered", "party.LinkProposed"),
)
"""Just after the last event of the type, in its own stream; after the approval of one; after one that accuses."""


@cache
def bodies() -> tuple[bytes, ...]:
    """Every outcome of the script, of forty generated cases, of a few acts beside them, and of fifty imported
    records."""
    player, people = Player(REGISTRY, SIGNERS["mn.clock"]), publishers(SIGNERS, ledger=LEDGER)
    player.play(steps(people, ledger=LEDGER, base_time=BASE_TIME))
    for sent in cases(3, 40, people, ledger=LEDGER, base_time=player.at):
        player.send(sent.record)
    _beside(player, people)
    for record in islice((each for each in ctdc.read(FILE) if isinstance(each, ImportedRecord)), 50):
        player.send(submission(record, IMPORTER, ledger=LEDGER, signer=SIGNERS[IMPORTER]))
    return tuple(player.bodies)


def _beside(player: Player, people: Mapping[str, Publisher]) -> None:
    """What the script does not show: a receipt of what nobody released, a link of victims by another agency, and a
    clock that is early."""
    said = {each.event.type: each.event for each in player.admitted}
    ids = (str(UUID(int=number, version=4)) for number in count(1))
    receipt, link = said["custody.CustodyReceived"], said["party.LinkProposed"]
    data: dict[str, Any] = {**receipt.data, "transfer_id": next(ids)}
    _send(player, people[receipt.publisher], receipt.type, receipt.stream, data)
    mine = [each.event for each in player.admitted if each.event.publisher == "mn.cfdpa"]
    victims = {event.stream: event.data["victim_id"] for event in mine if "victim_id" in event.data}
    (other, same), (case, person), *_ = victims.items()
    data = {"link_id": next(ids), "party_kind": "victim", "match_basis": "statement", "confidence": "likely"}
    data |= {"case_a": case, "person_a": person, "case_b": other, "person_b": same}
    _send(player, people["mn.cfdpa"], link.type, next(ids), data)
    ledger = [read(body, pos, 0) for pos, body in enumerate(player.bodies, 1)]
    early = next(row for row in outcomes.refusals(ledger) if row["role"] == "desk" and row["state"] == "open")
    due = Due(early["mark_id"], early["case_id"], outcomes.UNRESOLVED, early["shown_at"], early["says"])
    assert player.send(clocked(due, ledger=LEDGER, signer=SIGNERS["mn.clock"])).code != "admitted"


def _send(player: Player, by: Publisher, kind: str, stream: str, data: Mapping[str, Any]) -> None:
    event = by.event(kind, stream, data, time=player.at, actor="officer-1", unit="duty")
    assert (code := player.send(by.sign(event)).code) == "admitted", code


def entries(moment: str = END) -> list[Entry]:
    """As the projections read them; up to a moment those of its stream."""
    return [read_body(bodies()[pos - 1], pos, 0, REGISTRY) for pos in _positions(moment)]


@cache
def _positions(moment: str) -> Sequence[int]:
    every = range(1, len(bodies()) + 1)
    if moment == END:
        return every
    said = dict(zip(every, entries(), strict=True))
    last = max(pos for pos, each in said.items() if each.recorded is not None and _is_it(each.recorded, moment))
    return [pos for pos, each in said.items() if pos <= last and each.case == said[last].stream]


def _is_it(recorded: Recorded, moment: str) -> bool:
    how, _, kind = moment.rpartition(" ")
    match how:
        case "approved":
            return any(each.data.get("approved") == kind for each in recorded.effects)
        case "accused":
            return recorded.event.type == kind and "accused_agency" in recorded.event.data
    return recorded.event.type == kind


@cache
def naive(moment: str = END) -> dict[str, list[views.Row]]:
    """The naive folds of every view."""
    return views.fold((0, pos, bodies()[pos - 1]) for pos in _positions(moment))


@cache
def folded(moment: str = END) -> dict[str, list[Row]]:
    """The rows of every view."""
    groups: dict[str, dict[str, Group]] = {name: {} for name in VIEWS}
    seen = entries(moment)
    for name, found in groups.items():
        for each in seen:
            for group in VIEWS[name].groups(each):
                found.setdefault(group, {})
        fold(VIEWS[name], found, seen, None)
    return {name: [row for group in found.values() for row in group.values()] for name, found in groups.items()}
