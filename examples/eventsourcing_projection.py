"""A projection of one's own with the event-sourcing library's `ProjectionRunner`, on one partition of the ledger.

It counts events by type into a table of the database that `POSTGRES_*` names, with the library's own tracking. Needs
`TAMGA_*` (or the data folder of `tamga up`) to find the ledger.

    python examples/eventsourcing_projection.py --partition 0 --seconds 10
"""

from __future__ import annotations

import argparse
import json
import os
import time
from typing import Any
from urllib.parse import unquote, urlsplit

from eventsourcing.application import Application
from eventsourcing.persistence import Tracking
from eventsourcing.postgres import PostgresTrackingRecorder
from eventsourcing.projection import Projection, ProjectionRunner
from psycopg.sql import SQL

from infra import settings
from infra.catalogue_mapper import LedgerEvent


class Ledger(Application[Any]):
    """One partition of the ledger."""


class Counts(PostgresTrackingRecorder):
    """Events by type, and the position up to which they were counted, in one transaction."""

    def __init__(self, datastore: Any, **kwargs: Any) -> None:
        super().__init__(datastore, **kwargs)
        self.sql_create_statements.append(
            SQL("CREATE TABLE IF NOT EXISTS event_counts (type text PRIMARY KEY, events bigint NOT NULL)")
        )

    def count(self, name: str, tracking: Tracking) -> None:
        """One more of a type."""
        with self.datastore.transaction(commit=True) as cursor:
            self._insert_tracking(cursor, tracking)
            cursor.execute(
                "INSERT INTO event_counts VALUES (%s, 1)"
                " ON CONFLICT (type) DO UPDATE SET events = event_counts.events + 1",
                (name,),
            )

    def counts(self) -> dict[str, int]:
        """Events by type."""
        with self.datastore.transaction(commit=False) as cursor:
            cursor.execute("SELECT type, events FROM event_counts ORDER BY type")
            return {row["type"]: row["events"] for row in cursor.fetchall()}


class CountByType(Projection[Counts]):
    """Counts every entry by its type."""

    name = "counts"

    def process_event(self, domain_event: LedgerEvent, tracking: Tracking) -> None:
        """Count one entry."""
        self.view.count(domain_event.type, tracking)


def environment(database_url: str, partition: int) -> dict[str, str]:
    """The library's environment: the ledger as upstream application, PostgreSQL for the view."""
    url = urlsplit(database_url)
    return {
        "LEDGER_PERSISTENCE_MODULE": "infra.recorder:LedgerFactory",
        "LEDGER_LEDGER_PARTITION": str(partition),
        "COUNTS_PERSISTENCE_MODULE": "eventsourcing.postgres",
        "POSTGRES_DBNAME": url.path.lstrip("/"),
        "POSTGRES_HOST": url.hostname or "",
        "POSTGRES_PORT": str(url.port or 5432),
        "POSTGRES_USER": unquote(url.username or ""),
        "POSTGRES_PASSWORD": unquote(url.password or ""),
    }


def runner(partition: int) -> ProjectionRunner[Ledger, Counts]:
    """The library's runner over the ledger of the settings."""
    env = os.environ | environment(settings.load().database_url, partition)
    return ProjectionRunner(application_class=Ledger, projection_class=CountByType, view_class=Counts, env=env)


def main() -> None:
    """Run for some seconds and print the counts."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--partition", type=int, default=0)
    parser.add_argument("--seconds", type=float, default=10)
    options = parser.parse_args()
    with runner(options.partition) as running:
        time.sleep(options.seconds)
        print(json.dumps(running.projection.view.counts(), indent=1))


if __name__ == "__main__":
    main()
