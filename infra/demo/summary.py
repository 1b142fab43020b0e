"""The demo's checks, each with what was expected and what was found, made by code that shares nothing with the checked.

Called by `infra.demo.run` when every view is level with the record.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from rich.console import Console
from rich.table import Table

from domain.catalogue import by_name
from domain.record.chain import ORIGIN
from infra import bootstrap, check_views, verify_record
from infra.cli.output import progress
from infra.demo import count_csv, naive_referrals
from infra.demo.generator import Sent
from infra.demo.scenario import Submission
from infra.importing import ImportReport
from projections.all_views import VIEWS

NAMES = {"exploitation_types": "exploitation type", "age_broad": "age group", "sex": "sex", "year": "year"}


NOT_SHOWN = frozenset(
    {"consent.MajorityReached", "privacy.SubjectErased", "privacy.BreakGlassUsed", "privacy.BreakGlassReviewed"}
)
"""Types that no agency of a demo can publish: the keyring states them, or a reading through it comes before them."""


class Check(NamedTuple):
    """One check: what must be, what is."""

    name: str
    expected: str
    found: str
    holds: bool


class Published(NamedTuple):
    """What was published, each with its outcome; `resumed`: some of it was on record already."""

    reference: ImportReport
    script: Sequence[tuple[Submission, str]]
    generated: Sequence[tuple[Sent, str]]
    resumed: bool


def checks(world: bootstrap.World, file: Path, published: Published) -> list[Check]:
    """Every check."""
    return [
        *_reference(world, file, published.reference),
        *_outcomes(published),
        _types(world),
        _referrals(world),
        _apart(world),
        _record(world),
        *_views(world),
    ]


def show(found: Sequence[Check], *, url: str, data: Path) -> None:
    """The summary on stdout."""
    console = Console(highlight=False)
    console = console if console.is_terminal else Console(width=140, highlight=False)
    table = Table("check", "expected", "found", "result", title="The demo, checked", title_justify="left")
    for check in found:
        table.add_row(check.name, check.expected, check.found, "[green]ok[/]" if check.holds else "[red bold]FAILED[/]")
    console.print(table)
    failed = sum(not check.holds for check in found)
    console.print(f"{len(found) - failed} of {len(found)} checks hold", style="red" if failed else "green")
    places = {
        "how the ledger stands": f"{url}/",
        "an agency's desk": f"{url}/desk",
        "API and its docs": f"{url}/docs",
        "keys, API keys, logs and settings": data,
    }
    for name, place in places.items():
        console.print(f"{name}: {place}", soft_wrap=True)


def _same(name: str, expected: object, found: object) -> Check:
    return Check(name, str(expected), str(found), expected == found)


def _reference(world: bootstrap.World, file: Path, report: ImportReport) -> Iterator[Check]:
    rows, distinct, counts = count_csv.count(file)
    on_record = report.outcomes["admitted"] + report.outcomes["duplicate"]
    whole = report.whole and on_record == rows
    yield Check("rows of the file judged", f"{rows} on record", f"{on_record} on record", whole)
    with world.pool.connection() as c:
        cells = c.execute("SELECT field, code, sum(records)::bigint FROM reference GROUP BY field, code").fetchall()
    seen: dict[str, Counter[str]] = {}
    for field, code, records in cells:
        seen.setdefault(field, Counter())[code] = records
    found = seen.get("records", Counter())["all"]
    yield Check("reference records = rows", f"{rows} ({distinct} distinct)", str(found), found == rows)
    for field, name in NAMES.items():
        expected, mine = counts[field], seen.get(field, Counter())
        total = f"{len(mine)} codes, {sum(mine.values())} rows"
        yield Check(f"counts by {name}", f"{len(expected)} codes, {expected.total()} rows", total, expected == mine)


def _outcomes(published: Published) -> Iterator[Check]:
    script = [(step.expect, outcome) for step, outcome in published.script]
    yield _as_expected("scripted case: outcomes", script, published.resumed)
    codes = {expect for expect, _ in script} - {"admitted", "duplicate"}
    yield Check("scripted case: kinds of refusal", "at least 11", str(len(codes)), len(codes) >= 11)
    generated = [(sent.expect, outcome) for sent, outcome in published.generated]
    yield _as_expected("generated cases: outcomes", generated, published.resumed)


def _types(world: bootstrap.World) -> Check:
    """Every type of the catalogue stands in the ledger, as an event or stated in the entry of one."""
    sql = (
        "SELECT DISTINCT entry.type FROM entry JOIN log ON log.id = log WHERE topic = %(topic)s UNION"
        " SELECT effect->>'type' FROM entry JOIN log ON log.id = log,"
        " jsonb_array_elements(convert_from(body, 'UTF8')::jsonb->'ledger'->'effects') AS effect"
        " WHERE topic = %(topic)s AND position('\"effects\":'::bytea IN body) > 0"
    )
    with world.pool.connection() as c:
        found = {row[0] for row in c.execute(sql, {"topic": world.settings.topics.ledger}).fetchall()}
    must = by_name.keys() - NOT_SHOWN
    lacking = sorted(name for name in must if name not in found and by_name[name].wire not in found)
    told = f"{len(must) - len(lacking)} types" + (f"; not {', '.join(lacking[:3])}" if lacking else "")
    return Check("types of the catalogue on record", f"{len(must)} types", told, not lacking)


def _as_expected(name: str, pairs: Sequence[tuple[str, str]], resumed: bool) -> Check:
    """Exactly what was predicted; of a demo that resumes, whatever records nothing twice and admits nothing else."""
    wrong = [(e, o) for e, o in pairs if e != o and not (resumed and _as_before(e, o))]
    found = f"{len(pairs) - len(wrong)} as expected"
    if wrong:
        found += "; " + ", ".join(f"{o} for {e}: {n}" for (e, o), n in Counter(wrong).most_common(5))
    return Check(name, f"{len(pairs)} submissions", found, bool(pairs) and not wrong)


def _as_before(expected: str, outcome: str) -> bool:
    """On record already, or refused again: by now perhaps for another reason, as the case has gone on."""
    return outcome == "duplicate" or not {expected, outcome} & {"admitted", "duplicate", "lost"}


def _referrals(world: bootstrap.World) -> Check:
    expected: set[naive_referrals.Row] = set()
    for partition in range(world.registry.registry.partitions):
        expected |= naive_referrals.fold(_entries(world, partition))
    with world.pool.connection() as c:
        found = set(
            c.execute(
                "SELECT agency, direction, referral_id, case_id, from_agency, to_agency, victim_id, service_type,"
                " urgency, state FROM referrals"
            ).fetchall()
        )
    agencies = {row[0] for row in expected}
    name = f"referrals of {len(agencies)} agencies = naive fold"
    different = f" ({len(expected ^ found)} differ)" if expected != found else ""
    return Check(name, f"{len(expected)} rows", f"{len(found)} rows{different}", bool(found) and expected == found)


def _entries(world: bootstrap.World, partition: int) -> Iterator[bytes]:
    reader = bootstrap.open_reader(world, partition)
    reader.start(ORIGIN)
    for placed in reader.catch_up():
        yield from (one.entry.raw for one in placed)
    reader.log.close()


def _apart(world: bootstrap.World) -> Check:
    """No reference record stands where people work."""
    sql = (
        "SELECT count(*) FROM (SELECT case_id FROM caseload UNION SELECT case_id FROM timeline"
        " UNION SELECT case_id FROM referrals) v JOIN entry ON entry.stream = v.case_id"
        " WHERE entry.type = 'mn.tamga.case.record_imported.v1'"
    )
    with world.pool.connection() as c:
        row = c.execute(sql).fetchone()
    return _same("reference records on caseload, timeline or referrals", 0, row[0] if row else None)


def _record(world: bootstrap.World) -> Check:
    with progress("verifying the record") as step:
        report = verify_record.verify(world, step)
    found = f"{report.entries} entries, {report.void} void"
    if not report.holds:
        found += "; " + ", ".join(f"{f.partition}-{f.pos} {f.code}" for f in report.failures[:3])
    return Check("verify: form, chain, seals, signatures", "the record holds", found, report.holds)


def _views(world: bootstrap.World) -> Iterator[Check]:
    with progress("folding the record anew") as step:
        found = check_views.check_views(world, tuple(VIEWS), step)
    for check in found:
        mine = f"{check.rows} rows, {check.hash[:16]}"
        yield Check(f"view {check.view} = a fresh fold", check.fresh_hash[:16], mine, check.holds)
    yield _same("views compared", len(VIEWS), len(found))
