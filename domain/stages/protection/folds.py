"""How each event of care and protection changes what is on record; no fold judges, so none can fail on an entry.

Facts may name what is not on record: a fold then puts there what the fact says, or leaves it. A plan and a closing are
folded as if in effect, which their approval makes them. Called by `domain.stream`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.event import Event, Recorded
from domain.stages.case.leads import opened
from domain.stages.change import changed
from domain.stages.consent import voided_with
from domain.stages.guardianship import Guardian
from domain.stages.identification.rules import victim_of
from domain.stages.protection.breaches import forensic_examination
from domain.stages.protection.occasions import counted
from domain.stages.protection.state import CareEpisode, Interview, Measure, Missing, Occasion, Repatriation
from domain.stages.rules import Changes, Folds

if TYPE_CHECKING:
    from domain.case import Case


def _without_determination(case: Case, victim_id: str) -> Changes:
    return {"determinations": {key: option for key, option in case.determinations.items() if key != victim_id}}


def _risk_assessed(case: Case, recorded: Recorded) -> Changes:
    """A high risk ends the determination that was made before it."""
    data = recorded.event.data
    return _without_determination(case, data["victim_id"]) if data["risk_level"] == "high" else {}


def _best_interests_assessed(case: Case, recorded: Recorded) -> Changes:
    return {"assessed": case.assessed | {recorded.event.data["victim_id"]}}


def _best_interests_determined(case: Case, recorded: Recorded) -> Changes:
    """The assessment is used up, and what was planned under an earlier determination is planned no more."""
    data = recorded.event.data
    victim_id = data["victim_id"]
    return {
        "assessed": case.assessed - {victim_id},
        "determinations": {**case.determinations, victim_id: data["option"]},
        "repatriations": {
            key: changed(each, state="replaced") if (each.victim_id, each.state) == (victim_id, "planned") else each
            for key, each in case.repatriations.items()
        },
    }


def _guardian_appointed(case: Case, recorded: Recorded) -> Changes:
    data = recorded.event.data
    guardian_id, victim_id = data["guardian_id"], data["victim_id"]
    guardians = dict(case.guardians)
    replaced = guardians.get(data.get("replaces", ""))
    if replaced is not None:
        guardians[data["replaces"]] = changed(replaced, wards=replaced.wards - {victim_id})
    before = guardians.get(guardian_id) or Guardian(data["guardian_type"])
    guardians[guardian_id] = changed(
        before,
        kind=data["guardian_type"],
        children=before.children | {victim_id},
        wards=before.wards | {victim_id},
    )
    return {"guardians": guardians}


def _guardian_implicated(case: Case, recorded: Recorded) -> Changes:
    """Whoever is implicated is nobody's guardian any more, and the consents that she gave are void."""
    data = recorded.event.data
    guardian_id = data["guardian_id"]
    before = case.guardians.get(guardian_id) or Guardian(data["relation"])
    children = before.children | {data["victim_id"]}
    guardian = changed(before, kind=data["relation"], children=children, wards=frozenset(), implicated=True)
    return {
        "guardians": {**case.guardians, guardian_id: guardian},
        "consents": voided_with(case, guardian_id=guardian_id, children=children),
    }


def _shelter_admitted(case: Case, recorded: Recorded) -> Changes:
    """An episode that is open stays with the agency that keeps it; a closed one is reopened by whoever readmits."""
    event = recorded.event
    episode_id = event.data["care_episode_id"]
    before = case.care_episodes.get(episode_id)
    if before is not None and before.is_open:
        return {}
    return {"care_episodes": {**case.care_episodes, episode_id: CareEpisode(event.data["victim_id"], event.publisher)}}


def _care_plan_agreed(case: Case, recorded: Recorded) -> Changes:
    """A plan for care in the community opens an episode where there is none; elsewhere an admission does."""
    return _shelter_admitted(case, recorded) if recorded.event.data["setting"] == "community" else {}


def _care_episode_closed(case: Case, recorded: Recorded) -> Changes:
    episode_id = recorded.event.data["care_episode_id"]
    episode = case.care_episodes.get(episode_id)
    if episode is None:
        return {}
    return {"care_episodes": {**case.care_episodes, episode_id: changed(episode, is_open=False)}}


def _interview(case: Case, event: Event, *, is_held: bool) -> Changes:
    data = event.data
    return {"interviews": {**case.interviews, data["interview_id"]: Interview(data["victim_id"], is_held)}}


def _interview_scheduled(case: Case, recorded: Recorded) -> Changes:
    return _interview(case, recorded.event, is_held=False)


def _repeat_authorized(case: Case, recorded: Recorded) -> Changes:
    repeat = (recorded.event.data["victim_id"], recorded.event.data["purpose"])
    return {"repeats": {**case.repeats, repeat: case.repeats.get(repeat, 0) + 1}}


