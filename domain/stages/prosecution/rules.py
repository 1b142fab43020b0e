"""Who may decide on a charge, when: per person and charge, through all instances to the final judgment.

A charge goes from the prosecutor to the court and back; a verdict needs a trial, an appeal a period that runs and the
instance above the last, and nobody decides twice on the same matter. Called by `domain.stream` through the table
`RULES`, by the names that the catalogue's `requires` uses.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from domain.catalogue import EventType
from domain.event import Event
from domain.stages.identification.rules import other_deciders as other_panel
from domain.stages.investigation.articles import CONVICTED
from domain.stages.prosecution.state import Judgment
from domain.stages.rules import HOLDS, Broken, Context, Officer, Rules

if TYPE_CHECKING:
    from domain.case import Case

# The instance above each; a decision on newly discovered circumstances has none above it.
_ABOVE = {"first": "appeal", "appeal": "cassation"}
_NONE = Judgment()


def judgment_of(case: Case, event: Event) -> Judgment:
    """What the courts decided on the person that the event is about; a blank one when nothing."""
    return case.judgments.get(event.data.get("defendant_id", ""), _NONE)


def _persons(case: Case, event: Event) -> Collection[str]:
    """The persons that the event is about: named, listed, or those of the investigation."""
    if "defendant_id" in event.data:
        return (event.data["defendant_id"],)
    if "defendants" in event.data:
        return tuple(event.data["defendants"])
    investigation_id = event.data.get("investigation_id")
    return [key for key, each in case.defendants.items() if each.investigation_id == investigation_id]


def is_before_court(case: Case, defendant_id: str) -> bool:
    """Whether a charge against the person is before the court."""
    return any(
        charge.defendant_id == defendant_id and charge.state == "before_court" for charge in case.charges.values()
    )


def is_convicted(case: Case, defendant_id: str) -> bool:
    """Whether a conviction of the person stands, final or not."""
    return any(charge.defendant_id == defendant_id and charge.result in CONVICTED for charge in case.charges.values())


def has_appeal(case: Case, defendant_id: str) -> bool:
    """Whether an appeal is pending that is about the person."""
    return any(appeal.defendant_id == defendant_id and appeal.is_open for appeal in case.appeals.values())


def _charges_in(case: Case, event: Event, state: str, named: Collection[str]) -> bool:
    """Whether each of the charges named is of the person and in this state."""
    charges = [case.charges.get(charge_id) for charge_id in named]
    return all(
        charge is not None and charge.defendant_id == event.data["defendant_id"] and charge.state == state
        for charge in charges
    )


def accused(case: Case, event: Event, event_type: EventType, context: Context) -> Broken:
    """Check `accused`, of each charge named."""
    return (
        HOLDS
        if _charges_in(case, event, "accused", event.data["charge_id"])
        else ("charge.not_accused", "data.charge_id")
    )


def charge_open(case: Case, event: Event, event_type: EventType, context: Context) -> Broken:
    """Check `charge open to decision`."""
    charge = case.charges.get(event.data["charge_id"])
    if charge is None:
        return HOLDS
    if charge.defendant_id != event.data["defendant_id"]:
        return ("charge.other_defendant", "data.charge_id")
    return ("charge.with_court", "data.charge_id") if charge.state in ("before_court", "judged") else HOLDS


def charges_of_defendant(case: Case, event: Event, event_type: EventType, context: Context) -> Broken:
    """Check `charges of the defendant`: those that a decision on appeal names have been judged."""
    named = event.data.get("charges", ())
    different = len(set(named)) == len(named)
    return (
        HOLDS if different and _charges_in(case, event, "judged", named) else ("charge.other_defendant", "data.charges")
    )


def lists_together(case: Case, event: Event, event_type: EventType, context: Context) -> Broken:
    """Check `lists run together`: on appeal, where a result for each charge may be left out, a list may be empty."""
    data, optional = event.data, "charge_id" not in event.data
    charges = data.get("charges", ()) if optional else data["charge_id"]
    for name in ("results", "articles"):
        if name in data and len(data[name]) != len(charges) and (data[name] or not optional):
            return ("prosecution.lists_differ", f"data.{name}")
    return HOLDS


def before_court(case: Case, event: Event, event_type: EventType, context: Context) -> Broken:
    """Check `before the court`: each charge that a verdict names; else each person, or one of the investigation's."""
    if "charge_id" in event.data:
        there = _charges_in(case, event, "before_court", event.data["charge_id"])
        return HOLDS if there else ("prosecution.not_before_court", "data.charge_id")
    persons = [is_before_court(case, defendant_id) for defendant_id in _persons(case, event)]
    enough = any(persons) if "investigation_id" in event.data else bool(persons) and all(persons)
    return HOLDS if enough else ("prosecution.not_before_court",)


def appeal_pending(case: Case, event: Event, event_type: EventType, context: Context) -> Broken:
    """Check `appeal pending`: the one named, at the instance named; else one about each person."""
    if "appeal_id" in event.data:
        appeal = case.appeals.get(event.data["appeal_id"])
        same = (event.data["defendant_id"], event.data["instance"])
        pending = appeal is not None and appeal.is_open and (appeal.defendant_id, appeal.instance) == same
        return HOLDS if pending else ("appeal.not_pending", "data.appeal_id", "data.instance")
    persons = _persons(case, event)
    return HOLDS if persons and all(has_appeal(case, each) for each in persons) else ("appeal.not_pending",)


