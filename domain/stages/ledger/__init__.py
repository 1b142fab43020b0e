"""The ledger's own stage: what time brings about stands here, by `domain.stages.ledger.duties`."""

from __future__ import annotations

from domain.catalogue import EventType
from domain.event import Effect, Event
from domain.stages.ledger.duties import RULES, admit_mark
from domain.stages.rules import Context, Folds, Rules
from domain.stages.state import StreamState

__all__ = ["FOLDS", "RELATIONS", "RULES", "admit"]

RELATIONS: Rules = {}
FOLDS: Folds = {}


def admit(state: StreamState, event: Event, event_type: EventType, context: Context) -> tuple[Effect, ...]:
    """What the ledger states beside an event of this stage."""
    return admit_mark(event)
