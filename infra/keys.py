"""A private key is a JSON file `{"kid", "seed"}` with mode 0600; the seed is 32 bytes, base64url.

Made by provisioning and the demo, read by registrars, importers and `tamga submit`. Nothing prints a seed.
"""

from __future__ import annotations

import json
import os
import secrets
from pathlib import Path

from domain.record.entry import b64u, unb64u
from domain.record.signing import SeedSigner


class KeyFileError(Exception):
    """A key file is missing, unreadable or open to others."""


def create(path: Path, kid: str) -> SeedSigner:
    """Draw a key and write its file; raises `FileExistsError` when there is one."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    seed = secrets.token_bytes(32)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump({"kid": kid, "seed": b64u(seed)}, file)
    return SeedSigner(kid, seed)


def load(path: Path) -> SeedSigner:
    """The key of a file. Raises `KeyFileError`."""
    try:
        if path.stat().st_mode & 0o077:
            raise KeyFileError(f"{path.name} is readable by others; run: chmod 600 {path.name}")
        record = json.loads(path.read_text(encoding="utf-8"))
        return SeedSigner(record["kid"], unb64u(record["seed"]))
    except FileNotFoundError:
        raise KeyFileError(f"there is no key file {path.name}") from None
    except (OSError, ValueError, KeyError, TypeError):
        raise KeyFileError(f"{path.name} is no key file") from None
