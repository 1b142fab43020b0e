"""An agency's worklist in one stream by the plainest loops: for each event, look through all that follow.

It reads the table of the duties and the profile's deadlines, and nothing of how desk and registrar fold them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

from domain.stages.ledger.duties_row import Row
from domain.stages.ledger.duties_table import ROWS
from naive import dues
from naive.record import CATEGORIES, TYPES, later, reopens
from naive.told import Told

NEVER = "9999-12-31T23:59:59.999999Z"
KEEPS = ("protection.ShelterAdmitted", "protection.CarePlanAgreed", "protection.ChildPlaced")

Found = dict[str, Any]


def fold(told: Sequence[Told]) -> list[Found]:
    """What waits, what no longer does, and who is responsible."""
    heard = [one for one in told if "misfiled" not in one.marks]
    in_effect = [one for one in heard if not one.code and "held" not in one.marks]
    return [
        *_responsible(heard),
        *_refusals(heard),
        *_approvals(heard),
        *_dormant(in_effect, heard),
        *_duties(in_effect),
    ]


def _row(one: Told, kind: str, what: str, state: str, due_at: str, about: Any) -> Found:
    waits = {"done": "", "elsewhere": ""}.get(state, due_at or NEVER)
    return {
        "agency": one.agency, "case_id": one.stream, "kind": kind, "what": what, "pos": one.pos, "state": state,
        "due_at": due_at, "waits": waits, "since": one.at, "of_type": one.type, "of_event": one.event_id,
        "by_agency": one.publisher, "code": "", "care_lead": "", "proceedings_lead": "", "about": about,
    }  # fmt: skip


def _responsible(heard: Sequence[Told]) -> Iterator[Found]:
    """One row for a case in which the agency takes part."""
    inside = [one for one in heard if not one.code and one.relation != "category"]
    begins = next((i for i, one in enumerate(inside) if TYPES[one.type]["stream"] == "case"), None)
    if begins is None:
        return
    case = [one for one in inside[begins:] if "held" not in one.marks]
    states = [
        "done" if one.type == "case.Closed" else "open"
        for one in case
        if one.type == "case.Closed" or reopens(one.type)
    ]
    care, proceedings = dues.leads(case)
    victims = {one.data["victim_id"] for one in case if "victim_id" in one.data}
    notes = {victim: _keeper([one for one in case if one.data.get("victim_id") == victim]) for victim in victims}
    row = _row(
        inside[begins], "responsible", "", ["open", *states][-1], "", {k: each for k, each in notes.items() if each}
    )
    blank = {"pos": 0, "of_type": "", "of_event": "", "by_agency": ""}
    yield {**row, **blank, "care_lead": care, "proceedings_lead": proceedings}


def _keeper(mine: Sequence[Told]) -> Found:
    """Who keeps her tonight, and whether she is missing; what was before she died counts no more."""
    died = [i for i, one in enumerate(mine) if one.type == "protection.ChildDied"]
    mine = mine[died[-1] + 1 :] if died else mine
    note: Found = {}
    keeps = [i for i, one in enumerate(mine) if one.type in KEEPS and not _is_inside(one)]
    if keeps:
        one = mine[keeps[-1]]
        episode = {name: one.data[name] for name in ("care_episode_id",) if name in one.data}
        ends = [each for each in mine[keeps[-1] :] if each.type == "protection.CareEpisodeClosed"]
        if not any(episode and each.data.get("care_episode_id") == episode["care_episode_id"] for each in ends):
            how = {KEEPS[0]: "shelter", KEEPS[1]: "community", KEEPS[2]: one.data.get("placement", "")}[one.type]
            since = one.data.get("placed_on", "") if one.type == KEEPS[2] else one.time
            note = {"by": one.publisher, "how": how, "since": since, **episode}
    search = [one for one in mine if one.type in ("protection.ChildReportedMissing", "protection.ChildLocated")]
    if search and search[-1].type == "protection.ChildReportedMissing":
        note["missing"] = search[-1].data.get("missing_since", "")
    return note


def _is_inside(one: Told) -> bool:
    """A plan for care elsewhere than in the community: an admission begins the stay."""
    return one.type == KEEPS[1] and one.data.get("setting") != "community"


def _refusals(heard: Sequence[Told]) -> Iterator[Found]:
    """The refusals of a type up to the next admitted event of it stand in one row."""
    for at, one in enumerate(heard):
        before = [each for each in heard[:at] if each.type == one.type and each.is_own]
        if not one.code or (before and before[-1].code):
            continue
        after = [each for each in heard[at:] if each.type == one.type and each.is_own]
        ends = next((i for i, each in enumerate(after) if not each.code), len(after))
        run, done = after[:ends], ends < len(after)
        due = later(one.at, timedelta(minutes=15)) if TYPES[one.type].get("protective") else ""
        row = _row(one, "refusal", one.type, "done" if done else "open", due, {"times": len(run)})
        yield {**row, "code": run[-1].code, "of_event": run[-1].event_id}


def _approvals(heard: Sequence[Told]) -> Iterator[Found]:
    for at, one in enumerate(heard):
        asked = [effect.data for effect in one.effects if effect.type == "ledger.ApprovalAwaited"]
        if "held" not in one.marks or not asked:
            continue
        leads = dues.leads([each for each in heard[:at] if each.relation != "category" and "held" not in each.marks])
        roles = set()
        for role, approver in zip(asked[0]["roles"], asked[0]["approvers"], strict=True):
            may = {
                "same_agency": one.is_own,
                "other_lead": one.agency in leads and not one.is_own,
                "oversight": "oversight" in CATEGORIES[one.agency],
                "prosecutor": "prosecutor" in CATEGORIES[one.agency],
            }
            roles |= {role} if may[approver] else set()
        done = any(_answers(one, each) for each in heard[at + 1 :])
        if roles:
            about = {"actor": one.actor} if one.is_own else {}
            yield _row(one, "approval", ",".join(sorted(roles)), "done" if done else "open", "", about)


def _answers(held: Told, one: Told) -> bool:
    if one.type == "ledger.ApprovalRefused" or (one.type == "ledger.ApprovalGiven" and one.is_own):
        return bool(one.data.get("of") == held.event_id)
    return one.type == held.type and one.event_id == held.event_id and "held" not in one.marks and not one.code


def _dormant(in_effect: Sequence[Told], heard: Sequence[Told]) -> Iterator[Found]:
    for at, one in enumerate(in_effect):
        if one.type == "case.DormancyMarked" and _leads(in_effect[:at])[0] == one.agency:
            later_ones = heard[heard.index(one) + 1 :]
            done = any(not each.code and TYPES[each.type]["kind"] != "clock" for each in later_ones)
            yield _row(one, "duty", "dormancy", "done" if done else "late", one.time, {})


def _leads(until: Sequence[Told]) -> tuple[str, str]:
    """The last that the agency was told of, as far as it takes part."""
    return dues.leads([one for one in until if one.relation != "category"])


def _duties(events: Sequence[Told]) -> Iterator[Found]:
    inside = [one.relation != "category" for one in events]
    known = []
    for at, one in enumerate(events):
        known.append(dues.referred([each for i, each in enumerate(events[: at + 1]) if inside[i]], one))
    course = dues.Course(events, known, [_leads(events[: at + 1]) for at in range(len(events))])
    for at, one in enumerate(events):
        duties = [_opened(course, at, row) for row in ROWS if row.opened_by == one.type]
        for duty in duties:
            if duty is not None:
                state = _state(duty, course, at)
                about = {**duty.subject, **({"waiting": duty.waiting} if duty.waiting else {})}
                about |= {"rest": duty.rest} if duty.rest else {}
                kind = "duty" if duty.owner == one.agency else "half"
                yield _row(one, kind, duty.row.deadline, state, duty.due_at, about)


def _opened(course: dues.Course, at: int, row: Row) -> dues.Duty | None:
    """The duty that the event opens for the agency, or that it may do for another, as far as it is told enough."""
    one = course.said[at]
    needed = (dues.ids_of(row) | {row.runs, row.sum}) - {"", "of_event", "time", "at"}
    told = {**course.known[at], **one.data}.keys()
    duty = course.opens(at, row) if one.is_own or (one.data and needed <= told) else None
    return duty if duty is not None and (duty.owner == one.agency or row.by_other) else None


def _state(duty: dues.Duty, course: dues.Course, at: int) -> str:
    row = duty.row
    state = "elsewhere" if row.half and not row.done else "open"
    for number, one in enumerate(course.said[at + 1 :], at + 1):
        if TYPES[one.type]["kind"] == "clock":
            says = {name: value for name, value in duty.says.items() if name != "due_at"}
            if one.type == row.clock and dues.is_said_by(one, says):
                if any(way[0] == one.type for way in row.done):
                    return "done"
                state = "late"
            continue
        if state == "elsewhere":
            continue
        news = [_opened(course, number, other) for other in ROWS if row.renews and other.opened_by == one.type]
        if any(new is not None and duty.is_renewed_by(new) for new in news):
            return "done"
        if duty.is_done_by(one, {**course.known[number], **one.data}):
            return "done"
    return state
