"""An agency's worklist in one stream by the plainest loops: for each event, look through all that follow.

It reads the table of the duties and the profile's deadlines, and nothing of how desk and registrar fold them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from domain.catalogue import by_name
from domain.profile import AGENCIES, DEFAULTS, deadline
from domain.stages.ledger.duties_row import Row
from domain.stages.ledger.duties_table import ROWS
from projections.told import Told

Found = tuple[str, str, int, str, str]
"""kind, what, position, state, due_at."""

CLOCK = {name for name, known in by_name.items() if known.kind == "clock"}
REFERRED = {
    "referral_id": ("referral.ReferralRequested", ("victim_id", "service_type")),
    "transfer_id": ("custody.CustodyReleased", ()),
    "defendant_id": ("investigation.SuspectIdentified", ("investigation_id",)),
}


def fold(told: Sequence[Told]) -> set[Found]:
    """What waits, and what no longer does, but for the rows of who is responsible."""
    heard = [each for each in told if "misfiled" not in each.marks]
    in_effect = [each for each in heard if not each.code and "held" not in each.marks]
    return {
        *_refusals(heard),
        *_approvals(heard),
        *_dormant(in_effect, heard),
        *(found for at, each in enumerate(in_effect) for row in ROWS for found in _duty(row, in_effect, at)),
    }


def _refusals(heard: Sequence[Told]) -> Iterator[Found]:
    """The first of each run of refusals that no admitted event of the type has ended."""
    for at, each in enumerate(heard):
        if not each.code:
            continue
        before = [one for one in heard[:at] if one.type == each.type and one.publisher == each.agency]
        if before and before[-1].code:
            continue
        done = any(one.type == each.type and one.is_own and not one.code for one in heard[at:])
        due = _later(each.at, timedelta(minutes=15)) if by_name[each.type].protective else ""
        yield "refusal", each.type, each.pos, "done" if done else "open", due


def _approvals(heard: Sequence[Told]) -> Iterator[Found]:
    for at, each in enumerate(heard):
        asked = [effect.data for effect in each.effects if effect.type == "ledger.ApprovalAwaited"]
        if "held" not in each.marks or not asked:
            continue
        care, proceedings = _leads(heard[: at + 1])
        roles = set()
        for role, approver in zip(asked[0]["roles"], asked[0]["approvers"], strict=True):
            agency = AGENCIES[each.agency]
            may = {
                "same_agency": each.is_own,
                "other_lead": each.agency in (care, proceedings) and not each.is_own,
                "oversight": "oversight" in agency.categories,
                "prosecutor": "prosecutor" in agency.categories,
            }
            roles |= {role} if may[approver] else set()
        done = any(_answers(each, one) for one in heard[at + 1 :])
        if roles:
            yield "approval", ",".join(sorted(roles)), each.pos, "done" if done else "open", ""


def _answers(held: Told, one: Told) -> bool:
    about = one.data.get("of") == held.event_id
    if one.type == "ledger.ApprovalRefused" or (one.type == "ledger.ApprovalGiven" and one.is_own):
        return about
    return one.type == held.type and one.event_id == held.event_id and "held" not in one.marks and not one.code


def _dormant(in_effect: Sequence[Told], heard: Sequence[Told]) -> Iterator[Found]:
    for at, each in enumerate(in_effect):
        if each.type == "case.DormancyMarked" and _leads(in_effect[:at])[0] == each.agency:
            later = [one for one in heard[heard.index(each) + 1 :] if not one.code and one.type not in CLOCK]
            yield "duty", "dormancy", each.pos, "done" if later else "late", each.time


def _duty(row: Row, events: Sequence[Told], at: int) -> Iterator[Found]:
    opening = events[at]
    if opening.type != row.opened_by or (row.only and opening.data.get(row.only[0]) not in row.only[1:]):
        return
    data = _with_referred(events[: at + 1], opening)
    if not opening.is_own and not _is_told(row, opening, data):
        return
    owner = _owner(row, opening, data, events[: at + 1])
    if owner != opening.agency and not row.by_other:
        return
    waiting = _values(data.get(row.each[0])) if row.each else []
    due = _due(row, opening, data)
    if due and (waiting or not row.each):
        kind = "duty" if owner == opening.agency else "half"
        yield kind, row.deadline, opening.pos, _state(row, events, at, data, owner, waiting), due


def _is_told(row: Row, opening: Told, data: dict[str, Any]) -> bool:
    """Is the agency told by what the duty is discharged, and from when it runs?"""
    needed = {pair.partition("=")[0] for done in row.done for pair in done[1:]} | {row.renews, row.sum, row.runs}
    needed |= set(row.half[1:]) if row.half else set()
    return bool(opening.data) and needed - {"", "of_event", "time", "at"} <= data.keys()


def _state(row: Row, events: Sequence[Told], at: int, data: dict[str, Any], owner: str, waiting: list[str]) -> str:
    opening, rest = events[at], data.get(row.sum, 0)
    state = "elsewhere" if row.half and not row.done else "open"
    for number, each in enumerate(events[at + 1 :], at + 1):
        if each.type in CLOCK:
            if each.type == row.clock and _is_marked(row, each, opening, data, owner):
                if any(done[0] == each.type for done in row.done):
                    return "done"
                state = "late"
            continue
        if state == "elsewhere":
            continue
        if each.type in ("ledger.ApprovalRefused", "ledger.EventMisfiled") and each.data.get("of") == opening.event_id:
            return "done"
        if row.renews and any(
            (other.opened_by, other.deadline, other.clock) == (each.type, row.deadline, row.clock)
            and each.data.get(row.renews) == data.get(row.renews)
            and (not other.only or each.data.get(other.only[0]) in other.only[1:])
            and any(_duty(other, events, number))
            for other in ROWS
        ):
            return "done"
        named = _with_referred(events[: number + 1], each)
        if row.by_other and each.publisher == opening.publisher:
            continue
        if not any(done[0] == each.type and _names(done[1:], opening, data, named) for done in row.done):
            continue
        if row.each and row.each[1] in each.data:
            waiting = [one for one in waiting if one not in _values(each.data[row.each[1]])]
            if waiting:
                continue
        elif row.sum and row.sum in each.data:
            rest -= each.data[row.sum]
            if rest > 0:
                continue
        return "done"
    return state


def _names(pairs: Sequence[str], opening: Told, data: dict[str, Any], named: dict[str, Any]) -> bool:
    for pair in pairs:
        mine, _, its = pair.partition("=")
        wanted = [opening.event_id] if mine == "of_event" else _values(data.get(mine))
        if not set(wanted) & set(_values(named.get(its or mine))):
            return False
    return True


def _is_marked(row: Row, mark: Told, opening: Told, data: dict[str, Any], owner: str) -> bool:
    said = mark.data
    if row.clock == "referral.ReferralOverdueMarked":
        answer = "response" if row.deadline == "referral_response" else "completion"
        return (said.get("referral_id"), said.get("deadline")) == (data["referral_id"], answer)
    if row.clock == "custody.TransferOverdueMarked":
        return (said.get("transfer_id"), said.get("leg")) == (data["transfer_id"], row.leg)
    if row.clock == "identification.RecoveryPeriodEnded":
        ends = _due(row, opening, data)
        day = (datetime.fromisoformat(ends) - timedelta(days=1)).date().isoformat()
        return (said.get("victim_id"), said.get("ended_on")) == (data["victim_id"], day)
    if row.clock == "prosecution.AppealPeriodLapsed":
        lapsed = (data["defendant_id"], data["instance"], _due(row, opening, data)[:10])
        return (said.get("defendant_id"), said.get("instance"), said.get("lapsed_on")) == lapsed
    return (said.get("of"), said.get("duty"), said.get("owner")) == (opening.event_id, row.deadline, owner)


def _owner(row: Row, opening: Told, data: dict[str, Any], until: Sequence[Told]) -> str:
    if row.owner.startswith("category "):
        category = row.owner.split()[1]
        first = next(agency.id for agency in AGENCIES.values() if category in agency.categories)
        return str(data.get("to_agency") or first)
    if row.owner in ("care", "proceedings"):
        return _leads(until)[row.owner == "proceedings"] or DEFAULTS[f"{row.owner}_lead"]
    if row.owner == "oversight":
        return DEFAULTS["oversight"]
    return str(data.get(row.owner, opening.publisher))


def _leads(until: Sequence[Told]) -> tuple[str, str]:
    """The last that the agency was told of, as far as it takes part."""
    leads = ("", "")
    for each in until:
        for effect in each.effects if each.relation != "category" else ():
            if effect.type == "case.LeadsAssigned":
                leads = (effect.data["care"], effect.data["proceedings"])
    return leads


def _due(row: Row, opening: Told, data: dict[str, Any]) -> str:
    told = [effect.data for effect in opening.effects if effect.type == row.effect]
    stated = (told[0] if told else {} if row.effect else data).get(row.stated) if row.stated else None
    if stated is not None:
        text = str(stated)
        return text if len(text) > 10 else _later(f"{text}T00:00:00.000000Z", timedelta(days=row.day == "end"))
    if row.stated and not row.grade:
        return ""
    start = {"time": opening.time, "at": opening.at}.get(row.runs) or data[row.runs]
    return _later(start, deadline(row.deadline, data.get(row.grade, row.grade) or None))


def _later(instant: str, by: timedelta) -> str:
    return (datetime.fromisoformat(instant) + by).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _with_referred(until: Sequence[Told], each: Told) -> dict[str, Any]:
    """The event's data, with what an earlier event said of the referral, transfer or defendant that it names."""
    found: dict[str, Any] = {}
    for field, (kind, names) in REFERRED.items():
        for one in until if field in each.data else ():
            if one.type == kind and one.data.get(field) == each.data[field] and one.relation != "category":
                found |= {name: one.data[name] for name in names if name in one.data} | {"sender": one.publisher}
    return found | dict(each.data)


def _values(value: Any) -> list[str]:
    if value is None:
        return []
    return [str(one) for one in value] if isinstance(value, (list, tuple)) else [str(value)]
