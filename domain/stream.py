"""A stream admits an event by the rules that the catalogue names for its type, and evolves by whatever was admitted.

An authority is refused by the first rule that is broken; a fact has happened, so what it broke stands beside it; the
clock is moot when what it reports is over. Decisions are taken once: a replay only evolves, and evolving never judges.
Called by `domain.judge` (`admit`), the registrar's state loader and the projections (`evolve`, `concerned`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import ModuleType
from typing import Any, NamedTuple

from domain.case import Case
from domain.catalogue import STREAM_ID, EventType, by_name
from domain.event import Effect, Event, Recorded
from domain.profile import deadline
from domain.refusals import Refusal
from domain.stages import case as case_stage
from domain.stages import consent, identification, protection, referral
from domain.stages.change import changed
from domain.stages.effects import breach
from domain.stages.identification.state import Victim
from domain.stages.rules import HOLDS, Broken, Context, Folds, Rule, any_of, shifted
from domain.stages.state import StreamState

KINDS: Mapping[str, type[StreamState]] = {
    "case": Case,
}
"""The state of each kind of stream; the first admitted event of a stream makes it one."""

_STAGES: Mapping[str, ModuleType] = {
    "case": case_stage,
    "identification": identification,
    "consent": consent,
    "referral": referral,
    "protection": protection,
}

_RULES: dict[str, Rule] = {name: rule for stage in _STAGES.values() for name, rule in stage.RULES.items()}
_RELATIONS: dict[str, Rule] = {name: rule for stage in _STAGES.values() for name, rule in stage.RELATIONS.items()}
_RELATIONS["any holder of the mandate; the publisher is the sender"] = lambda *_: HOLDS
_FOLDS: Folds = {name: fold for stage in _STAGES.values() for name, fold in stage.FOLDS.items()}

_LATE = deadline("late_entry")


class _Question(NamedTuple):
    name: str
    rule: Rule


def _listed(value: Any) -> list[Any]:
    """The ids in a field, which holds one or a list of them."""
    return value if isinstance(value, list) else [value]


def _on_record(id_field: str, thing: str) -> Rule:
    """The subject is on record: the ids that a type is about and does not mint."""

    def rule(state: StreamState, event: Event, event_type: EventType, context: Context) -> Broken:
        known = state.ids
        if all(known.get(named) == id_field for named in _listed(event.data[id_field])):
            return HOLDS
        return (f"{thing}.unknown", f"data.{id_field}")

    return rule


def _questions(event_type: EventType) -> tuple[_Question, ...]:
    """The rules of a type in the order in which they are asked: open, on record, relation, then the rest of `requires`.

    Raises KeyError for a name in the catalogue that no stage owns.
    """
    required = [
        _Question(name, any_of(tuple(_RULES[part] for part in name.split(" or ")))) for name in event_type.requires
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


def _naming(event_type: EventType) -> tuple[tuple[str, bool], ...]:
    """The ids that the event may put on record, and whether each may stand there already as the same kind of thing.

    The number of an exhibit is given by hand: a second thing under it is a breach that stands beside the fact.
    """
    names = dict.fromkeys([*event_type.mints, *(event_type.subject if event_type.kind == "fact" else ())])
    return tuple(
        (name, name in event_type.subject or name == "exhibit_number")
        for name in names
        if name != STREAM_ID.get(event_type.stream)
    )


_NAMING = {name: _naming(known) for name, known in by_name.items()}


def _check_ids(state: StreamState, event: Event, event_type: EventType) -> None:
    """An id is minted once, and never names two kinds of things; a subject that is minted may be reported again.

    A fact is refused for it like an authority: the submission contradicts itself, whatever has happened.
    """
    seen, known = {state.stream}, state.ids
    for id_field, again in _NAMING[event_type.name]:
        for minted in _listed(event.data[id_field]):
            if minted in seen or (minted in known and not (again and known[minted] == id_field)):
                raise Refusal("id.already_minted", f"data.{id_field}")
            seen.add(minted)


def _authority(state: Any, event: Event, event_type: EventType, context: Context) -> tuple[Effect, ...]:
    if not event_type.protective and event_type.stream == "case" and (event.publisher, event.actor) in state.recused:
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
    if event.time < shifted(context.at, -_LATE):
        stated.append(breach("LATE_ENTRY"))
    if event_type.stream == "case" and (event.publisher, event.actor) in state.recused:
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
        return kind(state.stream, state.version)
    raise Refusal("stream.other_kind", "subject")


def admit(state: StreamState, event: Event, event_type: EventType, context: Context) -> tuple[Effect, ...]:
    """What the ledger states beside the event, whose data `domain.catalogue.check` has passed.

    Raises Refusal with the code of the rule that refuses it. Pure: the same arguments give the same answer.
    """
    if event_type.kind == "effect":
        raise Refusal("type.not_submittable")
    state = _of_kind(state, event_type)
    _check_ids(state, event, event_type)
    return _BY_KIND[event_type.kind](state, event, event_type, context)


def _named(state: StreamState, recorded: Recorded) -> Mapping[str, str]:
    """The ids on record after the entry: those that the event and what is stated beside it put there."""
    named: dict[str, str] = {}
    for name, data in ((recorded.event.type, recorded.event.data), *recorded.effects):
        for id_field, _ in _NAMING.get(name, ()):
            named |= {each: id_field for each in _listed(data[id_field]) if each not in state.ids}
    return {**state.ids, **named} if named else state.ids


def evolve(state: StreamState, recorded: Recorded) -> StreamState:
    """The stream after an admitted entry: never raises, and a type that is not known only moves the version."""
    event = recorded.event
    known = by_name.get(event.type)
    if known is None:
        return changed(state, version=recorded.n)
    state = _of_kind(state, known)
    fold = _FOLDS.get(event.type)
    evolved = changed(state, version=recorded.n, ids=_named(state, recorded), **(fold(state, recorded) if fold else {}))
    return _fact_in_case(evolved, recorded, known) if isinstance(evolved, Case) else evolved


def _fact_in_case(case: Case, recorded: Recorded, known: EventType) -> Case:
    """A fact or a protective act reopens a closed case, and the first fact about a person puts her on record."""
    if case.status == "closed" and (known.protective or known.kind == "fact"):
        case = changed(case, status="open")
    victim_id = recorded.event.data.get("victim_id")
    if known.kind == "fact" and victim_id is not None and victim_id not in case.victims:
        ids = case.ids if victim_id in case.ids else {**case.ids, victim_id: "victim_id"}
        case = changed(case, ids=ids, victims={**case.victims, victim_id: Victim()})
    return case


def concerned(recorded: Recorded) -> frozenset[str]:
    """The agencies that this entry brings into the case: its publisher, leads that it assigns, and its addressee."""
    agencies = {recorded.event.publisher}
    for effect in recorded.effects:
        if effect.type == "case.LeadsAssigned":
            agencies |= {effect.data["care"], effect.data["proceedings"]}
    if "to_agency" in recorded.event.data:
        agencies.add(recorded.event.data["to_agency"])
    return frozenset(agencies)
