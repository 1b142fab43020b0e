"""Entries about other entries: approvals, corrections, disputes, and events filed in the wrong stream.

Nothing here changes or hides what was recorded: a correction stands beside the event and takes effect once another
officer has approved it, a misfiled event stays readable with its mark. Called by `domain.stream`.
"""

from __future__ import annotations

from domain.catalogue import EventType, by_name
from domain.event import Effect, Event
from domain.refusals import Refusal
from domain.stages.ledger import duties, rules
from domain.stages.ledger.correction import check_values
from domain.stages.ledger.folds import FOLDS
from domain.stages.ledger.rules import RELATIONS, own
from domain.stages.rules import Context, Rules
from domain.stages.state import StreamState

__all__ = ["FOLDS", "RELATIONS", "RULES", "admit"]

RULES: Rules = {**rules.RULES, **duties.RULES}


def admit(state: StreamState, event: Event, event_type: EventType, context: Context) -> tuple[Effect, ...]:
    """What the ledger states beside an event of this stage; what an approval brings about is stated apart.

    Raises Refusal: `record.misfiled`, and what `check_values` raises for a correction.
    """
    if event.type not in ("ledger.EventCorrected", "ledger.EventMisfiled"):
        return duties.admit_mark(event)
    past = own(state, event, context)
    if past is None:
        return ()
    if (past.publisher, event.data["of"]) in state.misfiled:
        raise Refusal("record.misfiled", "data.of")
    if event.type == "ledger.EventCorrected":
        check_values(by_name[past.type], event.data["replaces"], event.data.get("clear_values", {}))
    return ()
