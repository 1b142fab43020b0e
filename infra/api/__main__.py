"""`python -m infra.api`: serves until it is told to stop; says on stderr which URL it listens on.

It starts whatever is away and says so in `/readyz`. Settings: `TAMGA_API_HOST`, `TAMGA_API_PORT` (0 picks a free one).
"""

from __future__ import annotations

import contextlib
import signal
import socket
import sys

import psycopg

from infra import api_role, log_lines
from infra.api.app import build
from infra.api.oidc import misconfigured
from infra.api.server import ApiServer
from infra.bootstrap import NotConfiguredError, require
from infra.settings import load

MISCONFIGURED = 2


def main() -> int:
    """Run the server; the exit status."""
    settings = load()
    log = log_lines.configure(f"api-{settings.instance}")
    try:
        require(settings, "kafka_bootstrap", "api_database_url", "ledger_id", "roots_digest")
        if wrong := misconfigured(settings):
            raise NotConfiguredError(wrong)
        with contextlib.suppress(psycopg.Error):  # away: each connection is looked at when it is made
            if not api_role.is_bound(settings.api_database_url):
                raise NotConfiguredError(api_role.UNBOUND)
        listening = socket.create_server((settings.api_host, settings.api_port), family=_family(settings.api_host))
        # Accepted connections inherit it; asyncio sets it on none of a ready-made socket, and answers would wait 40 ms.
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    except (NotConfiguredError, OSError) as error:
        print(f"tamga api: {error}", file=sys.stderr)
        return MISCONFIGURED
    log.info("listening", url=f"http://{settings.api_host}:{listening.getsockname()[1]}")
    for told in (signal.SIGTERM, signal.SIGINT):
        signal.signal(told, _end)  # uvicorn shuts down first, then hands the signal on to these
    ApiServer(build(settings, log)).run(sockets=[listening])
    return 0


def _end(*_: object) -> None:
    raise SystemExit(0)


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET


if __name__ == "__main__":
    raise SystemExit(main())
