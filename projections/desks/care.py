"""`care`: each person in care as the agency is told: services, occasions and examinations counted, stays, risk, plan.

Occasions on which a child is asked about the events, and medical examinations, are counted over all agencies; over
linked cases the API adds them up when it is read, of rows that the agency may see. What the agency is told without the
person that it is about counts nowhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Annotated, Any, NamedTuple

import orjson

from projections.desk import Listed
from projections.engine import Key, Row
from projections.told import Json, Told


class CareRow(NamedTuple):
    """A person in a case, and what is known of her care. Times are UTC, six decimals; dates are days."""

    agency: Annotated[str, "whose row it is"]
    case_id: Annotated[str, "the case"]
    victim_id: Annotated[str, "the person"]
    risk_level: Annotated[str, "the last assessed: `high`, `medium`, `low` or `none`"]
    risk_at: Annotated[str, "`time` of that assessment"]
    missing: Annotated[str, "`missing`, or `located` after she was; empty when never reported"]
    missing_since: Annotated[str, "since when she is, or was last, missing"]
    shelter: Annotated[str, "`open` while a stay is, `closed` after the last one; empty when there was none"]
    stays: Annotated[Json, "open stays, array of `care_episode_id`, `by`, `since`, `bed_type`"]
    placement: Annotated[str, "kind of the last placement"]
    placed_on: Annotated[str, "day of that placement"]
    plan_setting: Annotated[str, "setting of the care plan in force"]
    plan_services: Annotated[Json, "services that it plans, array"]
    review_on: Annotated[str, "when it is reviewed next"]
    follow_up_on: Annotated[str, "after care has ended, when she is looked after; empty once it was done"]
    services: Annotated[int, "services delivered"]
    services_by: Annotated[Json, "by service type: `times`, and `last_on`"]
    interviews: Annotated[int, "occasions on which she was asked about the events: interviews, accounts, testimony"]
    unauthorized: Annotated[int, "how many of them repeated one for the same purpose without authorisation"]
    asked: Annotated[Json, "each occasion, array of `occasion`, `purpose`, `at`, `by`"]
    examinations: Annotated[int, "medical examinations"]
    examined: Annotated[Json, "each of them, array of `kind`, `purpose`, `at`, `by`"]
    died: Annotated[str, "`time` of the report that she died"]
    last_pos: Annotated[int, "position of the last event of which this is made"]


name = "care"
row = CareRow
keys = 3
listed = Listed(filters=("risk_level", "missing", "shelter"), of_person=("interviews", "examinations"))

_TESTIMONY = "prosecution.HearingHeld"
_REPEATED = "INTERVIEW_REPEATED_WITHOUT_AUTHORIZATION"

Changes = dict[str, Any]


def _parsed(text: str) -> Any:
    return orjson.loads(text)


def _json(value: Any) -> str:
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()


def _nothing(before: CareRow, told: Told) -> Changes:
    return {}


def _risk(before: CareRow, told: Told) -> Changes:
    return {"risk_level": told.data.get("risk_level", ""), "risk_at": told.time}


def _missing(before: CareRow, told: Told) -> Changes:
    return {"missing": "missing", "missing_since": told.data.get("missing_since", "")}


def _located(before: CareRow, told: Told) -> Changes:
    return {"missing": "located"}


def _admitted(before: CareRow, told: Told) -> Changes:
    data = told.data
    stay = {
        "care_episode_id": data.get("care_episode_id", ""), "by": told.publisher, "since": told.time,
        "bed_type": data.get("bed_type", ""),
    }  # fmt: skip
    return _stays([*_others(before, data.get("care_episode_id", "")), stay]) | {"follow_up_on": ""}


def _planned(before: CareRow, told: Told) -> Changes:
    """A plan for care in the community has an episode, but no stay."""
    data = told.data
    return {
        "plan_setting": data.get("setting", ""), "plan_services": _json(data.get("services", [])),
        "review_on": data.get("review_on", ""),
    }  # fmt: skip


def _closed(before: CareRow, told: Told) -> Changes:
    """Care has ended: there is no plan to review, and a day to look after her."""
    data = told.data
    left = _others(before, data.get("care_episode_id", ""))
    stays = _stays(left) if before.shelter else {}
    plan = {"plan_setting": "", "plan_services": "[]", "review_on": ""}
    return stays | plan | {"follow_up_on": data.get("follow_up_on", "")}


def _others(before: CareRow, care_episode_id: str) -> list[Any]:
    return [stay for stay in _parsed(before.stays) if stay["care_episode_id"] != care_episode_id]


def _stays(stays: list[Any]) -> Changes:
    return {"stays": _json(stays), "shelter": "open" if stays else "closed"}


def _followed_up(before: CareRow, told: Told) -> Changes:
    return {"follow_up_on": ""}


def _placed(before: CareRow, told: Told) -> Changes:
    return {"placement": told.data.get("placement", ""), "placed_on": told.data.get("placed_on", "")}


def _served(before: CareRow, told: Told) -> Changes:
    kind, on = told.data.get("service_type", ""), told.data.get("delivered_on", "")
    by = _parsed(before.services_by)
    known = by.get(kind, {"times": 0, "last_on": ""})
    by[kind] = {"times": known["times"] + 1, "last_on": max(known["last_on"], on)}
    return {"services": before.services + 1, "services_by": _json(by)}


def _asked(before: CareRow, told: Told) -> Changes:
    """As `domain.stages.protection.occasions` counts; at a hearing no purpose is stated but the court's own."""
    if told.type == _TESTIMONY:
        occasion, purpose = "testimony", "clarification_for_court"
    else:
        occasion, purpose = told.data.get("occasion", ""), told.data.get("purpose", "")
    said = {"occasion": occasion, "purpose": purpose, "at": told.time, "by": told.publisher}
    repeated = any(effect.data.get("breach") == _REPEATED for effect in told.effects)
    return {
        "interviews": before.interviews + 1, "unauthorized": before.unauthorized + repeated,
        "asked": _json([*_parsed(before.asked), said]),
    }  # fmt: skip


