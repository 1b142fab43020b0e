"""How each event of identification changes what is on record; no fold judges, so none can fail on an admitted entry.

Each fold returns the fields of `Case` that change. Effects in the entry are folded with their event: a recovery period
is the one that the ledger stated, never one that is computed again. Called by `domain.stream`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from domain.event import Event, Recorded
from domain.stages.case.leads import opened
from domain.stages.change import changed
from domain.stages.identification.rules import deciders, victim_of
from domain.stages.identification.state import NOT_A_VICTIM, Detention, Flag, Penalty
from domain.stages.rules import Changes, Folds

if TYPE_CHECKING:
    from domain.case import Case


def _victim(case: Case, event: Event, **changes: Any) -> Changes:
    return {"victims": {**case.victims, event.data["victim_id"]: changed(victim_of(case, event), **changes)}}


def _ends_on(recorded: Recorded) -> str | None:
    """The end of the recovery period that the ledger stated in this entry."""
    for effect in recorded.effects:
        if effect.type == "identification.RecoveryPeriodOpened":
            ends_on: str = effect.data["ends_on"]
            return ends_on
    return None


def _indicator_reported(case: Case, recorded: Recorded) -> Changes:
    event = recorded.event
    band = event.data.get("age_band") or victim_of(case, event).age_band
    changes = _victim(case, event, indicated=True, age_band=band)
    changes["reporters"] = case.reporters | {(event.publisher, event.actor)}
    changes |= opened(recorded)
    if "accused_agencies" in event.data:
        changes["accused"] = case.accused.union(event.data["accused_agencies"])
        changes["cleared"] = case.cleared.difference(event.data["accused_agencies"])
    return changes


def _screening_completed(case: Case, recorded: Recorded) -> Changes:
    event = recorded.event
    changes: Changes = {"reporters": case.reporters | {(event.publisher, event.actor)}}
    if event.data["indicator_codes"] or event.data["result"] == "presumed":
        changes |= _victim(case, event, indicated=True)
    return changes


def _age_assessed(case: Case, recorded: Recorded) -> Changes:
    event = recorded.event
    officer, before = (event.publisher, event.actor), victim_of(case, event)
    # A challenge is answered by another panel only: the same officer again leaves the age disputed.
    disputed = before.age_disputed and officer == before.age_assessor
    result, band = event.data["result"], event.data["age_band"]
    return _victim(case, event, age_result=result, age_band=band, age_assessor=officer, age_disputed=disputed)


def _age_challenged(case: Case, recorded: Recorded) -> Changes:
    return _victim(case, recorded.event, age_disputed=True)


def _victim_presumed(case: Case, recorded: Recorded) -> Changes:
    """A new presumption ends a negative, a conclusive one too: her entitlements start again."""
    event = recorded.event
    concluded = victim_of(case, event).conclusion
    return _victim(
        case,
        event,
        indicated=True,
        presumed=True,
        negative=None,
        conclusion=None if concluded == NOT_A_VICTIM else concluded,
        age_band=event.data["age_band"],
    )


def _grounds_decided(case: Case, recorded: Recorded) -> Changes:
    event = recorded.event
    if event.data["decision"] == "positive":
        ends_on = _ends_on(recorded)
        return _victim(case, event, grounds_positive=True, negative=None, recovery_ends_on=ends_on)
    return _victim(case, event, grounds_positive=False, negative=event.id, deciders=deciders(event))


def _recovery_extended(case: Case, recorded: Recorded) -> Changes:
    return _victim(case, recorded.event, recovery_ends_on=recorded.event.data["ends_on"])


def _recovery_ended(case: Case, recorded: Recorded) -> Changes:
    return _victim(case, recorded.event, recovery_ends_on=None)


def _conclusive_decided(case: Case, recorded: Recorded) -> Changes:
    event = recorded.event
    decision = event.data["decision"]
    return _victim(
        case,
        event,
        presumed=False,
        grounds_positive=False,
        recovery_ends_on=None,
        conclusion=decision,
        negative=event.id if decision == NOT_A_VICTIM else None,
        deciders=deciders(event),
    )


def _reconsideration_requested(case: Case, recorded: Recorded) -> Changes:
    event = recorded.event
    return _victim(case, event, negative=None, reconsidering=event.data["decision_event_id"])


def _reconsideration_decided(case: Case, recorded: Recorded) -> Changes:
    """Upheld, the negative stands as this event; whoever took part in either decision can't look at it once more."""
    event = recorded.event
    if event.data["decision"] == "positive":
        opened = {
            "presumed": True,
            "grounds_positive": True,
            "conclusion": None,
            "recovery_ends_on": _ends_on(recorded),
        }
        return _victim(case, event, reconsidering=None, **opened)
    both = victim_of(case, event).deciders | deciders(event)
    return _victim(case, event, reconsidering=None, negative=event.id, deciders=both)


