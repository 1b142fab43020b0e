"""An event opens a duty: when it falls due, who owns it, and what the clock will say of it.

Dates are days in UTC: a duty with a date may be done until that day is over. An instant behind the end of the calendar
is none, so that no fold can fail on it. Called by `domain.stages.ledger.duties`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, NamedTuple

from domain.event import Event, Recorded
from domain.profile import AGENCIES, DEFAULTS, deadline
from domain.stages.duty import Duty
from domain.stages.ledger.duties_row import Row
from domain.stages.rules import shifted

_DATE = len("2026-03-02")
_MIDNIGHT = "T00:00:00.000000Z"


class Facts(NamedTuple):
    """An event with its entry, and its data with what is remembered of the ids that it names."""

    event: Event
    recorded: Recorded
    data: Mapping[str, Any]


def values(value: Any) -> tuple[str, ...]:
    """The values in a field, which holds none, one or a list."""
    if value is None:
        return ()
    return tuple(map(str, value)) if isinstance(value, (list, tuple)) else (str(value),)


def shifted_safely(instant: str, by: timedelta) -> str | None:
    """The instant moved `by`; None when that lies outside the calendar."""
    try:
        return shifted(instant, by)
    except (OverflowError, ValueError):
        return None


def opened(row: Row, facts: Facts, known: Mapping[str, Mapping[str, Any]]) -> Duty | None:
    """The duty that the event opens by this row; None when it opens none."""
    data, event = facts.data, facts.event
    if row.only and data.get(row.only[0]) not in row.only[1:]:
        return None
    waiting = values(data.get(row.each[0])) if row.each is not None else ()
    if row.each is not None and not waiting:
        return None
    due_at = _due_at(row, facts)
    if due_at is None:
        return None
    owner = owner_of(row.owner, facts, known)
    subject = {name: data[name] for name in row.names if name in data}
    says = _says(row, facts, due_at, owner)
    rest = data[row.sum] if row.sum else 0
    return Duty(
        event.id, row.deadline, due_at, owner, event.type, event.publisher, row.clock, says, subject, waiting, rest
    )


def _due_at(row: Row, facts: Facts) -> str | None:
    data, stated = facts.data, None
    if row.effect:
        told = [effect.data for effect in facts.recorded.effects if effect.type == row.effect]
        stated = told[0].get(row.stated) if told else None
    elif row.stated:
        stated = data.get(row.stated)
    if stated is not None:
        return _instant(str(stated), row)
    if row.stated and not row.grade:
        return None
    start = {"time": facts.event.time, "at": facts.recorded.at}.get(row.runs) or data[row.runs]
    grade = data.get(row.grade, row.grade) or None
    return shifted_safely(start, deadline(row.deadline, grade))


def _instant(stated: str, row: Row) -> str | None:
    if len(stated) != _DATE:
        return stated
    return shifted_safely(stated + _MIDNIGHT, timedelta(days=row.day == "end"))


def owner_of(owner: str, facts: Facts, known: Mapping[str, Mapping[str, Any]]) -> str:
    """Who owns a duty whose row says `owner`; `known` holds the leads."""
    kind, _, category = owner.partition(" ")
    if category:
        # Who is addressed owes it; else the first of the profile that can.
        return facts.data.get("to_agency") or next(
            agency.id for agency in AGENCIES.values() if category in agency.categories
        )
    if kind in ("care", "proceedings"):
        return str(known.get("leads", {}).get(kind) or DEFAULTS[f"{kind}_lead"])
    if kind == "oversight":
        return DEFAULTS["oversight"]
    return str(facts.data.get(owner, facts.event.publisher))


def _says(row: Row, facts: Facts, due_at: str, owner: str) -> dict[str, Any]:
    """The data of the clock's event, but for the digests that it never has."""
    data = facts.data
    match row.clock:
        case "referral.ReferralOverdueMarked":
            answer = "response" if row.deadline == "referral_response" else "completion"
            return {"referral_id": data["referral_id"], "deadline": answer, "due_at": due_at}
        case "custody.TransferOverdueMarked":
            return {"transfer_id": data["transfer_id"], "due_at": due_at, "leg": row.leg}
        case "identification.RecoveryPeriodEnded":
            return {"victim_id": data["victim_id"], "ended_on": shifted(due_at, -timedelta(days=1))[:_DATE]}
        case "prosecution.AppealPeriodLapsed":
            return {"defendant_id": data["defendant_id"], "instance": data["instance"], "lapsed_on": due_at[:_DATE]}
        case _:
            return {"of": facts.event.id, "duty": row.deadline, "due_at": due_at, "owner": owner}
