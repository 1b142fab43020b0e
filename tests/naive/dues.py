"""What has to be done by when, by the table of the duties, as far as an agency is told: each duty followed by itself.

For each event that opens a duty all later ones are gone through: which of them does it, or a part of it, says that it
is late, or leaves in doubt whether it is done. The worklist, the board and the investigations ask.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from domain.stages.ledger.duties_row import Row
from domain.stages.ledger.duties_table import ROWS
from naive.record import CATEGORIES, DEFAULTS, TYPES, clear, deadline, ids, is_whole, later, values
from naive.told import Told

MARKS = ("ledger.DutyOverdueMarked", "referral.ReferralOverdueMarked", "custody.TransferOverdueMarked")
CANCELS = ("ledger.ApprovalRefused", "ledger.EventMisfiled")
REFERRED = {
    "referral_id": ("referral.ReferralRequested", ("victim_id", "service_type")),
    "transfer_id": ("custody.CustodyReleased", ()),
    "defendant_id": ("investigation.SuspectIdentified", ("investigation_id",)),
}
"""What an event only refers to by an id: which event said it, and what it said."""


@dataclass
class Duty:
    """A duty as it stands."""

    row: Row
    opening: Told
    due_at: str
    owner: str
    says: dict[str, Any]
    subject: dict[str, Any]
    waiting: list[str]
    rest: int
    marked: bool = False
    doubtful: bool = False

    def names(self, way: Sequence[str], data: Mapping[str, Any]) -> bool:
        """Does an event with these data name what the duty is about?"""
        for pair in way:
            mine, _, its = pair.partition("=")
            wanted = [self.opening.event_id] if mine == "of_event" else values(self.subject.get(mine))
            if not set(wanted) & set(values(data.get(its or mine))):
                return False
        return True

    def is_done_by(self, one: Told, data: Mapping[str, Any]) -> bool:
        """Is nothing left after the event? What it does of a part is taken off."""
        if one.type in CANCELS and one.data.get("of") == self.opening.event_id:
            return True
        if self.row.by_other and one.publisher == self.opening.publisher:
            return False
        if not any(way[0] == one.type and self.names(way[1:], data) for way in self.row.done):
            return False
        if self.row.each and self.row.each[1] in one.data:
            left = [each for each in self.waiting if each not in values(one.data[self.row.each[1]])]
            self.waiting = left or self.waiting
            return not left
        if self.row.sum and self.row.sum in one.data:
            rest = self.rest - one.data[self.row.sum]
            self.rest = rest if rest > 0 else self.rest
            return bool(rest <= 0)
        return True

    def is_renewed_by(self, other: Duty) -> bool:
        """Is the other a later period of the same kind, about the same subject?"""
        field, same = self.row.renews, (self.row.clock, self.row.deadline)
        by = (other.row.clock, other.row.deadline)
        return bool(field) and by == same and other.subject.get(field) == self.subject.get(field)


def ids_of(row: Row) -> set[str]:
    """The fields by which the duty's end, or its other half, is known."""
    found = {pair.partition("=")[0] for way in row.done for pair in way[1:]}
    return found | ({row.renews} if row.renews else set()) | (set(row.half[1:]) if row.half else set())


def opened(row: Row, opening: Told, data: Mapping[str, Any], leads: tuple[str, str]) -> Duty | None:
    """The duty that an event opens by a row of the table; None when it opens none."""
    if opening.type != row.opened_by or (row.only and data.get(row.only[0]) not in row.only[1:]):
        return None
    waiting = values(data.get(row.each[0])) if row.each else []
    due_at = _due(row, opening, data)
    if not due_at or (row.each and not waiting):
        return None
    owner = _owner(row.owner, opening, data, leads)
    subject = {name: data[name] for name in ids_of(row) if name in data}
    says = _says(row, opening, data, due_at, owner)
    return Duty(row, opening, due_at, owner, says, subject, waiting, data[row.sum] if row.sum else 0)


def _due(row: Row, opening: Told, data: Mapping[str, Any]) -> str:
    stated = [each.data for each in opening.effects if each.type == row.effect] if row.effect else [data]
    text = stated[0].get(row.stated) if stated and row.stated else None
    if text is not None:
        return str(text) if len(text) > 10 else later(f"{text}T00:00:00.000000Z", timedelta(days=row.day == "end"))
    if row.stated and not row.grade:
        return ""
    start = {"time": opening.time, "at": opening.at}.get(row.runs) or data[row.runs]
    return later(start, deadline(row.deadline, data.get(row.grade, row.grade)))


def _owner(owner: str, opening: Told, data: Mapping[str, Any], leads: tuple[str, str]) -> str:
    if owner.startswith("category "):
        first = next(agency for agency, mine in CATEGORIES.items() if owner.split()[1] in mine)
        return str(data.get("to_agency") or first)
    if owner in ("care", "proceedings"):
        return leads[owner == "proceedings"] or str(DEFAULTS[f"{owner}_lead"])
    return str(DEFAULTS["oversight"]) if owner == "oversight" else str(data.get(owner, opening.publisher))


