"""Who may do what with an investigation: never the accused official's own agency, never without the state it needs.

A rule asks the investigation that the event names, or else the one of the defendant whom it names. An agency whose
official is accused neither opens nor is given an investigation. Called by `domain.stream` through the tables `RULES`
and `RELATIONS`, by the names that the catalogue uses.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.catalogue import EventType
from domain.event import Event
from domain.stages.investigation.articles import articles_of
from domain.stages.investigation.state import Counterpart, Defendant, Investigation
from domain.stages.rules import HOLDS, Broken, Context, Rule, Rules

if TYPE_CHECKING:
    from domain.case import Case

# Decisions of a court or on the way to it: a suspect who is at none of them is still the prosecutor's to decide on.
_WITH_COURT = frozenset({"before_court", "judged"})
_NOBODY = Defendant()


def investigation_of(case: Case, event: Event) -> Investigation | None:
    """The investigation that the event is about; None when there is none on record."""
    investigation_id = event.data.get("investigation_id") or defendant_of(case, event).investigation_id
    return case.investigations.get(investigation_id or "")


def defendant_of(case: Case, event: Event) -> Defendant:
    """The person that the event is about; a blank one when she is not on record."""
    return case.defendants.get(event.data.get("defendant_id", ""), _NOBODY)


def _in_state(state: str, code: str) -> Rule:
    def rule(case: Case, event: Event, event_type: EventType, context: Context) -> Broken:
        investigation = investigation_of(case, event)
        return HOLDS if investigation is not None and investigation.state == state else (code,)

    return rule


def file_with_prosecutor(case: Case, event: Event, event_type: EventType, context: Context) -> Broken:
    """Check `file with prosecutor`. The indictment of one person takes it to the court for her alone: the prosecutor
    still decides on the others of the same investigation."""
    investigation = investigation_of(case, event)
    if investigation is not None and investigation.state == "with_prosecutor":
        return HOLDS
    defendant_id = event.data.get("defendant_id")
    taken = any(charge.defendant_id == defendant_id and charge.state in _WITH_COURT for charge in case.charges.values())
    if event_type.subject[0] == "defendant_id" and investigation and investigation.state in _WITH_COURT and not taken:
        return HOLDS
    return ("investigation.file_not_with_prosecutor",)


def not_opened_before(case: Case, event: Event, event_type: EventType, context: Context) -> Broken:
    """Check `investigation not opened before`."""
    known = event.data["investigation_id"] in case.investigations
    return ("investigation.opened_before", "data.investigation_id") if known else HOLDS


def apart_from_accused(case: Case, event: Event, event_type: EventType, context: Context) -> Broken:
    """Check `investigator apart from the accused`: of who is given the investigation, else of who opens it."""
    if event.data.get("to_agency", event.publisher) not in case.accused:
        return HOLDS
    if "to_agency" in event.data:
        return ("investigation.own_official", "data.to_agency")
    return ("investigation.own_official",)


def article_stated(case: Case, event: Event, event_type: EventType, context: Context) -> Broken:
    """Check `article stated`; a decision that accuses nobody may leave them out."""
    if event.data["articles"] or event.data.get("decision", "accuse") != "accuse":
        return HOLDS
    return ("investigation.no_article", "data.articles")


def articles_on_record(case: Case, event: Event, event_type: EventType, context: Context) -> Broken:
    """Check `articles on record`: of the defendant where one is named, who then is of this investigation."""
    defendant_id = event.data.get("defendant_id")
    if defendant_id is None:
        investigation = investigation_of(case, event)
        known = investigation.articles if investigation is not None else ()
    elif defendant_of(case, event).investigation_id != event.data["investigation_id"]:
        return ("investigation.other_defendant", "data.defendant_id")
    else:
        charged = (charge.articles for charge in case.charges.values() if charge.defendant_id == defendant_id)
        known = (*articles_of(case, defendant_id), *(article for articles in charged for article in articles))
    if frozenset(event.data["from_articles"]) <= frozenset(known):
        return HOLDS
    return ("investigation.article_not_on_record", "data.from_articles")


def named_proposal_open(case: Case, event: Event, event_type: EventType, context: Context) -> Broken:
    """Check `named proposal open`."""
    if "proposal_id" not in event.data:
        return HOLDS
    proposal = case.proposals.get(event.data["proposal_id"])
    if proposal is not None and proposal.is_open and proposal.investigation_id == event.data["investigation_id"]:
        return HOLDS
    return ("investigation.proposal_not_open", "data.proposal_id")


def suspect_identified(case: Case, event: Event, event_type: EventType, context: Context) -> Broken:
    """Check `suspect identified`."""
    return HOLDS if defendant_of(case, event).suspected else ("defendant.not_suspected", "data.defendant_id")


def suspect_detained(case: Case, event: Event, event_type: EventType, context: Context) -> Broken:
    """Check `suspect detained`: also who is under a measure, or serves a sentence, can be released."""
    defendant = defendant_of(case, event)
    judgment = case.judgments.get(event.data.get("defendant_id", ""))
    serving = judgment is not None and judgment.sentence is not None and judgment.sentence.is_served_in_prison
    if defendant.detained or defendant.measure is not None or serving:
        return HOLDS
    return ("defendant.not_detained", "data.defendant_id")


def counterpart_named(case: Case, event: Event, event_type: EventType, context: Context) -> Broken:
    """Check `counterpart named`: another stream, and where its case is known, an investigation on record there."""
    other = event.data.get("right_stream") or event.data["other_case"]
    if other == case.stream:
        return ("record.counterpart_here",)
    if "other_investigation" not in event.data:
        return HOLDS
    counterpart = context.elsewhere.stream(other)
    if counterpart is None or counterpart.ids.get(event.data["other_investigation"]) == "investigation_id":
        return HOLDS
    return ("investigation.counterpart_missing", "data.other_investigation")


def proceedings_joined(case: Case, event: Event, event_type: EventType, context: Context) -> Broken:
    """Check `proceedings joined`, with the counterpart named."""
    investigation = investigation_of(case, event)
    other = Counterpart(event.data["other_case"], event.data["other_investigation"])
    if investigation is not None and other in investigation.joined:
        return HOLDS
    return ("investigation.not_joined", "data.other_investigation")


def assistance_requested(case: Case, event: Event, event_type: EventType, context: Context) -> Broken:
    """Check `mutual assistance requested`."""
    assistance = case.assistance.get(event.data["assistance_id"])
    if assistance is not None and assistance.is_open:
        return HOLDS
    return ("investigation.no_assistance_requested", "data.assistance_id")


def investigates(case: Case, event: Event, event_type: EventType, context: Context) -> Broken:
    """Check the relation `the agency that investigates`."""
    investigation = investigation_of(case, event)
    if investigation is not None and investigation.agency == event.publisher:
        return HOLDS
    return ("investigation.not_investigating",)


def file_addressee(case: Case, event: Event, event_type: EventType, context: Context) -> Broken:
    """Check the relation `addressee of the file`."""
    investigation = investigation_of(case, event)
    if investigation is not None and investigation.addressee == event.publisher:
        return HOLDS
    return ("investigation.not_addressee",)


RULES: Rules = {
    "investigation open": _in_state("open", "investigation.not_open"),
    "investigation suspended": _in_state("suspended", "investigation.not_suspended"),
    "investigation closed": _in_state("closed", "investigation.not_closed"),
    "file handed over": _in_state("handed_over", "investigation.file_not_handed_over"),
    "file with prosecutor": file_with_prosecutor,
    "investigation not opened before": not_opened_before,
    "investigator apart from the accused": apart_from_accused,
    "article stated": article_stated,
    "articles on record": articles_on_record,
    "named proposal open": named_proposal_open,
    "suspect identified": suspect_identified,
    "suspect detained": suspect_detained,
    "counterpart named": counterpart_named,
    "proceedings joined": proceedings_joined,
    "mutual assistance requested": assistance_requested,
}
RELATIONS: Rules = {
    "the agency that investigates": investigates,
    "addressee of the file": file_addressee,
}
