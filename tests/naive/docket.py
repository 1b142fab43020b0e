"""Persons and charges in one stream as one agency is told, event by event, with the articles that are named."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from naive.record import last
from naive.told import Told

Found = dict[str, Any]
HERE = ("accused", "returned", "resting")
"""Stages of a charge that the prosecutor has in hand."""


@dataclass
class Docket:
    """What is told of the proceedings, up to an event."""

    said: list[Told]
    persons: dict[str, Found] = field(default_factory=dict)
    charges: dict[str, Found] = field(default_factory=dict)
    inquiries: dict[str, list[str]] = field(default_factory=dict)
    history: list[Found] = field(default_factory=list)

    def person(self, key: str) -> Found:
        """By id; blank where she was not named before."""
        blank = {"where": "", "own": None, "judgment": "", "final_on": ""}
        return self.persons.setdefault(key, blank)

    def articles(self, person: str) -> list[str]:
        """Under which she is investigated: her own, else the investigation's."""
        known = self.person(person)
        return self.inquiries.get(known["where"], []) if known["own"] is None else known["own"]

    def names(self, one: Told, before: Sequence[str], after: Sequence[str], **about: str) -> None:
        """A naming of articles."""
        whose = {"investigation_id": "", "defendant_id": "", "charge_id": "", **about}
        said = {"at": one.time, "step": one.type, "by": one.publisher, "reason": one.data.get("reason", "")}
        self.history.append({**said, **whose, "before": list(before), "after": list(after)})

    def charge_is_of(self, one: Told, key: str, article: str) -> None:
        """The court puts a charge under an article."""
        self.names(one, self.charges[key]["articles"], [article], defendant_id=self.charges[key]["of"], charge_id=key)
        self.charges[key]["articles"] = [article]


def take(docket: Docket, one: Told) -> None:
    """Where the persons and the charges are after the event."""
    data, kind = one.data, one.type.split(".")[1]
    here, person = data.get("investigation_id", ""), data.get("defendant_id", "")
    mine = {key: each for key, each in docket.charges.items() if each["of"] == person}
    theirs = {key for key, each in docket.persons.items() if each["where"] == here}
    match kind:
        case "InvestigationOpened":
            docket.inquiries[here] = list(data["articles"])
            docket.names(one, [], data["articles"], investigation_id=here)
        case "InvestigationTransferredToProsecutor":
            before = docket.inquiries.get(here, [])
            docket.inquiries[here] = list(data.get("articles", [])) or before
            docket.names(one, before, docket.inquiries[here], investigation_id=here)
        case "OffenceReclassified":
            _reclassified(docket, one, {person} if person else theirs)
        case "SuspectIdentified" if person:
            known = docket.person(person)
            if suspicion(docket.said[:-1], person) != "suspected" or not known["where"]:
                known["where"] = data.get("investigation_id", known["where"])
        case "SuspectCleared" if person:
            docket.person(person)
            _restage(mine.values(), HERE, "dropped")
        case "InvestigationClosed" if data.get("outcome") != "to_court":
            _restage((each for each in docket.charges.values() if each["of"] in theirs), HERE, "dropped")
        case "CaseReturnedForInvestigation":
            back = (each for each in docket.charges.values() if each["of"] in theirs)
            _restage(back, (*HERE, "before_court"), "resting")
        case "ChargeDecided" if person:
            key = data["charge_id"]
            before = docket.charges[key]["articles"] if key in docket.charges else docket.articles(person)
            new = {"accuse": "accused", "decline": "declined", "return": "returned"}[data["decision"]]
            articles = list(data.get("articles", [])) or before
            docket.person(person)
            docket.charges[key] = {"of": person, "articles": articles, "stage": new, "result": ""}
            if new == "accused":
                docket.names(one, before, articles, defendant_id=person, charge_id=key)
        case "IndictmentFiled" | "VerdictRendered" if person:
            for i, key in enumerate(data["charge_id"]):
                if key in docket.charges:
                    docket.charge_is_of(one, key, data["articles"][i])
                    now = ("before_court", docket.charges[key]["result"])
                    now = ("judged", data["results"][i]) if kind == "VerdictRendered" else now
                    docket.charges[key].update(stage=now[0], result=now[1])
            docket.person(person).update({"judgment": "verdict", "final_on": ""} if kind == "VerdictRendered" else {})
        case "AppealFiled" | "SentenceImposed" if person:
            docket.person(person)
        case "AppealDecided" if person:
            _appeal_decided(docket, one, person)
        case "AppealPeriodLapsed" if person:
            docket.person(person)["judgment"] = "lapsed"
        case "JudgmentBecameFinal" if person:
            docket.person(person).update(judgment="final", final_on=data.get("final_on", ""))


def _restage(charges: Any, stages: Sequence[str], stage: str) -> None:
    for charge in list(charges):
        charge["stage"] = stage if charge["stage"] in stages else charge["stage"]


def _instead(articles: Sequence[str], one: Told) -> list[str]:
    left, taken = one.data.get("from_articles", []), one.data.get("to_articles", [])
    return list(dict.fromkeys([*(each for each in articles if each not in left), *taken]))


def _reclassified(docket: Docket, one: Told, whom: set[str]) -> None:
    """One person, or everybody in the investigation; what is before a court stays as it is."""
    person, here = one.data.get("defendant_id", ""), one.data.get("investigation_id", "")
    left = one.data.get("from_articles", [])
    if person:
        docket.person(person)["own"] = _instead(docket.articles(person), one)
    else:
        docket.inquiries[here] = _instead(docket.inquiries.get(here, []), one)
        for each in whom:
            own = docket.persons[each]["own"]
            docket.persons[each]["own"] = _instead(own, one) if own else own
    for charge in docket.charges.values():
        if charge["of"] in whom and charge["stage"] in HERE and {*left} & {*charge["articles"]}:
            charge["articles"] = _instead(charge["articles"], one)
    docket.names(one, left, one.data.get("to_articles", []), investigation_id=here, defendant_id=person)


def _appeal_decided(docket: Docket, one: Told, person: str) -> None:
    """The charges that it names, or all that were judged: sent back, or with another result or article."""
    data, result = one.data, one.data.get("result", "")
    judged = sorted(key for key, each in docket.charges.items() if each["of"] == person and each["stage"] == "judged")
    named = [key for key in data.get("charges") or judged if key in docket.charges]
    for i, key in enumerate(named if result in ("remitted", "amended", "quashed") else []):
        charge = docket.charges[key]
        if result == "remitted":
            charge.update(stage="before_court", result="")
            continue
        results, articles = data.get("results", []), data.get("articles", [])
        charge["result"] = results[i] if i < len(results) else charge["result"] if result == "amended" else ""
        if i < len(articles) and charge["articles"] != [articles[i]]:
            docket.charge_is_of(one, key, articles[i])
    known = docket.person(person)
    if known["judgment"] != "final" or result not in ("upheld", "withdrawn"):
        stands = any(each["of"] == person and each["stage"] == "judged" for each in docket.charges.values())
        known.update(judgment="appeal_decided" if stands else "", final_on="")


def suspicion(said: Sequence[Told], person: str) -> str:
    """Whether she is suspected, was cleared, or is only named."""
    kinds = {"investigation.SuspectIdentified": "suspected", "investigation.SuspectCleared": "cleared"}
    return str(
        last((kinds[one.type] for one in said if one.type in kinds and one.data.get("defendant_id") == person), "named")
    )