def _says(row: Row, opening: Told, data: Mapping[str, Any], due_at: str, owner: str) -> dict[str, Any]:
    """What the clock says of it."""
    match row.clock:
        case "referral.ReferralOverdueMarked":
            answer = row.deadline.removeprefix("referral_")
            return {"referral_id": data["referral_id"], "deadline": answer, "due_at": due_at}
        case "custody.TransferOverdueMarked":
            return {"transfer_id": data["transfer_id"], "due_at": due_at, "leg": row.leg}
        case "identification.RecoveryPeriodEnded":
            day = datetime.fromisoformat(due_at) - timedelta(days=1)
            return {"victim_id": data["victim_id"], "ended_on": day.date().isoformat()}
        case "prosecution.AppealPeriodLapsed":
            return {"defendant_id": data["defendant_id"], "instance": data.get("instance"), "lapsed_on": due_at[:10]}
    return {"of": opening.event_id, "duty": row.deadline, "due_at": due_at, "owner": owner}


def referred(before: Sequence[Told], one: Told) -> dict[str, Any]:
    """What earlier events said of the ids that the event names, and who said it."""
    found: dict[str, Any] = {}
    for field, (kind, names) in REFERRED.items():
        for each in before if field in one.data else ():
            if each.type == kind and each.data.get(field) == one.data[field]:
                found |= {name: each.data[name] for name in names if name in each.data} | {"sender": each.publisher}
    return found


def leads(until: Sequence[Told]) -> tuple[str, str]:
    """Who leads care and proceedings, as far as these events say."""
    found = ("", "")
    for each in until:
        for effect in each.effects:
            if effect.type == "case.LeadsAssigned" and effect.data:
                found = (effect.data["care"], effect.data["proceedings"])
    return found


def is_said_by(mark: Told, says: Mapping[str, Any]) -> bool:
    """Does the clock speak of this?"""
    return all(mark.data.get(name) == value for name, value in says.items())


def may_end(one: Told, name: str, data: Mapping[str, Any]) -> bool:
    """Is it of a type that ends such duties, and not told what it is about? `data`: with what is known of its ids.

    A field of its own that an event told as a whole lacks was left out: then it is about no such thing.
    """
    ways = [way[1:] for row in ROWS if row.deadline == name for way in row.done if way[0] == one.type]
    asked = {pair.partition("=")[2] or pair for way in ways for pair in way} - data.keys()
    own = {*ids(one.type), *(each for each, _, _ in clear(one.type))}
    return bool(asked - own if is_whole(one.type, one.data) else asked)


@dataclass
class Course:
    """What is told in order; by each event, what is known of the ids that it names, and who leads. `about` says whether
    the i-th event belongs here: others can only end what is due."""

    said: Sequence[Told]
    known: Sequence[Mapping[str, Any]]
    led: Sequence[tuple[str, str]]
    about: Callable[[int], bool] = lambda i: True

    def whole(self, i: int) -> bool:
        """Does the event belong here, and is all of it told?"""
        return self.about(i) and is_whole(self.said[i].type, self.said[i].data)

    def opens(self, i: int, row: Row) -> Duty | None:
        """The duty that the event opens by the row."""
        one = self.said[i]
        return opened(row, one, {**self.known[i], **one.data}, self.led[i]) if row.opened_by == one.type else None


def left(course: Course, until: int) -> list[Duty]:
    """What is due after so many events: opened by what is told as a whole, and ended by what is told of the ids."""
    found: list[Duty] = []
    for i in range(until):
        if TYPES[course.said[i].type]["kind"] != "clock" and course.whole(i):
            duties = [course.opens(i, row) for row in ROWS if not row.half]
            found += [duty for duty in duties if duty is not None and _is_left(duty, course, i, until)]
    return found


def _is_left(duty: Duty, course: Course, opening: int, until: int) -> bool:
    for i in range(opening + 1, until):
        one, whole = course.said[i], course.whole(i)
        if one.type in MARKS:
            told = is_whole(one.type, one.data)
            duty.marked |= told and one.type == duty.row.clock and is_said_by(one, duty.says)
            continue
        if TYPES[one.type]["kind"] == "clock" and whole:
            if one.type == duty.row.clock and is_said_by(one, duty.says):
                return False
            continue
        data = {**course.known[i], **one.data}
        if duty.is_done_by(one, data):
            return False
        if whole:
            new = [course.opens(i, row) for row in ROWS] if duty.row.renews else []
            if any(other is not None and duty.is_renewed_by(other) for other in new):
                return False
        elif may_end(one, duty.row.deadline, data):
            if not duty.marked:
                return False
            duty.doubtful = True
    return True


def document(duty: Duty) -> dict[str, Any]:
    """A duty as columns show it."""
    opening, row = duty.opening, duty.row
    return {
        "of": opening.event_id, "deadline": row.deadline, "due_at": duty.due_at, "owner": duty.owner,
        "opened_by": opening.type, "publisher": opening.publisher, "clock": row.clock, "says": duty.says,
        "subject": duty.subject, "waiting": duty.waiting, "rest": duty.rest, "marked": duty.marked,
        "doubtful": duty.doubtful, "pos": opening.pos,
    }  # fmt: skip
