"""A case admits an event by the rules that the catalogue names for its type, and evolves by whatever was admitted.

An authority is refused by the first rule that is broken; a fact has happened, so what it broke stands beside it; the
clock is moot when what it reports is over. Decisions are taken once: a replay only evolves, and evolving never judges.
Called by `domain.judge` (`admit`), the registrar's state loader and the projections (`evolve`, `concerned`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import ModuleType
from typing import Literal, NamedTuple

from domain.catalogue import EventType, by_name
from domain.event import Effect, Event, Partners, Recorded
from domain.profile import deadline
from domain.refusals import Refusal
from domain.stages import case as case_stage
from domain.stages import consent, identification, referral
from domain.stages.change import changed
from domain.stages.consent import Consent, Override
from domain.stages.effects import breach
from domain.stages.identification.state import Detention, Flag, Penalty, Victim
from domain.stages.referral import LeadTransfer, Referral
from domain.stages.rules import HOLDS, Broken, Officer, Rule, any_of, shifted


@dataclass(frozen=True, slots=True)
class Context:
    """What a decision may know besides the case: the entry's own time (UTC, six decimals) and the registry."""

    at: str
    partners: Partners


@dataclass(frozen=True)
class Case:
    """A case stream as its entries make it. `version` is the n of the last entry; mappings are by minted id; `accused`
    holds the agencies whose official is accused (the case is restricted while there is one)."""

    stream: str
    version: int = 0
    status: Literal["new", "reference", "open", "closed"] = "new"
    care_lead: str | None = None
    proceedings_lead: str | None = None
    accused: frozenset[str] = frozenset()
    recused: frozenset[Officer] = frozenset()
    reporters: frozenset[Officer] = frozenset()
    victims: Mapping[str, Victim] = field(default_factory=dict)
    flags: Mapping[str, Flag] = field(default_factory=dict)
    detentions: Mapping[str, Detention] = field(default_factory=dict)
    penalties: Mapping[str, Penalty] = field(default_factory=dict)
    consents: Mapping[str, Consent] = field(default_factory=dict)
    objections: frozenset[str] = frozenset()
    overrides: frozenset[Override] = frozenset()
    referrals: Mapping[str, Referral] = field(default_factory=dict)
    lead_transfers: Mapping[str, LeadTransfer] = field(default_factory=dict)

    @classmethod
    def new(cls, stream: str) -> Case:
        """The case before its first entry."""
        return cls(stream)

    @property
    def restricted(self) -> bool:
        """Whether access is narrowed because an agency's own official is accused."""
        return bool(self.accused)


# The field of Case where the things with this id stand. A stage that mints ids adds its line.
_THINGS: Mapping[str, str] = {
    "victim_id": "victims",
    "flag_id": "flags",
    "detention_id": "detentions",
    "penalty_id": "penalties",
    "consent_id": "consents",
    "referral_id": "referrals",
    "lead_transfer_id": "lead_transfers",
}

_STAGES: Mapping[str, ModuleType] = {
    "case": case_stage,
    "identification": identification,
    "consent": consent,
    "referral": referral,
}

_RULES: dict[str, Rule] = {name: rule for stage in _STAGES.values() for name, rule in stage.RULES.items()}
_RELATIONS: dict[str, Rule] = {name: rule for stage in _STAGES.values() for name, rule in stage.RELATIONS.items()}
_RELATIONS["any holder of the mandate; the publisher is the sender"] = lambda *_: HOLDS

_LATE = deadline("late_entry")


class _Question(NamedTuple):
    name: str
    rule: Rule


def _on_record(id_field: str) -> Rule:
    """The subject is on record: the ids that a type is about and does not mint."""
    thing, things = id_field.removesuffix("_id"), _THINGS[id_field]

    def rule(case: Case, event: Event, event_type: EventType, context: Context) -> Broken:
        return HOLDS if event.data[id_field] in getattr(case, things) else (f"{thing}.unknown", f"data.{id_field}")

    return rule


def _questions(event_type: EventType) -> tuple[_Question, ...]:
    """The rules of a type in the order in which they are asked: open, on record, relation, then the rest of `requires`.

    Raises KeyError for a name in the catalogue that no stage owns.
    """
    required = [
        _Question(name, any_of(tuple(_RULES[part] for part in name.split(" or ")))) for name in event_type.requires
    ]
    subjects = [
        _Question("out of sequence", _on_record(name))
        for name in event_type.subject
        if name != "case_id" and name not in event_type.mints
    ]
    relation = [_Question(event_type.relation, _RELATIONS[event_type.relation])] if event_type.relation else []
    opening = [question for question in required if question.name == "open case"]
    return (*opening, *subjects, *relation, *(question for question in required if question not in opening))


_QUESTIONS = {name: _questions(known) for name, known in by_name.items() if known.kind != "effect"}


