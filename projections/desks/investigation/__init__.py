"""`investigation`: each investigation that an agency is told of: articles now and before, suspects, what is awaited.

Every naming of articles stays in the history. An order to examine names exhibits and no investigation: it stands in
each investigation of its case, and where the agency is told of none, in a row without one; so does a person whose
investigation is not told. Deadlines are those that follow from what the agency is told.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, NamedTuple

from projections.desk import Listed
from projections.desks.investigation.inquiry import Inquiry
from projections.desks.investigation.steps import STEPS, SUSPECTED, TYPES, concerned, where
from projections.desks.kept import read, written
from projections.engine import Key, Row
from projections.told import Json, Told


class InvestigationRow(NamedTuple):
    """An investigation and the proceedings from it. Times are UTC, six decimals."""

    agency: Annotated[str, "whose row it is"]
    case_id: Annotated[str, "the case"]
    investigation_id: Annotated[str, "the investigation; `-`: what names none that the agency is told of"]
    state: Annotated[
        str,
        "`open`, `suspended`, `closed`, `handed_over`, `with_prosecutor`, `before_court`, `judged`; empty when the"
        " agency is not told",
    ]
    since: Annotated[str, "`time` of the event that brought the state"]
    investigator: Annotated[
        str, "the agency that investigates, as far as told; empty once it is taken from one that is accused"
    ]
    unit: Annotated[str, "its unit, where jurisdiction was assigned to one"]
    trafficking_type: Annotated[str, "as it was opened"]
    opened_on: Annotated[str, "day on which it was opened"]
    articles: Annotated[Json, "the articles now, array"]
    history: Annotated[
        Json,
        "every naming of articles, array: `at`, `step` (type), `by`, `before`, `after`, `reason`, `defendant_id`"
        " (empty: of all)",
    ]
    victims: Annotated[Json, "the persons whom it was opened for, array of ids"]
    suspects: Annotated[
        Json,
        "persons by id, object: `suspected`, `roles`, `official`, `detained`, `arrested_at`, `measure`, `measure_to`,"
        " `released_at`, `ground` of the release, `cleared` (reason), `in_court`, `final`",
    ]
    detained: Annotated[int, "how many of them are detained"]
    authorizations: Annotated[Json, "warrants and orders by id, object: `type`, `valid_from`, `valid_to`"]
    orders: Annotated[
        Json,
        "orders to examine by id, object: `exhibits`, `kind`, `to_agency`, `questions`, `ordered_at`, `due_at`,"
        " `reports` (array: `report_id`, `kind`, `answered`, `at`, `supersedes`), `answered`",
    ]
    reports_awaited: Annotated[int, "how many of these orders no opinion has answered"]
    proposals: Annotated[
        Json, "proposals of the police by id, object: `proposal`, `reason`, `articles`, `at`, `of`, `answer` (type)"
    ]
    proposals_open: Annotated[int, "how many of them wait for the prosecutor"]
    assistance: Annotated[
        Json, "requests to other countries by id, object: `country`, `instrument`, `requested_on`, `result`"
    ]
    joined: Annotated[Json, "joined proceedings, array: `case_id`, `investigation_id`, `leading`"]
    deadlines: Annotated[
        Json,
        "what is due, the next first, array: `deadline`, `of` (event), `due_at`, `owner`, `marked` (the clock has said"
        " that it is late), `doubtful` (it may be done), and by what it is ended",
    ]
    late: Annotated[int, "how many of these the clock has marked and none doubts"]
    next_due_at: Annotated[str, "when the first of them is due"]
    last_type: Annotated[str, "type of the last event about it"]
    last_at: Annotated[str, "the registrar's clock at that event"]
    last_pos: Annotated[int, "position of that event"]


name = "investigation"
row = InvestigationRow
keys = 3
types = TYPES
listed = Listed(filters=("state", "investigator"))


def evolve(rows: Mapping[Key, Row], told: Told) -> Iterable[Row]:
    """The investigations that the event is about, or in which it ends what was due."""
    known = {key[-1]: _inquiry(each) for key, each in rows.items()}
    about = concerned(known, told)
    for key in about - known.keys():
        # Orders stand in every investigation of the case, so any of them has them all.
        known[key] = Inquiry(orders=next((dict(each.orders) for each in known.values()), {}))
    left = _moved(known, about, told)
    gone = _taken(known, told)
    persons = {each: {"investigation_id": key} for key, inquiry in known.items() for each in inquiry.suspects}
    for key, inquiry in known.items():
        if key in about:
            STEPS.get(told.type, _nothing)(inquiry, told)
            inquiry.is_due(key, told)
            yield _row(inquiry, told, key)
        elif inquiry.ends_by(told, persons) or key == left or key in gone:
            yield _row(inquiry, told, key)


def _moved(known: Mapping[str, Inquiry], about: set[str], told: Told) -> str | None:
    """The investigation that a person leaves, as she is suspected in another now."""
    person = told.data.get("defendant_id", "")
    before = where(known, person)
    if told.type != SUSPECTED or before is None or before in about:
        return None
    for key in about:
        known[key].suspects[person] = known[before].suspects.pop(person)
    return before


def _taken(known: Mapping[str, Inquiry], told: Told) -> set[str]:
    """The investigations that leave the hands of an agency whose official is accused: the proceedings lead has them."""
    accused = told.data.get("accused_agency")
    if told.type != SUSPECTED or accused is None or not told.data.get("official_complicity"):
        return set()
    gone = {key for key, each in known.items() if each.investigator == accused}
    leads = [effect.data for effect in told.effects if effect.type == "case.LeadsAssigned"]
    for key in gone:
        known[key].investigator, known[key].unit = leads[-1].get("proceedings", "") if leads else "", ""
    return gone


def _nothing(of: Inquiry, told: Told) -> None:
    """The event only ends what was due."""


def _inquiry(found: Row) -> Inquiry:
    row = InvestigationRow._make(found)
    return Inquiry(
        row.state, row.since, row.investigator, row.unit, row.trafficking_type, row.opened_on, read(row.articles),
        read(row.history), read(row.victims), read(row.suspects), read(row.authorizations), read(row.orders),
        read(row.proposals), read(row.assistance), read(row.joined), read(row.deadlines),
    )  # fmt: skip


def _row(of: Inquiry, told: Told, key: str) -> InvestigationRow:
    detained = sum(each["detained"] for each in of.suspects.values())
    awaited = sum(not each["answered"] for each in of.orders.values())
    waiting = sum(not each["answer"] for each in of.proposals.values())
    late = sum(each["marked"] and not each["doubtful"] for each in of.deadlines)
    return InvestigationRow(
        told.agency, told.stream, key, of.state, of.since, of.investigator, of.unit, of.trafficking_type, of.opened_on,
        written(of.articles), written(of.history), written(of.victims), written(of.suspects), detained,
        written(of.authorizations), written(of.orders), awaited, written(of.proposals), waiting, written(of.assistance),
        written(of.joined), written(of.deadlines), late, of.deadlines[0]["due_at"] if of.deadlines else "",
        told.type, told.at, told.pos,
    )  # fmt: skip
