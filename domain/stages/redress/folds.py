"""How each event of redress changes what is owed; no fold judges, so none can fail on an admitted entry.

A payment lessens the balance whoever pays, and the balance never falls below 0. Frozen assets are free again when
nothing is claimed or owed any more. Types of the prosecution end something here too, and a payment that its publisher
corrects counts anew. Called by `domain.stream`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from domain.event import Recorded
from domain.stages.change import changed
from domain.stages.redress.state import Award, Claim, Compensation, Enforcement, Freeze, Harm, Payment, Representative
from domain.stages.rules import Changes, Folds

if TYPE_CHECKING:
    from domain.case import Case

_NOT_GUILTY = frozenset({"acquitted", "dismissed"})
_ENDED = frozenset({"declined", "dropped"})
_OVERTURNED = frozenset({"quashed", "remitted"})


def _representative_appointed(case: Case, recorded: Recorded) -> Changes:
    data = recorded.event.data
    before = dict(case.representatives)
    if data.get("replaces") in before:
        before[data["replaces"]] = changed(before[data["replaces"]], replaced=True)
    before[data["representative_id"]] = Representative(data["victim_id"], data["representative_kind"])
    return {"representatives": before}


def _statement_recorded(case: Case, recorded: Recorded) -> Changes:
    victim_id = recorded.event.data["victim_id"]
    return {"statements": {**case.statements, victim_id: case.statements.get(victim_id, 0) + 1}}


def _harm_assessed(case: Case, recorded: Recorded) -> Changes:
    data = recorded.event.data
    harms = {**case.harms.get(data["victim_id"], {}), data["harm"]: Harm(data["grade"], data["assessed_on"])}
    return {"harms": {**case.harms, data["victim_id"]: harms}}


def _claim_filed(case: Case, recorded: Recorded) -> Changes:
    data = recorded.event.data
    claim = Claim(data["victim_id"], data["defendant_id"], data["amount_mnt"], tuple(data["heads"]))
    return {"claims": {**case.claims, data["claim_id"]: claim}}


def _claim_decided(case: Case, recorded: Recorded) -> Changes:
    data = recorded.event.data
    claim = changed(case.claims[data["claim_id"]], state=data["decision"], awarded=data["amount_mnt"])
    claims = {**case.claims, data["claim_id"]: claim}
    if data["amount_mnt"] or _claimed_or_owed(claims, case.awards, claim.defendant_id):
        return {"claims": claims}
    return {"claims": claims, "freezes": _freed(case, claim.defendant_id)}


def _assets_frozen(case: Case, recorded: Recorded) -> Changes:
    data = recorded.event.data
    freeze = Freeze(data["defendant_id"], data["amount_mnt"], data.get("valid_to"))
    return {"freezes": {**case.freezes, data["freeze_id"]: freeze}}


def _restitution_ordered(case: Case, recorded: Recorded) -> Changes:
    data = recorded.event.data
    award = Award(data["victim_id"], data["defendant_id"], data["head"], data["basis"], data["amount_mnt"])
    changes: Changes = {"awards": {**case.awards, data["award_id"]: award}}
    claim = case.claims.get(data.get("claim_id", ""))
    if claim is not None and award.basis == "civil_judgment":
        spent = changed(claim, ordered=claim.ordered + award.ordered)
        changes["claims"] = {**case.claims, data["claim_id"]: spent}
    return changes


def _restitution_paid(case: Case, recorded: Recorded) -> Changes:
    """A payment on an award that nobody ordered is on record as an event and owes nothing to anybody."""
    event, data = recorded.event, recorded.event.data
    if data["award_id"] not in case.awards:
        return {}
    return _counted(case, (event.publisher, event.id), Payment(data["award_id"], data["amount_mnt"]))


def _counted(case: Case, key: tuple[str, str], payment: Payment) -> Changes:
    """The payment counts for its amount, in place of what the same event counted for before."""
    before, award = case.payments.get(key), case.awards[payment.award_id]
    paid = award.paid + payment.amount - (before.amount if before else 0)
    return {
        "awards": {**case.awards, payment.award_id: changed(award, paid=paid)},
        "payments": {**case.payments, key: payment},
    }


def _event_corrected(case: Case, recorded: Recorded) -> Changes:
    """A payment whose amount its publisher corrects counts for the new one; a sum below 0 counts for nothing."""
    event = recorded.event
    key = (event.publisher, event.data["of"])
    payment = getattr(case, "payments", {}).get(key)
    amount = event.data.get("clear_values", {}).get("amount_mnt")
    return _counted(case, key, payment._replace(amount=max(amount, 0))) if payment and amount is not None else {}


def _event_misfiled(case: Case, recorded: Recorded) -> Changes:
    """A payment that belongs to another case counts there."""
    event = recorded.event
    key = (event.publisher, event.data["of"])
    payment = getattr(case, "payments", {}).get(key)
    return _counted(case, key, payment._replace(amount=0)) if payment else {}


def _compensation_applied(case: Case, recorded: Recorded) -> Changes:
    data = recorded.event.data
    applied = Compensation(data["victim_id"], data["fund"])
    return {"compensations": {**case.compensations, data["compensation_id"]: applied}}


def _compensation_decided(case: Case, recorded: Recorded) -> Changes:
    data = recorded.event.data
    applied = case.compensations[data["compensation_id"]]
    decided = changed(applied, state=data["decision"], granted=data["amount_mnt"])
    return {"compensations": {**case.compensations, data["compensation_id"]: decided}}


def _enforcement_opened(case: Case, recorded: Recorded) -> Changes:
    data = recorded.event.data
    return {"enforcements": {**case.enforcements, data["enforcement_id"]: Enforcement(data["award_id"])}}


def _enforcement_closed(case: Case, recorded: Recorded) -> Changes:
    """Assets stay frozen while the same defendant still owes on another award or faces another claim."""
    data = recorded.event.data
    ended = changed(case.enforcements[data["enforcement_id"]], ended=data["reason"])
    changes: Changes = {"enforcements": {**case.enforcements, data["enforcement_id"]: ended}}
    award = case.awards.get(data["award_id"])
    others = {key: each for key, each in case.awards.items() if key != data["award_id"]}
    if award is not None and not _claimed_or_owed(case.claims, others, award.defendant_id):
        changes["freezes"] = _freed(case, award.defendant_id)
    return changes


def _verdict_rendered(case: Case, recorded: Recorded) -> Changes:
    """Assets are free when no charge against him is left, or led to a conviction, and no award stands against him."""
    data = recorded.event.data
    results = data["results"]
    if not results or not _NOT_GUILTY.issuperset(results) or _charged_otherwise(case, data):
        return {}
    if _claimed_or_owed({}, case.awards, data["defendant_id"]):
        return {}
    return {"freezes": _freed(case, data["defendant_id"])}


def _charged_otherwise(case: Case, data: Mapping[str, Any]) -> bool:
    """Whether a charge that the verdict does not name is open still, or was decided against the defendant."""
    others = [
        charge
        for key, charge in case.charges.items()
        if charge.defendant_id == data["defendant_id"] and key not in data["charge_id"]
    ]
    return any(charge.state not in _ENDED and charge.result not in _NOT_GUILTY for charge in others)


def _appeal_decided(case: Case, recorded: Recorded) -> Changes:
    """A judgment that is overturned orders nothing any more; a settlement that a court confirmed stands."""
    data = recorded.event.data
    if data["result"] not in _OVERTURNED:
        return {}
    of = data["defendant_id"]
    awards = {
        key: changed(award, quashed=True)
        if award.defendant_id == of and award.basis != "settlement_confirmed"
        else award
        for key, award in case.awards.items()
    }
    claims = {
        key: changed(claim, state="quashed", awarded=0, ordered=0)
        if claim.defendant_id == of and claim.awarded
        else claim
        for key, claim in case.claims.items()
    }
    return {"awards": awards, "claims": claims}


def _claimed_or_owed(claims: Mapping[str, Claim], awards: Mapping[str, Award], defendant_id: str) -> bool:
    """Whether anything is claimed from the defendant, granted against him and not ordered yet, or still owed by him."""
    claimed = any(
        claim.state == "filed" or claim.left > 0 for claim in claims.values() if claim.defendant_id == defendant_id
    )
    return claimed or any(award.balance > 0 for award in awards.values() if award.defendant_id == defendant_id)


def _freed(case: Case, defendant_id: str) -> dict[str, Freeze]:
    return {
        key: changed(freeze, released=True) if freeze.defendant_id == defendant_id else freeze
        for key, freeze in case.freezes.items()
    }


FOLDS: Folds = {
    "redress.LegalRepresentativeAppointed": _representative_appointed,
    "redress.VictimStatementRecorded": _statement_recorded,
    "redress.HarmAssessed": _harm_assessed,
    "redress.CivilClaimFiled": _claim_filed,
    "redress.CivilClaimDecided": _claim_decided,
    "redress.AssetsFrozen": _assets_frozen,
    "redress.RestitutionOrdered": _restitution_ordered,
    "redress.RestitutionPaid": _restitution_paid,
    "redress.CompensationApplied": _compensation_applied,
    "redress.CompensationDecided": _compensation_decided,
    "redress.EnforcementOpened": _enforcement_opened,
    "redress.EnforcementClosed": _enforcement_closed,
    "prosecution.VerdictRendered": _verdict_rendered,
    "prosecution.AppealDecided": _appeal_decided,
    "ledger.EventCorrected": _event_corrected,
    "ledger.EventMisfiled": _event_misfiled,
}