def _examined(before: CareRow, told: Told) -> Changes:
    said = {
        "kind": told.data.get("kind", ""),
        "purpose": told.data.get("purpose", ""),
        "at": told.time,
        "by": told.publisher,
    }
    return {"examinations": before.examinations + 1, "examined": _json([*_parsed(before.examined), said])}


def _died(before: CareRow, told: Told) -> Changes:
    return {"died": told.time, "missing": "located" if before.missing else "", "review_on": "", "follow_up_on": ""}


_AFTER: Mapping[str, Callable[[CareRow, Told], Changes]] = {
    "identification.IndicatorReported": _nothing,
    "identification.VictimPresumed": _nothing,
    "protection.RiskAssessed": _risk,
    "protection.ChildReportedMissing": _missing,
    "protection.ChildLocated": _located,
    "protection.ShelterAdmitted": _admitted,
    "protection.CarePlanAgreed": _planned,
    "protection.CareEpisodeClosed": _closed,
    "protection.FollowUpRecorded": _followed_up,
    "protection.ChildPlaced": _placed,
    "protection.ServiceDelivered": _served,
    "protection.ForensicInterviewConducted": _asked,
    "protection.AccountTaken": _asked,
    "protection.MedicalExaminationConducted": _examined,
    "protection.ChildDied": _died,
    _TESTIMONY: _asked,
}
types = frozenset(_AFTER)


def evolve(rows: Mapping[Key, Row], told: Told) -> Iterable[Row]:
    """The rows of the persons whom the event is about, as far as the agency is told whom."""
    change = _AFTER.get(told.type)
    if change is None or not told.data:
        return
    for victim in _persons(told):
        found = rows.get((told.agency, told.stream, victim))
        before = CareRow._make(found) if found is not None else _first(told, victim)
        yield before._replace(last_pos=told.pos, **change(before, told))


def _persons(told: Told) -> Iterable[str]:
    if told.type == _TESTIMONY:
        return dict.fromkeys(told.data.get("children_testified", ()))
    return (told.data["victim_id"],) if "victim_id" in told.data else ()


def _first(told: Told, victim: str) -> CareRow:
    return CareRow(
        told.agency, told.stream, victim, "", "", "", "", "", "[]", "", "", "", "[]", "", "", 0, "{}", 0, 0, "[]", 0,
        "[]", "", told.pos,
    )  # fmt: skip
