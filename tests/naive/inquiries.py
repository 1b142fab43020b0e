"""Investigations in one stream as one agency is told, by plain loops."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from naive.exhibits import heard
from projections.told import Told

AFTER = {
    "investigation.InvestigationOpened": "open",
    "investigation.InvestigationReopened": "open",
    "investigation.InvestigationSuspended": "suspended",
    "investigation.InvestigationClosed": "closed",
    "investigation.InvestigationTransferredToProsecutor": "handed_over",
    "prosecution.CaseFileReceived": "with_prosecutor",
    "prosecution.CaseFileRefused": "open",
    "prosecution.CaseReturnedForInvestigation": "open",
}
OPENS = {
    "investigation.ProposalMade": (
        "proposal_answer", "proposal_id",
        ("InvestigationClosed", "InvestigationSuspended", "OffenceReclassified"),
    ),
    "investigation.SuspectArrested": (
        "detention", "defendant_id",
        ("SuspectReleased", "SuspectCleared", "PreventiveMeasureOrdered", "VerdictRendered"),
    ),
    "investigation.SuspectReleased": ("release_notice", "defendant_id", ("VictimNotifiedOfRelease",)),
    "investigation.InvestigationSuspended": (
        "suspension_review", "investigation_id", ("InvestigationReopened", "InvestigationClosed")
    ),
    "investigation.InvestigationTransferredToProsecutor": (
        "file_receipt", "investigation_id", ("CaseFileReceived", "CaseFileRefused")
    ),
    "investigation.MutualAssistanceRequested": ("assistance_answer", "assistance_id", ("MutualAssistanceAnswered",)),
    "investigation.ExaminationOrdered": ("lab_report", "order_id", ("LabReportIssued",)),
    "prosecution.AppealFiled": ("appeal_decision", "appeal_id", ("AppealDecided",)),
}  # fmt: skip
"""What is due from each, by what it is known, and what ends it: those that the script brings about."""

NAMED = {each[0] for each in OPENS.values()}


def fold(told: Sequence[Told]) -> dict[str, dict[str, Any]]:
    """By investigation; what is of none that is told stands under `-`."""
    said = [one for one in heard(told) if one.type.split(".")[0] in ("investigation", "prosecution") or _other(one)]
    persons = _persons(said)
    known = {one.data["investigation_id"] for one in said if "investigation_id" in one.data}
    known |= {where for where, _ in persons.values()}
    orders = _orders(said)
    if orders and (not known or _first(said, "order_id") < _first(said, "investigation_id")):
        known |= {"-"}
    return {key: _investigation(key, said, persons, orders) for key in known}


def _other(one: Told) -> bool:
    return one.type in ("custody.LabReportIssued", "ledger.ApprovalRefused", "protection.VictimNotifiedOfRelease")


def _first(said: Sequence[Told], field: str) -> float:
    ordered = (i for i, one in enumerate(said) if field in one.data)
    return next(ordered, float("inf"))


def _persons(said: Sequence[Told]) -> dict[str, tuple[str, dict[str, Any]]]:
    """Where each person stands, and how."""
    found: dict[str, tuple[str, dict[str, Any]]] = {}
    for one in said:
        person, kind = one.data.get("defendant_id"), one.type.split(".")[1]
        if person is None or kind in (
            *("DisclosureToDefenceMade", "AppealPeriodLapsed", "VictimNotifiedOfRelease", "OffenceReclassified"),
        ):
            continue
        where, how = found.get(person, ("-", dict.fromkeys(("suspected", "detained", "in_court", "final"), False)))
        how = dict(how)
        if kind in ("SuspectIdentified", "SuspectCleared"):
            if kind == "SuspectIdentified" and not how["suspected"]:
                where = one.data.get("investigation_id", "-")
            how["suspected"] = kind == "SuspectIdentified"
        elif kind in ("SuspectArrested", "SuspectReleased"):
            how["detained"] = kind == "SuspectArrested"
        elif kind == "PreventiveMeasureOrdered":
            how["detained"] = how["detained"] or one.data["measure"] == "pre_trial_detention"
        elif kind == "IndictmentFiled":
            how |= {"in_court": True, "final": False}
        elif kind == "JudgmentBecameFinal":
            how["final"] = True
        found[person] = (where, how)
    return found


def _orders(said: Sequence[Told]) -> dict[str, bool]:
    """Whether each order has been answered."""
    reports = [one for one in said if one.type == "custody.LabReportIssued"]
    answered = {one.data.get("order_id") for one in reports if one.data.get("kind") in ("opinion", "amended")}
    ordered = [one for one in said if one.type == "investigation.ExaminationOrdered"]
    return {one.data["order_id"]: one.data["order_id"] in answered for one in ordered if "order_id" in one.data}


def _investigation(
    key: str, said: Sequence[Told], persons: dict[str, tuple[str, dict[str, Any]]], orders: dict[str, bool]
) -> dict[str, Any]:
    mine = [one for one in said if one.data.get("investigation_id") == key]
    here = {person: how for person, (where, how) in persons.items() if where == key}
    tried = [how for how in here.values() if how["in_court"]]
    states = [AFTER[one.type] for one in mine if one.type in AFTER]
    if tried:
        states += ["judged" if all(how["final"] for how in tried) else "before_court"]
    opened = next((one for one in mine if one.type == "investigation.InvestigationOpened"), None)
    assigned = [one.data["to_agency"] for one in mine if one.type == "investigation.JurisdictionAssigned"]
    proposed = [one for one in mine if one.type == "investigation.ProposalMade"]
    return {
        "state": states[-1] if states else "",
        "investigator": [*([opened.publisher] if opened else [""]), *assigned][-1],
        "victims": opened.data.get("victims", []) if opened else [],
        "history": [_named(one) for one in mine if _named(one) is not None],
        "suspects": here,
        "detained": sum(how["detained"] for how in here.values()),
        "authorizations": sorted(
            one.data["authorization_id"] for one in mine if one.type == "investigation.AuthorizationIssued"
        ),
        "orders": orders,
        "reports_awaited": sum(not answered for answered in orders.values()),
        "proposals": {one.data["proposal_id"]: _answer(one, said) for one in proposed},
        "joined": _joined(mine),
        "due": sorted(_due(key, said, persons)),
    }


def _named(one: Told) -> list[str] | None:
    data = one.data
    if one.type in ("investigation.InvestigationOpened", "investigation.InvestigationTransferredToProsecutor"):
        return list(data.get("articles", []))
    return list(data.get("to_articles", [])) if one.type == "investigation.OffenceReclassified" else None


def _answer(proposal: Told, said: Sequence[Told]) -> str:
    for one in said[said.index(proposal) :]:
        if one.type == "ledger.ApprovalRefused" and one.data.get("of") == proposal.event_id:
            return one.type
        if one is not proposal and one.data.get("proposal_id") == proposal.data["proposal_id"]:
            return one.type
        same = one.data.get("investigation_id") == proposal.data["investigation_id"]
        if one.type == "investigation.InvestigationClosed" and same:
            return one.type
    return ""


def _joined(mine: Sequence[Told]) -> list[str]:
    found: list[str] = []
    for one in mine:
        if one.type == "investigation.ProceedingsJoined":
            found.append(one.data["other_investigation"])
        elif one.type == "investigation.ProceedingsSevered":
            found.remove(one.data["other_investigation"])
    return found


def _due(key: str, said: Sequence[Told], persons: dict[str, tuple[str, dict[str, Any]]]) -> list[tuple[str, str]]:
    """(deadline, event) of what no later event has ended."""
    found = []
    for i, one in enumerate(said):
        if one.type not in OPENS:
            continue
        deadline, field, ends = OPENS[one.type]
        where = one.data.get("investigation_id") or persons.get(one.data.get("defendant_id", ""), (key, {}))[0]
        later = [each for each in said[i + 1 :] if each.type.split(".")[1] in ends]
        over = any(each.data.get(field) == one.data.get(field) for each in later)
        refused = any(
            each.type == "ledger.ApprovalRefused" and each.data.get("of") == one.event_id for each in said[i:]
        )
        if where == key and field in one.data and not over and not refused:
            found.append((deadline, one.event_id))
    return found
