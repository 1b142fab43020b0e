"""A party: one pseudonymous person across cases, as the links of its stream make it.

Links and nothing else: what is known of the person stands in the cases, and access to either case is unchanged. Judged
and folded by `domain.stream`; `domain.persons` counts by it.
"""

from __future__ import annotations

from dataclasses import dataclass

from domain.stages.party import PartyState
from domain.stages.state import StreamState


@dataclass(frozen=True)
class Party(PartyState, StreamState):
    """The state of a party stream; mappings are by minted id."""