def no_appeal_pending(case: Case, event: Event, event_type: EventType, context: Context) -> Broken:
    """Check `not appeal pending`."""
    return ("appeal.pending",) if has_appeal(case, event.data["defendant_id"]) else HOLDS


def beside_trial(case: Case, event: Event, event_type: EventType, context: Context) -> Broken:
    """Check `hearing beside the trial`."""
    persons = event.data["defendants"]
    match event.data["hearing_type"]:
        case "preventive_measure":
            known = [case.defendants.get(each) for each in persons]
            fits = all(defendant is not None and defendant.suspected for defendant in known)
        case "enforcement":
            fits = all(is_convicted(case, each) for each in persons)
        case _:
            fits = False
    return HOLDS if persons and fits else ("hearing.no_ground", "data.defendants")


def hearing_not_held(case: Case, event: Event, event_type: EventType, context: Context) -> Broken:
    """Check `hearing not held`."""
    hearing = case.hearings.get(event.data["hearing_id"])
    return ("hearing.held", "data.hearing_id") if hearing is not None and hearing.state == "held" else HOLDS


def hearing_scheduled(case: Case, event: Event, event_type: EventType, context: Context) -> Broken:
    """Check `hearing scheduled`."""
    hearing = case.hearings.get(event.data["hearing_id"])
    return (
        HOLDS if hearing is not None and hearing.state == "scheduled" else ("hearing.not_scheduled", "data.hearing_id")
    )


def trial_held(case: Case, event: Event, event_type: EventType, context: Context) -> Broken:
    """Check `trial held`: a main hearing that was not adjourned, since the last verdict."""
    return HOLDS if judgment_of(case, event).trial_held else ("prosecution.no_trial",)


def verdict_rendered(case: Case, event: Event, event_type: EventType, context: Context) -> Broken:
    """Check `verdict rendered`: it stands, and no appeal against it has been decided."""
    return HOLDS if judgment_of(case, event).state == "verdict" else ("prosecution.no_verdict",)


def convicted(case: Case, event: Event, event_type: EventType, context: Context) -> Broken:
    """Check `convicted`."""
    return (
        HOLDS if is_convicted(case, event.data["defendant_id"]) else ("prosecution.not_convicted", "data.defendant_id")
    )


def appeal_decided(case: Case, event: Event, event_type: EventType, context: Context) -> Broken:
    """Check `appeal decided`: on an appeal that did not send everything back to the first court."""
    return HOLDS if judgment_of(case, event).state == "appeal_decided" else ("appeal.none_decided",)


def period_lapsed(case: Case, event: Event, event_type: EventType, context: Context) -> Broken:
    """Check `appeal period lapsed`: the clock has said so of the last decision."""
    return HOLDS if judgment_of(case, event).lapsed else ("appeal.period_runs",)


def judgment_final(case: Case, event: Event, event_type: EventType, context: Context) -> Broken:
    """Check `judgment final`."""
    return HOLDS if judgment_of(case, event).state == "final" else ("prosecution.not_final",)


def appeal_possible(case: Case, event: Event, event_type: EventType, context: Context) -> Broken:
    """Check `appeal possible`: the next instance while the period runs, new circumstances once it is final."""
    judgment = judgment_of(case, event)
    if judgment.state == "final":
        possible: str | None = "newly_discovered_circumstances"
    elif judgment.lapsed or not judgment.instances:
        possible = None
    else:
        possible = _ABOVE.get(judgment.instances[-1].instance)
    return HOLDS if event.data["instance"] == possible else ("appeal.not_possible", "data.instance")


def complaint_open(case: Case, event: Event, event_type: EventType, context: Context) -> Broken:
    """Check `complaint open`."""
    complaint = case.complaints.get(event.data["complaint_id"])
    if complaint is not None and complaint.is_open:
        return HOLDS
    return ("complaint.not_open", "data.complaint_id")


def _decided_before(case: Case, event: Event) -> frozenset[Officer]:
    """Who took part in what the event looks at again: the courts below, or who made the decision complained of."""
    if "complaint_id" not in event.data:
        return judgment_of(case, event).deciders
    complaint = case.complaints.get(event.data["complaint_id"])
    made = case.events.get(complaint.of, ()) if complaint is not None else ()
    return frozenset((past.publisher, past.actor) for past in made)


def other_deciders(case: Case, event: Event, event_type: EventType, context: Context) -> Broken:
    """Check `other deciders`, of a panel on a person's status as of a court or an answer to a complaint."""
    if event_type.stage == "identification":
        return other_panel(case, event, event_type, context)
    if (event.publisher, event.actor) in _decided_before(case, event):
        return ("decider.same_as_before", "actor")
    return HOLDS


RULES: Rules = {
    "accused": accused,
    "charge open to decision": charge_open,
    "charges of the defendant": charges_of_defendant,
    "lists run together": lists_together,
    "before the court": before_court,
    "appeal pending": appeal_pending,
    "not appeal pending": no_appeal_pending,
    "hearing beside the trial": beside_trial,
    "hearing not held": hearing_not_held,
    "hearing scheduled": hearing_scheduled,
    "trial held": trial_held,
    "verdict rendered": verdict_rendered,
    "convicted": convicted,
    "appeal decided": appeal_decided,
    "appeal period lapsed": period_lapsed,
    "judgment final": judgment_final,
    "appeal possible": appeal_possible,
    "complaint open": complaint_open,
    "other deciders": other_deciders,
}
RELATIONS: Rules = {}
