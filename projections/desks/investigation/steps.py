"""What each event does to an investigation: a table of types, each a function of the investigation as it stands.

Whose event it is: that of the investigation which it names, or in which the person is suspected whom it names. Nothing
is judged here, and of what is told any field may be missing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from domain.catalogue import by_name
from domain.stages.investigation.articles import replaced
from projections.desks.investigation import persons
from projections.desks.investigation.inquiry import Inquiry, Step
from projections.told import Told

NOWHERE = "-"
"""In place of an investigation: none that the agency is told of."""

_REPORTED, _ORDERED = "custody.LabReportIssued", "investigation.ExaminationOrdered"
SUSPECTED, _CLOSED = "investigation.SuspectIdentified", "investigation.InvestigationClosed"
_ANSWERS = frozenset({"opinion", "amended"})

TYPES = (
    frozenset(known.name for known in by_name.values() if known.stage in ("investigation", "prosecution"))
    | {_REPORTED, "protection.VictimNotifiedOfRelease", "ledger.ApprovalRefused", "ledger.DutyOverdueMarked"}
) - {"prosecution.ComplaintFiled", "prosecution.ComplaintDecided", "prosecution.DisclosureToDefenceMade"}

Known = Mapping[str, Inquiry]


def concerned(known: Known, told: Told) -> set[str]:
    """The investigations that the event is about."""
    data, type_ = told.data, told.type
    if type_ == _ORDERED:
        return ({*known} or {NOWHERE}) if "order_id" in data else set()
    if type_ == _REPORTED:
        return {key for key, each in known.items() if data.get("order_id") in each.orders}
    if type_ == "ledger.ApprovalRefused":
        of = data.get("of")
        return {key for key, each in known.items() if any(one["of"] == of for one in each.proposals.values())}
    if type_ in persons.STEPS:
        if "defendant_id" not in data:
            return set()
        there = where(known, data["defendant_id"])
        if type_ == SUSPECTED and not (there and known[there].suspects[data["defendant_id"]]["suspected"]):
            return {data.get("investigation_id", NOWHERE)}
        return {there or NOWHERE}
    if "investigation_id" in data:
        return {data["investigation_id"]}
    return {there for person in data.get("defendants", ()) if (there := where(known, person))}


def where(known: Known, person: str) -> str | None:
    """The investigation in which the person stands: one at a time."""
    return next((key for key, each in known.items() if person in each.suspects), None)


def _opened(of: Inquiry, told: Told) -> None:
    of.is_now("open", told)
    of.investigator = told.publisher
    of.trafficking_type, of.opened_on = told.data.get("trafficking_type", ""), told.data.get("opened_on", "")
    of.victims = list(told.data.get("victims", ()))
    articles = list(told.data.get("articles", ()))
    of.names(articles, [], told)
    of.articles = articles


def _assigned(of: Inquiry, told: Told) -> None:
    of.investigator, of.unit = told.data.get("to_agency", ""), told.data.get("to_unit", "")
    _answered(of, told)


def _answered(of: Inquiry, told: Told) -> None:
    """The proposal that the decision names; closing an investigation answers all of them."""
    for key, proposal in of.proposals.items():
        if not proposal["answer"] and (key == told.data.get("proposal_id") or told.type == _CLOSED):
            proposal["answer"] = told.type


def _refused(of: Inquiry, told: Told) -> None:
    for proposal in of.proposals.values():
        if proposal["of"] == told.data.get("of") and not proposal["answer"]:
            proposal["answer"] = told.type


def _proposed(of: Inquiry, told: Told) -> None:
    of.proposals[told.data.get("proposal_id", told.event_id)] = {
        "proposal": told.data.get("proposal", ""), "reason": told.data.get("reason", ""),
        "articles": list(told.data.get("articles", ())), "at": told.time, "of": told.event_id, "answer": "",
    }  # fmt: skip


def _reclassified(of: Inquiry, told: Told) -> None:
    """Of one person, or of the investigation."""
    left, taken = told.data.get("from_articles", ()), told.data.get("to_articles", ())
    of.names(list(taken), list(left), told, told.data.get("defendant_id", ""))
    if "defendant_id" not in told.data:
        of.articles = list(replaced(of.articles, left=left, taken=taken))
    _answered(of, told)


def _authorized(of: Inquiry, told: Told) -> None:
    of.authorizations[told.data.get("authorization_id", told.event_id)] = {
        "type": told.data.get("authorization_type", ""), "valid_from": told.data.get("valid_from", ""),
        "valid_to": told.data.get("valid_to", ""),
    }  # fmt: skip


def _ordered(of: Inquiry, told: Told) -> None:
    data = told.data
    of.orders[data["order_id"]] = {
        "exhibits": list(data.get("exhibit_number", ())), "kind": data.get("kind", ""),
        "to_agency": data.get("to_agency", ""), "questions": data.get("question_count", 0), "ordered_at": told.time,
        "due_at": data.get("due_at", ""), "reports": [], "answered": False,
    }  # fmt: skip


def _reported(of: Inquiry, told: Told) -> None:
    """An opinion answers the order; an interim report or an observation does not."""
    data, order = told.data, of.orders[told.data["order_id"]]
    report = {
        "report_id": data.get("report_id", ""), "kind": data.get("kind", ""), "at": told.time,
        "answered": data.get("questions_answered", 0), "supersedes": data.get("supersedes", ""),
    }  # fmt: skip
    order["reports"].append(report)
    order["answered"] = order["answered"] or report["kind"] in _ANSWERS


def _requested(of: Inquiry, told: Told) -> None:
    of.assistance[told.data.get("assistance_id", told.event_id)] = {
        "country": told.data.get("country", ""), "instrument": told.data.get("instrument", ""),
        "requested_on": told.data.get("requested_on", ""), "result": "",
    }  # fmt: skip


def _result(of: Inquiry, told: Told) -> None:
    request = of.assistance.get(told.data.get("assistance_id", ""))
    if request is not None:
        request["result"] = told.data.get("result", "")


def _other(told: Told) -> dict[str, Any]:
    return {"case_id": told.data.get("other_case", ""), "investigation_id": told.data.get("other_investigation", "")}


def _severed(of: Inquiry, told: Told) -> None:
    of.joined = [each for each in of.joined if not _other(told).items() <= each.items()]


def _joined(of: Inquiry, told: Told) -> None:
    _severed(of, told)
    of.joined.append({**_other(told), "leading": bool(told.data.get("leading"))})


def _stopped(of: Inquiry, told: Told) -> None:
    of.is_now("closed" if told.type == _CLOSED else "suspended", told)
    _answered(of, told)


def _handed_over(of: Inquiry, told: Told) -> None:
    """The file names its articles: those that differ are a change like any other."""
    of.is_now("handed_over", told)
    articles = list(told.data.get("articles", ())) or of.articles
    of.names(articles, of.articles, told)
    of.articles = articles


def _to_state(state: str) -> Step:
    return lambda of, told: of.is_now(state, told)


STEPS: Mapping[str, Step] = {
    "investigation.InvestigationOpened": _opened,
    "investigation.JurisdictionAssigned": _assigned,
    "investigation.ProposalMade": _proposed,
    "investigation.OffenceReclassified": _reclassified,
    "investigation.AuthorizationIssued": _authorized,
    "investigation.ExaminationOrdered": _ordered,
    "investigation.MutualAssistanceRequested": _requested,
    "investigation.MutualAssistanceAnswered": _result,
    "investigation.ProceedingsJoined": _joined,
    "investigation.ProceedingsSevered": _severed,
    "investigation.InvestigationSuspended": _stopped,
    "investigation.InvestigationClosed": _stopped,
    "investigation.InvestigationReopened": _to_state("open"),
    "investigation.InvestigationTransferredToProsecutor": _handed_over,
    "prosecution.CaseFileReceived": _to_state("with_prosecutor"),
    "prosecution.CaseFileRefused": _to_state("open"),
    "prosecution.CaseReturnedForInvestigation": _to_state("open"),
    "custody.LabReportIssued": _reported,
    "ledger.ApprovalRefused": _refused,
    **persons.STEPS,
}
"""Other types only end what was due."""
