"""A case is dormant when no agency has done anything in it for 14 days, by the events' own `time`.

Called by `domain.stages.ledger.duties`, which marks it, and by the view `duties`.
"""

from __future__ import annotations

from domain.catalogue import EventType
from domain.event import Event
from domain.profile import deadline
from domain.stages.duty import Dormancy, Duties, Duty
from domain.stages.ledger.duties_open import shifted_safely

DORMANCY = "case.DormancyMarked"


def dormancy_after(before: Duties, care_lead: str, event: Event, event_type: EventType) -> Dormancy | None:
    """A case is dormant when its last event is a while ago; a late entry of what was earlier changes nothing.

    After a mark the time runs from there, so that an old case that is entered late is marked now and then, not at
    each of its events. The registrar asks whether the case is open.
    """
    last = before.dormancy
    if event.type == "case.Closed" or (event_type.stream != "case" and last is None):
        return None
    owner = care_lead or event.publisher
    if last is None:
        return Dormancy(event.id, event.time, event.time, owner, event.type, event.publisher)
    if event.time < last.time:
        return last
    floor = (shifted_safely(last.since, deadline("dormancy")) if last.marked else last.since) or ""
    return Dormancy(event.id, event.time, max(event.time, floor), owner, event.type, event.publisher)


def dormancy_due(last: Dormancy) -> str | None:
    """The instant at which the case has been without an event too long; None behind the end of the calendar."""
    return shifted_safely(last.since, deadline("dormancy"))


def dormancy_duty(duties: Duties) -> Duty | None:
    """The duty to look after a case: open from each event on, the care lead's."""
    last = duties.dormancy
    due_at = dormancy_due(last) if last is not None else None
    if last is None or due_at is None:
        return None
    says = {"last_event": last.of, "days": deadline("dormancy").days}
    return Duty(
        last.of, "dormancy", due_at, last.owner, last.opened_by, last.publisher, DORMANCY, says, {}, marked=last.marked
    )
