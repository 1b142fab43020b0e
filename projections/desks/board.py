"""`board`: where each case stands for the task force: who leads, what is late and who holds it, what nobody looks at.

The task force is told of a case by the clock's marks, by its own actions and reviews, and of the rest once it takes
part; a row holds what it is told and nothing else. An agency that is assigned an action has a row that holds its own
actions alone. What is late stands here until the agency is told that it is done. Whether a deadline has passed is asked
of the clock when a row is read; a case without an event for 14 days bears the clock's mark until the next event.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, NamedTuple

from domain.catalogue import by_name
from domain.profile import AGENCIES
from domain.stages.case import reopens
from domain.stages.duty import Duty
from domain.stages.ledger.approvals import AWAITED
from projections.desk import Listed
from projections.desks import deadlines
from projections.desks.kept import read, written
from projections.engine import Key, Row
from projections.told import HELD, Json, Told


class BoardRow(NamedTuple):
    """A case as the task force sees it, or an agency's own actions in it. Times are UTC, six decimals."""

    agency: Annotated[str, "whose row it is"]
    case_id: Annotated[str, "the case"]
    status: Annotated[str, "`open` or `closed`; empty in the row of an agency that only has actions"]
    care_lead: Annotated[str, "agency that leads care"]
    proceedings_lead: Annotated[str, "agency that leads proceedings"]
    last_type: Annotated[str, "type of the last event"]
    last_at: Annotated[str, "the registrar's clock at that event"]
    last_pos: Annotated[int, "position of that event"]
    dormant_since: Annotated[str, "`time` of the clock's mark that nothing has happened for 14 days; empty without one"]
    next_review_on: Annotated[str, "day on which the task force looks at it again"]
    late: Annotated[int, "how many duties and actions are late: the clock has said so, and nothing may have ended them"]
    lateness: Annotated[
        Json,
        "what the clock has said to be late, array: `what` (deadline), `of` (event, or the referral or hand-over),"
        " `due_at`, `owner`, `doubtful` (it may be done: the agency is told of an ending, and not of what)",
    ]
    actions: Annotated[Json, "actions by id, object: `owner_agency`, `action`, `assigned_at`, `due_at`, `outcome`"]
    actions_open: Annotated[int, "how many of them are not done"]
    next_due_at: Annotated[str, "when the next deadline falls due that the clock has not marked"]
    next_deadline: Annotated[str, "its name"]
    next_owner: Annotated[str, "who has to meet it"]
    known: Annotated[Json, "what is due, and what later events refer to: object"]


name = "board"
row = BoardRow
keys = 2
by_category = True
listed = Listed(filters=("status", "care_lead", "proceedings_lead"), hidden=("known",))
types = frozenset(known.name for known in by_name.values() if known.stream in ("case", "any")) | {AWAITED}

_ASSIGNED, _COMPLETED, _REVIEWED = "taskforce.ActionAssigned", "taskforce.ActionCompleted", "taskforce.CaseReviewed"
_DORMANT, _ANYWHERE = (
    "case.DormancyMarked",
    frozenset(known.name for known in by_name.values() if known.stream == "any"),
)
_CATEGORIES = frozenset({"mdtf", "coordination"})
_TASK_FORCES = frozenset(each.id for each in AGENCIES.values() if not _CATEGORIES.isdisjoint(each.categories))
_ABOUT = {
    "ledger.DutyOverdueMarked": "of",
    "referral.ReferralOverdueMarked": "referral_id",
    "custody.TransferOverdueMarked": "transfer_id",
}
_REFERRALS = {"response": "referral_response", "completion": "referral_completion"}
_RECEIPT = "transfer_receipt"
_BLANK = '{"due":[],"known":{},"marks":{}}'


def evolve(rows: Mapping[Key, Row], told: Told) -> Iterable[Row]:
    """The case's row after what the agency is told."""
    if told.type not in types:
        # A case's event is heard of by what the ledger states beside it; so is one of another kind of stream.
        return
    found = rows.get((told.agency, told.stream))
    if _is_task_force(told, found):
        if found is not None or told.type not in _ANYWHERE or told.relation == "category":
            yield _case(BoardRow._make(found) if found is not None else _first(told, "open"), told)
    elif found is not None or told.data.get("owner_agency") == told.agency:
        before = BoardRow._make(found) if found is not None else _first(told, "")
        after = _acted(before, told, own=True)
        if after.actions != before.actions:
            yield _with_next(after)


def _is_task_force(told: Told, found: Row | None) -> bool:
    """By the profile, or as it is told what only a task force is, or does what only one may do."""
    if found is not None and found[_STATUS]:
        return True
    own = told.is_own and told.type in (_ASSIGNED, _REVIEWED)
    return told.agency in _TASK_FORCES or told.relation == "category" or own