def _asked(case: Case, recorded: Recorded) -> Changes:
    """Whoever asked, and whoever reports it, decides nothing in the case."""
    event = recorded.event
    data = event.data
    officers = {(event.publisher, event.actor), (event.publisher, data["interviewer"])}
    return {
        **_interview(case, event, is_held=True),
        **counted(case, Occasion(data["victim_id"], data["purpose"], data["occasion"], event.time)),
        "reporters": case.reporters | officers,
    }


def _medically_examined(case: Case, recorded: Recorded) -> Changes:
    examination = forensic_examination(recorded.event)
    return {} if examination is None else {"examinations": (*case.examinations, examination)}


def _child_placed(case: Case, recorded: Recorded) -> Changes:
    return _without_determination(case, recorded.event.data["victim_id"])


def _repatriation_planned(case: Case, recorded: Recorded) -> Changes:
    data = recorded.event.data
    return {
        "repatriations": {**case.repatriations, data["repatriation_id"]: Repatriation(data["victim_id"], "planned")}
    }


def _repatriation_completed(case: Case, recorded: Recorded) -> Changes:
    data = recorded.event.data
    under_way = Repatriation(data["victim_id"], "under_way")
    return {
        **_without_determination(case, data["victim_id"]),
        "repatriations": {**case.repatriations, data["repatriation_id"]: under_way},
    }


def _received_by_authority(case: Case, recorded: Recorded) -> Changes:
    data = recorded.event.data
    return {"repatriations": {**case.repatriations, data["repatriation_id"]: Repatriation(data["victim_id"], "over")}}


def _child_reported_missing(case: Case, recorded: Recorded) -> Changes:
    data = recorded.event.data
    victim = victim_of(case, recorded.event)
    return {
        **opened(recorded),
        "victims": {
            **case.victims,
            data["victim_id"]: changed(victim, age_band=data.get("age_band") or victim.age_band),
        },
        "missing": {**case.missing, data["missing_id"]: Missing(data["victim_id"])},
    }


def _no_longer_missing(case: Case, victim_id: str) -> Changes:
    """Several agencies may report one child: found, she is missing under none of their ids."""
    return {
        "missing": {
            key: changed(each, is_open=False) if each.victim_id == victim_id else each
            for key, each in case.missing.items()
        }
    }


def _child_located(case: Case, recorded: Recorded) -> Changes:
    return _no_longer_missing(case, recorded.event.data["victim_id"])


def _child_died(case: Case, recorded: Recorded) -> Changes:
    victim_id = recorded.event.data["victim_id"]
    return {**_no_longer_missing(case, victim_id), "died": case.died | {victim_id}}


def _measure_requested(case: Case, recorded: Recorded) -> Changes:
    data = recorded.event.data
    return {"measures": {**case.measures, data["measure_id"]: Measure(data["victim_id"], "requested")}}


def _measure_ordered(case: Case, recorded: Recorded) -> Changes:
    """An order that names a request answers it."""
    data = recorded.event.data
    measures = {**case.measures, data["measure_id"]: Measure(data["victim_id"], "in_force")}
    asked = measures.get(data.get("requested_as", ""))
    if asked is not None and (asked.victim_id, asked.state) == (data["victim_id"], "requested"):
        measures[data["requested_as"]] = changed(asked, state="answered")
    return {"measures": measures}


def _measure_ended(case: Case, recorded: Recorded) -> Changes:
    data = recorded.event.data
    return {"measures": {**case.measures, data["measure_id"]: Measure(data["victim_id"], "ended")}}


FOLDS: Folds = {
    "protection.RiskAssessed": _risk_assessed,
    "protection.BestInterestsAssessed": _best_interests_assessed,
    "protection.BestInterestsDetermined": _best_interests_determined,
    "protection.GuardianAppointed": _guardian_appointed,
    "protection.GuardianImplicated": _guardian_implicated,
    "protection.ShelterAdmitted": _shelter_admitted,
    "protection.CarePlanAgreed": _care_plan_agreed,
    "protection.CareEpisodeClosed": _care_episode_closed,
    "protection.InterviewScheduled": _interview_scheduled,
    "protection.RepeatInterviewAuthorized": _repeat_authorized,
    "protection.ForensicInterviewConducted": _asked,
    "protection.AccountTaken": _asked,
    "protection.MedicalExaminationConducted": _medically_examined,
    "protection.ChildPlaced": _child_placed,
    "protection.RepatriationPlanned": _repatriation_planned,
    "protection.RepatriationCompleted": _repatriation_completed,
    "protection.ReceivedByAuthority": _received_by_authority,
    "protection.ChildReportedMissing": _child_reported_missing,
    "protection.ChildLocated": _child_located,
    "protection.ProtectionMeasureRequested": _measure_requested,
    "protection.ProtectionMeasureOrdered": _measure_ordered,
    "protection.ProtectionMeasureEnded": _measure_ended,
    "protection.ChildDied": _child_died,
}
