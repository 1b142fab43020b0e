"""Persons and charges in one stream as one agency is told, by plain loops; `-` stands for no charge.

A docket is gone through event by event; after each of them every row is written anew, so that the last event that
changed it is known.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from naive.caseload import in_effect
from naive.docket import HERE, Docket, suspicion, take
from naive.record import is_article_of_trafficking, last
from naive.told import Told

Found = dict[str, Any]
DECIDED = (
    *("identification.ReasonableGroundsDecided", "identification.ConclusiveGroundsDecided"),
    "identification.ReconsiderationDecided",
)


def fold(told: Sequence[Told]) -> Iterator[Found]:
    """By person and charge."""
    heard = [one for one in in_effect(told) if one.data or one.effects]
    docket, found, changed = Docket([]), dict[tuple[str, str], Found](), dict[tuple[str, str], int]()
    for one in heard:
        docket.said.append(one)
        if one.data:
            take(docket, one)
        rows = {(row["defendant_id"], row["charge_id"]): row for row in _rows(docket)}
        changed |= {key: one.pos for key, row in rows.items() if found.get(key) != row}
        found = rows
    for key, row in found.items():
        yield {**row, "last_pos": changed[key]}


def _rows(docket: Docket) -> Iterator[Found]:
    for person, known in docket.persons.items():
        charges = {key: each for key, each in docket.charges.items() if each["of"] == person}
        stages = {each["stage"] for each in charges.values()}
        stage = [
            *(each for each in ("before_court", "judged", "accused") if each in stages),
            suspicion(docket.said, person),
        ][0]
        convicted = [each for each in charges.values() if each["result"] in ("convicted", "reclassified")]
        articles = sorted({article for each in convicted or charges.values() for article in each["articles"]})
        shared = _shared(docket, person)
        rows = [("-", stage, articles or docket.articles(person), "")]
        rows += [(key, each["stage"], each["articles"], each["result"]) for key, each in charges.items()]
        for key, at, under, result in rows:
            history = [each for each in docket.history if _concerns(each, person, key, known["where"])]
            lacks = at in (("suspected", "accused", "named") if key == "-" else HERE)
            first = history[0]["after"] if history else []
            drifted = any(map(is_article_of_trafficking, first)) and not any(map(is_article_of_trafficking, under))
            yield {
                "agency": docket.said[0].agency, "case_id": docket.said[0].stream, "defendant_id": person,
                "charge_id": key, "investigation_id": known["where"], "stage": at, "articles": list(under),
                "result": result, "history": history, "drifted": int(drifted), **shared,
                **(_lacking(docket, person) if lacks else {"missing": [], "untold": []}),
            }  # fmt: skip


def _concerns(naming: Found, person: str, charge: str, here: str) -> bool:
    if naming["defendant_id"]:
        return bool(naming["defendant_id"] == person and (charge == "-" or naming["charge_id"] in ("", charge)))
    return bool(here) and bool(naming["investigation_id"] == here)


def _of(said: Sequence[Told], *names: str) -> list[Told]:
    return [one for one in said if one.type.split(".")[1] in names]


def _shared(docket: Docket, person: str) -> Found:
    """What all rows of a person say."""
    said, known = docket.said, docket.persons[person]
    mine = [one for one in said if one.data.get("defendant_id") == person]
    decided = {one.data["appeal_id"]: one.data for one in _of(mine, "AppealDecided") if "appeal_id" in one.data}
    appeals = {}
    for one in _of(mine, "AppealFiled"):
        answer = decided.get(one.data["appeal_id"], {})
        appeals[one.data["appeal_id"]] = {
            **{name: one.data.get(name, "") for name in ("by", "instance", "filed_on")},
            "result": answer.get("result", ""), "decided_on": answer.get("decided_on", ""),
        }  # fmt: skip
    sentence = last((one.data for one in _of(mine, "SentenceImposed")), {})
    names = ("months_imprisonment", "suspended", "fine_mnt", "additional")
    redress = _redress(said, person)
    return {
        "hearings": _hearings(said, person), "appeals": appeals, "judgment": known["judgment"],
        "final_on": known["final_on"], "sentence": {name: sentence[name] for name in names if name in sentence},
        "redress": redress, "balance_mnt": sum(each["balance_mnt"] for each in redress),
    }  # fmt: skip


def _hearings(said: Sequence[Told], person: str) -> Found:
    found = {}
    for key in {one.data["hearing_id"] for one in _of(said, "HearingScheduled", "HearingHeld") if one.data}:
        mine = [one for one in said if one.data.get("hearing_id") == key]
        one = _of(mine, "HearingScheduled", "HearingHeld")[-1]
        held, planned = one.type.endswith("Held"), _of(mine, "HearingScheduled")
        measures: dict[str, set[str]] = {}
        begun = mine.index(_of(mine, "HearingScheduled", "HearingHeld")[0])
        for each in _of(mine[begun:], "SpecialMeasuresOrdered"):
            measures.setdefault(each.data.get("victim_id", ""), set()).update(each.data.get("measures", []))
        if person in one.data.get("defendants", ()):
            found[key] = {
                "hearing_type": one.data.get("hearing_type", ""), "on": one.data.get("held_on" if held else "on", ""),
                "state": "scheduled" if not held else "adjourned" if one.data.get("adjourned") else "held",
                "witnesses": sorted(planned[-1].data.get("witnesses", [])) if planned else [],
                "testified": sorted(one.data.get("children_testified", [])) if held else [],
                "measures": {child: sorted(each) for child, each in measures.items()},
            }  # fmt: skip
    return found


def _redress(said: Sequence[Told], person: str) -> list[Found]:
    """Victim by victim: ordered, paid, still owed. What is overturned is owed no more, but for a settlement."""
    found: dict[str, Found] = {}
    ordered = [one for one in _of(said, "RestitutionOrdered") if one.data.get("award_id")]
    for one in sorted(ordered, key=lambda each: str(each.data["award_id"])):
        data, after = one.data, said[said.index(one) :]
        if data.get("defendant_id") != person:
            continue
        payments = [
            each.data for each in _of(after, "RestitutionPaid") if each.data.get("award_id") == data["award_id"]
        ]
        decisions = [each.data for each in _of(after, "AppealDecided") if each.data.get("defendant_id") == person]
        overturned = any(each.get("result") in ("quashed", "remitted") for each in decisions)
        gone = overturned and data.get("basis") != "settlement_confirmed"
        paid = sum(each.get("amount_mnt", 0) for each in payments)
        amount = data.get("amount_mnt", 0)
        blank = {
            "victim_id": data.get("victim_id", ""),
            "ordered_mnt": 0,
            "paid_mnt": 0,
            "balance_mnt": 0,
            "awards": [],
        }
        sums = found.setdefault(blank["victim_id"], blank)
        sums["ordered_mnt"] += amount
        sums["paid_mnt"] += paid
        sums["balance_mnt"] += 0 if gone else max(amount - paid, 0)
        sums["awards"].append(data["award_id"])
    return [found[victim] for victim in sorted(found)]


def _lacking(docket: Docket, person: str) -> Found:
    """What a charge needs and is not there; of victims only who leads is told enough to say so."""
    said, here = docket.said, docket.persons[person]["where"]
    mine = [one for one in said if here and one.data.get("investigation_id") == here]
    victims = {*last((one.data.get("victims", []) for one in _of(mine, "InvestigationOpened")), [])}
    file = [one.type for one in _of(mine, "CaseFileReceived", "CaseReturnedForInvestigation", "InvestigationClosed")]
    orders = [one for one in _of(said, "ExaminationOrdered") if "order_id" in one.data]
    opinions = {
        one.data.get("order_id")
        for one in _of(said, "LabReportIssued")
        if one.data.get("kind") in ("opinion", "amended")
    }
    of_victims = {"interview_recorded": set[str](), "victim_status_decided": set[str](), "age_assessed": set[str]()}
    for one in said:
        victim, kind = {one.data.get("victim_id", "")} - {""}, one.type.split(".")[1]
        if kind == "ForensicInterviewConducted" and one.data.get("recorded"):
            of_victims["interview_recorded"] |= victim
        elif one.type in DECIDED and "decision" in one.data:
            of_victims["victim_status_decided"] |= victim
        elif kind in ("AgeAssessed", "VictimPresumed") and one.data.get("age_band", "unknown") != "unknown":
            of_victims["age_assessed"] |= victim
        elif kind == "AgeAssessmentChallenged":
            of_victims["age_assessed"] -= victim
    open_ = [code for code, each in of_victims.items() if victims - each or not (victims or each)]
    led = [
        {*each.data.values()} for one in said for each in one.effects if each.type == "case.LeadsAssigned" and each.data
    ]
    missing = [
        *(["suspect_identified"] if suspicion(said, person) != "suspected" else []),
        *(["file_received"] if not file or not file[-1].endswith("CaseFileReceived") else []),
        *(["lab_report"] if {one.data["order_id"] for one in orders} - opinions else []),
    ]
    leads = said[0].agency in last(led, set())
    return {"missing": missing + (open_ if leads else []), "untold": [] if leads else open_}
