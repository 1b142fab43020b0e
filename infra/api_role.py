"""The API's own role in the database: it owns nothing, can become nobody else, and reads what is listed here.

The role is `<database>_api`, so that ledgers of one server share none. `tamga migrate` makes it, without a login; a
ledger of this machine gives it a login with a password that is drawn here and lies in a file of mode 0600. Rights on
views come with their tables (`infra.row_security`). A role that row-level security does not bind is refused by the API.
"""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote, urlsplit, urlunsplit

import psycopg
from psycopg import sql
from psycopg.errors import InsufficientPrivilege

from infra.local.folders import own_folder, write_secret

Connection = psycopg.Connection[Any]

READS: Final = {
    "view": "",
    "view_head": "",
    "log": "",
    "process": "",
    "feed_position": "",
    "parked": "table_name, stream, partition, pos, parked_at",
    "webhook": "id, state",
    "webhook_position": "webhook, failing_since",
    "webhook_dead": "webhook",
    "access_of_caller": "",
    "idempotency": "",
    "job": "",
    "job_row": "",
}
"""Tables that are no view of the ledger, with the columns that the API reads ('': every one). Only `job_row` holds
content: what a caller asked for as of then, for an hour. Rows of what the API writes are read by their caller alone."""

WRITES: Final = {
    "idempotency": "INSERT, UPDATE, DELETE",
    "job": "INSERT (agency, unit, role, officer, list, at, filters),"
    " UPDATE (state, code, done, total, rows, last_case, beat_at, expires_at)",
    "job_row": "INSERT, DELETE",
}
"""What the API writes: rows of its caller. Nobody chooses a job's id: that one is taken would tell of another's."""

CALLS: Final = (
    "agency_of_key(bytea)",
    "open_jobs()",
    "claim_job(text)",
    "forget_expired()",
    "outcome_of(text, integer, bigint)",
    "judged_at(integer, bigint)",
    "clock_due(text)",
    "refusals_by_code(text)",
)
"""What the API asks of tables or rows that it may not read: whose a key is, how many jobs an agency has, the next job
of anybody to be done, that what has expired be forgotten, the caller's own outcomes, when an entry was judged, how much
has fallen due, and how often what was refused."""

OWNERS: Final = ("api_key",)
"""Tables that the API's role could read before there was a call for it."""

MAX_NAME = 63

BOUND = b"""
SELECT NOT EXISTS (
    SELECT FROM pg_roles AS r WHERE (rolsuper OR rolbypassrls) AND pg_has_role(current_user, r.oid, 'MEMBER')
) AND NOT EXISTS (
    SELECT FROM pg_class WHERE oid = to_regclass('view') AND pg_has_role(current_user, relowner, 'MEMBER')
) AS bound
"""
"""Does row-level security bind whoever asks this, and whomever it could become?"""

UNBOUND = "TAMGA_API_DATABASE_URL connects as a role that row-level security does not bind; take <database>_api"


class RoleError(Exception):
    """The API's role cannot be made, or is not what it has to be; the message says what an administrator has to do."""


def role_of(c: Connection) -> str:
    """The name of the API's role in this database."""
    return f"{c.info.dbname}_api"


def ensure(c: Connection) -> None:
    """Make the role unless it is there, and give it its rights and no others. Raises `RoleError`."""
    name = role_of(c)
    if len(name.encode()) > MAX_NAME:
        raise RoleError(f"the database's name is too long: {name} would be the role of the API")
    found = c.execute("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = %s", (name,)).fetchone()
    if found == (True,):
        raise RoleError(f"the role {name} bypasses row-level security: ALTER ROLE {name} NOSUPERUSER NOBYPASSRLS")
    if found is None:
        _make(c, name)
    role = sql.Identifier(name)
    c.execute(sql.SQL("GRANT USAGE ON SCHEMA public TO {}").format(role))
    # Nobody but the owner makes tables, temporary ones neither: one of a view's name would stand before the view.
    database = sql.Identifier(c.info.dbname)
    c.execute(sql.SQL("REVOKE TEMPORARY ON DATABASE {} FROM PUBLIC").format(database))
    with c.transaction():  # a running API is never without its rights
        _give(c, role)


def login(url: str, file: Path) -> str:
    """The URL by which the API connects: its role may log in with the password in `file`, which is drawn if it is not
    there."""
    own_folder(file.parent)
    if not file.exists():
        write_secret(file, secrets.token_urlsafe(32) + "\n")
    password = file.read_text(encoding="utf-8").strip()
    with psycopg.connect(url, autocommit=True) as c:
        name = role_of(c)
        # Only a salted hash travels, so that no statement holds the password.
        hashed = c.pgconn.encrypt_password(password.encode(), name.encode(), b"scram-sha-256").decode()
        c.execute(sql.SQL("ALTER ROLE {} LOGIN PASSWORD {}").format(sql.Identifier(name), sql.Literal(hashed)))
    parts = urlsplit(url)
    place = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{quote(name)}:{quote(password)}@{place}"))


def is_bound(url: str) -> bool:
    """Does row-level security bind who connects so? Raises `psycopg.Error`."""
    with psycopg.connect(url, connect_timeout=5) as c:
        return c.execute(BOUND).fetchone() == (True,)


def _give(c: Connection, role: sql.Identifier) -> None:
    """What is listed here, in place of what an earlier version gave."""
    for table in (*READS, *OWNERS):
        c.execute(sql.SQL("REVOKE ALL ON {} FROM {}").format(sql.Identifier(table), role))
    for table, names in READS.items():
        columns = sql.SQL(f" ({names})" if names else "")
        c.execute(sql.SQL("GRANT SELECT{} ON {} TO {}").format(columns, sql.Identifier(table), role))
    for table, rights in WRITES.items():
        c.execute(sql.SQL("GRANT {} ON {} TO {}").format(sql.SQL(rights), sql.Identifier(table), role))
    for call in CALLS:
        c.execute(sql.SQL("GRANT EXECUTE ON FUNCTION {} TO {}").format(sql.SQL(call), role))


def _make(c: Connection, name: str) -> None:
    statement = f'CREATE ROLE "{name}" NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE NOINHERIT'
    try:
        c.execute(statement.encode())
    except InsufficientPrivilege:
        raise RoleError(f"who migrates may not make roles: let an administrator run {statement}") from None
