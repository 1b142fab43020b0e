"""The task force's board of one case, by plain loops over what an agency is told of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from domain.stages.ledger.duties_table import ROWS
from naive import dues
from naive.record import CATEGORIES, TYPES, is_whole, last, reopens
from naive.told import Told

ASSIGNED, COMPLETED = "taskforce.ActionAssigned", "taskforce.ActionCompleted"
ABOUT = dict(zip(dues.MARKS, ("of", "referral_id", "transfer_id"), strict=True))


def fold(told: Sequence[Told]) -> Iterator[dict[str, Any]]:
    """The row; none where the agency has none."""
    said = [one for one in told if not one.code and "misfiled" not in one.marks]
    said = [one for one in said if TYPES[one.type]["stream"] in ("case", "any")]
    if not said or not CATEGORIES[said[0].agency] & {"mdtf", "coordination"}:
        yield from _own_actions([one for one in said if "held" not in one.marks])
        return
    while said and TYPES[said[0].type]["stream"] == "any" and said[0].relation != "category":
        said = said[1:]
    if said:
        yield _case(said)


def _case(acts: Sequence[Told]) -> dict[str, Any]:
    """What waits for an approval is an act too, and changes nothing yet."""
    said = [one for one in acts if "held" not in one.marks]
    care, proceedings = dues.leads(said)
    moves = [one.type for one in said if one.type == "case.Closed" or reopens(one.type)]
    awake = max([i for i, one in enumerate(acts) if TYPES[one.type]["kind"] != "clock"], default=-1)
    course = _course(said)
    due = dues.left(course, len(said))
    late = [_late(duty) for duty in due if duty.marked] + _only_marked(course)
    ahead = [(duty.due_at, duty.row.deadline, duty.owner) for duty in due if not duty.marked]
    dormant = [one.time for one in acts[awake + 1 :] if one.type == "case.DormancyMarked"]
    return {
        **_row(acts[0], _actions(said), late, ahead),
        "status": "closed" if last(moves) == "case.Closed" else "open", "care_lead": care,
        "proceedings_lead": proceedings, "last_type": acts[-1].type, "last_at": acts[-1].at,
        "last_pos": acts[-1].pos, "dormant_since": last(dormant),
        "next_review_on": last(one.data["next_review_on"] for one in said if "next_review_on" in one.data),
    }  # fmt: skip


def _course(said: Sequence[Told]) -> dues.Course:
    known = [
        dues.referred([each for each in said[:i] if is_whole(each.type, each.data)], one) for i, one in enumerate(said)
    ]
    return dues.Course(said, known, [dues.leads(said[: i + 1]) for i in range(len(said))])


def _row(first: Told, actions: dict[str, Any], late: list[dict[str, Any]], ahead: list[Any]) -> dict[str, Any]:
    due_at, name, owner = min(ahead, default=("", "", ""))
    return {
        "agency": first.agency, "case_id": first.stream, "status": "", "care_lead": "", "proceedings_lead": "",
        "last_type": "", "last_at": "", "last_pos": -1, "dormant_since": "", "next_review_on": "",
        "late": sum(not each["doubtful"] for each in late),
        "lateness": sorted(late, key=lambda each: (each["due_at"], each["of"], each["what"])), "actions": actions,
        "actions_open": sum(not each["outcome"] for each in actions.values()), "next_due_at": due_at,
        "next_deadline": name, "next_owner": owner,
    }  # fmt: skip


def _late(duty: dues.Duty) -> dict[str, Any]:
    said = {"what": duty.row.deadline, "of": duty.opening.event_id}
    return {**said, "due_at": duty.due_at, "owner": duty.owner, "doubtful": duty.doubtful}


def _only_marked(course: dues.Course) -> list[dict[str, Any]]:
    """What the clock says is late, of whose beginning nothing is told as a whole, and of whose end nothing."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    said = course.said
    for i, one in enumerate(said):
        if one.type not in ABOUT or ABOUT[one.type] not in one.data or _is_known(course, i):
            continue
        of, data = one.data[ABOUT[one.type]], one.data
        what = (
            data.get("duty") or f"referral_{data['deadline']}"
            if "deadline" in data
            else data.get("duty", "transfer_receipt")
        )
        ends = [way for row in ROWS if row.deadline == what for way in row.done]
        later = said[i + 1 :]
        if any(way[0] == each.type and of in _named(way[1:], each) for each in later for way in ends):
            continue
        doubtful = any(
            dues.may_end(each, what, {**course.known[k], **each.data})
            for k, each in enumerate(said) if k > i and each.type not in ABOUT
        )  # fmt: skip
        said_of = {name: data.get(name, "") for name in ("due_at", "owner")}
        found[what, of] = {"what": what, "of": of, **said_of, "doubtful": doubtful}
    return list(found.values())


def _named(way: Sequence[str], one: Told) -> list[Any]:
    return [one.data.get(pair.partition("=")[2] or pair) for pair in way]


def _is_known(course: dues.Course, at: int) -> bool:
    """Is it of a duty whose beginning is told, and that it marks?"""
    mark, due = course.said[at], dues.left(course, at + 1)
    return any(duty.marked and duty.row.clock == mark.type and dues.is_said_by(mark, duty.says) for duty in due)


def _actions(said: Sequence[Told]) -> dict[str, Any]:
    """By id: whose, what, until when, and what came of it."""
    found = {}
    for i, one in enumerate(said):
        if one.type == ASSIGNED and "action_id" in one.data:
            key, names = one.data["action_id"], ("owner_agency", "action", "due_at")
            done = [each for each in said[i:] if each.type == COMPLETED and each.data.get("action_id") == key]
            outcome = last(each.data.get("outcome", "") for each in done)
            found[key] = {
                **{name: one.data.get(name, "") for name in names},
                "assigned_at": one.time,
                "outcome": outcome,
            }
    return found


def _own_actions(said: Sequence[Told]) -> Iterator[dict[str, Any]]:
    """An agency that is no task force sees what was given to itself."""
    mine = {key: each for key, each in _actions(said).items() if each["owner_agency"] == said[0].agency}
    if mine:
        ahead = [(each["due_at"], "action", each["owner_agency"]) for each in mine.values() if not each["outcome"]]
        yield _row(said[0], mine, [], ahead)
