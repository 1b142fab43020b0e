"""Investigations in one stream as one agency is told, by plain loops: each question is asked anew of all that was said.

First it is worked out, event by event, which investigations each of them is about and where each person stands then.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from naive import dues
from naive.proceedings import APPEAL, FINAL, IDENTIFIED, INDICTED, ORDERED, Walk, walk
from naive.record import last
from naive.told import Told

Found = dict[str, Any]
STATES = {
    "investigation.InvestigationOpened": "open",
    "investigation.InvestigationReopened": "open",
    "investigation.InvestigationSuspended": "suspended",
    "investigation.InvestigationClosed": "closed",
    "investigation.InvestigationTransferredToProsecutor": "handed_over",
    "prosecution.CaseFileReceived": "with_prosecutor",
    "prosecution.CaseFileRefused": "open",
    "prosecution.CaseReturnedForInvestigation": "open",
}
ANSWERING = tuple(
    f"investigation.{name}"
    for name in ("JurisdictionAssigned", "OffenceReclassified", "InvestigationSuspended", "InvestigationClosed")
)


def fold(told: Sequence[Told]) -> Iterator[Found]:
    """By investigation; what is of none that is told stands under `-`."""
    found = walk(told)
    for key in found.keys:
        suspects = {person: _suspect(found, person) for person, at in _places(found).items() if at == key}
        orders, proposals = _orders(found, key), _proposals(found, key)
        state, since = _state(found, key)
        investigator, unit = _investigator(found, key)
        opened = last(found.of(key, "investigation.InvestigationOpened"), None)
        due = sorted(map(dues.document, _due(found, key, len(found.said))), key=_order)
        final = found.said[_last(found, key)]
        yield {
            "agency": final.agency, "case_id": final.stream, "investigation_id": key, "state": state, "since": since,
            "investigator": investigator, "unit": unit,
            "trafficking_type": opened.data.get("trafficking_type", "") if opened else "",
            "opened_on": opened.data.get("opened_on", "") if opened else "",
            "victims": opened.data.get("victims", []) if opened else [], **_articles(found, key),
            "suspects": suspects, "detained": sum(each["detained"] for each in suspects.values()),
            "authorizations": _authorizations(found, key), "orders": orders,
            "reports_awaited": sum(not each["answered"] for each in orders.values()), "proposals": proposals,
            "proposals_open": sum(not each["answer"] for each in proposals.values()),
            "assistance": _assistance(found, key), "joined": _joined(found, key), "deadlines": due,
            "late": sum(each["marked"] and not each["doubtful"] for each in due),
            "next_due_at": due[0]["due_at"] if due else "", "last_type": final.type, "last_at": final.at,
            "last_pos": final.pos,
        }  # fmt: skip


def _places(found: Walk) -> dict[str, str]:
    return found.places[-1] if found.places else {}


def _order(each: Found) -> tuple[str, str, str]:
    return each["due_at"], each["of"], each["deadline"]


def _suspect(found: Walk, person: str) -> Found:
    """A person, by all that is said of her, in whatever investigation."""
    mine = [one for one in found.said if one.data.get("defendant_id") == person]

    def of(*names: str) -> list[Told]:
        return [one for one in mine if one.type.split(".")[1] in names]

    suspicion = of("SuspectIdentified", "SuspectCleared")
    measures = of("PreventiveMeasureOrdered", "SuspectReleased", "JudgmentBecameFinal")
    held = [
        one for one in of("SuspectArrested", "SuspectReleased", "PreventiveMeasureOrdered")
        if not one.type.endswith("Ordered") or one.data.get("measure") == "pre_trial_detention"
    ]  # fmt: skip
    identified, released = of("SuspectIdentified"), of("SuspectReleased")
    is_measured = bool(measures) and measures[-1].type.endswith("Ordered")
    court = [
        one for one in of("IndictmentFiled", "JudgmentBecameFinal", "AppealDecided")
        if one.type != APPEAL or one.data.get("result") not in ("upheld", "withdrawn")
    ]  # fmt: skip
    roles = [one.data["role_in_process"] for one in identified if "role_in_process" in one.data]
    suspected = bool(suspicion) and suspicion[-1].type == IDENTIFIED
    return {
        "suspected": suspected, "roles": last(roles, []),
        "official": any(one.data.get("official_complicity") for one in identified),
        "detained": bool(held) and not held[-1].type.endswith("Released"),
        "arrested_at": last(one.data.get("arrested_at", "") for one in of("SuspectArrested")),
        "measure": measures[-1].data.get("measure", "") if is_measured else "",
        "measure_to": measures[-1].data.get("valid_to", "") if is_measured else "",
        "released_at": last(one.data.get("released_at", "") for one in released),
        "ground": last(one.data.get("ground", "") for one in released),
        "cleared": suspicion[-1].data.get("reason", "") if suspicion and not suspected else "",
        "in_court": bool(of("IndictmentFiled")), "final": bool(court) and court[-1].type == FINAL,
    }  # fmt: skip


def _state(found: Walk, key: str) -> tuple[str, str]:
    """The last state that an event brought: the courts' by what has become of everybody who was indicted."""
    state, since = "", ""
    for i in found.at(key):
        one = found.said[i]
        until = Walk(found.said[: i + 1])
        before = Walk(found.said[:i])
        here = [person for person, at in found.places[i].items() if at == key]
        new = STATES.get(one.type, "")
        if one.type == INDICTED:
            new = "before_court"
        elif one.type == FINAL and state == "before_court":
            tried = [each for each in (_suspect(until, person) for person in here) if each["in_court"]]
            new = "judged" if all(each["final"] for each in tried) else ""
        elif one.type == APPEAL and one.data.get("result") not in ("upheld", "withdrawn"):
            new = "before_court" if _suspect(before, one.data["defendant_id"])["final"] else ""
        if new:
            state, since = new, one.time
    return state, since


