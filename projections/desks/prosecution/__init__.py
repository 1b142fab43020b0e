"""`prosecution`: each defendant and charge, from the first suspicion to the final judgment, and what a charge lacks.

Every naming of articles that concerns the person or the charge stands in the history, so that a drift to lesser ones is
visible. What a charge needs is one table (`projections.desks.prosecution.charging`). Facts come in any order: the row
of no defendant keeps what the agency is told, and the others follow from it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, Any, NamedTuple

from domain.stages.investigation.articles import CONVICTED, is_of_trafficking
from projections.desk import Listed
from projections.desks.kept import read, written
from projections.desks.prosecution import facts
from projections.desks.prosecution.charging import lacking
from projections.desks.prosecution.facts import TYPES, WITH_PROSECUTOR
from projections.desks.prosecution.known import BLANK, Known, articles_of
from projections.desks.prosecution.redress import owed
from projections.engine import Key, Row
from projections.told import Json, Told


class ProsecutionRow(NamedTuple):
    """A charge against a person, or with the charge `-` the person before and beside charges. Amounts are tugrik."""

    agency: Annotated[str, "whose row it is"]
    case_id: Annotated[str, "the case"]
    defendant_id: Annotated[str, "the person, by one id to the judgment; `-` in the row that keeps the facts"]
    charge_id: Annotated[str, "the charge; `-`: the person"]
    investigation_id: Annotated[str, "the investigation in which the person is suspected"]
    stage: Annotated[
        str,
        "of a charge `accused`, `declined`, `returned`, `resting`, `dropped`, `before_court`, `judged`; of a person"
        " `named`, `suspected`, `cleared`, `accused`, `before_court`, `judged`",
    ]
    articles: Annotated[Json, "the articles now, array"]
    result: Annotated[str, "`convicted`, `acquitted`, `dismissed`, `reclassified`; empty while none stands"]
    history: Annotated[
        Json,
        "every naming of articles from the first investigation on, array: `at`, `step` (type), `by`, `before`, `after`,"
        " `reason`, `investigation_id`, `defendant_id`, `charge_id`",
    ]
    drifted: Annotated[int, "1 when it began under an article of trafficking and is under none now, else 0"]
    hearings: Annotated[
        Json,
        "hearings of the person by id, object: `hearing_type`, `on`, `state` (`scheduled`, `held`, `adjourned`),"
        " `witnesses`, `testified`, `measures` (special measures by child)",
    ]
    appeals: Annotated[
        Json, "appeals by id, object: `by`, `instance`, `filed_on`, `result` (empty while pending), `decided_on`"
    ]
    judgment: Annotated[
        str, "`verdict`, `appeal_decided`, `lapsed` (the period for an appeal is over), `final`; empty before"
    ]
    final_on: Annotated[str, "day on which the judgment became final"]
    sentence: Annotated[Json, "the last one, object: `months_imprisonment`, `suspended`, `fine_mnt`, `additional`"]
    redress: Annotated[
        Json, "what is owed victim by victim, array: `victim_id`, `ordered_mnt`, `paid_mnt`, `balance_mnt`, `awards`"
    ]
    balance_mnt: Annotated[int, "what is still owed to all of them"]
    missing: Annotated[Json, "what a charge needs and is not there, array of codes; empty once it is before a court"]
    untold: Annotated[Json, "what a charge needs and the agency is not told enough to say, array of codes"]
    known: Annotated[Json, "what the rows follow from, in the row of no defendant: object"]
    last_pos: Annotated[int, "position of the last event that changed the row"]


name = "prosecution"
row = ProsecutionRow
keys = 4
types = TYPES
listed = Listed(filters=("stage", "judgment"), hidden=("known",), shown_by="stage")

NONE = "-"
"""In place of a defendant or a charge: none."""

_FACTS = (NONE, NONE)


def evolve(rows: Mapping[Key, Row], told: Told) -> Iterable[Row]:
    """The persons and charges that the event changes."""
    if not told.data and not told.effects:
        return
    own = rows.get((told.agency, told.stream, *_FACTS))
    before = written(BLANK) if own is None else ProsecutionRow._make(own).known
    known: Known = read(before)
    facts.take(known, told)
    after = written(known)
    if after == before:
        return
    yield ProsecutionRow(
        told.agency, told.stream, *_FACTS, "", "", "[]", "", "[]", 0, "{}", "{}", "", "", "{}", "[]", 0, "[]", "[]",
        after, told.pos,
    )  # fmt: skip
    for at, says in _rows(known):
        fresh = ProsecutionRow._make((told.agency, told.stream, *at, *says, "{}", told.pos))
        found = rows.get(fresh[:keys])
        if found is None or found[keys:-1] != fresh[keys:-1]:
            yield fresh


def _rows(known: Known) -> Iterator[tuple[tuple[str, str], tuple[Any, ...]]]:
    """Key and content of each row."""
    for defendant, person in known["persons"].items():
        charges = {key: each for key, each in known["charges"].items() if each["defendant"] == defendant}
        shared = _of_person(known, defendant)
        stage = _stage(person, charges.values())
        articles = _convicted_of(charges.values()) or articles_of(known, defendant)
        whole = (stage, articles, "", _history(known, defendant, None), stage in ("suspected", "accused", "named"))
        yield (defendant, NONE), _row(known, defendant, shared, *whole)
        for key, charge in charges.items():
            stage = charge["stage"]
            part = (stage, charge["articles"], charge["result"], _history(known, defendant, key))
            yield (defendant, key), _row(known, defendant, shared, *part, stage in WITH_PROSECUTOR)


def _row(
    known: Known, defendant: str, shared: tuple[Any, ...], stage: str, articles: list[str], result: str,
    history: list[dict[str, Any]], lacks: bool,
) -> tuple[Any, ...]:  # fmt: skip
    person = known["persons"][defendant]
    first = history[0]["after"] if history else []
    drifted = any(map(is_of_trafficking, first)) and not any(map(is_of_trafficking, articles))
    missing, untold = _lacking(known, person) if lacks else ([], [])
    return (
        person["investigation"], stage, written(articles), result, written(history), int(drifted), *shared,
        written(missing), written(untold),
    )  # fmt: skip


def _of_person(known: Known, defendant: str) -> tuple[Any, ...]:
    """What all rows of a person share: from `hearings` to `balance_mnt`."""
    person = known["persons"][defendant]
    hearings = {key: _without(each) for key, each in known["hearings"].items() if defendant in each["defendants"]}
    appeals = {key: _without(each) for key, each in known["appeals"].items() if each["defendant"] == defendant}
    redress = owed(known["awards"], defendant)
    balance = sum(each["balance_mnt"] for each in redress)
    court = (person["judgment"], person["final_on"], written(person["sentence"]))
    return (written(hearings), written(appeals), *court, written(redress), balance)


def _without(thing: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in thing.items() if name not in ("defendants", "defendant")}


def _stage(person: Mapping[str, Any], charges: Iterable[Mapping[str, Any]]) -> str:
    stages = {charge["stage"] for charge in charges}
    for stage in ("before_court", "judged", "accused"):
        if stage in stages:
            return stage
    return "suspected" if person["suspected"] else "cleared" if person["cleared"] else "named"


def _convicted_of(charges: Iterable[Mapping[str, Any]]) -> list[str]:
    """The articles of which a conviction stands, else those of the charges."""
    all_of_them = list(charges)
    convicting = [each for each in all_of_them if each["result"] in CONVICTED]
    return sorted({article for each in convicting or all_of_them for article in each["articles"]})


def _history(known: Known, defendant: str, charge: str | None) -> list[dict[str, Any]]:
    """The namings that concern the person, of one charge or of all: her own, her investigation's."""
    here = known["persons"][defendant]["investigation"]
    return [
        each
        for each in known["history"]
        if (each["defendant_id"] == defendant and (charge is None or each["charge_id"] in ("", charge)))
        or (not each["defendant_id"] and here and each["investigation_id"] == here)
    ]


def _lacking(known: Known, person: Mapping[str, Any]) -> tuple[list[str], list[str]]:
    investigation = known["investigations"].get(person["investigation"], {})
    there = {
        "suspect_identified": person["suspected"],
        "file_received": investigation.get("received", False),
        "lab_report": all(known["orders"].values()),
    }
    victims = investigation.get("victims", [])
    return lacking(known["held"], person=there, victims=victims, leads=known["leads"])
