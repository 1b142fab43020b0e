"""Forward-only migrations, one SQL file each, run in name order by `tamga migrate` and by `tamga up`."""

from __future__ import annotations

from importlib import resources

import psycopg

from infra import api_role

LOCK = 0x7A6D6761


def files() -> list[tuple[str, str]]:
    """(name, SQL) of every migration, in order."""
    folder = resources.files(__name__)
    names = sorted(f.name for f in folder.iterdir() if f.name.endswith(".sql"))
    return [(name, folder.joinpath(name).read_text(encoding="utf-8")) for name in names]


def migrate(url: str) -> list[str]:
    """Run what has not run yet, each in its own transaction; returns the names that ran. Safe to call at once.

    The API's role is made with its rights, or brought to them. Raises `RoleError`.
    """
    done = []
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SELECT pg_advisory_lock(%s)", (LOCK,))
        connection.execute(
            "CREATE TABLE IF NOT EXISTS migration (name text PRIMARY KEY, at timestamptz NOT NULL DEFAULT now())"
        )
        ran = {row[0] for row in connection.execute("SELECT name FROM migration")}
        for name, sql in files():
            if name in ran:
                continue
            with connection.transaction():
                connection.execute(sql.encode())
                connection.execute("INSERT INTO migration (name) VALUES (%s)", (name,))
            done.append(name)
        api_role.ensure(connection)
    return done


def pending(url: str) -> list[str]:
    """Names that have not run yet."""
    with psycopg.connect(url) as connection:
        if connection.execute("SELECT to_regclass('migration')").fetchone() == (None,):
            return [name for name, _ in files()]
        ran = {row[0] for row in connection.execute("SELECT name FROM migration")}
    return [name for name, _ in files() if name not in ran]
