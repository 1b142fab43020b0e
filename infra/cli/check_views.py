"""`tamga check-views`: does each view equal a fresh fold of the record? Exit code 1 and the keys where it does not."""

from __future__ import annotations

from infra import check_views as checks
from infra.cli.output import Json, MistakeError, fail_unless, opened, progress, result, table
from projections.all_views import VIEWS


def check_views(as_json: Json = False) -> None:
    """Compare every view with a fresh fold from Kafka, row by row and by hash."""
    with opened() as world, progress("folding the record") as step:
        found = checks.check_views(world, tuple(VIEWS), step)
    if not found:
        raise MistakeError("there are no views yet: start the projector (`tamga up`)")
    holds = all(check.holds for check in found)
    document = {"holds": holds, "views": [{"holds": c.holds, **vars(c)} for c in found]}
    result(document, as_json, [*_differences(found), *_summary(found)])
    fail_unless(holds)


def _differences(found: list[checks.ViewCheck]) -> list[str]:
    kinds = ("missing", "extra", "different")
    return [f"{c.view}: {kind}: {'/'.join(map(str, key))}" for c in found for kind in kinds for key in getattr(c, kind)]


def _summary(found: list[checks.ViewCheck]) -> list[str]:
    rows = [(c.view, c.rows, "equal" if c.holds else "NOT EQUAL", c.parked, c.hash) for c in found]
    return list(table("views against the record", ("view", "rows", "result", "parked", "sha-256"), rows))
