"""A PostgreSQL of our own on a loopback port.

The rule: the real server with its durability on, reachable from this machine only and with a password only. Its data
are kept between starts, whatever ended the last one. For development, the demo and the tests; a deployment sets
TAMGA_DATABASE_URL.
"""

from __future__ import annotations

import contextlib
import secrets
import shutil
import signal
import time
from pathlib import Path
from types import TracebackType

import psycopg

from infra.local.downloads import postgres_programs
from infra.local.folders import (
    LocalServiceError,
    free_port,
    port_is_free,
    service_folder,
    service_user,
    write_for_service,
)
from infra.local.processes import Processes, Running, ended_message, running_in, wait_until

DATABASE = "tamga"
START_SECONDS = 60.0
ORPHAN_SECONDS = 5.0
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "100",
    "shared_buffers": "256MB",
    "max_wal_size": "2GB",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_min_messages": "warning",
    # Statements may hold content, and logs never do.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
}


class LocalPostgres:
    """One server in one folder; `start` makes it, `stop` or the end of a `with` ends it."""

    def __init__(self, folder: Path, processes: Processes, programs: Path) -> None:
        self.folder = folder
        self.log_file = folder / "postgres.log"
        self.start_seconds = 0.0
        self._processes = processes
        self._programs = programs
        self._cluster = folder / "cluster"
        self._server: Running | None = None
        self._port = 0
        self._password = ""

    @classmethod
    def start(cls, data: Path) -> LocalPostgres:
        """Start the server that lives in the folder `data`, made on first start; returns when it answers.

        Raises LocalServiceError when it can't be had, or another process runs it.
        """
        programs = postgres_programs()
        processes = Processes(data.absolute())
        server = cls(processes.folder, processes, programs)
        try:
            server._initialise()
            server.restart()
            server._make_database()
        except BaseException:
            processes.stop_all()
            raise
        return server

    def __enter__(self) -> LocalPostgres:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self.stop()

    @property
    def url(self) -> str:
        """A connection string with the password in it: not for logs."""
        return self._url(DATABASE)

    @property
    def pid(self) -> int:
        """The postmaster's."""
        if self._server is None:
            raise LocalServiceError("PostgreSQL is stopped: call restart()")
        return self._server.pid

    def kill(self) -> None:
        """SIGKILL the postmaster, and wait until its children have noticed and gone."""
        if self._server is None:
            return
        self._processes.kill(self._server)
        self._server = None
        self._end_orphans()

    def restart(self) -> None:
        """Stop it if it runs, start it on the same port, wait until it answers."""
        self._halt()
        began = time.monotonic()
        self._clear_remains()
        self._port = self._choose_port()
        settings = [word for name, value in SETTINGS.items() for word in ("-c", f"{name}={value}")]
        self._server = self._processes.spawn(
            "postgres",
            [str(self._programs / "postgres"), "-D", str(self._cluster), "-p", str(self._port), *settings],
            user=service_user(),
            log_file=self.log_file,
            stop_signal=signal.SIGINT,  # fast shutdown: ends sessions, then writes a checkpoint
            cwd=self._cluster,
        )
        self._wait()
        self.start_seconds = time.monotonic() - began

    def stop(self) -> None:
        """Fast shutdown; the data stay."""
        self._halt()
        self._processes.stop_all()

    def _halt(self) -> None:
        if self._server is not None:
            self._processes.stop(self._server)
            self._server = None

    def _url(self, database: str) -> str:
        return f"postgresql://postgres:{self._password}@127.0.0.1:{self._port}/{database}"

    def _initialise(self) -> None:
        secret = self.folder / "password"
        if self._cluster.exists():
            self._password = secret.read_text()
            return
        self._password = secrets.token_urlsafe(24)
        fresh = self.folder / "cluster.new"  # renamed when complete: a half-made one is made again
        shutil.rmtree(fresh, ignore_errors=True)
        service_folder(fresh)
        hand_over = self.folder / "password.initdb"
        write_for_service(hand_over, self._password)
        self._run_initdb(fresh, hand_over)
        hand_over.unlink()
        write_for_service(fresh / "pg_hba.conf", "host all all 127.0.0.1/32 scram-sha-256\n")
        secret.unlink(missing_ok=True)
        secret.touch(mode=0o600)
        secret.write_text(self._password)
        fresh.rename(self._cluster)

    def _run_initdb(self, cluster: Path, password: Path) -> None:
        # The built-in C.UTF-8 of PostgreSQL 17 and later sorts alike on every machine, whatever locales it has.
        locale = ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        access = ["--username=postgres", "--auth=scram-sha-256", f"--pwfile={password}"]
        program = [str(self._programs / "initdb"), "-D", str(cluster), *locale, *access]
        initdb = self._processes.spawn(
            "initdb", program, user=service_user(), log_file=self.log_file, cwd=cluster, death_signal=signal.SIGKILL
        )
        ended = initdb.ended_within(START_SECONDS)
        self._processes.stop(initdb)
        if not ended or not (cluster / "global" / "pg_control").exists():
            raise LocalServiceError(ended_message(initdb, self.log_file))

    def _clear_remains(self) -> None:
        """End what a killed server left, and its pid file if the pid is by now another process's, which misleads it.

        A pid file that names a dead process stays: by it PostgreSQL makes sure that no old session still writes.
        """
        pid_file = self._cluster / "postmaster.pid"
        with contextlib.suppress(FileNotFoundError, ValueError):
            pid = int(pid_file.read_text().split("\n")[0])
            if pid in [process.pid for process in running_in(self._cluster)]:
                raise LocalServiceError(f"process {pid} runs PostgreSQL on {self._cluster} already: end it first")
            if Path(f"/proc/{pid}").exists():
                pid_file.unlink()
        self._end_orphans()

    def _end_orphans(self) -> None:
        """Sessions notice that their server is gone and end by themselves, but not in the middle of a long loop."""
        wait_until(lambda: not running_in(self._cluster), ORPHAN_SECONDS)
        for orphan in running_in(self._cluster):
            orphan.kill()

    def _choose_port(self) -> int:
        kept = self.folder / "port"
        port = int(kept.read_text()) if kept.exists() else 0
        if not port or not port_is_free(port):
            port = free_port(set())
            kept.write_text(str(port))
        return port

    def _wait(self) -> None:
        server = self._server
        assert server is not None
        if not wait_until(lambda: not server.alive() or self._answers(), START_SECONDS) or not server.alive():
            raise LocalServiceError(ended_message(server, self.log_file))

    def _answers(self) -> bool:
        try:
            psycopg.connect(self._url("postgres"), connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def _make_database(self) -> None:
        with psycopg.connect(self._url("postgres"), autocommit=True) as connection:
            if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone() is None:
                connection.execute(f"CREATE DATABASE {DATABASE}")
