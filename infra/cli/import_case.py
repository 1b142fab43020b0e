"""`tamga import case`: a CASE/UCO bundle as events of custody, and the breaks that the ledger finds in it.

Exit code 1 when an action could not be told or an act was refused; each is named with its id and reason.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from domain.profile import AGENCIES
from infra import case_import, keys
from infra.cli.id_keys import default_key, secret
from infra.cli.output import Json, MistakeError, fail_unless, opened, progress, result, visible
from infra.importers import case_uco
from infra.importers.case_uco.mapping import MAPPING, Table
from infra.importers.case_uco.plan import Act, Plan

POLICE, LABORATORY = "mn.npa", "mn.nifs"


def case(
    file: Annotated[Path, typer.Argument(help="A CASE/UCO 1.x bundle (JSON-LD).")],
    case: Annotated[str, typer.Option(help="The case's id; by default one of the bundle's own, opened first.")] = "",
    agency: Annotated[str, typer.Option(help="The agency whose officers acted, unless said otherwise.")] = POLICE,
    lab: Annotated[str, typer.Option(help="The agency of those who examine or derive.")] = LABORATORY,
    performer: Annotated[list[str] | None, typer.Option(help="ID=AGENCY for a performer, by id or name.")] = None,
    mapping: Annotated[Path | None, typer.Option(help="A table of actions and codes in place of ours.")] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would be submitted, and submit nothing.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Import the investigative actions and provenance records of a CASE/UCO bundle as events of custody."""
    signing = default_key(agency)
    if not dry_run:
        keys.load(signing)
    plan, table = case_uco.read(
        file,
        agency=agency,
        laboratory=lab,
        key=secret(signing.with_suffix(".ids")) if not dry_run else b"shown, never submitted",
        case=_uuid(case) if case else None,
        performers=dict(map(_pair, performer or [])),
        table=mapping or MAPPING,
    )
    if not case:
        plan.acts[:0] = _opening(plan, table, agency)
    if dry_run:
        lines = map(visible, [*_acts(plan), *_findings(plan)])
        result({"case": plan.case, "acts": plan.acts, **_read(plan)}, as_json, lines)
        return
    signers = {publisher: keys.load(default_key(publisher)) for publisher in {act.publisher for act in plan.acts}}
    total = len(plan.acts)
    with opened() as world, progress("importing the bundle") as step:
        report = case_import.run(world, plan, signers, progress=lambda done: step(done, total))
    counts = {"whole": report.whole, "outcomes": report.outcomes, "breaks": report.breaks}
    told = {"case": report.case, "told": report.told, **_read(plan)}
    result(counts | told, as_json, map(visible, _lines(report, plan)))
    fail_unless(report.whole)


def _uuid(text: str) -> str:
    try:
        return str(UUID(text))
    except ValueError:
        raise MistakeError(f"--case takes the id of a case, a UUID, not {text!r}") from None


def _pair(text: str) -> tuple[str, str]:
    name, equals, agency = text.rpartition("=")
    if not equals or agency not in AGENCIES:
        raise MistakeError(f"--performer takes ID=AGENCY with an agency of the profile, not {text!r}")
    return name, agency


def _opening(plan: Plan, table: Table, agency: str) -> list[Act]:
    """The act that opens a case for the bundle."""
    if not plan.acts:
        return []
    event_id = case_uco.opening_id(plan.case)
    data = {"reason": table.opening["reason"], "aimag": table.opening["aimag"]}
    return [Act("the bundle", "case.Opened", agency, "importer", plan.acts[0].time, event_id, data)]


def _read(plan: Plan) -> dict[str, object]:
    performers = {
        name: {"agency": agency, "actor": f"p-{actor}", "why": why}
        for name, (agency, actor, why) in plan.performers.items()
    }
    return {"findings": plan.findings, "performers": performers}


def _lines(report: case_import.CaseReport, plan: Plan) -> list[str]:
    lines = [f"case {report.case}", *_signing(plan)]
    for told in report.told:
        about = f" {', '.join(told.exhibits)}" if told.exhibits else ""
        lines.append(f"{told.position} {told.action}: {told.type}{about}: {told.outcome}")
        lines += [f"    break {code} on {number}" for number, code in told.breaks]
        lines += [f"    breach {code}" for code in told.breaches]
    counts = (
        ", ".join(f"{count} {outcome}" for outcome, count in sorted(report.outcomes.items())) or "nothing to record"
    )
    breaks = ", ".join(f"{count} {code}" for code, count in sorted(report.breaks.items())) or "none"
    return [*lines, *_findings(plan), f"{len(report.told)} acts: {counts}", f"breaks of custody: {breaks}"]


def _acts(plan: Plan) -> list[str]:
    lines = [f"case {plan.case}", *_signing(plan)]
    for act in plan.acts:
        named = act.data.get("exhibit_number", [])
        about = f" {named if isinstance(named, str) else ', '.join(named)}" if named else ""
        lines.append(f"{act.time} {act.action}: {act.type}{about} by {act.publisher} {act.actor}")
    return lines


def _signing(plan: Plan) -> list[str]:
    return [f"{name}: {agency} p-{actor} ({why})" for name, (agency, actor, why) in plan.performers.items()]


def _findings(plan: Plan) -> list[str]:
    return [f"{found.node}: {found.severity}: {found.reason} ({found.code})" for found in plan.findings]