def _naming(event_type: EventType) -> tuple[tuple[str, bool], ...]:
    """The ids that the event may put on record, and whether each may stand there already as the same kind of thing."""
    names = dict.fromkeys([*event_type.mints, *(event_type.subject if event_type.kind == "fact" else ())])
    return tuple((name, name in event_type.subject) for name in names if name != "case_id")


_NAMING = {name: _naming(known) for name, known in by_name.items() if known.kind != "effect"}


def _check_ids(case: Case, event: Event, event_type: EventType) -> None:
    """An id is minted once, and never names two kinds of things; a subject that is minted may be reported again.

    A fact is refused for it like an authority: the submission contradicts itself, whatever has happened.
    """
    seen = {case.stream}
    for id_field, again in _NAMING[event_type.name]:
        minted = event.data[id_field]
        taken = any(
            minted in getattr(case, things) for name, things in _THINGS.items() if not (again and name == id_field)
        )
        if taken or minted in seen:
            raise Refusal("id.already_minted", f"data.{id_field}")
        seen.add(minted)


def _authority(case: Case, event: Event, event_type: EventType, context: Context) -> tuple[Effect, ...]:
    if not event_type.protective and (event.publisher, event.actor) in case.recused:
        raise Refusal("actor.recused")
    for question in _QUESTIONS[event_type.name]:
        broken = question.rule(case, event, event_type, context)
        if broken:
            raise Refusal(*broken)
    stated: tuple[Effect, ...] = _STAGES[event_type.stage].admit(case, event, event_type, context)
    return stated


def _fact(case: Case, event: Event, event_type: EventType, context: Context) -> tuple[Effect, ...]:
    stated: list[Effect] = []
    for question in _QUESTIONS[event_type.name]:
        broken = question.rule(case, event, event_type, context)
        # A fact needs a case that was ever opened: there is nobody yet to whom it could have happened.
        if broken and question.name == "open case":
            raise Refusal(*broken)
        if broken:
            stated.append(breach("OUT_OF_SEQUENCE", question.name))
    stated.extend(_STAGES[event_type.stage].admit(case, event, event_type, context))
    if event_type.name == "case.RecordImported":
        # History of elsewhere: nobody here was late with it or broke a rule by it.
        return ()
    if event.time < shifted(context.at, -_LATE):
        stated.append(breach("LATE_ENTRY"))
    if (event.publisher, event.actor) in case.recused:
        stated.append(breach("ACTED_WHILE_RECUSED", "actor not recused"))
    return tuple(stated)


def _clock(case: Case, event: Event, event_type: EventType, context: Context) -> tuple[Effect, ...]:
    if any(question.rule(case, event, event_type, context) for question in _QUESTIONS[event_type.name]):
        raise Refusal("clock.moot")
    stated: tuple[Effect, ...] = _STAGES[event_type.stage].admit(case, event, event_type, context)
    return stated


_BY_KIND: Mapping[str, Callable[[Case, Event, EventType, Context], tuple[Effect, ...]]] = {
    "authority": _authority,
    "fact": _fact,
    "clock": _clock,
}


def admit(case: Case, event: Event, event_type: EventType, context: Context) -> tuple[Effect, ...]:
    """What the ledger states beside the event, whose data `domain.catalogue.check` has passed.

    Raises Refusal with the code of the rule that refuses it. Pure: the same arguments give the same answer.
    """
    if event_type.kind == "effect":
        raise Refusal("type.not_submittable")
    _check_ids(case, event, event_type)
    return _BY_KIND[event_type.kind](case, event, event_type, context)


def evolve(case: Case, recorded: Recorded) -> Case:
    """The case after an admitted entry: never raises, and a type that is not known only moves the version."""
    event = recorded.event
    known = by_name.get(event.type)
    if known is None:
        return changed(case, version=recorded.n)
    evolved: Case = _STAGES[known.stage].evolve(case, recorded)
    if evolved.status == "closed" and (known.protective or known.kind == "fact"):
        evolved = changed(evolved, status="open")
    victim_id = event.data.get("victim_id")
    if known.kind == "fact" and victim_id is not None and victim_id not in evolved.victims:
        # The first fact about a person puts her on record, in sequence or not.
        evolved = changed(evolved, victims={**evolved.victims, victim_id: Victim()})
    return evolved


def concerned(recorded: Recorded) -> frozenset[str]:
    """The agencies that this entry brings into the case: its publisher, leads that it assigns, and its addressee."""
    agencies = {recorded.event.publisher}
    for effect in recorded.effects:
        if effect.type == "case.LeadsAssigned":
            agencies |= {effect.data["care"], effect.data["proceedings"]}
    if "to_agency" in recorded.event.data:
        agencies.add(recorded.event.data["to_agency"])
    return frozenset(agencies)
