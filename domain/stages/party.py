"""Two records are one person once two agencies say so, and are two persons again once either of them does not.

A link is proposed by an agency that takes part in one of the two cases and confirmed by another that takes part in the
other one; each of them may dissolve it. The cases are other streams, asked through `Context.elsewhere`; one that the
ledger does not know has no members, so a doubt refuses. Called by `domain.stream`; `domain.persons` counts by `links`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from domain.catalogue import EventType
from domain.event import Effect, Event, Recorded
from domain.refusals import Refusal
from domain.stages.change import changed
from domain.stages.rules import HOLDS, Broken, Changes, Context, Folds, Rules
from domain.stages.state import StreamState

if TYPE_CHECKING:
    from domain.party import Party

Record = tuple[str, str]
"""A person as one case has her: the case's stream and the id that she has there."""

ELSEWHERE = frozenset({"party.LinkProposed", "party.LinkConfirmed", "party.LinkDissolved"})
"""The types of this stage whose rules ask other streams."""

_PERSON = {"victim": "victim_id", "suspect": "defendant_id", "guardian": "guardian_id"}


@dataclass(frozen=True)
class Link:
    """Two records of what may be one person, and the agency that says so."""

    a: Record
    b: Record
    proposer: str
    state: Literal["proposed", "confirmed", "dissolved"] = "proposed"


@dataclass(frozen=True)
class PartyState:
    """Links by id."""

    links: Mapping[str, Link] = field(default_factory=dict)


def members(case: StreamState | None) -> frozenset[str]:
    """The agencies that take part in a case: they published in it, lead it or were addressed. None has nobody."""
    return case.agencies if case is not None else frozenset()


def cases_asked(party: StreamState, event: Event) -> frozenset[str]:
    """The cases whose members decide about an event of this stage: those that a registrar brings before it judges."""
    if event.type == "party.LinkProposed":
        return frozenset({event.data["case_a"], event.data["case_b"]})
    link = getattr(party, "links", {}).get(event.data["link_id"])
    return frozenset({link.a[0], link.b[0]}) if link is not None else frozenset()


def _takes_part(agency: str, case_id: str, context: Context) -> bool:
    return agency in members(context.elsewhere.stream(case_id))


def member_of_one(party: Party, event: Event, event_type: EventType, context: Context) -> Broken:
    """Check `member of one case`."""
    cases = (event.data["case_a"], event.data["case_b"])
    if any(_takes_part(event.publisher, case_id, context) for case_id in cases):
        return HOLDS
    return ("party.not_member", "data.case_a", "data.case_b")


def holds_other(party: Party, event: Event, event_type: EventType, context: Context) -> Broken:
    """Check `holds the other record`: of the case that the proposer takes no part in; of either if it does in both."""
    link = party.links[event.data["link_id"]]
    cases = {link.a[0], link.b[0]}
    others = {case_id for case_id in cases if not _takes_part(link.proposer, case_id, context)} or cases
    if any(_takes_part(event.publisher, case_id, context) for case_id in others):
        return HOLDS
    return ("party.not_other_holder",)


def holds_one(party: Party, event: Event, event_type: EventType, context: Context) -> Broken:
    """Check `holds one of the two records`."""
    link = party.links[event.data["link_id"]]
    if any(_takes_part(event.publisher, case_id, context) for case_id in (link.a[0], link.b[0])):
        return HOLDS
    return ("party.not_holder",)


def link_proposed(party: Party, event: Event, event_type: EventType, context: Context) -> Broken:
    """Check `link proposed`."""
    return HOLDS if party.links[event.data["link_id"]].state == "proposed" else ("party.not_proposed",)


def link_confirmed(party: Party, event: Event, event_type: EventType, context: Context) -> Broken:
    """Check `link confirmed`."""
    return HOLDS if party.links[event.data["link_id"]].state == "confirmed" else ("party.not_confirmed",)


def _records(event: Event) -> tuple[Record, Record]:
    data = event.data
    return (data["case_a"], data["person_a"]), (data["case_b"], data["person_b"])


def admit(party: Party, event: Event, event_type: EventType, context: Context) -> tuple[Effect, ...]:
    """Nothing is stated beside a link.

    Raises Refusal: `party.same_record` when both records are one, `party.case_unknown` and `party.person_unknown` when
    a record is not there as the kind of person that the link is about.
    """
    if event.type != "party.LinkProposed":
        return ()
    a, b = _records(event)
    if a == b:
        raise Refusal("party.same_record", "data.person_b")
    for (case_id, person_id), side in ((a, "a"), (b, "b")):
        case = context.elsewhere.stream(case_id)
        if case is None:
            raise Refusal("party.case_unknown", f"data.case_{side}")
        if case.ids.get(person_id) != _PERSON[event.data["party_kind"]]:
            raise Refusal("party.person_unknown", f"data.person_{side}")
    return ()


def _proposed(party: Party, recorded: Recorded) -> Changes:
    event = recorded.event
    return {"links": {**party.links, event.data["link_id"]: Link(*_records(event), event.publisher)}}


def _moved(party: Party, recorded: Recorded, state: str) -> Changes:
    link_id = recorded.event.data["link_id"]
    return {"links": {**party.links, link_id: changed(party.links[link_id], state=state)}}


def _confirmed(party: Party, recorded: Recorded) -> Changes:
    return _moved(party, recorded, "confirmed")


def _dissolved(party: Party, recorded: Recorded) -> Changes:
    return _moved(party, recorded, "dissolved")


FOLDS: Folds = {
    "party.LinkProposed": _proposed,
    "party.LinkConfirmed": _confirmed,
    "party.LinkDissolved": _dissolved,
}

RULES: Rules = {
    "link confirmed": link_confirmed,
    "link proposed": link_proposed,
    "member of one case": member_of_one,
}
RELATIONS: Rules = {
    "holds one of the two records": holds_one,
    "holds the other record": holds_other,
}