def _investigator(found: Walk, key: str) -> tuple[str, str]:
    """Who opened it, unless it was assigned since; an agency whose official is accused hands it to who leads."""
    agency, unit = "", ""
    begun = next(iter(found.at(key)), len(found.said))
    for i, one in enumerate(found.said):
        if key in found.about[i] and one.type == "investigation.InvestigationOpened":
            agency = one.publisher
        elif key in found.about[i] and one.type == "investigation.JurisdictionAssigned":
            agency, unit = one.data.get("to_agency", ""), one.data.get("to_unit", "")
        accused = one.data.get("accused_agency") if one.type == IDENTIFIED else None
        if i >= begun and accused and one.data.get("official_complicity") and agency == accused:
            agency, unit = dues.leads([one])[1], ""
    return agency, unit


def _articles(found: Walk, key: str) -> Found:
    """The articles now, and each naming of some."""
    articles: list[str] = []
    history = []
    for one in found.of(key):
        before, kind, whose = list(articles), one.type.split(".")[1], ""
        if kind == "InvestigationOpened":
            named, before, articles = one.data.get("articles", []), [], list(one.data.get("articles", []))
        elif kind == "InvestigationTransferredToProsecutor":
            named = articles = list(one.data.get("articles", [])) or before
        elif kind == "OffenceReclassified":
            named, before, whose = (
                one.data.get("to_articles", []),
                list(one.data.get("from_articles", [])),
                one.data.get("defendant_id", ""),
            )
            if not whose:
                articles = list(dict.fromkeys([*(each for each in articles if each not in before), *named]))
        else:
            continue
        says = {"at": one.time, "step": one.type, "by": one.publisher, "reason": one.data.get("reason", "")}
        history.append({**says, "before": before, "after": list(named), "defendant_id": whose})
    return {"articles": articles, "history": history}


def _authorizations(found: Walk, key: str) -> Found:
    issued = [one.data for one in found.of(key, "investigation.AuthorizationIssued")]
    names = ("valid_from", "valid_to")
    return {
        data["authorization_id"]: {"type": data["authorization_type"], **{name: data[name] for name in names}}
        for data in issued
    }


