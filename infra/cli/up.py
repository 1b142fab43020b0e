"""`tamga up`: a whole ledger on this machine, in the foreground, until Ctrl-C or SIGTERM."""

from __future__ import annotations

from infra.cli.output import Json, result, say
from infra.local.foreground import Foreground
from infra.local.ledger import running
from infra.settings import load


def up(as_json: Json = False) -> None:
    """Start Kafka, PostgreSQL, registrar, projector, clock, feeder, webhooks and API, and stay until Ctrl-C."""
    with Foreground() as foreground, running(load(), say) as ledger:
        urls = {
            "api": ledger.url,
            "operations": f"{ledger.url}/",
            "desk": f"{ledger.url}/desk",
            "docs": f"{ledger.url}/docs",
            "data": ledger.settings.data,
        }
        lines = [f"the API answers; its docs: {urls['docs']}", f"how the ledger stands: {urls['operations']}"]
        lines += [f"an agency's desk: {urls['desk']}", f"keys and settings: {urls['data']}"]
        result(urls, as_json, lines)
        foreground.wait()
        say("stopping")
