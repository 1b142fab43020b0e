"""Keys on this machine: where an agency's signing key lies, and the secret beside it by which its ids are keyed.

Called by the imports; whoever has the secret can try guesses against the ids, so it is as private as the key.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from infra.cli.output import MistakeError, say
from infra.settings import load


def default_key(agency: str) -> Path:
    """Where the key of an agency is kept on this machine."""
    return load().data / "keys" / f"{agency}.json"


def secret(file: Path) -> bytes:
    """The agency's own secret for ids, always the same: another one would record every row a second time."""
    if not file.exists():
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="ascii") as fresh:
            fresh.write(secrets.token_hex(32))
        say(f"made {file}, by which this agency's ids are keyed: keep it, and keep it secret")
    if file.stat().st_mode & 0o077:
        raise MistakeError(f"{file.name} is readable by others; run: chmod 600 {file.name}")
    found = file.read_bytes().strip()
    if len(found) < 16:
        raise MistakeError(f"{file.name} holds less than 16 bytes")
    return found
