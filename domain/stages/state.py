"""What every stream has on record, whatever it is about: its version, its events and the ids that they put there.

Each stage adds a dataclass of its own fields; a kind of stream inherits those of its stages, so that a rule reads
`case.referrals` and a new stage is one folder. Events about events (approvals, disputes, corrections) can stand in any
stream, so what they leave is here too. Copied by `domain.stages.change`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from domain.event import Event
from domain.stages.trail import Past, Trail


class Slot(NamedTuple):
    """One approval that an event needs: its role, and who it comes from (code list `approver`)."""

    role: str
    approver: str


class Held(NamedTuple):
    """An event that waits for its approvals: nothing of it has taken effect. `given` are the officers who approved."""

    event: Event
    slots: tuple[Slot, ...]
    given: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class StreamState:
    """A stream before its first event, and the part that is common to all kinds.

    `version` is the n of the last entry, `ids` holds what each id on record names, as the id field that put it there
    (`referral_id`), `trail` what was admitted, in order.
    `agencies` take part in the stream: they published in it, lead it or were addressed. `awaiting` holds events that
    wait for approval. `disputed` has the event ids of the disputes that stand beside an event, `corrected` the names of
    the fields that an approved correction of it replaced, `misfiled` the events that no longer count here; all three by
    (publisher, event id).
    """

    stream: str
    version: int = 0
    ids: Mapping[str, str] = field(default_factory=dict)
    trail: Trail = field(default_factory=Trail, repr=False)
    agencies: frozenset[str] = frozenset()
    awaiting: Mapping[str, Held] = field(default_factory=dict)
    disputed: Mapping[tuple[str, str], frozenset[tuple[str, str]]] = field(default_factory=dict)
    corrected: Mapping[tuple[str, str], frozenset[str]] = field(default_factory=dict)
    misfiled: frozenset[tuple[str, str]] = frozenset()

    @property
    def events(self) -> Mapping[str, tuple[Past, ...]]:
        """What was admitted by event id."""
        return self.trail.events
