"""Who may decide on a person, when: panels, deciders apart, recovery before a negative, flags that are answered once.

An officer is an agency and the pseudonym that it holds. `panel_agencies` and `panel_members` run in one order; where
their lengths differ, each member counts as an officer of each agency of the panel, so that a doubt refuses. Called by
`domain.stream` through the table `RULES`, by the names that the catalogue's `requires` uses.
"""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

from domain.catalogue import EventType
from domain.event import Event
from domain.stages.identification.state import A_VICTIM, NOT_A_VICTIM, Victim
from domain.stages.rules import HOLDS, Broken, Context, Officer, Rules

if TYPE_CHECKING:
    from domain.case import Case

_NOBODY = Victim()


def victim_of(case: Case, event: Event) -> Victim:
    """The victim that the event is about; a blank one when she is not on record."""
    return case.victims.get(event.data["victim_id"], _NOBODY)


def deciders(event: Event) -> frozenset[Officer]:
    """The officers who decide: the event's actor and the members of the panel."""
    agencies, members = event.data.get("panel_agencies", ()), event.data.get("panel_members", ())
    pairs = zip(agencies, members, strict=True) if len(agencies) == len(members) else product(agencies, members)
    return frozenset({(event.publisher, event.actor), *(pair for pair in pairs if pair[1] != "-")})


def _positive(event: Event) -> bool:
    return event.data["decision"] in ("positive", A_VICTIM)


def _panel(event: Event, context: Context) -> list[frozenset[str]]:
    """The categories of each different agency of the panel that is enrolled and active."""
    agencies = sorted(set(event.data["panel_agencies"]))
    return [context.partners.categories(agency) for agency in agencies if context.partners.is_active(agency)]


def victim_presumed(case: Case, event: Event, event_type: EventType, context: Context) -> Broken:
    """Check `victim presumed`."""
    return HOLDS if victim_of(case, event).presumed else ("identification.not_presumed",)


def grounds_positive(case: Case, event: Event, event_type: EventType, context: Context) -> Broken:
    """Check `reasonable grounds positive`."""
    return HOLDS if victim_of(case, event).grounds_positive else ("identification.no_positive_grounds",)


def negative_decision(case: Case, event: Event, event_type: EventType, context: Context) -> Broken:
    """Check `negative decision`: the one that stands is the one that `decision_event_id` names."""
    if victim_of(case, event).negative == event.data["decision_event_id"]:
        return HOLDS
    return ("identification.no_negative_decision", "data.decision_event_id")


def reconsideration_requested(case: Case, event: Event, event_type: EventType, context: Context) -> Broken:
    """Check `reconsideration requested`, of the decision that `decision_event_id` names."""
    if victim_of(case, event).reconsidering == event.data["decision_event_id"]:
        return HOLDS
    return ("identification.no_reconsideration", "data.decision_event_id")


def recovery_running(case: Case, event: Event, event_type: EventType, context: Context) -> Broken:
    """Check `recovery period running`; the clock's end of a period that was extended since is an end of none."""
    ends_on = victim_of(case, event).recovery_ends_on
    if ends_on is None or event.data.get("ended_on", ends_on) < ends_on:
        return ("identification.no_recovery_period",)
    return HOLDS


def ends_later(case: Case, event: Event, event_type: EventType, context: Context) -> Broken:
    """Check `ends later than before`."""
    ends_on = victim_of(case, event).recovery_ends_on
    return HOLDS if ends_on is None or event.data["ends_on"] > ends_on else ("identification.not_later", "data.ends_on")


def recovery_over_if_negative(case: Case, event: Event, event_type: EventType, context: Context) -> Broken:
    """Check `recovery over if negative`: the clock has ended the period (UK NRM: at least 30 calendar days)."""
    if event.data["decision"] == NOT_A_VICTIM and victim_of(case, event).recovery_ends_on is not None:
        return ("identification.recovery_running", "data.decision")
    return HOLDS


def age_panel(case: Case, event: Event, event_type: EventType, context: Context) -> Broken:
    """Check `age panel`: two agencies, one of them child protection, and no police."""
    panel = _panel(event, context)
    police = any("police" in context.partners.categories(agency) for agency in event.data["panel_agencies"])
    if len(panel) >= 2 and any("child_protection" in categories for categories in panel) and not police:
        return HOLDS
    return ("identification.age_panel", "data.panel_agencies")


def panel_of_three(case: Case, event: Event, event_type: EventType, context: Context) -> Broken:
    """Check `panel of three agencies`; child protection alone may decide positively."""
    if _positive(event) and "child_protection" in context.partners.categories(event.publisher):
        return HOLDS
    panel = _panel(event, context)
    if len(panel) >= 3 and any("child_protection" in categories for categories in panel):
        return HOLDS
    return ("identification.panel_of_three", "data.panel_agencies")


def decider_apart(case: Case, event: Event, event_type: EventType, context: Context) -> Broken:
    """Check `decider apart`: the officer, not the agency, who reported or screened does not decide."""
    if case.reporters.isdisjoint(deciders(event)):
        return HOLDS
    return ("decider.not_apart", "data.panel_members" if "panel_members" in event.data else "actor")


def other_deciders(case: Case, event: Event, event_type: EventType, context: Context) -> Broken:
    """Check `other deciders` of a panel: nobody looks again at a decision that was her own. Asked by prosecution."""
    if victim_of(case, event).deciders.isdisjoint(deciders(event)):
        return HOLDS
    return ("decider.same_as_before", "data.panel_members")


def flag_open(case: Case, event: Event, event_type: EventType, context: Context) -> Broken:
    """Check `non-punishment flag open`, on this victim."""
    flag = case.flags.get(event.data["flag_id"])
    if flag is not None and flag.is_open and flag.victim_id == event.data["victim_id"]:
        return HOLDS
    return ("identification.flag_not_open", "data.flag_id")


def penalty_in_force(case: Case, event: Event, event_type: EventType, context: Context) -> Broken:
    """Check `penalty in force`, on this victim."""
    penalty = case.penalties.get(event.data["penalty_id"])
    if penalty is not None and penalty.state == "in_force" and penalty.victim_id == event.data["victim_id"]:
        return HOLDS
    return ("identification.penalty_not_in_force", "data.penalty_id")


RULES: Rules = {
    "victim presumed": victim_presumed,
    "reasonable grounds positive": grounds_positive,
    "negative decision": negative_decision,
    "reconsideration requested": reconsideration_requested,
    "recovery period running": recovery_running,
    "ends later than before": ends_later,
    "recovery over if negative": recovery_over_if_negative,
    "age panel": age_panel,
    "panel of three agencies": panel_of_three,
    "decider apart": decider_apart,
    "non-punishment flag open": flag_open,
    "penalty in force": penalty_in_force,
}
RELATIONS: Rules = {}
