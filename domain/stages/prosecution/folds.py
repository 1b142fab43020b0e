"""How the file and the charges move between prosecutor and court, and what is kept of complaints and disclosures.

Charges rest when the file goes back, and a charge that rests may be decided again. No fold judges, none fails on an
admitted entry, and none writes a victim: declining a charge says nothing about who was exploited. Called by
`domain.stream`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.event import Recorded
from domain.stages.change import changed
from domain.stages.investigation.articles import articles_of, named
from domain.stages.investigation.rules import defendant_of
from domain.stages.investigation.subjects import WITH_PROSECUTOR, moved, of_investigation
from domain.stages.prosecution import courts, hearings
from domain.stages.prosecution.courts import articles_named, charged
from domain.stages.prosecution.state import Charge, ChargeStage, Complaint, ToDefence
from domain.stages.rules import Changes, Folds

if TYPE_CHECKING:
    from domain.case import Case

_DECISIONS: dict[str, ChargeStage] = {"accuse": "accused", "decline": "declined", "return": "returned"}
_RESTING = WITH_PROSECUTOR | {"before_court"}


def _file_received(case: Case, recorded: Recorded) -> Changes:
    return moved(case, recorded.event, state="with_prosecutor")


def _file_refused(case: Case, recorded: Recorded) -> Changes:
    return moved(case, recorded.event, state="open")


def _returned(case: Case, recorded: Recorded) -> Changes:
    """Charges that are not judged rest until the prosecutor decides on them again."""
    event = recorded.event
    resting = {
        key: changed(charge, state="resting")
        for key, charge in case.charges.items()
        if charge.state in _RESTING and of_investigation(case, charge.defendant_id, event.data["investigation_id"])
    }
    return {**moved(case, event, state="open"), **charged(case, resting)}


def _charge_decided(case: Case, recorded: Recorded) -> Changes:
    event, data = recorded.event, recorded.event.data
    charge_id, defendant_id = data["charge_id"], data["defendant_id"]
    before = case.charges.get(charge_id)
    known = before.articles if before is not None else articles_of(case, defendant_id)
    articles = tuple(data["articles"]) or known
    charge = Charge(defendant_id, articles, _DECISIONS[data["decision"]], event.id)
    changes = charged(case, {charge_id: charge})
    if data["decision"] == "accuse":
        change = named(
            event,
            investigation_id=defendant_of(case, event).investigation_id,
            defendant_id=defendant_id,
            charge_id=charge_id,
            before=known,
            after=articles,
        )
        changes["article_history"] = (*case.article_history, change)
    return changes


def _indicted(case: Case, recorded: Recorded) -> Changes:
    event, data = recorded.event, recorded.event.data
    articles = {charge_id: (article,) for charge_id, article in zip(data["charge_id"], data["articles"], strict=False)}
    charges = {
        charge_id: changed(
            case.charges[charge_id],
            articles=articles.get(charge_id, case.charges[charge_id].articles),
            state="before_court",
            decided_by=event.id,
        )
        for charge_id in data["charge_id"]
        if charge_id in case.charges
    }
    return {
        **charged(case, charges),
        **moved(case, event, state="before_court"),
        "article_history": articles_named(case, event, articles),
    }


def _dismissal_notified(case: Case, recorded: Recorded) -> Changes:
    data = recorded.event.data
    told = case.notices.get(data["of"], frozenset()) | {data["victim_id"]}
    return {"notices": {**case.notices, data["of"]: told}}


def _complaint_filed(case: Case, recorded: Recorded) -> Changes:
    event, data = recorded.event, recorded.event.data
    return {"complaints": {**case.complaints, data["complaint_id"]: Complaint(data["of"], data["by"], event.id)}}


def _complaint_decided(case: Case, recorded: Recorded) -> Changes:
    data = recorded.event.data
    before = case.complaints[data["complaint_id"]]
    decided = Complaint(before.of, before.by, before.filed_by, data["decision"])
    return {"complaints": {**case.complaints, data["complaint_id"]: decided}}


def _disclosed(case: Case, recorded: Recorded) -> Changes:
    data = recorded.event.data
    before = case.to_defence.get(data["defendant_id"], ToDefence())
    given = ToDefence(
        before.exhibits | frozenset(data.get("exhibits", ())),
        before.events | frozenset(data.get("events", ())),
        before.compartments | frozenset(data["compartments"]),
    )
    return {"to_defence": {**case.to_defence, data["defendant_id"]: given}}


FOLDS: Folds = {
    **hearings.FOLDS,
    **courts.FOLDS,
    "prosecution.CaseFileReceived": _file_received,
    "prosecution.CaseFileRefused": _file_refused,
    "prosecution.CaseReturnedForInvestigation": _returned,
    "prosecution.ChargeDecided": _charge_decided,
    "prosecution.IndictmentFiled": _indicted,
    "prosecution.DismissalNotified": _dismissal_notified,
    "prosecution.ComplaintFiled": _complaint_filed,
    "prosecution.ComplaintDecided": _complaint_decided,
    "prosecution.DisclosureToDefenceMade": _disclosed,
}
