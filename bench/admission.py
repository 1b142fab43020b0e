"""Submissions recorded per second by one registrar, beside bare verification, the raw client, and a library save.

All submissions are published before the first is judged, and nothing else runs meanwhile. The raw client publishes the
same submissions, acknowledged, without anybody who signs beside it. Bare verification is of 20,000 of the same
signatures, one thread; the library saves one event of about the same size a call on the same PostgreSQL, as it does.
"""

from __future__ import annotations

import time
from typing import Any
from urllib.parse import unquote, urlsplit

from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, event

from bench.figures import Figure
from bench.pace import pace
from bench.place import Place, peak
from bench.workload import OF_A_CASE
from domain.record.entry import unb64u
from domain.record.signing import verify
from domain.submission import payload_of
from infra.cli.output import progress

SAVES = 1500


def figures(place: Place, entries: int) -> list[Figure]:
    """Publish cases of so many submissions, judge them, and measure the peers on the same submissions."""
    raw, bare = _published(place, entries // OF_A_CASE)
    with place.process("infra.entry.registrar") as registrar:
        judged = pace(place.judged, entries // OF_A_CASE * OF_A_CASE, "judging")
        memory = peak(registrar)
    saved = _saves(place)
    return [
        Figure("admission: one registrar", judged.rate, "submissions/s", "bare Ed25519 verify", bare, ">= 0.3"),
        Figure("admission: one registrar", judged.rate, "submissions/s", "raw client, acknowledged", raw),
        Figure("admission: one registrar", judged.rate, "submissions/s", "Application.save (postgres)", saved, ">= 5"),
        *judged.growth("admission"),
        Figure("registrar, peak memory", memory, "MiB"),
    ]


def _published(place: Place, cases: int) -> tuple[float, float]:
    """Sign and publish, wave by wave; records per second of publishing alone, and of bare verification."""
    published, seconds, bare = 0, 0.0, 0.0
    with progress("signing and publishing") as step:
        for work in place.waves(cases, seed=1):
            bare = bare or _bare(place, [w.record for w in work])
            seconds += place.publish(work)
            published += len(work)
            step(published, cases * OF_A_CASE)
    return published / seconds, bare


def _bare(place: Place, records: list[bytes]) -> float:
    """Verifications per second of the same signatures, nothing else."""
    publics = {agency: signer.public for agency, signer in place.signers.items()}
    parts = []
    for record in records[:20_000]:
        signed, _, signature = record.rpartition(b".")
        parts.append((publics[payload_of(record.decode())["source"]], signed, unb64u(signature)))
    started = time.perf_counter()
    assert all(verify(*part) for part in parts)
    return len(parts) / (time.perf_counter() - started)


class Dossier(Aggregate):
    """What the peer saves: one event of about the same size each time."""

    @event("Noted")
    def note(self, text: str) -> None:
        """Append one event."""
        self.text = text


def _saves(place: Place) -> float:
    """Events per second of `Application.save`, one event a call, on the same PostgreSQL."""
    app: Any = Application(env=postgres_environment(place.settings.database_url))
    dossier = Dossier()
    app.save(dossier)
    started = time.perf_counter()
    for _ in range(SAVES):
        dossier.note("x" * 800)
        app.save(dossier)
    seconds = time.perf_counter() - started
    app.close()
    return SAVES / seconds


def postgres_environment(url: str) -> dict[str, str]:
    """The library's environment for a database URL."""
    parts = urlsplit(url)
    return {
        "PERSISTENCE_MODULE": "eventsourcing.postgres",
        "POSTGRES_DBNAME": parts.path.lstrip("/"),
        "POSTGRES_HOST": parts.hostname or "",
        "POSTGRES_PORT": str(parts.port or 5432),
        "POSTGRES_USER": unquote(parts.username or ""),
        "POSTGRES_PASSWORD": unquote(parts.password or ""),
    }
