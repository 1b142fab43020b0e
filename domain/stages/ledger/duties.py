"""A duty is open until an event discharges it, and the clock marks it when it falls due, once and never before.

Duties are opened and discharged by one fold for all stages, by the table `duties_table`; the registrar works them out
of a stream's trail when it is asked (`duties_of`). The view `duties`, which the clock reads, runs the same fold, so
both know the same instants. A type that is not known opens nothing. Called by `domain.stream` and
`projections.duties`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from domain.catalogue import EventType, by_name
from domain.event import Effect, Event, Recorded
from domain.stages.change import changed, changed_by
from domain.stages.duty import NONE, Duties, Duty, Key
from domain.stages.effects import breach
from domain.stages.ledger.duties_discharge import CANCELS, CLOSERS, OPENERS, discharged, row_of
from domain.stages.ledger.duties_dormancy import DORMANCY, dormancy_after, dormancy_duty
from domain.stages.ledger.duties_open import Facts, opened, shifted_safely, values
from domain.stages.ledger.duties_row import Row
from domain.stages.rules import HOLDS, Broken, Context, Rules
from domain.stages.state import StreamState

_MOOT: Broken = ("clock.moot",)

REMEMBERED: Mapping[str, tuple[str, ...]] = {
    "referral.ReferralRequested": ("referral_id", "victim_id", "service_type"),
    "custody.CustodyReleased": ("transfer_id",),
    "investigation.SuspectIdentified": ("defendant_id", "investigation_id"),
}
"""What later events only refer to by the id: the id field, then what is remembered of it beside its sender."""

_REMEMBERED_IDS = tuple(id_field for id_field, *_ in REMEMBERED.values())

_HALVES = {
    "investigation.ProceedingsJoined": ("other_case", "other_investigation"),
    "investigation.ProceedingsSevered": ("other_case", "other_investigation"),
    "custody.HoldPlaced": ("for_case", "exhibit_number"),
}

_NOTHING: Mapping[str, Mapping[str, Any]] = {}

_BREACH = {"detention": "DETENTION_LIMIT_EXCEEDED", "release_notice": "RELEASED_WITHOUT_NOTICE"}


def duties_of(state: StreamState) -> Duties:
    """What is to be done yet in the stream."""
    return state.trail.folded(duties_after, NONE)


def duties_after(before: Duties, recorded: Recorded) -> Duties:
    """The duties of a stream after an admitted entry. Never raises, and a type that is not known changes nothing.

    An event that waits for approval obliges nobody and ends nothing; it does in the entry of its last approval.
    """
    event = recorded.event
    event_type = by_name.get(event.type)
    if event_type is None or event.type == "case.RecordImported":
        return before
    if event_type.kind == "clock":
        return _marked(before, event)
    told = {effect.type: effect.data for effect in recorded.effects} if recorded.effects else _NOTHING
    if "ledger.ApprovalAwaited" in told:
        dormancy = dormancy_after(before, _care_lead(before.known), event, event_type)
        return changed(before, held={**before.held, event.id: event}, dormancy=dormancy)
    if event.type in CANCELS and event.data["of"] in before.held:
        before = changed(before, held={key: one for key, one in before.held.items() if key != event.data["of"]})
    after = _effective(before, recorded, event_type)
    approved = before.held.get(told["ledger.ApprovalCompleted"]["of"]) if "ledger.ApprovalCompleted" in told else None
    if approved is None:
        return after
    held = {key: event for key, event in after.held.items() if key != approved.id}
    return _effective(changed(after, held=held), recorded._replace(event=approved), by_name[approved.type])


def _effective(before: Duties, recorded: Recorded, event_type: EventType) -> Duties:
    """The duties once the event has taken effect in this entry."""
    event = recorded.event
    known, left = _known_after(before, recorded), before.open
    openers = OPENERS.get(event.type, ())
    if openers or (left and (event.type in CLOSERS or event.type in CANCELS)):
        data = {**referred(before.known, event.data), **event.data} if before.known else event.data
        facts = Facts(event, recorded, data)
        left = _with_opened(discharged(left, facts), openers, facts, known)
    dormancy = dormancy_after(before, _care_lead(known), event, event_type)
    changes: dict[str, Any] = {"open": left, "known": known, "dormancy": dormancy}
    if event_type.protective:
        changes["protective"] = {**before.protective, (event.type, event.publisher): recorded.at}
    if event.type in _HALVES:
        changes["halves"] = before.halves | set(_half_said(event))
    return changed_by(before, changes)


def _care_lead(known: Mapping[str, Mapping[str, Any]]) -> str:
    leads = known.get("leads")
    return leads["care"] if leads else ""


def _with_opened(
    left: Mapping[Key, Duty], openers: Sequence[Row], facts: Facts, known: Mapping[str, Mapping[str, Any]]
) -> Mapping[Key, Duty]:
    new = {
        (facts.event.id, row.deadline, facts.recorded.n): duty
        for row in openers
        if (duty := opened(row, facts, known)) is not None
    }
    return {key: duty for key, duty in left.items() if not _renewed(duty, new)} | new if new else left


def referred(known: Mapping[str, Mapping[str, Any]], data: Mapping[str, Any]) -> dict[str, Any]:
    """What is remembered (`known`, by id) of the ids that an event's data name."""
    found: dict[str, Any] = {}
    for id_field in _REMEMBERED_IDS:
        if id_field in data:
            found |= known.get(str(data[id_field]), {})
    return found


