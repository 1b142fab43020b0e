"""A rule that reaches over cases is judged by streams of every partition, and only where it asks."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Any

from consumers.ports import States
from domain.elsewhere import Brought
from domain.judge import Stream
from domain.partition import partition_of
from domain.record.signing import SeedSigner
from domain.submission import sign
from infra import bootstrap
from infra.kafka.append import Appender
from infra.settings import Settings
from system.running import rows, running, until
from system.test_spine import REGISTRAR, enrolled, indicator

HOTLINE, SHELTER, HOSPITAL = "mn.hotline108", "mn.mgec", "mn.health"
RECORDS = {"party_kind": "victim", "match_basis": "documents", "confidence": "likely"}


def stream_on(partition: int) -> str:
    """A stream id of this partition."""
    return next(each for each in map(str, iter(uuid.uuid4, None)) if partition_of(each, 4) == partition)


class Sender:
    """Signs and appends, and waits for the outcomes of what it sent."""

    def __init__(self, ledger: Settings, signers: dict[str, SeedSigner]) -> None:
        self.ledger, self.signers, self.appender = ledger, signers, Appender(ledger.brokers)

    def send(self, stream: str, *events: dict[str, object]) -> list[str]:
        """The outcomes, as the index has them."""
        signed = [sign(e, ledger=self.ledger.ledger_id, signer=self.signers[str(e["source"])]) for e in events]
        partition = partition_of(stream, 4)
        offsets = self.appender.append(self.ledger.topics.submissions, partition, signed).offsets
        sql = "SELECT entry.src, type FROM entry JOIN log ON log.id = log WHERE topic = %s AND partition = %s"

        def judged() -> dict[int, str] | None:
            found = dict(rows(self.ledger.database_url, sql, self.ledger.topics.ledger, partition))
            return found if set(offsets) <= found.keys() else None

        found: Any = until(judged, what="outcomes")
        return [found[offset].removeprefix("mn.tamga.") for offset in offsets]


def link(agency: str, party: str, name: str, link_id: str, **data: object) -> dict[str, object]:
    """An event about a link."""
    event = indicator(agency, subject=party, type=f"mn.tamga.party.{name}.v1")
    return event | {"data": {"link_id": link_id, **data}}


def test_two_agencies_link_records_of_two_partitions(ledger: Settings, tmp_path: Path) -> None:
    categories = {HOTLINE: "hotline", SHELTER: "shelter", HOSPITAL: "health"}
    signers = {agency: enrolled(ledger, tmp_path, agency, [category]) for agency, category in categories.items()}
    sender = Sender(ledger, signers)
    first, second, third, party, other = (stream_on(partition) for partition in (0, 1, 2, 3, 0))
    agencies = {first: HOTLINE, second: SHELTER, third: HOTLINE}
    told = {stream: indicator(agency, subject=stream) for stream, agency in agencies.items()}
    persons: dict[str, Any] = {stream: event["data"]["victim_id"] for stream, event in told.items()}  # type: ignore[index]

    def proposed(stream: str, link_id: str, a: str, b: str) -> dict[str, object]:
        records = {"case_a": a, "person_a": persons[a], "case_b": b, "person_b": persons[b], **RECORDS}
        return link(HOTLINE, stream, "link_proposed", link_id, **records)

    one, two = str(uuid.uuid4()), str(uuid.uuid4())
    confirmation = {"match_basis": "documents"}
    with running(REGISTRAR, ledger, tmp_path / "registrar.log"):
        assert sender.send(party, proposed(party, one, first, second)) == ["outcome.refused.party.not_member"]
        for stream, event in told.items():
            assert sender.send(stream, event) == ["identification.indicator_reported.v1"]
        assert sender.send(
            party,
            proposed(party, one, first, second),
            link(HOSPITAL, party, "link_confirmed", one, **confirmation),
            link(HOTLINE, party, "link_confirmed", one, **confirmation),
        ) == [
            "party.link_proposed.v1",
            "outcome.refused.party.not_other_holder",
            "outcome.refused.party.not_other_holder",
        ]
        assert sender.send(party, link(SHELTER, party, "link_confirmed", one, **confirmation)) == [
            "party.link_confirmed.v1"
        ]
        assert sender.send(
            other,
            proposed(other, two, second, third),
            link(SHELTER, other, "link_confirmed", two, **confirmation),
        ) == ["party.link_proposed.v1", "party.link_confirmed.v1"]
    sender.appender.close()
    world = bootstrap.open_world(ledger)
    states: States = bootstrap.open_recorder(world, 0).index
    brought = {stream: Stream.of(stream, found).state for stream, found in states.linked([first]).items()}
    same = Brought(brought, {}, frozenset()).same_person(first, persons[first])
    assert brought.keys() == {first, second, third, party, other}
    assert {(case.stream, person) for case, person in same} == {(s, persons[s]) for s in (second, third)}
    assert states.linked([str(uuid.uuid4())]) == {}
    world.close()
