"""An API key is 32 random bytes shown once; the database keeps its SHA-256 and nothing that leads back to it.

`tamga agency` and the demo create and revoke keys; `infra.api.auth` looks digests up on every request, so a revoked
key ends at once.
"""

from __future__ import annotations

import secrets
from hashlib import sha256

import psycopg

from domain.record.entry import b64u

PREFIX = "tamga_"


def digest(key: str) -> bytes:
    """What the database knows of a key."""
    return sha256(key.encode()).digest()


def create(url: str, agency: str) -> str:
    """Draw a key for an agency and store its digest. The key is returned here and nowhere else."""
    key = PREFIX + b64u(secrets.token_bytes(32))
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("INSERT INTO api_key (digest, agency) VALUES (%s, %s)", (digest(key), agency))
    return key


def revoke(url: str, agency: str, key: str | None = None) -> int:
    """End one key of an agency, or all of them; returns how many ended."""
    only = None if key is None else digest(key)
    with psycopg.connect(url, autocommit=True) as connection:
        return connection.execute(
            "UPDATE api_key SET revoked_at = now() WHERE agency = %s AND revoked_at IS NULL"
            " AND (%s::bytea IS NULL OR digest = %s)",
            (agency, only, only),
        ).rowcount
