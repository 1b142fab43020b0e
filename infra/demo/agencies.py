"""Every agency of the profile takes part in the demo, each with a key of its own that nobody else can read.

Names and categories are the profile's; a key is drawn once, into a file with mode 0600, and found again by a demo that
resumes. Called by `tamga up` when it enrols the agencies, and by whoever publishes as one of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from domain.profile import AGENCIES, Agency
from domain.record.signing import SeedSigner
from infra import keys

ENROLLED: Mapping[str, Agency] = AGENCIES
"""The agencies to enrol, by id: `name_en`, `categories`."""


def kid_of(agency: str) -> str:
    """The id of the agency's first key."""
    return f"{agency}-1"


def signers(folder: Path) -> dict[str, SeedSigner]:
    """The key of each agency from `<folder>/keys/<agency>.json`, drawn where there is none. Raises `KeyFileError`."""
    return {agency: _signer(folder / "keys" / f"{agency}.json", kid_of(agency)) for agency in ENROLLED}


def _signer(path: Path, kid: str) -> SeedSigner:
    return keys.load(path) if path.exists() else keys.create(path, kid)