def _orders(found: Walk, key: str) -> Found:
    """Every order of the case, with the reports on it: an opinion answers it, also an amended one."""
    orders = {}
    for one in found.said:
        if one.type == ORDERED and "order_id" in one.data:
            data, own = one.data, one.data["order_id"]
            issued = [
                each
                for each in found.said
                if each.type == "custody.LabReportIssued" and each.data.get("order_id") == own
            ]
            reports = [
                {
                    "report_id": each.data.get("report_id", ""), "kind": each.data.get("kind", ""), "at": each.time,
                    "answered": each.data.get("questions_answered", 0), "supersedes": each.data.get("supersedes", ""),
                }
                for each in issued
            ]  # fmt: skip
            orders[own] = {
                "exhibits": data.get("exhibit_number", []), "kind": data.get("kind", ""),
                "to_agency": data.get("to_agency", ""), "questions": data.get("question_count", 0),
                "ordered_at": one.time, "due_at": data.get("due_at", ""), "reports": reports,
                "answered": any(each["kind"] in ("opinion", "amended") for each in reports),
            }  # fmt: skip
    return orders


def _proposals(found: Walk, key: str) -> Found:
    proposals = {}
    for i in found.at(key):
        one = found.said[i]
        if one.type == "investigation.ProposalMade":
            later = [found.said[k] for k in found.at(key) if k > i]
            answers = [each.type for each in later if _answers(each, one)]
            proposals[one.data["proposal_id"]] = {
                "proposal": one.data.get("proposal", ""), "reason": one.data.get("reason", ""),
                "articles": one.data.get("articles", []), "at": one.time, "of": one.event_id,
                "answer": [*answers, ""][0],
            }  # fmt: skip
    return proposals


def _answers(one: Told, proposal: Told) -> bool:
    """The decision that names it, the refusal of it, and whatever closes the investigation."""
    if one.type == "ledger.ApprovalRefused":
        return bool(one.data.get("of") == proposal.event_id)
    named = one.data.get("proposal_id") == proposal.data["proposal_id"]
    return one.type in ANSWERING and (named or one.type == "investigation.InvestigationClosed")


def _assistance(found: Walk, key: str) -> Found:
    asked = [one.data for one in found.of(key, "investigation.MutualAssistanceRequested")]
    answered = [one.data for one in found.of(key, "investigation.MutualAssistanceAnswered")]
    return {
        data["assistance_id"]: {
            **{name: data[name] for name in ("country", "instrument", "requested_on")},
            "result": last(each["result"] for each in answered if each["assistance_id"] == data["assistance_id"]),
        }
        for data in asked
    }


def _joined(found: Walk, key: str) -> list[Found]:
    """Those that were joined last under each pair of ids, unless severed since."""
    moves = found.of(key, "investigation.ProceedingsJoined", "investigation.ProceedingsSevered")
    joined = []
    for i, one in enumerate(moves):
        other = (one.data["other_case"], one.data["other_investigation"])
        again = [
            each for each in moves[i + 1 :] if (each.data["other_case"], each.data["other_investigation"]) == other
        ]
        if one.type.endswith("Joined") and not again:
            joined.append({"case_id": other[0], "investigation_id": other[1], "leading": one.data["leading"]})
    return joined


def _due(found: Walk, key: str, until: int) -> list[dues.Duty]:
    places = [each.get(one.data.get("defendant_id", "")) for one, each in zip(found.said, found.places, strict=True)]
    known = [{} if place is None else {"investigation_id": place} for place in places]
    led = [dues.leads([one]) for one in found.said]
    return dues.left(dues.Course(found.said, known, led, lambda i: key in found.about[i]), until)


def _last(found: Walk, key: str) -> int:
    """The last event about it, or that ended or marked what was due in it, or took somebody or something from it."""
    own = found.at(key)
    for i in range(len(found.said) - 1, own[-1], -1):
        one, before = found.said[i], found.places[i - 1]
        left = one.type == IDENTIFIED and before.get(one.data.get("defendant_id", "")) == key
        if left or _investigator(Walk(found.said[:i], found.about[:i]), key) != _investigator(
            Walk(found.said[: i + 1], found.about[: i + 1]), key
        ):
            return i
        if list(map(dues.document, _due(found, key, i))) != list(map(dues.document, _due(found, key, i + 1))):
            return i
    return own[-1]
