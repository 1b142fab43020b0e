"""Every occasion on which a child is asked about the events is counted, over all agencies and linked cases.

A second occasion for the same purpose without a prosecutor's authorisation is a breach beside it. An authorisation
holds in the case in which it was given, for one more occasion, and is used up by the next (Barnahus standard 6). Called
by this stage for interviews and accounts, and by the stage prosecution for children who testify at a hearing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.event import Effect, Event, Recorded
from domain.stages.effects import breach
from domain.stages.protection.state import Occasion
from domain.stages.rules import Changes, Context

if TYPE_CHECKING:
    from domain.case import Case

# A court asks for its own clarification: a hearing states no purpose.
_OF_TESTIMONY = "clarification_for_court"


def occasions_of(case: Case, victim_id: str, context: Context) -> tuple[Occasion, ...]:
    """The occasions on which this person was asked, in this case and in those that confirmed links join to it."""
    asked = [each for each in case.occasions if each.victim_id == victim_id]
    for other, there in context.elsewhere.same_person(case.stream, victim_id):
        asked += [each for each in other.occasions if each.victim_id == there]
    return tuple(asked)


def is_unauthorized_repeat(case: Case, *, victim_id: str, purpose: str, context: Context) -> bool:
    """Whether she was asked for this purpose before, and no authorisation to ask again is unused."""
    if case.repeats.get((victim_id, purpose), 0):
        return False
    return any(each.purpose == purpose for each in occasions_of(case, victim_id, context))


def breach_of_repeat() -> Effect:
    """`INTERVIEW_REPEATED_WITHOUT_AUTHORIZATION`."""
    return breach("INTERVIEW_REPEATED_WITHOUT_AUTHORIZATION", "repeat interview authorized")


def counted(case: Case, *occasions: Occasion) -> Changes:
    """The fields that change when these occasions, of different persons or purposes, have taken place."""
    repeats = dict(case.repeats)
    for each in occasions:
        unused = repeats.pop((each.victim_id, each.purpose), 0)
        if unused > 1:
            repeats[(each.victim_id, each.purpose)] = unused - 1
    return {"occasions": (*case.occasions, *occasions), "repeats": repeats}


def breaches_of_testimony(case: Case, event: Event, context: Context) -> tuple[Effect, ...]:
    """What stands beside `prosecution.HearingHeld` when a child who testified there was asked for the court before."""
    repeated = any(
        is_unauthorized_repeat(case, victim_id=victim_id, purpose=_OF_TESTIMONY, context=context)
        for victim_id in event.data.get("children_testified", ())
    )
    return (breach_of_repeat(),) if repeated else ()


def counted_testimony(case: Case, recorded: Recorded) -> Changes:
    """The fields that `prosecution.HearingHeld` changes: an occasion for each child who testified, named once or more
    often; no field when none did."""
    event = recorded.event
    children = dict.fromkeys(event.data.get("children_testified", ()))
    if not children:
        return {}
    return counted(case, *(Occasion(victim_id, _OF_TESTIMONY, "testimony", event.time) for victim_id in children))