_STATUS = BoardRow._fields.index("status")


def _first(told: Told, status: str) -> BoardRow:
    return BoardRow(
        told.agency, told.stream, status, "", "", "", "", -1, "", "", 0, "[]", "{}", 0, "", "", "", _BLANK
    )  # fmt: skip


def _case(before: BoardRow, told: Told) -> BoardRow:
    before = before._replace(
        last_type=told.type, last_at=told.at, last_pos=told.pos, dormant_since=_dormant(before.dormant_since, told)
    )
    if HELD in told.marks:
        # Somebody has done something, and nothing of it takes effect yet.
        return before
    care, proceedings = before.care_lead, before.proceedings_lead
    for effect in told.effects:
        if effect.type == "case.LeadsAssigned":
            care, proceedings = effect.data.get("care", care), effect.data.get("proceedings", proceedings)
    known = read(before.known)
    after = deadlines.after(deadlines.read(known["due"], known["known"]), told)
    marks = _marks(known["marks"], after, told)
    says = {"due": deadlines.written(after), "known": after.known, "marks": marks}
    row = _acted(before, told, own=False)._replace(
        status=_status(before.status, told), care_lead=care, proceedings_lead=proceedings,
        next_review_on=told.data.get("next_review_on", before.next_review_on), known=written(says),
    )  # fmt: skip
    return _with_next(row)


def _status(before: str, told: Told) -> str:
    if told.type == "case.Closed":
        return "closed"
    known = by_name.get(told.type)
    return "open" if known is not None and reopens(known) else before


def _dormant(before: str, told: Told) -> str:
    """The mark, until the next event of an agency."""
    if told.type == _DORMANT:
        return told.time
    known = by_name.get(told.type)
    return before if known is not None and known.kind == "clock" else ""


def _marks(before: dict[str, Any], after: deadlines.Due, told: Told) -> dict[str, Any]:
    """The clock's marks of duties of whose beginning the agency is not told, until it is told of their end."""
    if told.type not in deadlines.MARKS:
        left = {key: each for key, each in before.items() if not deadlines.ends(told, each["what"], each["of"])}
        return {key: _doubted(each, told, after.known) for key, each in left.items()}
    field = _ABOUT[told.type]
    if field not in told.data or any(duty.marked and _is_said(duty, told) for duty in after.open.values()):
        return before
    of, what = told.data[field], told.data.get("duty") or _REFERRALS.get(told.data.get("deadline", ""), _RECEIPT)
    said = {"due_at": told.data.get("due_at", ""), "owner": told.data.get("owner", ""), "doubtful": False}
    return {**before, f"{of} {what}": {"what": what, "of": of, **said}}


def _doubted(mark: dict[str, Any], told: Told, known: deadlines.Known) -> dict[str, Any]:
    return {**mark, "doubtful": True} if deadlines.may_end(told, mark["what"], known) else mark


def _is_said(duty: Duty, told: Told) -> bool:
    return duty.clock == told.type and duty.says.items() <= told.data.items()


def _acted(before: BoardRow, told: Told, *, own: bool) -> BoardRow:
    """Actions, all or the agency's own."""
    key = told.data.get("action_id")
    if key is None or told.type not in (_ASSIGNED, _COMPLETED):
        return before
    actions = read(before.actions)
    if told.type == _ASSIGNED and (not own or told.data.get("owner_agency") == told.agency):
        actions[key] = {
            "owner_agency": told.data.get("owner_agency", ""), "action": told.data.get("action", ""),
            "assigned_at": told.time, "due_at": told.data.get("due_at", ""), "outcome": "",
        }  # fmt: skip
    elif key in actions:
        actions[key]["outcome"] = told.data.get("outcome", "")
    return before._replace(actions=written(actions), actions_open=sum(not each["outcome"] for each in actions.values()))


def _with_next(row: BoardRow) -> BoardRow:
    """What is late, and what is due next."""
    known = read(row.known)
    marked = [
        {"what": each["deadline"], **{name: each[name] for name in ("of", "due_at", "owner", "doubtful")}}
        for each in known["due"]
        if each["marked"]
    ]
    late = sorted([*marked, *known["marks"].values()], key=lambda each: (each["due_at"], each["of"], each["what"]))
    ahead = [(each["due_at"], each["deadline"], each["owner"]) for each in known["due"] if not each["marked"]]
    if not row.status:
        actions = read(row.actions).values()
        ahead = [(each["due_at"], "action", each["owner_agency"]) for each in actions if not each["outcome"]]
    due_at, deadline, owner = min(ahead, default=("", "", ""))
    return row._replace(
        late=sum(not each["doubtful"] for each in late), lateness=written(late), next_due_at=due_at,
        next_deadline=deadline, next_owner=owner,
    )  # fmt: skip
