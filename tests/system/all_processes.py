"""A ledger with all its processes up, and what an agency of it was given: for tests that come from outside."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from infra.api import keys as api_keys
from infra.settings import Settings
from system.running import running, until
from system.test_spine import enrolled

AGENCY = "mn.hotline108"


class Given(NamedTuple):
    """What the ledger's operator gave the hotline."""

    settings: Settings
    api: str
    key_file: Path
    api_key_file: Path


@contextmanager
def serving(ledger: Settings, folder: Path) -> Iterator[Given]:
    """Registrar, projector, feeder and API; the hotline and child protection are enrolled."""
    enrolled(ledger, folder, AGENCY, ["hotline"])
    enrolled(ledger, folder, "mn.cfdpa", ["child_protection"])
    api_key = folder / "api-key"
    api_key.write_text(api_keys.create(ledger.database_url, AGENCY) + "\n", encoding="utf-8")
    with (
        running("infra.entry.registrar", ledger, folder / "registrar.log"),
        running("infra.entry.projector", ledger, folder / "projector.log"),
        running("infra.entry.feeder", ledger, folder / "feeder.log"),
        running("infra.api", ledger, folder / "api.log") as api,
    ):
        first = until(lambda: next((line for line in api.text().splitlines() if '"listening"' in line), ""), what="api")
        yield Given(ledger, json.loads(first)["url"], folder / f"{AGENCY}.json", api_key)
