"""One bad submission of each kind gets its own stable code from the real registrar, which goes on; and what was refused
stands nowhere: not in the ledger, not in logs, not in the index, not in what a process says of itself.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest

from consumers.registrar import Clocks, PartitionRegistrar
from domain.catalogue import by_name
from domain.event import Effect
from domain.partition import partition_of
from domain.record.signing import SeedSigner
from domain.refusals import Refusal, sentences
from domain.stages.state import StreamState
from infra import bootstrap, clock, founding
from infra.demo.agencies import ENROLLED, signers
from infra.demo.bad import REVOKED, SUSPENDED, bad_submissions, marker, opening
from infra.demo.publisher import Publisher, publishers
from infra.entry.registrar import RegistryView
from infra.kafka.append import Appender, now_ms
from infra.kafka.log import PartitionLog
from infra.settings import Settings
from system.conftest import Services
from system.ledger_checks import read_all, views_equal, wait_judged, wait_projected, whole
from system.running import Child, rows, running, until

HOTLINE = "mn.hotline108"
INDICATOR = "identification.IndicatorReported"


@dataclass
class Partnership:
    """A running ledger with every agency of the profile enrolled, one suspended, one with a revoked key."""

    world: bootstrap.World
    by: Mapping[str, Publisher]
    appender: Appender
    registrations: founding.Registrations
    logs: list[Path]
    registrar: Child | None = None

    @property
    def settings(self) -> Settings:
        return self.world.settings

    def send(self, stream: str, *records: bytes, partition: int | None = None) -> list[str]:
        """Publish to the stream's partition and wait: the outcomes, as the index has them."""
        partition = partition_of(stream, 4) if partition is None else partition
        offsets = self.appender.append(self.settings.topics.submissions, partition, records).offsets
        wait_judged(self.world)
        sql = "SELECT e.src, e.type FROM entry e JOIN log l ON l.id = e.log WHERE l.topic = %s AND l.partition = %s"
        found = dict(rows(self.settings.database_url, sql, self.settings.topics.ledger, partition))
        return [found[offset].removeprefix("outcome.").removeprefix("refused.") for offset in offsets]

    def event(self, stream: str, **attributes: Any) -> bytes:
        """A good indicator, signed by the hotline."""
        return self.by[HOTLINE].sign(self.indicator(stream) | attributes)

    def indicator(self, stream: str, by: str = HOTLINE) -> dict[str, Any]:
        """An indicator that opens a case."""
        data = {
            "victim_id": str(uuid.uuid4()),
            "report_channel": "hotline_108",
            "indicator_codes": ["begging"],
            "reporter_role": "citizen",
            "aimag": "MN-1",
        }
        return self.by[by].event(
            INDICATOR, stream, data, time=clock.now(), actor="officer-1", unit="duty", event_id=str(uuid.uuid4())
        )

    def everything_written(self) -> bytes:
        """Ledger topic, index, views, what processes say, and every log, as bytes."""
        return b"\n".join([*self._ledger(), *self._database(), *(path.read_bytes() for path in self.logs)])

    def _ledger(self) -> list[bytes]:
        found = []
        for partition in range(4):
            log = PartitionLog(self.settings.brokers, self.settings.topics.ledger, partition)
            found += [r.value or b"" for r in log.read(0, log.end())]
            log.close()
        return found

    def _database(self) -> list[bytes]:
        """Every row of every table."""
        with psycopg.connect(self.settings.database_url) as c:
            tables = c.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
            found = [c.execute(f'SELECT * FROM "{name}"'.encode()).fetchall() for (name,) in tables]
        return [v if isinstance(v, bytes) else str(v).encode() for table in found for row in table for v in row]


