"""`tamga verify`: does the record hold? Exit code 1 and a line with the position for everything that does not."""

from __future__ import annotations

from infra import verify_record
from infra.cli.output import Json, fail_unless, opened, progress, result


def verify(as_json: Json = False) -> None:
    """Verify the record: form, chain, seals, and each event's signature and mandate under the registry as it stood."""
    with opened() as world, progress("verifying the record") as step:
        report = verify_record.verify(world, step)
    document = {
        "holds": report.holds,
        "entries": report.entries,
        "void": report.void,
        "disputed": report.disputed,
        "registry": {"records": report.registered, "ignored": report.ignored},
        "failures": report.failures,
        "partitions": report.partitions,
    }
    lines = [f"{f.partition}-{f.pos}: {f.code}: {f.message}" for f in report.failures]
    lines += [f"{d.partition}-{d.pos}: disputed: the key {d.kid} was compromised by then" for d in report.disputed]
    verdict = "the record holds" if report.holds else "the record does NOT hold"
    counts = f"{report.entries} entries, {report.void} void, {len(report.disputed)} disputed"
    result(document, as_json, [*lines, f"{verdict}: {counts}"])
    fail_unless(report.holds)
