"""`tamga status`: where everything stands: partitions, views, refusals, processes. It asks and judges nothing."""

from __future__ import annotations

from infra import ledger_status
from infra.cli.output import Json, opened, result, table


def status(as_json: Json = False) -> None:
    """Positions, lag of each view, void entries, refusals by code, processes."""
    with opened() as world:
        found = ledger_status.look(world)
    views = sorted({name for p in found.partitions for name in p.views})
    partitions = [
        (p.partition, p.position, p.unjudged, p.void, p.stalled, *(p.views.get(name, "") for name in views))
        for p in found.partitions
    ]
    columns = ("partition", "position", "not judged", "void", "without progress, s", *(f"{name} lag" for name in views))
    lines = list(table(f"ledger {found.ledger}", columns, partitions))
    lines += table("processes", ("name", "state", "code", "heard of", "message"), found.processes)
    lines += table("refusals", ("code", "submissions"), found.refusals.items())
    lines += table("parked", ("view", "cases"), found.parked_cases.items()) if found.parked_cases else []
    result(found, as_json, lines)
