"""What every command that changes the registry has in common: publish the record, or write it as a proposal.

`--propose FILE` writes the record to a file, signed by the root keys held here, if any; other holders add theirs with
`tamga registry sign`, and `tamga registry publish` publishes it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from infra import clock, enrolment
from infra.cli.output import MistakeError, reachable, result
from infra.settings import load

Propose = Annotated[
    Path | None,
    typer.Option("--propose", help="Write the record to this file, for others to sign, instead of publishing it."),
]


def changed(
    name: str, subject: str, data: Mapping[str, Any], told: str, *, propose: Path | None, as_json: bool
) -> None:
    """Publish one record, or propose it; `told` says what holds from then on. An empty subject is the ledger."""
    settings = reachable(load())
    done = enrolment.change(settings, name, subject or settings.ledger_id, data, proposal=propose)
    document = {"record": name, "subject": subject or settings.ledger_id, "data": data}
    result({**document, "reg": done.reg, "proposal": done.proposal}, as_json, [outcome(told, propose)])


def outcome(told: str, propose: Path | None) -> str:
    """The line for people: what holds now, or will when the proposal is published."""
    return told if propose is None else f"proposed in {propose}: {told}"


def moment(text: str) -> str:
    """A moment as the record writes it; a day is its beginning, and a moment without a zone is UTC."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise MistakeError(f"{text} is no moment: write 2026-09-01 or 2026-09-01T08:00Z") from None
    return clock.stamp(found if found.tzinfo is not None else found.replace(tzinfo=UTC))
