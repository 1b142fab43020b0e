"""Persons and charges in one stream as one agency is told, by plain loops; `-` stands for no charge."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from naive.exhibits import heard
from projections.told import Told

Key = tuple[str, str]
ABOUT = (
    *("investigation.SuspectIdentified", "investigation.SuspectCleared", "prosecution.ChargeDecided"),
    *("prosecution.IndictmentFiled", "prosecution.VerdictRendered", "prosecution.SentenceImposed"),
    *("prosecution.AppealFiled", "prosecution.AppealDecided", "prosecution.AppealPeriodLapsed"),
    "prosecution.JudgmentBecameFinal",
)
DECIDED = (
    *("identification.ReasonableGroundsDecided", "identification.ConclusiveGroundsDecided"),
    "identification.ReconsiderationDecided",
)


def fold(told: Sequence[Told]) -> dict[Key, dict[str, Any]]:
    """By person and charge."""
    said = heard(told)
    persons = {one.data["defendant_id"] for one in said if one.type in ABOUT and "defendant_id" in one.data}
    found: dict[Key, dict[str, Any]] = {}
    for person in persons:
        decided = _of(said, "prosecution.ChargeDecided", person)
        charges = list(dict.fromkeys(one.data["charge_id"] for one in decided))
        all_of_them = {charge: _charge(charge, person, said) for charge in charges}
        shared = _shared(person, said)
        for charge, says in all_of_them.items():
            lacks = says["stage"] in ("accused", "returned", "resting")
            found[person, charge] = {**says, **shared, **_lacking(person, said, lacks=lacks)}
        stages = {says["stage"] for says in all_of_them.values()}
        stage = next(
            (each for each in ("before_court", "judged", "accused") if each in stages), _suspicion(person, said)
        )
        says = {"stage": stage, "result": "", "history": _history(person, None, said)}
        lacks = stage in ("suspected", "accused", "named")
        found[person, "-"] = {**says, **shared, **_lacking(person, said, lacks=lacks)}
    return found


def _of(said: Sequence[Told], kind: str, person: str) -> list[Told]:
    return [one for one in said if one.type == kind and one.data.get("defendant_id") == person]


def _suspicion(person: str, said: Sequence[Told]) -> str:
    kinds = ("investigation.SuspectIdentified", "investigation.SuspectCleared")
    last = [one.type for one in said if one.type in kinds and one.data.get("defendant_id") == person]
    return {"": "named", kinds[0]: "suspected", kinds[1]: "cleared"}[(["", *last])[-1]]


def _where(person: str, said: Sequence[Told]) -> str | None:
    """The investigation that first named her a suspect: nobody in the script moves to another."""
    return next(
        (one.data.get("investigation_id") for one in _of(said, "investigation.SuspectIdentified", person)), None
    )


def _charge(charge: str, person: str, said: Sequence[Told]) -> dict[str, Any]:
    stage, result = "", ""
    for one in said:
        named = one.data.get("charge_id", one.data.get("charges", []))
        if one.type == "prosecution.ChargeDecided" and named == charge:
            stage = {"accuse": "accused", "decline": "declined", "return": "returned"}[one.data["decision"]]
        elif one.type == "prosecution.IndictmentFiled" and charge in named:
            stage = "before_court"
        elif one.type == "prosecution.VerdictRendered" and charge in named:
            stage, result = "judged", one.data["results"][named.index(charge)]
    return {"stage": stage, "result": result, "history": _history(person, charge, said)}


def _history(person: str, charge: str | None, said: Sequence[Told]) -> list[list[str]]:
    """The articles that were named, step by step."""
    here, steps = _where(person, said), []
    for one in said:
        data, kind = one.data, one.type.split(".")[1]
        mine = here is not None and data.get("investigation_id") == here
        if kind in ("InvestigationOpened", "InvestigationTransferredToProsecutor") and mine:
            steps.append(data["articles"])
        elif kind == "OffenceReclassified" and (data.get("defendant_id", person) == person) and mine:
            steps.append(data["to_articles"])
        elif data.get("defendant_id") != person:
            continue
        elif kind == "ChargeDecided" and data["decision"] == "accuse" and charge in (None, data["charge_id"]):
            steps.append(data["articles"])
        elif kind in ("IndictmentFiled", "VerdictRendered"):
            pairs = zip(data["charge_id"], data["articles"], strict=True)
            steps += [[article] for key, article in pairs if charge in (None, key)]
    return steps


def _shared(person: str, said: Sequence[Told]) -> dict[str, Any]:
    hearings = {}
    for one in said:
        if one.type in ("prosecution.HearingScheduled", "prosecution.HearingHeld") and "hearing_id" in one.data:
            held = one.type.endswith("Held")
            state = ("adjourned" if one.data["adjourned"] else "held") if held else "scheduled"
            hearings[one.data["hearing_id"]] = (state, person in one.data["defendants"])
    measures: dict[str, set[str]] = {}
    for one in said:
        if one.type == "prosecution.SpecialMeasuresOrdered" and hearings.get(one.data.get("hearing_id", "")):
            measures.setdefault(one.data["hearing_id"], set()).update(one.data["measures"])
    decided = _of(said, "prosecution.AppealDecided", person)
    results = {one.data["appeal_id"]: one.data["result"] for one in decided}
    appeals = [one.data["appeal_id"] for one in _of(said, "prosecution.AppealFiled", person)]
    judgment = ""
    for one in said:
        if one.data.get("defendant_id") == person:
            judgment = {
                "prosecution.VerdictRendered": "verdict",
                "prosecution.AppealDecided": "appeal_decided",
                "prosecution.AppealPeriodLapsed": "lapsed",
                "prosecution.JudgmentBecameFinal": "final",
            }.get(one.type, judgment)
    sentences = _of(said, "prosecution.SentenceImposed", person)
    return {
        "hearings": {key: state for key, (state, mine) in hearings.items() if mine},
        "measures": {key: sorted(each) for key, each in measures.items() if hearings[key][1]},
        "appeals": {key: results.get(key, "") for key in appeals},
        "judgment": judgment,
        "months": sentences[-1].data["months_imprisonment"] if sentences else None,
        "redress": _redress(person, said),
    }


def _redress(person: str, said: Sequence[Told]) -> dict[str, tuple[int, int, int]]:
    """By victim: ordered, paid, still owed."""
    found: dict[str, tuple[int, int, int]] = {}
    for one in _of(said, "redress.RestitutionOrdered", person):
        award, amount = one.data["award_id"], one.data["amount_mnt"]
        payments = [each for each in said if each.type == "redress.RestitutionPaid"]
        paid = sum(each.data["amount_mnt"] for each in payments if each.data.get("award_id") == award)
        before = found.get(one.data["victim_id"], (0, 0, 0))
        found[one.data["victim_id"]] = (before[0] + amount, before[1] + paid, before[2] + max(amount - paid, 0))
    return found


def _lacking(person: str, said: Sequence[Told], *, lacks: bool) -> dict[str, set[str]]:
    if not lacks:
        return {"missing": set(), "untold": set()}
    here = _where(person, said)
    mine = [one for one in said if here is not None and one.data.get("investigation_id") == here]
    victims = {
        each for one in mine if one.type == "investigation.InvestigationOpened" for each in one.data.get("victims", ())
    }
    moves = (
        "prosecution.CaseFileReceived",
        "prosecution.CaseReturnedForInvestigation",
        "investigation.InvestigationClosed",
    )
    file = [one.type for one in mine if one.type in moves]
    orders = {
        one.data["order_id"]
        for one in said
        if one.type == "investigation.ExaminationOrdered" and "order_id" in one.data
    }
    reports = [one for one in said if one.type == "custody.LabReportIssued"]
    opinions = {one.data.get("order_id") for one in reports if one.data["kind"] in ("opinion", "amended")}
    recorded = _victims(said, lambda one: one.type.endswith(".ForensicInterviewConducted") and one.data.get("recorded"))
    decided = _victims(said, lambda one: one.type in DECIDED and "decision" in one.data)
    aged = set[str]()
    for one in said:
        victim = {one.data.get("victim_id", "")} - {""}
        if one.type in ("identification.AgeAssessed", "identification.VictimPresumed"):
            aged |= victim if one.data.get("age_band", "unknown") != "unknown" else set()
        elif one.type == "identification.AgeAssessmentChallenged":
            aged -= victim
    of_victims = {"interview_recorded": recorded, "victim_status_decided": decided, "age_assessed": aged}
    open_ = {code for code, each in of_victims.items() if victims - each or not (victims or each)}
    leads = [{*each.data.values()} for one in said for each in one.effects if each.type == "case.LeadsAssigned"]
    led = bool(leads) and said[0].agency in leads[-1]
    missing = {
        *({"suspect_identified"} if _suspicion(person, said) != "suspected" else set()),
        *({"file_received"} if not file or file[-1] != moves[0] else set()),
        *({"lab_report"} if orders - opinions else set()),
    }
    return {"missing": missing | open_, "untold": set()} if led else {"missing": missing, "untold": open_}


def _victims(said: Sequence[Told], holds: Any) -> set[str]:
    return {one.data["victim_id"] for one in said if "victim_id" in one.data and holds(one)}
