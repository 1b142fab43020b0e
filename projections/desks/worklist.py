"""`worklist`: what waits for the agency, since when and until when, and who is responsible for each child tonight.

A row waits while `waits` is not empty. Duties are those of the ledger's one table of duties, by which the clock marks
them: it says who owes, until when and what discharges, here of what the agency is told. So a duty shows to its owner
alone. The table of need to know tells the owner, at least by ids, what others do of it; only that another asks anew
for a service, or gives the care that a referral asked for, is not told to everybody who waits for it: such an owner
has an act of its own that ends it. What is answered in another stream shows when the clock says that it was not. An
approval stands with every agency that may give it, a refusal with its sender until an event of that type by it is
admitted. Whether a row is overdue is asked when it is read.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, NamedTuple

import orjson

from domain.catalogue import by_name
from domain.profile import AGENCIES
from domain.stages.case import reopens
from domain.stages.ledger.approvals import AWAITED, GIVEN
from domain.stages.ledger.duties import REMEMBERED
from domain.stages.ledger.duties_said import unresolved_from
from projections.desk import NEVER, Listed
from projections.desks import keepers, owed
from projections.engine import Key, Row
from projections.told import HELD, REFUSED, Json, Told


class WorkRow(NamedTuple):
    """Something that waits for the agency, or an open case with who is responsible. Times are UTC, six decimals."""

    agency: Annotated[str, "whose row it is"]
    case_id: Annotated[str, "the case, or another stream"]
    kind: Annotated[
        str,
        "`duty` (the agency owes it), `half` (it may answer what another agency said), `approval`, `refusal` (its own),"
        " `responsible` (one row per case); in answers to child protection also `duty_desk` (others' refusals)",
    ]
    what: Annotated[
        str, "duty, half: the deadline's name; approval: the roles, with commas; refusal: the refused type; else empty"
    ]
    pos: Annotated[
        int, "position of the entry since which it waits; 0 for `responsible`; on the duty desk a number of the sender"
    ]
    state: Annotated[
        str,
        "`open`, `late` (the clock has said that it is overdue), `elsewhere` (is answered in another stream), `done`",
    ]
    due_at: Annotated[str, "until when it has to be done; empty where no time is set"]
    waits: Annotated[str, "the same, the end of time where none is set; empty when it waits no more"]
    since: Annotated[str, "the registrar's clock at the entry since which it waits"]
    of_type: Annotated[str, "type of the event that it is about"]
    of_event: Annotated[str, "id of that event; of the last one that was refused"]
    by_agency: Annotated[str, "who published it, as the agency may know"]
    code: Annotated[str, "why it was refused; `GET /v1/refusals` has the sentences"]
    care_lead: Annotated[str, "responsible: agency that leads care, which answers for the child tonight"]
    proceedings_lead: Annotated[str, "responsible: agency that leads proceedings"]
    about: Annotated[
        Json,
        "duty, half: what it is about, `waiting` and `rest` where a part is left; refusal: `times`; approval: the"
        " `actor` who may not give it; responsible: by person who keeps her (`by`, `how`, `since`), as far as told",
    ]
    kept: Annotated[Json, "what the fold goes on from"]


name = "worklist"
row = WorkRow
keys = 5
types = frozenset(by_name) - {"case.RecordImported"} | {AWAITED, REFUSED}
indexed = ("waits",)
by_category = True
listed = Listed(filters=("state", "of_type"), waits="waits", hidden=("kept",))

RESPONSIBLE, APPROVAL, REFUSAL, DORMANT = "responsible", "approval", "refusal", "dormancy"
_KIND, _WHAT, _WAITS, _OF_TYPE = map(WorkRow._fields.index, ("kind", "what", "waits", "of_type"))
_DUTIES = ("duty", "half")
_OF_CASE = frozenset(
    {
        *("case.Closed", *keepers.TYPES, *REMEMBERED),
        *(known.name for known in by_name.values() if reopens(known)),
    }
)
"""The types that change a case's row, beside those that assign its leads."""
_APPROVERS = {"oversight": "oversight", "prosecutor": "prosecutor"}
_REFUSES = "ledger.ApprovalRefused"


def evolve(rows: Mapping[Key, Row], told: Told) -> Iterable[Row]:
    """The rows after what the agency is told."""
    if told.code:
        yield _refused(rows, told)
        return
    case = rows.get((told.agency, told.stream, RESPONSIBLE, "", 0))
    if told.relation != "category" and (case is None or told.type in _OF_CASE or _leads_change(told)):
        after = _case(WorkRow._make(case) if case is not None else None, told)
        if after is not None and after != case:
            yield after
            case = after
    waiting = [each for each in rows.values() if each[_WAITS] and each[_KIND] != RESPONSIBLE]
    if waiting:
        yield from _settled(waiting, told)
    if HELD in told.marks:
        yield from _to_approve(case, told)
    elif told.type in owed.CLOCKS:
        yield from _marked(rows, case, told)
    elif told.type in owed.TYPES:
        yield from _duties(waiting, case, told)


def _refused(rows: Mapping[Key, Row], told: Told) -> Row:
    """A refusal of the agency's own: time runs from the first that nothing has followed."""
    for each in rows.values():
        if each[_WAITS] and each[_KIND] == REFUSAL and each[_WHAT] == told.type:
            before = WorkRow._make(each)
            times = orjson.loads(before.about)["times"] + 1
            return before._replace(code=told.code, of_event=told.event_id, about=_json({"times": times}))
    due_at = unresolved_from(told.at) if by_name[told.type].protective else ""
    return _row(told, REFUSAL, told.type, due_at, {"times": 1})._replace(code=told.code)


