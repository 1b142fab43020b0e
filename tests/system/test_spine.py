"""A signed event goes through Kafka into the ledger and gets one outcome."""

from __future__ import annotations

import uuid
from pathlib import Path

from domain.partition import partition_of
from domain.record.signing import SeedSigner
from domain.submission import sign
from infra import clock, founding, keys
from infra.kafka.append import Appender
from infra.settings import Settings
from system.running import rows, running, until

REGISTRAR = "infra.entry.registrar"


def indicator(agency: str, **changes: object) -> dict[str, object]:
    """An indicator that opens a case."""
    case = str(uuid.uuid4())
    event = {
        "specversion": "1.0",
        "id": str(uuid.uuid4()),
        "source": agency,
        "subject": case,
        "type": "mn.tamga.identification.indicator_reported.v1",
        "time": clock.now(),
        "unit": "duty",
        "actor": "officer-1",
        "data": {
            "victim_id": str(uuid.uuid4()),
            "report_channel": "hotline_108",
            "indicator_codes": ["debt_bondage"],
            "reporter_role": "hotline_operator",
            "aimag": "MN-1",
        },
    }
    return event | changes


def enrolled(ledger: Settings, folder: Path, agency: str, categories: list[str]) -> SeedSigner:
    """Enrol an agency with a fresh key."""
    registrations = founding.Registrations(ledger, founding.root_signers(ledger))
    signer = keys.create(folder / f"{agency}.json", f"{agency}-1")
    registrations.enrol(agency, agency, categories, signer)
    registrations.close()
    return signer


def test_a_signed_event_is_recorded_and_a_forged_one_refused(ledger: Settings, tmp_path: Path) -> None:
    signer = enrolled(ledger, tmp_path, "mn.hotline108", ["hotline"])
    appender = Appender(ledger.brokers)
    event = indicator("mn.hotline108")
    partition = partition_of(str(event["subject"]), 4)
    good = sign(event, ledger=ledger.ledger_id, signer=signer)
    forged = sign(indicator("mn.hotline108"), ledger=ledger.ledger_id, signer=SeedSigner(signer.kid, b"x" * 32))
    with running(REGISTRAR, ledger, tmp_path / "registrar.log"):
        appender.append(ledger.topics.submissions, partition, [good, forged, good])
        sql = (
            "SELECT type FROM entry JOIN log ON log.id = log"
            " WHERE topic = %s AND partition = %s AND entry.pos > 0 ORDER BY entry.pos"
        )
        until(lambda: len(rows(ledger.database_url, sql, ledger.topics.ledger, partition)) == 3, what="three outcomes")
    assert [r[0] for r in rows(ledger.database_url, sql, ledger.topics.ledger, partition)] == [
        "mn.tamga.identification.indicator_reported.v1",
        "outcome.refused.jws.signature",
        "outcome.duplicate",
    ]
    appender.close()


def test_an_event_reaches_the_views_of_publisher_and_leads(ledger: Settings, tmp_path: Path) -> None:
    signer = enrolled(ledger, tmp_path, "mn.hotline108", ["hotline"])
    appender = Appender(ledger.brokers)
    event = indicator("mn.hotline108")
    record = sign(event, ledger=ledger.ledger_id, signer=signer)
    appender.append(ledger.topics.submissions, partition_of(str(event["subject"]), 4), [record])
    with (
        running(REGISTRAR, ledger, tmp_path / "registrar.log"),
        running("infra.entry.projector", ledger, tmp_path / "projector.log"),
    ):
        sql = "SELECT agency, status, events FROM caseload WHERE case_id = %s ORDER BY agency"
        until(lambda: rows(ledger.database_url, "SELECT 1 FROM pg_views WHERE viewname = 'caseload'"), what="views")
        found = until(lambda: rows(ledger.database_url, sql, event["subject"]), what="caseload")
    assert found == [("mn.cfdpa", "open", 1), ("mn.hotline108", "open", 1), ("mn.npa", "open", 1)]
    appender.close()
