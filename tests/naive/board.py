"""The task force's board of one case, by plain loops over what an agency is told of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from projections.told import Told

TASK_FORCES = ("mn.mdtf", "mn.subcouncil", "mn.cccp")
REOPENS = ("case.Reopened", "identification.IndicatorReported", "protection.ChildReportedMissing")
OVERDUE, LATE_REFERRAL = "ledger.DutyOverdueMarked", "referral.ReferralOverdueMarked"
ENDS = {
    "referral_response": (
        "referral_id",
        ("ReferralAccepted", "ReferralRejected", "ReferralRevoked", "AddresseeReportedUnavailable"),
    ),
    "referral_completion": ("referral_id", ("ReferralCompleted", "RevocationAcknowledged")),
    "dismissal_notice": ("of", ("DismissalNotified",)),
    "first_contact": ("", ("ServiceDelivered", "ShelterAdmitted", "ReferralCompleted", "RevocationAcknowledged")),
    "release_notice": ("", ("VictimNotifiedOfRelease",)),
    "care_plan": ("", ("CarePlanAgreed", "CareEpisodeClosed", "ChildDied")),
    "risk_review": ("", ("RiskAssessed", "ChildDied")),
}
"""What ends a duty that the script lets fall late, and the field by which a mark of it is known."""

Mark = tuple[str, str, bool]
"""What is late, of what, and whether it may be done."""


def fold(agency: str, told: Sequence[Told]) -> dict[str, Any] | None:
    """The row; None where the agency has none."""
    said = [one for one in told if not one.code and not {"misfiled", "held"} & {*one.marks}]
    if agency not in TASK_FORCES:
        return _own_actions(agency, said)
    last = said[-1] if said else None
    if last is None or _is_no_case(said):
        return None
    leads = [each.data for one in said for each in one.effects if each.type == "case.LeadsAssigned"]
    closings = ["open", *("closed" if one.type == "case.Closed" else "open" for one in said if _moves(one))]
    marks = [one.time for one in said if one.type == "case.DormancyMarked"]
    awake = [one for one in said if one.publisher != "mn.clock"]
    dormant = bool(marks) and last.publisher == "mn.clock" and (not awake or said.index(awake[-1]) < _last_mark(said))
    reviews = [one.data["next_review_on"] for one in said if "next_review_on" in one.data]
    late = _late(said)
    return {
        "status": closings[-1],
        "leads": (leads[-1]["care"], leads[-1]["proceedings"]) if leads else ("", ""),
        "last": (last.type, last.pos),
        "dormant_since": marks[-1] if dormant else "",
        "next_review_on": reviews[-1] if reviews else "",
        "late": sum(not doubtful for _, _, doubtful in late),
        "lateness": late,
        "actions": _actions(said),
    }


def _is_no_case(said: Sequence[Told]) -> bool:
    return all(one.type.split(".")[0] in ("taskforce", "prevention", "ledger", "party") for one in said) and not any(
        one.type in ("taskforce.CaseReviewed", "taskforce.ActionAssigned", OVERDUE) for one in said
    )


def _moves(one: Told) -> bool:
    return one.type in (*REOPENS, "case.Closed")


def _last_mark(said: Sequence[Told]) -> int:
    return max(i for i, one in enumerate(said) if one.type == "case.DormancyMarked")


def _late(said: Sequence[Told]) -> list[Mark]:
    found: dict[tuple[str, str], bool] = {}
    for i, one in enumerate(said):
        if one.type == OVERDUE:
            key = (one.data["duty"], one.data["of"])
        elif one.type == LATE_REFERRAL:
            key = (f"referral_{one.data['deadline']}", one.data["referral_id"])
        else:
            continue
        field, kinds = ENDS[key[0]]
        later = [each for each in said[i + 1 :] if each.type.split(".")[1] in kinds]
        if not any(field and each.data.get(field) == key[1] for each in later):
            found[key] = any(not each.data for each in later)
    return sorted((*key, doubtful) for key, doubtful in found.items())


def _actions(said: Sequence[Told]) -> dict[str, tuple[str, str]]:
    """By id: whose, and what came of it."""
    done = {one.data["action_id"]: one.data["outcome"] for one in said if one.type == "taskforce.ActionCompleted"}
    given = [one.data for one in said if one.type == "taskforce.ActionAssigned"]
    return {data["action_id"]: (data["owner_agency"], done.get(data["action_id"], "")) for data in given}


def _own_actions(agency: str, said: Sequence[Told]) -> dict[str, Any] | None:
    mine = {key: each for key, each in _actions([one for one in said if one.data]).items() if each[0] == agency}
    blank = {"status": "", "leads": ("", ""), "last": ("", -1), "dormant_since": "", "next_review_on": "", "late": 0}
    return {**blank, "lateness": [], "actions": mine} if mine else None