def _row(told: Told, kind: str, what: str, due_at: str, about: Mapping[str, Any]) -> WorkRow:
    """A row that waits from the event on."""
    return WorkRow(
        told.agency, told.stream, kind, what, told.pos, "open", due_at, due_at or NEVER, told.at, told.type,
        told.event_id, told.publisher, "", "", "", _json(about), "",
    )  # fmt: skip


def _json(value: Any) -> str:
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()


def _settled(waiting: Iterable[Row], told: Told) -> Iterable[Row]:
    """Refusals and approvals for which the event is what they waited for; and a case is dormant no more."""
    for each in waiting:
        if each[_KIND] == REFUSAL:
            is_done = told.is_own and told.type == each[_WHAT]
        elif each[_KIND] == APPROVAL:
            is_done = _is_answered(WorkRow._make(each), told)
        else:
            is_done = each[_WHAT] == DORMANT and told.type not in owed.CLOCKS
        if is_done:
            yield _done(WorkRow._make(each))


def _done(before: WorkRow) -> WorkRow:
    return before._replace(state="done", waits="", kept="")


def _is_answered(approval: WorkRow, told: Told) -> bool:
    if told.type == _REFUSES or (told.type == GIVEN and told.is_own):
        return bool(told.data.get("of") == approval.of_event)
    return HELD not in told.marks and (told.type, told.event_id) == (approval.of_type, approval.of_event)


def _to_approve(case: Row | None, told: Told) -> Iterable[Row]:
    """A row where the agency may give one of the approvals for which the event waits."""
    leads = _leads(case)
    for effect in told.effects:
        if effect.type == AWAITED:
            slots = zip(effect.data.get("roles", ()), effect.data.get("approvers", ()), strict=False)
            roles = sorted({role for role, approver in slots if _may(told, approver, leads)})
            if roles:
                yield _row(told, APPROVAL, ",".join(roles), "", {"actor": told.actor} if told.is_own else {})


def _may(told: Told, approver: str, leads: tuple[str, ...]) -> bool:
    """As `domain.stages.ledger.approvals` has it; of which officer it must be, the registrar judges."""
    if approver == "same_agency":
        return told.is_own
    if approver == "other_lead":
        return told.agency in leads and not told.is_own
    agency = AGENCIES.get(told.agency)
    return agency is not None and _APPROVERS[approver] in agency.categories


def _case(before: WorkRow | None, told: Told) -> WorkRow | None:
    """The case's row; None for a stream that is no case."""
    known = by_name[told.type]
    if before is None:
        if known.stream != "case":
            return None
        before = _row(told, RESPONSIBLE, "", "", {})._replace(pos=0, of_type="", of_event="", by_agency="", kept="{}")
    if HELD in told.marks:
        return before
    for effect in told.effects:
        if effect.type == "case.LeadsAssigned":
            before = before._replace(care_lead=effect.data["care"], proceedings_lead=effect.data["proceedings"])
    if told.type == "case.Closed":
        before = before._replace(state="done", waits="")
    elif before.state == "done" and reopens(known):
        before = before._replace(state="open", waits=NEVER)
    if told.type in keepers.TYPES and "victim_id" in told.data:
        before = before._replace(about=_json(keepers.after(orjson.loads(before.about), told)))
    return before._replace(kept=owed.remembered(before.kept, told))


def _leads_change(told: Told) -> bool:
    return any(effect.type == "case.LeadsAssigned" for effect in told.effects) if told.effects else False


def _leads(case: Row | None) -> tuple[str, str]:
    """Who leads care and proceedings, as far as told."""
    known = WorkRow._make(case) if case is not None else None
    return ("", "") if known is None else (known.care_lead, known.proceedings_lead)


def _duties(waiting: Iterable[Row], case: Row | None, told: Told) -> Iterable[Row]:
    """The duties that the event ends, changes or opens."""
    may_open = owed.may_open(told)
    ends, renewed = owed.may_end(told), owed.PERIODS if may_open else ()
    # Only the duties of these rows are parsed.
    touched = [each for each in waiting if (each[_OF_TYPE], each[_WHAT]) in ends or each[_WHAT] in renewed]
    if not (may_open or touched):
        return
    known = owed.known_of(WorkRow._make(case).kept) if case is not None else {}
    facts = owed.facts_of(told, known)
    new = list(owed.opens(told, facts, known))
    for each in (WorkRow._make(row) for row in touched if row[_KIND] in _DUTIES):
        duty = owed.read(each.kept)
        left = owed.left_of(duty, told, facts)
        if left is None or any(owed.renews(one.duty, duty) for one in new):
            yield _done(each)
        elif left is not duty:
            yield each._replace(about=_json(owed.about(left)), kept=owed.written(left))
    for kind, duty, elsewhere in new:
        fresh = _row(told, kind, duty.deadline, duty.due_at, owed.about(duty))._replace(kept=owed.written(duty))
        yield fresh._replace(state="elsewhere", waits="") if elsewhere else fresh


def _marked(rows: Mapping[Key, Row], case: Row | None, told: Told) -> Iterable[Row]:
    """What the clock says is late, or over; what is answered in another stream is so no more."""
    if owed.is_dormancy(told, _leads(case)[0]):
        yield _row(told, "duty", DORMANT, told.time, {})._replace(state="late")
        return
    for each in map(WorkRow._make, rows.values()):
        if each.kind in _DUTIES and each.kept:
            duty = owed.read(each.kept)
            if owed.marks(told, duty):
                late = each._replace(state="late", waits=each.due_at)
                yield _done(each) if owed.is_over(told, duty) else late
