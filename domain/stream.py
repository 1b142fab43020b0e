"""A stream admits an event by the rules that the catalogue names for its type, and evolves by whatever was admitted.

An authority is refused by the first rule that is broken; a fact has happened, so what it broke stands beside it; the
clock is moot when what it reports is over. An event that needs an approval is held, and takes effect in the entry of
its last approval. Decisions are taken once: a replay only evolves, and evolving never judges. Called by `domain.judge`
(`admit`), the registrar's state loader and the projections (`evolve`, `concerned`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from types import ModuleType
from typing import Any, NamedTuple

from domain.case import Case
from domain.catalogue import STREAM_ID, EventType, by_name
from domain.event import Effect, Event, Recorded
from domain.ids import check_ids, listed, named
from domain.party import Party
from domain.refusals import Refusal
from domain.stages import case as case_stage
from domain.stages import (
    consent,
    custody,
    identification,
    investigation,
    ledger,
    party,
    prevention,
    privacy,
    prosecution,
    protection,
    redress,
    referral,
    taskforce,
)
from domain.stages.change import changed, changed_by
from domain.stages.effects import breach
from domain.stages.identification.state import Victim
from domain.stages.ledger import approvals
from domain.stages.prevention import Programme
from domain.stages.rules import HOLDS, Broken, Changes, Context, Rule, any_of, by_type, shifted
from domain.stages.state import Slot, StreamState
from domain.stages.taskforce.state import Body
from domain.stages.trail import Trail

KINDS: Mapping[str, type[StreamState]] = {
    "case": Case,
    "party": Party,
    "body": Body,
    "programme": Programme,
}
"""The state of each kind of stream; the first admitted event of a stream makes it one."""

_BLANK = {kind: kind("") for kind in KINDS.values()}
"""Copied for each new stream: making some seventy empty fields takes longer than folding an event."""

_STAGES: Mapping[str, ModuleType] = {
    "case": case_stage,
    "identification": identification,
    "consent": consent,
    "referral": referral,
    "investigation": investigation,
    "prosecution": prosecution,
    "protection": protection,
    "party": party,
    "privacy": privacy,
    "ledger": ledger,
    "custody": custody,
    "redress": redress,
    "taskforce": taskforce,
    "prevention": prevention,
}

# A name that several stages own is the first one's for every other stage.
_RULES: dict[str, Rule] = {name: rule for stage in reversed([*_STAGES.values()]) for name, rule in stage.RULES.items()}
_RELATIONS: dict[str, Rule] = {name: rule for stage in _STAGES.values() for name, rule in stage.RELATIONS.items()}
_RELATIONS["any holder of the mandate; the publisher is the sender"] = lambda *_: HOLDS
_FOLDS = by_type(stage.FOLDS for stage in _STAGES.values())


class _Question(NamedTuple):
    name: str
    rule: Rule


def _on_record(id_field: str, thing: str) -> Rule:
    """The subject is on record: the ids that a type is about and does not mint."""

    def rule(state: StreamState, event: Event, event_type: EventType, context: Context) -> Broken:
        known = state.ids
        if all(known.get(named) == id_field for named in listed(event.data[id_field])):
            return HOLDS
        return (f"{thing}.unknown", f"data.{id_field}")

    return rule


def _questions(event_type: EventType) -> tuple[_Question, ...]:
    """The rules of a type in the order in which they are asked: open, on record, relation, then the rest of `requires`.

    Where stages share a name, each one's own rule is asked for its types. Raises KeyError for a name in the catalogue
    that no stage owns.
    """
    own = _STAGES[event_type.stage].RULES
    required = [
        _Question(name, any_of(tuple(own.get(part) or _RULES[part] for part in name.split(" or "))))
        for name in event_type.requires
    ]
    subjects = [
        _Question("out of sequence", _on_record(name, event_type.thing(name)))
        for name in event_type.subject
        if name not in event_type.mints and name != STREAM_ID.get(event_type.stream)
    ]
    relation = [_Question(event_type.relation, _RELATIONS[event_type.relation])] if event_type.relation else []
    opening = [question for question in required if question.name == "open case"]
    return (*opening, *subjects, *relation, *(question for question in required if question not in opening))


_QUESTIONS = {name: _questions(known) for name, known in by_name.items() if known.kind != "effect"}


def _is_recused(state: Any, event: Event, event_type: EventType, context: Context) -> bool:
    """Recused from this case by an event, or from every decision by the registry."""
    from_case = isinstance(state, Case) and (event.publisher, event.actor) in state.recused
    return from_case or context.partners.is_recused(event.publisher, event.actor)


def _authority(state: Any, event: Event, event_type: EventType, context: Context) -> tuple[Effect, ...]:
    if not event_type.protective and _is_recused(state, event, event_type, context):
        raise Refusal("actor.recused")
    for question in _QUESTIONS[event_type.name]:
        broken = question.rule(state, event, event_type, context)
        if broken:
            raise Refusal(*broken)
    stated: tuple[Effect, ...] = _STAGES[event_type.stage].admit(state, event, event_type, context)
    return stated


def _fact(state: Any, event: Event, event_type: EventType, context: Context) -> tuple[Effect, ...]:
    stated: list[Effect] = []
    for question in _QUESTIONS[event_type.name]:
        broken = question.rule(state, event, event_type, context)
        # A fact needs a case that was ever opened: there is nobody yet to whom it could have happened.
        if broken and question.name == "open case":
            raise Refusal(*broken)
        if broken:
            stated.append(breach("OUT_OF_SEQUENCE", question.name))
    stated.extend(_STAGES[event_type.stage].admit(state, event, event_type, context))
    if event_type.name == "case.RecordImported":
        # History of elsewhere: nobody here was late with it or broke a rule by it.
        return ()
    if event.time < shifted(context.at, -context.partners.deadline("late_entry")):
        stated.append(breach("LATE_ENTRY"))
    if _is_recused(state, event, event_type, context):
        stated.append(breach("ACTED_WHILE_RECUSED", "actor not recused"))
    return tuple(stated)


def _clock(state: Any, event: Event, event_type: EventType, context: Context) -> tuple[Effect, ...]:
    if any(question.rule(state, event, event_type, context) for question in _QUESTIONS[event_type.name]):
        raise Refusal("clock.moot")
    stated: tuple[Effect, ...] = _STAGES[event_type.stage].admit(state, event, event_type, context)
    return stated


_BY_KIND: Mapping[str, Callable[[Any, Event, EventType, Context], tuple[Effect, ...]]] = {
    "authority": _authority,
    "fact": _fact,
    "clock": _clock,
}


def _of_kind(state: StreamState, event_type: EventType) -> StreamState:
    """The state as the kind of stream that the type is for. Raises Refusal `stream.other_kind`."""
    kind = KINDS.get(event_type.stream)
    if kind is None or isinstance(state, kind):
        return state
    if type(state) is StreamState:
        return changed(_BLANK[kind], stream=state.stream, version=state.version)
    raise Refusal("stream.other_kind", "subject")


def admit(state: StreamState, event: Event, event_type: EventType, context: Context) -> tuple[Effect, ...]:
    """What the ledger states beside the event, whose data `domain.catalogue.check` has passed.

    Raises Refusal with the code of the rule that refuses it. Pure: the same arguments give the same answer.
    """
    if event_type.kind == "effect":
        raise Refusal("type.not_submittable")
    state = _of_kind(state, event_type)
    check_ids(state, event, event_type)
    stated = _BY_KIND[event_type.kind](state, event, event_type, context)
    slots = approvals.slots_of(state, event)
    if slots:
        # What the event brings about is stated where it takes effect.
        return (_held(state, event, slots),)
    return (*stated, *_approved(state, event, context))


def _held(state: StreamState, event: Event, slots: Sequence[Slot]) -> Effect:
    """An event waits under its id, which no other event of the stream may bear: approvals name it."""
    if event.id in state.events:
        raise Refusal("approval.id_taken", "id")
    return approvals.awaited(slots)


def _approved(state: StreamState, event: Event, context: Context) -> tuple[Effect, ...]:
    """What the event brings about that takes effect on this approval, judged again: much may have happened meanwhile.

    Raises Refusal `approval.no_longer_possible`; the event goes on waiting, and can be refused.
    """
    approved = approvals.last(state, event)
    if approved is None:
        return ()
    waiting = {key: held for key, held in state.awaiting.items() if key != approved.id}
    try:
        stated = _authority(changed(state, awaiting=waiting), approved, by_name[approved.type], context)
        return (approvals.completion(approved), *stated)
    except Refusal:
        pass
    # Raised out here: what broke is about another event than the one that is refused.
    raise Refusal("approval.no_longer_possible", "data.of")


def evolve(state: StreamState, recorded: Recorded) -> StreamState:
    """The stream after an admitted entry: never raises, and a type that is not known only moves the version."""
    event = recorded.event
    known = by_name.get(event.type)
    if known is None:
        return changed(state, version=recorded.n)
    state = _of_kind(state, known)
    base: Changes = {
        "version": recorded.n,
        "trail": Trail(state.trail, recorded),
        "agencies": _taking_part(state, recorded),
    }
    held = approvals.held(recorded)
    if held is not None:
        return changed(state, awaiting={**state.awaiting, event.id: held}, **base)
    approved = approvals.completed(state, recorded)
    state = _effective(state, recorded, known, base)
    if approved is None:
        return state
    return _effective(state, recorded._replace(event=approved), by_name[approved.type], {})


def _taking_part(state: StreamState, recorded: Recorded) -> frozenset[str]:
    event, known = recorded.event, state.agencies
    if event.publisher in known and not recorded.effects and event.data.keys().isdisjoint(_BRINGING):
        return known
    agencies = concerned(recorded)
    return known if agencies <= known else known | agencies


_BRINGING = ("to_agency", "owner_agency")
"""The fields whose agency an event brings into its stream."""


def _effective(state: StreamState, recorded: Recorded, known: EventType, base: Changes) -> StreamState:
    """The stream once the event has taken effect in this entry, with what every entry changes."""
    fold = _FOLDS.get(known.name)
    changes: Changes = {**base, "ids": named(state, recorded)}
    if fold is not None:
        changes |= fold(state, recorded)
    evolved = changed_by(state, changes)
    return _fact_in_case(evolved, recorded, known) if isinstance(evolved, Case) else evolved


def _fact_in_case(case: Case, recorded: Recorded, known: EventType) -> Case:
    """A fact or a protective act reopens a closed case, and the first fact about a person puts her on record."""
    if case.status == "closed" and case_stage.reopens(known):
        case = changed(case, status="open")
    victim_id = recorded.event.data.get("victim_id")
    if known.kind == "fact" and victim_id is not None and victim_id not in case.victims:
        ids = case.ids if victim_id in case.ids else {**case.ids, victim_id: "victim_id"}
        case = changed(case, ids=ids, victims={**case.victims, victim_id: Victim()})
    return case


def concerned(recorded: Recorded) -> frozenset[str]:
    """The agencies that this entry brings into the case."""
    event = recorded.event
    return brought(event.type, event.publisher, event.data, recorded.effects)


def brought(event_type: str, publisher: str, data: Mapping[str, Any], effects: Iterable[Effect]) -> frozenset[str]:
    """The agencies that an event brings into the case: its publisher, leads that it assigns, its addressee, and who
    owns an action.

    The clock is a service and nobody in a case.
    """
    known = by_name.get(event_type)
    by_clock = known is not None and known.kind == "clock"
    agencies = set[str]() if by_clock else {publisher}
    for effect in effects:
        if effect.type == "case.LeadsAssigned":
            agencies |= {effect.data["care"], effect.data["proceedings"]}
    agencies.update(data[name] for name in _BRINGING if name in data)
    return frozenset(agencies)
