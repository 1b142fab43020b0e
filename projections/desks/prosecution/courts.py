"""What the courts do, hearing by hearing and charge by charge, through all instances to the final judgment.

A verdict gives each charge a result and an article; a decision on appeal changes them or sends the charge back; nothing
is final before the court says so. Used by the table of facts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from projections.desks.prosecution import redress
from projections.desks.prosecution.known import Fact, Known, names, person_of
from projections.told import Told

_LEAVING = ("upheld", "withdrawn")
"""Decisions on appeal that leave a final judgment final."""


def _person(known: Known, told: Told) -> dict[str, Any]:
    return person_of(known, told.data["defendant_id"])


def _each_charge(known: Known, told: Told, field: str) -> Iterable[tuple[str, dict[str, Any], int]]:
    """The charges that the event names and that are known, with their places in its lists."""
    for i, key in enumerate(told.data.get(field, ())):
        if key in known["charges"]:
            yield key, known["charges"][key], i


def _article(known: Known, told: Told, key: str, charge: dict[str, Any], i: int) -> None:
    """The article that the event names for the charge."""
    named = told.data.get("articles", ())
    if i < len(named):
        names(known, told, charge["articles"], [named[i]], defendant_id=charge["defendant"], charge_id=key)
        charge["articles"] = [named[i]]


def _indicted(known: Known, told: Told) -> None:
    for key, charge, i in _each_charge(known, told, "charge_id"):
        _article(known, told, key, charge, i)
        charge["stage"] = "before_court"


def _verdict(known: Known, told: Told) -> None:
    results = told.data.get("results", ())
    for key, charge, i in _each_charge(known, told, "charge_id"):
        _article(known, told, key, charge, i)
        charge["stage"], charge["result"] = "judged", results[i] if i < len(results) else ""
    _person(known, told).update(judgment="verdict", final_on="")


def _sentenced(known: Known, told: Told) -> None:
    fields = ("months_imprisonment", "suspended", "fine_mnt", "additional")
    _person(known, told)["sentence"] = {name: told.data[name] for name in fields if name in told.data}


def _scheduled(known: Known, told: Told) -> None:
    data = told.data
    if "hearing_id" in data:
        before = known["hearings"].get(data["hearing_id"], {"measures": {}, "witnesses": []})
        held = told.type == "prosecution.HearingHeld"
        known["hearings"][data["hearing_id"]] = {
            "hearing_type": data.get("hearing_type", ""), "on": data.get("held_on" if held else "on", ""),
            "state": ("adjourned" if data.get("adjourned") else "held") if held else "scheduled",
            "defendants": sorted(data.get("defendants", ())), "measures": before["measures"],
            "witnesses": before["witnesses"] if held else sorted(data.get("witnesses", ())),
            "testified": sorted(data.get("children_testified", ())) if held else [],
        }  # fmt: skip


def _measures(known: Known, told: Told) -> None:
    hearing = known["hearings"].get(told.data.get("hearing_id", ""))
    if hearing is not None:
        child = told.data.get("victim_id", "")
        ordered = {*hearing["measures"].get(child, ()), *told.data.get("measures", ())}
        hearing["measures"][child] = sorted(ordered)


def _appealed(known: Known, told: Told) -> None:
    data = told.data
    person_of(known, data["defendant_id"])
    known["appeals"][data.get("appeal_id", told.event_id)] = {
        "defendant": data["defendant_id"], "by": data.get("by", ""), "instance": data.get("instance", ""),
        "filed_on": data.get("filed_on", ""), "result": "", "decided_on": "",
    }  # fmt: skip


def _appeal_decided(known: Known, told: Told) -> None:
    """The charges that the decision names, or all that were judged, as it changes them."""
    data, defendant, result = told.data, told.data["defendant_id"], told.data.get("result", "")
    appeal = known["appeals"].get(data.get("appeal_id", ""))
    if appeal is not None:
        appeal.update(result=result, decided_on=data.get("decided_on", ""))
    if result in ("remitted", "amended", "quashed"):
        _overturned(known, told, result)
    redress.overturned(known["awards"], told)
    person = person_of(known, defendant)
    if not (person["judgment"] == "final" and result in _LEAVING):
        judged = any(each["stage"] == "judged" and each["defendant"] == defendant for each in known["charges"].values())
        person.update(judgment="appeal_decided" if judged else "", final_on="")


def _overturned(known: Known, told: Told, result: str) -> None:
    mine = [
        key
        for key, each in known["charges"].items()
        if each["defendant"] == told.data["defendant_id"] and each["stage"] == "judged"
    ]
    named = [key for key in told.data.get("charges", ()) or sorted(mine) if key in known["charges"]]
    results = told.data.get("results", ())
    for i, key in enumerate(named):
        charge = known["charges"][key]
        if result == "remitted":
            charge.update(stage="before_court", result="")
            continue
        stands = charge["result"] if result == "amended" else ""
        charge["result"] = results[i] if i < len(results) else stands
        if charge["articles"] != list(told.data.get("articles", ())[i : i + 1]):
            _article(known, told, key, charge, i)


def _lapsed(known: Known, told: Told) -> None:
    if "defendant_id" in told.data:
        _person(known, told)["judgment"] = "lapsed"


def _final(known: Known, told: Told) -> None:
    _person(known, told).update(judgment="final", final_on=told.data.get("final_on", ""))


OF_PERSONS: Mapping[str, Fact] = {
    "prosecution.IndictmentFiled": _indicted,
    "prosecution.VerdictRendered": _verdict,
    "prosecution.SentenceImposed": _sentenced,
    "prosecution.AppealFiled": _appealed,
    "prosecution.AppealDecided": _appeal_decided,
    "prosecution.AppealPeriodLapsed": _lapsed,
    "prosecution.JudgmentBecameFinal": _final,
}
OF_HEARINGS: Mapping[str, Fact] = {
    "prosecution.HearingScheduled": _scheduled,
    "prosecution.HearingHeld": _scheduled,
    "prosecution.SpecialMeasuresOrdered": _measures,
}
