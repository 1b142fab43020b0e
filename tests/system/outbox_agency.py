"""An agency's program, a process of its own that the tests kill: its rows and its events are one transaction.

`python outbox_agency.py CONFIG...`: for each configuration in turn, its jobs that are not in the table `job` yet are
done, each with an event in the outbox, and the outbox is sent until nothing waits. With `die_at` the process kills
itself at that step of what it was handed (a commit, a submission, a question), counted from 0, before or behind it by
turns.
"""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg

from tamga_client import Http, Outbox, Sender, Signer, UnreachableError
from tamga_client.events.identification import IndicatorReported
from tamga_client.kafka import Brokers, KafkaSubmitter


class Mortal:
    """What was handed in, but the process dies at the wanted step of those that are named."""

    count = 0
    die_at = -1

    def __init__(self, within: Any, *steps: str) -> None:
        self._within, self._steps = within, steps

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._within, name)
        return self._deadly(found) if name in self._steps else found

    def _deadly(self, act: Callable[..., Any]) -> Callable[..., Any]:
        def acted(*values: Any) -> Any:
            self._step()
            result = act(*values)
            self._step()
            return result

        return acted

    @staticmethod
    def _step() -> None:
        if Mortal.count == Mortal.die_at:
            os.kill(os.getpid(), signal.SIGKILL)
        Mortal.count += 1


def connect(url: str) -> Any:
    """The agency's own database."""
    if url.startswith("postgresql"):
        return psycopg.connect(url)
    return sqlite3.connect(url, timeout=30)


def mortal(connection: Any) -> Any:
    """The connection, known by its own kind to the client."""
    kind = type("Connection", (Mortal,), {"__module__": type(connection).__module__})
    return kind(connection, "commit")


def work(connection: Any, outbox: Outbox, jobs: list[dict[str, str]]) -> None:
    """Do each job that is not done: its row and its event, or neither."""
    cursor = connection.cursor()
    for job in jobs:
        cursor.execute(f"SELECT 1 FROM job WHERE name = '{job['name']}'")
        if cursor.fetchone() is None:
            said = IndicatorReported(
                victim_id=job["child"],
                report_channel="hotline_108",
                reporter_role="citizen",
                indicator_codes=["begging"],
                aimag="MN-1",
            )
            event = outbox.add(said, stream=job["case"], unit="desk-1", actor="officer-1")
            cursor.execute(f"INSERT INTO job VALUES ('{job['name']}', '{event}')")
        connection.commit()


def main(config: dict[str, Any]) -> None:
    """Work, send, end."""
    Mortal.die_at = config["die_at"]
    connection = mortal(connect(config["database"]))
    outbox = Outbox(connection, config["agency"])
    connection.cursor().execute("CREATE TABLE IF NOT EXISTS job (name text PRIMARY KEY, event text NOT NULL)")
    outbox.create()
    signer = Signer.from_file(config["key_file"], agency=config["agency"], ledger=config["ledger"])
    http = Mortal(Http(config["api"], config["api_key"], wait=2.0), "submit", "find")
    kafka = Mortal(KafkaSubmitter(Brokers(config["brokers"], prefix=config["prefix"])), "submit")
    sender = Sender(outbox, signer, kafka if config["kafka"] else http, http)
    work(connection, outbox, config["jobs"])
    while outbox.waiting():
        try:
            sender.step()
        except UnreachableError as away:
            print(away, file=sys.stderr)


if __name__ == "__main__":
    for file in sys.argv[1:]:
        main(json.loads(Path(file).read_text(encoding="utf-8")))