def _known_after(before: Duties, recorded: Recorded) -> Mapping[str, Mapping[str, Any]]:
    event, known = recorded.event, before.known
    if not recorded.effects and event.type not in REMEMBERED:
        return known
    for effect in recorded.effects:
        if effect.type == "case.LeadsAssigned":
            known = {**known, "leads": {"care": effect.data["care"], "proceedings": effect.data["proceedings"]}}
    remembered = REMEMBERED.get(event.type)
    if remembered is not None:
        fields = {name: event.data[name] for name in remembered[1:]}
        known = {**known, event.data[remembered[0]]: {**fields, "sender": event.publisher}}
    return known


def _half_said(event: Event) -> Iterator[tuple[str, str, str]]:
    stream_field, subject_field = _HALVES[event.type]
    if stream_field in event.data:
        for subject in values(event.data.get(subject_field)):
            yield (event.type, event.data[stream_field], subject)


def _renewed(duty: Duty, new: Mapping[Key, Duty]) -> bool:
    """A period of the same kind about the same subject replaces the one before."""
    field = row_of(duty).renews
    return bool(field) and any(
        (other.clock, other.deadline, other.subject.get(field)) == (duty.clock, duty.deadline, duty.subject.get(field))
        for other in new.values()
    )


def _marked(before: Duties, event: Event) -> Duties:
    """The clock has said it: the mark stands until the duty is done; a period that has run out is over."""
    if event.type == DORMANCY:
        duty = dormancy_duty(before)
        if before.dormancy is None or duty is None or not _says(duty, event):
            return before
        return changed(before, dormancy=before.dormancy._replace(marked=True))
    left: dict[Key, Duty] = {}
    for key, duty in before.open.items():
        if duty.clock != event.type or not _says(duty, event):
            left[key] = duty
        elif all(done[0] != event.type for done in row_of(duty).done):
            left[key] = changed(duty, marked=True)
    return changed(before, open=left)


def _says(duty: Duty, event: Event) -> bool:
    return all(event.data.get(name) == value for name, value in duty.says.items())


def all_open(duties: Duties) -> Iterator[Duty]:
    """The open duties of a stream, dormancy included."""
    yield from duties.open.values()
    dormancy = dormancy_duty(duties)
    if dormancy is not None:
        yield dormancy


def duty_open(state: StreamState, event: Event, event_type: EventType, context: Context) -> Broken:
    """Check `duty open`: the registrar knows the same duty as open, due by now and not marked yet."""
    for duty in all_open(duties_of(state)):
        if duty.clock == event.type and not duty.marked and duty.due_at <= context.at and _says(duty, event):
            return _MOOT if _answered_elsewhere(state, duty, context) else HOLDS
    return _MOOT


def _answered_elsewhere(state: StreamState, duty: Duty, context: Context) -> bool:
    """Does the other stream hold the other half?"""
    half = row_of(duty).half if duty.deadline == "other_half" else None
    if half is None:
        return False
    name, stream_field, subject_field = half
    for stream in values(duty.subject.get(stream_field)):
        other = context.elsewhere.stream(stream)
        if other is None:
            continue
        if name:
            subjects = values(duty.subject.get(subject_field))
            return any((name, state.stream, subject) in duties_of(other).halves for subject in subjects)
        misfiled = [p for of in values(duty.subject.get(subject_field)) for p in state.events.get(of, ())]
        wanted = {(past.type, past.publisher) for past in misfiled}
        return any((past.type, past.publisher) in wanted for pasts in other.events.values() for past in pasts)
    return False


def refusal_unresolved(state: StreamState, event: Event, event_type: EventType, context: Context) -> Broken:
    """Check `protective refusal unresolved`: no admitted event of that type by that sender followed, for 15 minutes
    or as long as the registry says."""
    data = event.data
    known = by_name.get(data["refused_type"])
    due_at = shifted_safely(data["refused_at"], context.partners.deadline("refusal_unresolved"))
    followed = duties_of(state).protective.get((data["refused_type"], data["by"]), "") > data["refused_at"]
    if known is None or not known.protective or followed or due_at is None or due_at > context.at:
        return _MOOT
    return HOLDS


def admit_mark(event: Event) -> tuple[Effect, ...]:
    """The breach that stands beside `ledger.DutyOverdueMarked`, by the duty that was not done."""
    if event.type != "ledger.DutyOverdueMarked":
        return ()
    return (breach(_BREACH.get(event.data["duty"], "DEADLINE_MISSED")),)


RULES: Rules = {"duty open": duty_open, "protective refusal unresolved": refusal_unresolved}
