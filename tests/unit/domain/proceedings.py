"""The usual way of proceedings, from the opening of an investigation to the final judgment, as acts to start from."""

from __future__ import annotations

from typing import Any

from unit.domain.story import CLOCK, COURT, INDICATED, POLICE, PROSECUTOR, Act, act, uid

INVESTIGATION, DEFENDANT, CHARGE, HEARING = (
    uid("investigation_id"),
    uid("defendant_id"),
    uid("charge_id"),
    uid("hearing_id"),
)
VICTIM = uid("victim_id")
SECOND = uid("second defendant")
SECOND_CHARGE = uid("second charge")


def suspected(**data: Any) -> Act:
    """A suspect, by the police."""
    return act("investigation.SuspectIdentified", POLICE, actor="investigator-1", **data)


def decided(decision: str = "accuse", *, reason: str = "sufficient_evidence", **data: Any) -> Act:
    """The prosecutor's decision on a charge."""
    data = {"articles": ["13.1"], **data}
    return act("prosecution.ChargeDecided", PROSECUTOR, decision=decision, reason=reason, **data)


def heard(kind: str = "main", **data: Any) -> Act:
    """A hearing that was held."""
    data = {"defendants": [DEFENDANT], **data}
    return act("prosecution.HearingHeld", COURT, actor="judge-1", hearing_type=kind, **data)


def verdict(result: str = "convicted", article: str = "13.1", *, actor: str = "judge-1", **data: Any) -> Act:
    """A verdict of the first court on one charge."""
    data = {"instance": "first", "results": [result], "articles": [article], **data}
    return act("prosecution.VerdictRendered", COURT, actor=actor, **data)


def appealed(instance: str = "appeal", label: str = "appeal_id", **data: Any) -> Act:
    """An appeal that a court registers."""
    return Act("prosecution.AppealFiled", COURT, {"instance": instance, "appeal_id": uid(label), **data})


def on_appeal(
    result: str, instance: str = "appeal", label: str = "appeal_id", *, actor: str = "judge-2", **data: Any
) -> Act:
    """A decision on an appeal, by another judge unless said otherwise."""
    data = {"instance": instance, "result": result, "appeal_id": uid(label), **data}
    return act("prosecution.AppealDecided", COURT, actor=actor, **data)


def lapsed(instance: str = "first", on: str = "2026-03-15") -> Act:
    """The clock: no appeal in time."""
    return act("prosecution.AppealPeriodLapsed", CLOCK, instance=instance, lapsed_on=on)


OPENED = act("investigation.InvestigationOpened", POLICE, actor="investigator-1", articles=["13.1"])
SUSPECTED = suspected()
HANDED_OVER = act(
    "investigation.InvestigationTransferredToProsecutor",
    POLICE,
    actor="investigator-1",
    to_agency=PROSECUTOR,
    articles=["13.1"],
)
RECEIVED = act("prosecution.CaseFileReceived", PROSECUTOR)
ACCUSED = decided()
INDICTED = act("prosecution.IndictmentFiled", PROSECUTOR, articles=["13.1"], to_agency=COURT)
SCHEDULED = act("prosecution.HearingScheduled", COURT, hearing_type="main", defendants=[DEFENDANT])
TRIED = heard()
CONVICTED = verdict()
FINAL = act("prosecution.JudgmentBecameFinal", COURT)

TO_INVESTIGATION = [INDICATED, OPENED]
TO_SUSPECT = [*TO_INVESTIGATION, SUSPECTED]
TO_FILE = [*TO_SUSPECT, HANDED_OVER, RECEIVED]
TO_CHARGE = [*TO_FILE, ACCUSED]
TO_COURT = [*TO_CHARGE, INDICTED]
TO_TRIAL = [*TO_COURT, SCHEDULED, TRIED]
TO_VERDICT = [*TO_TRIAL, CONVICTED]
TO_APPEAL = [*TO_VERDICT, appealed()]
TO_FINAL = [*TO_VERDICT, lapsed(), FINAL]
