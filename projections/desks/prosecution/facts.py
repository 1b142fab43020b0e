"""What an agency is told of the proceedings of a case, by id; the rows of the desk `prosecution` follow from it.

A table of types, each a function that changes what is known. Nothing is judged, facts come in any order, and of what is
told any field may be missing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from domain.stages.investigation.articles import replaced
from projections.desks.prosecution import charging, courts, redress
from projections.desks.prosecution.known import Fact, Known, articles_of, names, person_of
from projections.told import Told

WITH_PROSECUTOR = ("accused", "returned", "resting")
"""Stages of a charge that the prosecutor may still drop or put under other articles."""

_STAGES = {"accuse": "accused", "decline": "declined", "return": "returned"}
_ANSWERS = ("opinion", "amended")


def _investigation(known: Known, told: Told) -> dict[str, Any]:
    blank = {"articles": [], "victims": [], "received": False}
    found: dict[str, Any] = known["investigations"].setdefault(told.data.get("investigation_id", ""), blank)
    return found


def _person(known: Known, told: Told) -> dict[str, Any]:
    return person_of(known, told.data["defendant_id"])


def _opened(known: Known, told: Told) -> None:
    of = _investigation(known, told)
    of["articles"], of["victims"] = list(told.data.get("articles", ())), list(told.data.get("victims", ()))
    names(known, told, (), of["articles"], investigation_id=told.data.get("investigation_id", ""))


def _handed_over(known: Known, told: Told) -> None:
    of = _investigation(known, told)
    articles = list(told.data.get("articles", ())) or of["articles"]
    names(known, told, of["articles"], articles, investigation_id=told.data.get("investigation_id", ""))
    of["articles"] = articles


def _reclassified(known: Known, told: Told) -> None:
    """Of one person, or of the investigation and everybody in it; a charge before a court stays as it is."""
    data, of = told.data, _investigation(known, told)
    left, taken = data.get("from_articles", ()), data.get("to_articles", ())
    only, here = data.get("defendant_id"), data.get("investigation_id", "")
    if only is None:
        of["articles"] = list(replaced(of["articles"], left=left, taken=taken))
        concerned = {key for key, each in known["persons"].items() if each["investigation"] == here}
    else:
        concerned = {only}
        person_of(known, only)["articles"] = list(replaced(articles_of(known, only), left=left, taken=taken))
    for key in concerned - {only}:
        own = known["persons"][key]["articles"]
        known["persons"][key]["articles"] = own and list(replaced(own, left=left, taken=taken))
    for charge in known["charges"].values():
        touched = not {*left}.isdisjoint(charge["articles"])
        if charge["defendant"] in concerned and charge["stage"] in WITH_PROSECUTOR and touched:
            charge["articles"] = list(replaced(charge["articles"], left=left, taken=taken))
    names(known, told, left, taken, investigation_id=here, defendant_id=only or "")


def _identified(known: Known, told: Told) -> None:
    person = _person(known, told)
    if not person["suspected"] or not person["investigation"]:
        person["investigation"] = told.data.get("investigation_id", person["investigation"])
    person["suspected"], person["cleared"] = True, False


def _cleared(known: Known, told: Told) -> None:
    person = _person(known, told)
    person["suspected"], person["cleared"] = False, True
    _restage(known, {told.data["defendant_id"]}, WITH_PROSECUTOR, "dropped")


def _restage(known: Known, persons: set[str], stages: tuple[str, ...], stage: str) -> None:
    for charge in known["charges"].values():
        if charge["defendant"] in persons and charge["stage"] in stages:
            charge["stage"] = stage


def _persons_of(known: Known, told: Told) -> set[str]:
    here = told.data.get("investigation_id", "")
    return {key for key, each in known["persons"].items() if each["investigation"] == here}


def _closed(known: Known, told: Told) -> None:
    """Closed without going to court, the charges that rest with the prosecutor are dropped."""
    _investigation(known, told)["received"] = False
    if told.data.get("outcome") != "to_court":
        _restage(known, _persons_of(known, told), WITH_PROSECUTOR, "dropped")


def _received(known: Known, told: Told) -> None:
    _investigation(known, told)["received"] = True


def _returned(known: Known, told: Told) -> None:
    _investigation(known, told)["received"] = False
    _restage(known, _persons_of(known, told), (*WITH_PROSECUTOR, "before_court"), "resting")


def _ordered(known: Known, told: Told) -> None:
    if "order_id" in told.data:
        known["orders"].setdefault(told.data["order_id"], False)


def _reported(known: Known, told: Told) -> None:
    if told.data.get("order_id") in known["orders"] and told.data.get("kind") in _ANSWERS:
        known["orders"][told.data["order_id"]] = True


def _charged(known: Known, told: Told) -> None:
    data, key, defendant = told.data, told.data.get("charge_id", told.event_id), told.data["defendant_id"]
    before = known["charges"].get(key)
    was = before["articles"] if before is not None else articles_of(known, defendant)
    articles = list(data.get("articles", ())) or was
    stage = _STAGES.get(data.get("decision", ""), "")
    person_of(known, defendant)
    known["charges"][key] = {"defendant": defendant, "articles": articles, "stage": stage, "result": ""}
    if stage == "accused":
        names(known, told, was, articles, defendant_id=defendant, charge_id=key)


def _held(known: Known, told: Told) -> None:
    charging.held_after(known["held"], told)


def _redress(known: Known, told: Told) -> None:
    redress.after(known["awards"], told)


_OF_PERSONS: Mapping[str, Fact] = {
    "investigation.SuspectIdentified": _identified,
    "investigation.SuspectCleared": _cleared,
    "prosecution.ChargeDecided": _charged,
    **courts.OF_PERSONS,
}
_OTHERS: Mapping[str, Fact] = {
    "investigation.InvestigationOpened": _opened,
    "investigation.InvestigationTransferredToProsecutor": _handed_over,
    "investigation.OffenceReclassified": _reclassified,
    "investigation.InvestigationClosed": _closed,
    "investigation.ExaminationOrdered": _ordered,
    "custody.LabReportIssued": _reported,
    "prosecution.CaseFileReceived": _received,
    "prosecution.CaseReturnedForInvestigation": _returned,
    **courts.OF_HEARINGS,
    **dict.fromkeys(redress.TYPES, _redress),
    **dict.fromkeys(sorted(charging.HOLDING), _held),
}
_LED = "case.LeadsAssigned"
TYPES = frozenset({*_OF_PERSONS, *_OTHERS, _LED})


def take(known: Known, told: Told) -> None:
    """What is known after the event; one about a person of which the person is not told says nothing."""
    for effect in told.effects:
        if effect.type == _LED and effect.data:
            known["leads"] = told.agency in effect.data.values()
    if told.type in _OTHERS:
        _OTHERS[told.type](known, told)
    elif told.type in _OF_PERSONS and "defendant_id" in told.data:
        _OF_PERSONS[told.type](known, told)
