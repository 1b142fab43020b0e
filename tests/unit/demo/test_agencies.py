"""Each agency of the demo has a key of its own, drawn once and readable by nobody else."""

from __future__ import annotations

from pathlib import Path

import pytest

from domain.profile import AGENCIES
from infra.demo.agencies import ENROLLED, signers
from infra.keys import KeyFileError


def test_every_agency_of_the_profile_has_a_key_of_its_own(tmp_path: Path) -> None:
    found = signers(tmp_path)
    assert set(found) == set(ENROLLED) == set(AGENCIES)
    assert len({signer.public for signer in found.values()}) == len(found)
    assert found["mn.npa"].kid == "mn.npa-1"


def test_keys_are_drawn_once_with_mode_0600(tmp_path: Path) -> None:
    first = signers(tmp_path)
    assert {agency: s.public for agency, s in signers(tmp_path).items()} == {a: s.public for a, s in first.items()}
    assert {path.stat().st_mode & 0o777 for path in (tmp_path / "keys").iterdir()} == {0o600}


def test_a_key_that_others_can_read_is_not_used(tmp_path: Path) -> None:
    signers(tmp_path)
    (tmp_path / "keys" / "mn.npa.json").chmod(0o644)
    with pytest.raises(KeyFileError, match="chmod 600"):
        signers(tmp_path)