@pytest.fixture(scope="module")
def partnership(services: Services, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Partnership]:
    """One for all tests of this file."""
    folder = tmp_path_factory.mktemp("refusals")
    name = f"t{uuid.uuid4().hex}"
    with psycopg.connect(services.url, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"'.encode())
    settings = Settings(
        kafka_bootstrap=services.bootstrap,
        database_url=services.url.rsplit("/", 1)[0] + f"/{name}",
        topic_prefix=name[:12],
        data=folder,
    )
    settings = founding.found(settings, folder)
    held = signers(folder)
    registrations = founding.Registrations(settings, founding.root_signers(settings))
    for agency, entry in ENROLLED.items():
        registrations.enrol(agency, entry.name_en, sorted(entry.categories), held[agency])
    registrations.publish("agency_suspended.v1", SUSPENDED, {})
    registrations.publish("key_revoked.v1", REVOKED, {"kid": held[REVOKED].kid})
    world = bootstrap.open_world(settings)
    logs = [folder / "registrar.log", folder / "projector.log"]
    by = publishers(held, ledger=settings.ledger_id)
    found = Partnership(world, by, Appender(settings.brokers), registrations, [*logs, services.postgres.log_file])
    with (
        running("infra.entry.registrar", settings, logs[0]) as found.registrar,
        running("infra.entry.projector", settings, logs[1]),
    ):
        yield found
    registrations.close()
    found.appender.close()
    world.close()


@pytest.fixture(scope="module")
def outcomes(partnership: Partnership) -> dict[str, tuple[bytes, str, str]]:
    """Kind to (record, the code that it must get, the code that it got), of all bad submissions sent at once."""
    settings = partnership.settings
    arguments: dict[str, Any] = {"ledger": settings.ledger_id, "base_time": clock.now()}
    stream, first = opening(partnership.by, **arguments)
    bad = bad_submissions(partnership.by, **arguments)
    found = partnership.send(stream, first, *(record for record, _ in bad.values()))
    assert found[0] == by_name[INDICATOR].wire
    return {kind: (record, code, got) for (kind, (record, code)), got in zip(bad.items(), found[1:], strict=True)}


NOBODY = publishers({agency: SeedSigner(agency, bytes(32)) for agency in ENROLLED}, ledger="nobody's")
KINDS = list(bad_submissions(NOBODY, ledger="nobody's", base_time="2026-03-02T09:00:00.000000Z"))


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_of_bad_submission_gets_its_code_and_the_code_is_explained(
    outcomes: dict[str, tuple[bytes, str, str]], kind: str
) -> None:
    _, wanted, got = outcomes[kind]
    assert got == wanted
    assert got in sentences()


def test_what_was_refused_stands_nowhere(partnership: Partnership, outcomes: dict[str, tuple[bytes, str, str]]) -> None:
    wait_projected(partnership.world)
    written = partnership.everything_written()
    assert b"outcome.refused.jws.malformed" in written
    for kind, (record, _, _) in outcomes.items():
        assert marker(kind).encode() not in written, kind
        parts = record.split(b".")
        assert len(parts) < 3 or len(parts[1]) < 40 or parts[1][:400] not in written, kind


def test_the_registrar_goes_on_and_the_record_is_whole(
    partnership: Partnership, outcomes: dict[str, tuple[bytes, str, str]]
) -> None:
    stream = str(uuid.uuid4())
    good = partnership.event(stream)
    assert partnership.send(stream, good, b"x", good)[1:] == ["jws.malformed", "duplicate"]
    topic, partition = partnership.settings.topics.submissions, partition_of(stream, 4)
    null = partnership.appender.append(topic, partition, [None], key=b"key")  # type: ignore[list-item]
    wait_judged(partnership.world)
    sql = "SELECT type FROM entry e JOIN log l ON l.id = e.log WHERE e.src = %s AND l.partition = %s"
    found = rows(partnership.settings.database_url, sql, null.offsets[0], partition)
    assert found == [("outcome.refused.jws.malformed",)]
    assert partnership.registrar is not None
    assert partnership.registrar.process.poll() is None
    assert "alarm" not in partnership.registrar.text()
    wait_projected(partnership.world)
    reads = read_all(partnership.world)
    whole(partnership.world, reads)
    views_equal(partnership.world, reads)


def test_a_submission_on_another_partition_is_refused_and_is_admitted_on_its_own(partnership: Partnership) -> None:
    stream = str(uuid.uuid4())
    record = partnership.event(stream)
    others = [partition for partition in range(4) if partition != partition_of(stream, 4)]
    assert [partnership.send(stream, record, partition=p)[0] for p in others] == ["intake.wrong_partition"] * 3
    assert partnership.send(stream, record)[0] == by_name[INDICATOR].wire


def test_the_same_id_with_other_content_is_refused_also_from_the_index(partnership: Partnership) -> None:
    stream = str(uuid.uuid4())
    event = partnership.indicator(stream)
    hotline = partnership.by[HOTLINE]
    record, other = hotline.sign(event), hotline.sign(event | {"actor": "officer-2"})
    first = partnership.send(stream, record, other)
    assert first[1] == "event.id_reused"
    again = partnership.send(stream, other, record)
    assert again == ["event.id_reused", "duplicate"]


def test_a_key_signs_until_it_is_rotated_and_an_agency_until_it_is_suspended(partnership: Partnership) -> None:
    agency = "mn.mgec"
    by, stream = partnership.by[agency], str(uuid.uuid4())
    next_key = SeedSigner("next", b"2" * 32)
    after = Publisher(agency, next_key, ledger=partnership.settings.ledger_id)

    def says(publisher: Publisher) -> str:
        """What becomes of its next event: one code while it may publish, whatever its mandate, another when not."""
        code = partnership.send(stream, publisher.sign(partnership.indicator(stream, agency)))[0]
        return code if code in ("key.unknown", "key.revoked", "agency.suspended") else "heard"

    def then(wanted: list[str], name: str, **data: str) -> None:
        """A registrar reads the registry at least every 2.5 s; from then on it hears only who may speak."""
        partnership.registrations.publish(f"{name}.v1", agency, data)
        until(lambda: [says(by), says(after)] == wanted, 30, f"{wanted} behind {name}")

    assert [says(by), says(after)] == ["heard", "key.unknown"]
    then(["key.revoked", "heard"], "key_rotated", kid="next", key=next_key.public_b64u, replaces=by.signer.kid)
    then(["key.revoked", "agency.suspended"], "agency_suspended")
    then(["key.revoked", "heard"], "agency_reinstated")
    then(["key.revoked", "key.revoked"], "key_revoked", kid="next")


def test_what_was_admitted_under_a_key_stays_when_the_key_is_revoked(partnership: Partnership) -> None:
    partnership.world.registry.refresh()
    reads = read_all(partnership.world)
    assert len(whole(partnership.world, reads)) > 10
    wait_projected(partnership.world)
    views_equal(partnership.world, read_all(partnership.world))


SECRET = "MARKER-name-of-a-child"


def _broken(state: StreamState, event: Any, event_type: Any, context: Any) -> tuple[Effect, ...]:
    """A rule with a defect: it raises what no rule should, with content in the exception's text."""
    if event.actor == SECRET:
        raise KeyError(event.actor)
    raise Refusal("case.not_open")


def test_a_rule_that_raises_is_the_ledgers_fault_with_an_alarm_and_the_registrar_goes_on(
    ledger: Settings, tmp_path: Path
) -> None:
    held = signers(tmp_path)
    registrations = founding.Registrations(ledger, founding.root_signers(ledger))
    registrations.enrol(HOTLINE, "Hotline", ["hotline"], held[HOTLINE])
    registrations.close()
    world = bootstrap.open_world(ledger)
    there = Partnership(world, publishers(held, ledger=ledger.ledger_id), Appender(ledger.brokers), registrations, [])
    stream = str(uuid.uuid4())
    partition = partition_of(stream, 4)
    records = [there.event(stream, actor=SECRET), there.event(stream)]
    offsets = there.appender.append(ledger.topics.submissions, partition, records).offsets
    recorder = bootstrap.open_recorder(world, partition)
    alarms: list[tuple[str, str]] = []
    registrar = PartitionRegistrar(
        partition=partition,
        partitions=4,
        ledger=ledger.ledger_id,
        recorder=recorder,
        states=recorder.index,
        registry=RegistryView(world),
        clocks=Clocks(clock.now, clock.latest, now_ms, time.monotonic),
        salt=lambda: bytes(16),
        alarm=lambda code, message: alarms.append((code, message)),
        rules=_broken,
    )
    assert registrar.take_over() == 0
    registrar.judge([(offset, record, now_ms()) for offset, record in zip(offsets, records, strict=True)])
    recorder.settle()
    sql = "SELECT type FROM entry WHERE src IS NOT NULL ORDER BY src"
    until(lambda: len(rows(ledger.database_url, sql)) == 2, what="two outcomes")
    assert rows(ledger.database_url, sql) == [("outcome.refused.ledger.fault",), ("outcome.refused.case.not_open",)]
    assert [(code, SECRET in text, "KeyError at _broken:" in text) for code, text in alarms] == [
        ("ledger.fault", False, True)
    ]
    assert SECRET.encode() not in there.everything_written()
    recorder.close()
    there.appender.close()
    world.close()
