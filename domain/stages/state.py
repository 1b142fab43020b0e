"""What every stream has on record, whatever it is about: its version, its events and the ids that they put there.

Each stage adds a dataclass of its own fields; a kind of stream inherits those of its stages, so that a rule reads
`case.referrals` and a new stage is one folder. Copied by `domain.stages.change`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from domain.stages.duty import NONE, Duties


class Past(NamedTuple):
    """An admitted event, as far as later events ask who said what when: `type` is the short name."""

    type: str
    publisher: str
    actor: str
    time: str
    n: int


@dataclass(frozen=True)
class StreamState:
    """A stream before its first event, and the part that is common to all kinds. `version` is the n of the last entry,
    `ids` holds what each id on record names, as the id field that put it there (`referral_id`), `events` what was
    admitted by event id (an id is one publisher's own, so two events may bear it), `duties` what is to be done yet."""

    stream: str
    version: int = 0
    ids: Mapping[str, str] = field(default_factory=dict)
    events: Mapping[str, tuple[Past, ...]] = field(default_factory=dict)
    duties: Duties = NONE
