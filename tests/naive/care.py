"""Care in one stream as one agency is told, by plain loops: every number is counted anew from all that it is told."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from naive.caseload import in_effect
from naive.record import last
from naive.told import Told

Found = dict[str, Any]
PROTECTION = (
    *("RiskAssessed", "ChildReportedMissing", "ChildLocated", "ShelterAdmitted", "CarePlanAgreed", "CareEpisodeClosed"),
    *("FollowUpRecorded", "ChildPlaced", "ServiceDelivered", "ForensicInterviewConducted", "AccountTaken"),
    *("MedicalExaminationConducted", "ChildDied"),
)
KNOWN = (
    *("identification.IndicatorReported", "identification.VictimPresumed"),
    *(f"protection.{name}" for name in PROTECTION),
)
ASKED = ("protection.ForensicInterviewConducted", "protection.AccountTaken")
HEARING = "prosecution.HearingHeld"


def fold(told: Sequence[Told]) -> Iterator[Found]:
    """By person."""
    heard = [one for one in in_effect(told) if one.data]
    victims = {one.data["victim_id"] for one in heard if one.type in KNOWN and "victim_id" in one.data}
    victims |= {child for one in heard if one.type == HEARING for child in one.data.get("children_testified", ())}
    for victim in victims:
        yield _person(victim, [one for one in heard if _is_about(one, victim)])


def _is_about(one: Told, victim: str) -> bool:
    if one.type == HEARING:
        return victim in one.data.get("children_testified", ())
    return one.type in KNOWN and one.data.get("victim_id") == victim


def _person(victim: str, mine: Sequence[Told]) -> Found:
    risks, placed = _of(mine, "RiskAssessed"), _of(mine, "ChildPlaced")
    lost = _of(mine, "ChildReportedMissing", "ChildLocated", "ChildDied")
    plans = _of(mine, "CarePlanAgreed", "CareEpisodeClosed")
    reviews = _of(mine, "CarePlanAgreed", "CareEpisodeClosed", "ChildDied")
    after_care = _of(mine, "CareEpisodeClosed", "FollowUpRecorded", "ShelterAdmitted", "ChildDied")
    missing = _of(lost, "ChildReportedMissing")
    found = {
        "agency": mine[0].agency, "case_id": mine[0].stream, "victim_id": victim,
        "risk_level": _last(risks, "risk_level"), "risk_at": last(one.time for one in risks),
        "missing": "" if not missing else "missing" if _is(lost[-1], "ChildReportedMissing") else "located",
        "missing_since": _last(missing, "missing_since"),
        "placement": _last(placed, "placement"), "placed_on": _last(placed, "placed_on"),
        "plan_setting": _in_force(plans, "CarePlanAgreed", "setting"),
        "plan_services": _in_force(plans, "CarePlanAgreed", "services") or [],
        "review_on": _in_force(reviews, "CarePlanAgreed", "review_on"),
        "follow_up_on": _in_force(after_care, "CareEpisodeClosed", "follow_up_on"),
        "died": last(one.time for one in _of(mine, "ChildDied")), "last_pos": mine[-1].pos,
    }  # fmt: skip
    return {**found, **_stays(mine), **_services(mine), **_asked(mine), **_examined(mine)}


def _of(mine: Sequence[Told], *names: str) -> list[Told]:
    return [one for one in mine if any(_is(one, name) for name in names)]


def _is(one: Told, name: str) -> bool:
    return one.type == f"protection.{name}"


def _last(found: Sequence[Told], field: str) -> Any:
    return last(one.data.get(field, "") for one in found)


def _in_force(found: Sequence[Told], name: str, field: str) -> Any:
    """What the last of these says, if it is of the one type: the others end it."""
    return found[-1].data.get(field, "") if found and _is(found[-1], name) else ""


def _stays(mine: Sequence[Told]) -> Found:
    """Whoever was admitted last under an episode, unless the episode was closed since."""
    admitted = _of(mine, "ShelterAdmitted")
    stays = []
    for one in admitted:
        later = [
            each
            for each in mine[mine.index(one) + 1 :]
            if each.data.get("care_episode_id") == one.data.get("care_episode_id")
        ]
        if not _of(later, "ShelterAdmitted", "CareEpisodeClosed"):
            stay = {"by": one.publisher, "since": one.time, "bed_type": one.data.get("bed_type", "")}
            stays.append({"care_episode_id": one.data.get("care_episode_id", ""), **stay})
    return {"stays": stays, "shelter": "open" if stays else "closed" if admitted else ""}


def _services(mine: Sequence[Told]) -> Found:
    delivered = _of(mine, "ServiceDelivered")
    by: Found = {}
    for kind in {one.data.get("service_type", "") for one in delivered}:
        days = [one.data.get("delivered_on", "") for one in delivered if one.data.get("service_type", "") == kind]
        by[kind] = {"times": len(days), "last_on": max(days)}
    return {"services": len(delivered), "services_by": by}


def _asked(mine: Sequence[Told]) -> Found:
    """A hearing at which she testified is an occasion too."""
    asked = [one for one in mine if one.type in (*ASKED, HEARING)]
    testimony = {"occasion": "testimony", "purpose": "clarification_for_court"}
    occasions = []
    for one in asked:
        said = {name: one.data.get(name, "") for name in ("occasion", "purpose")}
        occasions.append({**(testimony if one.type == HEARING else said), "at": one.time, "by": one.publisher})
    breach = "INTERVIEW_REPEATED_WITHOUT_AUTHORIZATION"
    broken = [one for one in asked if any(each.data.get("breach") == breach for each in one.effects)]
    return {"interviews": len(asked), "unauthorized": len(broken), "asked": occasions}


def _examined(mine: Sequence[Told]) -> Found:
    found = [
        {"kind": one.data.get("kind", ""), "purpose": one.data.get("purpose", ""), "at": one.time, "by": one.publisher}
        for one in _of(mine, "MedicalExaminationConducted")
    ]
    return {"examinations": len(found), "examined": found}
