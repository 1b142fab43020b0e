"""Care in one stream as one agency is told, by plain loops: every number is counted anew from all that it is told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from projections.told import Told

Found = dict[str, Any]
KNOWN = (
    *("identification.IndicatorReported", "identification.VictimPresumed", "protection.RiskAssessed"),
    *("protection.ChildReportedMissing", "protection.ChildLocated", "protection.ShelterAdmitted"),
    *("protection.CarePlanAgreed", "protection.CareEpisodeClosed", "protection.FollowUpRecorded"),
    *("protection.ChildPlaced", "protection.ServiceDelivered", "protection.ForensicInterviewConducted"),
    *("protection.AccountTaken", "protection.MedicalExaminationConducted", "protection.ChildDied"),
)
ASKED = ("protection.ForensicInterviewConducted", "protection.AccountTaken")


def fold(told: Sequence[Told]) -> dict[str, Found]:
    """By person."""
    heard = [
        each
        for each in told
        if not each.code and not {"misfiled", "held"} & {*each.marks} and each.relation != "category"
    ]
    mine = {each.data["victim_id"] for each in heard if each.type in KNOWN and "victim_id" in each.data}
    testified = [(each, child) for each in heard for child in each.data.get("children_testified", ())]
    return {victim: _person(victim, heard, testified) for victim in mine | {child for _, child in testified}}


def _person(victim: str, heard: Sequence[Told], testified: Sequence[tuple[Told, str]]) -> Found:
    mine = [each for each in heard if each.data.get("victim_id") == victim]
    asked = [each for each in mine if each.type in ASKED]
    hearings = list(dict.fromkeys((each.pos, each.type) for each, child in testified if child == victim))
    episodes = {each.data["care_episode_id"]: each for each in _of(mine, "protection.ShelterAdmitted")}
    for each in mine:
        if each.type == "protection.CareEpisodeClosed":
            # Who is admitted again under the same id stays on.
            stay = episodes.get(each.data["care_episode_id"])
            if stay is not None and stay.pos < each.pos:
                del episodes[each.data["care_episode_id"]]
    missing = [
        each.type for each in mine if each.type in ("protection.ChildReportedMissing", "protection.ChildLocated")
    ]
    services = _of(mine, "protection.ServiceDelivered")
    risks = _of(mine, "protection.RiskAssessed")
    return {
        "interviews": len(asked) + len(hearings),
        "examinations": len(_of(mine, "protection.MedicalExaminationConducted")),
        "services": len(services),
        "by_service": dict(Counter(each.data["service_type"] for each in services)),
        "stays": sorted(episodes),
        "risk_level": risks[-1].data["risk_level"] if risks else "",
        "missing": {"": "", "protection.ChildReportedMissing": "missing"}.get((missing or [""])[-1], "located"),
        "review_on": _review(mine),
    }


def _review(mine: Sequence[Told]) -> str:
    ends = ("protection.CareEpisodeClosed", "protection.ChildDied")
    last = [each for each in mine if each.type in ("protection.CarePlanAgreed", *ends)]
    return str(last[-1].data["review_on"]) if last and last[-1].type not in ends else ""


def _of(mine: Sequence[Told], kind: str) -> list[Told]:
    return [each for each in mine if each.type == kind]
