"""What is due by when, as far as an agency is told: the ledger's own fold of duties over what is granted.

An event opens a duty on a desk only where the agency is told all of it, and ends one also where it is told the ids
alone. What the clock has marked stays marked until it is done. Used by the desks that show deadlines; the table of
duties is the domain's (`domain.stages.ledger.duties_table`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from domain.catalogue import by_name
from domain.event import Event, Recorded
from domain.stages.change import changed
from domain.stages.duty import NONE, Duties, Duty, Key
from domain.stages.ledger.duties import discharged, duties_after
from domain.stages.ledger.duties_open import Facts
from projections.told import Told

MARKS = frozenset({"ledger.DutyOverdueMarked", "referral.ReferralOverdueMarked", "custody.TransferOverdueMarked"})
"""What the clock says of a duty that stays open."""


def read(kept: Iterable[Mapping[str, Any]]) -> dict[Key, Duty]:
    """The duties that a column keeps, an array."""
    said = ({**each, "waiting": tuple(each["waiting"])} for each in kept)
    return {(each.pop("of"), each["deadline"], each.pop("pos")): Duty(of=of, **each) for each in said for of in [each["of"]]}
