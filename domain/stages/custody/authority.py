"""Whether an act on an exhibit had its authority: a warrant within its window, an order that names it, or an exception.

Warrants (`authorizations`) and examination orders (`orders`) are those of the investigation, by id. An order of an
exhibit covers what is derived from it. An answered or expired order permits nothing more. Called by
`domain.stages.custody.handling`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from domain.event import Event
from domain.stages.custody.breaks import Gap, began, ended, exhibit
from domain.stages.rules import Context

if TYPE_CHECKING:
    from domain.case import Case

NO_AUTHORITY, EXPIRED = Gap("ACCESS_WITHOUT_AUTHORITY"), Gap("AUTHORIZATION_EXPIRED")

# What is handed over, photographed in the open or divided from what is held already needs no warrant.
_FREE_METHODS = frozenset({"handed_in", "photograph_of_scene", "division"})
# These act by their office or hold the exhibit; the defence inspects by leave of the court or the prosecutor.
_BY_OFFICE = frozenset({"custodian", "prosecutor", "judge", "auditor"})
_DEFENCE = frozenset({"defence_counsel", "defence_expert"})
_LEAVE_OF = frozenset({"court", "prosecutor"})
# An arrest permits to take a person, not to open a thing.
_NOT_OF_THINGS = frozenset({"arrest"})
_ANSWERS = frozenset({"opinion", "amended"})


def lineage(case: Case, number: str) -> Iterator[str]:
    """The exhibit, its parent, the parent's parent and so on."""
    seen: set[str] = set()
    current: str | None = number
    while current is not None and current not in seen:
        seen.add(current)
        yield current
        current = exhibit(case, current).parent


def _warrant(case: Case, event: Event) -> list[Gap]:
    """The warrant that the event names: on record, for things, and its window covers the whole act."""
    known: Mapping[str, Any] = getattr(case, "authorizations", {})
    found = known.get(event.data["authorization_id"])
    if found is None or found.authorization_type in _NOT_OF_THINGS:
        return [NO_AUTHORITY]
    return [] if found.valid_from <= began(event) and ended(event) <= found.valid_to else [EXPIRED]


def to_collect(case: Case, event: Event) -> list[Gap]:
    """Taking something needs a warrant or an exception that is stated."""
    data = event.data
    if "authorization_id" in data:
        return _warrant(case, event)
    excepted = data.get("exception", "none") != "none" or data["method"] in _FREE_METHODS
    return [] if excepted else [NO_AUTHORITY]


def to_access(case: Case, event: Event, context: Context) -> list[Gap]:
    """Opening an exhibit to somebody needs a warrant, the office, an order to examine it, or leave."""
    data = event.data
    if "authorization_id" in data:
        return _warrant(case, event)
    if data["by_role"] in _BY_OFFICE or by_leave(event, context):
        return []
    return [] if data["by_role"] == "examiner" and _ordered(case, event) else [NO_AUTHORITY]


def by_leave(event: Event, context: Context) -> bool:
    """Whether the court or the prosecutor states an inspection by the defence."""
    office = context.partners.categories(event.publisher)
    return event.data["by_role"] in _DEFENCE and not office.isdisjoint(_LEAVE_OF)


def to_open(case: Case, event: Event) -> list[Gap]:
    """A seal is opened to examine under an order, or to give back under an order; other reasons are the custodian's."""
    number, reason = event.data["exhibit_number"], event.data["reason"]
    if reason == "examination" and not _ordered(case, event):
        return [NO_AUTHORITY]
    if reason == "return_to_owner" and not exhibit(case, number).dispositions:
        return [NO_AUTHORITY]
    return []


def _names(case: Case, order: Any, number: str, agency: str) -> bool:
    return order.to_agency == agency and any(each in order.exhibits for each in lineage(case, number))


def _orders(case: Case) -> Mapping[str, Any]:
    orders: Mapping[str, Any] = getattr(case, "orders", {})
    return orders


def _ordered(case: Case, event: Event) -> bool:
    """Whether any order asks this agency to examine this exhibit."""
    number = event.data["exhibit_number"]
    return any(_names(case, order, number, event.publisher) for order in _orders(case).values())


def _order_of(case: Case, event: Event, number: str) -> Any | None:
    order = _orders(case).get(event.data.get("order_id", ""))
    return order if order is not None and _names(case, order, number, event.publisher) else None


def to_examine(case: Case, event: Event) -> list[Gap]:
    """An examination needs the order that it names, unanswered, and not after the day that the order sets."""
    order = _order_of(case, event, event.data["exhibit_number"])
    if order is None:
        return [Gap("EXAMINED_WITHOUT_ORDER")]
    due_at = getattr(order, "due_at", None)
    over = due_at is not None and began(event) > due_at
    return [EXPIRED] if over or answered(case, event.data["order_id"], before=began(event)) else []


def answered(case: Case, order_id: str, *, before: str) -> bool:
    """Whether an opinion on the order was issued before the instant; an interim report or observation answers none."""
    return any(
        report.order_id == order_id and report.kind in _ANSWERS and report.issued_at <= before
        for report in case.lab_reports.values()
    )


def to_report(case: Case, event: Event, number: str) -> list[Gap]:
    """A report needs the order that it names, of this exhibit."""
    return [] if _order_of(case, event, number) is not None else [Gap("EXAMINED_WITHOUT_ORDER")]


def to_dispose(case: Case, event: Event) -> list[Gap]:
    """Disposal needs an order of this exhibit for this end and recipient; one after imaging needs the image."""
    number, data = event.data["exhibit_number"], event.data
    order = case.dispositions.get(data.get("order_id", ""))
    fits = (
        order is not None
        and number in order.exhibits
        and (order.disposition, order.recipient_kind) == (data["disposition"], data["recipient_kind"])
        and (not order.after_imaging or any(each.parent == number for each in case.exhibits.values()))
    )
    return [] if fits else [Gap("DISPOSED_WITHOUT_ORDER")]
