"""What stands beside a fact of care and protection: the rule it broke, never a refusal of what was done for a child.

An optional service needs a live consent unless it was referred as urgent; an examination needs one unless life is in
danger; a placement or return needs a determination that fits it. Called by `admit` of this stage.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from domain.event import Effect, Event
from domain.stages.consent import covers
from domain.stages.custody import recording_breaks
from domain.stages.effects import breach
from domain.stages.guardianship import implicated_kinds, is_implicated
from domain.stages.identification.rules import victim_of
from domain.stages.protection.occasions import breach_of_repeat, is_unauthorized_repeat
from domain.stages.protection.rules import placement_determined, repatriation_determined
from domain.stages.protection.state import Examination
from domain.stages.referral import WITHOUT_CONSENT
from domain.stages.rules import Context

if TYPE_CHECKING:
    from domain.case import Case

Stated = tuple[Effect, ...]

_UNFRIENDLY = frozenset({"police_station", "prosecutor_office", "court"})
_FORENSIC = frozenset({"forensic_medical", "forensic_psychological"})
_SERVICES = frozenset({"services"})
_EXAMINATION = frozenset({"medical_examination"})
# Who of her guardians a child comes to by a placement that names nobody.
_GUARDIANS_OF_PLACEMENT: Mapping[str, frozenset[str]] = {
    "return_to_parents": frozenset({"parent", "step_parent"}),
    "kinship_care": frozenset({"relative"}),
}


def _if(broken: bool, code: str, rule: str | None = None) -> Stated:
    return (breach(code, rule),) if broken else ()


def _out_of_sequence(holds: bool, state: str) -> Stated:
    return _if(not holds, "OUT_OF_SEQUENCE", state)


def _consents(case: Case, event: Event, scopes: frozenset[str]) -> bool:
    return covers(case, victim_id=event.data["victim_id"], scopes=scopes, at=event.time)


def _service_delivered(case: Case, event: Event, context: Context) -> Stated:
    """A referral that was urgent never asked for consent, so neither does the service that answers it."""
    referral = case.referrals.get(event.data.get("referral_id", ""))
    urgent = referral is not None and referral.urgency != "routine" and referral.victim_id == event.data["victim_id"]
    asked = event.data["service_type"] not in WITHOUT_CONSENT and not urgent
    broken = asked and not _consents(case, event, _SERVICES)
    return _if(broken, "SERVICE_WITHOUT_CONSENT", "consent for an optional service")


def _asked(case: Case, event: Event, context: Context) -> Stated:
    """What any occasion can break, an interview or an account."""
    data = event.data
    victim_id, purpose = data["victim_id"], data["purpose"]
    repeated = is_unauthorized_repeat(case, victim_id=victim_id, purpose=purpose, context=context)
    confronted = data["occasion"] == "confrontation" and victim_of(case, event).is_child
    return (*((breach_of_repeat(),) if repeated else ()), *_if(confronted, "CHILD_CONFRONTED"))


def _forensic_interview(case: Case, event: Event, context: Context) -> Stated:
    unfriendly = event.data["facility_type"] in _UNFRIENDLY and victim_of(case, event).is_child
    return (
        *_asked(case, event, context),
        *_if(not event.data["recorded"], "INTERVIEW_NOT_RECORDED"),
        *_if(unfriendly, "INTERVIEW_NOT_CHILD_FRIENDLY"),
        *recording_breaks(case, event),
    )


def forensic_examination(event: Event) -> Examination | None:
    """The forensic examination that the event reports; None for a treatment and for an assessment of age, whose
    challenge asks for another one."""
    if event.data["kind"] not in _FORENSIC:
        return None
    return Examination(event.data["victim_id"], event.data["purpose"])


def _examined_before(case: Case, examination: Examination, context: Context) -> bool:
    linked = context.elsewhere.same_person(case.stream, examination.victim_id)
    return examination in case.examinations or any(
        examination._replace(victim_id=there) in other.examinations for other, there in linked
    )


def _medical_examination(case: Case, event: Event, context: Context) -> Stated:
    examination = forensic_examination(event)
    repeated = examination is not None and _examined_before(case, examination, context)
    consented = event.data.get("danger_to_life", False) or _consents(case, event, _EXAMINATION)
    return (
        *_if(repeated, "MEDICAL_EXAMINATION_REPEATED"),
        *_if(not consented, "MEDICAL_EXAMINATION_WITHOUT_CONSENT"),
    )


def _to_implicated(case: Case, event: Event, context: Context) -> bool:
    """Whether the carer is implicated; where none is named, whether one is to whom such a placement leads."""
    data = event.data
    if "guardian_id" in data:
        return is_implicated(case, data["guardian_id"], context)
    led_to = _GUARDIANS_OF_PLACEMENT.get(data["placement"], frozenset())
    return not led_to.isdisjoint(implicated_kinds(case, data["victim_id"]))


def _child_placed(case: Case, event: Event, context: Context) -> Stated:
    determined = placement_determined(case, event.data["victim_id"], event.data["placement"])
    return (
        *_if(not determined, "PLACED_WITHOUT_DETERMINATION", "best interests determined"),
        *_if(_to_implicated(case, event, context), "RETURNED_TO_IMPLICATED_GUARDIAN", "guardian not implicated"),
    )


def _repatriated(case: Case, event: Event, context: Context) -> Stated:
    determined = repatriation_determined(case, event.data["victim_id"])
    return (
        *_if(not determined, "REPATRIATED_WITHOUT_DETERMINATION", "best interests determined"),
        *_repatriation_is(case, event, "planned", "repatriation planned"),
    )


def _repatriation_is(case: Case, event: Event, state: str, name: str) -> Stated:
    """An id that is not on record is out of sequence already, here as below."""
    known = case.repatriations.get(event.data["repatriation_id"])
    follows = known is None or (known.state == state and known.victim_id == event.data["victim_id"])
    return _out_of_sequence(follows, name)


def _received(case: Case, event: Event, context: Context) -> Stated:
    return _repatriation_is(case, event, "under_way", "repatriation under way")


def _missing_is(case: Case, event: Event, *, is_open: bool, name: str) -> Stated:
    known = case.missing.get(event.data["missing_id"])
    follows = known is None or (known.is_open is is_open and known.victim_id == event.data["victim_id"])
    return _out_of_sequence(follows, name)


def _located(case: Case, event: Event, context: Context) -> Stated:
    return _missing_is(case, event, is_open=True, name="child missing")


def _returned(case: Case, event: Event, context: Context) -> Stated:
    return _missing_is(case, event, is_open=False, name="child not missing")


def _measure_breached(case: Case, event: Event, context: Context) -> Stated:
    known = case.measures.get(event.data["measure_id"])
    follows = known is None or (known.state == "in_force" and known.victim_id == event.data["victim_id"])
    return _out_of_sequence(follows, "protection measure in force")


BREACHES: Mapping[str, Callable[[Case, Event, Context], Stated]] = {
    "protection.ServiceDelivered": _service_delivered,
    "protection.ForensicInterviewConducted": _forensic_interview,
    "protection.AccountTaken": _asked,
    "protection.MedicalExaminationConducted": _medical_examination,
    "protection.ChildPlaced": _child_placed,
    "protection.RepatriationCompleted": _repatriated,
    "protection.ReceivedByAuthority": _received,
    "protection.ChildLocated": _located,
    "protection.ReturnInterviewHeld": _returned,
    "protection.ProtectionMeasureBreached": _measure_breached,
}
"""By short type name; beside other types of the stage nothing stands but what `domain.stream` states."""
