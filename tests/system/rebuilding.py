"""A rebuild that is killed in the middle of its switch."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg

from infra import rebuild, view_tables
from infra.settings import Settings
from system.running import environment, rows, until

TABLES = "SELECT DISTINCT table_name FROM view_head WHERE table_name NOT IN (SELECT table_name FROM view) ORDER BY 1"
"""What a rebuild has filled and not switched."""


@contextmanager
def killed(settings: Settings, *, when: Any) -> Iterator[None]:
    """`tamga rebuild --all`, killed with -9 once `when` is so."""
    command = [sys.executable, "-m", "infra.cli.main", "rebuild", "--all"]
    process = subprocess.Popen(command, env=environment(settings), stderr=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        until(when, what="the rebuild at that point")
        process.send_signal(signal.SIGKILL)
        assert process.wait(10) == -signal.SIGKILL
        yield
    finally:
        process.kill()
        process.communicate()


def kill_a_switch(settings: Settings) -> None:
    """Begin to rebuild every view and kill it while it switches; returns when its session has ended."""
    url = settings.database_url
    with psycopg.connect(url) as holder:
        # A switch has added keys and followed the live views when it waits for this lock.
        holder.execute("SELECT pg_advisory_xact_lock(%s)", (view_tables.OPENING_LOCK,))

        def waits() -> bool:
            sql = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = %s AND NOT granted"
            return rows(url, sql, view_tables.OPENING_LOCK) == [(1,)]

        with killed(settings, when=waits):
            gone = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND classid = %s"
            holder.rollback()
            until(lambda: rows(url, gone, rebuild.REBUILD_LOCK) == [(0,)], what="the killed rebuild's session to end")