def _flag_raised(case: Case, recorded: Recorded) -> Changes:
    data = recorded.event.data
    return {"flags": {**case.flags, data["flag_id"]: Flag(data["victim_id"])}}


def _child_detained(case: Case, recorded: Recorded) -> Changes:
    data = recorded.event.data
    detention = Detention(data["victim_id"], data["flag_id"])
    return {**_flag_raised(case, recorded), "detentions": {**case.detentions, data["detention_id"]: detention}}


def _child_released(case: Case, recorded: Recorded) -> Changes:
    detention_id = recorded.event.data["detention_id"]
    detention = case.detentions.get(detention_id)
    if detention is None or detention.victim_id != recorded.event.data["victim_id"]:
        return {}
    return {"detentions": {**case.detentions, detention_id: changed(detention, ended=True)}}


def _penalty_imposed(case: Case, recorded: Recorded) -> Changes:
    data = recorded.event.data
    penalty = Penalty(data["victim_id"], data["flag_id"])
    return {**_flag_raised(case, recorded), "penalties": {**case.penalties, data["penalty_id"]: penalty}}


def _penalty_stayed(case: Case, recorded: Recorded) -> Changes:
    penalty_id = recorded.event.data["penalty_id"]
    return {"penalties": {**case.penalties, penalty_id: changed(case.penalties[penalty_id], state="stayed")}}


def _penalty_answered(penalty: Penalty, *, applied: bool) -> Penalty:
    if applied:
        return changed(penalty, state="quashed")
    return changed(penalty, state="in_force") if penalty.state == "stayed" else penalty


def _non_punishment_decided(case: Case, recorded: Recorded) -> Changes:
    """Applied: what raised this flag ends. Not applied: a stay ends and the penalty runs again."""
    event = recorded.event
    flag_id, applied = event.data["flag_id"], event.data["applied"]
    changes: Changes = {"flags": {**case.flags, flag_id: Flag(event.data["victim_id"], is_open=False)}}
    changes["penalties"] = {
        key: _penalty_answered(penalty, applied=applied) if penalty.flag_id == flag_id else penalty
        for key, penalty in case.penalties.items()
    }
    if applied:
        changes |= _victim(case, event, non_punishment=True)
        changes["detentions"] = {
            key: changed(detention, ended=True) if detention.flag_id == flag_id else detention
            for key, detention in case.detentions.items()
        }
    return changes


FOLDS: Folds = {
    "identification.IndicatorReported": _indicator_reported,
    "identification.ScreeningCompleted": _screening_completed,
    "identification.AgeAssessed": _age_assessed,
    "identification.AgeAssessmentChallenged": _age_challenged,
    "identification.VictimPresumed": _victim_presumed,
    "identification.ReasonableGroundsDecided": _grounds_decided,
    "identification.RecoveryPeriodExtended": _recovery_extended,
    "identification.RecoveryPeriodEnded": _recovery_ended,
    "identification.ConclusiveGroundsDecided": _conclusive_decided,
    "identification.ReconsiderationRequested": _reconsideration_requested,
    "identification.ReconsiderationDecided": _reconsideration_decided,
    "identification.NonPunishmentFlagRaised": _flag_raised,
    "identification.NonPunishmentDecided": _non_punishment_decided,
    "identification.ChildDetained": _child_detained,
    "identification.ChildReleased": _child_released,
    "identification.PenaltyImposed": _penalty_imposed,
    "identification.PenaltyStayed": _penalty_stayed,
}
