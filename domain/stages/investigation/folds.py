"""How each event of an investigation changes what is on record; no fold judges, so none can fail on an admitted entry.

A fact may name an investigation or a person that is not on record: it is kept as far as it can be. No fold here writes
a victim. Called by `domain.stream`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.event import Event, Recorded
from domain.stages.change import changed
from domain.stages.investigation.articles import articles_of, named, replaced
from domain.stages.investigation.rules import investigation_of
from domain.stages.investigation.state import (
    Assistance,
    Authorization,
    Counterpart,
    ExaminationOrder,
    Investigation,
    Proposal,
)
from domain.stages.investigation.subjects import (
    WITH_PROSECUTOR,
    dropped,
    investigating,
    moved,
    of_investigation,
    proceedings_lead,
)
from domain.stages.rules import Changes, Folds

if TYPE_CHECKING:
    from domain.case import Case


def _answered(case: Case, event: Event) -> Changes:
    """The proposal that the decision names; closing an investigation answers all of them."""
    answered, closed = event.data.get("proposal_id"), event.type == "investigation.InvestigationClosed"
    return {
        "proposals": {
            key: _closed_proposal(proposal)
            if key == answered or (closed and proposal.investigation_id == event.data["investigation_id"])
            else proposal
            for key, proposal in case.proposals.items()
        }
    }


def _closed_proposal(proposal: Proposal) -> Proposal:
    """The proposal, answered."""
    return Proposal(proposal.investigation_id, proposal.proposal, proposal.event_id, is_open=False)


def _opened(case: Case, recorded: Recorded) -> Changes:
    event, data = recorded.event, recorded.event.data
    investigation_id, articles = data["investigation_id"], tuple(data["articles"])
    opened = Investigation(
        event.publisher, event.unit, since=event.id, articles=articles, victims=frozenset(data.get("victims", ()))
    )
    change = named(event, investigation_id=investigation_id, before=(), after=articles)
    return {
        "investigations": {**case.investigations, investigation_id: opened},
        "article_history": (*case.article_history, change),
        **investigating(case, event),
        **proceedings_lead(recorded),
    }


def _jurisdiction_assigned(case: Case, recorded: Recorded) -> Changes:
    event = recorded.event
    assigned = moved(case, event, agency=event.data["to_agency"], unit=event.data.get("to_unit", ""))
    return {**assigned, **_answered(case, event)}


def _proposal_made(case: Case, recorded: Recorded) -> Changes:
    event, data = recorded.event, recorded.event.data
    proposal = Proposal(data["investigation_id"], data["proposal"], event.id)
    return {"proposals": {**case.proposals, data["proposal_id"]: proposal}, **investigating(case, event)}


def _reclassified(case: Case, recorded: Recorded) -> Changes:
    """Of one person, or of the investigation and with it everybody in it; a charge before a court stays as it is."""
    event, data = recorded.event, recorded.event.data
    investigation_id, only = data["investigation_id"], data.get("defendant_id")
    left, taken = data["from_articles"], data["to_articles"]
    changes: Changes = _answered(case, event)
    if only is None:
        articles = investigation_of(case, event)
        before = articles.articles if articles is not None else ()
        changes |= moved(case, event, articles=replaced(before, left=left, taken=taken))
    concerned = [
        key
        for key, defendant in case.defendants.items()
        if key == only or (only is None and defendant.investigation_id == investigation_id)
    ]
    changes["defendants"] = {
        key: changed(defendant, articles=replaced(articles_of(case, key), left=left, taken=taken))
        if key == only or (key in concerned and defendant.articles is not None)
        else defendant
        for key, defendant in case.defendants.items()
    }
    changes["charges"] = {
        key: changed(charge, articles=replaced(charge.articles, left=left, taken=taken))
        if charge.defendant_id in concerned
        and charge.state in WITH_PROSECUTOR
        and not frozenset(left).isdisjoint(charge.articles)
        else charge
        for key, charge in case.charges.items()
    }
    change = named(event, investigation_id=investigation_id, defendant_id=only, before=left, after=taken)
    return {**changes, "article_history": (*case.article_history, change)}


def _authorization_issued(case: Case, recorded: Recorded) -> Changes:
    data = recorded.event.data
    issued = Authorization(data["investigation_id"], data["authorization_type"], data["valid_from"], data["valid_to"])
    return {"authorizations": {**case.authorizations, data["authorization_id"]: issued}}


def _examination_ordered(case: Case, recorded: Recorded) -> Changes:
    event, data = recorded.event, recorded.event.data
    order = ExaminationOrder(
        exhibits=frozenset(data["exhibit_number"]),
        kind=data["kind"],
        to_agency=data["to_agency"],
        question_count=data["question_count"],
        event_id=event.id,
        due_at=data.get("due_at"),
    )
    return {"orders": {**case.orders, data["order_id"]: order}}


def _assistance_requested(case: Case, recorded: Recorded) -> Changes:
    event, data = recorded.event, recorded.event.data
    asked = Assistance(data["investigation_id"], data["country"], event.id)
    return {"assistance": {**case.assistance, data["assistance_id"]: asked}}


def _assistance_answered(case: Case, recorded: Recorded) -> Changes:
    data = recorded.event.data
    asked = case.assistance.get(data["assistance_id"])
    if asked is None or asked.investigation_id != data["investigation_id"]:
        return {}
    answered = Assistance(asked.investigation_id, asked.country, asked.event_id, data["result"])
    return {"assistance": {**case.assistance, data["assistance_id"]: answered}}


def _other_half(event: Event) -> Counterpart:
    return Counterpart(event.data["other_case"], event.data["other_investigation"])


def _joined(case: Case, recorded: Recorded) -> Changes:
    event, investigation = recorded.event, investigation_of(case, recorded.event)
    before = investigation.joined if investigation is not None else {}
    return moved(case, event, joined={**before, _other_half(event): event.data["leading"]})


def _severed(case: Case, recorded: Recorded) -> Changes:
    event, investigation = recorded.event, investigation_of(case, recorded.event)
    if investigation is None:
        return {}
    joined = {key: leading for key, leading in investigation.joined.items() if key != _other_half(event)}
    return moved(case, event, joined=joined, apart=investigation.apart | frozenset(event.data["defendants"]))


def _suspended(case: Case, recorded: Recorded) -> Changes:
    return {**moved(case, recorded.event, state="suspended"), **_answered(case, recorded.event)}


def _closed(case: Case, recorded: Recorded) -> Changes:
    """Closed without going to court, the charges that rest with the prosecutor are dropped."""
    event = recorded.event
    changes = {**moved(case, event, state="closed"), **_answered(case, event)}
    if event.data["outcome"] != "to_court":
        concerned = {key for key in case.defendants if of_investigation(case, key, event.data["investigation_id"])}
        changes |= dropped(case, concerned)
    return changes


def _reopened(case: Case, recorded: Recorded) -> Changes:
    return moved(case, recorded.event, state="open")


def _handed_over(case: Case, recorded: Recorded) -> Changes:
    """The file names its articles: those that differ from the investigation's are a change like any other."""
    event, investigation = recorded.event, investigation_of(case, recorded.event)
    before = investigation.articles if investigation is not None else ()
    after = tuple(event.data["articles"]) or before
    change = named(event, investigation_id=event.data["investigation_id"], before=before, after=after)
    return {
        **moved(case, event, state="handed_over", addressee=event.data["to_agency"], articles=after),
        **investigating(case, event),
        "article_history": (*case.article_history, change),
    }


FOLDS: Folds = {
    "investigation.InvestigationOpened": _opened,
    "investigation.JurisdictionAssigned": _jurisdiction_assigned,
    "investigation.ProposalMade": _proposal_made,
    "investigation.OffenceReclassified": _reclassified,
    "investigation.AuthorizationIssued": _authorization_issued,
    "investigation.ExaminationOrdered": _examination_ordered,
    "investigation.MutualAssistanceRequested": _assistance_requested,
    "investigation.MutualAssistanceAnswered": _assistance_answered,
    "investigation.ProceedingsJoined": _joined,
    "investigation.ProceedingsSevered": _severed,
    "investigation.InvestigationSuspended": _suspended,
    "investigation.InvestigationClosed": _closed,
    "investigation.InvestigationReopened": _reopened,
    "investigation.InvestigationTransferredToProsecutor": _handed_over,
}
